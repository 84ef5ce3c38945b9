//! Directions of the latent space that were found rather than guessed, each to be scrubbed along as if it were a dimension.

mod commands;
mod draw;
mod explains;
mod geometry;
mod mouse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use geometry::{Geometry, geometry};

use super::{Kind, Pane, Place};
use crate::data::Part;
use crate::explore::attribute::moved;
use crate::explore::directions::{Direction, Search};
use crate::run::protocol::Origin;
use crate::run::{Answer, Answered, Question};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::layout;
use crate::tui::mouse::Pressed;
use crate::tui::workspace::Workspace;

/// In the registry.
pub const KIND: Kind = Kind {
    name: "directions",
    title: "Directions",
    heading: "Directions",
    letter: 'x',
    place: Place::Whole,
    everywhere: &[Command {
        name: "directions.show",
        keys: &[],
        help: "directions along which something happens, and back",
        footer: None,
        run: |app| app.show(KIND.name),
    }],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(Directions::default()),
};

/// How directions are searched, where a person is, and the newest answers.
pub struct Directions {
    /// How they are found.
    pub search: Search,
    /// The place of the selected one.
    pub selected: usize,
    /// Where the point was before it was moved along directions, and where it was moved to: from there they were found.
    moved: Option<(Origin, Origin)>,
    found: Option<Found>,
    strips: Option<Strips>,
    shown: Option<Shown>,
}

/// The newest directions.
struct Found {
    samples: u64,
    from: Origin,
    search: Search,
    directions: Vec<Direction>,
}

/// Items along some directions.
struct Strips {
    from: Origin,
    directions: Vec<Vec<f32>>,
    steps: usize,
    images: Vec<f32>,
}

/// The newest answer about the point itself.
struct Shown {
    number: u64,
    from: Origin,
    start: Vec<f32>,
    image: Vec<f32>,
}

impl Default for Directions {
    fn default() -> Self {
        Self {
            search: Search::Jacobian,
            selected: 0,
            moved: None,
            found: None,
            strips: None,
            shown: None,
        }
    }
}

impl Directions {
    /// The point from which directions lead: the selected one, or the one that it was moved away from along them.
    pub fn anchor(&self, app: &App) -> Origin {
        let point = &app.selection.point;
        match &self.moved {
            Some((anchor, to)) if to == point => anchor.clone(),
            _ => point.clone(),
        }
    }

    /// The directions that lead from there; none before they are known.
    pub fn found(&self, app: &App) -> &[Direction] {
        let anchor = self.anchor(app);
        let known = self
            .found
            .as_ref()
            .filter(|found| found.search == self.search && self.leads_from(found, &anchor));
        known.map_or(&[], |found| &found.directions)
    }

    /// Only the Jacobian's directions are others at another point.
    fn leads_from(&self, found: &Found, anchor: &Origin) -> bool {
        self.search != Search::Jacobian || found.from == *anchor
    }

    /// The place of the selected direction.
    pub fn selected(&self, app: &App) -> usize {
        self.selected.min(self.found(app).len().saturating_sub(1))
    }

    /// The latent vector of a point, if it is known.
    fn latent<'a>(&'a self, point: &'a Origin) -> Option<&'a [f32]> {
        let known = self.shown.as_ref().filter(|shown| shown.from.item == point.item);
        let latent = point.latent.as_deref();
        latent.or(known.map(|shown| &shown.start[..]))
    }

    /// How far along a direction the selected point lies from where the directions lead; 0 before that is known.
    pub fn distance(&self, app: &App, direction: &Direction) -> f32 {
        let anchor = self.anchor(app);
        match (self.latent(&anchor), self.latent(&app.selection.point)) {
            (Some(from), Some(to)) => {
                let between = to.iter().zip(from).map(|(to, from)| to - from);
                between
                    .zip(&direction.vector)
                    .map(|(z, direction)| z * direction)
                    .sum()
            }
            _ => 0.0,
        }
    }

    /// The place of the first direction that is listed.
    fn first(&self, app: &App, geometry: &Geometry) -> usize {
        layout::window(self.selected(app), geometry.count, self.found(app).len())
    }
}

/// Moves the selected point along the selected direction, to `change(distance)` from where the directions lead.
fn scrub(app: &mut App, change: impl Fn(f32) -> f32) {
    let pane = app.pane::<Directions>();
    let Some(direction) = pane.found(app).get(pane.selected(app)) else {
        return;
    };
    let distance = pane.distance(app, direction);
    let Some(z) = pane.latent(&app.selection.point) else {
        return;
    };
    let to = Origin {
        item: app.selection.point.item,
        latent: Some(moved(z, &direction.vector, change(distance) - distance)),
    };
    let anchor = pane.anchor(app);
    app.pane_mut::<Directions>().moved = Some((anchor, to.clone()));
    app.selection.point = to;
}

impl Pane for Directions {
    fn begin(&mut self, _workspace: &Workspace) {
        *self = Self::default();
    }

    fn turn_to_moment(&mut self) {
        (self.found, self.strips) = (None, None);
    }

    /// The directions first, where they are not known; then the items along those that are listed.
    fn question(&self, app: &App, area: Rect) -> Option<Question> {
        let workspace = app.workspace()?;
        let from = self.anchor(app);
        let directions = self.found(app);
        if directions.is_empty() {
            let (part, search) = (Part::Test, self.search);
            return Some(Question::FindDirections { from, part, search });
        }
        let geometry = geometry(area, workspace.data.shape);
        let listed = directions
            .iter()
            .skip(self.first(app, &geometry))
            .take(geometry.count);
        Some(Question::Along {
            from,
            directions: listed.map(|direction| direction.vector.clone()).collect(),
            steps: geometry.steps,
        })
    }

    fn cursor_question(&self, app: &App, _area: Rect) -> Option<Question> {
        Some(Question::Beside {
            from: app.selection.point.clone(),
            part: Part::Test,
            items: Vec::new(),
        })
    }

    fn answered(&mut self, answered: Answered) {
        let Answered {
            number,
            samples,
            question,
            answer,
            ..
        } = answered;
        match (question, answer) {
            (Question::FindDirections { from, search, .. }, Answer::FoundDirections(directions)) => {
                self.found = Some(Found {
                    samples,
                    from,
                    search,
                    directions,
                });
            }
            (
                Question::Along {
                    from,
                    directions,
                    steps,
                },
                Answer::Along(images),
            ) => {
                self.strips = Some(Strips {
                    from,
                    directions,
                    steps,
                    images,
                });
            }
            (Question::Beside { from, .. }, Answer::Beside { start, image, .. }) => {
                let is_overtaken = self.shown.as_ref().is_some_and(|shown| shown.number > number);
                if !is_overtaken {
                    self.shown = Some(Shown {
                        number,
                        from,
                        start,
                        image,
                    });
                }
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
