//! Every size of the screen by every size of image by every key: nothing panics, whatever is drawn stays inside.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use std::sync::Arc;

use common::{frame, press_with, tell, type_character, update};
use proptest::prelude::*;
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use ratatui::layout::Rect;
use vae_tui::data::{Dataset, ItemShape, Split};
use vae_tui::learning::{Configuration, Training};
use vae_tui::run::{Event, RunState, State};
use vae_tui::session::SessionError;
use vae_tui::session::folder::SessionEntry;
use vae_tui::tui::app::{App, Awaited};
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::command::{self, Command, keys::Key};
use vae_tui::tui::glyphs::Glyphs;
use vae_tui::tui::message::{Message, Opened};
use vae_tui::tui::overlays::sessions::Intent;
use vae_tui::tui::panes;

const SCREENS: [(u16, u16); 13] = [
    (0, 0),
    (1, 1),
    (2, 40),
    (100, 4),
    (3, 3),
    (1, 400),
    (1_000, 1),
    (12, 5),
    (60, 14),
    (80, 24),
    (99, 30),
    (100, 30),
    (200, 60),
];

/// Larger than anybody has. They take as long as all the others, so their keys are a test of their own, which runs beside.
const HUGE_SCREENS: [(u16, u16); 3] = [(1_000, 400), (65_535, 2), (7, 65_535)];

fn screens() -> impl Iterator<Item = (u16, u16)> {
    SCREENS.into_iter().chain(HUGE_SCREENS)
}

/// Width and height in pixels.
const IMAGES: [(usize, usize); 8] = [
    (1, 1),
    (1, 65_536),
    (65_536, 1),
    (2, 9_000),
    (9_000, 2),
    (28, 28),
    (20, 28),
    (300, 200),
];

/// A run on a few grey images of that size, with the curves of others beside it.
fn opened(width: usize, height: usize) -> Opened {
    let pixels = width * height;
    let split = |points: usize| {
        Split::of_bytes(
            (0..points * pixels).map(|i| (i % 251) as u8).collect(),
            Vec::new(),
            pixels,
        )
    };
    let data = Arc::new(Dataset::new(
        "odd",
        ItemShape::grey(height, width),
        split(3),
        split(2),
    ));
    let configuration = Configuration {
        data: "odd".into(),
        hidden: 2.into(),
        latent: 2,
        batch: 1,
        ..common::configuration()
    };
    common::opened(&RunState::new(Training::new(configuration, &data)), &data)
}

/// An application of that size with that run, never drawn before.
fn started((columns, rows): (u16, u16), (width, height): (usize, usize), is_compared: bool) -> App {
    let mut app = App::new(Rect::new(0, 0, columns, rows), ColourDepth::TrueColour);
    if is_compared {
        let known = common::app(80, 24);
        for run in common::comparison(&known).runs {
            update(&mut app, Message::CurveRead(Box::new(run)));
        }
    }
    update(&mut app, Message::Opened(Box::new(opened(width, height))));
    app
}

/// Draws a frame; nothing may be outside the screen.
fn draw(app: &App) {
    assert_eq!(frame(app).area, app.area);
}

/// What stands in front of the panes, by number.
fn open_dialog(app: &mut App, number: usize) {
    match number {
        0 => {}
        1 => drop(type_character(app, '?')),
        2 => drop(type_character(app, 'n')),
        3 => drop(type_character(app, 'r')),
        4 => drop(type_character(app, ':')),
        5 => {
            let entry = SessionEntry {
                path: "/folder/a session with a rather long name, 日本.ron".into(),
                summary: "s".repeat(300),
                modified: std::time::SystemTime::UNIX_EPOCH,
            };
            update(app, Message::Sessions(vec![entry; 9], Intent::Open));
        }
        _ => {
            common::run_a_little(app);
            type_character(app, 'q');
        }
    }
}

/// Every key, then what a person does in the panes that a new screen has.
fn press_every_key(screen: (u16, u16), image: (usize, usize)) {
    let mut app = started(screen, image, screen.0.is_multiple_of(2));
    draw(&app);
    for &Key(code, modifiers) in command::all().flat_map(|(_, command)| command.keys) {
        press_with(&mut app, code, modifiers);
    }
    draw(&app);
    for pane in ['1', '2', '3', '4'] {
        app.overlay = None;
        type_character(&mut app, pane);
        for code in [
            KeyCode::Char('0'),
            KeyCode::Right,
            KeyCode::Down,
            KeyCode::PageDown,
            KeyCode::Char('v'),
        ] {
            press_with(&mut app, code, KeyModifiers::NONE);
        }
        update(&mut app, Message::Tick);
        draw(&app);
    }
}

