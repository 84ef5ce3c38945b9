//! The commands of the directions.

use ratatui::crossterm::event::KeyCode;
use vae_tui::explore::directions::Search;
use vae_tui::tui::app::App;
use vae_tui::tui::panes::directions::Directions;

use crate::common::{press, type_character};

/// The directions and the items along them, in the state where the command has something to do.
pub fn prepare(app: &mut App, command: &str) {
    type_character(app, '#');
    match command {
        "directions.up" | "directions.far-up" => drop(press(app, KeyCode::PageDown)),
        "directions.reset" | "directions.find-anew" | "directions.traverse" => {
            for _ in 0..12 {
                press(app, KeyCode::Right);
            }
        }
        _ => {}
    }
    type_character(app, '#');
}

/// How far along the selected direction the point lies.
fn distance(app: &App) -> f32 {
    let pane = app.pane::<Directions>();
    let direction = &pane.found(app)[pane.selected(app)];
    pane.distance(app, direction)
}

/// What is different afterwards.
pub fn check(command: &str, before: &App, after: &App) {
    let (was, is) = (before.pane::<Directions>(), after.pane::<Directions>());
    let moved = |by: f32| (distance(after) - distance(before) - by).abs() < 1e-4;
    let last = is.found(after).len().saturating_sub(1);
    match command {
        "directions.show" => assert_eq!(after.focus.name, "directions"),
        "directions.lower" => assert!(moved(-0.1)),
        "directions.raise" => assert!(moved(0.1)),
        "directions.lower-far" => assert!(moved(-1.0)),
        "directions.raise-far" => assert!(moved(1.0)),
        "directions.up" => assert_eq!(is.selected(after) + 1, was.selected(before)),
        "directions.down" => assert_eq!((was.selected(before), is.selected(after)), (0, 1)),
        "directions.far-up" => assert_eq!(is.selected(after), 0),
        "directions.far-down" => assert!(is.selected(after) == last && last > 1),
        "directions.reset" => {
            assert!((distance(before) - 1.2).abs() < 1e-4 && distance(after) == 0.0);
            assert_eq!(after.selection.point, was.anchor(before));
        }
        "directions.next-search" => {
            assert_eq!((was.search, is.search), (Search::Jacobian, Search::Principal));
        }
        "directions.next-class" => assert_eq!(is.search, Search::Class(0)),
        "directions.previous-class" => assert_eq!(is.search, Search::Class(3)),
        "directions.find-anew" => {
            assert_ne!(was.anchor(before), before.selection.point);
            assert_eq!(is.anchor(after), after.selection.point);
        }
        "directions.traverse" => assert_eq!(after.focus.name, "traversal"),
        name => panic!("{name} has no line here"),
    }
}

/// The model made by hand moves light to the right, down, and into a ring, by five dimensions; the sixth does nothing.
#[test]
fn the_jacobian_finds_what_the_model_does() {
    let mut app = crate::common::app(100, 30);
    app.selection.point.latent = Some(vec![0.0; 6]);
    crate::focus(&mut app, "directions");
    type_character(&mut app, '#');
    let found = app.pane::<Directions>().found(&app);
    assert_eq!(found.len(), 6);
    for (place, direction) in found.iter().enumerate() {
        let does_something = direction.strength > 5e-3 * found[0].strength;
        assert_eq!(does_something, place < 3, "{found:?}");
        assert!(place >= 3 || direction.vector[5].abs() < 1e-2, "{found:?}");
    }
    let screen = crate::screen(&app);
    assert!(
        screen.contains("the decoder changes most along these"),
        "{screen}"
    );
}

/// The point goes along a direction, which stays while it does; when another point is chosen elsewhere, it leads from there.
#[test]
fn a_direction_is_scrubbed_along_as_if_it_were_a_dimension() {
    let mut app = crate::common::app(100, 30);
    crate::focus(&mut app, "directions");
    type_character(&mut app, '#');
    let direction = app.pane::<Directions>().found(&app)[0].clone();
    let anchor = app.selection.point.clone();
    for _ in 0..7 {
        press(&mut app, KeyCode::Right);
    }
    let pane = app.pane::<Directions>();
    assert_eq!(pane.found(&app)[0], direction);
    assert_eq!(pane.anchor(&app), anchor);
    assert!((pane.distance(&app, &direction) - 0.7).abs() < 1e-4);
    app.selection.point.latent = Some(vec![0.5; 6]);
    type_character(&mut app, '#');
    let pane = app.pane::<Directions>();
    assert_eq!(pane.anchor(&app).latent, Some(vec![0.5; 6]));
    assert_eq!(pane.distance(&app, &direction), 0.0);
}
