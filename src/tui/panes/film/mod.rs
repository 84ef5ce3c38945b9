//! The film: what the run looked like on its way, scrubbed over training time.

mod commands;
mod draw;
mod explains;
mod geometry;
mod mouse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Kind, Pane, Place};
use crate::data::{ItemPlace, Part};
use crate::explore::browse::{BrowsedItem, Page};
use crate::run::film::PICTURES;
use crate::run::protocol::Origin;
use crate::run::{Answer, Answered, Question};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::mouse::Pressed;
use crate::tui::widgets::curve_window::CurveWindow;
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
    /// Which part of the curve is visible.
    looking: CurveWindow,
    /// The items that are filmed, as they are in the data.
    items: Option<Vec<BrowsedItem>>,
    /// The selected item, where it is none of those, as the moment's own model gives it back.
    selected: Option<Selected>,
}

/// An item and what came back of it.
struct Selected {
    place: ItemPlace,
    item: BrowsedItem,
    decoded: Vec<f32>,
}

impl Film {
    /// The place of the selected item among those that are filmed; none where it is another one.
    fn filmed(app: &App) -> Option<usize> {
        let place = app
            .selection
            .point
            .item
            .filter(|place| place.part == Part::Test)?;
        Some(place.item).filter(|&item| item < PICTURES)
    }

    /// The selected item, where it is not filmed, once it is known, and the moment's model is there.
    fn selected(&self, app: &App, workspace: &Workspace) -> Option<&Selected> {
        if app.selection.time.is_some() && workspace.moment.is_none() {
            return None;
        }
        let known = self.selected.as_ref().filter(|_| Self::filmed(app).is_none());
        known.filter(|known| Some(known.place) == app.selection.point.item)
    }
}

impl Pane for Film {
    fn begin(&mut self, _workspace: &Workspace) {
        *self = Self::default();
    }

    fn motion(&self) -> Option<fn(&mut App)> {
        self.is_playing.then_some(commands::play)
    }

    /// The items first, which stay what they are, so that they are asked for once; then the selected one, where it is none of them.
    fn question(&self, app: &App, _area: Rect) -> Option<Question> {
        if self.items.is_none() {
            return Some(Question::Browse {
                part: Part::Test,
                page: Page::Items((0..PICTURES).collect()),
            });
        }
        let place = app.selection.point.item.filter(|_| Self::filmed(app).is_none())?;
        Some(Question::Beside {
            from: Origin::item(place),
            part: place.part,
            items: vec![place.item],
        })
    }

    fn answered(&mut self, answered: Answered) {
        match (answered.question, answered.answer) {
            (Question::Browse { .. }, Answer::Browsed(items)) => self.items = Some(items),
            (Question::Beside { from, .. }, Answer::Beside { image, items, .. }) => {
                let found = from.item.zip(items.into_iter().next());
                self.selected = found.map(|(place, item)| Selected {
                    place,
                    item,
                    decoded: image,
                });
            }
            _ => {}
        }
    }

    fn pressed(&self) -> Pressed {
        mouse::pressed
    }

    fn draw(&self, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
        draw::draw(self, app, workspace, area, buffer);
    }
}
