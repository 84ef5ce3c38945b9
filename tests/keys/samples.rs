//! Commands of the samples pane.

use ratatui::crossterm::event::KeyCode;
use vae_tui::explore::samples::Source;
use vae_tui::tui::app::App;
use vae_tui::tui::panes::samples::Samples;

use crate::common::press;

/// The state in which a command has something to do.
pub fn prepare(app: &mut App, command: &str) {
    match command {
        "samples.left" => drop(press(app, KeyCode::Right)),
        "samples.up" => drop(press(app, KeyCode::Down)),
        _ => {}
    }
}

/// What is different after a command.
pub fn check(command: &str, before: &App, after: &App) {
    let (was, is) = (before.pane::<Samples>(), after.pane::<Samples>());
    let warmer = |by: f32| (is.temperature - was.temperature - by).abs() < 1e-6;
    match command {
        "samples.show" => assert_eq!(after.focus.name, "samples"),
        "samples.left" => assert_eq!((was.selected, is.selected), (1, 0)),
        "samples.right" => assert_eq!((was.selected, is.selected), (0, 1)),
        "samples.up" => assert!(was.selected > 1 && is.selected == 0),
        "samples.down" => assert!(was.selected == 0 && is.selected > 1),
        "samples.redraw" | "samples.redraw-back" => {
            assert_ne!(was.list()[0].latent, is.list()[0].latent);
        }
        "samples.cycle-source" => assert_eq!((was.source, is.source), (Source::Prior, Source::Posterior)),
        "samples.next-class" => assert_eq!(is.source, Source::Class(0)),
        "samples.previous-class" => assert_eq!(is.source, Source::Class(3)),
        "samples.colder" => assert!(warmer(-0.1)),
        "samples.hotter" => assert!(warmer(0.1)),
        "samples.toggle-nearest" => {
            assert!(was.list()[0].nearest.is_none() && is.list()[0].nearest.is_some());
        }
        "samples.toggle-values" => {
            assert!(
                is.list()[0]
                    .values
                    .iter()
                    .all(|&value| value == 0.0 || value == 1.0)
            );
        }
        "samples.keep" => {
            assert_eq!(is.list()[0].latent, was.list()[0].latent);
            assert_eq!(
                (is.kept.len(), is.selected),
                (1, 1),
                "the cursor stays on its draw"
            );
        }
        "samples.traverse" => {
            assert_eq!(after.focus.name, "traversal");
            assert_eq!(
                after.selection.point.latent,
                was.sample().map(|sample| sample.latent.clone())
            );
        }
        name => panic!("{name} has no line here"),
    }
}
