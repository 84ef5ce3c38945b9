//! What comes late changes nothing: the order of arrival is made by hand, each way round.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use common::{app, press, screen, shapes, state, tell, type_character, update, workspace};
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::Rect;
use vae_tui::run::{Answer, Answered, Event, Question, RunId, State, Told};
use vae_tui::session::folder::SessionEntry;
use vae_tui::session::{self, SessionFile, View};
use vae_tui::tui::app::App;
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::message::{Effect, Message, Opened};
use vae_tui::tui::overlays::Overlay;
use vae_tui::tui::overlays::confirm::Confirmation;
use vae_tui::tui::overlays::sessions::Intent;
use vae_tui::tui::panes::reconstruction::Reconstruction;
use vae_tui::tui::workspace::AfterSave;

/// Chooses the first session of the list; the number of the request.
fn open(app: &mut App, name: &str) -> u64 {
    let entry = SessionEntry {
        path: name.into(),
        summary: "a run".into(),
        modified: std::time::SystemTime::UNIX_EPOCH,
    };
    update(app, Message::Sessions(vec![entry], Intent::Open));
    let effects = press(app, KeyCode::Enter);
    let [Effect::Open(request, path)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(path.to_str(), Some(name));
    *request
}

/// A run of which nothing would be lost.
fn saved_app() -> App {
    let mut app = app(100, 30);
    let samples = workspace(&app).progress.samples;
    common::saved(&mut app, "first.ron", samples);
    app
}

fn learn(app: &mut App) {
    tell(app, Event::State(State::Running));
    common::run_a_little(app);
}

#[test]
fn of_two_openings_the_later_wins_whichever_arrives_first() {
    for later_first in [false, true] {
        let mut app = saved_app();
        let first = open(&mut app, "a.ron");
        let second = open(&mut app, "b.ron");
        let order = if later_first {
            [second, first]
        } else {
            [first, second]
        };
        for request in order {
            let effects = update(&mut app, Message::Arrived(request));
            let shown = matches!(effects[..], [Effect::Show(shown)] if shown == request);
            let forgotten = matches!(effects[..], [Effect::Forget(forgotten)] if forgotten == request);
            assert_eq!(
                (shown, forgotten),
                (request == second, request == first),
                "{effects:?}"
            );
        }
    }
}

#[test]
fn a_run_that_went_on_is_not_left_without_asking() {
    let mut app = saved_app();
    let request = open(&mut app, "a.ron");
    learn(&mut app);
    assert!(workspace(&app).is_unsaved());
    let effects = update(&mut app, Message::Arrived(request));
    assert!(effects.is_empty(), "{effects:?}");
    assert!(matches!(
        app.overlay,
        Some(Overlay::Confirm(Confirmation::Show(_)))
    ));
    assert!(screen(&app).contains("has gone on"));
    let effects = press(&mut app, KeyCode::Esc);
    assert!(matches!(effects[..], [Effect::Forget(forgotten)] if forgotten == request));

    let request = open_unsaved(&mut app);
    let effects = update(&mut app, Message::Arrived(request));
    assert!(
        matches!(effects[..], [Effect::Show(_)]),
        "it was agreed to: {effects:?}"
    );
}

/// Agrees to leave an unsaved run for a session.
fn open_unsaved(app: &mut App) -> u64 {
    let entry = SessionEntry {
        path: "b.ron".into(),
        summary: "a run".into(),
        modified: std::time::SystemTime::UNIX_EPOCH,
    };
    update(app, Message::Sessions(vec![entry], Intent::Open));
    press(app, KeyCode::Enter);
    let effects = type_character(app, 'y');
    let Some(Effect::Open(request, _)) = effects.last() else {
        panic!("{effects:?}")
    };
    *request
}

#[test]
fn whoever_goes_on_after_agreeing_to_leave_is_asked_again() {
    let mut app = saved_app();
    learn(&mut app);
    let request = open_unsaved(&mut app);
    tell(&mut app, Event::State(State::Paused));
    type_character(&mut app, ' ');
    let effects = update(&mut app, Message::Arrived(request));
    assert!(effects.is_empty(), "{effects:?}");
    let effects = type_character(&mut app, 'y');
    assert!(matches!(effects[..], [Effect::Show(shown)] if shown == request));
}

#[test]
fn a_slow_save_never_gives_the_next_run_the_file_of_the_one_before() {
    let mut app = app(100, 30);
    let old = workspace(&app).files.clone();
    common::open_new_run(&mut app);
    let effects = update(
        &mut app,
        Message::Saved {
            files: old,
            path: "old.ron".into(),
            samples: 9_000,
            after: AfterSave::Quit,
        },
    );
    assert!(effects.is_empty(), "the new run's log has no save: {effects:?}");
    assert_eq!(workspace(&app).path, None);
}

#[test]
fn an_older_save_never_lands_over_a_newer_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = shapes();
    let file = SessionFile::chosen(folder.path().join("run.ron"));
    let (older, newer) = (file.ticket(), file.ticket());
    let mut later = state(&data);
    later.training.samples += 20;
    later.training.steps += 1;
    for (ticket, state) in [(newer, &later), (older, &state(&data))] {
        file.save(ticket, state, &View::default())
            .expect("the folder can be written");
    }
    let read = session::load(&folder.path().join("run.ron")).and_then(|session| session.into_state(&data));
    assert_eq!(read.expect("a session").training.samples, later.training.samples);
}

