//! Other names for the axes, and other orders of them.

use dfdx::prelude::*;

use super::Maps;
use crate::dims::{Batch, Channels, Height, Outputs, Width};
use crate::kernels;
use crate::nn::view::{elements, elements_mut};

/// The same numbers in the same order, with other names for the axes. Gradient: `dx = dy`.
///
/// # Panics
/// If the two shapes have unlike numbers of elements.
pub fn reshaped<S: Shape, R: Shape, T: Tape<f32, Cpu>>(
    x: Tensor<S, f32, Cpu, T>,
    shape: R,
) -> Tensor<R, f32, Cpu, T> {
    let (x, mut tape) = x.split_tape();
    let mut y = x.device().zeros_like(&shape);
    elements_mut(&mut y).copy_from_slice(elements(&x));
    let (x, ghost) = (x.ghost(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        kernels::add_scaled(&dy, 1.0, gradients.get_or_alloc_mut(&x)?);
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}

/// Maps in the order in which a likelihood reads them: of every item all first numbers of its values, place by place and channel by
/// channel, then all second numbers, and so on. The maps have `channels` values at every place, and the channels of a place are
/// all first numbers, then all second numbers.
pub fn numbers_of_values<T: Tape<f32, Cpu>>(
    maps: Maps<T>,
    channels: usize,
) -> Tensor<(Batch, Outputs), f32, Cpu, T> {
    let (maps, mut tape) = maps.split_tape();
    let &(batch, Height(height), Width(width), Channels(depth)) = maps.shape();
    let (places, numbers) = (height * width, depth / channels);
    let mut outputs = maps.device().zeros_like(&(batch, Outputs(places * depth)));
    let items = elements_mut(&mut outputs).chunks_exact_mut(places * depth);
    for (item, maps) in items.zip(elements(&maps).chunks_exact(places * depth)) {
        for_each_run(places, numbers, channels, |from, to| {
            item[to..to + channels].copy_from_slice(&maps[from..from + channels]);
        });
    }
    let (maps, ghost) = (maps.ghost(), outputs.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        let dx = gradients.get_or_alloc_mut(&maps)?;
        let items = dx.chunks_exact_mut(places * depth);
        for (dx, dy) in items.zip(dy.chunks_exact(places * depth)) {
            for_each_run(places, numbers, channels, |from, to| {
                for (sum, value) in dx[from..from + channels].iter_mut().zip(&dy[to..to + channels]) {
                    *sum += value;
                }
            });
        }
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    outputs.put_tape(tape)
}

/// Where the channels of every number of every place begin: in the maps, and in the order of a likelihood.
fn for_each_run(places: usize, numbers: usize, channels: usize, mut visit: impl FnMut(usize, usize)) {
    for place in 0..places {
        for number in 0..numbers {
            visit(
                (place * numbers + number) * channels,
                (number * places + place) * channels,
            );
        }
    }
}
