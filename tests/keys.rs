//! Every key of the table, pressed, and what is different afterwards.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use common::{MODIFIED, app, press, press_with, screen, type_character, workspace};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use vae_tui::learning::curve::CurvePoint;
use vae_tui::learning::trainer::{Command, Event, State};
use vae_tui::objective::Estimator;
use vae_tui::session::folder::Entry;
use vae_tui::session::{Bounds, Comparison, Pane, Sheet};
use vae_tui::session::{KeptRun, SessionError};
use vae_tui::tui::app::App;
use vae_tui::tui::keymap::{Action, Key, Scope, TABLE};
use vae_tui::tui::message::{Effect, Message};
use vae_tui::tui::overlays::Overlay;
use vae_tui::tui::overlays::confirm::Question;
use vae_tui::tui::overlays::sessions::Intent;
use vae_tui::tui::saver::{Manner, SaveFault};
use vae_tui::tui::update::update;

/// The value of the selected dimension.
fn value(app: &App) -> f32 {
    let workspace = workspace(app);
    workspace.latent(&app.view)[workspace.selected(&app.view)]
}

fn rate(app: &App) -> f32 {
    workspace(app).progress.learning_rate
}

/// The screen in the state where the key has something to do.
fn prepared(action: Action, scope: Scope) -> App {
    let mut app = app(100, 30);
    if let Scope::In(pane) = scope {
        app.view.pane = pane;
    }
    update(&mut app, Message::Resized(100, 30));
    match (scope, action) {
        (Scope::In(Pane::Training), Action::Up | Action::Down | Action::FarUp | Action::FarDown) => {
            // Three of the six bars fit into a low terminal.
            update(&mut app, Message::Resized(80, 11));
            if matches!(action, Action::Up | Action::FarUp) {
                press(&mut app, KeyCode::PageDown);
            }
        }
        (Scope::In(Pane::Traversal), Action::Up | Action::FarUp) => {
            press(&mut app, KeyCode::PageDown);
        }
        (Scope::In(Pane::Traversal), Action::ResetDimension | Action::ResetLatent) => {
            press(&mut app, KeyCode::Right);
        }
        (Scope::In(Pane::Comparison), _) => {
            type_character(&mut app, 'b');
            press(&mut app, KeyCode::Down);
            if action == Action::Down {
                press(&mut app, KeyCode::Up);
            }
            for _ in 0..5 {
                press_with(&mut app, KeyCode::Left, KeyModifiers::SHIFT);
            }
            if matches!(action, Action::ZoomOut | Action::ShowAll) {
                type_character(&mut app, 'z');
                type_character(&mut app, 'z');
            }
        }
        (Scope::In(Pane::Reconstruction), Action::Left) => {
            press(&mut app, KeyCode::Right);
        }
        (Scope::In(Pane::Reconstruction), Action::Up | Action::Down) => {
            // Two rows of images need a large pane.
            type_character(&mut app, '3');
            update(&mut app, Message::Resized(100, 60));
            if action == Action::Up {
                press(&mut app, KeyCode::Down);
            }
        }
        _ => {}
    }
    app
}

