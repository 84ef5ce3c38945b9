//! What takes time before a run is on the screen: its session is read, and its data.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::ensure;
use crossbeam_channel::Sender;

use super::message::{Message, Opened};
use crate::data::{self, Dataset, LoadError, STANDARD_INPUT, mnist};
use crate::learning::{Configuration, Training};
use crate::session::{self, Resumed, RunFiles, SessionError, folder};

/// What is to be put on the screen.
#[derive(Debug)]
pub enum Run {
    /// A new one.
    New(Configuration),
    /// A saved one, with the place of its data where a person says that it is elsewhere now.
    Saved(PathBuf, Option<String>),
}

/// Makes a new run, or reads a saved one, with its data: what is loaded already, or loaded now. Beside it stands what is
/// worth knowing of data that was not loaded before. When the program begins it also looks for copies of runs that were left
/// behind.
///
/// # Errors
/// If the session or the data can't be read, or don't go together.
pub fn open(
    run: Run,
    loaded: Option<Arc<Dataset>>,
    is_first: bool,
    sender: &Sender<Message>,
) -> anyhow::Result<(Opened, Vec<String>)> {
    let left_behind = is_first && folder::has_left_behind();
    let data_named = |name: &str| match &loaded {
        Some(data) if data.name == name => Ok(data.clone()),
        _ => read_data(name, sender),
    };
    let in_use = "the keys of the workbench come from the terminal, so it reads no data from standard input: name a file, \
                  or use vae-tui train --data -";
    let (opened, note) = match run {
        Run::New(configuration) => {
            configuration.check()?;
            ensure!(configuration.data != STANDARD_INPUT, in_use);
            let data = data_named(&configuration.data)?;
            let opened = Opened {
                left_behind,
                ..Opened::new(Training::new(configuration, &data), data)
            };
            (opened, None)
        }
        Run::Saved(path, moved) => {
            ensure!(moved.as_deref() != Some(STANDARD_INPUT), in_use);
            let Resumed {
                training,
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
            let files = RunFiles::opened(&path, &identity);
            let is_copy = folder::is_autosave(&path);
            let opened = Opened {
                training,
                data,
                view,
                path: Some(path).filter(|_| !is_copy),
                files,
                is_saved: !is_copy,
                left_behind,
            };
            (opened, note)
        }
    };
    let is_new = loaded.is_none_or(|loaded| !Arc::ptr_eq(&loaded, &opened.data));
    let notes = if is_new {
        opened.data.notes.clone()
    } else {
        Vec::new()
    };
    Ok((opened, notes.into_iter().chain(note).collect()))
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
