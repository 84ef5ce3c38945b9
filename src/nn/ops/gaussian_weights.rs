//! The affine map whose weights and biases are Gaussians, by local reparameterisation.

use dfdx::prelude::*;

use super::affine::{affine, affine_of_data, matrix};
use crate::dims::{Batch, WithBias};
use crate::kernels::{self, Matrix};
use crate::nn::view::{elements, elements_mut};
use crate::nn::weight::Weight;

/// The Gaussian over a layer's weights and biases: means, and `log sigma^2` with the biases' in the last row.
pub struct GaussianWeights<'a, I: Dim, O: Dim> {
    /// Means of the weights, shape (I, O).
    pub weight: &'a Weight<I, O>,
    /// Means of the biases, shape (O).
    pub bias: &'a Tensor<(O,), f32, Cpu>,
    /// `log sigma^2` of both, shape (I + 1, O).
    pub log_variance: &'a Weight<WithBias<I>, O>,
}

/// `y = x W + b` for data `x` and `W`, `b` from their Gaussian, drawn anew for every row (Kingma, Salimans and Welling 2015,
/// section 2.3): given `x`, an output is a Gaussian itself, so `y = x m + m_b + sqrt(v) eps` with `v = x^2 s^2 + s_b^2`.
///
/// Shapes: x (B, I), noise `eps` and y (B, O). Gradients: those of the means as in [`affine_of_data`]; of the variances
/// `(x^2, 1)^T g` with `g = dy eps / (2 sqrt(v))`, left as these factors: who updates multiplies by `s^2`, the derivative of
/// the variance for its logarithm.
pub fn affine_of_data_and_gaussian_weights<I: Dim, O: Dim, T: Tape<f32, Cpu>>(
    x: &Tensor<(Batch, I), f32, Cpu>,
    weights: &GaussianWeights<I, O>,
    noise: &Tensor<(Batch, O), f32, Cpu>,
    tape: T,
) -> Tensor<(Batch, O), f32, Cpu, T> {
    let mean = affine_of_data(x, weights.weight, weights.bias, tape);
    with_noise(mean, x, weights, noise, false)
}

/// The same inside a network: as [`affine_of_data_and_gaussian_weights`], and `dx = dy m^T + 2 x (g s^2^T)`.
pub fn affine_of_gaussian_weights<I: Dim, O: Dim, T: Tape<f32, Cpu>>(
    x: Tensor<(Batch, I), f32, Cpu, T>,
    weights: &GaussianWeights<I, O>,
    noise: &Tensor<(Batch, O), f32, Cpu>,
) -> Tensor<(Batch, O), f32, Cpu, T> {
    let (x, tape) = x.split_tape();
    let mean = affine(x.clone().put_tape(tape), weights.weight, weights.bias);
    with_noise(mean, &x, weights, noise, true)
}

/// Adds `sqrt(v) eps` to the mean of every output.
fn with_noise<I: Dim, O: Dim, T: Tape<f32, Cpu>>(
    mean: Tensor<(Batch, O), f32, Cpu, T>,
    x: &Tensor<(Batch, I), f32, Cpu>,
    weights: &GaussianWeights<I, O>,
    noise: &Tensor<(Batch, O), f32, Cpu>,
    has_gradient: bool,
) -> Tensor<(Batch, O), f32, Cpu, T> {
    let (mean, mut tape) = mean.split_tape();
    let (rows, inputs) = *x.shape();
    let device = x.device();
    let mut squares = device.zeros_like(&(rows, WithBias(inputs)));
    kernels::squares_and_one(elements(x), inputs.size(), elements_mut(&mut squares));
    let mut variances = device.zeros_like(weights.log_variance.tensor().shape());
    kernels::exp(
        elements(weights.log_variance.tensor()),
        elements_mut(&mut variances),
    );
    let mut y = device.zeros_like(mean.shape());
    kernels::matmul(&[(matrix(&squares), matrix(&variances))], elements_mut(&mut y));
    // What the gradient of an output is multiplied by to be that of its variance.
    let mut slopes = device.zeros_like(mean.shape());
    kernels::draw_outputs(
        elements(&mean),
        elements(noise),
        elements_mut(&mut y),
        elements_mut(&mut slopes),
    );

    let (x, log_variance) = (x.clone(), weights.log_variance.clone());
    let ghost = y.ghost();
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        kernels::add_scaled(&dy, 1.0, gradients.get_or_alloc_mut(&mean)?);
        let of_variance = elements_mut(&mut slopes);
        kernels::multiply(&dy, of_variance);
        log_variance.add_factors(gradients, elements(&squares), of_variance)?;
        if has_gradient {
            let (points, outputs) = (x.shape().0.size(), slopes.shape().1.size());
            let mut of_squares = vec![0.0; elements(&squares).len()];
            let of_variance = Matrix::new(elements(&slopes), points, outputs);
            kernels::add_matmul_transposed(of_variance, matrix(&variances), &mut of_squares);
            kernels::add_gradient_of_squares(
                elements(&x),
                inputs.size(),
                &of_squares,
                gradients.get_or_alloc_mut(&x)?,
            );
        }
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}
