//! Every command of the table, by each of its keys, and what is different afterwards.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod anomalies;
#[path = "../common/mod.rs"]
mod common;
mod directions;
mod draw;
mod edit;
mod film;
mod interpolation;
mod layout;
mod manifold;
mod map;
mod pointing;
mod runs;
mod samples;

use common::{MODIFIED, app, focus, press, press_with, screen, tell, type_character, update, workspace};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use vae_tui::choices::Choose;
use vae_tui::data::{ItemPlace, Part};
use vae_tui::explore::traversal::in_other_class;
use vae_tui::language::Language;
use vae_tui::learning::settings::Assignment;
use vae_tui::learning::{Diverged, Method};
use vae_tui::objective::Estimator;
use vae_tui::outputs::Output;
use vae_tui::pictures::colour_map::ColourMap;
use vae_tui::run::curve::CurvePoint;
use vae_tui::run::protocol::Origin;
use vae_tui::run::{Command, Event, State};
use vae_tui::session::folder::SessionEntry;
use vae_tui::session::{Bounds, Comparison};
use vae_tui::session::{KeptRun, SessionError};
use vae_tui::terminal_facts::Graphics;
use vae_tui::tui::app::{App, Stage};
use vae_tui::tui::command::{self, Scope, keys::Key};
use vae_tui::tui::message::{Effect, Message};
use vae_tui::tui::overlays::Overlay;
use vae_tui::tui::overlays::confirm::Confirmation;
use vae_tui::tui::overlays::sessions::Intent;
use vae_tui::tui::panes;
use vae_tui::tui::panes::data::{DataBrowser, Order};
use vae_tui::tui::panes::log::Log;
use vae_tui::tui::panes::training::Training;
use vae_tui::tui::panes::traversal::{SheetKind, Traversal};
use vae_tui::tui::saver::Manner;
use vae_tui::tui::theme;
use vae_tui::tui::widgets::curve_window::CurveWindow;
use vae_tui::tui::workspace::AfterSave;

/// The latent vector that is shown.
fn latent(app: &App) -> &[f32] {
    app.pane::<Traversal>().latent(app)
}

/// The value of the selected dimension.
fn value(app: &App) -> f32 {
    latent(app)[workspace(app).selected(&app.selection)]
}

/// The decoded image.
fn image(app: &App) -> &[f32] {
    let shown = app.pane::<Traversal>().shown.as_ref();
    &shown.expect("the pane's question was answered").image
}

fn rate(app: &App) -> f32 {
    workspace(app).progress.learning_rate
}

fn estimator(app: &App) -> Estimator {
    workspace(app).progress.configuration.estimator
}

fn comparison(app: &App) -> &Comparison {
    &app.pane::<panes::comparison::Comparison>().0
}

