//! Some neighbouring columns of a matrix, and the way back.

use dfdx::prelude::*;

use crate::dims::Batch;
use crate::kernels;
use crate::nn::view::{elements, elements_mut};

/// The columns of `x` from `start` on, as many as `D` says. Gradient: `dy` in those columns of `dx`.
pub fn columns<I: Dim, D: Dim, T: Tape<f32, Cpu>>(
    x: Tensor<(Batch, I), f32, Cpu, T>,
    start: usize,
    width: D,
) -> Tensor<(Batch, D), f32, Cpu, T> {
    let (x, mut tape) = x.split_tape();
    let (from, to) = (x.shape().1.size(), width.size());
    let mut y = x.device().zeros_like(&(x.shape().0, width));
    let rows = elements_mut(&mut y)
        .chunks_exact_mut(to)
        .zip(elements(&x).chunks_exact(from));
    for (y, x) in rows {
        y.copy_from_slice(&x[start..start + to]);
    }
    let (input, output) = (x.ghost(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        let dx = gradients.get_or_alloc_mut(&input)?;
        for (dx, dy) in dx.chunks_exact_mut(from).zip(dy.chunks_exact(to)) {
            kernels::add_scaled(dy, 1.0, &mut dx[start..start + to]);
        }
        **gradients.get_or_alloc_mut(&output)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}

/// A matrix as wide as `O` that has `x` in its columns from `start` on, and zeros elsewhere. Gradient: those columns of `dy`.
pub fn widened<D: Dim, O: Dim, T: Tape<f32, Cpu>>(
    x: Tensor<(Batch, D), f32, Cpu, T>,
    start: usize,
    width: O,
) -> Tensor<(Batch, O), f32, Cpu, T> {
    let (x, mut tape) = x.split_tape();
    let (from, to) = (x.shape().1.size(), width.size());
    let mut y = x.device().zeros_like(&(x.shape().0, width));
    let rows = elements_mut(&mut y)
        .chunks_exact_mut(to)
        .zip(elements(&x).chunks_exact(from));
    for (y, x) in rows {
        y[start..start + from].copy_from_slice(x);
    }
    let (input, output) = (x.ghost(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        let dx = gradients.get_or_alloc_mut(&input)?;
        for (dx, dy) in dx.chunks_exact_mut(from).zip(dy.chunks_exact(to)) {
            kernels::add_scaled(&dy[start..start + from], 1.0, dx);
        }
        **gradients.get_or_alloc_mut(&output)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}
