//! One run of a sweep after the other, or several side by side: each from where its file was left to where it is to go.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::ensure;

use super::{Headless, Outcome, SweepFolder, SweepRun, halving, progress};
use crate::data::{self, Dataset, ReadingRules};
use crate::learning::settings::Assignment;
use crate::learning::{Configuration, Training};
use crate::paper::Audience;
use crate::run::RunState;
use crate::session::{self, SessionError, SessionFile};

/// Time between two looks at whether another program gave a run back.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// A run, and how far it is to be trained now.
#[derive(Clone, Debug)]
pub struct Task {
    /// The run.
    pub run: SweepRun,
    /// Training points seen at the end.
    pub samples: u64,
}

/// Trains runs of one sweep in this process.
pub struct Trainer<'a> {
    /// The sweep.
    pub folder: &'a SweepFolder,
    /// Set from outside to end the work; every run is saved then.
    pub stop: Arc<AtomicBool>,
    /// Who is told how far the runs are.
    pub audience: &'a dyn Audience,
    sets: Mutex<Vec<(String, ReadingRules, Arc<Dataset>)>>,
}

impl<'a> Trainer<'a> {
    /// A trainer that has no data yet; what its runs learn from is read once and shared by them.
    pub fn new(folder: &'a SweepFolder, stop: Arc<AtomicBool>, audience: &'a dyn Audience) -> Self {
        Self {
            folder,
            stop,
            audience,
            sets: Mutex::default(),
        }
    }

    /// Whether somebody asked for the end.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Does all tasks, `jobs` of them at a time; says what goes wrong with one, and goes on with the others. A run that another
    /// program trains is waited for.
    pub fn train_all(&self, tasks: &[Task], jobs: usize) {
        let waiting: Mutex<VecDeque<&Task>> = Mutex::new(tasks.iter().collect());
        let next = || lock(&waiting).pop_front().filter(|_| !self.is_stopped());
        let work = || {
            while let Some(task) = next() {
                match self.train(task) {
                    Ok(Outcome::InUse) => {
                        lock(&waiting).push_back(task);
                        std::thread::sleep(LOOK_INTERVAL);
                    }
                    Ok(Outcome::Trained | Outcome::Interrupted) => {}
                    Err(error) => self.audience.say(&format!("{}: {error:#}", task.run.name)),
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..jobs.min(tasks.len()) {
                scope.spawn(work);
            }
        });
    }

    /// One run, from where it was left.
    ///
    /// # Errors
    /// If its file can't be read or written or holds another run, its data is missing or doesn't go with it, or threads can't be
    /// started.
    pub fn train(&self, task: &Task) -> anyhow::Result<Outcome> {
        let path = self.folder.file(&task.run.name);
        if is_done(&path, task)? {
            return Ok(Outcome::Trained);
        }
        let file = SessionFile::chosen(path.clone());
        match file.claim() {
            Err(SessionError::InUse { .. }) => return Ok(Outcome::InUse),
            claimed => claimed?,
        }
        // Whoever held it before may have gone on with it.
        if is_done(&path, task)? {
            return Ok(Outcome::Trained);
        }
        let wanted = &halving::on_the_way(&task.run.configuration, task.samples);
        let data = self.data(&wanted.data, &wanted.reading)?;
        let state = if is_saved(&path) {
            gone_on(&path, wanted, &data)?
        } else {
            wanted.check_on(&data)?;
            RunState::new(Training::new(wanted.clone(), &data))
        };
        let name = &task.run.name;
        let show = self.audience.begin(name, task.samples);
        let headless = Headless {
            stop: &self.stop,
            show: &show,
            say: &|words| self.audience.say(&format!("{name}: {words}")),
        };
        headless.train(state, &data, &file)
    }

    /// The data of that name, which is read when the first run needs it.
    fn data(&self, name: &str, rules: &ReadingRules) -> anyhow::Result<Arc<Dataset>> {
        let mut sets = lock(&self.sets);
        if let Some((_, _, data)) = sets.iter().find(|(known, by, _)| known == name && by == rules) {
            return Ok(data.clone());
        }
        let data = Arc::new(data::load(name, rules, |_| {})?);
        data.notes
            .iter()
            .for_each(|note| self.audience.say(&format!("note: {note}")));
        sets.push((name.into(), rules.clone(), data.clone()));
        Ok(data)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether something was saved there: a program that was ended before its first save leaves an empty file.
fn is_saved(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0)
}

/// Whether the file is that of the run, as far as it is to be trained, or as it will ever be.
fn is_done(path: &Path, task: &Task) -> anyhow::Result<bool> {
    if !is_saved(path) {
        return Ok(false);
    }
    let facts = session::RunFacts::read(path)?;
    check_same(path, &facts.configuration, &task.run.configuration)?;
    Ok(progress::stage(&facts, task.samples).is_final())
}

/// A run as it was left, with the goal of now.
fn gone_on(path: &Path, wanted: &Configuration, data: &Dataset) -> anyhow::Result<RunState> {
    let mut session = session::load(path)?;
    // The same items at another place are no other run.
    if session.knows(data) {
        session.adopt(data);
    }
    let mut state = session.into_state(data)?;
    check_same(path, &state.training.configuration, wanted)?;
    state
        .training
        .change(&[Assignment::new("samples", wanted.goal)])?;
    Ok(state)
}

/// Whether a file holds the run that is wanted, whatever its goal.
fn check_same(path: &Path, found: &Configuration, wanted: &Configuration) -> anyhow::Result<()> {
    let wanted = halving::on_the_way(wanted, found.goal);
    let differences = found.differences(&wanted);
    ensure!(
        differences.is_empty(),
        "{} is another run than the sweep's: {differences}; --out can name another folder",
        crate::files::shown(path)
    );
    Ok(())
}
