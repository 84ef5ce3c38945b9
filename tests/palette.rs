//! The palette: it finds commands by some of their letters, and runs them as their keys do.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use common::{app, focus, frame, press, screen, tell, type_character, update, workspace};
use ratatui::crossterm::event::KeyCode;
use vae_tui::learning::settings::Assignment;
use vae_tui::run::{Command, Entry, Event, Happening};
use vae_tui::tui::app::App;
use vae_tui::tui::command::{self, Scope};
use vae_tui::tui::message::{Effect, Message};
use vae_tui::tui::overlays::Overlay;
use vae_tui::tui::overlays::confirm::Confirmation;
use vae_tui::tui::saver::Manner;
use vae_tui::tui::workspace::AfterSave;

/// Opens the palette and types.
fn look_for(app: &mut App, text: &str) {
    type_character(app, ':');
    for character in text.chars() {
        type_character(app, character);
    }
}

/// Opens the palette, types, and runs what stands first.
fn run(app: &mut App, text: &str) -> Vec<Effect> {
    look_for(app, text);
    press(app, KeyCode::Enter)
}

fn paste(app: &mut App, text: &str) {
    assert!(update(app, Message::Pasted(text.into())).is_empty());
}

fn is_open(app: &App) -> bool {
    matches!(app.overlay, Some(Overlay::Palette(_)))
}

/// The command that is marked.
fn marked(app: &App) -> Option<String> {
    let shown = screen(app);
    let (_, palette) = shown.split_once("╭ Command ").filter(|_| is_open(app))?;
    let (_, after) = palette.split_once('▶')?;
    after.split_whitespace().next().map(str::to_owned)
}

#[test]
fn some_letters_find_a_command_and_enter_runs_it() {
    let mut app = app(80, 24);
    assert!(matches!(
        run(&mut app, "sessave")[..],
        [Effect::Save(Manner::Usual, AfterSave::GoOn)]
    ));
    assert!(app.overlay.is_none());
    assert!(matches!(
        run(&mut app, "three ways")[..],
        [Effect::Command(Command::Estimate)]
    ));
    assert!(matches!(run(&mut app, "run.new")[..], [Effect::Advise(_)]));
    assert!(
        matches!(app.overlay, Some(Overlay::Form(_))),
        "what it opens stays open"
    );
}

#[test]
fn every_command_is_found_by_its_name_where_it_works() {
    for (scope, command) in command::all().filter(|(_, command)| command.name != "palette") {
        let pane = match scope {
            Scope::In(pane) => pane,
            Scope::Everywhere => "training",
        };
        let mut app = app(80, 24);
        focus(&mut app, pane);
        look_for(&mut app, command.name);
        assert_eq!(marked(&app).as_deref(), Some(command.name));
    }
}

#[test]
fn what_works_in_other_panes_is_not_offered() {
    let mut app = app(80, 24);
    look_for(&mut app, "comparison.show-all");
    assert_ne!(marked(&app).as_deref(), Some("comparison.show-all"));
    press(&mut app, KeyCode::Esc);
    focus(&mut app, "comparison");
    look_for(&mut app, "comparison.show-all");
    assert_eq!(marked(&app).as_deref(), Some("comparison.show-all"));
}

#[test]
fn pasted_text_is_typed() {
    let mut app = app(80, 24);
    type_character(&mut app, ':');
    paste(&mut app, "session\n.sa\u{1b}ve\r\n");
    assert!(is_open(&app), "a line break is no Enter");
    assert!(screen(&app).contains(":session.save"), "{}", screen(&app));
    let effects = press(&mut app, KeyCode::Enter);
    assert!(matches!(
        effects[..],
        [Effect::Save(Manner::Usual, AfterSave::GoOn)]
    ));
}

#[test]
fn arrows_choose_among_what_was_found() {
    let mut app = app(80, 24);
    look_for(&mut app, "learning-rate");
    let first = marked(&app).expect("something fits");
    press(&mut app, KeyCode::Down);
    let second = marked(&app).expect("two fit");
    let mut names = [first.as_str(), second.as_str()];
    names.sort_unstable();
    assert_eq!(names, ["learning-rate.lower", "learning-rate.raise"]);
    press(&mut app, KeyCode::Up);
    assert_eq!(marked(&app), Some(first));
    press(&mut app, KeyCode::Down);
    let before = workspace(&app).progress.learning_rate;
    press(&mut app, KeyCode::Enter);
    let raised = workspace(&app).progress.learning_rate > before;
    assert_eq!(raised, second == "learning-rate.raise");
}

#[test]
fn escape_closes_it_and_nothing_was_run() {
    for close in [KeyCode::Esc, KeyCode::Backspace] {
        let mut app = app(80, 24);
        press(&mut app, KeyCode::Esc);
        let before = screen(&app);
        type_character(&mut app, ':');
        assert!(press(&mut app, close).is_empty());
        assert_eq!(screen(&app), before);
    }
    let mut app = app(80, 24);
    look_for(&mut app, "quit");
    assert!(press(&mut app, KeyCode::Esc).is_empty());
    assert!(app.overlay.is_none() && app.ending.is_none() && app.typed.is_empty());
    // Backspace takes letters first.
    look_for(&mut app, "qu");
    press(&mut app, KeyCode::Backspace);
    assert!(is_open(&app));
}

