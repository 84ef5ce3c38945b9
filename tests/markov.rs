//! A Markov model in a whole run: learned from a file of sequences, measured, saved, gone on with, predicted, refused.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use std::path::Path;

use common::{configuration, numbers, train};
use vae_tui::cancel::Cancel;
use vae_tui::data::{Dataset, Part, ReadingRules, load};
use vae_tui::evaluation::{importance_weighted, lower_bound};
use vae_tui::explore::prediction::{filled, next_step};
use vae_tui::explore::reconstruction::reconstruct;
use vae_tui::learning::{Configuration, Method, Training};
use vae_tui::model::{FamilyKind, Layers, Likelihood};
use vae_tui::objective::Estimator;
use vae_tui::run::RunState;
use vae_tui::session::{self, View};

/// Sequences of 3 to 6 steps of notes: one goes up by a semitone at every step, from one of four, and starts over after the fourth.
fn sequences(folder: &Path) -> Dataset {
    let sequence = |item: usize| -> Vec<Vec<usize>> {
        let notes = (0..3 + item / 4 % 4).map(|step| vec![60 + (item + step) % 4]);
        let mut notes: Vec<Vec<usize>> = notes.collect();
        // So that lists of notes are told from lists of values.
        notes[0].push(40);
        notes
    };
    let set = |items: std::ops::Range<usize>| items.map(sequence).collect::<Vec<_>>();
    let file = serde_json::json!({"train": set(0..80), "valid": set(0..2), "test": set(80..100)});
    let path = folder.join("notes.json");
    std::fs::write(&path, file.to_string()).expect("the folder can be written");
    load(&path.to_string_lossy(), &ReadingRules::default(), |_| {}).expect("sequences")
}

fn markov() -> Configuration {
    Configuration {
        family: FamilyKind::Markov,
        latent: 3,
        recurrent: 12,
        hidden: 10.into(),
        likelihood: Likelihood::Bernoulli,
        batch: 20,
        threads: 2,
        learning_rate: 1e-2,
        ..configuration()
    }
}

/// The same, of this data.
fn markov_on(data: &Dataset) -> Configuration {
    Configuration {
        data: data.name.clone(),
        ..markov()
    }
}

/// The likeliest note of a step.
fn likeliest(values: &[f32], step: usize) -> usize {
    let of_step = values[step * 88..][..88].iter().enumerate();
    let found = of_step.max_by(|one, other| one.1.total_cmp(other.1));
    found.map_or(0, |(key, _)| 21 + key)
}

#[test]
fn a_run_learns_goes_on_to_the_bit_and_predicts() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = sequences(folder.path());
    assert_eq!(data.shape.typed(), "6:88");
    let path = folder.path().join("half.ron");
    let mut whole = RunState::new(Training::new(markov_on(&data), &data));
    assert_eq!(whole.training.configuration.latent_dimensions(), 18);
    assert_eq!(whole.training.configuration.latent_name(16), "z[6].1");
    train(&mut whole, &data, 8);
    let mut half = RunState::new(Training::new(markov_on(&data), &data));
    train(&mut half, &data, 4);
    session::save(&half, &View::default(), &path).expect("the folder can be written");
    let session = session::load(&path).expect("what was saved can be read");
    let mut resumed = session.into_state(&data).expect("the run goes on");
    let session = session::load(&path).expect("what was saved can be read");
    let alone = session
        .into_model_of_bytes()
        .expect("its steps are known without data");
    assert_eq!(numbers(&alone), numbers(&resumed.training.model));
    train(&mut resumed, &data, 4);
    assert_eq!(numbers(&resumed.training.model), numbers(&whole.training.model));

    let (cancel, noise) = (Cancel::default(), whole.training.noise());
    let elbo = |state: &RunState| {
        let bound = lower_bound(&state.training.model, &data.test, noise, &cancel, |_| true);
        bound.expect("there are test sequences").terms.lower_bound()
    };
    let before = elbo(&whole);
    train(&mut whole, &data, 400);
    let after = elbo(&whole);
    assert!(after > before + 3.0, "from {before} to {after}");
    let model = &whole.training.model;
    let weighted =
        importance_weighted(model, &data.test, 20, 50, noise, &cancel, |_| true).expect("not cancelled");
    assert!(
        weighted.mean > after - 0.05,
        "{weighted:?} for a bound of {after}"
    );
    assert_eq!(data.test.steps_of(8), Some(28));

    // Steps that nobody has seen, and one that is missing.
    let mut item = noise.item(&data.test, 0);
    assert!(item[3 * 88..].iter().all(|value| value.is_nan()));
    let ours = filled(model, &item, 100, 1, &cancel).expect("not cancelled");
    assert!(
        (60..=63).contains(&likeliest(&ours, 3)),
        "one of the notes that there are"
    );
    item[88..2 * 88].fill(f32::NAN);
    let ours = filled(model, &item, 100, 1, &cancel).expect("not cancelled");
    assert!(
        (60..=63).contains(&likeliest(&ours, 1)),
        "one of the notes that there are"
    );
    let items: Vec<usize> = (0..20).collect();
    let errors = next_step(model, &data.test, &items, noise, &cancel, |_| true).expect("not cancelled");
    assert!(errors.model < 0.5 * errors.last_step, "{errors:?}");

    let back = reconstruct(model, data.split(Part::Test), &[0], noise, &cancel).expect("not cancelled");
    assert!(back[0].terms.lower_bound().is_finite());
}

