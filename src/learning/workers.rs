//! The threads that share a minibatch, one dfdx tape each.
//!
//! Two hand-overs a step: every shard walks its tape with single-threaded kernels and leaves the factors of its
//! gradient; then the optimizer multiplies them, sums the shards and updates, some rows of a weight at a time. Which
//! shard runs on which thread changes nothing: the number of shards is the run's, the number of threads at most the
//! machine's.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use super::pieces;
use super::semi_supervised::Labels;
use super::settings::THREADS_RANGE;
use super::shard::{Shard, ShardGradient};
use crate::cancel::Cancel;
use crate::data::Split;
use crate::kernels;
use crate::model::Vae;
use crate::nn::gradient::clip;
use crate::nn::optimizer::{Numbers, Optimizer};
use crate::nn::parameters::{Named, Parameter, Role};
use crate::nn::{CachingDevice, Gradient};
use crate::objective::BoundTerms;

/// Data points below which a further shard costs more than it saves: every shard reads all weights.
const SMALLEST_SHARD: usize = 10;

/// A minibatch to be shared among threads.
#[derive(Clone, Copy)]
pub struct Minibatch<'a> {
    /// The training set.
    pub split: &'a Split,
    /// Which data points of it, by their places.
    pub indices: &'a [usize],
    /// Posterior samples of each on a tape, `L`.
    pub mc_samples: usize,
    /// How many chains there are where there is no encoder: one for every data point up to the last that may be seen.
    pub chains: usize,
    /// The labels that learning sees, where it looks at them.
    pub labels: &'a Labels,
    /// How the update departs from the plain rule.
    pub numbers: Numbers,
    /// The largest norm of the gradient, which is a sum over the minibatch.
    pub largest_norm: Option<f32>,
}

/// Why a step was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMade {
    /// The loss or a gradient is not finite.
    NotFinite,
    /// Somebody wished so.
    Cancelled,
}

/// Multiplications of an update that are not worth dividing from it: a few milliseconds.
const MULTIPLICATIONS_OF_AN_UPDATE: usize = 1 << 28;

/// A pool of threads, and a device for every shard whose cache keeps the shard's memory from step to step.
pub struct Workers {
    pool: ThreadPool,
    devices: Vec<CachingDevice>,
    /// Data points and posterior samples of the minibatch that the devices' memory is cut for.
    cut_for: Mutex<(usize, usize)>,
}

/// As many threads as this machine has cores, within what a run may have.
pub fn default_threads() -> usize {
    std::thread::available_parallelism()
        .map_or(1, |cores| cores.get())
        .min(*THREADS_RANGE.end())
}

impl Workers {
    /// Threads for minibatches of any size, split into `threads` shards, or fewer where a shard would be too small to be
    /// worth a thread.
    ///
    /// # Errors
    /// If the system refuses to start a thread.
    pub fn new(threads: usize) -> Result<Self, ThreadPoolBuildError> {
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads.min(cores))
            .thread_name(|index| format!("worker {index}"))
            .build()?;
        Ok(Self {
            pool,
            devices: (0..threads).map(|_| CachingDevice::default()).collect(),
            cut_for: Mutex::default(),
        })
    }

    /// Runs `work` on the pool: what it does in parallel then uses these threads.
    pub fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.pool.install(work)
    }

    /// Runs `work` on the pool some time from now, and does not wait for it.
    pub fn spawn(&self, work: impl FnOnce() + Send + 'static) {
        self.pool.spawn(work);
    }

    /// What `work` says of every shard of a minibatch, in order; `None` where it was cancelled.
    pub fn on_shards<R: Send>(
        &self,
        model: &Vae,
        minibatch: Minibatch,
        cancel: &Cancel,
        work: impl Fn(&Shard) -> R + Send + Sync,
    ) -> Option<Vec<R>> {
        let points = minibatch.indices.len();
        self.cut_for(points, minibatch.mc_samples);
        let shards = self.devices.len().min(points / SMALLEST_SHARD).max(1);
        let rows = points.div_ceil(shards);
        let of_shard = |(shard, (indices, device)): (usize, (&[usize], &CachingDevice))| {
            let shard = Shard {
                model,
                device: device.cpu(),
                split: minibatch.split,
                indices,
                first_row: shard * rows,
            };
            cancel.run(|| minibatch.numbers.products.run(|| work(&shard)))
        };
        self.pool.install(|| {
            let shards = minibatch.indices.par_chunks(rows).zip(&self.devices);
            shards.enumerate().map(of_shard).collect()
        })
    }

    /// Frees what the devices keep, unless the minibatch before had the same sizes, of which it will be asked for again.
    fn cut_for(&self, points: usize, mc_samples: usize) {
        let mut cut_for = self.cut_for.lock().unwrap_or_else(PoisonError::into_inner);
        if *cut_for != (points, mc_samples) {
            *cut_for = (points, mc_samples);
            self.devices.iter().for_each(CachingDevice::free);
        }
    }

    /// One update with the sum of the gradients that `gradient` gives for the shards of a minibatch.
    ///
    /// # Errors
    /// If the loss or a gradient is not finite, or if it was cancelled; nothing is updated then.
    pub fn learn(
        &self,
        model: &mut Vae,
        optimizer: &mut Optimizer,
        minibatch: Minibatch,
        cancel: &Cancel,
        gradient: impl Fn(&Shard) -> ShardGradient + Send + Sync,
    ) -> Result<BoundTerms, NotMade> {
        if let Some(points) = pieces::points_of_a_piece(minibatch.indices.len(), minibatch.mc_samples) {
            let of_shard = |shard: &Shard| pieces::summed(shard, points, &gradient);
            let shards = self.on_shards(model, minibatch, cancel, of_shard);
            let shards = shards.ok_or(NotMade::Cancelled)?;
            return self.pool.install(|| {
                let terms = sum(shards.iter().map(|(_, terms)| *terms));
                let gradients = gradients_of_sums(model, shards.into_iter().map(|(sums, _)| sums));
                update(model, optimizer, &gradients, terms, minibatch, cancel)
            });
        }
        let shards = self.on_shards(model, minibatch, cancel, gradient);
        let mut shards = shards.ok_or(NotMade::Cancelled)?;
        self.pool.install(|| {
            let terms = sum(shards.iter().map(|(_, terms)| *terms));
            let gradients = take_gradients(model, &mut shards);
            let made = update(model, optimizer, &gradients, terms, minibatch, cancel);
            give_back_gradients(model, &mut shards, gradients);
            made
        })
    }
}

