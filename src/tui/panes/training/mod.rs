//! The training pane: numbers, the curve, and the KL term of every latent dimension.

mod commands;
mod draw;
mod explains;
mod geometry;
mod mouse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ron::value::RawValue;
use serde::{Deserialize, Serialize};

pub use draw::clock;
pub use geometry::{Geometry, geometry};

use super::{Kind, Pane, Place};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::character;
use crate::tui::mouse::Pressed;
use crate::tui::widgets::curve_window::CurveWindow;
use crate::tui::workspace::Workspace;

/// In the registry.
pub const KIND: Kind = Kind {
    name: "training",
    title: "Training",
    heading: "Training",
    letter: 't',
    place: Place::UpperLeft,
    everywhere: &[Command {
        name: "training.show",
        keys: &[character('1')],
        help: "training on the whole screen, and back",
        footer: None,
        run: |app| app.show(KIND.name),
    }],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(Training::default()),
};

/// How the curve and the bars are looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Training {
    /// How many steps the smoothing of the minibatch curve looks back, 0 for none.
    pub smoothing: u32,
    /// Which part of the curve is visible, and where the cursor is.
    pub looking: CurveWindow,
    /// Whether the cursor is shown, and what it reads.
    #[serde(skip)]
    pub reads: bool,
    /// The first bar of the KL terms that is shown.
    #[serde(skip)]
    pub first_bar: usize,
}

impl Default for Training {
    fn default() -> Self {
        Self {
            smoothing: 20,
            looking: CurveWindow::default(),
            reads: false,
            first_bar: 0,
        }
    }
}

impl Pane for Training {
    fn save(&self) -> Option<Box<RawValue>> {
        RawValue::from_rust(self).ok()
    }

    fn restore(&mut self, saved: &RawValue) -> bool {
        let Ok(state) = saved.into_rust::<Self>() else {
            return false;
        };
        *self = Self {
            looking: state.looking.checked(),
            ..state
        };
        true
    }

    fn begin(&mut self, _workspace: &Workspace) {
        (self.first_bar, self.reads, self.looking) = (0, false, CurveWindow::default());
    }

    fn command_line(&self, _app: &App, session: &str) -> Option<String> {
        Some(format!("train --resume {session}"))
    }

    /// The lower bound of the test set at its last measurement, in nats per data point.
    fn value(&self, app: &App) -> Option<String> {
        let test = app.workspace()?.progress.test.as_ref()?;
        Some(test.terms.lower_bound().to_string())
    }

    fn pressed(&self) -> Pressed {
        mouse::pressed
    }

    fn draw(&self, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
        draw::draw(self, app, workspace, area, buffer);
    }
}
