//! The commands of the film, and those that show another moment in all panes.

use ratatui::crossterm::event::KeyCode;
use vae_tui::tui::app::App;
use vae_tui::tui::message::{Effect, Message};
use vae_tui::tui::panes::film::Film;

use crate::common::{film, press, screen, type_character, update};

/// A film of 15 frames, at the one from which the command leads somewhere.
pub fn prepare(app: &mut App, command: &str) {
    film(app);
    if matches!(command, "time.later" | "time.now") {
        type_character(app, '{');
        type_character(app, '{');
    }
    let presses = match command {
        "film.later" | "film.newest" => 1,
        "film.far-later" => 14,
        "film.nearer" | "film.farther" | "film.show-all" => 7,
        _ => 0,
    };
    for _ in 0..presses {
        press(app, KeyCode::Left);
    }
    if presses == 7 {
        update(app, Message::Resized(100, 40));
        type_character(app, 'z');
        type_character(app, 'z');
    }
}

/// The line below the curve that says which samples are visible.
fn visible_samples(app: &App) -> String {
    let shown = screen(app);
    let lines: Vec<&str> = shown.lines().collect();
    let axis = lines.iter().rposition(|line| line.contains('└'));
    lines[axis.map_or(0, |axis| axis + 1)].into()
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
        "time.earlier" => assert_eq!(time, (None, Some(7_200))),
        "time.later" => assert_eq!(time, (Some(5_400), Some(7_200))),
        "time.now" => assert_eq!(time, (Some(5_400), None)),
        "film.nearer" | "film.farther" | "film.show-all" => {
            assert_ne!(visible_samples(before), visible_samples(after));
        }
        "film.play" => {
            assert_eq!(time, (None, Some(600)));
            assert!(after.pane::<Film>().is_playing);
        }
        name => panic!("{name} has no line here"),
    }
}
