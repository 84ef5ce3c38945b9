//! The commands of the map.

use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use vae_tui::data::{ItemPlace, Part};
use vae_tui::run::protocol::Origin;
use vae_tui::tui::app::App;
use vae_tui::tui::panes::map::{Colouring, Map, View};

use crate::common::{press, press_with, type_character, workspace};

/// The map in the state where the command has something to do.
pub fn prepare(app: &mut App, command: &str) {
    match command {
        "map.choose" => drop(type_character(app, 'i')),
        "map.leave-search" => drop(type_character(app, '/')),
        // The cursor begins at the centre of the latent space; from there, there is a way to every side.
        "map.to-nearest" => {
            press_with(app, KeyCode::Right, KeyModifiers::SHIFT);
        }
        _ => {}
    }
}

/// What is different afterwards.
pub fn check(command: &str, before: &App, after: &App) {
    let (was, is) = (before.pane::<Map>(), after.pane::<Map>());
    let moved = [is.cursor[0] - was.cursor[0], is.cursor[1] - was.cursor[1]];
    let axes = |app: &App| app.pane::<Map>().dimensions(workspace(app));
    match command {
        "map.show" => assert_eq!(after.focus.name, "map"),
        "map.left" | "map.far-left" => assert!(moved[0] < 0.0 && moved[1] == 0.0, "{moved:?}"),
        "map.right" | "map.far-right" => assert!(moved[0] > 0.0 && moved[1] == 0.0, "{moved:?}"),
        "map.up" | "map.far-up" => assert!(moved[0] == 0.0 && moved[1] > 0.0, "{moved:?}"),
        "map.down" | "map.far-down" => assert!(moved[0] == 0.0 && moved[1] < 0.0, "{moved:?}"),
        "map.to-nearest" => {
            assert_eq!((was.on, is.on), (None, was.nearest().first().copied()));
            assert_eq!(is.cursor, is.positions()[is.on.expect("it is there")]);
        }
        "map.choose" => {
            let item = is.on.expect("the cursor was put on an item");
            assert_eq!(after.selection.point, Origin::item(ItemPlace::test(item)));
            assert_eq!(after.focus.name, "traversal");
        }
        "map.search" => assert!(!was.is_writing && is.is_writing),
        "map.leave-search" => assert!(was.is_writing && !is.is_writing),
        "map.cycle-view" => assert_eq!((was.view, is.view), (View::Dimensions, View::Principal)),
        "map.unfold" => {
            assert_eq!(is.view, View::Neighbours);
            assert!(is.unfolding().is_some_and(|share| share < 1.0));
        }
        "map.next-right" | "map.previous-right" => {
            assert!(axes(after).0 != axes(before).0 && axes(after).1 == axes(before).1);
        }
        "map.next-up" | "map.previous-up" => {
            assert!(axes(after).0 == axes(before).0 && axes(after).1 != axes(before).1);
        }
        "map.switch-colours" => {
            assert_eq!(
                (was.colouring, is.colouring),
                (Colouring::Class, Colouring::Bound)
            );
        }
        "map.switch-part" => assert_eq!((was.part, is.part), (Part::Test, Part::Train)),
        name => panic!("{name} has no line here"),
    }
}

/// A search finds items by class, one after the other, and by place, in the other part too.
#[test]
fn a_search_goes_to_items_by_class_and_by_place() {
    let mut app = crate::common::app(100, 30);
    type_character(&mut app, '7');
    let find = |app: &mut App, searched: &str| {
        type_character(app, '/');
        for _ in 0..20 {
            press(app, KeyCode::Backspace);
        }
        for character in searched.chars() {
            type_character(app, character);
        }
        press(app, KeyCode::Enter);
        // The other part is asked for only once it is wanted.
        type_character(app, '#');
        let map = app.pane::<Map>();
        (map.part, map.on.expect("found"))
    };
    // Classes go round: 0, 1, 2, 3.
    assert_eq!(find(&mut app, "2"), (Part::Test, 2));
    assert_eq!(find(&mut app, "2"), (Part::Test, 6));
    assert_eq!(find(&mut app, "#2"), (Part::Test, 2));
    assert_eq!(find(&mut app, "17"), (Part::Test, 17), "no class is called that");
    assert_eq!(find(&mut app, "train:123"), (Part::Train, 123));
    let map = app.pane::<Map>();
    assert_eq!(map.cursor, map.positions()[123]);
    assert_eq!(find(&mut app, "train:200"), (Part::Train, 123));
    type_character(&mut app, '/');
    press(&mut app, KeyCode::Enter);
    assert!(
        crate::screen(&app).contains("there is no train item 200"),
        "{}",
        crate::screen(&app)
    );
}

/// What the cursor stands on in the plane of two dimensions is the selected point, moved there.
#[test]
fn the_cursor_moves_two_dimensions_of_the_selected_point() {
    let mut app = crate::common::app(100, 30);
    app.selection.point.latent = Some(vec![0.5, 0.25, -1.0, 2.0, 0.0, 1.0]);
    type_character(&mut app, '7');
    press_with(&mut app, KeyCode::Right, KeyModifiers::SHIFT);
    let map = app.pane::<Map>();
    let (right, up) = map.dimensions(workspace(&app));
    let mut expected = vec![0.5, 0.25, -1.0, 2.0, 0.0, 1.0];
    (expected[right], expected[up]) = (map.cursor[0], map.cursor[1]);
    let found = app.pointed().latent.expect("a point");
    assert!(
        found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5),
        "{found:?} {expected:?}"
    );
}

/// The map of neighbours unfolds answer by answer, is broken off by Ctrl-G, and stays then.
#[test]
fn the_map_of_neighbours_unfolds_and_is_broken_off() {
    let mut app = crate::common::app(100, 30);
    type_character(&mut app, '7');
    type_character(&mut app, 'g');
    for _ in 0..5 {
        type_character(&mut app, '#');
    }
    let share = app.pane::<Map>().unfolding().expect("it goes on");
    assert!(share > 0.0, "{share}");
    assert!(crate::screen(&app).contains("Ctrl-G stops"));
    let effects = press_with(&mut app, KeyCode::Char('g'), KeyModifiers::CONTROL);
    assert!(
        effects.is_empty(),
        "no measurement is broken off with it: {effects:?}"
    );
    let stopped = app.pane::<Map>().positions().to_vec();
    type_character(&mut app, '#');
    let map = app.pane::<Map>();
    assert_eq!((map.unfolding(), map.positions()), (None, &stopped[..]));
    assert_eq!(map.view, View::Neighbours);
    assert!(app.pointed().item.is_some_and(|place| place.part == Part::Test));
}