#[test]
fn every_key_on_every_size_with_every_image() {
    for screen in SCREENS {
        for image in IMAGES {
            press_every_key(screen, image);
        }
    }
}

#[test]
fn every_key_on_huge_screens() {
    for screen in HUGE_SCREENS {
        for image in IMAGES {
            press_every_key(screen, image);
        }
    }
}

#[test]
fn every_pane_on_every_size() {
    for screen in screens() {
        for image in [(28, 28), (1, 1)] {
            let mut app = started(screen, image, true);
            for kind in panes::KINDS {
                app.show(kind.name);
                draw(&app);
                let _ = app.wishes();
            }
        }
    }
}

#[test]
fn every_pane_that_knows_its_answers_is_drawn_in_every_size() {
    for image in [(28, 28), (65_536, 1)] {
        for kind in panes::KINDS {
            let mut app = started((80, 24), image, false);
            app.show(kind.name);
            // An answer may lead to the next question.
            for _ in 0..3 {
                update(&mut app, Message::Tick);
            }
            for (columns, rows) in SCREENS.into_iter().chain([(2, 15), (3, 15)]) {
                update(&mut app, Message::Resized(columns, rows));
                draw(&app);
                update(&mut app, Message::Resized(80, 24));
                draw(&app);
            }
        }
    }
}

#[test]
fn every_dialog_on_every_size() {
    for screen in screens() {
        for dialog in 0..7 {
            let mut app = started(screen, (28, 28), false);
            update(
                &mut app,
                Message::OpenFailed(1, "/some/where/x.ron can't be read: ".repeat(9)),
            );
            open_dialog(&mut app, dialog);
            for code in [
                KeyCode::Down,
                KeyCode::Char('9'),
                KeyCode::PageDown,
                KeyCode::Enter,
            ] {
                press_with(&mut app, code, KeyModifiers::NONE);
                update(&mut app, Message::CurveUnread("y.ron is damaged: ".repeat(9)));
                draw(&app);
            }
            app.overlay = None;
            let path = "/\u{6570}\u{5b57}/\u{1f980}\u{1f980} e\u{301}/run.ron".into();
            common::save_failed(&mut app, SessionError::Changed { path });
            draw(&app);
        }
        let mut loading = App::new(Rect::new(0, 0, screen.0, screen.1), ColourDepth::TrueColour);
        loading.awaited = Some(Awaited {
            request: 1,
            agreed: true,
        });
        for &Key(code, modifiers) in command::all().flat_map(|(_, command)| command.keys) {
            press_with(&mut loading, code, modifiers);
            let reading = Message::Reading {
                request: 1,
                what: "reading images".into(),
                fraction: 0.5,
            };
            update(&mut loading, reading);
            draw(&loading);
        }
    }
}

fn commands() -> Vec<&'static Command> {
    command::all().map(|(_, command)| command).collect()
}

fn any_image() -> impl Strategy<Value = (usize, usize)> {
    prop_oneof![prop::sample::select(&IMAGES[..]), (1_usize..400, 1_usize..400)]
}

fn any_screen() -> impl Strategy<Value = (u16, u16)> {
    prop_oneof![
        prop::sample::select(screens().collect::<Vec<_>>()),
        (0_u16..130, 0_u16..50)
    ]
}

/// Presses one of the keys of a command, or runs it where it has none.
fn perform(app: &mut App, command: &Command, key: usize) {
    match command.keys {
        [] => drop((command.run)(app)),
        keys => {
            let Key(code, modifiers) = keys[key % keys.len()];
            press_with(app, code, modifiers);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_keys_on_any_size(
        first in any_screen(),
        second in any_screen(),
        image in any_image(),
        dialog in 0_usize..7,
        keys in prop::collection::vec(prop::sample::select(commands()), 0..25),
        compared in any::<bool>(),
        state in prop::sample::select(vec![State::Running, State::Paused, State::Finished]),
        depth in prop::sample::select(vec![ColourDepth::TrueColour, ColourDepth::Ansi16, ColourDepth::Monochrome]),
        glyphs in prop::sample::select(vec![Glyphs::Unicode, Glyphs::Console]),
    ) {
        let mut app = started(first, image, compared);
        app.depth = depth;
        app.glyphs = glyphs;
        tell(&mut app, Event::State(state));
        open_dialog(&mut app, dialog);
        for (index, command) in keys.iter().enumerate() {
            perform(&mut app, command, index);
            if index % 8 == 3 {
                draw(&app);
            }
        }
        update(&mut app, Message::Resized(second.0, second.1));
        draw(&app);
        update(&mut app, Message::Pasted("pasted 日本\n".repeat(20)));
        for command in keys {
            perform(&mut app, command, 0);
        }
        draw(&app);
    }
}
