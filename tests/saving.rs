//! What the screen does with the answers of saves: late ones, failed ones, those of runs that were left since.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use common::{app, press, save_failed, screen, type_character, update, workspace};
use crossbeam_channel::{bounded, unbounded};
use ratatui::crossterm::event::KeyCode;
use vae_tui::run::{Command, RunState};
use vae_tui::session::{RunFiles, SessionError};
use vae_tui::tui::app::App;
use vae_tui::tui::message::{Effect, Message};
use vae_tui::tui::overlays::Overlay;
use vae_tui::tui::overlays::confirm::Confirmation;
use vae_tui::tui::overlays::sessions::Intent;
use vae_tui::tui::saver::{Manner, Request, Saver};
use vae_tui::tui::workspace::AfterSave;

fn changed() -> SessionError {
    SessionError::Changed {
        path: "/home/somebody/runs/mnist-20d-1.ron".into(),
    }
}

#[test]
fn a_save_of_a_run_that_was_left_changes_nothing_of_the_one_that_is_open() {
    let mut app = app(100, 30);
    common::run_a_little(&mut app);
    let samples = workspace(&app).progress.samples;
    let of_another = |app: &mut App| {
        let saved = Message::Saved {
            files: RunFiles::default(),
            path: "another.ron".into(),
            samples,
            after: AfterSave::Quit,
        };
        update(app, saved)
    };
    assert!(of_another(&mut app).is_empty());
    assert_eq!(workspace(&app).path, None);
    assert!(workspace(&app).is_unsaved());

    // Not even while the program waits for the open run's save to end.
    type_character(&mut app, 'q');
    type_character(&mut app, 's');
    assert!(of_another(&mut app).is_empty());
    let failed = update(
        &mut app,
        common::failure(
            RunFiles::default(),
            Manner::Usual,
            AfterSave::Quit,
            common::full(),
        ),
    );
    assert!(failed.is_empty() && app.overlay.is_none());
    // Nor with an earlier save of its own.
    let earlier = common::saved(&mut app, "own.ron", samples);
    assert!(!earlier.iter().any(|effect| matches!(effect, Effect::Quit)));
    let effects = common::saved_then(&mut app, "own.ron", samples, AfterSave::Quit);
    assert!(matches!(effects[..], [Effect::Quit]));
    assert_eq!(workspace(&app).path, Some("own.ron".into()));
}

