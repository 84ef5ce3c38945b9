//! What can be done in the manifold pane.

use ratatui::crossterm::event::KeyCode;

use super::{KIND, Manifold, geometry};
use crate::data::Part;
use crate::explore::manifold::Window;
use crate::language::tr;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain, shift};
use crate::tui::message::Effect;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "manifold.left", keys: &[plain(KeyCode::Left), character('h')], help: "the picture on the left; at the edge, the plane moves", footer: Some("cursor"), run: |app| step(app, -1, 0) },
    Command { name: "manifold.right", keys: &[plain(KeyCode::Right), character('l')], help: "the picture on the right", footer: None, run: |app| step(app, 1, 0) },
    Command { name: "manifold.up", keys: &[plain(KeyCode::Up), character('k')], help: "the picture above", footer: None, run: |app| step(app, 0, -1) },
    Command { name: "manifold.down", keys: &[plain(KeyCode::Down), character('j')], help: "the picture below", footer: None, run: |app| step(app, 0, 1) },
    Command { name: "manifold.pan-left", keys: &[shift(KeyCode::Left), character('H')], help: "half a window to the left, where it is no whole", footer: None, run: |app| pan(app, -0.5, 0.0) },
    Command { name: "manifold.pan-right", keys: &[shift(KeyCode::Right), character('L')], help: "half a window to the right", footer: None, run: |app| pan(app, 0.5, 0.0) },
    Command { name: "manifold.pan-up", keys: &[shift(KeyCode::Up), plain(KeyCode::PageUp), character('K')], help: "half a window up", footer: None, run: |app| pan(app, 0.0, -0.5) },
    Command { name: "manifold.pan-down", keys: &[shift(KeyCode::Down), plain(KeyCode::PageDown), character('J')], help: "half a window down", footer: None, run: |app| pan(app, 0.0, 0.5) },
    Command { name: "manifold.nearer", keys: &[character('z')], help: "zoom in around the cursor", footer: Some("nearer"), run: |app| zoom(app, 0.5) },
    Command { name: "manifold.farther", keys: &[character('Z')], help: "zoom out", footer: Some("farther"), run: |app| zoom(app, 2.0) },
    Command { name: "manifold.whole", keys: &[character('0'), plain(KeyCode::Backspace)], help: "the whole plane", footer: None, run: show_whole },
    Command { name: "manifold.next-right", keys: &[character('x')], help: "the next dimension rises to the right", footer: Some("right"), run: |app| turn_right(app, 1) },
    Command { name: "manifold.previous-right", keys: &[character('X')], help: "the previous dimension rises to the right", footer: None, run: |app| turn_right(app, -1) },
    Command { name: "manifold.next-down", keys: &[character('y')], help: "the next dimension rises downwards", footer: Some("down"), run: |app| turn_down(app, 1) },
    Command { name: "manifold.previous-down", keys: &[character('Y')], help: "the previous dimension rises downwards", footer: None, run: |app| turn_down(app, -1) },
    Command { name: "manifold.toggle-items", keys: &[character('w')], help: "where items lie on the plane, as letters of their classes", footer: Some("items"), run: toggle_items },
    Command { name: "manifold.switch-part", keys: &[character('t')], help: "where training items lie instead of test items, and back", footer: None, run: switch_part },
    Command { name: "manifold.choose", keys: &[plain(KeyCode::Enter)], help: "what is under the cursor becomes the point", footer: Some("choose"), run: choose },
];

/// Columns and rows of the plane; none where it has no picture.
fn size(app: &App) -> Option<(usize, usize)> {
    let workspace = app.workspace()?;
    app.pane::<Manifold>().dimensions(app, workspace)?;
    let plane = geometry(app.visible(KIND.name)?, workspace.data.shape).plane;
    (plane.columns > 0 && plane.rows > 0).then_some((plane.columns, plane.rows))
}

/// Moves the cursor; beyond an edge, the window moves by a picture.
fn step(app: &mut App, right: isize, down: isize) -> Vec<Effect> {
    let Some((columns, rows)) = size(app) else {
        return Vec::new();
    };
    let pane = app.pane_mut::<Manifold>();
    let (column, row) = pane.cursor((columns, rows));
    let moved = |place: usize, by: isize, count: usize| place.checked_add_signed(by).filter(|&to| to < count);
    match (moved(column, right, columns), moved(row, down, rows)) {
        (Some(column), Some(row)) => pane.cursor = Some((column, row)),
        _ => {
            let (right, down) = (right as f64 / columns as f64, down as f64 / rows as f64);
            pane.window = pane.window.moved(right, down);
        }
    }
    Vec::new()
}

fn pan(app: &mut App, right: f64, down: f64) -> Vec<Effect> {
    let pane = app.pane_mut::<Manifold>();
    pane.window = pane.window.moved(right, down);
    Vec::new()
}

/// Zooms so that what is under the cursor stays there.
fn zoom(app: &mut App, factor: f64) -> Vec<Effect> {
    let Some((columns, rows)) = size(app) else {
        return Vec::new();
    };
    let pane = app.pane_mut::<Manifold>();
    let (column, row) = pane.cursor((columns, rows));
    let share = |place: usize, count: usize| (place as f64 + 0.5) / count as f64;
    let at = (share(column, columns), share(row, rows));
    pane.window = pane.window.zoomed(pane.window.side * factor, at);
    Vec::new()
}

fn show_whole(app: &mut App) -> Vec<Effect> {
    app.pane_mut::<Manifold>().window = Window::WHOLE;
    Vec::new()
}

/// The dimension so many places further among all but `taken`, the most informative first.
fn turned(app: &App, present: usize, taken: usize, places: isize) -> usize {
    let order = app.workspace().map_or(Vec::new(), |workspace| workspace.order());
    let free: Vec<usize> = order
        .into_iter()
        .filter(|&dimension| dimension != taken)
        .collect();
    let place = free.iter().position(|&dimension| dimension == present);
    let next = (place.unwrap_or(0) + free.len()).saturating_add_signed(places);
    next.checked_rem(free.len()).map_or(present, |next| free[next])
}

fn turn_right(app: &mut App, places: isize) -> Vec<Effect> {
    let dimensions = app
        .workspace()
        .and_then(|workspace| app.pane::<Manifold>().dimensions(app, workspace));
    if let Some((right, down)) = dimensions {
        app.selection.dimension = Some(turned(app, right, down, places));
        app.pane_mut::<Manifold>().down = Some(down);
    }
    Vec::new()
}

fn turn_down(app: &mut App, places: isize) -> Vec<Effect> {
    let dimensions = app
        .workspace()
        .and_then(|workspace| app.pane::<Manifold>().dimensions(app, workspace));
    if let Some((right, down)) = dimensions {
        app.pane_mut::<Manifold>().down = Some(turned(app, down, right, places));
    }
    Vec::new()
}

fn toggle_items(app: &mut App) -> Vec<Effect> {
    let items = &mut app.pane_mut::<Manifold>().items;
    *items = match items {
        None => Some(Part::Test),
        Some(_) => None,
    };
    Vec::new()
}

fn switch_part(app: &mut App) -> Vec<Effect> {
    let items = &mut app.pane_mut::<Manifold>().items;
    *items = match items {
        Some(Part::Test) => Some(Part::Train),
        None | Some(Part::Train) => Some(Part::Test),
    };
    Vec::new()
}

fn choose(app: &mut App) -> Vec<Effect> {
    if app.pane::<Manifold>().latent(app).is_some() {
        app.selection.point = app.pointed();
        app.say(tr!("this is the point now, in all panes"));
    }
    Vec::new()
}
