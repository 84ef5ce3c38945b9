//! Sequences one step later.

use dfdx::prelude::*;

use crate::dims::Batch;
use crate::kernels;
use crate::nn::view::{elements, elements_mut};

/// What stands before every step of sequences: `start` before the first, and before each other the step before it.
///
/// Shapes: x and y (B S, D), where rows `i S .. (i + 1) S` are the steps of sequence `i`; start (D). Gradients: `dx_t = dy_(t+1)`, and
/// `dstart =` the sum of all `dy_1`.
pub fn delayed<N: Dim, B: Dim, T: Tape<f32, Cpu>>(
    x: Tensor<(Batch, N), f32, Cpu, T>,
    start: &Tensor<(B,), f32, Cpu>,
    steps: usize,
) -> Tensor<(Batch, B), f32, Cpu, T> {
    let (x, mut tape) = x.split_tape();
    let (width, length) = (start.shape().0.size(), steps * start.shape().0.size());
    let mut y = x.device().zeros_like(&(x.shape().0, start.shape().0));
    for (y, x) in elements_mut(&mut y)
        .chunks_exact_mut(length)
        .zip(elements(&x).chunks_exact(length))
    {
        y[..width].copy_from_slice(elements(start));
        y[width..].copy_from_slice(&x[..length - width]);
    }
    let (input, start, output) = (x.ghost(), start.clone(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        let d_start = gradients.get_or_alloc_mut(&start)?;
        for dy in dy.chunks_exact(length) {
            kernels::add_scaled(&dy[..width], 1.0, d_start);
        }
        let dx = gradients.get_or_alloc_mut(&input)?;
        for (dx, dy) in dx.chunks_exact_mut(length).zip(dy.chunks_exact(length)) {
            kernels::add_scaled(&dy[width..], 1.0, &mut dx[..length - width]);
        }
        **gradients.get_or_alloc_mut(&output)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}
