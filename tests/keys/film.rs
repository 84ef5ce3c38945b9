//! The commands of the film.

use ratatui::crossterm::event::KeyCode;
use vae_tui::tui::app::App;
use vae_tui::tui::message::Effect;
use vae_tui::tui::panes::film::Film;

use crate::common::{film, press};

/// A film of 15 frames, at the one from which the command leads somewhere.
pub fn prepare(app: &mut App, command: &str) {
    film(app);
    let presses = match command {
        "film.later" | "film.newest" => 1,
        "film.far-later" => 14,
        _ => 0,
    };
    for _ in 0..presses {
        press(app, KeyCode::Left);
    }
}

/// What is different afterwards.
pub fn check(command: &str, before: &App, after: &App, effects: &[Effect]) {
    assert!(effects.is_empty());
    let time = (before.selection.time, after.selection.time);
    match command {
        "film.show" => assert_eq!(after.focus.name, "film"),
        "film.earlier" => assert_eq!(time, (None, Some(8_400))),
        "film.later" | "film.newest" => assert_eq!(time, (Some(8_400), None)),
        "film.far-earlier" => assert_eq!(time, (None, Some(3_000))),
        "film.far-later" => assert_eq!(time, (Some(600), Some(6_600))),
        "film.first" => assert_eq!(time, (None, Some(600))),
        "film.play" => {
            assert_eq!(time, (None, Some(600)));
            assert!(after.pane::<Film>().is_playing);
        }
        name => panic!("{name} has no line here"),
    }
}
