//! Commands of the edit pane.

use ratatui::crossterm::event::KeyCode;
use vae_tui::data::ItemPlace;
use vae_tui::explore::attribute::{Applied, Group};
use vae_tui::tui::app::App;
use vae_tui::tui::message::Message;
use vae_tui::tui::panes::edit::Edit;

use crate::common::{press, type_character, update};

/// The state in which a command has something to do: with the difference of the first two classes.
pub fn prepare(app: &mut App, command: &str) {
    match command {
        "edit.show" | "edit.add" => return,
        "edit.add-marked" => return drop(type_character(app, ']')),
        _ => {}
    }
    type_character(app, 'i');
    // The directions are known now, and what comes of them is asked for.
    update(app, Message::Resized(app.area.width, app.area.height));
    match command {
        "edit.none" | "edit.reset" | "edit.choose" => drop(press(app, KeyCode::Right)),
        "edit.up" => drop(type_character(app, 'i')),
        "edit.down" => {
            type_character(app, 'i');
            type_character(app, 'k');
        }
        _ => {}
    }
}

/// What is different after a command.
pub fn check(command: &str, before: &App, after: &App) {
    let (was, is) = (&before.selection.attributes, &after.selection.attributes);
    let places = (
        before.pane::<Edit>().place(before),
        after.pane::<Edit>().place(after),
    );
    let stronger = |by: f32| (is[0].strength - was[0].strength - by).abs() < 1e-6;
    let class = |class| Group::Class(class);
    match command {
        "edit.show" => assert_eq!(after.focus.name, "edit"),
        "edit.weaken" => assert!(stronger(-0.1)),
        "edit.strengthen" => assert!(stronger(0.1)),
        "edit.weaken-far" => assert!(stronger(-0.5)),
        "edit.strengthen-far" => assert!(stronger(0.5)),
        "edit.up" => assert_eq!(places, (1, 0)),
        "edit.down" => assert_eq!(places, (0, 1)),
        "edit.add" => assert_eq!((was.len(), is.len()), (0, 1)),
        "edit.next-towards" => assert_eq!(is[0].attribute.towards, class(1)),
        "edit.previous-towards" => assert_eq!(is[0].attribute.towards, class(3)),
        "edit.next-away" => assert_eq!(is[0].attribute.away, Some(class(2))),
        "edit.previous-away" => assert_eq!(is[0].attribute.away, Some(class(0))),
        "edit.add-marked" => {
            let marked = Group::Items(vec![ItemPlace::test(0)]);
            assert_eq!(
                (&is[0].attribute.towards, &is[0].attribute.away),
                (&marked, &None)
            );
        }
        "edit.remove" => assert!(is.is_empty()),
        "edit.none" | "edit.reset" => assert_eq!((was[0].strength, is[0].strength), (0.1, 0.0)),
        "edit.choose" => {
            let edited = before.pane::<Edit>().edited().map(|edited| edited.latent.clone());
            assert_eq!(after.selection.point.latent, edited);
            assert!(is.iter().all(|Applied { strength, .. }| *strength == 0.0));
        }
        name => panic!("{name} has no line here"),
    }
}
