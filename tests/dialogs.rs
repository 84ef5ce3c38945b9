//! Keys, pastes and errors while a dialog is open.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use common::{MODIFIED, app, press, press_with, screen, tell, type_character, update};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use vae_tui::data::listing::{Entry, EntryKind, Listing};
use vae_tui::run::{Command, Event, State};
use vae_tui::session::folder::SessionEntry;
use vae_tui::tui::app::{App, Awaited};
use vae_tui::tui::message::{Effect, Message};
use vae_tui::tui::overlays::Overlay;
use vae_tui::tui::overlays::confirm::Confirmation;
use vae_tui::tui::overlays::sessions::Intent;

/// Kinds of dialogs.
const DIALOGS: usize = 10;

/// Opens the file picker, and lists two files and a folder in it.
fn choose_data(app: &mut App) {
    type_character(app, 'n');
    let effects = press(app, KeyCode::F(2));
    let [Effect::ListFiles(near)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(near, "shapes", "what stands in the form");
    let entry = |name: &str, kind| Entry {
        name: name.into(),
        kind,
    };
    let listing = Listing {
        folder: "/data".into(),
        entries: vec![
            entry("animals", EntryKind::Folder),
            entry("faces.npy", EntryKind::Data("NPY")),
            entry("notes.txt", EntryKind::Other),
        ],
        is_partial: false,
    };
    update(app, Message::Files(near.clone(), Ok(listing)));
}

/// Opens the palette's question where the scores go.
fn name_scores(app: &mut App) {
    type_character(app, ':');
    update(app, Message::Pasted("export.scores".into()));
    press(app, KeyCode::Enter);
}

#[test]
fn a_file_that_is_chosen_stands_in_the_form_and_without_a_choice_the_form_comes_back() {
    let mut app = app(100, 30);
    choose_data(&mut app);
    assert!(screen(&app).contains("faces.npy"), "{}", screen(&app));
    press(&mut app, KeyCode::Esc);
    assert!(matches!(app.overlay, Some(Overlay::Form(_))));
    press(&mut app, KeyCode::Esc);

    choose_data(&mut app);
    update(&mut app, Message::Pasted("FACE\n".into()));
    assert!(!screen(&app).contains("animals"), "{}", screen(&app));
    let effects = press(&mut app, KeyCode::Enter);
    let [Effect::Advise(basis)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(basis.data, "/data/faces.npy");
    assert!(
        screen(&app).contains("data            /data/faces.npy"),
        "{}",
        screen(&app)
    );
    let effects = press(&mut app, KeyCode::Enter);
    let [Effect::NewRun(_, configuration)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(configuration.data, "/data/faces.npy");
    // What comes when nobody waits any more changes nothing.
    let before = screen(&app);
    update(&mut app, Message::Files("shapes".into(), Err("gone".into())));
    assert_eq!(screen(&app), before);
}

/// A dialog of every kind, by the key that opens it.
fn with_dialog(number: usize) -> App {
    let mut app = app(100, 30);
    match number {
        0 => drop(type_character(&mut app, '?')),
        1 => drop(type_character(&mut app, 'n')),
        2 => drop(type_character(&mut app, 'r')),
        3 => {
            common::run_a_little(&mut app);
            type_character(&mut app, 'q');
        }
        4 => drop(type_character(&mut app, ':')),
        5 => choose_data(&mut app),
        6 => name_scores(&mut app),
        7 => drop(type_character(&mut app, '\'')),
        8 => {
            type_character(&mut app, '\'');
            press(&mut app, KeyCode::Enter);
            type_character(&mut app, '"');
        }
        _ => {
            let entry = SessionEntry {
                path: "a.ron".into(),
                summary: "a summary".into(),
                modified: std::time::SystemTime::UNIX_EPOCH,
            };
            update(&mut app, Message::Sessions(vec![entry; 3], Intent::Open));
        }
    }
    // Any key takes what was said away.
    app.notice = None;
    app
}

#[test]
fn a_modified_key_is_neither_text_nor_an_answer() {
    let codes = (' '..='~').map(KeyCode::Char);
    let others = [
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Backspace,
        KeyCode::Down,
        KeyCode::PageDown,
        KeyCode::F(1),
    ];
    let codes: Vec<KeyCode> = codes.chain(others).collect();
    for dialog in 0..DIALOGS {
        let mut app = with_dialog(dialog);
        let before = screen(&app);
        for &code in &codes {
            for modifiers in MODIFIED {
                let key = KeyEvent::new(code, modifiers);
                if app.keymap.command_everywhere(key).is_some() {
                    continue;
                }
                let effects = press_with(&mut app, code, modifiers);
                assert!(
                    effects.is_empty() && screen(&app) == before,
                    "{code:?} with {modifiers:?}: {effects:?}"
                );
            }
        }
    }
}

#[test]
fn control_does_in_dialogs_what_it_does_everywhere_and_the_dialog_stays() {
    for dialog in 0..DIALOGS {
        let mut app = with_dialog(dialog);
        let before = screen(&app);
        let control = |app: &mut App, letter| press_with(app, KeyCode::Char(letter), KeyModifiers::CONTROL);
        assert!(matches!(control(&mut app, 'z')[..], [Effect::Suspend]));
        assert!(matches!(control(&mut app, 'l')[..], [Effect::Repaint]));
        assert_eq!(screen(&app), before);
        assert!(matches!(
            control(&mut app, 'g')[..],
            [Effect::Command(Command::BreakOff)]
        ));
        assert_eq!(screen(&app), before);

        common::run_a_little(&mut app);
        let before = screen(&app);
        assert!(control(&mut app, 'c').is_empty());
        assert!(matches!(
            app.overlay,
            Some(Overlay::Confirm(Confirmation::Quit { .. }))
        ));
        assert!(control(&mut app, 'c').is_empty(), "asking twice is asking once");
        press(&mut app, KeyCode::Esc);
        if dialog == 3 {
            assert!(app.overlay.is_none(), "the question was there before");
        } else {
            assert_eq!(screen(&app), before, "what was begun is not lost");
        }
    }
    let mut app = with_dialog(1);
    let effects = press_with(&mut app, KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert!(matches!(effects[..], [Effect::Quit]), "there is nothing to lose");
}

#[test]
fn a_paste_is_text_where_text_is_written_and_nothing_elsewhere() {
    let mut app = app(100, 30);
    let paste = |app: &mut App, text: &str| update(app, Message::Pasted(text.into()));
    let before = screen(&app);
    assert!(paste(&mut app, "query\n").is_empty());
    for dialog in [0, 2, 3, 8, 9] {
        let mut app = with_dialog(dialog);
        let before = screen(&app);
        assert!(paste(&mut app, "yqs\n").is_empty());
        assert_eq!(screen(&app), before);
    }
    assert_eq!(screen(&app), before);
    let mut named = with_dialog(7);
    paste(&mut named, " a seven\n");
    assert!(screen(&named).contains("test:0 a seven"), "{}", screen(&named));

    type_character(&mut app, 'n');
    paste(&mut app, "1\x1b[31m2\r\n");
    assert!(
        screen(&app).contains("latent          1[31m2"),
        "{}",
        screen(&app)
    );
    for _ in 0..common::field_of("optimizer") {
        press(&mut app, KeyCode::Down);
    }
    let before = screen(&app);
    paste(&mut app, "sgd");
    assert_eq!(screen(&app), before, "a choice is not written");
}

#[test]
fn the_home_folder_may_be_written_as_in_a_shell() {
    let home = directories::BaseDirs::new().expect("a home folder");
    for (written, meant) in [
        ("~/faces.mat", home.home_dir().join("faces.mat")),
        ("~", home.home_dir().to_owned()),
        ("~other/x", std::path::absolute("~other/x").expect("a folder")),
    ] {
        let mut app = app(100, 30);
        type_character(&mut app, 'n');
        for _ in 0..common::field_of("data") {
            press(&mut app, KeyCode::Down);
        }
        update(&mut app, Message::Pasted(written.into()));
        let effects = press(&mut app, KeyCode::Enter);
        let [Effect::NewRun(_, configuration)] = &effects[..] else {
            panic!("{effects:?}")
        };
        assert_eq!(configuration.data, meant.to_string_lossy());
    }
}

#[test]
fn an_error_stays_until_a_key_is_pressed() {
    let mut app = app(100, 30);
    press(&mut app, KeyCode::Esc);
    update(
        &mut app,
        Message::CurveUnread("one.ron can't be read: gone".into()),
    );
    update(
        &mut app,
        Message::CurveUnread("two.ron can't be read: gone too".into()),
    );
    update(
        &mut app,
        Message::CurveUnread("two.ron can't be read: gone too".into()),
    );
    common::open_new_run(&mut app);
    tell(&mut app, Event::State(State::Finished));
    app.awaited = Some(Awaited {
        request: 1,
        agreed: true,
    });
    let reading = Message::Reading {
        request: 1,
        what: "unpacking MNIST".into(),
        fraction: 0.5,
    };
    update(&mut app, reading);
    let shown = screen(&app);
    assert!(
        shown.contains("one.ron can't be read: gone\n two.ron can't be read: gone too"),
        "{shown}"
    );
    assert_eq!(shown.matches("gone too").count(), 1, "{shown}");
    press(&mut app, KeyCode::Esc);
    assert!(!screen(&app).contains("gone"));
}
