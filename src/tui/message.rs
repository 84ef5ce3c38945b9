//! What reaches the application from outside, and what it asks for in return.

use std::path::PathBuf;

use ratatui::crossterm::event::KeyEvent;

use crate::learning::Configuration;
use crate::run::{Command, Summary, Told};
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
    /// Data is being read for the run that was asked for with this number.
    Reading {
        /// The request's number.
        request: u64,
        /// What is done with which data.
        what: String,
        /// How far it is, from 0 to 1.
        fraction: f32,
    },
    /// The run that was asked for with this number is ready, and waits to be shown.
    Arrived(u64),
    /// A run takes the place of the one on the screen.
    Opened(Box<Opened>),
    /// The run that was asked for with this number could not be opened, for this reason; where none is on the screen yet, that
    /// ends the program.
    OpenFailed(u64, String),
    /// A run tells.
    Told(Told),
    /// A thread of this program panicked, and said this.
    Panicked(String),
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

/// A run, ready to be shown.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The run.
    pub summary: Summary,
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
    /// What is worth knowing of its data.
    pub notes: Vec<String>,
}

impl Opened {
    /// A new run, which has no file yet and nothing to lose.
    pub fn new(summary: Summary) -> Self {
        Self {
            summary,
            view: View::default(),
            path: None,
            files: RunFiles::default(),
            is_saved: true,
            left_behind: false,
            notes: Vec::new(),
        }
    }
}

/// Something to be done outside the application's state.
#[derive(Debug)]
pub enum Effect {
    /// Tell the run.
    Command(Command),
    /// Begin a new run, with the request's number.
    NewRun(u64, Configuration),
    /// Open a session, with the request's number.
    Open(u64, PathBuf),
    /// Show the run that arrived with this number.
    Show(u64),
    /// Forget it.
    Forget(u64),
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
