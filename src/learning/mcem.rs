//! Monte Carlo EM (paper, appendix E): no encoder; every training point has a Markov chain that samples its posterior.
//!
//! E step: one HMC move of ten leapfrog steps for the chains of the minibatch, together, from where each was left the last
//! time. M step: five updates of the decoder with the latent vectors found. One step size serves all chains and is tuned
//! after every move.

use dfdx::prelude::*;
use serde::{Deserialize, Serialize};

use super::shard::{Shard, ShardGradient, StepContext};
use super::workers::{Minibatch, NotMade, Workers};
use crate::cancel::{Cancel, checkpoint};
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
    /// Where they are, one row per training point.
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
            checkpoint();
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

    /// Puts the chains of some data points where `rows` says.
    fn put<'a>(&mut self, points: &[usize], rows: impl Iterator<Item = &'a [f32]>) {
        for (&point, row) in points.iter().zip(rows) {
            self.positions[point * row.len()..][..row.len()].copy_from_slice(row);
        }
    }
}

/// One E step and one M step on a minibatch, or nothing at all. The terms are of `log p(x, z)` before the updates.
///
/// # Errors
/// If the loss or a gradient is not finite at one of the updates, or if it was cancelled; chains, parameters and optimizer
/// then are what they were.
pub fn step(
    chains: &mut Chains,
    model: &mut Vae,
    optimizer: &mut Optimizer,
    workers: &Workers,
    minibatch: Minibatch,
    context: StepContext,
    cancel: &Cancel,
) -> Result<BoundTerms, NotMade> {
    let latent = model.architecture().latent;
    // A chain is the one sample of its data point.
    let minibatch = Minibatch {
        mc_samples: 1,
        ..minibatch
    };
    let sampling = chains.sampling;
    let before: Vec<f32> = positions_of(minibatch.indices, &chains.positions, latent).collect();
    expect(chains, model, workers, minibatch, context, cancel)?;
    maximise(
        &chains.positions,
        model,
        optimizer,
        workers,
        minibatch,
        context,
        cancel,
    )
    .inspect_err(|_| {
        chains.sampling = sampling;
        chains.put(minibatch.indices, before.chunks_exact(latent));
    })
}

/// The E step: moves the chains of the minibatch, or where it is cancelled, none.
fn expect(
    chains: &mut Chains,
    model: &Vae,
    workers: &Workers,
    minibatch: Minibatch,
    context: StepContext,
    cancel: &Cancel,
) -> Result<(), NotMade> {
    let latent = model.architecture().latent;
    let leapfrog = Leapfrog {
        steps: LEAPFROG_STEPS,
        size: chains.sampling.step_size,
    };
    let positions = &chains.positions;
    let moved = workers.on_shards(model, minibatch, cancel, |shard| {
        sample(shard, context, positions, leapfrog)
    });
    let moved = moved.ok_or(NotMade::Cancelled)?;
    chains.put(
        minibatch.indices,
        moved.iter().flat_map(|(z, _)| z.chunks_exact(latent)),
    );
    let moves: f64 = moved
        .iter()
        .map(|(z, share)| share * (z.len() / latent) as f64)
        .sum();
    let acceptance = moves / minibatch.indices.len() as f64;
    chains.sampling = Sampling {
        step_size: tuned(leapfrog.size, acceptance, TUNING),
        acceptance,
    };
    Ok(())
}

/// The M step: all updates, or none. What the first of them says of the model is returned.
fn maximise(
    positions: &[f32],
    model: &mut Vae,
    optimizer: &mut Optimizer,
    workers: &Workers,
    minibatch: Minibatch,
    context: StepContext,
    cancel: &Cancel,
) -> Result<BoundTerms, NotMade> {
    // The clone of a model shares the parameters until the first update.
    let before = (model.clone(), optimizer.clone());
    let mut learn = || {
        workers.learn(model, optimizer, minibatch, cancel, |shard| {
            gradient(shard, context, positions)
        })
    };
    let terms = learn().and_then(|terms| {
        for _ in 1..UPDATES {
            learn()?;
        }
        Ok(terms)
    });
    if terms.is_err() {
        (*model, *optimizer) = before;
    }
    terms
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
    positions_of(shard.indices, positions, shard.model.architecture().latent).collect()
}

/// The latent vectors of some data points, one after the other.
fn positions_of<'a>(
    points: &'a [usize],
    positions: &'a [f32],
    latent: usize,
) -> impl Iterator<Item = f32> + 'a {
    let rows = points.iter();
    rows.flat_map(move |&point| &positions[point * latent..][..latent])
        .copied()
}
