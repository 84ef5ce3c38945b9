//! What a person moved, selected or set is undone and done again, one thing at a time.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use common::{app, focus, press, press_with, screen, tell, type_character, update, workspace};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use vae_tui::choices::Choose;
use vae_tui::data::ItemPlace;
use vae_tui::learning::settings::Assignment;
use vae_tui::objective::Estimator;
use vae_tui::run::protocol::Origin;
use vae_tui::run::{Command, Event};
use vae_tui::tui::app::{App, Selection};
use vae_tui::tui::message::{Effect, Message};
use vae_tui::tui::panes::traversal::Traversal;

fn undo(app: &mut App) -> Vec<Effect> {
    type_character(app, 'u')
}

fn redo(app: &mut App) -> Vec<Effect> {
    press_with(app, KeyCode::Char('r'), KeyModifiers::CONTROL)
}

/// The screen with this pane in front.
fn at(pane: &str) -> App {
    let mut app = app(100, 30);
    focus(&mut app, pane);
    update(&mut app, Message::Resized(100, 30));
    app
}

fn settings(app: &App) -> (f32, Estimator) {
    let progress = &workspace(app).progress;
    (progress.learning_rate, progress.configuration.estimator)
}

/// Presses the keys, then undoes all that they did and does it again: every state on the way is one that was there before.
fn there_and_back(app: &mut App, keys: &[KeyCode]) {
    let state = |app: &App| -> (Selection, (f32, Estimator)) { (app.selection.clone(), settings(app)) };
    let mut states = vec![state(app)];
    for &key in keys {
        press(app, key);
        states.push(state(app));
        assert_ne!(states[states.len() - 1], states[states.len() - 2], "{key:?}");
    }
    for earlier in states.iter().rev().skip(1) {
        undo(app);
        assert_eq!(state(app), *earlier);
    }
    for later in states.iter().skip(1) {
        redo(app);
        assert_eq!(state(app), *later);
    }
}

#[test]
fn moves_in_the_latent_space_are_undone_and_done_again() {
    let mut app = at("traversal");
    let keys = [
        KeyCode::Right,
        KeyCode::Right,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Char('g'),
        KeyCode::Char('g'),
        KeyCode::Char('c'),
        KeyCode::Char('z'),
    ];
    there_and_back(&mut app, &keys);
}

#[test]
fn the_image_of_an_undone_move_is_the_one_before() {
    let image = |app: &App| app.pane::<Traversal>().shown.clone().expect("an answer").image;
    let mut app = at("traversal");
    let before = image(&app);
    press_with(&mut app, KeyCode::Right, KeyModifiers::SHIFT);
    let after = image(&app);
    assert_ne!(after, before);
    undo(&mut app);
    assert_eq!(image(&app), before);
    redo(&mut app);
    assert_eq!(image(&app), after);
}

#[test]
fn what_was_selected_is_undone_and_done_again() {
    let mut app = at("reconstruction");
    let keys = [
        KeyCode::Right,
        KeyCode::PageDown,
        KeyCode::Char('g'),
        KeyCode::Right,
        KeyCode::Enter,
    ];
    there_and_back(&mut app, &keys);
}

#[test]
fn settings_are_undone_and_the_run_is_told() {
    let mut app = at("training");
    let keys = ['+', '+', 'a', '-'].map(KeyCode::Char);
    there_and_back(&mut app, &keys);

    let mut app = at("training");
    let before = settings(&app);
    type_character(&mut app, '+');
    let after = settings(&app);
    for (wanted, effects) in [(before, undo(&mut app)), (after, redo(&mut app))] {
        let changes = [
            Assignment::new("learning-rate", wanted.0),
            Assignment::new("estimator", wanted.1.word()),
        ];
        assert!(
            matches!(&effects[..], [Effect::Command(Command::Change(made))] if made.iter().all(|one| changes.contains(one)) && !made.is_empty()),
            "{effects:?}"
        );
    }
}

#[test]
fn a_move_that_is_undone_tells_the_run_nothing() {
    let mut app = at("traversal");
    press(&mut app, KeyCode::Right);
    assert!(undo(&mut app).is_empty());
    assert!(redo(&mut app).is_empty());
}

#[test]
fn what_was_undone_is_forgotten_after_something_new() {
    let mut app = at("traversal");
    press(&mut app, KeyCode::Right);
    press(&mut app, KeyCode::Right);
    undo(&mut app);
    press(&mut app, KeyCode::Left);
    let present = app.selection.clone();
    redo(&mut app);
    assert_eq!(app.selection, present);
    assert!(screen(&app).contains("nothing to do again"), "{}", screen(&app));
    // What was done before it is not.
    undo(&mut app);
    undo(&mut app);
    assert!(app.selection.point.latent.is_none());
}

