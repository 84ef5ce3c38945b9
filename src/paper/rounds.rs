//! Runs that are trained as far as a budget of time goes: all to the same number of training points, which doubles from round to round.
//!
//! So what is compared has seen the same data, however dear a step of each is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::runs::{Laboratory, PaperRun};
use crate::data::Dataset;
use crate::run::RunState;

/// Training points of the first round: an epoch of MNIST.
const FIRST_ROUND: u64 = 60_000;

/// A trained run with its data.
pub(super) type Run = (RunState, Arc<Dataset>);

/// Trains what `runs` says for a number of training points, which doubles up to `whole` as long as the next round fits into
/// `budget`; the runs of the last round. Where the learning rate of one falls to its goal, each round would begin with a higher one again:
/// without a budget there is a single round.
///
/// # Errors
/// As [`Laboratory::train`].
pub(super) fn trained(
    laboratory: &Laboratory,
    whole: u64,
    budget: Option<Duration>,
    runs: impl Fn(u64) -> Vec<PaperRun>,
) -> anyhow::Result<Vec<Run>> {
    let falls = |run: &PaperRun| run.configuration.schedule.falls_to_the_goal();
    let first = match budget {
        None if runs(whole).iter().any(falls) => whole,
        _ => FIRST_ROUND.min(whole),
    };
    let mut goal = laboratory.samples.unwrap_or(first);
    let begun = Instant::now();
    loop {
        let trained = laboratory.train(&runs(goal))?;
        let next = (2 * goal).min(whole);
        let is_last = laboratory.samples.is_some() || next <= goal;
        let left = budget.map(|budget| budget.saturating_sub(begun.elapsed()));
        if is_last || left.is_some_and(|left| left < time_of(&trained, next - goal, laboratory.jobs)) {
            return Ok(trained);
        }
        goal = next;
    }
}

/// How long so many more training points of every run take, going by those that it has seen.
pub(super) fn time_of(trained: &[Run], points: u64, jobs: usize) -> Duration {
    let of_run = |(state, _): &Run| {
        let training = &state.training;
        training.seconds * points as f64 / training.samples.max(1) as f64
    };
    let seconds = trained.iter().map(of_run).sum::<f64>() / jobs.max(1) as f64;
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}
