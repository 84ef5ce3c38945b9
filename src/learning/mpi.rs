//! [`Ranks`] that MPI started.

use mpi::Threading;
use mpi::datatype::PartitionMut;
use mpi::environment::{Universe, initialize_with_threading};
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives};

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

    #[expect(
        clippy::expect_used,
        reason = "so many numbers would be a model of 8 GiB, whose checkpoint no session holds"
    )]
    fn gather_numbers(&self, own: &[f32], counts: &[usize]) -> Vec<f32> {
        let all_of = |numbers: usize| i32::try_from(numbers).expect("fewer than 2^31 numbers");
        let mut before = 0;
        let starts: Vec<i32> = counts
            .iter()
            .map(|count| {
                before += count;
                all_of(before - count)
            })
            .collect();
        let counts: Vec<i32> = counts.iter().map(|&count| all_of(count)).collect();
        let mut all = vec![0.0; before];
        let mut partition = PartitionMut::new(&mut all[..], counts, starts);
        SimpleCommunicator::world().all_gather_varcount_into(own, &mut partition);
        all
    }
}
