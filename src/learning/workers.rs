//! The threads that share a minibatch, one dfdx tape each.
//!
//! Two hand-overs a step: every shard walks its tape with single-threaded kernels and leaves the factors of its
//! gradient; then the optimizer multiplies them, sums the shards and updates, some rows of a weight at a time. Which
//! shard runs on which thread changes nothing: the number of shards is the run's, the number of threads at most the
//! machine's. Nor does it matter which [rank](super::ranks) has which shards, where a run has several processes.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use dfdx::prelude::{Cpu, Gradients};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use super::pieces;
use super::ranks::{Left, Ranks, Shares, exchanged, share};
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotMade {
    /// Something is not finite: a term of the loss, the gradient of a parameter, or what an update would make of one, by its name.
    NotFinite(String),
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
    /// The processes that share a minibatch with this one.
    ranks: Option<Arc<dyn Ranks>>,
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
        Self::with(threads, threads, None)
    }

    /// The threads of one process of several, with `threads` shards of every minibatch in all of them together. The calling thread is one
    /// of them, so that no step waits for it to wake another, and the only one that speaks with the other ranks.
    ///
    /// # Errors
    /// If the system refuses to start a thread, or if the calling one is one of other workers already.
    pub fn among(threads: usize, ranks: Arc<dyn Ranks>) -> Result<Self, ThreadPoolBuildError> {
        let own = threads.div_ceil(ranks.size());
        Self::with(threads, own, Some(ranks))
    }

    fn with(
        shards: usize,
        threads: usize,
        ranks: Option<Arc<dyn Ranks>>,
    ) -> Result<Self, ThreadPoolBuildError> {
        let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
        let mut pool = ThreadPoolBuilder::new()
            .num_threads(threads.min(cores))
            .thread_name(|index| format!("worker {index}"));
        if ranks.is_some() {
            pool = pool.use_current_thread();
        }
        let pool = pool.build()?;
        Ok(Self {
            pool,
            devices: (0..shards).map(|_| CachingDevice::default()).collect(),
            cut_for: Mutex::default(),
            ranks,
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

    /// What `work` says of every shard of a minibatch that is this process's, in order; `None` where it was cancelled.
    pub fn on_shards<R: Send>(
        &self,
        model: &Vae,
        minibatch: Minibatch,
        cancel: &Cancel,
        work: impl Fn(&Shard) -> R + Send + Sync,
    ) -> Option<Vec<R>> {
        let points = minibatch.indices.len();
        self.cut_for(points, minibatch.mc_samples);
        let rows = self.rows_of_a_shard(points);
        let own = self.own_shards(points);
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
            let own = shards.enumerate().skip(own.start).take(own.len());
            own.map(of_shard).collect()
        })
    }

    /// Data points of each shard of so many, but the last.
    fn rows_of_a_shard(&self, points: usize) -> usize {
        let shards = self.devices.len().min(points / SMALLEST_SHARD).max(1);
        points.div_ceil(shards)
    }

    /// How many shards so many data points are.
    fn shards(&self, points: usize) -> usize {
        points.div_ceil(self.rows_of_a_shard(points))
    }

    /// Those of them that are this process's.
    fn own_shards(&self, points: usize) -> Range<usize> {
        match &self.ranks {
            Some(ranks) => share(self.shards(points), ranks.rank(), ranks.size()),
            None => 0..self.shards(points),
        }
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
        let points = minibatch.indices.len();
        let mut tapes = Vec::new();
        let pieces = pieces::points_of_a_piece(points, minibatch.mc_samples);
        let left: Option<Vec<Left>> = if let Some(points) = pieces {
            let of_shard = |shard: &Shard| pieces::summed(shard, points, &gradient);
            self.on_shards(model, minibatch, cancel, of_shard)
        } else {
            let shards = self.on_shards(model, minibatch, cancel, gradient);
            shards.map(|shards| take_gradients(model, shards, &mut tapes))
        };
        let left = left.ok_or(NotMade::Cancelled)?;
        let left = match self.ranks.as_deref() {
            Some(ranks) => exchanged(ranks, left, self.shards(points), model.parameters().len()),
            None => left,
        };
        let terms = sum(left.iter().map(|(_, terms)| *terms));
        let gradients = gradients(model, left, pieces.is_some());
        let made = self.update(model, optimizer, &gradients, terms, minibatch, cancel);
        give_back_gradients(model, &mut tapes, self.own_shards(points).start, gradients);
        made
    }

    /// Updates with these gradients, if they and the loss are finite, and unless it is cancelled before the first parameter has
    /// changed. The terms come back.
    fn update(
        &self,
        model: &mut Vae,
        optimizer: &mut Optimizer,
        gradients: &[Gradient],
        terms: BoundTerms,
        minibatch: Minibatch,
        cancel: &Cancel,
    ) -> Result<BoundTerms, NotMade> {
        let place = term_that_is_not_finite(terms).or_else(|| bias_that_is_not_finite(model, gradients));
        if let Some(place) = place {
            return Err(NotMade::NotFinite(place));
        }
        // The copy shares the parameters until the update, which then pays for it: only where numbers are so large that the update may
        // go beyond what there is.
        let before = is_risky(terms, gradients, minibatch).then(|| (model.clone(), optimizer.clone()));
        let multiplications: usize = gradients.iter().map(Gradient::multiplications).sum();
        // Where there are other ranks, nobody cancels, and a sum would be multiplied by each of them.
        let is_long = multiplications > MULTIPLICATIONS_OF_AN_UPDATE && self.ranks.is_none();
        let mut sums: Option<Vec<Gradient>> = None;
        if is_long || minibatch.largest_norm.is_some() {
            let reduced = self.pool.install(|| {
                let reduced = |gradient: &Gradient| gradient.reduced(minibatch.numbers.products, cancel);
                gradients.iter().map(reduced).collect::<Option<Vec<Gradient>>>()
            });
            let mut reduced = reduced.ok_or(NotMade::Cancelled)?;
            if let Some(largest) = minibatch.largest_norm {
                clip(&model.parameters(), &mut reduced, largest);
            }
            sums = Some(reduced);
        } else if cancel.is_cancelled() {
            return Err(NotMade::Cancelled);
        }
        let gradients = sums.as_deref().unwrap_or(gradients);
        let shares = self
            .ranks
            .as_deref()
            .map(|ranks| (ranks, Shares::of(model, ranks.size())));
        let is_own = |parameter: usize, start: usize| match &shares {
            Some((ranks, shares)) => shares.has(ranks.rank(), parameter, start),
            None => true,
        };
        self.pool.install(|| {
            optimizer.update_where(model.parameters_mut(), gradients, minibatch.numbers, is_own);
        });
        if let Some((ranks, shares)) = &shares {
            shares.exchange_parameters(*ranks, model);
        }
        let Some(before) = before else {
            return Ok(terms);
        };
        let mut place = parameter_that_is_not_finite(model, optimizer);
        if let Some((ranks, _)) = &shares {
            place = first_name(*ranks, model, place);
        }
        match place {
            Some(place) => {
                (*model, *optimizer) = before;
                Err(NotMade::NotFinite(place))
            }
            None => Ok(terms),
        }
    }
}

