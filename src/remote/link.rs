//! The way to a run, wherever it is.

use std::sync::Arc;

use crossbeam_channel::Receiver;

use super::message::{Description, Steering};
use super::standing::Standing;
use crate::data;
use crate::data::Dataset;
use crate::run::{Command, Question, RunHandle, RunState, Told};
use crate::session::View;
use crate::session::{self, Resumed};

/// A run in this process, or the line to one in another.
pub enum Link {
    /// Here.
    Here(RunHandle),
    /// In another process, under that name.
    Attached(String, super::client::Client),
}

/// What the process of a run says.
#[derive(Debug)]
pub enum News {
    /// What every run tells.
    Told(Told),
    /// This is how it stands, in place of everything that was missed.
    CaughtUp(Box<Standing>, Steering),
    /// Somebody else steers, or there are more or fewer viewers.
    Steering(Steering),
    /// It was saved when it had seen so many training points.
    Saved(u64),
    /// It could not be saved, for that reason.
    SaveFailed(String),
    /// Somebody else steers, so nothing came of a command.
    NotSteering,
    /// Its process ended, and that became of the run.
    Ended(String),
    /// The line broke, for that reason.
    Lost(String),
}

impl Link {
    /// Joins a run that goes on in another process; how it stands, and who steers it, comes back too.
    ///
    /// # Errors
    /// If there is none of that name, or it can't be reached.
    pub fn attach(name: &str) -> anyhow::Result<(Self, Box<Standing>, Steering)> {
        use super::{client::Client, folder::RuntimeFolder};
        let (client, standing, steering) = Client::attach(&RuntimeFolder::usual()?, name)?;
        Ok((Self::Attached(name.into(), client), standing, steering))
    }

    /// Puts a command into the run's mailbox.
    pub fn send(&self, command: Command) {
        match self {
            Self::Here(run) => drop(run.send(command)),
            Self::Attached(_, client) => client.send(command),
        }
    }

    /// Asks about the newest parameters, or about those of an earlier `moment`, in place of what the same asker asked before.
    pub fn ask(&self, asker: &str, moment: Option<u64>, question: Question) {
        match self {
            Self::Here(run) => drop(run.ask(asker, moment, question)),
            Self::Attached(_, client) => client.ask(asker, moment, question),
        }
    }

    /// The run, if it is in this process.
    pub fn here(&self) -> Option<&RunHandle> {
        match self {
            Self::Here(run) => Some(run),
            Self::Attached(..) => None,
        }
    }

    /// Where a run in another process tells what becomes of it; none of one here.
    pub fn news(&self) -> Option<&Receiver<News>> {
        match self {
            Self::Here(_) => None,
            Self::Attached(_, client) => Some(client.news()),
        }
    }

    /// Has a run in another process saved by that, looked at like this; nothing for one here.
    pub fn save(&self, view: &View) {
        if let (Self::Attached(_, client), Ok(view)) = (self, ron::to_string(view)) {
            client.save(view);
        }
    }

    /// Takes over the steering of a run in another process, or passes it on.
    pub fn steer(&self) {
        if let Self::Attached(_, client) = self {
            client.steer();
        }
    }

    /// Has a run in another process saved and ended.
    pub fn stop(&self) {
        if let Self::Attached(_, client) = self {
            client.stop();
        }
    }

    /// Tells a run in another process how it was looked at, before the line closes.
    pub fn leave(&self, view: &View) {
        if let (Self::Attached(_, client), Ok(view)) = (self, ron::to_string(view)) {
            client.leave(view);
        }
    }

    /// Where its whole state can be had from another thread; none of a run here without its `data`.
    pub fn state(&self, data: Option<&Arc<Dataset>>) -> Option<StateSource> {
        match self {
            Self::Here(run) => Some(StateSource::Here(run.checkpoint(), data?.clone())),
            Self::Attached(name, _) => Some(StateSource::Attached(name.clone())),
        }
    }
}

/// Where the whole state of a run comes from, and what it trains on.
#[derive(Debug)]
pub enum StateSource {
    /// The state arrives there.
    Here(Receiver<Box<RunState>>, Arc<Dataset>),
    /// The process of the run of that name saves it, and it is read from the file, with its data.
    Attached(String),
}

impl StateSource {
    /// Waits for the state; none where its thread has ended, or doesn't have it.
    ///
    /// # Errors
    /// If the other process doesn't save it, or it can't be read.
    pub fn get(self) -> anyhow::Result<Option<(Box<RunState>, Arc<Dataset>)>> {
        match self {
            Self::Here(state, data) => Ok(state.recv().ok().map(|state| (state, data))),
            Self::Attached(name) => {
                let path = super::client::save(&super::folder::RuntimeFolder::usual()?, &name)?;
                let Resumed { state, data, .. } = session::resume(&path, None, |name, rules| {
                    Ok(Arc::new(data::load(name, rules, |_| {})?))
                })?;
                Ok(Some((Box::new(state), data)))
            }
        }
    }
}

/// The runs that go on in other processes, and those whose process could not be asked, with the reason.
///
/// # Errors
/// If their folder can't be read.
pub fn running() -> anyhow::Result<(Vec<Description>, Vec<String>)> {
    Ok(super::client::running(&super::folder::RuntimeFolder::usual()?)?)
}

pub use super::headless::begin as hand_over;
