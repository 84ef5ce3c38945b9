//! One run over several processes, on one machine or many: each, a rank, has some shards of every minibatch and updates some of
//! the parameters.
//!
//! Every rank has the whole model and makes every step. It walks the tapes of its own shards; what they leave, which is small
//! beside the gradients ([factors](crate::nn::Gradient)), goes to all ranks, in the order of the shards. Each then multiplies and
//! updates its share of the parameters as a single process would, stretch by stretch over all shards, and sends the new values
//! to all. So the number of shards decides the bits, as ever, and the number of ranks changes none. What the optimizer remembers of a
//! share only its rank knows (as in ZeRO, Rajbhandari et al. 2020), until [`gather_memory`] tells all.

use std::ops::Range;

use crate::model::Vae;
use crate::nn::optimizer::{Optimizer, stretches};
use crate::objective::BoundTerms;

/// The processes that train a run together, as one of them sees the others. All make the same calls in the same order, each from
/// the one thread that speaks for its process; a rank that is lost ends the others' processes.
pub trait Ranks: Send + Sync {
    /// Which of them this is, from 0 on.
    fn rank(&self) -> usize;
    /// How many there are.
    fn size(&self) -> usize;
    /// The words of all ranks, one rank after the other; each has as many.
    fn gather_words(&self, own: &[u64]) -> Vec<u64>;
    /// Has every rank know all `parts`, each of which the rank that stands beside it knows: the others' numbers in it are replaced.
    /// All have parts of the same ranks and lengths in the same order.
    fn broadcast(&self, parts: Vec<(usize, &mut [f32])>);
}

/// What a shard leaves for every parameter, in the model's order, and the terms of its bound.
pub(super) type Left = (Vec<Vec<f32>>, BoundTerms);

/// The part of `count` things in a row that belongs to a rank of so many.
pub(super) fn share(count: usize, rank: usize, ranks: usize) -> Range<usize> {
    rank * count / ranks..(rank + 1) * count / ranks
}

/// What all `shards` left, in their order, where this rank has those of `own`, which leave something for so many `parameters`.
pub(super) fn exchanged(ranks: &dyn Ranks, own: Vec<Left>, shards: usize, parameters: usize) -> Vec<Left> {
    // Of each shard the lengths of what it left, and its two terms; ranks with one shard less fill up with zeros.
    let words_of_a_shard = parameters + 2;
    let words_of_a_rank = shards.div_ceil(ranks.size()) * words_of_a_shard;
    let mut words = Vec::with_capacity(words_of_a_rank);
    for (left, terms) in &own {
        words.extend(left.iter().map(|numbers| numbers.len() as u64));
        words.extend([terms.reconstruction.to_bits(), terms.kl.to_bits()]);
    }
    words.resize(words_of_a_rank, 0);
    let words = ranks.gather_words(&words);
    let mut own = own.into_iter();
    let mut all = Vec::with_capacity(shards);
    for (rank, words) in words.chunks_exact(words_of_a_rank).enumerate() {
        let of_shards = words.chunks_exact(words_of_a_shard);
        for words in of_shards.take(share(shards, rank, ranks.size()).len()) {
            // Its own buffers are those that the tapes want back.
            let own = (rank == ranks.rank()).then(|| own.next()).flatten();
            all.push((rank, own.unwrap_or_else(|| room_for(words.split_at(parameters)))));
        }
    }
    let parts = all.iter_mut().flat_map(|(rank, (left, _))| {
        let of_shard = left.iter_mut();
        of_shard.map(|numbers| (*rank, numbers.as_mut_slice()))
    });
    ranks.broadcast(parts.collect());
    all.into_iter().map(|(_, left)| left).collect()
}

/// Room for what a shard of another rank left, of which its words tell the lengths and the terms.
fn room_for((lengths, terms): (&[u64], &[u64])) -> Left {
    let room = lengths.iter().map(|&length| vec![0.0; length as usize]);
    let terms = BoundTerms {
        reconstruction: f64::from_bits(terms[0]),
        kl: f64::from_bits(terms[1]),
    };
    (room.collect(), terms)
}