#[test]
fn what_another_run_tells_changes_nothing() {
    let mut app = app(100, 30);
    let before = screen(&app);
    let RunId(own) = workspace(&app).run;
    for event in [
        Event::State(State::Running),
        Event::Refused {
            number: 1,
            reason: "no".into(),
        },
        Event::Changed {
            configuration: Box::new(workspace(&app).progress.configuration.clone()),
            learning_rate: 0.5,
        },
    ] {
        let told = Told {
            run: RunId(own + 1_000),
            event,
        };
        update(&mut app, Message::Told(told));
    }
    assert_eq!(screen(&app), before);
}

#[test]
fn an_answer_that_was_overtaken_changes_nothing() {
    let mut app = app(100, 30);
    let shown = |app: &App| app.pane::<Reconstruction>().items.clone();
    let before = shown(&app);
    let overtaken = Answered {
        asker: "reconstruction".into(),
        number: 0,
        moment: None,
        samples: 0,
        took: 0.0,
        question: Question::Reconstruct { items: vec![3] },
        answer: Answer::Reconstructed(Vec::new()),
    };
    tell(&mut app, Event::Answered(Box::new(overtaken)));
    assert_eq!(shown(&app), before);
    assert!(!before.is_empty());
}

fn reading(request: u64, fraction: f32) -> Message {
    Message::Reading {
        request,
        what: "reading b.idx".into(),
        fraction,
    }
}

/// An opening that was overtaken may still read its data when the run that counts is there.
#[test]
fn news_of_reading_that_comes_after_the_run_does_not_cover_what_is_said_of_it() {
    let mut app = app(100, 30);
    let opened = Opened {
        notes: vec!["every tenth image is held out".into()],
        ..common::opened(&state(&shapes()), &shapes())
    };
    let overtaken = open(&mut app, "a.ron");
    update(&mut app, Message::Opened(Box::new(opened)));
    update(&mut app, reading(overtaken, 1.0));
    assert!(screen(&app).contains("every tenth image"), "{}", screen(&app));
    let request = open(&mut app, "a.ron");
    update(&mut app, reading(request, 0.5));
    update(&mut app, reading(overtaken, 0.9));
    assert!(
        screen(&app).contains("reading b.idx 50 %"),
        "while {request} is awaited"
    );
}

/// Whoever chose another session while the first was read waits for that one.
#[test]
fn the_program_ends_with_the_opening_that_is_awaited_and_with_no_other() {
    let mut app = App::new(Rect::new(0, 0, 100, 30), ColourDepth::TrueColour);
    let first = open(&mut app, "a.ron");
    let second = open(&mut app, "b.ron");
    update(&mut app, Message::OpenFailed(first, "a.ron is damaged".into()));
    assert!(app.ending.is_none());
    assert!(screen(&app).contains("a.ron is damaged"), "{}", screen(&app));
    update(&mut app, Message::OpenFailed(second, "b.ron is damaged".into()));
    assert_eq!(app.ending, Some(Err("b.ron is damaged".into())));
}
