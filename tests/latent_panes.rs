//! What a person does with the panes that look from the point into the latent space, answered by the real engine.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use std::sync::Arc;

use common::{app, focus, press, screen, type_character, update, workspace};
use ratatui::crossterm::event::KeyCode;
use vae_tui::data::{Dataset, ItemPlace, ItemShape, Split};
use vae_tui::learning::{Configuration, Training};
use vae_tui::model::Likelihood;
use vae_tui::run::RunState;
use vae_tui::run::protocol::Origin;
use vae_tui::tui::app::App;
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::message::{Message, Opened};
use vae_tui::tui::panes::edit::Edit;
use vae_tui::tui::panes::interpolation::Interpolation;
use vae_tui::tui::panes::manifold::Manifold;
use vae_tui::tui::panes::samples::Samples;

/// Answers what a pane wants to know next.
fn settle(app: &mut App) {
    update(app, Message::Resized(app.area.width, app.area.height));
}

/// The screen with this pane in front, its first questions answered.
fn at(pane: &str) -> App {
    let mut app = app(100, 30);
    focus(&mut app, pane);
    settle(&mut app);
    app
}

/// Opens a session with the same run, as it is saved with `app`.
fn reopened(app: &App) -> App {
    let data = common::shapes();
    let opened = Opened {
        view: app.view(),
        ..common::opened(&common::state(&data), &data)
    };
    let mut again = App::new(app.area, app.depth);
    update(&mut again, Message::Opened(Box::new(opened)));
    again
}

#[test]
fn samples_that_were_kept_stay_on_top_and_are_saved() {
    let mut app = at("samples");
    press(&mut app, KeyCode::Right);
    let kept = app.pane::<Samples>().sample().expect("a draw").latent.clone();
    type_character(&mut app, 'x');
    for key in ['g', 'v', 'c', '<'] {
        type_character(&mut app, key);
        assert_eq!(app.pane::<Samples>().list()[0].latent, kept, "{key}");
    }
    let again = reopened(&app);
    let (saved, there) = (again.pane::<Samples>(), app.pane::<Samples>());
    assert_eq!(
        (saved.temperature, saved.source),
        (there.temperature, there.source)
    );
    assert_eq!(saved.list()[0], there.list()[0]);
    assert_eq!(saved.list().len(), there.list().len());
    // Where it stands on the kept one, the same key lets it go.
    press(&mut app, KeyCode::Left);
    press(&mut app, KeyCode::Left);
    press(&mut app, KeyCode::Left);
    type_character(&mut app, 'x');
    assert!(app.pane::<Samples>().kept.is_empty());
}

#[test]
fn samples_around_the_point_follow_it_and_come_with_their_nearest_training_items() {
    let mut app = at("samples");
    for key in ['v', 'v', 'v'] {
        type_character(&mut app, key);
    }
    assert!(screen(&app).contains("around test:0"), "{}", screen(&app));
    let before = app.pane::<Samples>().list()[0].latent.clone();
    app.selection.point = Origin::item(ItemPlace::test(1));
    settle(&mut app);
    assert_ne!(app.pane::<Samples>().list()[0].latent, before);
    type_character(&mut app, 'w');
    let shown = screen(&app);
    assert!(shown.contains("nearest of 200 training items: #"), "{shown}");
}

#[test]
fn the_way_leads_from_the_point_to_an_item_of_another_class_and_back_when_it_plays() {
    let mut app = at("interpolation");
    let way = app.pane::<Interpolation>();
    assert_eq!(way.end(&app), Some(&Origin::item(ItemPlace::test(1))));
    assert!(way.steps().iter().all(|step| step.bound.is_finite()));
    assert!(
        screen(&app).contains("O makes what is pointed at"),
        "{}",
        screen(&app)
    );
    let last = way.steps().len() - 1;
    type_character(&mut app, 'p');
    let mut places = Vec::new();
    for _ in 0..2 * last + 1 {
        update(&mut app, Message::Tick);
        places.push(app.pane::<Interpolation>().place());
    }
    let expected: Vec<usize> = (1..=last).chain((0..last).rev()).chain([1]).collect();
    assert_eq!(places, expected);

    // What B is in another pane is where the way ends.
    focus(&mut app, "data");
    settle(&mut app);
    press(&mut app, KeyCode::Right);
    press(&mut app, KeyCode::Right);
    type_character(&mut app, 'O');
    focus(&mut app, "interpolation");
    settle(&mut app);
    assert!(screen(&app).contains("from test:0 to test:2"), "{}", screen(&app));
}