#[test]
fn what_fits_nothing_runs_nothing() {
    let mut app = app(80, 24);
    assert!(run(&mut app, "zzzz").is_empty());
    assert!(is_open(&app));
    assert!(screen(&app).contains("no command fits that"), "{}", screen(&app));
}

#[test]
fn what_was_run_comes_back() {
    let mut app = app(80, 24);
    for text in ["session.save", "test.measure", "session.save", "training.step"] {
        assert_eq!(run(&mut app, text).len(), 1, "{text}");
    }
    type_character(&mut app, ':');
    assert_eq!(
        marked(&app).as_deref(),
        Some("training.step"),
        "the last stands first"
    );
    press(&mut app, KeyCode::Down);
    assert_eq!(marked(&app).as_deref(), Some("session.save"));
    press(&mut app, KeyCode::Down);
    assert_eq!(
        marked(&app).as_deref(),
        Some("test.measure"),
        "each stands there once"
    );
    press(&mut app, KeyCode::Up);
    press(&mut app, KeyCode::Up);
    for name in ["training.step", "session.save", "test.measure", "test.measure"] {
        press(&mut app, KeyCode::Up);
        assert!(screen(&app).contains(&format!(":{name}")), "{}", screen(&app));
    }
    let effects = press(&mut app, KeyCode::Enter);
    assert!(matches!(effects[..], [Effect::Command(Command::Evaluate)]));
}

#[test]
fn a_command_asks_here_what_its_key_asks() {
    let mut app = app(80, 24);
    common::run_a_little(&mut app);
    assert!(run(&mut app, "quit").is_empty());
    assert!(matches!(
        app.overlay,
        Some(Overlay::Confirm(Confirmation::Quit { .. }))
    ));
}

#[test]
fn what_was_run_from_here_is_undone() {
    let mut app = app(80, 24);
    let before = workspace(&app).progress.learning_rate;
    run(&mut app, "learning-rate.raise");
    assert!(workspace(&app).progress.learning_rate > before);
    let effects = run(&mut app, "undo");
    assert_eq!(workspace(&app).progress.learning_rate, before);
    let told = |changes: &[Assignment]| *changes == [Assignment::new("learning-rate", before)];
    assert!(matches!(&effects[..], [Effect::Command(Command::Change(changes))] if told(changes)));
    run(&mut app, "redo");
    assert!(workspace(&app).progress.learning_rate > before);
}

/// Most settings stand nowhere on the screen: the run says what it made of them.
#[test]
fn what_was_set_is_said_once_the_run_has_changed_it() {
    let mut app = app(100, 30);
    look_for(&mut app, "set batch 40");
    press(&mut app, KeyCode::Enter);
    let entry = Entry {
        samples: 9_000,
        seconds: 9.0,
        what: Happening::Changed {
            setting: "batch".into(),
            from: "20".into(),
            to: "40".into(),
        },
    };
    tell(&mut app, Event::Happened(entry));
    assert!(screen(&app).contains("batch 20 -> 40"), "{}", screen(&app));
    press(&mut app, KeyCode::Esc);
    assert!(!screen(&app).contains("batch 20 -> 40"), "{}", screen(&app));
}

/// The frame stays where it is, and the cursor is seen, whatever is written and wherever it stands in it.
#[test]
fn text_of_any_width_stays_inside() {
    let mut app = app(60, 24);
    type_character(&mut app, ':');
    let sides = |app: &App| -> Vec<(u16, u16)> {
        let buffer = frame(app);
        let places = app.area.positions();
        let sides = places.filter(|&place| matches!(buffer[place].symbol(), "│" | "╮" | "╯"));
        sides.map(|place| (place.x, place.y)).collect()
    };
    let cursors = |app: &App| {
        let cells = frame(app).content;
        let reversed =
            |cell: &&ratatui::buffer::Cell| cell.modifier.contains(ratatui::style::Modifier::REVERSED);
        cells.iter().filter(reversed).count()
    };
    let before = sides(&app);
    let is_shown = |app: &App, symbol: &str| frame(app).content.iter().any(|cell| cell.symbol() == symbol);
    for (text, last) in [
        ("日本語の名前", "前"),
        ("🦀🦀🦀", "🦀"),
        ("e\u{301}e\u{301}", "e\u{301}"),
        ("👩\u{200d}👩\u{200d}👧 X", "X"),
        ("plainly", "y"),
    ] {
        for repeats in [1, 5, 30] {
            paste(&mut app, &text.repeat(repeats));
            assert_eq!(sides(&app), before, "{}", screen(&app));
            assert!(cursors(&app) >= 1, "{}", screen(&app));
            assert!(is_shown(&app, last), "{}", screen(&app));
            for key in [
                KeyCode::Left,
                KeyCode::Left,
                KeyCode::Home,
                KeyCode::Right,
                KeyCode::End,
            ] {
                press(&mut app, key);
                assert_eq!(sides(&app), before, "{}", screen(&app));
                assert!(cursors(&app) >= 1, "{key:?}: {}", screen(&app));
            }
            press(&mut app, KeyCode::Esc);
            type_character(&mut app, ':');
        }
    }
}
