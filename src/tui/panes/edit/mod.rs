//! The edit pane: attributes are added to the point, several at once, each as the way from the mean of one set of items to that of
//! another. Which, and with what strengths, is part of the selection, so that it is undone and saved with it.

mod commands;
mod draw;
mod explains;
mod geometry;
mod mouse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use geometry::{Geometry, geometry};

use super::{Kind, Pane, Place};
use crate::explore::attribute::{Attribute, Edited};
use crate::explore::traversal::steps_within;
use crate::run::protocol::Origin;
use crate::run::{Answer, Answered, Question};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::character;
use crate::tui::mouse::Pressed;
use crate::tui::workspace::Workspace;

/// In the registry.
pub const KIND: Kind = Kind {
    name: "edit",
    title: "Edit",
    heading: "Edit",
    letter: 'e',
    place: Place::Whole,
    everywhere: &[Command {
        name: "edit.show",
        keys: &[character('9')],
        help: "attributes added to the point, and back",
        footer: None,
        run: |app| app.show(KIND.name),
    }],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(Edit::default()),
};

/// Strengths that the strip shows, to each side: twice the difference of the two sets.
pub const REACH: f32 = 2.0;

/// Which attribute is selected, and the newest answers.
#[derive(Default)]
pub struct Edit {
    selected: usize,
    directions: Option<Directions>,
    shown: Option<Shown>,
}

/// The directions of some attributes.
struct Directions {
    attributes: Vec<Attribute>,
    /// Training points that the parameters had seen.
    samples: u64,
    /// One of each; none of one that has a set without items.
    found: Vec<Option<Vec<f32>>>,
}

/// What was edited last.
struct Shown {
    number: u64,
    /// Training points that the parameters had seen.
    samples: u64,
    /// The strengths in the strip.
    strengths: Vec<f32>,
    edited: Edited,
}

impl Edit {
    /// The place of the selected attribute, of which there may be fewer than before.
    pub fn place(&self, app: &App) -> usize {
        self.selected
            .min(app.selection.attributes.len().saturating_sub(1))
    }

    /// What was edited last; none before it is known.
    pub fn edited(&self) -> Option<&Edited> {
        self.shown.as_ref().map(|shown| &shown.edited)
    }

    /// The directions of the attributes that are chosen; none before they are known.
    fn directions(&self, app: &App) -> Option<&Directions> {
        let chosen = app.selection.attributes.iter().map(|applied| &applied.attribute);
        let directions = self.directions.as_ref()?;
        chosen.eq(&directions.attributes).then_some(directions)
    }
}

impl Pane for Edit {
    fn begin(&mut self, _workspace: &Workspace) {
        *self = Self::default();
    }

    fn turn_to_moment(&mut self) {
        self.directions = None;
    }

    fn pointed(&self, app: &App) -> Option<Origin> {
        Some(Origin {
            item: app.selection.point.item,
            latent: Some(self.edited()?.latent.clone()),
        })
    }

    /// The directions first, where they are not known, or were found long ago; then what comes of them.
    fn question(&self, app: &App, area: Rect) -> Option<Question> {
        let workspace = app.workspace()?;
        let attributes = &app.selection.attributes;
        let directions = self.directions(app);
        let is_old = |directions: &Directions| workspace.age(directions.samples).is_some();
        if !attributes.is_empty() && directions.is_none_or(is_old) {
            let attributes = attributes.iter().map(|applied| applied.attribute.clone());
            return Some(Question::Direct(attributes.collect()));
        }
        let latent = workspace.progress.configuration.latent_dimensions();
        let found = directions.map_or(&[][..], |directions| &directions.found);
        let with_strength = found.iter().zip(attributes).map(|(direction, applied)| {
            let direction = direction.clone().unwrap_or_else(|| vec![0.0; latent]);
            (direction, applied.strength)
        });
        let strip = geometry(area, workspace.data.shape).steps();
        Some(Question::Edit {
            from: app.selection.point.clone(),
            directions: with_strength.collect(),
            strip: (!attributes.is_empty()).then(|| (self.place(app), steps_within(REACH, strip))),
        })
    }

    fn answered(&mut self, answered: Answered) {
        let Answered { number, samples, .. } = answered;
        let is_overtaken = self.shown.as_ref().is_some_and(|shown| shown.number > number);
        match (answered.question, answered.answer) {
            (Question::Direct(attributes), Answer::Directed(found)) => {
                self.directions = Some(Directions {
                    attributes,
                    samples,
                    found,
                });
            }
            (Question::Edit { strip, .. }, Answer::Edited(edited)) if !is_overtaken => {
                self.shown = Some(Shown {
                    number,
                    samples,
                    strengths: strip.map_or(Vec::new(), |(_, strengths)| strengths),
                    edited,
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
