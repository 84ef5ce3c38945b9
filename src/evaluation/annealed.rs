//! Annealed importance sampling (Neal 2001; on decoders: Wu, Burda, Salakhutdinov and Grosse, arXiv 1611.04273).
//!
//! A chain begins at a draw from the prior and moves, one HMC move a stage, through the densities
//! `p(z) p(x|z)^power` while the power rises from 0 to 1. The product of what every rise does to the density is a weight
//! whose mean is `p(x)`: no encoder has a part in it, and no dimension is too many. Its logarithm errs downwards, less so
//! with more stages.

use rand::Rng;

use super::MeasurementContext;
use super::marginal::{self, MarginalLikelihood, by_point, log_mean_exp};
use crate::cancel::Cancel;
use crate::data::Split;
use crate::hmc::{Chains, Leapfrog, LogLikelihood, tuned};
use crate::model::Vae;
use crate::model::prior::PriorDensity;
use crate::model::recognition::ImageLikelihood;
use crate::random::{Purpose, fill_standard_normal, generator};

/// Leapfrog steps of a move.
const LEAPFROG_STEPS: usize = 5;
/// The share of a dimension's variance that stays from one stage to the next.
const KEPT_VARIANCE: f32 = 0.8;
/// Data points whose chains move together.
const BLOCK: usize = 10;

/// The estimate over the first `points` points of `split`, with `chains` chains per data point and `stages` stages;
/// `None` as soon as it is cancelled, or when `go_on`, which hears after every round how many points are done, says no.
pub fn annealed(
    model: &Vae,
    split: &Split,
    points: usize,
    schedule: (usize, usize),
    noise: MeasurementContext,
    cancel: &Cancel,
    go_on: impl FnMut(usize) -> bool,
) -> Option<MarginalLikelihood> {
    MarginalLikelihood::of(&annealed_by_point(
        model, split, points, schedule, noise, cancel, go_on,
    )?)
}

/// The same, every data point by itself.
pub fn annealed_by_point(
    model: &Vae,
    split: &Split,
    points: usize,
    (chains, stages): (usize, usize),
    noise: MeasurementContext,
    cancel: &Cancel,
    go_on: impl FnMut(usize) -> bool,
) -> Option<Vec<f64>> {
    let of_block = |points: std::ops::Range<usize>| {
        let (first, count) = (points.start, points.len());
        let x = marginal::images(split, points, noise);
        let generator = |stage, row| {
            let stream = (row / count) << 32 | (first + row % count);
            generator(noise.seed, Purpose::Sampling, 1 << 33 | stage, stream as u64)
        };
        let latent = model.architecture().latent;
        let likelihood = ImageLikelihood::new(model, &x);
        let start = prior_draws(likelihood.density(), chains * count, latent, |row| {
            generator(0, row)
        });
        anneal(&likelihood, count, start, latent, stages, generator).log_marginal_likelihoods(count)
    };
    by_point(points, BLOCK, cancel, of_block, go_on)
}

/// So many draws from a prior, one after the other, row `i` with `generator(i)`.
pub(super) fn prior_draws<R: Rng>(
    prior: &PriorDensity,
    rows: usize,
    latent: usize,
    generator: impl Fn(usize) -> R,
) -> Vec<f32> {
    let mut draws = Vec::with_capacity(rows * latent);
    let mut eps = vec![0.0; latent];
    for row in 0..rows {
        let mut generator = generator(row);
        fill_standard_normal(&mut generator, &mut eps);
        draws.extend(prior.draw(&eps, 1.0, &mut generator));
    }
    draws
}

/// Chains that were annealed, and what they weigh.
pub(super) struct Annealed {
    /// Where they ended, (chains, latent).
    pub positions: Vec<f32>,
    /// The logarithm of every chain's weight: draws with these weights are draws from the posterior.
    pub log_weights: Vec<f64>,
    /// The scale of every dimension at the end.
    pub scales: Vec<f32>,
}

impl Annealed {
    /// `log p(x)` of every data point.
    fn log_marginal_likelihoods(&self, points: usize) -> Vec<f64> {
        let of_point =
            |point: usize| log_mean_exp(self.log_weights.iter().skip(point).step_by(points).copied());
        (0..points).map(of_point).collect()
    }
}

/// Anneals chains from `start`, draws from the prior in rounds of one per data point; stage `stage`, from 1 on, of the chain in `row`
/// draws from `generator(stage, row)`.
pub(super) fn anneal<R: Rng>(
    likelihood: &impl LogLikelihood,
    points: usize,
    start: Vec<f32>,
    latent: usize,
    stages: usize,
    generator: impl Fn(u64, usize) -> R,
) -> Annealed {
    let mut log_weights = vec![0.0; start.len() / latent];
    let mut chains = Chains::new(likelihood, start, latent);
    let mut size = 0.3;
    for stage in 1..=stages {
        let rise = power(stage, stages) - power(stage - 1, stages);
        for (weight, log_likelihood) in log_weights.iter_mut().zip(chains.log_likelihoods()) {
            *weight += rise * log_likelihood;
        }
        chains.power = power(stage, stages);
        // One size for all chains, tuned on what the stage before accepted, and scales of all: no chain's own fate decides its step.
        let leapfrog = Leapfrog {
            steps: LEAPFROG_STEPS,
            size,
        };
        let acceptance = chains.advance(leapfrog, |row| generator(stage as u64, row));
        size = tuned(size, acceptance, 1.05);
        chains.follow_spread(points, KEPT_VARIANCE);
    }
    Annealed {
        positions: chains.positions().to_vec(),
        scales: chains.scales.clone(),
        log_weights,
    }
}

/// The power of the likelihood after a stage: slow at the start, where a little likelihood moves the density far.
fn power(stage: usize, stages: usize) -> f64 {
    (stage as f64 / stages as f64).powi(4)
}

#[cfg(test)]
mod tests {
    use super::super::marginal::linear_gaussian::{LATENT, Points};
    use super::*;

    #[test]
    fn a_linear_gaussian_model_has_its_closed_form() {
        let points = Points::some(40);
        let generator = |stage, row: usize| generator(1, Purpose::Sampling, stage, row as u64);
        let mut start = vec![0.0; 300 * 40 * LATENT];
        for (row, z) in start.chunks_exact_mut(LATENT).enumerate() {
            fill_standard_normal(&mut generator(0, row), z);
        }
        let ours = anneal(&points, 40, start, LATENT, 100, generator).log_marginal_likelihoods(40);
        let mean = ours.iter().sum::<f64>() / 40.0;
        assert!(
            (mean - points.exact()).abs() < 0.03,
            "{mean} for {}",
            points.exact()
        );
    }
}
