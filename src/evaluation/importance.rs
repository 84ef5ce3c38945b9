//! The importance-weighted bound on the marginal likelihood (Burda, Grosse and Salakhutdinov, arXiv 1509.00519).

use rand::Rng;

use super::marginal::{self, MarginalLikelihood, by_point, log_mean_exp};
use super::{MeasurementContext, device};
use crate::cancel::Cancel;
use crate::data::Split;
use crate::dims::{Batch, Latent};
use crate::model::Vae;
use crate::model::posterior::Draws;
use crate::nn::view::{elements, tensor_of};
use crate::random::{Purpose, fill_standard_normal, generator};

/// Samples that one thread decodes at a time: memory stays bounded whatever K is, and near the processor.
const BLOCK: usize = 125;

/// `log 1/K sum_k p(x, z_k) / q(z_k|x)` with `z_k` from `q(z|x)`, averaged over the first `points` points of `split`.
///
/// A lower bound of `log p(x)` in expectation, tighter with every sample; K = 1 is the ordinary lower bound. After
/// every round `go_on` hears how many points are done; if it says no, or as soon as it is cancelled, the answer is `None`.
pub fn importance_weighted(
    model: &Vae,
    split: &Split,
    points: usize,
    samples: usize,
    noise: MeasurementContext,
    cancel: &Cancel,
    go_on: impl FnMut(usize) -> bool,
) -> Option<MarginalLikelihood> {
    let of_point = |point: usize| of_point(model, split, point, samples, noise);
    let values = by_point(points, 1, cancel, |points| points.map(of_point).collect(), go_on);
    MarginalLikelihood::of(&values?)
}

/// The same of one point of a split.
pub(super) fn of_point(
    model: &Vae,
    split: &Split,
    point: usize,
    samples: usize,
    noise: MeasurementContext,
) -> f64 {
    let latent = model.architecture().latent;
    let x = marginal::images(split, [point].into_iter(), noise);
    let proposal = model.proposal(&x, noise.seed);
    let generator = generator(noise.seed, Purpose::Evaluation, 1, point as u64);
    bound(latent, samples, generator, |eps| {
        let rows = Batch(eps.len() / latent);
        let eps = tensor_of(&device(), (rows, Latent(latent)), &eps);
        let Draws { z, divergence } = proposal.draw(&eps);
        let log_likelihoods = model.decode(z).log_likelihoods(&x).into_iter();
        let log_weights = log_likelihoods.zip(elements(&divergence));
        log_weights
            .map(|(log_likelihood, &divergence)| log_likelihood - f64::from(divergence))
            .collect()
    })
}

/// The bound of one data point; `log_weights` says `log p(x, z) - log q(z|x)` of draws made with some standard normal noise, a
/// row of `latent` numbers after the other.
fn bound(
    latent: usize,
    samples: usize,
    mut generator: impl Rng,
    log_weights: impl Fn(Vec<f32>) -> Vec<f64>,
) -> f64 {
    let mut weights = Vec::with_capacity(samples);
    while weights.len() < samples {
        let count = BLOCK.min(samples - weights.len());
        let mut eps = vec![0.0; count * latent];
        fill_standard_normal(&mut generator, &mut eps);
        weights.extend(log_weights(eps));
    }
    log_mean_exp(weights)
}

#[cfg(test)]
mod tests {
    use super::super::marginal::linear_gaussian::{LATENT, Points};
    use super::*;
    use crate::hmc::LogLikelihood;

    #[test]
    fn a_linear_gaussian_model_has_its_closed_form() {
        let points = Points::some(40);
        let of_point = |(index, x): (usize, &[f64; 3])| {
            let one = Points(vec![*x]);
            // The prior itself for a proposal: right for any.
            bound(
                LATENT,
                20_000,
                generator(1, Purpose::Evaluation, 0, index as u64),
                |z| {
                    let mut values = vec![0.0; z.len() / LATENT];
                    one.evaluate(&z, &mut vec![0.0; z.len()], &mut values);
                    values
                },
            )
        };
        let mean = points.0.iter().enumerate().map(of_point).sum::<f64>() / 40.0;
        assert!(
            (mean - points.exact()).abs() < 0.02,
            "{mean} for {}",
            points.exact()
        );
    }
}