fn sum(of_shards: impl Iterator<Item = BoundTerms>) -> BoundTerms {
    of_shards.fold(BoundTerms::default(), |mut sum, terms| {
        sum += terms;
        sum
    })
}

/// Updates with these gradients, if they and the loss are finite, and unless it is cancelled before the first parameter has
/// changed. The terms come back.
fn update(
    model: &mut Vae,
    optimizer: &mut Optimizer,
    gradients: &[Gradient],
    terms: BoundTerms,
    minibatch: Minibatch,
    cancel: &Cancel,
) -> Result<BoundTerms, NotMade> {
    if !(terms.lower_bound().is_finite() && biases_are_finite(model, gradients)) {
        return Err(NotMade::NotFinite);
    }
    let multiplications: usize = gradients.iter().map(Gradient::multiplications).sum();
    if multiplications > MULTIPLICATIONS_OF_AN_UPDATE || minibatch.largest_norm.is_some() {
        let sums: Option<Vec<Gradient>> = gradients
            .iter()
            .map(|gradient| gradient.reduced(minibatch.numbers.products, cancel))
            .collect();
        let mut sums = sums.ok_or(NotMade::Cancelled)?;
        if let Some(largest) = minibatch.largest_norm {
            clip(&model.parameters(), &mut sums, largest);
        }
        optimizer.update(model.parameters_mut(), &sums, minibatch.numbers);
    } else if cancel.is_cancelled() {
        return Err(NotMade::Cancelled);
    } else {
        optimizer.update(model.parameters_mut(), gradients, minibatch.numbers);
    }
    Ok(terms)
}

/// The gradients of which every shard gives the [sums](pieces::summed), parameter by parameter.
fn gradients_of_sums(model: &Vae, shards: impl Iterator<Item = Vec<Vec<f32>>>) -> Vec<Gradient> {
    let mut gradients = Vec::new();
    for sums in shards {
        gradients.resize_with(sums.len(), Vec::new);
        for (gradient, sum) in gradients.iter_mut().zip(sums) {
            gradient.push(sum);
        }
    }
    let parameters = model.parameters().into_iter().zip(gradients);
    parameters
        .map(|(named, shards)| Gradient::of_sums(named.role, shards))
        .collect()
}

/// Moves the gradient of every parameter, or its factors, out of the shards.
fn take_gradients(model: &Vae, shards: &mut [ShardGradient]) -> Vec<Gradient> {
    let of_shards = |named: Named<&dyn Parameter>| {
        let of_shards = shards
            .iter_mut()
            .map(|(gradients, _)| named.parameter.take_gradient(gradients));
        Gradient::new(named.parameter, named.role, of_shards.collect())
    };
    model.parameters().into_iter().map(of_shards).collect()
}

/// Puts the buffers back, so that dropping the shards returns them to the cache for the next step.
fn give_back_gradients(model: &Vae, shards: &mut [ShardGradient], gradients: Vec<Gradient>) {
    for (named, gradient) in model.parameters().into_iter().zip(gradients) {
        for ((gradients, _), gradient) in shards.iter_mut().zip(gradient.into_shards()) {
            named.parameter.give_back_gradient(gradients, gradient);
        }
    }
}

/// Whether the gradient of every bias is finite. A NaN or infinity anywhere on the way back from the loss reaches the
/// biases of the layers below it, which are a thousandth of the whole to look through.
fn biases_are_finite(model: &Vae, gradients: &[Gradient]) -> bool {
    let mut biases = model.parameters().into_iter().zip(gradients);
    biases.all(|(named, gradient)| match (named.role, gradient) {
        (Role::Bias, Gradient::Summands(shards)) => shards.iter().all(|shard| kernels::all_finite(shard)),
        _ => true,
    })
}
