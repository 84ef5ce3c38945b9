//! What reaches the application from outside, and what it asks for in return.

use std::path::PathBuf;
use std::sync::Arc;

use ratatui::crossterm::event::KeyEvent;

use crate::data::Dataset;
use crate::learning::trainer::{Command, Event};
use crate::learning::{Configuration, Training};
use crate::model::Vae;
use crate::session::folder::Entry;
use crate::session::{KeptRun, RunFiles, View};
use crate::tui::overlays::sessions::Intent;
use crate::tui::saver::{Manner, SaveFault};

/// Something happened.
pub enum Message {
    /// A key was pressed.
    Key(KeyEvent),
    /// A text was pasted.
    Pasted(String),
    /// The terminal can't be read from any more.
    TerminalGone,
    /// The terminal has this many columns and rows now.
    Resized(u16, u16),
    /// The window changed; its newest size counts.
    WindowChanged,
    /// Another process asks this one to stop until it is continued.
    SuspendAsked,
    /// The terminal is this program's again, with unknown content.
    Continued,
    /// Data is being read: what is done with which, and how far it is, from 0 to 1.
    Reading(String, f32),
    /// A run is ready.
    Opened(Box<Opened>),
    /// This is worth knowing of the data of the run that was opened last.
    Noted(String),
    /// A run could not be opened; the first one's failure ends the program.
    OpenFailed(String),
    /// The trainer tells.
    Trainer(Event),
    /// A thread of this program panicked, and said this.
    Panicked(String),
    /// Newer parameters.
    Snapshot(Arc<Vae>),
    /// A session was saved.
    Saved {
        /// The run's files.
        files: RunFiles,
        /// Where it lies.
        path: PathBuf,
        /// Training points that it had seen.
        samples: u64,
    },
    /// A session could not be saved.
    SaveFailed(RunFiles, Manner, SaveFault),
    /// The sessions to choose from.
    Sessions(Vec<Entry>, Intent),
    /// The curve of a saved run was read.
    CurveRead(Box<KeptRun>),
    /// It could not be read.
    CurveUnread(String),
    /// Time passed while something moves by itself.
    Tick,
    /// It is time for a copy of an unsaved run.
    AutosaveDue,
    /// The program must end now; what would be lost is saved already.
    End,
}

/// A run with its data, ready to be shown.
pub struct Opened {
    /// The run.
    pub training: Training,
    /// What it trains on.
    pub data: Arc<Dataset>,
    /// How it was looked at.
    pub view: View,
    /// The file it came from; none for a new run, and for a copy that a program left behind when it ended badly.
    pub path: Option<PathBuf>,
    /// Where it is saved.
    pub files: RunFiles,
    /// Whether nothing of it would be lost; false for such a copy.
    pub is_saved: bool,
    /// Whether such copies wait in the list of sessions.
    pub left_behind: bool,
}

impl Opened {
    /// A new run, which has no file yet and nothing to lose.
    pub fn new(training: Training, data: Arc<Dataset>) -> Self {
        Self {
            training,
            data,
            view: View::default(),
            path: None,
            files: RunFiles::default(),
            is_saved: true,
            left_behind: false,
        }
    }
}

/// Something to be done outside the application's state.
#[derive(Debug)]
pub enum Effect {
    /// Tell the trainer.
    Trainer(Command),
    /// Begin a new run.
    NewRun(Configuration),
    /// Open a session.
    Open(PathBuf),
    /// Save the session.
    Save(Manner),
    /// Look for sessions to choose from.
    ListSessions(Intent),
    /// Read the curve of a saved run.
    ReadCurve(PathBuf),
    /// Stop this process until it is continued.
    Suspend,
    /// Draw everything anew.
    Repaint,
    /// End the program.
    Quit,
}