/// Which note comes next is certain, so a sequence costs `ln 4` nats for its first note, and who knows of no order pays as much at every step.
/// A model whose posterior has become the prior knows of none.
#[test]
fn steps_that_are_certain_are_predicted_with_the_whole_divergence_counted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = sequences(folder.path());
    let configuration = Configuration {
        latent: 8,
        recurrent: 50,
        hidden: 50.into(),
        warm_up: 20.0,
        ..markov_on(&data)
    };
    let mut run = RunState::new(Training::new(configuration, &data));
    train(&mut run, &data, 400);
    let (model, noise, cancel) = (&run.training.model, run.training.noise(), Cancel::default());
    let bound = lower_bound(model, &data.test, noise, &cancel, |_| true).expect("there are test sequences");
    let steps = data.test.steps_of(data.test.points()).expect("sequences") as f64 / data.test.points() as f64;
    let without_order = 4.0_f64.ln();
    let nats = -bound.terms.lower_bound() / steps;
    assert!(
        nats < 0.8 * without_order,
        "{nats} nats per step, {without_order} without an order"
    );

    let items: Vec<usize> = (0..data.test.points()).collect();
    let errors = next_step(model, &data.test, &items, noise, &cancel, |_| true).expect("not cancelled");
    // One of four notes at even odds, among 88 keys.
    let marginal = 0.75 / 88.0;
    assert!(
        errors.model < 0.3 * marginal,
        "{errors:?}, {marginal} without an order"
    );
    for item in 0..4 {
        let mut begun = noise.item(&data.test, item);
        begun[2 * 88..].fill(f32::NAN);
        let ours = filled(model, &begun, 100, 1, &cancel).expect("not cancelled");
        assert_eq!(likeliest(&ours, 2), 60 + (item + 2) % 4);
    }
}

#[test]
fn what_a_markov_model_does_not_know_is_refused_by_its_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = sequences(folder.path());
    assert!(markov().check().is_ok() && markov().check_on(&data).is_ok());
    let usual = markov;
    for (changed, name) in [
        (
            Configuration {
                method: Method::WakeSleep,
                ..usual()
            },
            "method",
        ),
        (
            Configuration {
                residual: true,
                ..usual()
            },
            "residual",
        ),
        (
            Configuration {
                upper_latent: Layers::new(vec![2]),
                ..usual()
            },
            "upper-latent",
        ),
        (
            Configuration {
                free_bits: 0.5,
                ..usual()
            },
            "free-bits",
        ),
        (
            Configuration {
                estimator: Estimator::BetaTcvae,
                ..usual()
            },
            "estimator",
        ),
    ] {
        let said = changed.check().expect_err("it does not know that").to_string();
        assert!(said.starts_with(name), "{said}");
    }
    let images = common::shapes();
    let said = markov()
        .check_on(&images)
        .expect_err("images are no sequences")
        .to_string();
    assert!(said.contains("--sequence-length"), "{said}");
    let mut wide = markov();
    wide.latent = 512;
    let mut long = data;
    long.shape = long.shape.with_steps(200);
    let said = wide.check_on(&long).expect_err("too many dimensions").to_string();
    assert!(said.starts_with("latent is 512"), "{said}");
}