/// What is different after a key. Every action stands here: a new one does not compile without its line.
fn check(action: Action, scope: Scope, before: &App, after: &App, effects: &[Effect]) {
    let (old, new) = (workspace(before), workspace(after));
    let traversal = scope == Scope::In(Pane::Traversal);
    let comparison = scope == Scope::In(Pane::Comparison);
    let (was, is) = (&before.view.comparison, &after.view.comparison);
    let cursor_moved = |by: f64| (is.cursor - was.cursor - by).abs() < 1e-9;
    let width = |comparison: &Comparison| comparison.window.1 - comparison.window.0;
    let moved = |by: f32| (value(after) - value(before) - by).abs() < 1e-5;
    let place = |app: &App| {
        let workspace = workspace(app);
        let selected = workspace.selected(&app.view);
        workspace
            .order()
            .iter()
            .position(|&dimension| dimension == selected)
    };
    let last = new.progress.configuration.latent - 1;
    match action {
        Action::ToggleRunning => assert!(matches!(effects, [Effect::Trainer(Command::Start)])),
        Action::StepOnce => assert!(matches!(effects, [Effect::Trainer(Command::Step)])),
        Action::Reset => assert!(matches!(after.overlay, Some(Overlay::Confirm(Question::Reset)))),
        Action::RaiseLearningRate => {
            assert!(rate(after) > rate(before));
            assert!(matches!(effects, [Effect::Trainer(Command::SetLearningRate(r))] if *r == rate(after)));
        }
        Action::LowerLearningRate => {
            assert!(rate(after) < rate(before));
            assert!(matches!(effects, [Effect::Trainer(Command::SetLearningRate(r))] if *r == rate(after)));
        }
        Action::SwitchEstimator => {
            let estimators = (
                old.progress.configuration.estimator,
                new.progress.configuration.estimator,
            );
            assert_eq!(estimators, (Estimator::B, Estimator::A));
            assert!(matches!(
                effects,
                [Effect::Trainer(Command::SetEstimator(Estimator::A))]
            ));
        }
        Action::Evaluate => assert!(matches!(effects, [Effect::Trainer(Command::Evaluate)])),
        Action::Estimate => assert!(matches!(effects, [Effect::Trainer(Command::Estimate)])),
        Action::Save => assert!(matches!(effects, [Effect::Save(Manner::Usual)])),
        Action::OpenSessions => assert!(matches!(effects, [Effect::ListSessions(Intent::Open)])),
        Action::NewRun => assert!(matches!(after.overlay, Some(Overlay::Form(_)))),
        Action::Help => assert!(matches!(after.overlay, Some(Overlay::Help(0)))),
        Action::Quit => assert!(matches!(effects, [Effect::Quit])),
        Action::NextPane => assert_eq!(
            (before.view.pane, after.view.pane),
            (Pane::Training, Pane::Traversal)
        ),
        Action::PreviousPane => assert_eq!(after.view.pane, Pane::Comparison),
        Action::Zoom(Pane::Comparison) => {
            assert_eq!((after.view.pane, after.view.zoomed), (Pane::Comparison, false));
        }
        Action::Zoom(pane) => assert_eq!((after.view.pane, after.view.zoomed), (pane, true)),
        Action::Suspend => assert!(matches!(effects, [Effect::Suspend])),
        Action::Repaint => assert!(matches!(effects, [Effect::Repaint])),
        Action::ToggleAxis => assert_ne!(after.view.log_axis, before.view.log_axis),
        Action::TogglePaper => assert_ne!(after.view.paper, before.view.paper),
        Action::CycleSmoothing => assert_ne!(after.view.smoothing, before.view.smoothing),
        Action::Up if scope == Scope::In(Pane::Training) => {
            assert_eq!(new.progress.first_bar + 1, old.progress.first_bar);
        }
        Action::Down if scope == Scope::In(Pane::Training) => {
            assert_eq!(new.progress.first_bar, old.progress.first_bar + 1);
        }
        Action::FarUp if scope == Scope::In(Pane::Training) => assert_eq!(new.progress.first_bar, 0),
        Action::FarDown if scope == Scope::In(Pane::Training) => assert_eq!(new.progress.first_bar, 3),
        Action::CycleSheet => assert_eq!(
            (before.view.sheet, after.view.sheet),
            (Sheet::Dimensions, Sheet::Draws)
        ),
        Action::Up if comparison => assert_eq!((was.selected, is.selected), (1, 0)),
        Action::Down if comparison => assert_eq!((was.selected, is.selected), (0, 1)),
        Action::Left if comparison => assert!(cursor_moved(-0.01)),
        Action::Right if comparison => assert!(cursor_moved(0.01)),
        Action::FarLeft if comparison => assert!(cursor_moved(-0.1)),
        Action::FarRight if comparison => assert!(cursor_moved(0.1)),
        Action::KeepCurve => {
            assert_eq!(is.runs.len(), was.runs.len() + 1);
            assert_eq!(is.runs[0].evaluations, new.progress.evaluations);
        }
        Action::AddCurve => assert!(matches!(effects, [Effect::ListSessions(Intent::Compare)])),
        Action::RemoveCurve => assert_eq!((was.runs.len(), is.runs.len(), is.selected), (1, 0, 0)),
        Action::ToggleSeconds => assert_ne!(is.against, was.against),
        Action::CycleBounds => assert_eq!((was.bounds, is.bounds), (Bounds::Test, Bounds::Train)),
        Action::ZoomIn => assert!((width(is) - 0.5 * width(was)).abs() < 1e-9),
        Action::ZoomOut => assert!((width(is) - 2.0 * width(was)).abs() < 1e-9),
        Action::ShowAll => assert_eq!(is.window, (0.0, 1.0)),
        Action::Up if traversal => assert_eq!(place(after).map(|place| place + 1), place(before)),
        Action::Down if traversal => assert_eq!(place(after), place(before).map(|place| place + 1)),
        Action::FarUp if traversal => assert_eq!(place(after), Some(0)),
        Action::FarDown if traversal => assert_eq!(place(after), Some(last)),
        Action::Left if traversal => assert!(moved(-0.1)),
        Action::Right if traversal => assert!(moved(0.1)),
        Action::FarLeft => assert!(moved(-1.0)),
        Action::FarRight => assert!(moved(1.0)),
        Action::ResetDimension | Action::ResetLatent => {
            assert_eq!(new.latent(&after.view), new.traversal.start);
            assert_ne!(old.latent(&before.view), old.traversal.start);
        }
        Action::Origin => assert!(new.latent(&after.view).iter().all(|&z| z == 0.0)),
        Action::Randomise if traversal => assert_ne!(new.latent(&after.view), old.latent(&before.view)),
        Action::Randomise => assert_ne!(after.view.images, before.view.images),
        Action::Play => assert!(after.playing.is_some()),
        Action::Left => assert_eq!(after.view.selected_image + 1, before.view.selected_image),
        Action::Right => assert_eq!(after.view.selected_image, before.view.selected_image + 1),
        Action::Up => assert!(after.view.selected_image < before.view.selected_image),
        Action::Down => assert!(after.view.selected_image > before.view.selected_image + 1),
        Action::FarUp => {
            let points = new.data.test.points();
            let page = after.view.images.len();
            assert_eq!(after.view.images.first(), Some(&(points - page % points)));
        }
        Action::FarDown => assert_eq!(after.view.images.first(), Some(&before.view.images.len())),
        Action::UseAsStart => {
            assert_eq!(after.view.pane, Pane::Traversal);
            assert_eq!(
                after.view.start_image,
                before.view.images.get(before.view.selected_image).copied()
            );
        }
    }
}

