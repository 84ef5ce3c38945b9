//! What can be done in the reconstruction pane.

use rand::Rng;
use ratatui::crossterm::event::KeyCode;

use super::{KIND, Reconstruction, geometry};
use crate::random::{Purpose, generator};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain};
use crate::tui::message::Effect;
use crate::tui::panes::traversal;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "reconstruction.left", keys: &[plain(KeyCode::Left), character('h')], help: "previous image", footer: Some("image"), run: |app| select(app, |_| -1) },
    Command { name: "reconstruction.right", keys: &[plain(KeyCode::Right), character('l')], help: "next image", footer: None, run: |app| select(app, |_| 1) },
    Command { name: "reconstruction.up", keys: &[plain(KeyCode::Up), character('k')], help: "the row of images above", footer: None, run: |app| select(app, |columns| -columns) },
    Command { name: "reconstruction.down", keys: &[plain(KeyCode::Down), character('j')], help: "the row of images below", footer: None, run: |app| select(app, |columns| columns) },
    Command { name: "reconstruction.previous-page", keys: &[plain(KeyCode::PageUp), character('K')], help: "previous page of test images", footer: None, run: |app| turn_page(app, -1) },
    Command { name: "reconstruction.next-page", keys: &[plain(KeyCode::PageDown), character('J')], help: "next page of test images", footer: Some("page"), run: |app| turn_page(app, 1) },
    Command { name: "reconstruction.random", keys: &[character('g')], help: "random test images", footer: Some("random"), run: random_page },
    Command { name: "reconstruction.traverse", keys: &[plain(KeyCode::Enter)], help: "start the traversal at this image", footer: Some("traverse"), run: use_as_start },
];

/// The page that is on the screen.
#[derive(Clone, Copy)]
struct Page {
    columns: usize,
    /// Items of it.
    length: usize,
    /// Items of the test set.
    items: usize,
}

/// None where nothing is on the screen.
fn page(app: &App) -> Option<Page> {
    let data = &app.workspace()?.data;
    let geometry = geometry(app.visible(KIND.name)?, data.shape);
    let page = Page {
        columns: geometry.columns,
        length: geometry.page(),
        items: data.test_items,
    };
    (page.length > 0 && page.items > 0).then_some(page)
}

fn select(app: &mut App, places: impl Fn(isize) -> isize) -> Vec<Effect> {
    if let Some(Page { columns, length, .. }) = page(app) {
        let selected = &mut app.selection.selected_image;
        *selected = selected
            .saturating_add_signed(places(isize::try_from(columns).unwrap_or(isize::MAX)))
            .min(length - 1);
    }
    Vec::new()
}

fn turn_page(app: &mut App, pages: i8) -> Vec<Effect> {
    if let Some(Page { length, items, .. }) = page(app) {
        let first = app.selection.images.first().copied().unwrap_or(0);
        let first = if pages < 0 {
            first + items - length % items
        } else {
            first + length
        };
        app.selection.images = (0..length).map(|place| (first + place) % items).collect();
    }
    Vec::new()
}

fn random_page(app: &mut App) -> Vec<Effect> {
    let seed = app
        .workspace()
        .map_or(0, |workspace| workspace.progress.configuration.seed);
    if let Some(Page { length, items, .. }) = page(app) {
        let draws = &mut app.pane_mut::<Reconstruction>().draws;
        let mut generator = generator(seed, Purpose::Exploration, *draws, 1);
        *draws += 1;
        app.selection.images = (0..length).map(|_| generator.gen_range(0..items)).collect();
    }
    Vec::new()
}

fn use_as_start(app: &mut App) -> Vec<Effect> {
    if page(app).is_some() {
        app.selection.point = app.pointed();
        app.focus = &traversal::KIND;
    }
    Vec::new()
}
