//! The rows of a matrix again and again.

use dfdx::prelude::*;

use crate::dims::Batch;
use crate::kernels;
use crate::nn::view::{elements, elements_mut};

/// All rows of `x`, one after the other, `times` times: of several draws per data point, each meets the row of its own.
///
/// Shapes: x (B, D), y (`times` B, D). Gradient: `dx =` the sum over the repetitions of `dy`.
pub fn repeat<D: Dim, T: Tape<f32, Cpu>>(
    x: Tensor<(Batch, D), f32, Cpu, T>,
    times: usize,
) -> Tensor<(Batch, D), f32, Cpu, T> {
    if times == 1 {
        return x;
    }
    let (x, mut tape) = x.split_tape();
    let (Batch(rows), width) = *x.shape();
    let mut y = x.device().zeros_like(&(Batch(times * rows), width));
    let length = rows * width.size();
    for y in elements_mut(&mut y).chunks_exact_mut(length) {
        y.copy_from_slice(elements(&x));
    }
    let (input, output) = (x.ghost(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        let dx = gradients.get_or_alloc_mut(&input)?;
        for dy in dy.chunks_exact(length) {
            kernels::add_scaled(dy, 1.0, dx);
        }
        **gradients.get_or_alloc_mut(&output)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}