/// Which rank updates what: of every parameter a range of its elements, for each rank, one after the other.
pub(super) struct Shares(Vec<Vec<Range<usize>>>);

impl Shares {
    /// The parameters of `model` in a row, cut between stretches into parts of about the same size.
    pub(super) fn of(model: &Vae, ranks: usize) -> Self {
        let parameters = model.parameters();
        let stretches: Vec<Vec<Range<usize>>> = parameters
            .iter()
            .map(|named| stretches(named).collect())
            .collect();
        let all: usize = stretches.iter().flatten().map(Range::len).sum();
        let mut shares = vec![vec![0..0; parameters.len()]; ranks];
        let mut before = 0;
        for (parameter, stretches) in stretches.iter().enumerate() {
            for stretch in stretches {
                let share = &mut shares[before * ranks / all][parameter];
                if share.end == 0 {
                    share.start = stretch.start;
                }
                share.end = stretch.end;
                before += stretch.len();
            }
        }
        Self(shares)
    }

    /// Whether a rank updates the stretch of a parameter that begins there.
    pub(super) fn has(&self, rank: usize, parameter: usize, start: usize) -> bool {
        self.0[rank][parameter].contains(&start)
    }

    /// Has every rank know the parameters as their ranks updated them.
    pub(super) fn exchange_parameters(&self, ranks: &dyn Ranks, model: &mut Vae) {
        let mut parameters = model.parameters_mut();
        let values = parameters.iter_mut().map(|named| named.parameter.values_mut());
        self.exchange(ranks, values.collect());
    }

    /// Has every rank know all of `rows`, one for each parameter, of which each knows its share.
    fn exchange(&self, ranks: &dyn Ranks, rows: Vec<&mut [f32]>) {
        let mut parts = Vec::new();
        for (parameter, mut row) in rows.into_iter().enumerate() {
            let shares = self.0.iter().map(|of_rank| &of_rank[parameter]);
            for (rank, share) in shares.enumerate() {
                let (part, rest) = row.split_at_mut(share.len());
                parts.push((rank, part));
                row = rest;
            }
        }
        ranks.broadcast(parts);
    }
}

