//! The reconstruction pane: test items, what comes back, and the difference.

mod commands;
mod draw;
mod explains;
mod geometry;
mod mouse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use geometry::{Geometry, geometry};

use super::{Kind, Pane, Place};
use crate::data::ItemPlace;
use crate::explore::reconstruction::Reconstruction as Found;
use crate::pictures::raster::Raster;
use crate::run::protocol::{ItemReconstruction, Origin};
use crate::run::{Answer, Answered, Question};
use crate::tui::app::{App, Selection};
use crate::tui::command::Command;
use crate::tui::command::keys::character;
use crate::tui::mouse::Pressed;
use crate::tui::widgets::block_image::{BlockImage, Scale};
use crate::tui::workspace::Workspace;

/// In the registry.
pub const KIND: Kind = Kind {
    name: "reconstruction",
    title: "Reconstruction: input, output, difference",
    heading: "Reconstruction",
    letter: 'r',
    place: Place::LowerLeft,
    everywhere: &[Command {
        name: "reconstruction.show",
        keys: &[character('3')],
        help: "reconstruction on the whole screen, and back",
        footer: None,
        run: |app| app.show(KIND.name),
    }],
    commands: commands::COMMANDS,
    explains: explains::EXPLAINS,
    new: || Box::new(Reconstruction::default()),
};

/// The newest answer.
#[derive(Default)]
pub struct Reconstruction {
    number: u64,
    /// Training points that the parameters had seen.
    pub samples: u64,
    /// Items and what came back.
    pub items: Vec<ItemReconstruction>,
    /// Random pages shown so far.
    draws: u64,
}

impl Reconstruction {
    /// What came back of a test item, if it was answered.
    pub fn of(&self, item: usize) -> Option<&ItemReconstruction> {
        self.items.iter().find(|found| found.item == item)
    }
}

impl Pane for Reconstruction {
    fn begin(&mut self, _workspace: &Workspace) {
        *self = Self::default();
    }

    fn pointed(&self, app: &App) -> Option<Origin> {
        let selected = app.selection.images.get(app.selection.selected_image)?;
        Some(Origin::item(ItemPlace::test(*selected)))
    }

    /// A larger page shows the items that follow.
    fn settled(&self, app: &App, area: Rect) -> Option<Selection> {
        let data = &app.workspace()?.data;
        let page = geometry(area, data.shape).page();
        let mut selection = app.selection.clone();
        let images = &mut selection.images;
        let mut next = images.last().map_or(0, |&item| item + 1);
        while images.len() < page && data.test_items > 0 {
            images.push(next % data.test_items);
            next += 1;
        }
        selection.selected_image = selection.selected_image.min(page.saturating_sub(1));
        Some(selection)
    }

    fn question(&self, app: &App, area: Rect) -> Option<Question> {
        let data = &app.workspace()?.data;
        let page = geometry(area, data.shape).page();
        let items: Vec<usize> = app.selection.images.iter().copied().take(page).collect();
        (!items.is_empty()).then_some(Question::Reconstruct { items })
    }

    fn answered(&mut self, answered: Answered) {
        if let (true, Answer::Reconstructed(items)) = (answered.number > self.number, answered.answer) {
            (self.number, self.samples, self.items) = (answered.number, answered.samples, items);
        }
    }

    /// A row each for inputs, reconstructions and differences.
    fn picture(&self, app: &App, area: Rect) -> Option<Raster> {
        let shape = app.workspace()?.data.shape;
        let page = geometry(area, shape).page();
        let items = app.selection.images.iter().take(page);
        let found: Vec<_> = items
            .filter_map(|&item| self.of(item))
            .map(|found| &found.reconstruction)
            .collect();
        let row = |values: fn(&Found) -> &[f32], scale| {
            found
                .iter()
                .map(move |found| BlockImage::of(app, values(found), shape, scale).raster())
        };
        let rows = row(|found| &found.input, Scale::Values)
            .chain(row(|found| &found.output, Scale::Values))
            .chain(row(|found| &found.difference, Scale::Difference));
        let rasters: Vec<Raster> = rows.collect::<Option<_>>()?;
        (!rasters.is_empty()).then(|| Raster::sheet(&rasters, found.len()))
    }

    fn command_line(&self, app: &App, session: &str) -> Option<String> {
        let items = app
            .selection
            .images
            .iter()
            .filter(|&&item| self.of(item).is_some());
        let items: Vec<String> = items.map(|item| format!("test:{item}")).collect();
        (!items.is_empty()).then(|| format!("reconstruct {session} --item {}", items.join(",")))
    }

    /// The lower bound of the selected item, in nats.
    fn value(&self, app: &App) -> Option<String> {
        let selected = app.selection.images.get(app.selection.selected_image)?;
        Some(self.of(*selected)?.reconstruction.terms.lower_bound().to_string())
    }

    fn pressed(&self) -> Pressed {
        mouse::pressed
    }

    fn draw(&self, app: &App, workspace: &Workspace, area: Rect, buffer: &mut Buffer) {
        draw::draw(self, app, workspace, area, buffer);
    }
}
