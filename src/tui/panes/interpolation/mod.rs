//! The interpolation pane: the way from the point, A, to the other point, B, and how likely the model finds what it makes on it.

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
use crate::explore::interpolate::{Step, Way};
use crate::learning::Method;
use crate::run::protocol::Origin;
use crate::run::{Answer, Answered, Question};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::mouse::Pressed;
use crate::tui::widgets::curve_window::CurveWindow;
use crate::tui::workspace::Workspace;

/// In the registry.
pub const KIND: Kind = Kind {
    name: "interpolation",
    title: "Interpolation",
    heading: "Interpolation",
    letter: 'i',
    place: Place::Whole,
    everywhere: &[Command {
        name: "interpolation.show",
        keys: &[],
        help: "the way from A to B, and back",
        footer: None,
        run: |app| app.show(KIND.name),
    }],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(Interpolation::default()),
};

/// Along which line, where on it a person is, and the newest answer.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Interpolation {
    /// Along which line.
    pub way: Way,
    /// How far on the way, from 0 at A to 1 at B.
    #[serde(skip)]
    pub position: f32,
    /// Which part of the curve is visible.
    #[serde(skip)]
    pub looking: CurveWindow,
    /// Whether it moves by itself, and in which direction.
    #[serde(skip)]
    pub playing: Option<isize>,
    /// Random items that were made B so far.
    #[serde(skip)]
    draws: u64,
    /// The newest answer.
    #[serde(skip)]
    shown: Option<Shown>,
}

/// The newest way that was handed out.
struct Shown {
    number: u64,
    /// Training points that the parameters had seen.
    samples: u64,
    /// Where it ends.
    to: Origin,
    steps: Vec<Step>,
}

impl Interpolation {
    /// The places on the way; none before they are known.
    pub fn steps(&self) -> &[Step] {
        self.shown.as_ref().map_or(&[], |shown| &shown.steps)
    }

    /// Where the way ends, as far as that is known: where a person said, or at an item of another class.
    pub fn end<'a>(&'a self, app: &'a App) -> Option<&'a Origin> {
        let shown = self.shown.as_ref().map(|shown| &shown.to);
        app.selection.other.as_ref().or(shown)
    }

    /// The place of the present step.
    pub fn place(&self) -> usize {
        let last = self.steps().len().saturating_sub(1);
        (self.position * last as f32).round() as usize
    }

    /// The part of the curve that is visible, with the present step in it.
    pub fn looking(&self) -> CurveWindow {
        self.looking.showing(f64::from(self.position))
    }

    /// The present step; none before it is known.
    pub fn step(&self) -> Option<&Step> {
        self.steps().get(self.place())
    }
}

impl Pane for Interpolation {
    fn save(&self) -> Option<Box<RawValue>> {
        RawValue::from_rust(self).ok()
    }

    fn restore(&mut self, saved: &RawValue) -> bool {
        saved.into_rust().map(|state| *self = state).is_ok()
    }

    fn begin(&mut self, _workspace: &Workspace) {
        *self = Self::default();
    }

    fn motion(&self) -> Option<fn(&mut App)> {
        self.playing.is_some().then_some(commands::play)
    }

    fn pointed(&self, _app: &App) -> Option<Origin> {
        let latent = Some(self.step()?.latent.clone());
        Some(Origin { item: None, latent })
    }

    fn question(&self, app: &App, area: Rect) -> Option<Question> {
        let workspace = app.workspace()?;
        let geometry = geometry(area, workspace.data.shape);
        Some(Question::Interpolate {
            from: app.selection.point.clone(),
            to: app.selection.other.clone(),
            way: self.way,
            // Chains take long for each place.
            steps: match workspace.progress.configuration.method {
                Method::Mcem => geometry.strip.columns,
                Method::Aevb | Method::WakeSleep | Method::FullVb | Method::M2 => geometry.steps,
            },
        })
    }

    fn answered(&mut self, answered: Answered) {
        let is_overtaken = self
            .shown
            .as_ref()
            .is_some_and(|shown| shown.number > answered.number);
        if let (false, Answer::Interpolated { to, steps }) = (is_overtaken, answered.answer) {
            self.shown = Some(Shown {
                number: answered.number,
                samples: answered.samples,
                to,
                steps,
            });
        }
    }

    fn pressed(&self) -> Pressed {
        mouse::pressed
    }

    fn draw(&self, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
        draw::draw(self, app, workspace, area, buffer);
    }
}
