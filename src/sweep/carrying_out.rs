//! A sweep from where it is to its end: everything at once, or rung after rung where only the best go on.

use super::engine::{EngineSettings, Handed};
use super::progress::combinations;
use super::{Progress, Stage, Task, Trainer, halving};
use crate::session::Catalogue;

/// How a sweep ended.
#[derive(Debug)]
pub enum Ending {
    /// Nothing more comes of any run.
    Complete(Progress),
    /// It was handed to others, who go on with it: what they said.
    Handed(String),
    /// Somebody asked for the end; what was trained is saved.
    Interrupted,
    /// Some runs are not where they should be; why was said on the way.
    Incomplete,
}

/// Trains what is missing of a sweep by an engine.
///
/// # Errors
/// If the engine can't be started, or refuses.
pub fn carry_out(trainer: &Trainer, settings: &EngineSettings) -> anyhow::Result<Ending> {
    let folder = trainer.folder;
    let mut catalogue = Catalogue::default();
    let mut progress = folder.progress(&mut catalogue);
    let mut alive = combinations(&progress);
    // Without halving there is one rung, at whose end each run has its own goal.
    let rungs = folder
        .specification
        .halving
        .map(|eta| halving::rungs_of(&folder.runs, eta));
    let goals: Vec<Option<u64>> = match &rungs {
        Some(rungs) => rungs.iter().map(|rung| Some(rung.samples)).collect(),
        None => vec![None],
    };
    for (index, &goal) in goals.iter().enumerate() {
        let of_rung = folder
            .runs
            .iter()
            .filter(|run| alive.contains(&run.point))
            .map(|run| Task {
                samples: goal.unwrap_or(run.configuration.goal),
                run: run.clone(),
            });
        let missing: Vec<Task> = of_rung.filter(|task| !is_through(&progress, task)).collect();
        if !missing.is_empty() {
            let waits = index + 1 < goals.len();
            if let Handed::Over(words) = settings.train(&missing, trainer, waits)? {
                return Ok(Ending::Handed(words));
            }
            if trainer.is_stopped() {
                return Ok(Ending::Interrupted);
            }
            progress = folder.progress(&mut catalogue);
            if !missing.iter().all(|task| is_through(&progress, task)) {
                return Ok(Ending::Incomplete);
            }
        }
        if let (Some(goal), Some(next)) = (goal, rungs.iter().flatten().nth(index + 1)) {
            alive = halving::best(&progress, &alive, goal, next.combinations);
        }
    }
    Ok(Ending::Complete(folder.progress(&mut catalogue)))
}

/// Whether a run is as far as it is to be, or as it will ever be.
fn is_through(progress: &Progress, task: &Task) -> bool {
    let run = progress.runs.iter().find(|run| run.name == task.run.name);
    run.is_some_and(|run| matches!(run.stage, Stage::Stopped(_)) || run.bound_at(task.samples).is_some())
}
