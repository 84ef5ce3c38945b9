//! A sweep from where it is to its end: everything at once, or rung after rung where only the best go on.

use std::collections::HashSet;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::engine::{EngineSettings, Handed};
use super::progress::combinations;
use super::{Progress, Stage, SweepFolder, Task, Trainer, halving};
use crate::files::{open_regular, shown};
use crate::session::Catalogue;
use crate::words::plain;

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
        let missing = missing(folder, &progress, &alive, goal);
        if !missing.is_empty() {
            let waits = index + 1 < goals.len();
            let logs = match settings.train(&missing, trainer, waits)? {
                Handed::Over(words) => return Ok(Ending::Handed(words)),
                Handed::Back { logs } => logs,
            };
            if trainer.is_stopped() {
                return Ok(Ending::Interrupted);
            }
            progress = folder.progress(&mut catalogue);
            let failed = self::missing(folder, &progress, &alive, goal);
            if !failed.is_empty() {
                say_why(trainer, &missing, &logs, &failed);
                return Ok(Ending::Incomplete);
            }
        }
        if let (Some(goal), Some(next)) = (goal, rungs.iter().flatten().nth(index + 1)) {
            alive = halving::best(&progress, &alive, goal, next.combinations);
        }
    }
    Ok(Ending::Complete(folder.progress(&mut catalogue)))
}

/// The runs of the combinations that are alive which are not as far as they are to be at a rung, or at their own goals, and not
/// as far as they will ever be.
fn missing(
    folder: &SweepFolder,
    progress: &Progress,
    alive: &[Vec<(String, String)>],
    goal: Option<u64>,
) -> Vec<Task> {
    let alive: HashSet<&Vec<(String, String)>> = alive.iter().collect();
    // Both are in the order of the sweep.
    let runs = folder.runs.iter().zip(&progress.runs);
    runs.filter(|(run, _)| alive.contains(&run.point))
        .filter_map(|(run, progress)| {
            let samples = goal.unwrap_or(run.configuration.goal);
            let is_through =
                matches!(progress.stage, Stage::Stopped(_)) || progress.bound_at(samples).is_some();
            (!is_through).then(|| Task {
                samples,
                run: run.clone(),
            })
        })
        .collect()
}

/// Says what the tasks that failed said last, of which an engine keeps the `logs`, one for each task.
fn say_why(trainer: &Trainer, tasks: &[Task], logs: &[PathBuf], failed: &[Task]) {
    let failed: HashSet<&str> = failed.iter().map(|task| task.run.name.as_str()).collect();
    for (task, log) in tasks.iter().zip(logs) {
        let name = task.run.name.as_str();
        if failed.contains(name) {
            let said = last_words(log).unwrap_or_else(|| "it said nothing".into());
            trainer.audience.say(&format!("{name}: {said} ({})", shown(log)));
        }
    }
}

/// Bytes at the end of a log that are looked at.
const LAST_BYTES: u64 = 1 << 14;

/// The last line of a log that says something.
fn last_words(log: &Path) -> Option<String> {
    let mut file = open_regular(log).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LAST_BYTES)))
        .ok()?;
    let mut bytes = Vec::new();
    file.take(LAST_BYTES).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let last = text.lines().rev().find(|line| !line.trim().is_empty())?;
    Some(plain(last.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_of_a_log_are_its_last_line_with_words_and_nothing_that_a_terminal_obeys() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log.txt");
        assert_eq!(last_words(&log), None);
        for (text, said) in [
            ("", None),
            ("\n \n", None),
            ("started\nvae-tui: no data\n\n", Some("vae-tui: no data")),
        ] {
            std::fs::write(&log, text).unwrap();
            assert_eq!(last_words(&log).as_deref(), said);
        }
        std::fs::write(
            &log,
            [&b"x".repeat(100_000)[..], b"\n\x1b[2Jno room\xff"].concat(),
        )
        .unwrap();
        let said = last_words(&log).unwrap();
        assert!(said.contains("no room") && !said.contains('\u{1b}'), "{said}");
    }
}