/// The screen in the state where the command has something to do, in its own pane or in the first one.
fn prepared(scope: Scope, command: &str) -> App {
    let mut app = app(100, 30);
    if let Scope::In(pane) = scope {
        focus(&mut app, pane);
    }
    update(&mut app, Message::Resized(100, 30));
    match command {
        name if pointing::has(name) => pointing::prepare(&mut app, name),
        name if name.starts_with("samples.") => samples::prepare(&mut app, name),
        name if name.starts_with("edit.") => edit::prepare(&mut app, name),
        name if name.starts_with("manifold.") => manifold::prepare(&mut app, name),
        name if name.starts_with("interpolation.") => interpolation::prepare(&mut app, name),
        name if name.starts_with("map.") => map::prepare(&mut app, name),
        name if name.starts_with("anomalies.") => anomalies::prepare(&mut app, name),
        name if name.starts_with("directions.") => directions::prepare(&mut app, name),
        name if name.starts_with("draw.") => draw::prepare(&mut app, name),
        name if name.starts_with("layout.") => layout::prepare(&mut app, name),
        "undo" => drop(type_character(&mut app, '+')),
        "redo" => {
            type_character(&mut app, '+');
            type_character(&mut app, 'u');
        }
        "training.bars-up" | "training.bars-down" | "training.bars-far-up" | "training.bars-far-down" => {
            // Three of the six bars fit into a low terminal.
            update(&mut app, Message::Resized(80, 11));
            if command.ends_with("up") {
                press(&mut app, KeyCode::PageDown);
            }
        }
        "training.right" | "training.far-right" | "training.farther" | "training.show-all" => {
            for _ in 0..3 {
                press_with(&mut app, KeyCode::Left, KeyModifiers::SHIFT);
            }
            type_character(&mut app, 'z');
        }
        "traversal.next-class" | "traversal.previous-class" => {
            if let Stage::Ready(workspace) = &mut app.stage {
                workspace.progress.configuration.method = Method::M2;
            }
        }
        "traversal.dimension-up" | "traversal.dimension-far-up" => {
            press(&mut app, KeyCode::PageDown);
        }
        "traversal.reset-dimension" | "traversal.reset" => {
            press(&mut app, KeyCode::Right);
        }
        "reconstruction.left" => {
            press(&mut app, KeyCode::Right);
        }
        "reconstruction.up" | "reconstruction.down" => {
            // Two rows of images need a large pane.
            type_character(&mut app, '3');
            update(&mut app, Message::Resized(100, 60));
            if command == "reconstruction.up" {
                press(&mut app, KeyCode::Down);
            }
        }
        "data.left" | "data.first" => drop(press(&mut app, KeyCode::Right)),
        "data.up" => drop(press(&mut app, KeyCode::Down)),
        "data.previous-page" => drop(press(&mut app, KeyCode::PageDown)),
        "data.traverse" | "data.reconstruct" => drop(type_character(&mut app, 'l')),
        name if name.starts_with("film.") || name.starts_with("time.") => film::prepare(&mut app, name),
        name if name.starts_with("runs.") => runs::prepare(&mut app, name),
        "log.end-search" | "log.clear-search" => {
            type_character(&mut app, '/');
            type_character(&mut app, '1');
        }
        "log.search" => {}
        _ if scope == Scope::In("log") => {
            // Two of the four lines fit.
            update(&mut app, Message::Resized(80, 6));
            if command.ends_with("down") || command.ends_with("last") {
                press(&mut app, KeyCode::Home);
            }
        }
        _ if scope == Scope::In("comparison") => {
            type_character(&mut app, 'b');
            press(&mut app, KeyCode::Down);
            if command == "comparison.down" {
                press(&mut app, KeyCode::Up);
            }
            for _ in 0..5 {
                press_with(&mut app, KeyCode::Left, KeyModifiers::SHIFT);
            }
            if matches!(command, "comparison.farther" | "comparison.show-all") {
                type_character(&mut app, 'z');
                type_character(&mut app, 'z');
            }
        }
        _ => {}
    }
    app
}

/// The run's log.
fn log(app: &App) -> &Log {
    app.pane::<Log>()
}

fn looks(app: &App) -> CurveWindow {
    app.pane::<Training>().looking
}

fn reads(app: &App) -> bool {
    app.pane::<Training>().reads
}

fn browser(app: &App) -> &DataBrowser {
    app.pane::<DataBrowser>()
}

/// The place of the item that is selected in the data browser.
fn browsed(app: &App) -> usize {
    browser(app).place(&workspace(app).data)
}

fn asks_to_write(app: &App, output: Output) -> bool {
    matches!(&app.overlay, Some(Overlay::Naming(naming)) if naming.output() == output)
}

