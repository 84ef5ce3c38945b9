//! The panes, a folder each: what it keeps, its commands, what it asks of the run, and how it is drawn.
//!
//! To add one, write its folder and a line in [`KINDS`].

pub mod anomalies;
pub mod comparison;
pub mod data;
pub mod directions;
pub mod draw;
pub mod edit;
pub mod film;
pub mod interpolation;
pub mod log;
pub mod manifold;
pub mod map;
pub mod reconstruction;
pub mod runs;
pub mod samples;
pub mod training;
pub mod traversal;

use std::any::Any;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ron::value::RawValue;

use super::app::{App, Selection};
use super::command::Command;
use super::mouse::Pressed;
use super::widgets::text_field::TextField;
use super::workspace::Workspace;
use crate::pictures::raster::Raster;
use crate::run::protocol::Origin;
use crate::run::{Answered, Question};

/// Every pane, in the order of their numbers.
pub const KINDS: &[&Kind] = &[
    &training::KIND,
    &traversal::KIND,
    &reconstruction::KIND,
    &comparison::KIND,
    &log::KIND,
    &data::KIND,
    &map::KIND,
    &samples::KIND,
    &edit::KIND,
    &manifold::KIND,
    &interpolation::KIND,
    &directions::KIND,
    &anomalies::KIND,
    &draw::KIND,
    &film::KIND,
    &runs::KIND,
];

/// A pane as the registry knows it.
pub struct Kind {
    /// Its name, which stays: sessions and commands carry it.
    pub name: &'static str,
    /// What its frame says.
    pub title: &'static str,
    /// What the help and the README call it.
    pub heading: &'static str,
    /// The letter that chooses it in the list of panes, which no other has.
    pub letter: char,
    /// Where it stands unless a person put it elsewhere.
    pub place: Place,
    /// What works whatever has the focus: at least the command that brings it to the front.
    pub everywhere: &'static [Command],
    /// What can be done in it.
    pub commands: &'static [Command],
    /// What the numbers in it mean.
    pub explains: &'static [Explanation],
    /// Makes its state as it is before any run.
    pub new: fn() -> Box<dyn Pane>,
}

/// What a number on the screen means.
#[derive(Debug)]
pub struct Explanation {
    /// As it stands there, or in a few words.
    pub name: &'static str,
    /// What it counts: `nats per data point`; empty where it counts nothing.
    pub unit: &'static str,
    /// Its formula; empty where it has none.
    pub equation: &'static str,
    /// Where the paper, or whose paper, has it; empty where none has.
    pub source: &'static str,
    /// What it says, and how to read it.
    pub text: &'static str,
}

/// Where a pane stands on a large screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the upper left, beside others.
    UpperLeft,
    /// In the lower left.
    LowerLeft,
    /// On the right.
    Right,
    /// On the whole screen.
    Whole,
}

/// What a pane is to the rest of the screen. It keeps only what is its own; what all panes share, it finds in [`App`].
pub trait Pane: Any {
    /// Its state as it is saved with the session; none if there is nothing to save.
    fn save(&self) -> Option<Box<RawValue>> {
        None
    }

    /// Takes a state that was saved, as far as it is understood; else it stays as it is, and false comes back.
    fn restore(&mut self, _saved: &RawValue) -> bool {
        false
    }

    /// Another run is on the screen; what belonged to the one before is forgotten.
    fn begin(&mut self, _workspace: &Workspace) {}

    /// Another moment of training is looked at: what it keeps of the models before is forgotten, unless every answer replaces it.
    fn turn_to_moment(&mut self) {}

    /// What stands under its cursor, an item or a point of the latent space: what commands that work everywhere mean while it
    /// has the focus. None for the selected point, which all panes share.
    fn pointed(&self, _app: &App) -> Option<Origin> {
        None
    }

    /// The selection fitted to what it can show in an `area` of this size.
    fn settled(&self, _app: &App, _area: Rect) -> Option<Selection> {
        None
    }

    /// What it wants to know of the parameters that are looked at, drawn in an `area` of this size.
    fn question(&self, _app: &App, _area: Rect) -> Option<Question> {
        None
    }

    /// What its cursor wants to know meanwhile: something cheap, which is asked by itself and waits for no other answer.
    fn cursor_question(&self, _app: &App, _area: Rect) -> Option<Question> {
        None
    }

    /// Breaks off what it asks for piece after piece; false if it does no such thing now.
    fn break_off(&mut self) -> bool {
        false
    }

    /// Takes in an answer to what it asked.
    fn answered(&mut self, _answered: Answered) {}

    /// What moves it a step, while something in it moves by itself: it is called with each
    /// [`Message::Tick`](super::message::Message::Tick) while the pane is on the screen.
    fn motion(&self) -> Option<fn(&mut App)> {
        None
    }

    /// The text that is being written in it, which keys go to until it is ended.
    fn text(&mut self) -> Option<&mut TextField> {
        None
    }

    /// What a press of the mouse inside its frame does; nothing where it knows of no place.
    fn pressed(&self) -> Pressed {
        |_, _, _| Vec::new()
    }

    /// What it shows in an `area` of this size as one picture, pixel for pixel; none if it shows none.
    fn picture(&self, _app: &App, _area: Rect) -> Option<Raster> {
        None
    }

    /// What stands behind `vae-tui` on the command line that makes the same of the file `session`; none if no command does.
    fn command_line(&self, _app: &App, _session: &str) -> Option<String> {
        None
    }

    /// The number that is selected in it, or numbers with commas between them.
    fn value(&self, _app: &App) -> Option<String> {
        None
    }

    /// Draws what is inside its frame from its own state and the run's; changes nothing.
    fn draw(&self, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer);
}

/// The pane of this name, as the registry knows it.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name).copied()
}

/// One of every kind, in order.
pub fn all() -> Vec<Box<dyn Pane>> {
    KINDS.iter().map(|kind| (kind.new)()).collect()
}
