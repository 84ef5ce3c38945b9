//! A run of the workbench's queue that is trained without a screen: from where it was left, or from the beginning under a free
//! name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, ensure};

use super::{Headless, Outcome};
use crate::data::{self, Dataset, LoadError, ReadingRules, STANDARD_INPUT};
use crate::learning::Training;
use crate::run::RunState;
use crate::session::{self, QueuedRun, Resumed, SessionFile, folder};

/// Trains a run to its goal, and says where it lies; `began` hears that as soon as the file is the run's. New runs take a name in
/// `sessions`, and data that is `loaded` already is not read again.
///
/// # Errors
/// If the run can't have its settings or its data, its file can't be read or written, or threads can't be started.
pub fn train_queued(
    run: QueuedRun,
    sessions: &Path,
    loaded: Option<Arc<Dataset>>,
    headless: Headless,
    began: &dyn Fn(&Path),
) -> anyhow::Result<(PathBuf, Outcome)> {
    let load = |name: &str, rules: &ReadingRules| match loaded {
        Some(data) if data.name == name && data.rules == *rules => Ok(data),
        _ => Ok::<_, LoadError>(Arc::new(data::load(name, rules, |_| {})?)),
    };
    // A program that ended before its first save leaves an empty file, or none.
    let saved = run.file.filter(|path| folder::summary(path).is_some());
    let (state, data, path, file) = if let Some(path) = saved {
        let Resumed {
            state,
            data,
            identity,
            ..
        } = session::resume(&path, None, load)?;
        let file = SessionFile::opened(path.clone(), identity);
        (state, data, path, file)
    } else {
        let configuration = run.configuration;
        configuration.check()?;
        ensure!(
            configuration.data != STANDARD_INPUT,
            "a run of the queue can't read standard input"
        );
        let data = load(&configuration.data, &configuration.reading)?;
        configuration.check_on(&data)?;
        let names = folder::names(&configuration, false).map(|name| sessions.join(name));
        let mut free = names.filter(|path| path.symlink_metadata().is_err());
        let path = free
            .next()
            .context("no name is free in the folder for sessions")?;
        let file = SessionFile::chosen(path.clone());
        (
            RunState::new(Training::new(configuration, &data)),
            data,
            path,
            file,
        )
    };
    file.claim()?;
    began(&path);
    Ok((path, headless.train(state, &data, &file)?))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::data::{ItemShape, Split};
    use crate::learning::{Configuration, Preset};

    #[test]
    fn a_run_that_was_ended_goes_on_to_the_same_bits() {
        let bytes = |count: usize| (0..count * 16).map(|at| (at * 37 % 251) as u8).collect();
        let split = |count: usize| Split::of_bytes(bytes(count), vec![0; count], 16);
        let data = Arc::new(Dataset::new(
            "made up",
            ItemShape::grey(4, 4),
            split(200),
            split(20),
        ));
        let configuration = Configuration {
            data: data.name.clone(),
            hidden: 8.into(),
            latent: 2,
            batch: 20,
            goal: 60_000,
            evaluate_every: 60_000,
            ..Preset::Mnist.configuration(1)
        };
        let sessions = tempfile::tempdir().unwrap();
        let (stop, began) = (AtomicBool::new(false), RefCell::new(Vec::new()));
        let train = |file: Option<PathBuf>, ends_early: bool| {
            stop.store(ends_early, Ordering::Relaxed);
            let headless = Headless {
                stop: &stop,
                show: &|_| {},
                say: &|words| panic!("{words}"),
            };
            let run = QueuedRun {
                configuration: configuration.clone(),
                file,
            };
            let keep = |path: &Path| began.borrow_mut().push(path.to_owned());
            train_queued(run, sessions.path(), Some(data.clone()), headless, &keep).unwrap()
        };
        let (ended, outcome) = train(None, true);
        assert!(outcome == Outcome::Interrupted || outcome == Outcome::Trained);
        let (again, outcome) = train(Some(ended.clone()), false);
        assert_eq!((&again, outcome), (&ended, Outcome::Trained));
        let (whole, outcome) = train(None, false);
        assert_eq!(outcome, Outcome::Trained);
        assert_ne!(whole, ended, "each has a file of its own");
        assert_eq!(*began.borrow(), [ended.clone(), ended.clone(), whole.clone()]);
        let parameters = |path: &Path| {
            let state = session::load(path).unwrap().into_state(&data).unwrap();
            assert_eq!(state.log.evaluations.len(), 1);
            let named = state.training.model.parameters();
            named
                .iter()
                .flat_map(|named| named.parameter.values().to_vec())
                .map(f32::to_bits)
                .collect::<Vec<_>>()
        };
        assert_eq!(parameters(&ended), parameters(&whole));
    }
}