#[test]
fn every_key_of_the_table_does_what_it_says() {
    for binding in TABLE {
        for &Key(code, modifiers) in binding.keys {
            let before = prepared(binding.action, binding.scope);
            let mut after = prepared(binding.action, binding.scope);
            let effects = press_with(&mut after, code, modifiers);
            check(binding.action, binding.scope, &before, &after, &effects);
            // The shapes are no data of the paper's, so its curve has nothing to show here.
            let visible = binding.action == Action::TogglePaper
                || after.changed
                    && (screen(&after) != screen(&before)
                        || common::frame(&after) != common::frame(&before)
                        || !effects.is_empty());
            assert!(visible, "{binding:?} changes nothing that can be seen");
        }
    }
}

#[test]
fn the_decoded_image_follows_the_keys() {
    let mut app = prepared(Action::Right, Scope::In(Pane::Traversal));
    let image = workspace(&app).traversal.image.clone();
    press_with(&mut app, KeyCode::Right, KeyModifiers::SHIFT);
    assert_ne!(workspace(&app).traversal.image, image);
    type_character(&mut app, '0');
    assert_eq!(workspace(&app).traversal.image, image);
    for _ in 0..20 {
        press_with(&mut app, KeyCode::Right, KeyModifiers::SHIFT);
    }
    assert_eq!(
        value(&app),
        5.0,
        "values stay where a decoder has something to say"
    );
}

#[test]
fn playing_moves_to_and_fro_within_the_range() {
    let mut app = prepared(Action::Play, Scope::In(Pane::Traversal));
    type_character(&mut app, 'p');
    let mut seen = Vec::new();
    for _ in 0..200 {
        update(&mut app, Message::Tick);
        seen.push(value(&app));
    }
    assert!(seen.iter().all(|value| value.abs() <= 3.0));
    assert!(seen.contains(&3.0) && seen.contains(&-3.0));
    type_character(&mut app, 'p');
    assert_eq!(app.playing, None);
}

