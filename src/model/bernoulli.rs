//! The Bernoulli decoder's log-likelihood, with its gradient.

use dfdx::prelude::*;

use crate::dims::{Batch, Pixels};
use crate::nn::kernels;
use crate::nn::view::{elements, elements_mut};

/// `1/L sum_l log p(x|z_l)` with `log p(x|z) = sum_i x_i log y_i + (1 - x_i) log(1 - y_i)`, `y = sigmoid(logits)`
/// (appendix C.1), summed over the data points; `x` may be grey.
///
/// Shapes: logits (L B, pixels) in the order of [`super::gaussian::reparameterise`], x (B, pixels). Computed from
/// logits `l` as `x l - softplus(l)`, which no logit overflows. Gradient: `d l = (x - y) / L`; the residuals `x - y` take
/// the place of the logits.
pub fn log_likelihood<T: Tape<f32, Cpu>>(
    logits: Tensor<(Batch, Pixels), f32, Cpu, T>,
    x: &Tensor<(Batch, Pixels), f32, Cpu>,
) -> Tensor<Rank0, f32, Cpu, T> {
    let (mut logits, mut tape) = logits.split_tape();
    let (Batch(points), Pixels(pixels)) = *x.shape();
    assert_eq!(
        logits.shape().0.0 % points,
        0,
        "the logits have rows for every sample of every data point"
    );
    let samples = logits.shape().0.0 / points;

    let mut per_point = vec![0.0; points];
    let mut sum = 0.0;
    for logits in elements_mut(&mut logits).chunks_exact_mut(points * pixels) {
        kernels::bernoulli_log_likelihood_and_residuals(logits, elements(x), pixels, &mut per_point);
        sum += per_point.iter().sum::<f64>();
    }

    let residuals = logits;
    let log_likelihood = residuals.device().tensor((sum / samples as f64) as f32);
    let ghost = log_likelihood.ghost();
    tape.add_backward_op(move |gradients| {
        let scale = gradients.get_or_alloc_mut(&ghost)?[0] / samples as f32;
        kernels::add_scaled(
            elements(&residuals),
            scale,
            gradients.get_or_alloc_mut(&residuals)?,
        );
        Ok(())
    });
    log_likelihood.put_tape(tape)
}