fn sum(of_shards: impl Iterator<Item = BoundTerms>) -> BoundTerms {
    of_shards.fold(BoundTerms::default(), |mut sum, terms| {
        sum += terms;
        sum
    })
}

/// Nats per data point, and elements of a bias's gradient per data point, above which an update is checked afterwards: products of
/// factors that overflow come with losses and biases beyond all measure.
const RISKY: f64 = 1e6;

fn is_risky(terms: BoundTerms, gradients: &[Gradient], minibatch: Minibatch) -> bool {
    let most = RISKY * minibatch.indices.len() as f64;
    let is_large = |values: &Vec<f32>| values.iter().any(|&value| f64::from(value.abs()) > most);
    let is_large_bias = |gradient: &Gradient| match gradient {
        Gradient::Summands(shards) => shards.iter().any(is_large),
        Gradient::Seen(_) | Gradient::Factors { .. } => false,
    };
    terms.reconstruction.abs() > most || terms.kl.abs() > most || gradients.iter().any(is_large_bias)
}

fn term_that_is_not_finite(terms: BoundTerms) -> Option<String> {
    let named = [("reconstruction", terms.reconstruction), ("KL", terms.kl)];
    let found = named.into_iter().find(|(_, term)| !term.is_finite());
    found.map(|(name, _)| name.into())
}

