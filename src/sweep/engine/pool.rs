//! The runs side by side in this process, on all cores.

use super::{EngineSettings, Handed, default_jobs};
use crate::sweep::{Task, Trainer};

/// Trains as many runs at a time as there are cores for: a run of one thread has no hand-overs, so that two of them side by side
/// get more done than one after the other on two threads each.
pub fn train(settings: &EngineSettings, tasks: &[Task], trainer: &Trainer) -> Handed {
    let jobs = settings.jobs.unwrap_or_else(|| default_jobs(tasks));
    trainer.train_all(tasks, jobs);
    Handed::Back { logs: Vec::new() }
}
