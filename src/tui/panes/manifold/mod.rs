//! The manifold pane: the plane of two latent dimensions, decoded, as equal parts of the prior (paper, figure 4), nearer and farther,
//! and where items lie on it.

mod commands;
mod draw;
mod explains;
mod geometry;
mod mouse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ron::value::RawValue;
use serde::{Deserialize, Serialize};

pub use geometry::{Geometry, geometry};

use super::{Kind, Pane, Place};
use crate::data::Part;
use crate::explore::encoding::Located;
use crate::explore::manifold::{self, Window};
use crate::explore::sheet::{Sheet, SheetImages};
use crate::run::protocol::Origin;
use crate::run::{Answer, Answered, Question};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::mouse::Pressed;
use crate::tui::workspace::Workspace;

/// In the registry.
pub const KIND: Kind = Kind {
    name: "manifold",
    title: "Manifold",
    heading: "Manifold",
    letter: 'n',
    place: Place::Whole,
    everywhere: &[Command {
        name: "manifold.show",
        keys: &[],
        help: "the plane of two latent dimensions, and back",
        footer: None,
        run: |app| app.show(KIND.name),
    }],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(Manifold::default()),
};

/// Items that are shown over the plane at most: more would hide it.
const MOST_ITEMS: usize = 500;

/// Which part of which plane is shown, where the cursor is, and the newest answers.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct Manifold {
    /// The dimension that rises downwards; none for the most informative one that doesn't rise to the right. That one is the
    /// dimension that all panes share.
    pub down: Option<usize>,
    /// The part of the plane.
    pub window: Window,
    /// Which items stand over it; none for none.
    pub items: Option<Part>,
    /// The column and the row of the cursor; none for the middle.
    #[serde(skip)]
    cursor: Option<(usize, usize)>,
    #[serde(skip)]
    shown: Option<Shown>,
    #[serde(skip)]
    located: Option<Locations>,
}

/// The newest plane that was handed out.
struct Shown {
    number: u64,
    /// Training points that the parameters had seen.
    samples: u64,
    /// The point through which it goes.
    point: Origin,
    /// The latent vector of the start of that point.
    start: Vec<f32>,
    /// Columns and rows of its pictures.
    size: (usize, usize),
    images: SheetImages,
}

/// Where items lie.
struct Locations {
    part: Part,
    /// Training points that the parameters had seen.
    samples: u64,
    items: Vec<Located>,
}

impl Default for Manifold {
    /// The whole plane of the two most informative dimensions.
    fn default() -> Self {
        Self {
            down: None,
            window: Window::WHOLE,
            items: None,
            cursor: None,
            shown: None,
            located: None,
        }
    }
}

impl Manifold {
    /// The dimensions that rise to the right and downwards; none where there is only one.
    pub fn dimensions(&self, app: &App, workspace: &Workspace) -> Option<(usize, usize)> {
        let right = workspace.selected(&app.selection);
        let latent = workspace.progress.configuration.latent_dimensions();
        let is_other = |dimension: &usize| *dimension != right && *dimension < latent;
        let chosen = self.down.filter(is_other);
        let down = chosen.or_else(|| workspace.order().into_iter().find(is_other))?;
        Some((right, down))
    }

    /// The column and the row of the cursor on a plane of this size.
    fn cursor(&self, (columns, rows): (usize, usize)) -> (usize, usize) {
        let (column, row) = self.cursor.unwrap_or((columns / 2, rows / 2));
        (
            column.min(columns.saturating_sub(1)),
            row.min(rows.saturating_sub(1)),
        )
    }

    /// The latent vector through which the plane goes; none before it is known.
    fn through<'a>(&'a self, app: &'a App) -> Option<&'a [f32]> {
        let point = &app.selection.point;
        let shown = self.shown.as_ref().filter(|shown| shown.point.item == point.item);
        let start = shown.map(|shown| &shown.start);
        point.latent.as_ref().or(start).map(Vec::as_slice)
    }

    /// The latent vector under the cursor; none before it is known.
    pub fn latent(&self, app: &App) -> Option<Vec<f32>> {
        let workspace = app.workspace()?;
        let dimensions = self.dimensions(app, workspace)?;
        let plane = geometry(app.visible(KIND.name)?, workspace.data.shape).plane;
        let size = (plane.columns, plane.rows);
        let (column, row) = self.cursor(size);
        let points = manifold::plane(self.through(app)?, dimensions, size, self.window);
        points.into_iter().nth(row * plane.columns + column)
    }

    /// Where items lie, as far as they are wanted and known.
    fn located(&self) -> Option<&Locations> {
        let located = self.located.as_ref()?;
        (Some(located.part) == self.items).then_some(located)
    }
}

impl Pane for Manifold {
    fn save(&self) -> Option<Box<RawValue>> {
        RawValue::from_rust(self).ok()
    }

    fn restore(&mut self, saved: &RawValue) -> bool {
        let Ok(state) = saved.into_rust::<Self>() else {
            return false;
        };
        let window = if state.window.is_usable() {
            state.window
        } else {
            Window::WHOLE
        };
        *self = Self { window, ..state };
        true
    }

    fn begin(&mut self, _workspace: &Workspace) {
        *self = Self::default();
    }

    fn turn_to_moment(&mut self) {
        self.located = None;
    }

    fn pointed(&self, app: &App) -> Option<Origin> {
        Some(Origin {
            item: app.selection.point.item,
            latent: Some(self.latent(app)?),
        })
    }

    /// Where items lie first, where that is wanted and not known, or was long ago; then the plane.
    fn question(&self, app: &App, area: Rect) -> Option<Question> {
        let workspace = app.workspace()?;
        let (right, down) = self.dimensions(app, workspace)?;
        if let Some(part) = self.items {
            let is_old = |located: &Locations| workspace.age(located.samples).is_some();
            if self.located().is_none_or(is_old) {
                let most = MOST_ITEMS;
                return Some(Question::Locate { part, most });
            }
        }
        let plane = geometry(area, workspace.data.shape).plane;
        Some(Question::Traverse {
            from: app.selection.point.clone(),
            sheet: Sheet::Plane {
                right,
                down,
                columns: plane.columns,
                rows: plane.rows,
                window: self.window,
            },
        })
    }

    fn answered(&mut self, answered: Answered) {
        let Answered { number, samples, .. } = answered;
        let is_overtaken = self.shown.as_ref().is_some_and(|shown| shown.number > number);
        match (answered.question, answered.answer) {
            (Question::Locate { part, .. }, Answer::Located(items)) => {
                self.located = Some(Locations { part, samples, items });
            }
            (
                Question::Traverse {
                    from,
                    sheet: Sheet::Plane { columns, rows, .. },
                },
                Answer::Traversed {
                    start, sheet: images, ..
                },
            ) if !is_overtaken => {
                self.shown = Some(Shown {
                    number,
                    samples,
                    point: from,
                    start,
                    size: (columns, rows),
                    images,
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
