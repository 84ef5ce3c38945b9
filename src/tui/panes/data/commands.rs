//! What can be done in the data browser.

use ratatui::crossterm::event::KeyCode;

use super::{DataBrowser, KIND, Order, geometry};
use crate::data::Part;
use crate::language::tr;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain};
use crate::tui::message::Effect;
use crate::tui::panes::{Pane, reconstruction, traversal};

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "data.left", keys: &[plain(KeyCode::Left), character('h')], help: "previous item", footer: Some("item"), run: |app| select(app, |place, _| place.saturating_sub(1)) },
    Command { name: "data.right", keys: &[plain(KeyCode::Right), character('l')], help: "next item", footer: None, run: |app| select(app, |place, _| place + 1) },
    Command { name: "data.up", keys: &[plain(KeyCode::Up), character('k')], help: "the row of items above", footer: None, run: |app| select(app, |place, grid| place.checked_sub(grid.columns).unwrap_or(place)) },
    Command { name: "data.down", keys: &[plain(KeyCode::Down), character('j')], help: "the row of items below", footer: None, run: |app| select(app, |place, grid| place + grid.columns) },
    Command { name: "data.previous-page", keys: &[plain(KeyCode::PageUp), character('K')], help: "previous page of items", footer: None, run: |app| select(app, |place, grid| place.saturating_sub(grid.page)) },
    Command { name: "data.next-page", keys: &[plain(KeyCode::PageDown), character('J')], help: "next page of items", footer: Some("page"), run: |app| select(app, |place, grid| place + grid.page) },
    Command { name: "data.first", keys: &[plain(KeyCode::Home)], help: "the first item", footer: None, run: |app| select(app, |_, _| 0) },
    Command { name: "data.last", keys: &[plain(KeyCode::End)], help: "the last item", footer: None, run: |app| select(app, |_, _| usize::MAX) },
    Command { name: "data.switch-part", keys: &[character('t')], help: "training items instead of test items, and back", footer: Some("train/test"), run: switch_part },
    Command { name: "data.next-class", keys: &[character('c')], help: "only items of the next class; after the last, of all", footer: Some("class"), run: |app| turn_class(app, 1) },
    Command { name: "data.previous-class", keys: &[character('C')], help: "only items of the previous class", footer: None, run: |app| turn_class(app, -1) },
    Command { name: "data.cycle-order", keys: &[character('v')], help: "by place, the lowest bound first, or the highest bound first", footer: Some("order"), run: cycle_order },
    Command { name: "data.traverse", keys: &[plain(KeyCode::Enter)], help: "start the traversal at this item", footer: Some("traverse"), run: traverse },
    Command { name: "data.reconstruct", keys: &[character('x')], help: "reconstruct this test item and those that follow it here", footer: Some("reconstruct"), run: reconstruct },
];

/// The page as a grid.
#[derive(Clone, Copy)]
struct Grid {
    columns: usize,
    /// Items on a page.
    page: usize,
}

/// Moves to another place; what lies beyond the last item is the last item.
fn select(app: &mut App, moved: impl Fn(usize, Grid) -> usize) -> Vec<Effect> {
    if let (Some(workspace), Some(area)) = (app.workspace(), app.visible(KIND.name)) {
        let data = &workspace.data;
        let geometry = geometry(area, data.shape);
        let grid = Grid {
            columns: geometry.columns,
            page: geometry.page(),
        };
        let browser = app.pane::<DataBrowser>();
        let last = browser.listed(data).saturating_sub(1);
        let place = moved(browser.place(data), grid).min(last);
        app.pane_mut::<DataBrowser>().place = place;
    }
    Vec::new()
}

fn switch_part(app: &mut App) -> Vec<Effect> {
    let browser = app.pane_mut::<DataBrowser>();
    browser.part = browser.part.other();
    browser.place = 0;
    Vec::new()
}

fn turn_class(app: &mut App, places: isize) -> Vec<Effect> {
    let present = app.pane::<DataBrowser>().class;
    let labelled = app
        .workspace()
        .filter(|workspace| !workspace.data.classes.is_empty());
    let Some(next) = labelled.map(|workspace| workspace.turned_class(present, places)) else {
        app.say(tr!("the data has no labels"));
        return Vec::new();
    };
    let browser = app.pane_mut::<DataBrowser>();
    browser.class = next;
    browser.place = 0;
    Vec::new()
}

fn cycle_order(app: &mut App) -> Vec<Effect> {
    let browser = app.pane_mut::<DataBrowser>();
    browser.order = match browser.order {
        Order::Place => {
            // The parameters are others by now.
            browser.ranking = None;
            Order::LowestBound
        }
        Order::LowestBound => Order::HighestBound,
        Order::HighestBound => Order::Place,
    };
    browser.place = 0;
    Vec::new()
}

/// The selected item and those that follow it on its page, where they are test items: reconstructions show no others.
fn test_items(app: &mut App) -> Vec<usize> {
    let browser = app.pane::<DataBrowser>();
    if browser.part == Part::Train {
        app.say(tr!("reconstructions are of test items only: t shows those"));
        return Vec::new();
    }
    match (app.workspace(), app.visible(KIND.name)) {
        (Some(workspace), Some(area)) => {
            let items = browser.from_selected(&workspace.data, area);
            items.iter().map(|found| found.item).collect()
        }
        _ => Vec::new(),
    }
}

fn traverse(app: &mut App) -> Vec<Effect> {
    if let Some(item) = app.pane::<DataBrowser>().pointed(app) {
        app.selection.point = item;
        app.focus = &traversal::KIND;
    }
    Vec::new()
}

fn reconstruct(app: &mut App) -> Vec<Effect> {
    let items = test_items(app);
    if !items.is_empty() {
        (app.selection.images, app.selection.selected_image) = (items, 0);
        app.focus = &reconstruction::KIND;
    }
    Vec::new()
}