#[test]
fn what_changes_nothing_takes_no_place() {
    let mut app = at("traversal");
    press(&mut app, KeyCode::Right);
    let moved = app.selection.clone();
    undo(&mut app);
    // Looking around is nothing new: what was undone can still be done again.
    for key in ['2', '2', 'v', '?'] {
        type_character(&mut app, key);
    }
    press(&mut app, KeyCode::Esc);
    press(&mut app, KeyCode::Tab);
    type_character(&mut app, 's');
    redo(&mut app);
    assert_eq!(app.selection, moved);
}

#[test]
fn where_there_is_nothing_it_is_said() {
    let mut app = at("traversal");
    let before = app.selection.clone();
    assert!(undo(&mut app).is_empty());
    assert!(screen(&app).contains("nothing to undo"), "{}", screen(&app));
    assert!(redo(&mut app).is_empty());
    assert!(screen(&app).contains("nothing to do again"), "{}", screen(&app));
    assert_eq!(app.selection, before);
}

/// What the run did, or what moved by itself, is nothing that a person undoes.
#[test]
fn only_what_was_done_is_undone() {
    let mut app = at("traversal");
    type_character(&mut app, '+');
    press(&mut app, KeyCode::Right);
    // As after going back in the run's own history.
    let lower = 0.5 * settings(&app).0;
    let changed = Event::Changed {
        configuration: Box::new(workspace(&app).progress.configuration.clone()),
        learning_rate: lower,
    };
    tell(&mut app, changed);
    assert!(
        undo(&mut app).is_empty(),
        "the move is undone, and nothing is set"
    );
    assert!(app.selection.point.latent.is_none());
    assert_eq!(settings(&app).0, lower);

    let mut app = at("traversal");
    type_character(&mut app, 'p');
    type_character(&mut app, '+');
    for _ in 0..5 {
        update(&mut app, Message::Tick);
    }
    let present = app.selection.clone();
    assert_eq!(undo(&mut app).len(), 1);
    assert_eq!(app.selection, present, "the rate is undone, and nothing jumps");
}

#[test]
fn another_run_begins_with_nothing_to_undo() {
    let mut app = at("traversal");
    press(&mut app, KeyCode::Right);
    type_character(&mut app, '+');
    common::open_new_run(&mut app);
    let before = (app.selection.clone(), settings(&app));
    assert!(undo(&mut app).is_empty());
    assert_eq!((app.selection.clone(), settings(&app)), before);
}

#[test]
fn marks_and_the_other_point_are_undone_and_done_again() {
    let mut app = at("data");
    let mark = |character| KeyCode::Char(character);
    there_and_back(&mut app, &[mark(']'), mark('['), mark('O')]);
    let first = ItemPlace::test(0);
    assert!(app.selection.marked.away.contains(&first) && app.selection.marked.towards.is_empty());
    assert_eq!(app.selection.other, Some(Origin::item(first)));
    // What the cursor of the pane stands on is meant, wherever the point is.
    press(&mut app, KeyCode::Right);
    there_and_back(&mut app, &[mark('O'), mark(']')]);
    assert_eq!(app.selection.other, Some(Origin::item(ItemPlace::test(1))));
}

#[test]
fn a_bookmark_is_named_recalled_renamed_and_deleted_and_all_of_it_undone() {
    let names = |app: &App| -> Vec<String> {
        let bookmarks = app.selection.bookmarks.iter();
        bookmarks.map(|bookmark| bookmark.name.clone()).collect()
    };
    let mut app = at("traversal");
    type_character(&mut app, '\'');
    assert!(screen(&app).contains("test:0"), "an item's own name");
    press(&mut app, KeyCode::Enter);
    press(&mut app, KeyCode::Right);
    let moved = app.selection.point.clone();
    type_character(&mut app, '\'');
    press(&mut app, KeyCode::Enter);
    assert_eq!(names(&app), ["test:0", "point 1"]);

    press(&mut app, KeyCode::Right);
    type_character(&mut app, '"');
    press(&mut app, KeyCode::Down);
    press(&mut app, KeyCode::Enter);
    assert_eq!(app.selection.point, moved);
    type_character(&mut app, '"');
    type_character(&mut app, 'o');
    assert_eq!(app.selection.other, Some(Origin::item(ItemPlace::test(0))));

    type_character(&mut app, '"');
    type_character(&mut app, 'r');
    for character in "!".chars() {
        type_character(&mut app, character);
    }
    press(&mut app, KeyCode::Enter);
    assert_eq!(names(&app), ["test:0!", "point 1"]);
    // The list is open again.
    type_character(&mut app, 'd');
    assert_eq!(names(&app), ["point 1"]);
    type_character(&mut app, 'u');
    assert_eq!(names(&app), ["test:0!", "point 1"]);
    press(&mut app, KeyCode::Esc);
    undo(&mut app);
    assert_eq!(names(&app), ["test:0", "point 1"]);
    redo(&mut app);
    assert_eq!(names(&app), ["test:0!", "point 1"]);
}
