//! The command lines of the runs, for any other way to have them done.

use super::{EngineSettings, Handed};
use crate::sweep::{Task, Trainer};

/// A line for every task.
pub fn train(settings: &EngineSettings, tasks: &[Task], trainer: &Trainer) -> Handed {
    let line = |task: &Task| settings.words(trainer, task, &task.run.name).join(" ");
    Handed::Over(tasks.iter().map(line).collect::<Vec<_>>().join("\n"))
}
