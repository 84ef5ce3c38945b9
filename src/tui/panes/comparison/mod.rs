//! The comparison pane: the curves of several runs over one another.

mod commands;
mod draw;
mod explains;
mod geometry;
mod mouse;
mod runs;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ron::value::RawValue;

pub use geometry::{Geometry, geometry};

use super::{Kind, Pane, Place};
use crate::session;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::character;
use crate::tui::mouse::Pressed;
use crate::tui::workspace::Workspace;

/// In the registry.
pub const KIND: Kind = Kind {
    name: "comparison",
    title: "Comparison of runs",
    heading: "Comparison",
    letter: 'c',
    place: Place::Whole,
    everywhere: &[
        Command {
            name: "comparison.show",
            keys: &[character('4')],
            help: "comparison of runs, and back",
            footer: None,
            run: |app| app.show(KIND.name),
        },
        commands::KEEP,
    ],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(Comparison::default()),
};

/// What is compared with the open run.
#[derive(Default)]
pub struct Comparison(pub session::Comparison);

impl Pane for Comparison {
    fn save(&self) -> Option<Box<RawValue>> {
        RawValue::from_rust(&self.0).ok()
    }

    /// Curves stay until they are removed, whatever run is opened next.
    fn restore(&mut self, saved: &RawValue) -> bool {
        let Ok(mut comparison) = saved.into_rust::<session::Comparison>() else {
            return false;
        };
        for run in std::mem::take(&mut self.0.runs) {
            comparison.keep(run);
        }
        self.0 = comparison.checked();
        true
    }

    fn pressed(&self) -> Pressed {
        mouse::pressed
    }

    fn draw(&self, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
        draw::draw(&self.0, app, workspace, area, buffer);
    }
}
