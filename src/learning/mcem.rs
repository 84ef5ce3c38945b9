//! Monte Carlo EM (paper, appendix E): no encoder; every training point has a Markov chain that samples its posterior.
//!
//! E step: one HMC move of ten leapfrog steps for the chains of the minibatch, together, from where each was left the last
//! time. M step: five updates of the decoder with the latent vectors found. One step size serves all chains and is tuned
//! after every move.

use dfdx::prelude::*;
use serde::{Deserialize, Serialize};

use super::shard::{Shard, ShardGradient, StepContext};
use super::workers::{Minibatch, Workers};
use crate::dims::{Batch, Latent};
use crate::hmc::{self, Leapfrog, tuned};
use crate::model::Vae;
use crate::model::recognition::ImageLikelihood;
use crate::nn::optimizer::Optimizer;
use crate::nn::view::tensor_of;
use crate::objective::{BoundTerms, log_joint};
use crate::random::{Purpose, fill_standard_normal, generator};

/// Leapfrog steps of an E step.
const LEAPFROG_STEPS: usize = 10;
/// Updates of an M step.
pub const UPDATES: u64 = 5;
/// By how much a move changes the step size.
const TUNING: f32 = 1.02;
/// The step size at the start.
const FIRST_STEP_SIZE: f32 = 0.05;

/// The chains of all training points.
#[derive(Clone, Debug, PartialEq)]
pub struct Chains {
    /// Where they are, one row a training point.
    pub positions: Vec<f32>,
    /// How they move.
    pub sampling: Sampling,
}

/// How the chains move.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// Time of a leapfrog step.
    pub step_size: f32,
    /// The share of the last minibatch's chains that moved.
    pub acceptance: f64,
}

impl Chains {
    /// Chains that begin at draws from the prior.
    pub fn new(points: usize, latent: usize, seed: u64) -> Self {
        let mut positions = vec![0.0; points * latent];
        for (point, z) in positions.chunks_exact_mut(latent).enumerate() {
            // The first step has index 0, its chains rows below 2^32.
            let stream = 1 << 32 | point as u64;
            fill_standard_normal(&mut generator(seed, Purpose::Chain, 0, stream), z);
        }
        let sampling = Sampling {
            step_size: FIRST_STEP_SIZE,
            acceptance: 0.0,
        };
        Self { positions, sampling }
    }
}

/// One E step and one M step on a minibatch. The terms are of `log p(x, z) = log p(x|z) + log p(z)` before the updates:
/// the second stands in the place of the KL term, which no sample tells.
///
/// Where the loss or a gradient is not finite, the updates end and `None` comes back.
pub fn step(
    chains: &mut Chains,
    model: &mut Vae,
    optimizer: &mut Optimizer,
    workers: &Workers,
    minibatch: Minibatch,
    context: StepContext,
) -> Option<BoundTerms> {
    let latent = model.architecture().latent;
    let leapfrog = Leapfrog {
        steps: LEAPFROG_STEPS,
        size: chains.sampling.step_size,
    };
    let moved = workers.on_shards(model, minibatch, |shard| {
        sample(shard, context, &chains.positions, leapfrog)
    });
    let mut of_shards = moved.iter().flat_map(|(z, _)| z.chunks_exact(latent));
    for &point in minibatch.indices {
        if let Some(z) = of_shards.next() {
            chains.positions[point * latent..][..latent].copy_from_slice(z);
        }
    }
    let moves: f64 = moved
        .iter()
        .map(|(z, share)| share * (z.len() / latent) as f64)
        .sum();
    let acceptance = moves / minibatch.indices.len() as f64;
    chains.sampling = Sampling {
        step_size: tuned(leapfrog.size, acceptance, TUNING),
        acceptance,
    };

    let positions = &chains.positions;
    let mut learn = || {
        workers.learn(model, optimizer, minibatch, |shard| {
            gradient(shard, context, positions)
        })
    };
    let terms = learn()?;
    for _ in 1..UPDATES {
        learn()?;
    }
    Some(terms)
}

/// Moves the chains of a shard once; where they are then, and the share that moved.
fn sample(shard: &Shard, context: StepContext, positions: &[f32], leapfrog: Leapfrog) -> (Vec<f32>, f64) {
    let x = shard.images(context);
    let likelihood = ImageLikelihood::new(shard.model, &x);
    let latent = shard.model.architecture().latent;
    let mut chains = hmc::Chains::new(&likelihood, of_shard(shard, positions), latent);
    let acceptance = chains.advance(leapfrog, |row| {
        let stream = (shard.first_row + row) as u64;
        generator(context.seed, Purpose::Chain, context.step, stream)
    });
    (chains.positions().to_vec(), acceptance)
}

/// The gradient of `-log p(x|z)` for the decoder, summed over the shard.
fn gradient(shard: &Shard, context: StepContext, positions: &[f32]) -> ShardGradient {
    let x = shard.images(context);
    let latent = shard.model.architecture().latent;
    let shape = (Batch(shard.indices.len()), Latent(latent));
    let z = tensor_of(shard.device, shape, &of_shard(shard, positions));
    let (loss, terms) = log_joint::negative(shard.model, &x, z);
    (loss.backward(), terms)
}

/// The latent vectors of a shard's data points, one after the other.
fn of_shard(shard: &Shard, positions: &[f32]) -> Vec<f32> {
    let latent = shard.model.architecture().latent;
    let rows = shard.indices.iter();
    rows.flat_map(|&point| &positions[point * latent..][..latent])
        .copied()
        .collect()
}
