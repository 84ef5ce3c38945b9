//! The SGVB estimator B (paper, equation 7): `1/L sum_l log p(x|z_l) - KL(q(z|x) || p(z))`, the divergence in closed form
//! (appendix B); of a Markov model between the Gaussians of every step, given a draw of the step before.

use dfdx::prelude::*;

use super::{BoundTerms, Loss, scalar, tape_of};
use crate::dims::{Batch, Latent, Pixels};
use crate::model::Vae;

pub(super) fn negative(
    model: &Vae,
    x: &Tensor<(Batch, Pixels), f32, Cpu>,
    noise: &Tensor<(Batch, Latent), f32, Cpu>,
    (kl_weight, free_nats): (f32, f32),
    gradients: Gradients<f32, Cpu>,
) -> (Loss, BoundTerms) {
    let (z, kl, of_bound) = model.infer_with_kl(x, noise, free_nats, tape_of(gradients));
    let log_likelihood = model.decode(z).log_likelihood(x);
    let terms = BoundTerms {
        reconstruction: scalar(&log_likelihood),
        kl: of_bound,
    };
    (kl * kl_weight - log_likelihood, terms)
}
