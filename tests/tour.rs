//! The tour, walked by its keys: every step waits for what it asks for, and then the next one shows.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use common::{app, press, screen, tell, type_character, update, workspace};
use ratatui::crossterm::event::KeyCode;
use vae_tui::language::Language;
use vae_tui::learning::StepReport;
use vae_tui::objective::BoundTerms;
use vae_tui::run::{Command, Event, State};
use vae_tui::tui::app::App;
use vae_tui::tui::message::{Effect, Message};
use vae_tui::tui::saver::Manner;
use vae_tui::tui::tour::STEPS;
use vae_tui::tui::workspace::AfterSave;
use vae_tui::tui::{command, panes};

/// The number of the step that is shown; none without the tour.
fn step(app: &App) -> Option<usize> {
    app.tour.as_ref().map(|tour| tour.number())
}

/// Presses the key of the command that the step asks for.
fn do_it(app: &mut App) -> Vec<Effect> {
    let asked = app.tour.as_ref().expect("the tour is open").step().command;
    let key = command::named(asked).and_then(|command| command.keys.first());
    let key = key.expect("a command with a key");
    common::press_with(app, key.0, key.1)
}

/// Tells that the run has learned from so many more samples.
fn learn(app: &mut App, samples: u64) {
    tell(app, Event::State(State::Running));
    let samples = workspace(app).progress.samples + samples;
    let terms = BoundTerms {
        reconstruction: -100.0,
        kl: 20.0,
    };
    let reports = vec![StepReport {
        samples,
        terms,
        sampling: None,
    }];
    tell(
        app,
        Event::Steps {
            reports,
            seconds: 10.0,
        },
    );
}

/// Does what the present step asks for, all of it.
fn finish_step(app: &mut App) {
    match step(app).expect("the tour is open") {
        2 => {
            assert!(matches!(do_it(app)[..], [Effect::Command(Command::Start)]));
            learn(app, 100);
            assert_eq!(step(app), Some(2), "nothing has been seen of the training yet");
            learn(app, 5_000);
        }
        4 => {
            for _ in 0..8 {
                assert_eq!(step(app), Some(4), "the value has hardly moved yet");
                do_it(app);
            }
            do_it(app);
        }
        5 => {
            do_it(app);
            do_it(app);
            assert_eq!(step(app), Some(5), "one point is not enough");
            do_it(app);
        }
        6 => {
            do_it(app);
            assert_eq!(step(app), Some(6), "the explanations are still being read");
            press(app, KeyCode::Esc);
        }
        1 | 3 => {
            let before = step(app);
            do_it(app);
            assert_eq!(step(app), before, "once is not enough");
            do_it(app);
        }
        7 => {
            for _ in 0..5 {
                do_it(app);
            }
            assert_eq!(
                step(app),
                Some(7),
                "this is the last row, and there is a way back"
            );
            press(app, KeyCode::PageUp);
        }
        8 => {
            assert!(matches!(
                do_it(app)[..],
                [Effect::Save(Manner::Usual, AfterSave::GoOn)]
            ));
            assert_eq!(step(app), Some(8), "nothing is saved yet");
            let samples = workspace(app).progress.samples;
            common::saved(app, "/folder/tour.ron", samples);
        }
        other => panic!("there is no step {other}"),
    }
}

#[test]
fn whoever_does_what_it_asks_for_gets_through_the_tour() {
    for (width, height) in [(80, 24), (100, 30), (200, 60)] {
        for language in [Language::English, Language::Japanese] {
            let mut app = app(width, height);
            app.language = language;
            press(&mut app, KeyCode::F(1));
            for number in 1..=STEPS.len() {
                assert_eq!(step(&app), Some(number), "{width}x{height}");
                assert_eq!(app.focus.name, STEPS[number - 1].pane);
                finish_step(&mut app);
            }
            assert_eq!(step(&app), None, "{width}x{height}");
        }
    }
}

