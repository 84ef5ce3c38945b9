//! Log-variances that are held within bounds.

use dfdx::prelude::*;

use crate::dims::{Batch, Moments};
use crate::nn::view::{elements, elements_mut};

/// The same moments with every log-variance within `±bound`; beyond it the gradient is 0, so that nothing goes further out.
///
/// Shapes: both (B, 2 D). Gradient: `dy`, and 0 where a bound holds.
pub fn bounded_log_variances<D: Dim, T: Tape<f32, Cpu>>(
    moments: Tensor<(Batch, Moments<D>), f32, Cpu, T>,
    bound: f32,
) -> Tensor<(Batch, Moments<D>), f32, Cpu, T> {
    let (moments, mut tape) = moments.split_tape();
    let Moments(dimensions) = moments.shape().1;
    let width = dimensions.size();
    let mut bounded = moments.device().zeros_like(moments.shape());
    let rows = elements_mut(&mut bounded).chunks_exact_mut(2 * width);
    for (bounded, moments) in rows.zip(elements(&moments).chunks_exact(2 * width)) {
        bounded[..width].copy_from_slice(&moments[..width]);
        for (bounded, log_variance) in bounded[width..].iter_mut().zip(&moments[width..]) {
            *bounded = log_variance.clamp(-bound, bound);
        }
    }
    let ghost = bounded.ghost();
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        let dx = gradients.get_or_alloc_mut(&moments)?;
        let rows = dx.chunks_exact_mut(2 * width).zip(dy.chunks_exact(2 * width));
        for ((dx, dy), moments) in rows.zip(elements(&moments).chunks_exact(2 * width)) {
            for (column, ((dx, dy), value)) in dx.iter_mut().zip(dy).zip(moments).enumerate() {
                if column < width || value.abs() <= bound {
                    *dx += dy;
                }
            }
        }
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    bounded.put_tape(tape)
}
