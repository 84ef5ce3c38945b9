//! What reaches the application from outside, and what it asks for in return.

use std::path::PathBuf;
use std::sync::Arc;

use ratatui::crossterm::event::KeyEvent;

use crate::data::Dataset;
use crate::learning::trainer::{Command, Event};
use crate::learning::{Configuration, Training};
use crate::model::Vae;
use crate::session::folder::Entry;
use crate::session::{KeptRun, View};
use crate::tui::dialogs::sessions::Intent;

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
    /// The terminal is this program's again, with unknown content.
    Continued,
    /// The data is unpacked to this fraction.
    Unpacking(f32),
    /// A run is ready.
    Opened(Box<Opened>),
    /// A run could not be opened; the first one's failure ends the program.
    OpenFailed(String),
    /// The trainer tells.
    Trainer(Event),
    /// A thread of this program panicked, and said this.
    Panicked(String),
    /// Newer parameters.
    Snapshot(Arc<Vae>),
    /// A session was saved there, as it was after so many samples.
    Saved(PathBuf, u64),
    /// A session could not be saved.
    SaveFailed(String),
    /// The sessions to choose from.
    Sessions(Vec<Entry>, Intent),
    /// The curve of a saved run was read.
    CurveRead(Box<KeptRun>),
    /// It could not be read.
    CurveUnread(String),
    /// Time passed while something moves by itself.
    Tick,
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
    /// The file it came from.
    pub path: Option<PathBuf>,
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
    /// Save the session to this file, or to a new one in the usual folder.
    Save(Option<PathBuf>),
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
