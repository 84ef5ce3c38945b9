//! What a run has told: what a session saves, what panes draw, and what lines of JSON print.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::curve::{self, CurvePoint, MarginalPoint, Trace};
use super::film::Film;
use super::protocol::Event;
use crate::learning::StepReport;

/// The curves of a run, and what happened on the way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunLog {
    /// The evaluations, thinned where they are very many.
    pub evaluations: Vec<CurvePoint>,
    /// Every estimate of the marginal likelihood.
    pub marginals: Vec<MarginalPoint>,
    /// The bound of every minibatch.
    pub trace: Trace,
    /// What happened when, in order.
    pub entries: Vec<Entry>,
    /// What it looked like on the way.
    #[serde(default)]
    pub film: Film,
}

/// Something that happened to a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Training points evaluated so far.
    pub samples: u64,
    /// Seconds of training so far.
    pub seconds: f64,
    /// What it was.
    pub what: Happening,
}

/// What can happen to a run beside steps and measurements; each kind has a word, such as `went-back`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Happening {
    /// Training began or went on.
    Started,
    /// A person paused it.
    Paused,
    /// The goal was reached.
    Finished,
    /// A setting was changed while the run was under way.
    Changed {
        /// Its name.
        setting: String,
        /// What it was, as it is typed.
        from: String,
        /// What it is from now on.
        to: String,
    },
    /// The run went back to a checkpoint of its own.
    WentBack {
        /// Training points that it had evaluated before.
        from: u64,
    },
    /// It goes on apart from the run of this name from here on.
    Forked {
        /// The name.
        from: String,
    },
    /// It was saved to this file.
    Saved(String),
    /// Something went wrong.
    Warned(String),
    /// Something seems to be wrong: what, what to try, and the command that tries it.
    Diagnosed(String),
}

/// Entries that are kept: the oldest give way, so that a run of weeks stays a file that can be read.
const MOST_ENTRIES: usize = 4_096;

impl RunLog {
    /// Takes in what one step told.
    pub fn take_in_step(&mut self, report: &StepReport) {
        self.trace.push(report.samples, report.terms.lower_bound() as f32);
    }

    /// Takes in what the run told.
    pub fn take_in(&mut self, event: &Event) {
        match event {
            Event::Steps { reports, .. } => {
                for report in reports {
                    self.take_in_step(report);
                }
            }
            Event::Evaluated { point, .. } => {
                if let Some(point) = point {
                    curve::add(&mut self.evaluations, *point);
                }
            }
            Event::Filmed(frame) => self.film.push(frame.clone()),
            Event::Estimated(point) => self.marginals.push(*point),
            Event::Happened(entry) => {
                if self.entries.len() == MOST_ENTRIES {
                    self.entries.remove(0);
                }
                self.entries.push(entry.clone());
            }
            Event::WentBack(summary) => self.clone_from(&summary.log),
            Event::BrokenOff(_)
            | Event::Changed { .. }
            | Event::Refused { .. }
            | Event::State(_)
            | Event::Diverged(_)
            | Event::Diagnosed(_)
            | Event::Checkpoints(_)
            | Event::Answered(_) => {}
        }
    }
}

impl std::fmt::Display for Happening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Started => write!(f, "training goes on"),
            Self::Paused => write!(f, "paused"),
            Self::Finished => write!(f, "goal reached"),
            Self::Changed { setting, from, to } => write!(f, "{setting} {from} -> {to}"),
            Self::WentBack { from } => write!(f, "went back from {from} samples"),
            Self::Forked { from } => write!(f, "forked from {from}"),
            Self::Saved(path) => write!(f, "saved to {path}"),
            Self::Warned(words) | Self::Diagnosed(words) => write!(f, "{words}"),
        }
    }
}
