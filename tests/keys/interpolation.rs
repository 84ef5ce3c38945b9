//! Commands of the interpolation pane.

use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use vae_tui::explore::interpolate::Way;
use vae_tui::tui::app::App;
use vae_tui::tui::panes::interpolation::Interpolation;

use crate::common::{press, press_with, type_character};

/// The state in which a command has something to do.
pub fn prepare(app: &mut App, command: &str) {
    match command {
        "interpolation.back" | "interpolation.far-back" | "interpolation.start" => {
            press(app, KeyCode::End);
        }
        "interpolation.reset" => drop(type_character(app, 'g')),
        "interpolation.nearer" | "interpolation.farther" | "interpolation.show-all" => {
            for _ in 0..4 {
                press_with(app, KeyCode::Right, KeyModifiers::SHIFT);
            }
            type_character(app, 'z');
            type_character(app, 'z');
        }
        _ => {}
    }
}

/// What is different after a command.
pub fn check(command: &str, before: &App, after: &App) {
    let (was, is) = (before.pane::<Interpolation>(), after.pane::<Interpolation>());
    let last = is.steps().len().saturating_sub(1);
    let width = |pane: &Interpolation| {
        let (start, end) = pane.looking().window;
        assert!((start..=end).contains(&f64::from(pane.position)));
        end - start
    };
    match command {
        "interpolation.show" => assert_eq!(after.focus.name, "interpolation"),
        "interpolation.back" => assert_eq!((was.place(), is.place()), (last, last - 1)),
        "interpolation.on" => assert_eq!((was.place(), is.place()), (0, 1)),
        "interpolation.far-back" => assert_eq!(is.position, 0.9),
        "interpolation.far-on" => assert_eq!(is.position, 0.1),
        "interpolation.start" => assert_eq!((was.place(), is.place()), (last, 0)),
        "interpolation.end" => assert_eq!((was.place(), is.place()), (0, last)),
        "interpolation.play" => assert_eq!((was.playing, is.playing), (None, Some(1))),
        "interpolation.cycle-way" => assert_eq!((was.way, is.way), (Way::Straight, Way::Spherical)),
        "interpolation.random" => assert!(after.selection.other.is_some()),
        "interpolation.swap" => {
            assert_eq!(Some(&after.selection.point), was.end(before));
            assert_eq!(after.selection.other.as_ref(), Some(&before.selection.point));
        }
        "interpolation.reset" => assert!(before.selection.other.is_some() && after.selection.other.is_none()),
        "interpolation.nearer" => assert_eq!(width(is), width(was) / 2.0),
        "interpolation.farther" => assert_eq!(width(is), 2.0 * width(was)),
        "interpolation.show-all" => assert_eq!((width(was), width(is)), (0.25, 1.0)),
        "interpolation.traverse" => {
            assert_eq!(after.focus.name, "traversal");
            assert_eq!(
                after.selection.point.latent,
                was.step().map(|step| step.latent.clone())
            );
        }
        name => panic!("{name} has no line here"),
    }
}
