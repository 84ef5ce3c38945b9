//! What can be done in the film.

use ratatui::crossterm::event::KeyCode;

use super::{Film, draw};
use crate::tui::app::App;
use crate::tui::command::Command;
use crate::tui::command::keys::{character, plain};
use crate::tui::message::Effect;

/// The rows.
#[rustfmt::skip]
pub const COMMANDS: &[Command] = &[
    Command { name: "film.earlier", keys: &[plain(KeyCode::Left), character('h')], help: "the frame before", footer: Some("earlier/later"), run: |app| step(app, -1) },
    Command { name: "film.later", keys: &[plain(KeyCode::Right), character('l')], help: "the next frame", footer: None, run: |app| step(app, 1) },
    Command { name: "film.far-earlier", keys: &[plain(KeyCode::PageUp), character('K')], help: "ten frames back", footer: None, run: |app| step(app, -10) },
    Command { name: "film.far-later", keys: &[plain(KeyCode::PageDown), character('J')], help: "ten frames on", footer: None, run: |app| step(app, 10) },
    Command { name: "film.first", keys: &[plain(KeyCode::Home)], help: "the first frame", footer: None, run: |app| step(app, isize::MIN) },
    Command { name: "film.newest", keys: &[plain(KeyCode::End)], help: "the newest frame, and follow the run", footer: Some("newest"), run: newest },
    Command { name: "film.nearer", keys: &[character('z')], help: "show half as much of the curve, around this frame", footer: None, run: |app| look(app, 0.5) },
    Command { name: "film.farther", keys: &[character('Z')], help: "show twice as much of it", footer: None, run: |app| look(app, 2.0) },
    Command { name: "film.show-all", keys: &[character('0')], help: "show all of the curve", footer: None, run: |app| look(app, f64::INFINITY) },
    Command { name: "film.play", keys: &[character('p')], help: "play from this frame, or stop; from the newest it begins anew", footer: Some("play"), run: toggle_play },
];

/// Selects the moment of a frame so many further on.
fn step(app: &mut App, frames: isize) -> Vec<Effect> {
    let film = app.workspace().map(|workspace| &workspace.progress.log.film);
    if let Some(present) = film.and_then(|film| film.at(app.selection.time)) {
        show(app, present.saturating_add_signed(frames));
    }
    Vec::new()
}

/// Selects the moment of a frame by its place; the last one follows the run.
pub fn show(app: &mut App, place: usize) {
    let frames = app
        .workspace()
        .map(|workspace| workspace.progress.log.film.frames());
    let frames = frames.unwrap_or_default();
    let is_last = place + 1 >= frames.len();
    app.selection.time = frames.get(place).map(|frame| frame.samples).filter(|_| !is_last);
}

/// Shows `factor` times as much of the curve.
fn look(app: &mut App, factor: f64) -> Vec<Effect> {
    let looking = app
        .workspace()
        .and_then(|workspace| draw::looking(app.pane(), app, workspace));
    if let Some(mut looking) = looking {
        looking.zoom(factor);
        app.pane_mut::<Film>().looking = looking;
    }
    Vec::new()
}

fn newest(app: &mut App) -> Vec<Effect> {
    app.selection.time = None;
    Vec::new()
}

fn toggle_play(app: &mut App) -> Vec<Effect> {
    let is_playing = app.pane::<Film>().is_playing;
    if !is_playing && app.selection.time.is_none() {
        step(app, isize::MIN);
    }
    app.pane_mut::<Film>().is_playing = !is_playing && app.selection.time.is_some();
    Vec::new()
}

/// One frame further; at the newest it stops.
pub fn play(app: &mut App) {
    if app.pane::<Film>().is_playing {
        step(app, 1);
        app.pane_mut::<Film>().is_playing = app.selection.time.is_some();
    }
}
