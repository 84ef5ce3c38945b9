//! The run log: what happened when, as lines that can be searched.

mod commands;
mod draw;
mod explains;
mod lines;

pub use lines::happened_in_words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Kind, Pane, Place};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::character;
use crate::tui::widgets::text_field::TextField;
use crate::tui::workspace::Workspace;

/// In the registry.
pub const KIND: Kind = Kind {
    name: "log",
    title: "Run log",
    heading: "Run log",
    letter: 'l',
    place: Place::Whole,
    everywhere: &[Command {
        name: "log.show",
        keys: &[character('5')],
        help: "the run's log, and back",
        footer: None,
        run: |app| app.show(KIND.name),
    }],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(Log::default()),
};

/// Where the log is looked at.
#[derive(Default)]
pub struct Log {
    /// Lines that lie below the ones on the screen: 0 follows the run.
    pub below: usize,
    /// What is searched for: only lines with it are shown.
    pub search: TextField,
    /// Whether that is being written.
    pub is_writing: bool,
}

impl Pane for Log {
    fn begin(&mut self, _workspace: &Workspace) {
        *self = Self::default();
    }

    fn text(&mut self) -> Option<&mut TextField> {
        self.is_writing.then_some(&mut self.search)
    }

    fn draw(&self, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
        draw::draw(self, app, workspace, area, buffer);
    }
}