#[test]
fn the_learning_rate_never_leaves_what_can_be_trained_with() {
    for key in ['+', '-'] {
        let mut app = app(100, 30);
        // A quarter more or a fifth less so often is beyond every `f32`.
        for _ in 0..600 {
            type_character(&mut app, key);
        }
        assert!(
            rate(&app).is_finite() && rate(&app) > 0.0,
            "{key}: {}",
            rate(&app)
        );
    }
}

#[test]
fn an_unsaved_run_is_never_left_without_a_question() {
    let mut app = app(100, 30);
    common::run_a_little(&mut app);
    assert!(type_character(&mut app, 'q').is_empty());
    assert!(matches!(app.overlay, Some(Overlay::Confirm(Question::Quit))));
    assert!(press(&mut app, KeyCode::Esc).is_empty());
    assert!(app.overlay.is_none());

    type_character(&mut app, 'q');
    let effects = type_character(&mut app, 's');
    assert!(matches!(
        effects[..],
        [Effect::Trainer(Command::Pause), Effect::Save(Manner::Usual)]
    ));
    let files = workspace(&app).files.clone();
    let fault = SaveFault::Session(SessionError::InUse { path: "x.ron".into() });
    let failed = update(&mut app, Message::SaveFailed(files, Manner::Usual, fault));
    assert!(failed.is_empty(), "a failed save does not end the program");
    assert!(screen(&app).contains("x.ron is in use"), "{}", screen(&app));
    press(&mut app, KeyCode::Esc);
    type_character(&mut app, 'q');
    type_character(&mut app, 's');
    let samples = workspace(&app).progress.samples;
    let saved = common::saved(&mut app, "x.ron", samples);
    assert!(matches!(saved[..], [Effect::Quit]));

    let mut app = common::app(100, 30);
    common::run_a_little(&mut app);
    type_character(&mut app, 'n');
    assert!(press(&mut app, KeyCode::Enter).is_empty());
    assert!(matches!(
        app.overlay,
        Some(Overlay::Confirm(Question::Replace(_)))
    ));
    assert!(matches!(type_character(&mut app, 'y')[..], [Effect::NewRun(_)]));
}

#[test]
fn the_form_makes_the_run_that_was_typed_and_names_what_is_wrong() {
    let mut app = app(100, 30);
    type_character(&mut app, 'n');
    for character in "600".chars() {
        type_character(&mut app, character);
    }
    press(&mut app, KeyCode::Enter);
    let shown = screen(&app);
    assert!(
        shown.contains("latent is 600, but must be from 1 to 512"),
        "{shown}"
    );
    press(&mut app, KeyCode::Backspace);
    press(&mut app, KeyCode::Backspace);
    for _ in 0..3 {
        press(&mut app, KeyCode::Tab);
    }
    press(&mut app, KeyCode::Right);
    let effects = press(&mut app, KeyCode::Enter);
    let [Effect::NewRun(configuration)] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(configuration.latent, 6);
    assert_eq!(
        configuration.optimizer,
        vae_tui::nn::optimizer::OptimizerKind::Adagrad
    );
    assert_eq!(configuration.learning_rate, 0.02);
}

#[test]
fn no_pane_takes_a_modified_key_for_a_plain_one() {
    for binding in TABLE {
        for &Key(code, modifiers) in binding.keys {
            for added in MODIFIED {
                let mut app = prepared(binding.action, binding.scope);
                app.notice = None;
                let before = screen(&app);
                let pressed = modifiers | added;
                // Ctrl-C and its like are keys of their own.
                let is_bound = |key: &Key| *key == Key(code, pressed);
                if TABLE.iter().flat_map(|binding| binding.keys).any(is_bound) {
                    continue;
                }
                let effects = press_with(&mut app, code, pressed);
                assert!(
                    effects.is_empty() && screen(&app) == before,
                    "{code:?} with {pressed:?}"
                );
            }
        }
    }
}

#[test]
fn the_list_opens_the_chosen_session() {
    let mut app = app(100, 30);
    let entry = |name: &str| Entry {
        path: name.into(),
        summary: format!("summary of {name}"),
        modified: std::time::SystemTime::UNIX_EPOCH,
    };
    let entries = vec![entry("a.ron"), entry("b.ron")];
    update(&mut app, Message::Sessions(entries, Intent::Open));
    assert!(screen(&app).contains("summary of b.ron"));
    press(&mut app, KeyCode::Down);
    let effects = press(&mut app, KeyCode::Enter);
    assert!(matches!(&effects[..], [Effect::Open(path)] if path.ends_with("b.ron")));
}

