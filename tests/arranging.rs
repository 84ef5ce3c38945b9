//! The panes as a person arranged them: by keys, by the mouse, and again at the next start, in the real program too.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;
#[path = "common/terminal.rs"]
mod terminal;

use std::path::Path;

use common::{app, focus, press_with, update};
use ratatui::crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;
use terminal::{Terminal, data};
use vae_tui::tui::app::App;
use vae_tui::tui::command::named;
use vae_tui::tui::layout::Plan;
use vae_tui::tui::message::Message;

fn mouse(app: &mut App, kind: MouseEventKind, (column, row): (u16, u16)) {
    let modifiers = KeyModifiers::NONE;
    update(
        app,
        Message::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers,
        }),
    );
}

fn areas(app: &App) -> Vec<(&'static str, Rect)> {
    let panes = app.arrangement().panes.into_iter();
    panes.map(|(kind, area)| (kind.name, area)).collect()
}

#[test]
fn borders_follow_the_mouse() {
    let mut app = app(120, 40);
    let [(_, upper), (_, lower), (_, right)] = areas(&app)[..] else {
        panic!("three panes")
    };
    mouse(&mut app, MouseEventKind::Down(MouseButton::Left), (right.x, 3));
    mouse(&mut app, MouseEventKind::Drag(MouseButton::Left), (80, 3));
    mouse(&mut app, MouseEventKind::Up(MouseButton::Left), (80, 3));
    mouse(&mut app, MouseEventKind::Down(MouseButton::Left), (5, lower.y));
    mouse(&mut app, MouseEventKind::Drag(MouseButton::Left), (90, 10));
    mouse(&mut app, MouseEventKind::Up(MouseButton::Left), (90, 10));
    let [(_, upper_now), (_, lower_now), (_, right_now)] = areas(&app)[..] else {
        panic!("three panes")
    };
    assert_eq!((right_now.x, lower_now.y), (80, 10));
    assert!(upper_now.height < upper.height && right_now.width < right.width);
    // No pane is dragged away.
    mouse(&mut app, MouseEventKind::Down(MouseButton::Left), (80, 3));
    for at in [(0, 0), (65_535, 65_535)] {
        mouse(&mut app, MouseEventKind::Drag(MouseButton::Left), at);
        assert!(areas(&app).iter().all(|(_, area)| area.width >= 20));
    }
}

#[test]
fn any_pane_stands_in_any_place_at_any_size() {
    let run = |app: &mut App, name: &str| (named(name).expect("a command").run)(app);
    let mut app = app(100, 30);
    focus(&mut app, "map");
    run(&mut app, "layout.place-right");
    focus(&mut app, "data");
    run(&mut app, "layout.place-upper-left");
    update(&mut app, Message::Resized(100, 30));
    let names: Vec<&str> = areas(&app).iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["data", "reconstruction", "map"]);
    assert!(common::screen(&app).contains("Map") && common::screen(&app).contains("Data browser"));
    for (width, height) in [(1, 1), (1, 40), (200, 1), (99, 30), (100, 30), (200, 60), (0, 0)] {
        update(&mut app, Message::Resized(width, height));
        for _ in 0..8 {
            press_with(&mut app, KeyCode::Right, KeyModifiers::CONTROL);
            press_with(&mut app, KeyCode::Down, KeyModifiers::CONTROL);
        }
        common::frame(&app);
    }
    update(&mut app, Message::Resized(100, 30));
    // The pane whose place was taken has a screen of its own.
    app.show("traversal");
    assert_eq!(areas(&app).len(), 1);
    app.show("traversal");
    assert_eq!((app.focus.name, areas(&app).len()), ("data", 3));
    run(&mut app, "layout.reset");
    assert_eq!(app.plan, Plan::default());
}

/// The workbench with its configuration in the same folder as everything else.
fn workbench(folder: &Path) -> Terminal {
    let path = folder.to_str().expect("a name in UTF-8");
    let program = env!("CARGO_BIN_EXE_vae-tui");
    let variables = [("XDG_CONFIG_HOME", path), ("HOME", path)];
    let arguments = ["--threads", "1"];
    let terminal = Terminal::start_with(folder, (100, 30), program, &arguments, &variables);
    terminal.wait_for("Training");
    terminal.wait_for("paused");
    terminal
}

/// The column at which the traversal begins.
fn border(screen: &str) -> usize {
    let line = screen.lines().find(|line| line.contains("2 Traversal"));
    let line = line.expect("the traversal is on the screen");
    let before = line.split("2 Traversal").next().expect("something before it");
    before.chars().count()
}

#[test]
fn what_was_arranged_is_there_again_at_the_next_start() {
    let folder = data();
    let mut terminal = workbench(folder.path());
    let usual = border(&terminal.wait_for("2 Traversal"));
    let listens = |terminal: &Terminal| {
        let parser = terminal.parser.lock().expect("no thread panics with it");
        parser.screen().mouse_protocol_mode() == vt100::MouseProtocolMode::ButtonMotion
    };
    terminal.wait("the mouse", |_| listens(&terminal));
    // By a key, and by the mouse: the border at the column 54, counted from 1, goes to 65.
    terminal.press("\x1b[1;5C");
    terminal.wait("a wider pane", |screen| {
        screen.contains("2 Traversal") && border(screen) == usual + 4
    });
    terminal.press("\x1b[<0;55;6M\x1b[<32;65;6M\x1b[<0;65;6m");
    terminal.wait("a still wider pane", |screen| {
        screen.contains("2 Traversal") && border(screen) == usual + 14
    });
    terminal.press("q");
    assert!(terminal.end().0.success());
    let file = folder.path().join("vae-tui").join("layout.ron");
    let text = std::fs::read_to_string(&file).expect("the layout was kept");
    assert!(text.contains("left: 640"), "{text}");

    let mut terminal = workbench(folder.path());
    terminal.wait("the wide pane again", |screen| {
        screen.contains("2 Traversal") && border(screen) == usual + 14
    });
    terminal.press("q");
    assert!(terminal.end().0.success());
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), text);

    std::fs::write(&file, "(left: 3, \x1b[2J").expect("a file that is no layout");
    let mut terminal = workbench(folder.path());
    let screen = terminal.wait_for("the panes stand in their usual");
    assert_eq!(border(&screen), usual);
    terminal.press("q");
    assert!(terminal.end().0.success());
}
