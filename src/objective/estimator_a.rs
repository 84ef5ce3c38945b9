//! The SGVB estimator A (paper, equation 6): `1/L sum_l log p(x|z_l) + log p(z_l) - log q(z_l|x)`.

use dfdx::prelude::*;

use super::{BoundTerms, Loss, scalar, tape_of};
use crate::dims::{Batch, Latent, Pixels};
use crate::model::Vae;
use crate::model::posterior::Draws;
use crate::nn::ops;

pub(super) fn negative(
    model: &Vae,
    x: &Tensor<(Batch, Pixels), f32, Cpu>,
    noise: &Tensor<(Batch, Latent), f32, Cpu>,
    kl_weight: f32,
    gradients: Gradients<f32, Cpu>,
) -> (Loss, BoundTerms) {
    let Draws { z, divergence } = model.infer(x, noise, tape_of(gradients));
    let samples = z.shape().0.0 / x.shape().0.0;
    let kl = ops::weighted_sum(divergence, vec![1.0 / samples as f32; z.shape().0.0]);
    let log_likelihood = model.decode(z).log_likelihood(x);
    let terms = BoundTerms {
        reconstruction: scalar(&log_likelihood),
        kl: scalar(&kl),
    };
    (kl * kl_weight - log_likelihood, terms)
}
