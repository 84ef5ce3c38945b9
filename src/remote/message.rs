//! What a viewer says to the process of a run, and what that says to it: plain values.

use std::ffi::OsString;

use serde::{Deserialize, Serialize};

use super::standing::Standing;
use crate::run::{Command, Event, Question, State};

/// What can be said to the process of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Request {
    /// Say what you are; the answer is [`Reply::Described`], and the end.
    Describe,
    /// Let me watch; the answer is [`Reply::Joined`].
    Join,
    /// Do that; whoever doesn't steer hears [`Reply::NotSteering`].
    Command(Command),
    /// Answer that, in place of what was asked under the same name before.
    Ask {
        /// The name.
        asker: String,
        /// The moment that it is about, in training points seen; none for the newest parameters.
        moment: Option<u64>,
        /// What is asked.
        question: Box<Question>,
    },
    /// Let me steer; or, from whoever does, let the next one.
    Steer,
    /// Save now.
    Save {
        /// How the viewer looks at the run, as sessions have it.
        view: String,
    },
    /// I leave; the run goes on.
    Leave {
        /// How it was looked at.
        view: String,
    },
    /// Save, and end; [`Reply::Ended`] follows.
    Stop,
}

/// What the process of a run says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Reply {
    /// To [`Request::Describe`].
    Described(Description),
    /// To [`Request::Join`], and in place of everything that was missed.
    Joined(Box<Standing>, Steering),
    /// The run told that.
    Told(Box<Event>),
    /// Somebody else steers from now on, or there are more or fewer viewers.
    Steering(Steering),
    /// The run was saved when it had seen so many training points.
    Saved(u64),
    /// It could not be saved, for that reason.
    SaveFailed(String),
    /// Somebody else steers, so nothing came of a command.
    NotSteering,
    /// There is no room for another viewer, or what was said made no sense; the end.
    Refused(String),
    /// The process ends, and that became of the run.
    Ended(String),
}

/// Who steers a run, as one of its viewers sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steering {
    /// Whether that viewer does.
    pub is_here: bool,
    /// How many viewers there are.
    pub viewers: usize,
}

/// A run that goes on without a screen, in a few words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// How it is called.
    pub name: String,
    /// The file that it is saved to.
    pub session: OsString,
    /// The number of its process.
    pub process: u32,
    /// What it learns from.
    pub data: String,
    /// The sizes of its layers, in words.
    pub model: String,
    /// Whether it trains.
    pub state: State,
    /// Training points seen so far, at its last report.
    pub samples: u64,
    /// Training points at which it ends.
    pub goal: u64,
    /// Seconds of training so far.
    pub seconds: f64,
    /// The lower bound of the test set when that was measured last, in nats per data point.
    pub test: Option<f64>,
    /// Training points seen when it was last saved.
    pub saved: u64,
    /// Screens that show it.
    pub viewers: usize,
}