#[test]
fn a_file_that_another_program_changed_is_replaced_only_on_purpose() {
    for (key, manner) in [('s', Manner::NewFile), ('y', Manner::Replace)] {
        let mut app = app(80, 24);
        common::run_a_little(&mut app);
        assert!(save_failed(&mut app, changed()).is_empty());
        let shown = screen(&app);
        for part in ["changed by", "s save to a new file", "y replace it"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        let effects = type_character(&mut app, key);
        assert!(matches!(effects[..], [Effect::Save(found, AfterSave::GoOn)] if found == manner));
        assert!(app.overlay.is_none());
    }
    let mut app = app(80, 24);
    common::run_a_little(&mut app);
    save_failed(&mut app, changed());
    assert!(press(&mut app, KeyCode::Esc).is_empty());
    assert!(app.overlay.is_none() && workspace(&app).is_unsaved());
}

#[test]
fn where_nothing_can_be_written_another_place_is_offered() {
    let mut app = app(80, 24);
    common::run_a_little(&mut app);
    type_character(&mut app, 'q');
    type_character(&mut app, 's');
    let files = workspace(&app).files.clone();
    let failed = common::failure(files, Manner::Usual, AfterSave::Quit, common::full());
    assert!(update(&mut app, failed).is_empty());
    let shown = screen(&app);
    assert!(
        shown.contains("no storage space") && !shown.contains("replace it"),
        "{shown}"
    );
    assert!(
        type_character(&mut app, 'y').is_empty(),
        "there is nothing to replace"
    );
    let effects = type_character(&mut app, 's');
    assert!(matches!(
        effects[..],
        [
            Effect::Command(Command::Pause),
            Effect::Save(Manner::NewFile, AfterSave::Quit)
        ]
    ));
    // Whoever wanted to leave leaves, once it is saved there.
    let samples = workspace(&app).progress.samples;
    let effects = common::saved_then(&mut app, "elsewhere.ron", samples, AfterSave::Quit);
    assert!(matches!(effects[..], [Effect::Quit]));
}

#[test]
fn a_copy_that_fails_is_said_and_asks_nothing() {
    let mut app = app(100, 30);
    let files = workspace(&app).files.clone();
    let failed = common::failure(files, Manner::Autosave, AfterSave::GoOn, common::full());
    assert!(update(&mut app, failed).is_empty());
    assert!(app.overlay.is_none());
    assert!(screen(&app).contains("can't be copied"), "{}", screen(&app));
}

#[test]
fn an_answer_that_comes_late_never_takes_the_place_of_what_a_person_is_at() {
    let mut app = app(100, 30);
    common::run_a_little(&mut app);
    // A form that is being filled in stays as it is behind the question, and comes back.
    type_character(&mut app, 'n');
    type_character(&mut app, '7');
    update(&mut app, Message::Sessions(Vec::new(), Intent::Open));
    assert!(
        matches!(app.overlay, Some(Overlay::Form(_))),
        "a list that comes late"
    );
    let form = screen(&app);
    save_failed(&mut app, common::full());
    assert!(screen(&app).contains("Not saved"), "{}", screen(&app));
    press(&mut app, KeyCode::Esc);
    assert_eq!(screen(&app), form);
    press(&mut app, KeyCode::Esc);

    // Whoever is asked about leaving does not answer about replacing.
    type_character(&mut app, 'q');
    save_failed(&mut app, changed());
    assert!(matches!(
        app.overlay,
        Some(Overlay::Confirm(Confirmation::Quit { .. }))
    ));
    let said = app.notice.as_ref().expect("the save failed");
    assert!(said.text.contains("changed by another program"), "{}", said.text);
    assert!(matches!(type_character(&mut app, 'y')[..], [Effect::Quit]));
}

/// However often a save is asked for while the disk is slow, one state of each file waits, the newest; and what somebody waits
/// for is not left out.
#[test]
fn a_save_that_waits_gives_way_to_a_newer_one_of_the_same_file() {
    let (messages, told) = unbounded();
    let saver = Saver::start(messages).expect("a thread");
    let (own, other) = (RunFiles::default(), RunFiles::default());
    let ask = |files: &RunFiles, manner, after| {
        let (state, checkpoint) = bounded::<Box<RunState>>(1);
        saver.ask(Request::Save {
            manner,
            after,
            checkpoint,
            view: Box::default(),
            ticket: files.session.ticket(),
            files: files.clone(),
        });
        state
    };
    // The first is under way: its state is long in coming.
    let under_way = ask(&own, Manner::NewFile, AfterSave::GoOn);
    let mut first = bounded::<Box<RunState>>(1).0;
    let mut waiting = Vec::new();
    for _ in 0..100 {
        first = ask(&own, Manner::Usual, AfterSave::GoOn);
        waiting = vec![
            ask(&own, Manner::Usual, AfterSave::GoOn),
            ask(&own, Manner::Autosave, AfterSave::GoOn),
            ask(&other, Manner::Usual, AfterSave::GoOn),
        ];
    }
    let kept = [
        ask(&own, Manner::NewFile, AfterSave::GoOn),
        ask(&own, Manner::NewFile, AfterSave::GoOn),
        ask(&own, Manner::Usual, AfterSave::Quit),
        ask(&own, Manner::Usual, AfterSave::GoOn),
    ];
    let state = Box::new(common::state(&common::shapes()));
    assert!(
        first.send(state).is_err(),
        "nobody waits for what a newer one replaces"
    );
    drop((under_way, waiting, kept));
    drop(saver);
    let heard: Vec<_> = told
        .iter()
        .map(|message| match message {
            Message::SaveFailed {
                files, manner, after, ..
            } => (files.are_of_same_run(&own), manner, after),
            _ => panic!("no state ever came"),
        })
        .collect();
    let go_on = |is_own, manner| (is_own, manner, AfterSave::GoOn);
    assert_eq!(
        heard,
        [
            go_on(true, Manner::NewFile),
            go_on(true, Manner::Autosave),
            go_on(false, Manner::Usual),
            go_on(true, Manner::NewFile),
            go_on(true, Manner::NewFile),
            (true, Manner::Usual, AfterSave::Quit),
            go_on(true, Manner::Usual),
        ]
    );
}
