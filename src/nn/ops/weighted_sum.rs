//! One number from a number per row.

use dfdx::prelude::*;

use crate::dims::Batch;
use crate::nn::view::{elements, tensor_of};

/// `y = sum_r w_r x_r` with weights that are held fast, summed in double precision.
///
/// Shapes: x and weights (B). Gradient: `dx_r = w_r dy`.
pub fn weighted_sum<T: Tape<f32, Cpu>>(
    x: Tensor<(Batch,), f32, Cpu, T>,
    weights: Vec<f32>,
) -> Tensor<Rank0, f32, Cpu, T> {
    let (x, mut tape) = x.split_tape();
    assert_eq!(weights.len(), x.shape().0.0, "a weight for every row");
    let terms = elements(&x).iter().zip(&weights);
    let sum: f64 = terms.map(|(&x, &weight)| f64::from(x) * f64::from(weight)).sum();
    let y = tensor_of(x.device(), (), &[sum as f32]);
    let (input, output) = (x.ghost(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = gradients.get_or_alloc_mut(&output)?[0];
        let dx = gradients.get_or_alloc_mut(&input)?;
        for (dx, weight) in dx.iter_mut().zip(&weights) {
            *dx += weight * dy;
        }
        Ok(())
    });
    y.put_tape(tape)
}
