//! The paper's own estimate of the marginal likelihood (appendix D), from samples of the posterior.
//!
//! A density `q(z)` is fitted to some samples of `p(z|x)`; over new samples,
//! `p(x) ~= ( 1/L sum_l q(z_l) / (p(z_l) p(x|z_l)) )^-1`, since the posterior's mean of `q / p(x, z)` is `1 / p(x)`. As the
//! reciprocal of a mean it errs upwards, the more so where `q` is too wide. A chain that stays in one of several modes
//! knows nothing of the others' mass, which errs downwards; so every data point has several chains, which begin where
//! [annealing](super::annealed) ended, drawn by its weights: as many in each mode as belong there.

use rand::Rng;
use thiserror::Error;

use super::MeasurementContext;
use super::annealed::{Annealed, anneal, prior_draws};
use super::density::KernelDensity;
use super::marginal::{self, MarginalLikelihood, by_point, log_mean_exp};
use crate::cancel::Cancel;
use crate::data::Split;
use crate::hmc::{Chains, Leapfrog, LogLikelihood, tuned};
use crate::model::Vae;
use crate::model::recognition::ImageLikelihood;
use crate::random::{Purpose, generator};

/// Latent dimensions from which on a density can't be fitted well enough (the paper's own limit).
pub const TOO_MANY_DIMENSIONS: usize = 5;

/// Leapfrog steps of a move, as in the paper.
const LEAPFROG_STEPS: usize = 4;
/// Chains of every data point, and the stages in which they are annealed.
const CHAINS: usize = 10;
const STAGES: usize = 60;
/// Moves that find the step size.
const WARM_UP: usize = 30;
/// Moves from one sample to the next, so that neighbours differ.
const MOVES: usize = 4;
/// Data points whose chains move together.
const BLOCK: usize = 10;

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
    let values = posterior_samples_by_point(model, split, points, samples, noise, cancel, go_on)?;
    Ok(values.and_then(|values| MarginalLikelihood::of(&values)))
}

/// The same, every data point by itself.
///
/// # Errors
/// If the model has five latent dimensions or more.
pub fn posterior_samples_by_point(
    model: &Vae,
    split: &Split,
    points: usize,
    samples: usize,
    noise: MeasurementContext,
    cancel: &Cancel,
    go_on: impl FnMut(usize) -> bool,
) -> Result<Option<Vec<f64>>, TooManyDimensions> {
    let latent = model.architecture().latent;
    if latent >= TOO_MANY_DIMENSIONS {
        return Err(TooManyDimensions(latent));
    }
    let of_block = |points: std::ops::Range<usize>| {
        let (first, count) = (points.start, points.len());
        let x = marginal::images(split, points, noise);
        let generator = |step, row| {
            let stream = (row / count) << 32 | (first + row % count);
            generator(noise.seed, Purpose::Sampling, 1 << 32 | step, stream as u64)
        };
        let likelihood = ImageLikelihood::new(model, &x);
        let prior = likelihood.density();
        let start = prior_draws(prior, CHAINS * count, latent, |row| generator(ANNEALED, row));
        log_marginal_likelihoods(
            &likelihood,
            |z| prior.log_density_of(z),
            start,
            count,
            samples,
            generator,
        )
    };
    Ok(by_point(points, BLOCK, cancel, of_block, go_on))
}

/// Steps of the generators of annealing and of drawing by weights, beside those of the moves.
const ANNEALED: u64 = 1 << 20;
const RESAMPLED: u64 = 1 << 21;

/// Where chains drawn with their weights are, among those of the same data point: at even distances along the weights, from a random
/// start that `generator(point)` says.
fn resampled<R: Rng>(
    annealed: &Annealed,
    points: usize,
    latent: usize,
    generator: impl Fn(usize) -> R,
) -> Vec<f32> {
    let Annealed {
        positions,
        log_weights,
        ..
    } = annealed;
    let mut drawn = positions.clone();
    for point in 0..points {
        let rows: Vec<usize> = (point..log_weights.len()).step_by(points).collect();
        let total = log_mean_exp(rows.iter().map(|&row| log_weights[row]));
        // Weights whose mean is 1: a chain is drawn for every whole number that their sum passes.
        let mut next = generator(point).r#gen::<f64>();
        let (mut passed, mut targets) = (0.0, rows.iter());
        for &row in &rows {
            passed += (log_weights[row] - total).exp();
            while next < passed {
                let Some(&target) = targets.next() else { break };
                drawn[target * latent..][..latent].copy_from_slice(&positions[row * latent..][..latent]);
                next += 1.0;
            }
        }
    }
    drawn
}