/// The parameter that is not finite itself, or of which the optimizer remembers something that is not.
pub fn parameter_that_is_not_finite(model: &Vae, optimizer: &Optimizer) -> Option<String> {
    let finite = |memory: &[Vec<f32>], index: usize| {
        memory.get(index).is_none_or(|values| kernels::all_finite(values))
    };
    let mut parameters = model.parameters().into_iter().enumerate();
    let found = parameters.find(|(index, named)| {
        !(kernels::all_finite(named.parameter.values())
            && finite(&optimizer.first, *index)
            && finite(&optimizer.second, *index))
    });
    found.map(|(_, named)| named.name)
}

/// Moves what the tapes left for every parameter out of the shards; the tapes wait in `tapes` to get it back.
fn take_gradients(
    model: &Vae,
    shards: Vec<ShardGradient>,
    tapes: &mut Vec<Gradients<f32, Cpu>>,
) -> Vec<Left> {
    let parameters = model.parameters();
    let of_shard = |(mut tape, terms): ShardGradient| {
        let parameters = parameters.iter();
        let left = parameters.map(|named| named.parameter.take_gradient(&mut tape));
        let left = left.collect();
        tapes.push(tape);
        (left, terms)
    };
    shards.into_iter().map(of_shard).collect()
}

/// The gradient of every parameter, of what all shards left for it; `are_sums` says that it is multiplied out already.
fn gradients(model: &Vae, left: Vec<Left>, are_sums: bool) -> Vec<Gradient> {
    let mut shards: Vec<_> = left.into_iter().map(|(left, _)| left.into_iter()).collect();
    let of_parameter = |named: Named<&dyn Parameter>| {
        let of_shards = shards.iter_mut().filter_map(Iterator::next).collect();
        match are_sums {
            true => Gradient::of_sums(named.role, of_shards),
            false => Gradient::new(named.parameter, named.role, of_shards),
        }
    };
    model.parameters().into_iter().map(of_parameter).collect()
}

/// Puts the buffers of this process's shards back, of which `first_own` is the first, so that dropping the tapes returns them to the
/// cache for the next step.
fn give_back_gradients(
    model: &Vae,
    tapes: &mut [Gradients<f32, Cpu>],
    first_own: usize,
    gradients: Vec<Gradient>,
) {
    for (named, gradient) in model.parameters().into_iter().zip(gradients) {
        let own = gradient.into_shards().into_iter().skip(first_own);
        for (tape, gradient) in tapes.iter_mut().zip(own) {
            named.parameter.give_back_gradient(tape, gradient);
        }
    }
}

/// The first in the model's order of the parameters that the ranks name, each one or none.
fn first_name(ranks: &dyn Ranks, model: &Vae, name: Option<String>) -> Option<String> {
    let names: Vec<String> = model.parameters().into_iter().map(|named| named.name).collect();
    let place = name.and_then(|name| names.iter().position(|other| *other == name));
    let places = ranks.gather_words(&[place.map_or(u64::MAX, |place| place as u64)]);
    let first = places
        .into_iter()
        .min()
        .and_then(|first| usize::try_from(first).ok())?;
    names.get(first).cloned()
}

/// The bias nearest to the loss whose gradient is not finite. A NaN or infinity anywhere on the way back from the loss reaches the
/// biases of the layers below it, which are a thousandth of the whole to look through.
fn bias_that_is_not_finite(model: &Vae, gradients: &[Gradient]) -> Option<String> {
    let mut biases = model.parameters().into_iter().zip(gradients).rev();
    let found = biases.find(|(named, gradient)| match (named.role, gradient) {
        (Role::Bias, Gradient::Summands(shards)) => !shards.iter().all(|shard| kernels::all_finite(shard)),
        _ => false,
    });
    found.map(|(named, _)| named.name)
}
