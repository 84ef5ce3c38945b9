//! Which pane stands where, and how large.

use ratatui::layout::Rect;
use vae_tui::tui::app::App;
use vae_tui::tui::layout::{Plan, arrange};

use crate::common::{focus, press_with};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};

/// Where a pane stands.
fn area(app: &App, pane: &str) -> Rect {
    let arrangement = arrange(app.area, &app.plan, app.focus, app.zoomed);
    let found = arrangement.panes.into_iter().find(|(kind, _)| kind.name == pane);
    found.expect("the pane is on the screen").1
}

pub fn prepare(app: &mut App, command: &str) {
    match command {
        "layout.reset" => drop(press_with(app, KeyCode::Right, KeyModifiers::CONTROL)),
        name if name.starts_with("layout.place") => focus(app, "map"),
        _ => {}
    }
}

pub fn check(command: &str, before: &App, after: &App) {
    match command {
        "layout.place-upper-left" => assert_eq!(area(after, "map"), area_of_place(before, 0)),
        "layout.place-lower-left" => assert_eq!(area(after, "map"), area_of_place(before, 1)),
        "layout.place-right" => assert_eq!(area(after, "map"), area_of_place(before, 2)),
        "layout.reset" => {
            assert_ne!(before.plan, Plan::default());
            assert_eq!(after.plan, Plan::default());
        }
        _ => check_size(command, area(before, "training"), area(after, "training")),
    }
}

/// Where the pane of a place stands, whatever has the focus.
fn area_of_place(app: &App, place: usize) -> Rect {
    arrange(app.area, &app.plan, app.plan.first(), false).panes[place].1
}

fn check_size(command: &str, was: Rect, is: Rect) {
    match command {
        "layout.wider" => assert!(is.width > was.width && is.height == was.height),
        "layout.narrower" => assert!(is.width < was.width && is.height == was.height),
        "layout.higher" => assert!(is.height > was.height && is.width == was.width),
        "layout.lower" => assert!(is.height < was.height && is.width == was.width),
        _ => panic!("{command} has no line here"),
    }
}
