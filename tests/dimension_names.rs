//! Every pane calls a latent dimension what the run calls it: `z7`, `z2.3` in a hierarchy, `z[12].3` in a sequence, or after its class.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;

use common::{app_of, configuration, film, focus, screen, shapes, type_character, update, workspace};
use vae_tui::data::{Dataset, ItemShape, Split};
use vae_tui::learning::{Configuration, Method, Training};
use vae_tui::model::{FamilyKind, Layers, Likelihood};
use vae_tui::run::RunState;
use vae_tui::tui::app::App;
use vae_tui::tui::colour::ColourDepth;
use vae_tui::tui::message::Message;
use vae_tui::tui::panes;

/// A screen of 200 columns, so that nothing is cut.
fn app(configuration: Configuration, data: Arc<Dataset>) -> App {
    let state = RunState::new(Training::new(configuration, &data));
    app_of(state, data, 200, 60, ColourDepth::TrueColour)
}

/// Whatever on the screen looks like the name of a dimension.
fn names(screen: &str) -> BTreeSet<String> {
    let is_of_a_name = |character: char| character.is_ascii_digit() || "[].".contains(character);
    let name = |(at, _): (usize, &str)| {
        let begins = !screen[..at].ends_with(|before: char| before.is_alphanumeric() || before == '\'');
        let name = screen[at + 1..]
            .split(|character| !is_of_a_name(character))
            .next()?;
        let is_name = begins && name.starts_with(|first: char| first.is_ascii_digit() || first == '[');
        is_name.then(|| format!("z{}", name.trim_end_matches('.')))
    };
    screen.match_indices('z').filter_map(name).collect()
}

/// Looks at every view of every pane, and returns what dimensions are called there.
fn names_in_all_panes(app: &mut App) -> BTreeSet<String> {
    let known: BTreeSet<String> = {
        let workspace = workspace(app);
        let dimensions = 0..workspace.progress.configuration.latent_dimensions();
        dimensions
            .map(|dimension| workspace.dimension_name(dimension))
            .collect()
    };
    let mut seen = BTreeSet::new();
    for kind in panes::KINDS {
        focus(app, kind.name);
        for _ in 0..4 {
            update(app, Message::Resized(app.area.width, app.area.height));
            let shown = screen(app);
            for name in names(&shown) {
                assert!(
                    known.contains(&name),
                    "{}: {name} of {known:?}\n{shown}",
                    kind.name
                );
                seen.insert(name);
            }
            type_character(app, 'v');
        }
    }
    seen
}

#[test]
fn the_layers_of_a_hierarchy_have_their_numbers() {
    let configuration = Configuration {
        upper_latent: Layers::new(vec![3]),
        upper_hidden: 6.into(),
        ..configuration()
    };
    let mut app = app(configuration, shapes());
    film(&mut app);
    let seen = names_in_all_panes(&mut app);
    assert!(seen.contains("z1.0") && seen.contains("z2.2"), "{seen:?}");
}

#[test]
fn dimensions_that_stand_for_classes_are_called_after_them() {
    let configuration = Configuration {
        method: Method::M2,
        ..configuration()
    };
    let mut app = app(configuration, shapes());
    film(&mut app);
    let seen = names_in_all_panes(&mut app);
    assert_eq!(seen, ["z0", "z1"].map(str::to_owned).into());
}

#[test]
fn the_steps_of_a_sequence_have_their_numbers() {
    const VALUES: usize = 4;
    const STEPS: usize = 5;
    let values = (0..40 * STEPS * VALUES).map(|at| (at % 7) as f32 / 6.0).collect();
    let split = Split::of_floats(values, Vec::new(), STEPS * VALUES);
    let shape = ItemShape::Sequence {
        steps: STEPS,
        features: VALUES,
    };
    let data = Arc::new(Dataset::new("sequences", shape, split.clone(), split));
    let configuration = Configuration {
        data: "sequences".into(),
        family: FamilyKind::Markov,
        latent: 2,
        recurrent: 6,
        time_steps: STEPS,
        likelihood: Likelihood::Gaussian,
        ..configuration()
    };
    let mut app = app(configuration, data);
    let seen = names_in_all_panes(&mut app);
    assert!(seen.contains("z[1].0") && seen.contains("z[5].1"), "{seen:?}");
}
