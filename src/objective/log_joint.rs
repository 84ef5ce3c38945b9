//! `log p(x, z) = log p(x|z) + log p(z)` for latent vectors that are known (Monte Carlo EM, paper, appendix E).

use dfdx::prelude::*;

use super::{BoundTerms, Loss, scalar};
use crate::dims::{Batch, Latent, Pixels};
use crate::model::Vae;
use crate::nn::view::elements;

/// The names of its terms: the second, `-log p(z)`, stands in the place of the KL term, which no sample tells.
pub const TERM_NAMES: [&str; 2] = ["reconstruction", "prior"];

/// `-log p(x|z)`, summed over the rows: what the decoder minimises, since the prior has no parameters; and both terms.
///
/// Shapes: x (B, pixels), z (B, N_z).
pub fn negative(
    model: &Vae,
    x: &Tensor<(Batch, Pixels), f32, Cpu>,
    z: Tensor<(Batch, Latent), f32, Cpu>,
) -> (Loss, BoundTerms) {
    let squares: f64 = elements(&z).iter().map(|&z| f64::from(z).powi(2)).sum();
    let constants = elements(&z).len() as f64 * (2.0 * std::f64::consts::PI).ln();
    let log_likelihood = model.decode(z.traced(Gradients::leaky())).log_likelihood(x);
    let terms = BoundTerms {
        reconstruction: scalar(&log_likelihood),
        kl: (squares + constants) / 2.0,
    };
    (-log_likelihood, terms)
}