/// What is different after a command. Every one stands here: a new one fails without its line.
fn check(command: &str, before: &App, after: &App, effects: &[Effect]) {
    let new = workspace(after);
    let (was, is) = (comparison(before), comparison(after));
    let cursor_moved = |by: f64| (is.cursor - was.cursor - by).abs() < 1e-9;
    let width = |comparison: &Comparison| comparison.window.1 - comparison.window.0;
    let moved = |by: f32| (value(after) - value(before) - by).abs() < 1e-5;
    let place = |app: &App| {
        let workspace = workspace(app);
        let selected = workspace.selected(&app.selection);
        workspace
            .order()
            .iter()
            .position(|&dimension| dimension == selected)
    };
    let last = new.progress.configuration.latent - 1;
    let bar = |app: &App| app.pane::<Training>().first_bar;
    let smoothing = |app: &App| app.pane::<Training>().smoothing;
    let sheet = |app: &App| app.pane::<Traversal>().sheet;
    let (old_selection, new_selection) = (&before.selection, &after.selection);
    let asks_for = |changes: Vec<Assignment>| matches!(effects, [Effect::Command(Command::Change(made))] if made.iter().all(|one| changes.contains(one)) && !made.is_empty());
    let new_rate = vec![Assignment::new("learning-rate", rate(after))];
    let new_estimator = vec![Assignment::new("estimator", estimator(after).word())];
    let new_settings = [new_rate.clone(), new_estimator.clone()].concat();
    match command {
        "training.toggle" => assert!(matches!(effects, [Effect::Command(Command::Start)])),
        "training.step" => assert!(matches!(effects, [Effect::Command(Command::Step)])),
        "learning-rate.raise" => assert!(rate(after) > rate(before) && asks_for(new_rate)),
        "learning-rate.lower" => assert!(rate(after) < rate(before) && asks_for(new_rate)),
        "estimator.switch" => {
            assert_eq!(
                (estimator(before), estimator(after)),
                (Estimator::B, Estimator::A)
            );
            assert!(asks_for(new_estimator));
        }
        "test.measure" => assert!(matches!(effects, [Effect::Command(Command::Evaluate)])),
        "likelihood.estimate" => assert!(matches!(effects, [Effect::Command(Command::Estimate)])),
        "measurement.stop" => assert!(matches!(effects, [Effect::Command(Command::BreakOff)])),
        "run.halve" => assert!(matches!(effects, [Effect::Command(Command::Halve)])),
        "run.go-back" => assert!(matches!(effects, [Effect::Command(Command::GoBack)])),
        "run.restart" => assert!(matches!(
            after.overlay,
            Some(Overlay::Confirm(Confirmation::Reset))
        )),
        "run.new" => assert!(matches!(after.overlay, Some(Overlay::Form(_)))),
        "run.detach" => assert!(matches!(
            effects,
            [Effect::Save(Manner::Usual, AfterSave::HandOver { trains: false })]
        )),
        "run.attach" => assert!(matches!(effects, [Effect::ListRunning])),
        "run.steer" => assert!(
            after.notice.is_some() && effects.is_empty(),
            "the run is in this process"
        ),
        "session.save" => assert!(matches!(effects, [Effect::Save(Manner::Usual, AfterSave::GoOn)])),
        "session.open" => assert!(matches!(effects, [Effect::ListSessions(Intent::Open)])),
        "session.restore" => assert!(matches!(effects, [Effect::ListSessions(Intent::Restore)])),
        "undo" => assert!(rate(after) < rate(before) && asks_for(new_settings)),
        "redo" => assert!(rate(after) > rate(before) && asks_for(new_settings)),
        "pane.next" => assert_eq!((before.focus.name, after.focus.name), ("training", "traversal")),
        "pane.previous" => assert_eq!(Some(after.focus.name), panes::KINDS.last().map(|kind| kind.name)),
        "pane.choose" => assert!(matches!(after.overlay, Some(Overlay::Panes))),
        "palette" => assert!(matches!(after.overlay, Some(Overlay::Palette(_)))),
        "theme.next" => assert_eq!((before.theme, after.theme), (theme::DARK, theme::LIGHT)),
        "graphics.next" => assert_eq!(
            (before.graphics, after.graphics),
            (Graphics::Auto, Graphics::Half)
        ),
        "colour-map.next" => assert_eq!(
            (before.colour_map, after.colour_map),
            (ColourMap::Grey, ColourMap::Viridis)
        ),
        "mouse.toggle" => assert_eq!((before.mouse, after.mouse), (true, false)),
        "picture.save" => assert!(
            after.notice.is_some() && effects.is_empty(),
            "the training pane has no picture"
        ),
        "copy.value" => assert!(matches!(effects, [Effect::Copy(bound)] if bound.starts_with('-'))),
        "copy.command-line" => assert!(
            after.notice.is_some() && effects.is_empty(),
            "nothing is saved yet"
        ),
        "help" => assert!(matches!(after.overlay, Some(Overlay::Help(0)))),
        "explain" => assert!(matches!(after.overlay, Some(Overlay::Explain(0)))),
        "tour.start" => {
            assert_eq!(before.tour.as_ref().map(|tour| tour.number()), None);
            assert_eq!(after.tour.as_ref().map(|tour| tour.number()), Some(1));
        }
        "language.next" => {
            assert_eq!(
                (before.language, after.language),
                (Language::English, Language::Japanese)
            );
        }
        "quit" => assert!(matches!(effects, [Effect::Quit])),
        "suspend" => assert!(matches!(effects, [Effect::Suspend])),
        "repaint" => assert!(matches!(effects, [Effect::Repaint])),

        "training.show" => assert_eq!((after.focus.name, after.zoomed), ("training", true)),
        "traversal.show" => assert_eq!((after.focus.name, after.zoomed), ("traversal", true)),
        "reconstruction.show" => assert_eq!((after.focus.name, after.zoomed), ("reconstruction", true)),
        "comparison.show" => assert_eq!((after.focus.name, after.zoomed), ("comparison", false)),
        "comparison.keep" => {
            assert_eq!(is.runs.len(), was.runs.len() + 1);
            assert_eq!(is.runs[0].evaluations, new.progress.log.evaluations);
        }

        "training.toggle-axis" | "comparison.toggle-axis" => assert_ne!(after.log_axis, before.log_axis),
        "training.toggle-paper" | "comparison.toggle-paper" => assert_ne!(after.paper, before.paper),
        "training.cycle-smoothing" => assert_ne!(smoothing(after), smoothing(before)),
        "training.left" => assert!(looks(after).cursor < looks(before).cursor && reads(after)),
        "training.right" => assert!(looks(after).cursor > looks(before).cursor && reads(after)),
        "training.far-left" => assert!(looks(after).cursor < looks(before).cursor - 0.05),
        "training.far-right" => assert!(looks(after).cursor > looks(before).cursor + 0.05),
        "training.nearer" => assert!(looks(after).window.0 > looks(before).window.0),
        "training.farther" => assert!(looks(after).window.0 < looks(before).window.0),
        "training.show-all" => assert!(looks(after).window == (0.0, 1.0) && !reads(after)),
        "training.bars-up" => assert_eq!(bar(after) + 1, bar(before)),
        "training.bars-down" => assert_eq!(bar(after), bar(before) + 1),
        "training.bars-far-up" => assert_eq!(bar(after), 0),
        "training.bars-far-down" => assert_eq!(bar(after), 3),

        "traversal.lower" => assert!(moved(-0.1)),
        "traversal.raise" => assert!(moved(0.1)),
        "traversal.lower-far" => assert!(moved(-1.0)),
        "traversal.raise-far" => assert!(moved(1.0)),
        "traversal.dimension-up" => assert_eq!(place(after).map(|place| place + 1), place(before)),
        "traversal.dimension-down" => assert_eq!(place(after), place(before).map(|place| place + 1)),
        "traversal.dimension-far-up" => assert_eq!(place(after), Some(0)),
        "traversal.dimension-far-down" => assert_eq!(place(after), Some(last)),
        "traversal.reset-dimension" | "traversal.reset" => {
            let start = |app: &App| app.pane::<Traversal>().start(app).to_vec();
            assert_eq!(latent(after), start(after));
            assert_ne!(latent(before), start(before));
        }
        // The run is none of sequences.
        "traversal.earlier" | "traversal.later" => {
            assert_eq!(place(after), place(before));
            assert!(screen(after).contains("knows no time"));
        }
        "traversal.centre" => assert!(latent(after).iter().all(|&z| z == 0.0)),
        "traversal.draw" => assert_ne!(latent(after), latent(before)),
        "traversal.next-class" | "traversal.previous-class" => {
            let other = if command == "traversal.next-class" { 1 } else { -1 };
            assert_eq!(latent(after), in_other_class(latent(before), 4, other));
        }
        "traversal.play" => assert!(after.pane::<Traversal>().playing.is_some()),
        "traversal.cycle-sheet" => {
            assert_eq!(
                (sheet(before), sheet(after)),
                (SheetKind::Dimensions, SheetKind::Draws)
            );
        }

        "reconstruction.left" => {
            assert_eq!(new_selection.selected_image + 1, old_selection.selected_image);
        }
        "reconstruction.right" => {
            assert_eq!(new_selection.selected_image, old_selection.selected_image + 1);
        }
        "reconstruction.up" => assert!(new_selection.selected_image < old_selection.selected_image),
        "reconstruction.down" => assert!(new_selection.selected_image > old_selection.selected_image + 1),
        "reconstruction.previous-page" => {
            let points = new.data.test_items;
            let page = new_selection.images.len();
            assert_eq!(new_selection.images.first(), Some(&(points - page % points)));
        }
        "reconstruction.next-page" => {
            assert_eq!(new_selection.images.first(), Some(&old_selection.images.len()));
        }
        "reconstruction.random" => assert_ne!(new_selection.images, old_selection.images),
        "reconstruction.traverse" => {
            assert_eq!(after.focus.name, "traversal");
            let chosen = old_selection.images[old_selection.selected_image];
            assert_eq!(new_selection.point, Origin::item(ItemPlace::test(chosen)));
        }

        "comparison.add" => assert!(matches!(effects, [Effect::ListSessions(Intent::Compare)])),
        "comparison.remove" => assert_eq!((was.runs.len(), is.runs.len(), is.selected), (1, 0, 0)),
        "comparison.up" => assert_eq!((was.selected, is.selected), (1, 0)),
        "comparison.down" => assert_eq!((was.selected, is.selected), (0, 1)),
        "comparison.left" => assert!(cursor_moved(-0.01)),
        "comparison.right" => assert!(cursor_moved(0.01)),
        "comparison.far-left" => assert!(cursor_moved(-0.1)),
        "comparison.far-right" => assert!(cursor_moved(0.1)),
        "comparison.nearer" => assert!((width(is) - 0.5 * width(was)).abs() < 1e-9),
        "comparison.farther" => assert!((width(is) - 2.0 * width(was)).abs() < 1e-9),
        "comparison.show-all" => assert_eq!(is.window, (0.0, 1.0)),
        "comparison.toggle-seconds" => assert_ne!(is.against, was.against),
        "comparison.cycle-bounds" => assert_eq!((was.bounds, is.bounds), (Bounds::Test, Bounds::Train)),

        "log.show" => assert_eq!(after.focus.name, "log"),
        "log.up" => assert_eq!((log(before).below, log(after).below), (0, 1)),
        "log.down" => assert_eq!((log(before).below, log(after).below), (2, 1)),
        "log.far-up" | "log.first" => assert_eq!(log(after).below, 2),
        "log.far-down" | "log.last" => assert_eq!(log(after).below, 0),
        "log.search" => assert!(log(after).is_writing && !log(before).is_writing),
        "log.end-search" => assert!(!log(after).is_writing && log(after).search.value() == "1"),
        "log.clear-search" => assert!(!log(after).is_writing && log(after).search.value().is_empty()),
        "data.show" => assert_eq!(after.focus.name, "data"),
        "data.left" | "data.first" => assert_eq!((browsed(before), browsed(after)), (1, 0)),
        "data.right" => assert_eq!((browsed(before), browsed(after)), (0, 1)),
        "data.up" => assert!(browsed(before) > 1 && browsed(after) == 0),
        "data.down" => assert!(browsed(before) == 0 && browsed(after) > 1),
        "data.previous-page" => assert!(browsed(before) > 9 && browsed(after) == 0),
        "data.next-page" => assert!(browsed(before) == 0 && browsed(after) > 9),
        "data.last" => assert_eq!(browsed(after) + 1, new.data.test_items),
        "data.switch-part" => {
            assert_eq!(
                (browser(before).part, browser(after).part),
                (Part::Test, Part::Train)
            );
        }
        "data.next-class" => assert_eq!((browser(before).class, browser(after).class), (None, Some(0))),
        "data.previous-class" => assert_eq!((browser(before).class, browser(after).class), (None, Some(3))),
        "data.cycle-order" => {
            assert_eq!(
                (browser(before).order, browser(after).order),
                (Order::Place, Order::LowestBound)
            );
        }
        "data.traverse" => {
            assert_eq!(after.focus.name, "traversal");
            assert_eq!(new_selection.point, Origin::item(ItemPlace::test(1)));
        }
        "data.reconstruct" => {
            assert_eq!(after.focus.name, "reconstruction");
            assert_eq!(new_selection.images.first(), Some(&1));
        }
        "export.parameters" => assert!(asks_to_write(after, Output::Parameters)),
        "export.embedding" => assert!(asks_to_write(after, Output::Embedding)),
        "export.curves" => assert!(asks_to_write(after, Output::Curves)),
        "export.scores" => assert!(asks_to_write(after, Output::Scores)),
        "pack.items" => assert!(asks_to_write(after, Output::Packed)),
        name if pointing::has(name) => pointing::check(name, before, after),
        name if name.starts_with("samples.") => samples::check(name, before, after),
        name if name.starts_with("edit.") => edit::check(name, before, after),
        name if name.starts_with("manifold.") => manifold::check(name, before, after),
        name if name.starts_with("interpolation.") => interpolation::check(name, before, after),
        name if name.starts_with("map.") => map::check(name, before, after),
        name if name.starts_with("anomalies.") => anomalies::check(name, before, after),
        name if name.starts_with("directions.") => directions::check(name, before, after),
        name if name.starts_with("draw.") => draw::check(name, before, after),
        "run.queue" | "run.fork" => {
            let title = if command == "run.fork" {
                "Fork at 9k samples"
            } else {
                "A run for the queue"
            };
            assert!(screen(after).contains(title), "{}", screen(after));
        }
        name if name.starts_with("film.") || name.starts_with("time.") => {
            film::check(name, before, after, effects);
        }
        name if name.starts_with("runs.") => runs::check(name, before, after, effects),
        name if name.starts_with("layout.") => layout::check(name, before, after),
        name => panic!("{name} has no line here"),
    }
}

