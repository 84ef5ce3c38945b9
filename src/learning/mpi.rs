//! [`Ranks`] that MPI started.

use mpi::Threading;
use mpi::environment::{Universe, initialize_with_threading};
use mpi::request::multiple_scope;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives, Root};

use super::ranks::Ranks;

/// This process among those that were started with it. Speak from the thread that joined them.
#[derive(Clone, Copy, Debug)]
pub struct MpiRanks {
    rank: usize,
    size: usize,
}

/// That this process is one of several. They part when all of them drop this; one that panics meanwhile doesn't wait for the
/// others, so that whoever started them notices.
pub struct Joined {
    _universe: Universe,
}

impl Drop for Joined {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::process::exit(PANICKED);
        }
    }
}

/// What a process ends with whose main thread panicked.
const PANICKED: i32 = 101;

/// Joins the processes that were started with this one.
///
/// # Errors
/// If it was done before in this process.
pub fn join() -> anyhow::Result<(Joined, MpiRanks)> {
    let (universe, _) = initialize_with_threading(Threading::Funneled)
        .ok_or_else(|| anyhow::anyhow!("the processes of a run were joined before"))?;
    let world = universe.world();
    let number = |number: i32| usize::try_from(number).unwrap_or_default();
    let ranks = MpiRanks {
        rank: number(world.rank()),
        size: number(world.size()),
    };
    let joined = Joined { _universe: universe };
    Ok((joined, ranks))
}

impl Ranks for MpiRanks {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.size
    }

    fn gather_words(&self, own: &[u64]) -> Vec<u64> {
        let mut all = vec![0; own.len() * self.size];
        SimpleCommunicator::world().all_gather_into(own, &mut all[..]);
        all
    }

    fn broadcast(&self, parts: Vec<(usize, &mut [f32])>) {
        let world = SimpleCommunicator::world();
        // All at once, from and to where the numbers belong.
        multiple_scope(parts.len(), |scope, requests| {
            for (owner, part) in parts {
                if !part.is_empty() {
                    let owner = world.process_at_rank(owner as i32);
                    requests.add(owner.immediate_broadcast_into(scope, part));
                }
            }
            requests.wait_all(&mut Vec::new());
        });
    }
}
