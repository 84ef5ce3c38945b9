//! What takes time before a run is on the screen: its session is read, and its data.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, ensure};

use super::attachment::Joined;
use super::message::Opened;
use crate::data::{self, Dataset, LoadError, ReadingRules, STANDARD_INPUT, mnist};
use crate::language::tr;
use crate::learning::memory::Needed;
use crate::learning::settings::{Assignment, find};
use crate::learning::{Configuration, Training};
use crate::remote::{Description, Link, StateSource};
use crate::run::{Entry, Event, Happening, RunHandle, RunState};
use crate::session::{self, Resumed, RunFiles, SessionError, View, folder, generations};

/// Where a run comes from.
#[derive(Debug)]
pub enum RunSource {
    /// A new run of this configuration, with the first values of its seed.
    New(Box<Configuration>),
    /// One that goes on apart from another.
    Fork(Box<ForkSource>),
    /// A saved one, with the place of its data where a person says that it is elsewhere now.
    Saved(PathBuf, Option<String>),
    /// One that goes on in another process, by its name.
    Attached(String),
    /// The first of those that go on in other processes; where there are several, a person chooses before.
    Running(Vec<Description>),
}

/// What a fork is made from.
#[derive(Debug)]
pub struct ForkSource {
    /// Where the state comes from with which it goes on, and what it trains on.
    pub source: StateSource,
    /// The settings that are different from there on.
    pub changes: Vec<Assignment>,
    /// The file of the run that it leaves, which gives it its name; it need not exist.
    pub from: PathBuf,
    /// How that is looked at.
    pub view: View,
}

/// A run whose threads wait for commands, and what the screen needs to show it.
pub struct Ready {
    /// The way to the run.
    pub run: Link,
    /// What it trains on, as far as this process has read it.
    pub data: Option<Arc<Dataset>>,
    /// What is shown.
    pub opened: Opened,
}

/// Makes a new run, or reads a saved one, with its data: what is loaded already, or loaded now, while `reading` is told what
/// is read and how far it is, from 0 to 1. Beside the run, whose threads are started, stands what is worth knowing of data
/// that was not loaded before. When the program begins, copies of runs that were left behind are looked for too.
///
/// # Errors
/// If the session or the data can't be read, or don't go together.
pub fn open(
    run: RunSource,
    loaded: Option<Arc<Dataset>>,
    is_first: bool,
    reading: &dyn Fn(&str, f32),
) -> anyhow::Result<Ready> {
    let left_behind = is_first && folder::has_left_behind();
    let data_named = |name: &str, rules: &ReadingRules| match &loaded {
        Some(data) if data.name == name && data.rules == *rules => Ok(data.clone()),
        _ => read_data(name, rules, reading),
    };
    let in_use = tr!(
        "the keys of the workbench come from the terminal, so it reads no data from standard input: name a file, or use \
         vae-tui train --data -"
    );
    match run {
        RunSource::New(configuration) => {
            configuration.check()?;
            ensure!(configuration.data != STANDARD_INPUT, in_use);
            let data = data_named(&configuration.data, &configuration.reading)?;
            configuration.check_on(&data)?;
            let state = RunState::new(Training::new(*configuration, &data));
            let (run, summary) = RunHandle::start(state, data.clone())?;
            let opened = Opened {
                left_behind,
                notes: notes(&data, loaded.as_ref(), None),
                ..Opened::new(summary)
            };
            Ok(Ready::here(run, data, opened))
        }
        RunSource::Attached(name) => attached(&name, left_behind),
        RunSource::Running(runs) => {
            let first = runs.first().context(tr!("no run goes on without a screen"))?;
            attached(&first.name, left_behind)
        }
        RunSource::Fork(fork) => forked(*fork, left_behind),
        RunSource::Saved(path, moved) => {
            ensure!(moved.as_deref() != Some(STANDARD_INPUT), in_use);
            let Resumed {
                state,
                data,
                view,
                identity,
                note,
            } = match session::resume(&path, moved.as_deref(), data_named) {
                // The file may have changed since it was loaded, and the session with it.
                Err(SessionError::OtherData { .. }) if loaded.is_some() => {
                    session::resume(&path, moved.as_deref(), |name, rules| {
                        read_data(name, rules, reading)
                    })
                }
                resumed => resumed,
            }?;
            let (run, summary) = RunHandle::start(state, data.clone())?;
            let files = RunFiles::opened(&path, &identity);
            let is_copy = folder::is_autosave(&path);
            let earlier_of = generations::session_of(&path);
            let opened = Opened {
                summary,
                view,
                is_saved: !is_copy && earlier_of.is_none(),
                path: earlier_of.or_else(|| Some(path).filter(|_| !is_copy)),
                files,
                left_behind,
                notes: notes(&data, loaded.as_ref(), note),
                joined: None,
            };
            Ok(Ready::here(run, data, opened))
        }
    }
}

