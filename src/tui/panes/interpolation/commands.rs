//! What can be done in the interpolation pane, and the place on the way that moves by itself.

use rand::Rng;
use ratatui::crossterm::event::KeyCode;

use super::Interpolation;
use crate::data::ItemPlace;
use crate::explore::interpolate::Way;
use crate::random::{Purpose, generator};
use crate::run::protocol::Origin;
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain, shift};
use crate::tui::message::Effect;
use crate::tui::panes::traversal;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "interpolation.back", keys: &[plain(KeyCode::Left), character('h')], help: "a step towards A", footer: Some("step"), run: |app| step(app, -1) },
    Command { name: "interpolation.on", keys: &[plain(KeyCode::Right), character('l')], help: "a step towards B", footer: None, run: |app| step(app, 1) },
    Command { name: "interpolation.far-back", keys: &[shift(KeyCode::Left), character('H')], help: "a tenth of the way towards A", footer: None, run: |app| go(app, -0.1) },
    Command { name: "interpolation.far-on", keys: &[shift(KeyCode::Right), character('L')], help: "a tenth of the way towards B", footer: None, run: |app| go(app, 0.1) },
    Command { name: "interpolation.start", keys: &[plain(KeyCode::Home)], help: "to A", footer: None, run: |app| go(app, -1.0) },
    Command { name: "interpolation.end", keys: &[plain(KeyCode::End)], help: "to B", footer: None, run: |app| go(app, 1.0) },
    Command { name: "interpolation.play", keys: &[character('p')], help: "go to and fro by itself", footer: Some("play"), run: toggle_play },
    Command { name: "interpolation.cycle-way", keys: &[character('v')], help: "along the straight line, or along the arc between the directions of A and B", footer: Some("way"), run: cycle_way },
    Command { name: "interpolation.random", keys: &[character('g')], help: "a random test item becomes B", footer: Some("random B"), run: random_end },
    Command { name: "interpolation.swap", keys: &[character('x')], help: "A becomes B, and B becomes A", footer: Some("swap"), run: swap },
    Command { name: "interpolation.nearer", keys: &[character('z')], help: "show half as much of the curve, around the present place", footer: None, run: |app| look(app, 0.5) },
    Command { name: "interpolation.farther", keys: &[character('Z')], help: "show twice as much of it", footer: None, run: |app| look(app, 2.0) },
    Command { name: "interpolation.show-all", keys: &[character('0')], help: "show all of the curve", footer: None, run: |app| look(app, f64::INFINITY) },
    Command { name: "interpolation.reset", keys: &[plain(KeyCode::Backspace)], help: "B is the next test item of another class again", footer: None, run: reset },
    Command { name: "interpolation.traverse", keys: &[plain(KeyCode::Enter)], help: "start the traversal at this place", footer: Some("traverse"), run: traverse },
];

fn go(app: &mut App, by: f32) -> Vec<Effect> {
    let pane = app.pane_mut::<Interpolation>();
    pane.position = (pane.position + by).clamp(0.0, 1.0);
    Vec::new()
}

/// Goes to a place so many further; where it ends there, it stays.
fn step(app: &mut App, places: isize) -> Vec<Effect> {
    let pane = app.pane_mut::<Interpolation>();
    let last = pane.steps().len().saturating_sub(1).max(1);
    let place = pane.place().saturating_add_signed(places).min(last);
    pane.position = place as f32 / last as f32;
    Vec::new()
}

/// Shows `factor` times as much of the curve.
fn look(app: &mut App, factor: f64) -> Vec<Effect> {
    let pane = app.pane_mut::<Interpolation>();
    pane.looking = pane.looking();
    pane.looking.zoom(factor);
    Vec::new()
}

fn toggle_play(app: &mut App) -> Vec<Effect> {
    let playing = &mut app.pane_mut::<Interpolation>().playing;
    *playing = if playing.is_some() { None } else { Some(1) };
    Vec::new()
}

fn cycle_way(app: &mut App) -> Vec<Effect> {
    let way = &mut app.pane_mut::<Interpolation>().way;
    *way = match *way {
        Way::Straight => Way::Spherical,
        Way::Spherical => Way::Straight,
    };
    Vec::new()
}

fn random_end(app: &mut App) -> Vec<Effect> {
    let Some(workspace) = app.workspace().filter(|workspace| workspace.data.test_items > 0) else {
        return Vec::new();
    };
    let (seed, items) = (workspace.progress.configuration.seed, workspace.data.test_items);
    let draws = &mut app.pane_mut::<Interpolation>().draws;
    // A row of its own, beside those of draws and of random pages.
    let item = generator(seed, Purpose::Exploration, *draws, 3).gen_range(0..items);
    *draws += 1;
    app.selection.other = Some(Origin::item(ItemPlace::test(item)));
    Vec::new()
}

fn swap(app: &mut App) -> Vec<Effect> {
    if let Some(end) = app.pane::<Interpolation>().end(app).cloned() {
        app.selection.other = Some(std::mem::replace(&mut app.selection.point, end));
        let pane = app.pane_mut::<Interpolation>();
        pane.position = 1.0 - pane.position;
    }
    Vec::new()
}

fn reset(app: &mut App) -> Vec<Effect> {
    app.selection.other = None;
    Vec::new()
}

fn traverse(app: &mut App) -> Vec<Effect> {
    if app.pane::<Interpolation>().step().is_some() {
        app.selection.point = app.pointed();
        app.focus = &traversal::KIND;
    }
    Vec::new()
}

/// One step of what moves by itself, turning at A and at B.
pub fn play(app: &mut App) {
    let pane = app.pane::<Interpolation>();
    let (Some(direction), Some(last)) = (pane.playing, pane.steps().len().checked_sub(1)) else {
        return;
    };
    let direction = match pane.place() {
        0 => 1,
        place if place >= last => -1,
        _ => direction,
    };
    app.pane_mut::<Interpolation>().playing = Some(direction);
    step(app, direction);
}