/// A run with another number of latent dimensions, twice as fast and ten nats below.
fn other_run(app: &App) -> KeptRun {
    let progress = &workspace(app).progress;
    KeptRun {
        name: "other".into(),
        configuration: vae_tui::learning::Configuration {
            latent: 3,
            ..progress.configuration.clone()
        },
        evaluations: progress
            .evaluations
            .iter()
            .map(|point| CurvePoint {
                seconds: point.seconds / 2.0,
                elbo_test: point.elbo_test - 10.0,
                ..*point
            })
            .collect(),
    }
}

#[test]
fn the_cursor_reads_every_run_where_it_stands() {
    let mut app = app(100, 30);
    let run = other_run(&app);
    update(&mut app, Message::CurveRead(Box::new(run)));
    assert_eq!(app.view.pane, Pane::Comparison, "a curve that was added is shown");
    let last = workspace(&app)
        .progress
        .evaluations
        .last()
        .map(|point| point.elbo_test);
    let last = last.expect("it was measured");
    let shown = screen(&app);
    assert!(shown.contains("at 8k samples"), "{shown}");
    assert!(shown.contains(&format!("{last:.1}")), "{shown}");
    assert!(shown.contains(&format!("{:.1}    -10.0", last - 10.0)), "{shown}");

    // Half of the axis is 4 000 samples, the second measurement.
    for _ in 0..5 {
        press_with(&mut app, KeyCode::Left, KeyModifiers::SHIFT);
    }
    let second = workspace(&app).progress.evaluations[1].elbo_test;
    let shown = screen(&app);
    assert!(
        shown.contains("at 4k samples") && shown.contains(&format!("{second:.1}")),
        "{shown}"
    );

    // Against seconds the other run ends in the middle, at its last value, and the cursor goes beyond.
    type_character(&mut app, 't');
    let shown = screen(&app);
    assert!(
        shown.contains("at 0:04") && shown.contains(&format!("{:.1}", last - 10.0)),
        "{shown}"
    );
    press(&mut app, KeyCode::Right);
    let row = |shown: &str| {
        shown
            .lines()
            .find(|line| line.contains("2 other"))
            .map(str::to_owned)
    };
    let beyond = row(&screen(&app)).expect("a row of the legend");
    assert!(beyond.trim_end_matches('│').trim_end().ends_with('-'), "{beyond}");
}

#[test]
fn curves_stay_when_another_run_is_opened_and_are_saved_with_it() {
    let mut app = app(100, 30);
    type_character(&mut app, 'b');
    let kept = app.view.comparison.runs.clone();
    assert_eq!(kept[0].name, "shapes-6d");
    let data = workspace(&app).data.clone();
    let opened = vae_tui::tui::message::Opened::new(
        vae_tui::learning::Training::new(common::configuration(), &data),
        data,
    );
    update(&mut app, Message::Opened(Box::new(opened)));
    assert_eq!(app.view.comparison.runs, kept);
    assert!(type_character(&mut app, 'b').is_empty());
    assert_eq!(
        app.view.comparison.runs, kept,
        "a run that was never measured has no curve"
    );
    assert!(app.has_failure());

    update(&mut app, Message::CurveUnread("x.ron is no session".into()));
    assert!(screen(&app).contains("x.ron is no session"));
}

#[test]
fn a_finished_run_goes_on_with_a_higher_goal() {
    let mut app = app(100, 30);
    let goal = workspace(&app).progress.configuration.goal;
    update(&mut app, Message::Trainer(Event::State(State::Finished)));
    assert!(screen(&app).contains("goal reached"));
    let effects = type_character(&mut app, ' ');
    assert!(matches!(
        effects[..],
        [Effect::Trainer(Command::SetGoal(new)), Effect::Trainer(Command::Start)] if new > goal
    ));
}

#[test]
fn the_readme_has_the_table() {
    let readme = std::fs::read_to_string("README.md").expect("the README is in the package's folder");
    let table = vae_tui::tui::keymap::markdown();
    for row in table.lines() {
        assert!(readme.contains(row), "the README lacks: {row}");
    }
    assert!(
        readme.contains(table.trim_end()),
        "the README has rows that the table has not, or another order"
    );
}
