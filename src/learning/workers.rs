//! The threads that share a minibatch, one dfdx tape each.
//!
//! Two hand-overs a step: every shard walks its tape with single-threaded kernels and leaves the factors of its
//! gradient; then the optimizer multiplies them, sums the shards and updates, some rows of a weight at a time. Which
//! shard runs on which thread changes nothing: the number of shards is the run's, the number of threads at most the
//! machine's.

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use super::shard::{Shard, ShardGradient};
use crate::data::Split;
use crate::kernels;
use crate::model::Vae;
use crate::nn::CachingDevice;
use crate::nn::optimizer::Optimizer;
use crate::nn::parameters::{Named, Parameter, Role};
use crate::objective::BoundTerms;

/// Data points below which a further shard costs more than it saves: every shard reads all weights.
const SMALLEST_SHARD: usize = 10;

/// A minibatch to be shared among threads.
#[derive(Clone, Copy)]
pub struct Minibatch<'a> {
    /// The training set.
    pub split: &'a Split,
    /// The data points.
    pub indices: &'a [usize],
    /// The strength of the prior on the weights, as in [`Optimizer::update`].
    pub weight_prior: f32,
}

/// A pool of threads, and a device for every shard whose cache keeps the shard's memory from step to step.
pub struct Workers {
    pool: ThreadPool,
    devices: Vec<CachingDevice>,
}

impl Workers {
    /// Threads for minibatches of `batch` points, split into `threads` shards, or fewer where a shard would be too
    /// small to be worth a thread.
    ///
    /// # Errors
    /// If the system refuses to start a thread.
    pub fn new(threads: usize, batch: usize) -> Result<Self, ThreadPoolBuildError> {
        let shards = threads.min(batch / SMALLEST_SHARD).max(1);
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
        let pool = ThreadPoolBuilder::new()
            .num_threads(shards.min(cores))
            .thread_name(|index| format!("worker {index}"))
            .build()?;
        Ok(Self {
            pool,
            devices: (0..shards).map(|_| CachingDevice::default()).collect(),
        })
    }

    /// Runs `work` on the pool: what it does in parallel then uses these threads.
    pub fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.pool.install(work)
    }

    /// What `work` says of every shard of a minibatch, in order.
    pub fn on_shards<R: Send>(
        &self,
        model: &Vae,
        minibatch: Minibatch,
        work: impl Fn(&Shard) -> R + Send + Sync,
    ) -> Vec<R> {
        let rows = minibatch.indices.len().div_ceil(self.devices.len());
        let of_shard = |(shard, (indices, device)): (usize, (&[usize], &CachingDevice))| {
            work(&Shard {
                model,
                device: device.cpu(),
                split: minibatch.split,
                indices,
                first_row: shard * rows,
            })
        };
        self.pool.install(|| {
            let shards = minibatch.indices.par_chunks(rows).zip(&self.devices);
            shards.enumerate().map(of_shard).collect()
        })
    }

    /// One update with the sum of the gradients that `gradient` gives for the shards of a minibatch.
    ///
    /// Where the loss or a gradient is not finite, nothing is updated and `None` comes back.
    pub fn learn(
        &self,
        model: &mut Vae,
        optimizer: &mut Optimizer,
        minibatch: Minibatch,
        gradient: impl Fn(&Shard) -> ShardGradient + Send + Sync,
    ) -> Option<BoundTerms> {
        let mut shards = self.on_shards(model, minibatch, gradient);
        self.pool.install(|| {
            let mut terms = BoundTerms::default();
            for (_, shard) in &shards {
                terms += *shard;
            }
            let gradients = take_gradients(model, &mut shards);
            let finite = terms.lower_bound().is_finite() && biases_are_finite(model, &gradients);
            if finite {
                optimizer.update(model.parameters_mut(), &gradients, minibatch.weight_prior);
            }
            give_back_gradients(model, &mut shards, gradients);
            finite.then_some(terms)
        })
    }
}

/// Moves the gradient of every parameter, or its factors, out of the shards: one list a parameter, one entry a shard.
fn take_gradients(model: &Vae, shards: &mut [ShardGradient]) -> Vec<Vec<Vec<f32>>> {
    let of_shards = |named: Named<&dyn Parameter>| {
        shards
            .iter_mut()
            .map(|(gradients, _)| named.parameter.take_gradient(gradients))
            .collect()
    };
    model.parameters().into_iter().map(of_shards).collect()
}

/// Puts the buffers back, so that dropping the shards returns them to the cache for the next step.
fn give_back_gradients(model: &Vae, shards: &mut [ShardGradient], gradients: Vec<Vec<Vec<f32>>>) {
    for (named, of_shards) in model.parameters().into_iter().zip(gradients) {
        for ((gradients, _), gradient) in shards.iter_mut().zip(of_shards) {
            named.parameter.give_back_gradient(gradients, gradient);
        }
    }
}

/// Whether the gradient of every bias is finite. A NaN or infinity anywhere on the way back from the loss reaches the
/// biases of the layers below it, which are a thousandth of the whole to look through.
fn biases_are_finite(model: &Vae, gradients: &[Vec<Vec<f32>>]) -> bool {
    let mut biases = model
        .parameters()
        .into_iter()
        .zip(gradients)
        .filter(|(named, _)| named.role == Role::Bias);
    biases.all(|(_, of_shards)| of_shards.iter().all(|gradient| kernels::all_finite(gradient)))
}