#[test]
fn every_step_waits_whatever_else_is_done() {
    for number in 1..=STEPS.len() {
        let mut app = app(80, 24);
        press(&mut app, KeyCode::F(1));
        for _ in 1..number {
            press(&mut app, KeyCode::Esc);
        }
        assert_eq!(step(&app), Some(number));
        for key in ['?', ':', 'n', 'f'] {
            type_character(&mut app, key);
            press(&mut app, KeyCode::Esc);
        }
        for key in ['T', '+', 'u'] {
            type_character(&mut app, key);
        }
        update(&mut app, Message::Resized(100, 30));
        assert_eq!(step(&app), Some(number), "nobody did what it asks for");
    }
}

#[test]
fn esc_skips_backspace_goes_back_and_f1_ends() {
    let mut app = app(80, 24);
    press(&mut app, KeyCode::F(1));
    press(&mut app, KeyCode::Backspace);
    assert_eq!(step(&app), Some(1), "there is nothing before the first");
    press(&mut app, KeyCode::Esc);
    press(&mut app, KeyCode::Esc);
    assert_eq!(step(&app), Some(3));
    press(&mut app, KeyCode::Backspace);
    assert_eq!((step(&app), app.focus.name), (Some(2), "training"));
    press(&mut app, KeyCode::F(1));
    assert_eq!(step(&app), None);
    press(&mut app, KeyCode::F(1));
    for _ in STEPS {
        press(&mut app, KeyCode::Esc);
    }
    assert_eq!(step(&app), None, "the last one skipped ends it");
    assert!(screen(&app).contains("the tour is over"), "{}", screen(&app));
}

/// What was done of another run does not count.
#[test]
fn another_run_begins_the_step_anew() {
    let mut app = app(80, 24);
    press(&mut app, KeyCode::F(1));
    press(&mut app, KeyCode::Esc);
    learn(&mut app, 4_000);
    common::open_new_run(&mut app);
    assert_eq!((step(&app), app.focus.name), (Some(2), "training"));
    learn(&mut app, 4_000);
    assert_eq!(step(&app), Some(2));
    learn(&mut app, 1_000);
    assert_eq!(step(&app), Some(3));
}

/// The box takes its room from the others: none of their cells lies below it.
#[test]
fn the_box_covers_nothing_and_says_what_to_do_at_any_usual_size() {
    for language in [Language::English, Language::Japanese] {
        for (width, height) in [(80, 24), (100, 30), (200, 60), (60, 20)] {
            let mut app = app(width, height);
            app.language = language;
            press(&mut app, KeyCode::F(1));
            for step in STEPS {
                let shown = screen(&app);
                let key = command::named(step.command).and_then(|command| command.keys.first());
                let key = key.expect("a command with a key").name();
                let top = shown
                    .lines()
                    .position(|line| line.starts_with("╭ Tour") || line.starts_with("╭ 案 内"));
                let top = top.unwrap_or_else(|| panic!("a box:\n{shown}"));
                let task = shown.lines().skip(top).find(|line| line.contains('▶'));
                assert!(task.is_some_and(|line| line.contains(&key)), "{key}:\n{shown}");
                let (above, _) = vae_tui::tui::tour::divide(&app, app.area);
                assert_eq!(usize::from(above.height), top, "{shown}");
                let inside = app.visible(step.pane).expect("the pane that it is about");
                assert!(inside.bottom() < above.bottom() && inside.height >= 6, "{shown}");
                press(&mut app, KeyCode::Esc);
            }
        }
    }
    for (width, height) in [(0, 0), (1, 1), (12, 3), (20, 9), (30, 12)] {
        let mut app = app(width, height);
        press(&mut app, KeyCode::F(1));
        for _ in STEPS {
            screen(&app);
            press(&mut app, KeyCode::Esc);
        }
    }
}

/// Every step names a pane and a command of the registry, which works in that pane.
#[test]
fn steps_ask_for_what_there_is() {
    assert_eq!(STEPS.len(), 8);
    for step in STEPS {
        let pane = panes::kind(step.pane).expect(step.title);
        let works = |(scope, command): (command::Scope, &command::Command)| {
            command.name == step.command
                && (scope == command::Scope::Everywhere || scope == command::Scope::In(pane.name))
        };
        assert!(command::all().any(works), "{}", step.title);
        assert!(step.task.contains("{key}"), "{}", step.title);
    }
}