/// `log p(x)` of every data point with the prior `log_prior`; `start` are draws from it, [`CHAINS`] rounds of one per data point.
/// Step `step` of the chain in `row` draws from `generator(step, row)`.
fn log_marginal_likelihoods<R: Rng>(
    likelihood: &impl LogLikelihood,
    log_prior: impl Fn(&[f32]) -> f64,
    start: Vec<f32>,
    points: usize,
    samples: usize,
    generator: impl Fn(u64, usize) -> R,
) -> Vec<f64> {
    let latent = start.len() / (CHAINS * points);
    let annealed = anneal(likelihood, points, start, latent, STAGES, |stage, row| {
        generator(ANNEALED | stage, row)
    });
    let positions = resampled(&annealed, points, latent, |point| generator(RESAMPLED, point));
    let mut chains = Chains::new(likelihood, positions, latent);
    chains.scales = annealed.scales;
    let mut size = 0.3;
    for step in 0..WARM_UP as u64 {
        let leapfrog = Leapfrog {
            steps: LEAPFROG_STEPS,
            size,
        };
        let acceptance = chains.advance(leapfrog, |row| generator(step, row));
        size = tuned(size, acceptance, 1.1);
    }
    let leapfrog = Leapfrog {
        steps: LEAPFROG_STEPS,
        size,
    };

    let mut step = WARM_UP as u64;
    let mut draw = |chains: &mut Chains<_>| -> Vec<Vec<Sample>> {
        let mut drawn: Vec<Vec<Sample>> = (0..points).map(|_| Vec::with_capacity(samples)).collect();
        while drawn.iter().any(|drawn| drawn.len() < samples) {
            for _ in 0..MOVES {
                chains.advance(leapfrog, |row| generator(step, row));
                step += 1;
            }
            let places = chains
                .positions()
                .chunks_exact(latent)
                .zip(chains.log_likelihoods());
            for (row, (z, log_likelihood)) in places.enumerate() {
                let drawn = &mut drawn[row % points];
                if drawn.len() < samples {
                    drawn.push(Sample {
                        z: z.iter().map(|&z| f64::from(z)).collect(),
                        log_joint: log_prior(z) + log_likelihood,
                    });
                }
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
    use crate::random::fill_standard_normal;

    /// Draws from `N(0, I)` for every chain of so many points.
    fn start(points: usize, latent: usize) -> Vec<f32> {
        let mut start = vec![0.0; CHAINS * points * latent];
        for (row, z) in start.chunks_exact_mut(latent).enumerate() {
            fill_standard_normal(&mut generator(1, Purpose::Sampling, ANNEALED, row as u64), z);
        }
        start
    }

    #[test]
    fn a_linear_gaussian_model_has_its_closed_form() {
        let points = Points::some(40);
        let ours = log_marginal_likelihoods(
            &points,
            |z| PriorDensity::Standard.log_density_of(z),
            start(40, LATENT),
            40,
            200,
            |step, row| generator(1, Purpose::Sampling, step, row as u64),
        );
        let mean = ours.iter().sum::<f64>() / 40.0;
        assert!(
            (mean - points.exact()).abs() < 0.02,
            "{mean} for {}",
            points.exact()
        );
    }

    /// `z` and `-z` explain the data alike, far from one another, one of them four times as well: half of a chain's view is not enough.
    #[test]
    fn two_modes_are_both_weighed() {
        struct TwoModes;
        const VARIANCE: f64 = 0.01;
        /// Log-densities of the modes at 2 and -2.
        fn modes(z: f64) -> [f64; 2] {
            [(2.0, 0.8_f64), (-2.0, 0.2)].map(|(at, share)| share.ln() - (z - at).powi(2) / (2.0 * VARIANCE))
        }
        impl LogLikelihood for TwoModes {
            fn evaluate(&self, z: &[f32], gradient: &mut [f32], values: &mut [f64]) {
                for ((z, gradient), value) in z.iter().zip(gradient).zip(values) {
                    let z = f64::from(*z);
                    let [one, other] = modes(z);
                    let share = 1.0 / (1.0 + (other - one).exp());
                    *value = one.max(other) + (-(one - other).abs()).exp().ln_1p();
                    *gradient = ((share * (2.0 - z) + (1.0 - share) * (-2.0 - z)) / VARIANCE) as f32;
                }
            }
        }
        // The integral of N(0, 1) times both modes, whose shares add up to 1.
        let exact = 0.5 * (VARIANCE / (1.0 + VARIANCE)).ln() - 4.0 / (2.0 * (1.0 + VARIANCE));
        let points = 40;
        let generator = |step, row: usize| generator(1, Purpose::Sampling, step, row as u64);
        let annealed = anneal(&TwoModes, points, start(points, 1), 1, STAGES, |stage, row| {
            generator(ANNEALED | stage, row)
        });
        let drawn = resampled(&annealed, points, 1, |point| generator(RESAMPLED, point));
        let share = drawn.iter().filter(|&&z| z > 0.0).count() as f64 / drawn.len() as f64;
        assert!(
            (share - 0.8).abs() < 0.1,
            "{share} of the chains at the better mode"
        );
        let ours = log_marginal_likelihoods(
            &TwoModes,
            |z| PriorDensity::Standard.log_density_of(z),
            start(points, 1),
            points,
            100,
            generator,
        );
        let mean = ours.iter().sum::<f64>() / points as f64;
        assert!((mean - exact).abs() < 0.2, "{mean} for {exact}");
    }
}