#[test]
fn an_attribute_fills_the_middle_of_a_disc_and_can_be_undone() {
    let mut app = at("edit");
    assert!(screen(&app).contains("i adds the difference"), "{}", screen(&app));
    // Bars less discs: the encoder sees that bars are smaller, which the decoder makes lighter in the middle.
    type_character(&mut app, 'i');
    for key in ['c', 'c', 'W'] {
        type_character(&mut app, key);
    }
    settle(&mut app);
    let middle = |image: &[f32]| image[14 * common::SIDE + 14];
    let name = |app: &App| {
        screen(app)
            .lines()
            .find(|line| line.contains('▶'))
            .map(str::to_owned)
    };
    let shown = name(&app).expect("an attribute is selected");
    assert!(shown.contains("2 - 0"), "{shown}");
    for _ in 0..2 {
        type_character(&mut app, 'L');
    }
    let edited = app.pane::<Edit>().edited().expect("an answer");
    assert!(
        middle(&edited.after) > middle(&edited.before),
        "{} and {}",
        middle(&edited.after),
        middle(&edited.before)
    );
    let latent = edited.latent.clone();
    press(&mut app, KeyCode::Enter);
    assert_eq!(app.selection.point.latent, Some(latent));
    assert_eq!(app.selection.attributes[0].strength, 0.0);
    type_character(&mut app, 'u');
    assert_eq!(app.selection.attributes[0].strength, 1.0);
    assert_eq!(app.selection.point, Origin::item(ItemPlace::test(0)));
    assert_eq!(reopened(&app).selection, app.selection);
}

#[test]
fn marked_items_make_an_attribute_where_there_are_no_labels() {
    let values = (0..40 * 6).map(|at| (at % 7) as f32 / 6.0).collect();
    let split = Split::of_floats(values, Vec::new(), 6);
    let shape = ItemShape::Vector { features: 6 };
    let data = Arc::new(Dataset::new("plain", shape, split.clone(), split));
    let configuration = Configuration {
        likelihood: Likelihood::Gaussian,
        ..common::configuration()
    };
    let run = RunState::new(Training::new(configuration, &data));
    let mut app = App::new(ratatui::layout::Rect::new(0, 0, 80, 24), ColourDepth::TrueColour);
    update(&mut app, Message::Opened(Box::new(common::opened(&run, &data))));
    focus(&mut app, "data");
    settle(&mut app);
    type_character(&mut app, ']');
    press(&mut app, KeyCode::Right);
    type_character(&mut app, '[');
    focus(&mut app, "edit");
    settle(&mut app);
    type_character(&mut app, 'i');
    assert!(screen(&app).contains("no labels"), "{}", screen(&app));
    type_character(&mut app, 'x');
    settle(&mut app);
    assert!(screen(&app).contains("1 marked - 1 marked"), "{}", screen(&app));
    type_character(&mut app, 'L');
    let edited = app.pane::<Edit>().edited().expect("an answer");
    assert_ne!(edited.before, edited.after);
}

#[test]
fn the_plane_is_zoomed_has_items_over_it_and_gives_the_point() {
    let mut app = at("manifold");
    for _ in 0..20 {
        press(&mut app, KeyCode::Left);
    }
    let edge = app.pane::<Manifold>().latent(&app).expect("the plane is known");
    let (right, _) = app
        .pane::<Manifold>()
        .dimensions(&app, workspace(&app))
        .expect("there are two dimensions");
    assert!(edge[right] < -1.0, "{edge:?}");
    type_character(&mut app, 'z');
    press(&mut app, KeyCode::Enter);
    assert_eq!(app.selection.point.latent, Some(edge));
    assert_eq!(app.selection.point.item, Some(ItemPlace::test(0)));

    type_character(&mut app, '0');
    let without = screen(&app);
    type_character(&mut app, 'w');
    settle(&mut app);
    let with = screen(&app);
    assert!(with.contains("the first 60 test items"), "{with}");
    let letters = |screen: &str| screen.matches(['1', '2', '3']).count();
    assert!(letters(&with) > letters(&without) + 10, "{with}");
    let again = reopened(&app);
    assert_eq!(again.pane::<Manifold>().items, app.pane::<Manifold>().items);
}

#[test]
fn both_ends_of_a_way_are_marked_on_the_map() {
    let mut app = at("map");
    let letters = |app: &App| screen(app).matches('B').count();
    let before = letters(&app);
    app.selection.other = Some(Origin::item(ItemPlace::test(5)));
    assert_eq!(letters(&app), before + 1, "{}", screen(&app));
}
