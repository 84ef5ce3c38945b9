//! The commands of the runs.

use ratatui::crossterm::event::KeyCode;
use vae_tui::explore::reconstruction::Reconstruction;
use vae_tui::objective::BoundTerms;
use vae_tui::session::RunFacts;
use vae_tui::tui::app::App;
use vae_tui::tui::message::{Effect, Message, Tidied};
use vae_tui::tui::panes::runs::{Column, Runs, View, Writing};

use crate::common::{PIXELS, press, saved_runs, type_character, update, workspace};

/// Fifteen saved runs, and what the command needs beside.
pub fn prepare(app: &mut App, command: &str) {
    update(app, Message::Runs(saved_runs(), Vec::new()));
    app.pane_mut::<Runs>().is_listed = true;
    match command {
        "runs.up" => drop(press(app, KeyCode::Down)),
        "runs.far-up" => drop(press(app, KeyCode::PageDown)),
        "runs.right" => drop(press(app, KeyCode::Left)),
        "runs.escape" => {
            type_character(app, '/');
            type_character(app, '7');
        }
        "runs.flicker" => {
            type_character(app, 'x');
            press(app, KeyCode::Down);
            for character in "xvv".chars() {
                type_character(app, character);
            }
            let found = [0.2, 0.8].map(|grey| {
                Ok(Reconstruction {
                    input: vec![0.0; PIXELS],
                    output: vec![grey; PIXELS],
                    difference: vec![grey; PIXELS],
                    terms: BoundTerms::default(),
                })
            });
            update(app, Message::LookedInto(1, found.to_vec()));
        }
        "runs.bring-back" => {
            let (from, to) = ("/runs/shapes-1.ron".into(), "/runs/trash/shapes-1.ron".into());
            update(app, Message::Kept(Ok(Tidied::ThrownAway { from, to })));
        }
        "runs.unqueue" => {
            let configuration = workspace(app).progress.configuration.clone();
            app.queue.waiting.push_back(configuration.into());
        }
        _ => {}
    }
}

/// What is different afterwards.
pub fn check(command: &str, before: &App, after: &App, effects: &[Effect]) {
    let (was, is) = (before.pane::<Runs>(), after.pane::<Runs>());
    let selected = |pane: &Runs| pane.selected().map(RunFacts::name);
    let rows = (was.selected, is.selected);
    match command {
        "runs.show" => assert_eq!(after.focus.name, "runs"),
        "runs.up" => assert_eq!(rows, (1, 0)),
        "runs.down" => assert_eq!(rows, (0, 1)),
        "runs.far-up" => assert_eq!(rows, (10, 0)),
        "runs.far-down" => assert_eq!(rows, (0, 10)),
        "runs.left" => assert_eq!((was.column, is.column), (Column::Date, Column::Seconds)),
        "runs.right" => assert_eq!((was.column, is.column), (Column::Seconds, Column::Date)),
        "runs.reverse" => assert_ne!(selected(is), selected(was)),
        "runs.enter" => {
            assert!(matches!(effects, [Effect::Open(_, path)] if path.ends_with("shapes-1.ron")));
        }
        "runs.filter" => assert!(matches!(is.writing, Some(Writing::Filter))),
        "runs.escape" => {
            assert_eq!((was.shown().len(), is.shown().len()), (1, 15));
            assert!(is.writing.is_none());
        }
        "runs.mark" => assert_eq!((was.marked.len(), is.marked.len()), (0, 1)),
        "runs.cycle-view" => assert_eq!((was.view, is.view), (View::Table, View::Differences)),
        "runs.flicker" => assert_eq!(was.flicker + 1, is.flicker),
        "runs.compare" => {
            assert!(matches!(effects, [Effect::ReadCurve(path)] if path.ends_with("shapes-1.ron")));
        }
        "runs.rename" => assert!(matches!(is.writing, Some(Writing::Name(..)))),
        "runs.delete" => {
            assert!(matches!(effects, [Effect::ThrowAway(path)] if path.ends_with("shapes-1.ron")));
        }
        "runs.bring-back" => {
            assert!(matches!(effects, [Effect::BringBack(_, to)] if to.ends_with("shapes-1.ron")));
        }
        "runs.unqueue" => assert_eq!((before.queue.waiting.len(), after.queue.waiting.len()), (1, 0)),
        name => panic!("{name} has no line here"),
    }
}
