//! The importance-weighted bound on the marginal likelihood (Burda, Grosse and Salakhutdinov, arXiv 1509.00519).

use rand::Rng;

use super::marginal::{self, MarginalLikelihood, average, log_mean_exp};
use super::{MeasurementContext, device};
use crate::cancel::Cancel;
use crate::data::Split;
use crate::dims::{Batch, Latent};
use crate::kernels;
use crate::model::Vae;
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
    average(points, 1, cancel, |points| points.map(of_point).collect(), go_on)
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
    let moments = model.recognise(&x, noise.seed);
    let generator = generator(noise.seed, Purpose::Evaluation, 1, point as u64);
    bound(elements(&moments), samples, generator, |z| {
        let rows = Batch(z.len() / latent);
        let z = tensor_of(&device(), (rows, Latent(latent)), &z);
        model.decode(z).log_likelihoods(&x)
    })
}

/// The bound of one data point with proposals from the Gaussian of `moments`, (2 latent); `log_likelihoods` says
/// `log p(x|z)` of some latent vectors, one after the other.
fn bound(
    moments: &[f32],
    samples: usize,
    mut generator: impl Rng,
    log_likelihoods: impl Fn(Vec<f32>) -> Vec<f64>,
) -> f64 {
    let latent = moments.len() / 2;
    let log_variances = &moments[latent..];
    let mut weights = Vec::with_capacity(samples);
    while weights.len() < samples {
        let count = BLOCK.min(samples - weights.len());
        let (mut eps, mut z) = (vec![0.0; count * latent], vec![0.0; count * latent]);
        fill_standard_normal(&mut generator, &mut eps);
        kernels::reparameterise(&moments.repeat(count), &eps, latent, &mut z);

        // log p(z) - log q(z|x): the constants of the two Gaussians cancel.
        let rows = z.chunks_exact(latent).zip(eps.chunks_exact(latent));
        let prior_less_posterior = rows.map(|(z, eps)| {
            let dimensions = z.iter().zip(eps).zip(log_variances);
            let terms = dimensions.map(|((&z, &eps), &log_variance)| {
                (f64::from(eps).powi(2) - f64::from(z).powi(2) + f64::from(log_variance)) / 2.0
            });
            terms.sum::<f64>()
        });
        let prior_less_posterior: Vec<f64> = prior_less_posterior.collect();
        let of_block = log_likelihoods(z).into_iter().zip(prior_less_posterior);
        weights.extend(of_block.map(|(log_likelihood, rest)| log_likelihood + rest));
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
                &[0.0; 2 * LATENT],
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