/// Has every rank know all that the optimizer remembers: before the state of one of them is saved or measured by it.
pub fn gather_memory(ranks: &dyn Ranks, model: &Vae, optimizer: &mut Optimizer) {
    let shares = Shares::of(model, ranks.size());
    for memory in [&mut optimizer.first, &mut optimizer.second] {
        if !memory.is_empty() {
            shares.exchange(ranks, memory.iter_mut().map(Vec::as_mut_slice).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier, Mutex};

    use super::super::whole_steps::{configuration, data};
    use super::super::{Configuration, Method, Training, Workers};
    use super::*;
    use crate::cancel::Cancel;
    use crate::data::Dataset;

    /// Ranks that are threads of the test.
    struct Threads {
        rank: usize,
        barrier: Arc<Barrier>,
        words: Arc<Vec<Mutex<Vec<u64>>>>,
    }

    impl Threads {
        fn all(size: usize) -> Vec<Self> {
            let barrier = Arc::new(Barrier::new(size));
            let words: Arc<Vec<Mutex<Vec<u64>>>> = Arc::new((0..size).map(|_| Mutex::default()).collect());
            let of_rank = |rank| Self {
                rank,
                barrier: barrier.clone(),
                words: words.clone(),
            };
            (0..size).map(of_rank).collect()
        }
    }

    impl Ranks for Threads {
        fn rank(&self) -> usize {
            self.rank
        }

        fn size(&self) -> usize {
            self.words.len()
        }

        fn gather_words(&self, own: &[u64]) -> Vec<u64> {
            *self.words[self.rank].lock().unwrap() = own.to_vec();
            self.barrier.wait();
            let all = self.words.iter().flat_map(|words| words.lock().unwrap().clone());
            let all = all.collect();
            self.barrier.wait();
            all
        }

        fn broadcast(&self, parts: Vec<(usize, &mut [f32])>) {
            for (owner, part) in parts {
                let words: Vec<u64> = part.iter().map(|number| number.to_bits().into()).collect();
                let all = self.gather_words(&words);
                assert_eq!(all.len(), part.len() * self.size());
                let of_owner = all.into_iter().skip(owner * part.len());
                for (number, word) in part.iter_mut().zip(of_owner) {
                    *number = f32::from_bits(word as u32);
                }
            }
        }
    }

    /// The bits of parameters and optimizer after some steps, and the terms of the last.
    fn trained(
        configuration: &Configuration,
        data: &Dataset,
        ranks: Option<Threads>,
    ) -> (Vec<u32>, BoundTerms) {
        let ranks = ranks.map(|ranks| Arc::new(ranks) as Arc<dyn Ranks>);
        let threads = configuration.threads;
        let workers = match &ranks {
            Some(ranks) => Workers::among(threads, ranks.clone()),
            None => Workers::new(threads),
        };
        let workers = workers.unwrap();
        let mut training = Training::new(configuration.clone(), data);
        let mut terms = BoundTerms::default();
        for _ in 0..5 {
            terms = training.step(data, &workers, &Cancel::default()).unwrap().terms;
        }
        if let Some(ranks) = ranks {
            gather_memory(&*ranks, &training.model, &mut training.optimizer);
        }
        let parameters = training.model.parameters();
        let values = parameters.iter().flat_map(|named| named.parameter.values());
        let memory = training
            .optimizer
            .first
            .iter()
            .chain(&training.optimizer.second)
            .flatten();
        let bits = values.chain(memory).map(|value| value.to_bits()).collect();
        (bits, terms)
    }

    #[test]
    fn the_number_of_ranks_changes_no_bit() {
        // More than one stretch of the weights, and a last shard that is smaller.
        let data = data(90, 12);
        let with = |method: Method, change: fn(&mut Configuration)| {
            let mut configuration = Configuration {
                hidden: 300.into(),
                batch: 45,
                threads: 4,
                ..configuration(method)
            };
            change(&mut configuration);
            configuration
        };
        let configurations = [
            with(Method::Aevb, |_| {}),
            with(Method::Aevb, |changed| changed.clip_norm = Some(0.5)),
            with(Method::WakeSleep, |_| {}),
            with(Method::FullVb, |_| {}),
        ];
        for configuration in configurations {
            let alone = trained(&configuration, &data, None);
            for size in 1..=5 {
                let of_ranks: Vec<_> = std::thread::scope(|scope| {
                    let threads = Threads::all(size).into_iter();
                    let threads: Vec<_> = threads
                        .map(|rank| scope.spawn(|| trained(&configuration, &data, Some(rank))))
                        .collect();
                    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
                });
                for of_rank in of_ranks {
                    assert!(of_rank == alone, "{:?} on {size} ranks", configuration.method);
                }
            }
        }
    }

    #[test]
    fn every_stretch_is_in_one_share_of_about_the_same_size() {
        let data = data(90, 28);
        let configuration = Configuration {
            hidden: 500.into(),
            latent: 20,
            ..configuration(Method::Aevb)
        };
        let model = Training::new(configuration, &data).model;
        for ranks in [1, 2, 3, 8] {
            let shares = Shares::of(&model, ranks);
            let mut sizes = vec![0; ranks];
            for (parameter, named) in model.parameters().iter().enumerate() {
                for stretch in stretches(named) {
                    let has = |&rank: &usize| shares.has(rank, parameter, stretch.start);
                    let owners: Vec<usize> = (0..ranks).filter(has).collect();
                    assert_eq!(owners.len(), 1);
                    sizes[owners[0]] += stretch.len();
                }
            }
            let all: usize = sizes.iter().sum();
            assert!(
                sizes.iter().all(|&size| size.abs_diff(all / ranks) <= 41_000),
                "{sizes:?}"
            );
        }
    }
}
