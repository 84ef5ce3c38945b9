//! What takes time before a run is on the screen: its session is read, and its data.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::ensure;
use crossbeam_channel::Sender;

use super::message::{Message, Opened};
use crate::data::{self, Dataset, LoadError, STANDARD_INPUT, mnist};
use crate::learning::{Configuration, Training};
use crate::run::{RunHandle, RunState};
use crate::session::{self, Resumed, RunFiles, SessionError, folder};

/// What is to be put on the screen.
#[derive(Debug)]
pub enum RunSource {
    /// A new one.
    New(Configuration),
    /// A saved one, with the place of its data where a person says that it is elsewhere now.
    Saved(PathBuf, Option<String>),
}

/// A run whose threads wait for commands, and what the screen needs to show it.
pub struct Ready {
    /// The way to the run.
    pub run: RunHandle,
    /// What it trains on.
    pub data: Arc<Dataset>,
    /// What is shown.
    pub opened: Opened,
}

/// Makes a new run, or reads a saved one, with its data: what is loaded already, or loaded now. Beside it stands what is
/// worth knowing of data that was not loaded before, and its threads are started. When the program begins it also looks for copies of runs that were left
/// behind.
///
/// # Errors
/// If the session or the data can't be read, or don't go together.
pub fn open(
    run: RunSource,
    loaded: Option<Arc<Dataset>>,
    is_first: bool,
    sender: &Sender<Message>,
) -> anyhow::Result<Ready> {
    let left_behind = is_first && folder::has_left_behind();
    let data_named = |name: &str| match &loaded {
        Some(data) if data.name == name => Ok(data.clone()),
        _ => read_data(name, sender),
    };
    let in_use = "the keys of the workbench come from the terminal, so it reads no data from standard input: name a file, \
                  or use vae-tui train --data -";
    match run {
        RunSource::New(configuration) => {
            configuration.check()?;
            ensure!(configuration.data != STANDARD_INPUT, in_use);
            let data = data_named(&configuration.data)?;
            configuration.check_with(&data)?;
            let state = RunState::new(Training::new(configuration, &data));
            let (run, summary) = RunHandle::start(state, data.clone())?;
            let opened = Opened {
                left_behind,
                notes: notes(&data, loaded.as_ref(), None),
                ..Opened::new(summary)
            };
            Ok(Ready { run, data, opened })
        }
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
                    session::resume(&path, moved.as_deref(), |name| read_data(name, sender))
                }
                resumed => resumed,
            }?;
            let (run, summary) = RunHandle::start(state, data.clone())?;
            let files = RunFiles::opened(&path, &identity);
            let is_copy = folder::is_autosave(&path);
            let opened = Opened {
                summary,
                view,
                path: Some(path).filter(|_| !is_copy),
                files,
                is_saved: !is_copy,
                left_behind,
                notes: notes(&data, loaded.as_ref(), note),
            };
            Ok(Ready { run, data, opened })
        }
    }
}

/// What is worth knowing of data that was not loaded before, and of a session that goes over to it.
fn notes(data: &Arc<Dataset>, loaded: Option<&Arc<Dataset>>, note: Option<String>) -> Vec<String> {
    let is_new = loaded.is_none_or(|loaded| !Arc::ptr_eq(loaded, data));
    let of_data = data.notes.iter().filter(|_| is_new).cloned();
    of_data.chain(note).collect()
}

/// Reads data and tells the screen how far that is.
fn read_data(name: &str, sender: &Sender<Message>) -> Result<Arc<Dataset>, LoadError> {
    let what = match name {
        mnist::NAME => "unpacking MNIST".into(),
        other => format!("reading {}", data::short_name(other)),
    };
    let progress = |fraction| drop(sender.send(Message::Reading(what.clone(), fraction)));
    progress(0.0);
    Ok(Arc::new(data::load(name, progress)?))
}
