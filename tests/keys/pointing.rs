//! Commands about what is pointed at: the other point, marks, names.

use vae_tui::data::ItemPlace;
use vae_tui::run::protocol::Origin;
use vae_tui::tui::app::App;
use vae_tui::tui::overlays::Overlay;

use crate::common::type_character;

/// Whether a command is one of these.
pub fn has(command: &str) -> bool {
    ["point.", "mark.", "bookmark."]
        .iter()
        .any(|subject| command.starts_with(subject))
}

/// The state in which it has something to do: the point is the first test item.
pub fn prepare(app: &mut App, command: &str) {
    match command {
        "point.swap" => app.selection.other = Some(Origin::item(ItemPlace::test(9))),
        "mark.clear" => drop(type_character(app, ']')),
        _ => {}
    }
}

/// What is different after a command.
pub fn check(command: &str, before: &App, after: &App) {
    let (old, new) = (&before.selection, &after.selection);
    let first = ItemPlace::test(0);
    match command {
        "point.other" => assert_eq!((&old.other, &new.other), (&None, &Some(Origin::item(first)))),
        "point.swap" => {
            assert_eq!(new.point, Origin::item(ItemPlace::test(9)));
            assert_eq!(new.other, Some(Origin::item(first)));
        }
        "mark.towards" => assert!(new.marked.towards.contains(&first) && new.marked.away.is_empty()),
        "mark.away" => assert!(new.marked.away.contains(&first) && new.marked.towards.is_empty()),
        "mark.clear" => assert!(!old.marked.is_empty() && new.marked.is_empty()),
        "bookmark.add" => assert!(matches!(after.overlay, Some(Overlay::BookmarkName(_)))),
        "bookmark.open" => assert!(matches!(after.overlay, Some(Overlay::Bookmarks(_)))),
        name => panic!("{name} has no line here"),
    }
}
