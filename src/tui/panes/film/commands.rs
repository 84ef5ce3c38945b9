//! What can be done in the film.

use ratatui::crossterm::event::KeyCode;

use super::Film;
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
    Command { name: "film.play", keys: &[character('p')], help: "play from this frame, or stop; from the newest it begins anew", footer: Some("play"), run: toggle_play },
];

/// Selects the moment of a frame so many further on; the last one follows the run.
fn step(app: &mut App, frames: isize) -> Vec<Effect> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let film = &workspace.progress.log.film;
    if let Some(present) = film.at(app.selection.time) {
        let last = film.frames().len() - 1;
        let place = present.saturating_add_signed(frames).min(last);
        let time = (place < last).then(|| film.frames()[place].samples);
        app.selection.time = time;
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