/// Goes on apart from another run: with its parameters, optimizer and random numbers, and a file of its own.
fn forked(fork: ForkSource, left_behind: bool) -> anyhow::Result<Ready> {
    let ForkSource {
        source,
        changes,
        from,
        view,
    } = fork;
    let (state, data) = source.get()?.context(tr!("that checkpoint is kept no longer"))?;
    let mut state = *state;
    let before = state.training.present();
    state.training.change(&changes)?;
    Needed::by(&state.training.configuration, state.training.model.architecture()).check_here()?;
    let after = state.training.present();
    let name = from.file_stem().unwrap_or_default().to_string_lossy();
    let changed = changes.iter().filter_map(|change| {
        let setting = find(&change.setting)?;
        Some(Happening::Changed {
            setting: setting.name.into(),
            from: setting.value(&before),
            to: setting.value(&after),
        })
    });
    let forked = Happening::Forked {
        from: name.into_owned(),
    };
    for what in std::iter::once(forked).chain(changed) {
        let (samples, seconds) = (state.training.samples, state.training.seconds);
        let entry = Entry {
            samples,
            seconds,
            what,
        };
        state.log.take_in(&Event::Happened(entry));
    }
    let files = RunFiles::forked(&from)?;
    let (run, summary) = RunHandle::start(state, data.clone())?;
    let opened = Opened {
        view,
        path: files.session.path(),
        files,
        is_saved: false,
        left_behind,
        ..Opened::new(summary)
    };
    Ok(Ready::here(run, data, opened))
}

/// Joins a run that goes on in another process. Its data stays there.
fn attached(name: &str, left_behind: bool) -> anyhow::Result<Ready> {
    let (run, standing, steering) = Link::attach(name)?;
    let standing = *standing;
    let opened = Opened {
        // A view that another version wrote is none.
        view: ron::from_str(&standing.view).unwrap_or_default(),
        path: Some(standing.session.into()),
        left_behind,
        joined: Some(Joined {
            name: standing.name,
            steering,
            saved: standing.saved,
            newest: standing.newest,
        }),
        ..Opened::new(standing.summary)
    };
    Ok(Ready {
        run,
        data: None,
        opened,
    })
}

impl Ready {
    fn here(run: RunHandle, data: Arc<Dataset>, opened: Opened) -> Self {
        Self {
            run: Link::Here(run),
            data: Some(data),
            opened,
        }
    }
}

/// What is worth knowing of data that was not loaded before, and of a session that goes over to it.
fn notes(data: &Arc<Dataset>, loaded: Option<&Arc<Dataset>>, note: Option<String>) -> Vec<String> {
    let is_new = loaded.is_none_or(|loaded| !Arc::ptr_eq(loaded, data));
    let of_data = data.notes.iter().filter(|_| is_new).cloned();
    of_data.chain(note).collect()
}

/// Reads data by the rules and tells how far that is.
fn read_data(
    name: &str,
    rules: &ReadingRules,
    reading: &dyn Fn(&str, f32),
) -> Result<Arc<Dataset>, LoadError> {
    let what = match name {
        mnist::NAME => tr!("unpacking MNIST").to_owned(),
        other => tr!("reading {name}", name = data::short_name(other)),
    };
    reading(&what, 0.0);
    Ok(Arc::new(data::load(name, rules, |fraction| {
        reading(&what, fraction)
    })?))
}
