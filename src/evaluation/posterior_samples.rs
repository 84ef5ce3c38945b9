//! The paper's own estimate of the marginal likelihood (appendix D), from samples of the posterior.
//!
//! A density `q(z)` is fitted to some samples of `p(z|x)`; over new samples,
//! `p(x) ~= ( 1/L sum_l q(z_l) / (p(z_l) p(x|z_l)) )^-1`, since the posterior's mean of `q / p(x, z)` is `1 / p(x)`. As the
//! reciprocal of a mean it errs upwards, the more so where `q` is too wide. A chain that stays in one of several modes
//! knows nothing of the others' mass, which errs downwards.

use rand::Rng;
use thiserror::Error;

use super::MeasurementContext;
use super::density::KernelDensity;
use super::marginal::{self, MarginalLikelihood, average, log_mean_exp};
use crate::cancel::Cancel;
use crate::data::Split;
use crate::hmc::{Chains, Leapfrog, LogLikelihood, tuned};
use crate::model::Vae;
use crate::model::recognition::ImageLikelihood;
use crate::nn::view::elements;
use crate::random::{Purpose, generator};

/// Latent dimensions from which on a density can't be fitted well enough (the paper's own limit).
pub const TOO_MANY_DIMENSIONS: usize = 5;

/// Leapfrog steps of a move, as in the paper.
const LEAPFROG_STEPS: usize = 4;
/// Moves that bring the chains from the recognised posterior to the true one and find the step size.
const WARM_UP: usize = 150;
/// Moves from one sample to the next, so that neighbours differ.
const MOVES: usize = 4;
/// Data points whose chains move together.
const BLOCK: usize = 50;

/// The model has too many latent dimensions.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "the estimate from posterior samples (appendix D) needs fewer than {TOO_MANY_DIMENSIONS} latent dimensions, this model has {0}: importance samples and annealing have no such limit"
)]
pub struct TooManyDimensions(usize);

/// The estimate over the first `points` points of `split`, with `samples` samples per data point to fit the density and as
/// many again to evaluate it; `None` as soon as it is cancelled, or when `go_on`, which hears after every round how many
/// points are done, says no.
///
/// # Errors
/// If the model has five latent dimensions or more.
pub fn from_posterior_samples(
    model: &Vae,
    split: &Split,
    points: usize,
    samples: usize,
    noise: MeasurementContext,
    cancel: &Cancel,
    go_on: impl FnMut(usize) -> bool,
) -> Result<Option<MarginalLikelihood>, TooManyDimensions> {
    let latent = model.architecture().latent;
    if latent >= TOO_MANY_DIMENSIONS {
        return Err(TooManyDimensions(latent));
    }
    let of_block = |points: std::ops::Range<usize>| {
        let first = points.start;
        let x = marginal::images(split, points, noise);
        let moments = model.recognise(&x, noise.seed);
        let means = elements(&moments)
            .chunks_exact(2 * latent)
            .flat_map(|row| &row[..latent]);
        let prior = model.prior();
        log_marginal_likelihoods(
            &ImageLikelihood::new(model, &x),
            |z| prior.log_density_of(z),
            means.copied().collect(),
            latent,
            samples,
            |step, chain| {
                generator(
                    noise.seed,
                    Purpose::Sampling,
                    1 << 32 | step,
                    (first + chain) as u64,
                )
            },
        )
    };
    Ok(average(points, BLOCK, cancel, of_block, go_on))
}

/// `log p(x)` of every data point with the prior `log_prior`; the chains begin at `start`, and move `step` of `chain` draws from
/// `generator(step, chain)`.
fn log_marginal_likelihoods<R: Rng>(
    likelihood: &impl LogLikelihood,
    log_prior: impl Fn(&[f32]) -> f64,
    start: Vec<f32>,
    latent: usize,
    samples: usize,
    generator: impl Fn(u64, usize) -> R,
) -> Vec<f64> {
    let points = start.len() / latent;
    let mut chains = Chains::new(likelihood, start, latent);
    let mut size = 0.05;
    for step in 0..WARM_UP as u64 {
        let leapfrog = Leapfrog {
            steps: LEAPFROG_STEPS,
            size,
        };
        let acceptance = chains.advance(leapfrog, |chain| generator(step, chain));
        size = tuned(size, acceptance, 1.05);
    }
    let leapfrog = Leapfrog {
        steps: LEAPFROG_STEPS,
        size,
    };

    let mut step = WARM_UP as u64;
    let mut draw = |chains: &mut Chains<_>| -> Vec<Vec<Sample>> {
        let mut drawn: Vec<Vec<Sample>> = (0..points).map(|_| Vec::with_capacity(samples)).collect();
        for _ in 0..samples {
            for _ in 0..MOVES {
                chains.advance(leapfrog, |chain| generator(step, chain));
                step += 1;
            }
            let places = chains
                .positions()
                .chunks_exact(latent)
                .zip(chains.log_likelihoods());
            for (drawn, (z, log_likelihood)) in drawn.iter_mut().zip(places) {
                drawn.push(Sample {
                    z: z.iter().map(|&z| f64::from(z)).collect(),
                    log_joint: log_prior(z) + log_likelihood,
                });
            }
        }
        drawn
    };
    let (fitted, evaluated) = (draw(&mut chains), draw(&mut chains));
    let estimate = |(fitted, evaluated): (Vec<Sample>, Vec<Sample>)| {
        let centres: Vec<Vec<f64>> = fitted.into_iter().map(|sample| sample.z).collect();
        let density = KernelDensity::fit(&centres);
        let ratios = evaluated
            .iter()
            .map(|sample| density.log_density(&sample.z) - sample.log_joint);
        -log_mean_exp(ratios)
    };
    fitted.into_iter().zip(evaluated).map(estimate).collect()
}

/// A sample of the posterior.
struct Sample {
    z: Vec<f64>,
    /// `log p(x, z)`.
    log_joint: f64,
}

#[cfg(test)]
mod tests {
    use super::super::marginal::linear_gaussian::{LATENT, Points};
    use super::*;
    use crate::model::prior::PriorDensity;

    #[test]
    fn a_linear_gaussian_model_has_its_closed_form() {
        let points = Points::some(40);
        let ours = log_marginal_likelihoods(
            &points,
            |z| PriorDensity::Standard.log_density_of(z),
            vec![0.0; 40 * LATENT],
            LATENT,
            200,
            |step, chain| generator(1, Purpose::Sampling, step, chain as u64),
        );
        let mean = ours.iter().sum::<f64>() / 40.0;
        assert!(
            (mean - points.exact()).abs() < 0.02,
            "{mean} for {}",
            points.exact()
        );
    }
}
