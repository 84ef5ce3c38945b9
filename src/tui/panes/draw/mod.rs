//! A canvas of an item's size: what is drawn on it is sent through the model as it changes, and what is hidden is filled in.

mod canvas;
mod commands;
mod explains;
mod geometry;
mod mouse;
mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use canvas::Canvas;
pub use geometry::{Geometry, geometry};

use super::{Kind, Pane, Place};
use crate::data::Part;
use crate::explore::browse::BrowsedItem;
use crate::explore::repair::Restored;
use crate::run::protocol::Origin;
use crate::run::{Answer, Answered, Question};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::mouse::Pressed;
use crate::tui::workspace::Workspace;

/// In the registry.
pub const KIND: Kind = Kind {
    name: "draw",
    title: "Draw",
    heading: "Draw",
    letter: 'w',
    place: Place::Whole,
    everywhere: &[Command {
        name: "draw.show",
        keys: &[],
        help: "a canvas, and what the model makes of it, and back",
        footer: None,
        run: |app| app.show(KIND.name),
    }],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(Draw::default()),
};

/// The canvas and how it is drawn on, and the newest answers.
#[derive(Default)]
pub struct Draw {
    /// What is drawn on; none before a run is on the screen.
    pub canvas: Option<Canvas>,
    /// Pixels that the brush reaches around its own.
    pub reach: usize,
    /// Rounds in which hidden values are filled in, at the place among [`ROUNDS`].
    pub rounds: usize,
    /// Noises that were added so far.
    pub noises: u64,
    /// The point whose item is wanted on the canvas.
    wanted: Option<Origin>,
    restored: Option<Shown>,
    similar: Vec<BrowsedItem>,
}

/// How many rounds there may be.
pub const ROUNDS: [usize; 4] = [1, 5, 20, 100];

/// The newest answer about the canvas.
struct Shown {
    number: u64,
    restored: Restored,
}

/// Training items that are shown beside the canvas.
const SIMILAR: usize = 6;

impl Draw {
    /// What came of the canvas; none before the first answer.
    pub fn restored(&self) -> Option<&Restored> {
        self.restored.as_ref().map(|shown| &shown.restored)
    }
}

impl Pane for Draw {
    fn begin(&mut self, workspace: &Workspace) {
        *self = Self {
            canvas: Some(Canvas::blank(workspace.data.shape)),
            rounds: 1,
            ..Self::default()
        };
    }

    /// The item that is wanted on the canvas, or what is most like it.
    fn question(&self, app: &App, _area: Rect) -> Option<Question> {
        if let Some(from) = &self.wanted {
            let items = from.item.map(|place| place.item);
            return Some(Question::Beside {
                from: from.clone(),
                part: from.item.map_or(Part::Test, |place| place.part),
                items: items.into_iter().collect(),
            });
        }
        app.workspace()?;
        Some(Question::Resemble {
            values: self.canvas.as_ref()?.shown(),
            count: SIMILAR,
        })
    }

    fn cursor_question(&self, _app: &App, _area: Rect) -> Option<Question> {
        let canvas = self.canvas.as_ref()?;
        Some(Question::Restore {
            values: canvas.shown(),
            missing: canvas.hidden.clone(),
            rounds: ROUNDS[self.rounds.min(ROUNDS.len() - 1)],
        })
    }

    fn answered(&mut self, answered: Answered) {
        let Answered {
            number,
            question,
            answer,
            ..
        } = answered;
        match (question, answer) {
            (Question::Beside { from, .. }, Answer::Beside { image, items, .. }) => {
                if self.wanted.take_if(|wanted| *wanted == from).is_some()
                    && let Some(canvas) = &mut self.canvas
                {
                    // The item itself, or what is decoded where the point was moved away from it.
                    let item = items.first().filter(|_| from.latent.is_none());
                    canvas.show(item.map_or(&image, |item| &item.values));
                }
            }
            (Question::Resemble { .. }, Answer::Resembling(items)) => self.similar = items,
            (Question::Restore { .. }, Answer::Restored(restored)) => {
                let is_overtaken = self.restored.as_ref().is_some_and(|shown| shown.number > number);
                if !is_overtaken {
                    let restored = *restored;
                    self.restored = Some(Shown { number, restored });
                }
            }
            _ => {}
        }
    }

    /// The point that the canvas is encoded as.
    fn pointed(&self, _app: &App) -> Option<Origin> {
        let latent = self.restored()?.latent.clone();
        Some(Origin {
            item: None,
            latent: Some(latent),
        })
    }

    fn pressed(&self) -> Pressed {
        mouse::pressed
    }

    fn draw(&self, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
        view::draw(self, app, workspace, area, buffer);
    }
}
