//! The SGVB estimator A (paper, equation 6): `1/L sum_l log p(x|z_l) + log p(z_l) - log q(z_l|x)`.

use dfdx::prelude::*;

use super::{BoundTerms, Loss, scalar, tape_of};
use crate::dims::{Batch, Latent, Pixels};
use crate::model::{Vae, posterior};

pub(super) fn negative(
    model: &Vae,
    x: &Tensor<(Batch, Pixels), f32, Cpu>,
    noise: &Tensor<(Batch, Latent), f32, Cpu>,
    kl_weight: f32,
    gradients: Gradients<f32, Cpu>,
) -> (Loss, BoundTerms) {
    let moments = model.encode(x, tape_of(gradients));
    let moments_alone = moments.retaped::<NoneTape>();
    let z = posterior::reparameterise(moments, noise);
    let kl = posterior::sampled_kl(z.retaped::<OwnedTape<f32, Cpu>>(), &moments_alone, noise);
    let log_likelihood = model.decode(z).log_likelihood(x);
    let terms = BoundTerms {
        reconstruction: scalar(&log_likelihood),
        kl: scalar(&kl),
    };
    (kl * kl_weight - log_likelihood, terms)
}
