//! The film: what the run looked like on its way, scrubbed over training time.

mod commands;
mod draw;
mod explains;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Kind, Pane, Place};
use crate::data::Part;
use crate::explore::browse::{BrowsedItem, Page};
use crate::run::film::PICTURES;
use crate::run::{Answer, Answered, Question};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::workspace::Workspace;

/// In the registry.
pub const KIND: Kind = Kind {
    name: "film",
    title: "Film of the run",
    heading: "Film",
    letter: 'f',
    place: Place::Whole,
    everywhere: &[Command {
        name: "film.show",
        keys: &[],
        help: "the film of the run, and back",
        footer: None,
        run: |app| app.show(KIND.name),
    }],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(Film::default()),
};

/// How the film is looked at; which moment says the selection that all panes share.
#[derive(Default)]
pub struct Film {
    /// Whether it moves on by itself.
    pub is_playing: bool,
    /// The items that are filmed, as they are in the data.
    items: Option<Vec<BrowsedItem>>,
}

impl Pane for Film {
    fn begin(&mut self, _workspace: &Workspace) {
        *self = Self::default();
    }

    fn motion(&self) -> Option<fn(&mut App)> {
        self.is_playing.then_some(commands::play)
    }

    /// Items stay what they are, so that they are asked for once.
    fn question(&self, _app: &App, _area: Rect) -> Option<Question> {
        self.items.is_none().then(|| Question::Browse {
            part: Part::Test,
            page: Page::Items((0..PICTURES).collect()),
        })
    }

    fn answered(&mut self, answered: Answered) {
        if let Answer::Browsed(items) = answered.answer {
            self.items = Some(items);
        }
    }

    fn draw(&self, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
        draw::draw(self, app, workspace, area, buffer);
    }
}