#[test]
fn every_key_of_the_table_does_what_it_says() {
    for (scope, command) in command::all() {
        // What has no key of its own is found in the palette and in the list of panes.
        let presses: Vec<Option<&Key>> = match command.keys {
            [] => vec![None],
            keys => keys.iter().map(Some).collect(),
        };
        for key in presses {
            let before = prepared(scope, command.name);
            let mut after = prepared(scope, command.name);
            let effects = match key {
                Some(&Key(code, modifiers)) => press_with(&mut after, code, modifiers),
                None => (command.run)(&mut after),
            };
            check(command.name, &before, &after, &effects);
            // The shapes are no data of the paper's, so its curve has nothing to show here.
            let visible = command.name.ends_with("toggle-paper")
                || after.changed
                    && (screen(&after) != screen(&before)
                        || common::frame(&after) != common::frame(&before)
                        || !effects.is_empty());
            assert!(visible, "{command:?} changes nothing that can be seen");
        }
    }
}

#[test]
fn the_decoded_image_follows_the_keys() {
    let mut app = prepared(Scope::In("traversal"), "traversal.raise");
    let before = image(&app).to_vec();
    press_with(&mut app, KeyCode::Right, KeyModifiers::SHIFT);
    assert_ne!(image(&app), before);
    type_character(&mut app, '0');
    assert_eq!(image(&app), before);
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
    let mut app = prepared(Scope::In("traversal"), "traversal.play");
    type_character(&mut app, 'p');
    let mut seen = Vec::new();
    for _ in 0..200 {
        update(&mut app, Message::Tick);
        seen.push(value(&app));
    }
    assert!(seen.iter().all(|value| value.abs() <= 3.0));
    assert!(seen.contains(&3.0) && seen.contains(&-3.0));
    type_character(&mut app, 'p');
    assert_eq!(app.pane::<Traversal>().playing, None);
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
    assert!(matches!(
        app.overlay,
        Some(Overlay::Confirm(Confirmation::Quit { .. }))
    ));
    assert!(press(&mut app, KeyCode::Esc).is_empty());
    assert!(app.overlay.is_none());

    type_character(&mut app, 'q');
    let effects = type_character(&mut app, 's');
    assert!(matches!(
        effects[..],
        [
            Effect::Command(Command::Pause),
            Effect::Save(Manner::Usual, AfterSave::Quit)
        ]
    ));
    let files = workspace(&app).files.clone();
    let error = SessionError::InUse { path: "x.ron".into() };
    let failed = update(
        &mut app,
        common::failure(files, Manner::Usual, AfterSave::Quit, error),
    );
    assert!(failed.is_empty(), "a failed save does not end the program");
    assert!(screen(&app).contains("x.ron is in use"), "{}", screen(&app));
    press(&mut app, KeyCode::Esc);
    type_character(&mut app, 'q');
    type_character(&mut app, 's');
    let samples = workspace(&app).progress.samples;
    let saved = common::saved_then(&mut app, "x.ron", samples, AfterSave::Quit);
    assert!(matches!(saved[..], [Effect::Quit]));

    let mut app = common::app(100, 30);
    common::run_a_little(&mut app);
    type_character(&mut app, 'n');
    assert!(press(&mut app, KeyCode::Enter).is_empty());
    assert!(matches!(
        app.overlay,
        Some(Overlay::Confirm(Confirmation::Replace(_)))
    ));
    // It stops, so that no more is lost than was agreed.
    let effects = type_character(&mut app, 'y');
    let [Effect::Command(Command::Pause), Effect::NewRun(request, _)] = &effects[..] else {
        panic!("{effects:?}")
    };
    let shown = update(&mut app, Message::Arrived(*request));
    assert!(matches!(shown[..], [Effect::Show(shown)] if shown == *request));
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
    for _ in 0..common::field_of("optimizer") {
        press(&mut app, KeyCode::Tab);
    }
    press(&mut app, KeyCode::Right);
    let effects = press(&mut app, KeyCode::Enter);
    let [Effect::NewRun(_, configuration)] = &effects[..] else {
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
    let is_bound = |key: Key| command::all().any(|(_, command)| command.keys.contains(&key));
    for (scope, command) in command::all() {
        for &Key(code, modifiers) in command.keys {
            for added in MODIFIED {
                let mut app = prepared(scope, command.name);
                // Some panes ask for several things, one after the other.
                for _ in 0..4 {
                    let (width, height) = (app.area.width, app.area.height);
                    update(&mut app, Message::Resized(width, height));
                }
                app.notice = None;
                let before = screen(&app);
                let pressed = modifiers | added;
                // Ctrl-C and its like are keys of their own.
                if is_bound(Key(code, pressed)) {
                    continue;
                }
                let effects = press_with(&mut app, code, pressed);
                assert!(
                    effects.is_empty() && screen(&app) == before,
                    "{command:?}: {code:?} with {pressed:?}"
                );
            }
        }
    }
}

#[test]
fn the_list_opens_the_chosen_session() {
    let mut app = app(100, 30);
    let entry = |name: &str| SessionEntry {
        path: name.into(),
        summary: format!("summary of {name}"),
        modified: std::time::SystemTime::UNIX_EPOCH,
    };
    let entries = vec![entry("a.ron"), entry("b.ron")];
    update(&mut app, Message::Sessions(entries, Intent::Open));
    assert!(screen(&app).contains("summary of b.ron"));
    press(&mut app, KeyCode::Down);
    let effects = press(&mut app, KeyCode::Enter);
    assert!(matches!(&effects[..], [Effect::Open(_, path)] if path.ends_with("b.ron")));
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
            .log
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
    assert_eq!(app.focus.name, "comparison", "a curve that was added is shown");
    let last = workspace(&app)
        .progress
        .log
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
    let second = workspace(&app).progress.log.evaluations[1].elbo_test;
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
    let kept = comparison(&app).runs.clone();
    assert_eq!(kept[0].name, "shapes-6d");
    common::open_new_run(&mut app);
    assert_eq!(comparison(&app).runs, kept);
    assert!(type_character(&mut app, 'b').is_empty());
    assert_eq!(
        comparison(&app).runs,
        kept,
        "a run that was never measured has no curve"
    );
    assert!(app.has_failure());

    update(&mut app, Message::CurveUnread("x.ron is no session".into()));
    assert!(screen(&app).contains("x.ron is no session"));
}

#[test]
fn a_key_that_comes_before_the_answer_to_the_last_means_the_opposite() {
    let mut app = app(100, 30);
    let toggled = |app: &mut App| match type_character(app, ' ')[..] {
        [Effect::Command(Command::Start)] => State::Running,
        [Effect::Command(Command::Pause)] => State::Paused,
        ref effects => panic!("{effects:?}"),
    };
    assert_eq!(toggled(&mut app), State::Running);
    assert_eq!(toggled(&mut app), State::Paused);
    assert_eq!(toggled(&mut app), State::Running);
    for state in [State::Running, State::Paused] {
        tell(&mut app, Event::State(state));
    }
    // The answer to the third is still to come.
    assert_eq!(toggled(&mut app), State::Paused);
    for state in [State::Running, State::Paused] {
        tell(&mut app, Event::State(state));
    }
    assert_eq!(toggled(&mut app), State::Running);

    // Training that could not begin is not waited for.
    tell(&mut app, Event::State(State::Paused));
    tell(
        &mut app,
        Event::Diverged(Diverged {
            step: 1,
            samples: 0,
            place: "loss".into(),
            items: vec![0],
        }),
    );
    assert_eq!(toggled(&mut app), State::Running);
    tell(&mut app, Event::State(State::Running));
    assert_eq!(toggled(&mut app), State::Paused);
    tell(&mut app, Event::State(State::Finished));
    let raised = type_character(&mut app, ' ');
    assert!(matches!(
        raised[..],
        [
            Effect::Command(Command::Change(_)),
            Effect::Command(Command::Start)
        ]
    ));
}

#[test]
fn a_finished_run_goes_on_with_a_higher_goal() {
    let mut app = app(100, 30);
    let goal = workspace(&app).progress.configuration.goal;
    tell(&mut app, Event::State(State::Finished));
    assert!(screen(&app).contains("goal reached"));
    let effects = type_character(&mut app, ' ');
    let [
        Effect::Command(Command::Change(changes)),
        Effect::Command(Command::Start),
    ] = &effects[..]
    else {
        panic!("{effects:?}")
    };
    let [raised] = &changes[..] else {
        panic!("the goal alone: {changes:?}");
    };
    assert_eq!(raised.setting, "samples");
    assert!(raised.value.parse::<u64>().expect("a number") > goal);
}

#[test]
fn the_readme_has_the_table() {
    let readme = std::fs::read_to_string("README.md").expect("the README is in the package's folder");
    let table = vae_tui::tui::command::markdown();
    let table = table.trim_end();
    assert!(readme.contains(table), "the README's table should be:\n{table}\n");
}
