//! What can be done among the directions.

use ratatui::crossterm::event::KeyCode;

use super::{Directions, scrub};
use crate::explore::directions::Search;
use crate::language::tr;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain, shift};
use crate::tui::message::Effect;
use crate::tui::panes::traversal;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "directions.lower", keys: &[plain(KeyCode::Left), character('h')], help: "move the point back along the selected direction by 0.1", footer: Some("move"), run: |app| go(app, -FINE) },
    Command { name: "directions.raise", keys: &[plain(KeyCode::Right), character('l')], help: "move it on by 0.1", footer: None, run: |app| go(app, FINE) },
    Command { name: "directions.lower-far", keys: &[shift(KeyCode::Left), character('H')], help: "move it back by 1", footer: None, run: |app| go(app, -COARSE) },
    Command { name: "directions.raise-far", keys: &[shift(KeyCode::Right), character('L')], help: "move it on by 1", footer: None, run: |app| go(app, COARSE) },
    Command { name: "directions.up", keys: &[plain(KeyCode::Up), character('k')], help: "previous direction", footer: Some("direction"), run: |app| select(app, -1) },
    Command { name: "directions.down", keys: &[plain(KeyCode::Down), character('j')], help: "next direction", footer: None, run: |app| select(app, 1) },
    Command { name: "directions.far-up", keys: &[plain(KeyCode::PageUp), character('K')], help: "ten directions up", footer: None, run: |app| select(app, -10) },
    Command { name: "directions.far-down", keys: &[plain(KeyCode::PageDown), character('J')], help: "ten directions down", footer: None, run: |app| select(app, 10) },
    Command { name: "directions.reset", keys: &[plain(KeyCode::Backspace), character('z')], help: "put the point back to where the directions lead from", footer: Some("reset"), run: reset },
    Command { name: "directions.next-search", keys: &[character('v')], help: "find them by the decoder's Jacobian, the principal components of the means, or the correlation with a class", footer: Some("view"), run: next_search },
    Command { name: "directions.next-class", keys: &[character('c')], help: "by the correlation with the next class", footer: Some("class"), run: |app| turn_class(app, 1) },
    Command { name: "directions.previous-class", keys: &[character('C')], help: "by the correlation with the previous class", footer: None, run: |app| turn_class(app, -1) },
    Command { name: "directions.find-anew", keys: &[character('g')], help: "find them anew, from the point as it is now and with the present parameters", footer: Some("anew"), run: find_anew },
    Command { name: "directions.traverse", keys: &[plain(KeyCode::Enter)], help: "look around the point in the traversal", footer: Some("traverse"), run: traverse },
];

/// Fine and coarse steps along a direction.
const FINE: f32 = 0.1;
const COARSE: f32 = 1.0;
/// The distance that can be gone by hand.
const LIMIT: f32 = 10.0;

fn go(app: &mut App, by: f32) -> Vec<Effect> {
    scrub(app, |distance| (distance + by).clamp(-LIMIT, LIMIT));
    Vec::new()
}

fn select(app: &mut App, rows: isize) -> Vec<Effect> {
    let pane = app.pane::<Directions>();
    let last = pane.found(app).len().saturating_sub(1);
    let selected = pane.selected(app).saturating_add_signed(rows).min(last);
    app.pane_mut::<Directions>().selected = selected;
    Vec::new()
}

fn reset(app: &mut App) -> Vec<Effect> {
    app.selection.point = app.pane::<Directions>().anchor(app);
    app.pane_mut::<Directions>().moved = None;
    Vec::new()
}

/// How many classes the data has.
fn classes(app: &App) -> u16 {
    let classes = app
        .workspace()
        .map_or(0, |workspace| workspace.data.classes.len());
    u16::try_from(classes).unwrap_or(u16::MAX)
}

fn next_search(app: &mut App) -> Vec<Effect> {
    let has_classes = classes(app) > 0;
    let pane = app.pane_mut::<Directions>();
    pane.search = match pane.search {
        Search::Jacobian => Search::Principal,
        Search::Principal if has_classes => Search::Class(0),
        Search::Principal | Search::Class(_) => Search::Jacobian,
    };
    pane.selected = 0;
    Vec::new()
}

fn turn_class(app: &mut App, places: isize) -> Vec<Effect> {
    let classes = usize::from(classes(app));
    if classes == 0 {
        app.say(tr!("the data has no labels"));
        return Vec::new();
    }
    let pane = app.pane_mut::<Directions>();
    let next = match pane.search {
        Search::Class(class) => (usize::from(class) + classes).saturating_add_signed(places) % classes,
        Search::Jacobian | Search::Principal if places < 0 => classes - 1,
        Search::Jacobian | Search::Principal => 0,
    };
    (pane.search, pane.selected) = (Search::Class(u16::try_from(next).unwrap_or(0)), 0);
    Vec::new()
}

fn find_anew(app: &mut App) -> Vec<Effect> {
    let pane = app.pane_mut::<Directions>();
    (pane.moved, pane.found, pane.strips) = (None, None, None);
    Vec::new()
}

fn traverse(app: &mut App) -> Vec<Effect> {
    app.focus = &traversal::KIND;
    Vec::new()
}
