//! Every likelihood in a whole run: learned, saved, gone on with, measured.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use std::process::Command;

use common::{configuration, numbers, shapes, train};
use strum::VariantArray;
use vae_tui::cancel::Cancel;
use vae_tui::choices::Choose;
use vae_tui::evaluation::{importance_weighted, lower_bound};
use vae_tui::learning::{Configuration, Training};
use vae_tui::model::Likelihood;
use vae_tui::model::likelihood::{Mean, Variance};
use vae_tui::run::RunState;
use vae_tui::session::{self, View};

/// A run with each likelihood, and with each choice that the Gaussian has.
fn every_configuration() -> Vec<Configuration> {
    let with = |likelihood| Configuration {
        likelihood,
        learning_rate: 3e-3,
        ..configuration()
    };
    let mut all: Vec<_> = Likelihood::VARIANTS
        .iter()
        .map(|&likelihood| with(likelihood))
        .collect();
    for (mean, variance) in [(Mean::Real, Variance::Shared), (Mean::Unit, Variance::Fixed)] {
        all.push(Configuration {
            mean,
            variance,
            ..with(Likelihood::Gaussian)
        });
    }
    all
}

fn name(configuration: &Configuration) -> String {
    let Configuration {
        likelihood,
        mean,
        variance,
        ..
    } = configuration;
    format!("{} {} {}", likelihood.word(), mean.word(), variance.word())
}

#[test]
fn a_run_goes_on_from_its_session_to_the_bit_whatever_its_likelihood() {
    let data = shapes();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("half.ron");
    for configuration in every_configuration() {
        let mut whole = RunState::new(Training::new(configuration.clone(), &data));
        train(&mut whole, &data, 40);
        let mut half = RunState::new(Training::new(configuration.clone(), &data));
        train(&mut half, &data, 20);
        session::save(&half, &View::default(), &path).expect("the folder can be written");
        let session = session::load(&path).expect("what was saved can be read");
        assert_eq!(session.configuration(), &configuration);
        let mut resumed = session.into_state(&data).expect("the run goes on");
        assert_eq!(
            resumed.training.model.architecture(),
            half.training.model.architecture()
        );
        train(&mut resumed, &data, 20);
        assert_eq!(
            numbers(&resumed.training.model),
            numbers(&whole.training.model),
            "{}",
            name(&configuration)
        );
        assert_ne!(numbers(&half.training.model), numbers(&whole.training.model));
    }
}

#[test]
fn every_bound_rises_and_lies_below_the_importance_weighted_one() {
    let data = shapes();
    let cancel = Cancel::default();
    for configuration in every_configuration() {
        let what = name(&configuration);
        let mut state = RunState::new(Training::new(configuration, &data));
        let noise = state.training.noise();
        let elbo = |state: &RunState| {
            let bound = lower_bound(&state.training.model, &data.test, noise, &cancel, |_| true);
            bound.expect("there are test images").terms.lower_bound()
        };
        let before = elbo(&state);
        train(&mut state, &data, 300);
        let after = elbo(&state);
        assert!(after > before + 20.0, "{what}: from {before} to {after}");
        let weighted =
            importance_weighted(&state.training.model, &data.test, 60, 200, noise, &cancel, |_| {
                true
            });
        let weighted = weighted.expect("not cancelled").mean;
        assert!(weighted > after, "{what}: {weighted} for a bound of {after}");
    }
}

#[test]
fn mnist_is_learned_with_every_likelihood_by_the_command() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for &likelihood in Likelihood::VARIANTS {
        let word = likelihood.word();
        let output = Command::new(env!("CARGO_BIN_EXE_vae-tui"))
            .current_dir(folder.path())
            .args([
                "train",
                "--hidden",
                "32",
                "--latent",
                "5",
                "--classes",
                "4",
                "--threads",
                "2",
            ])
            .args([
                "--samples",
                "6000",
                "--evaluate-every",
                "2000",
                "--json",
                "--likelihood",
                word,
            ])
            .output()
            .expect("the program runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{word}: {said}");
        assert!(!said.contains("note:"), "{said}");
        let lines = String::from_utf8(output.stdout).expect("JSON is text");
        let bounds: Vec<f64> = lines
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a JSON line"))
            .filter(|line| line["event"] == "metrics")
            .map(|line| line["elbo_test"].as_f64().expect("a number"))
            .collect();
        assert!(bounds.len() == 3 && bounds.is_sorted(), "{word}: {bounds:?}");
        assert!(bounds[2] > bounds[0] + 5.0, "{word}: {bounds:?}");
    }
}

/// A file of four grey images, none of which is black and white; and one where all are.
fn idx(folder: &std::path::Path, pixels: impl Fn(u8) -> u8) -> String {
    let header = [0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 2];
    let bytes: Vec<u8> = header.into_iter().chain((0..160).map(pixels)).collect();
    let path = folder.join("images.idx3-ubyte");
    std::fs::write(&path, bytes).expect("the folder can be written");
    path.to_str().expect("a path of ASCII").into()
}

#[test]
fn a_likelihood_is_suggested_once_where_nobody_chose_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let said = |pixels: fn(u8) -> u8, flags: &[&str]| {
        let data = idx(folder.path(), pixels);
        let output = Command::new(env!("CARGO_BIN_EXE_vae-tui"))
            .args([
                "train",
                "--samples",
                "20",
                "--batch",
                "10",
                "--hidden",
                "4",
                "--latent",
                "2",
            ])
            .args(["--data", &data])
            .args(flags)
            .output()
            .expect("the program runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr)
            .expect("words")
            .matches("--likelihood")
            .count()
    };
    let grey = |place: u8| place;
    let black_and_white = |place: u8| if place.is_multiple_of(3) { 255 } else { 0 };
    assert_eq!(said(grey, &[]), 1);
    assert_eq!(said(black_and_white, &[]), 0);
    assert_eq!(said(grey, &["--likelihood", "bernoulli"]), 0);
    assert_eq!(said(grey, &["--binarize", "static"]), 0);
    assert_eq!(said(grey, &["--preset", "pytorch-mnist"]), 0);
    // As the setting was called first.
    assert_eq!(said(grey, &["--decoder", "gaussian"]), 0);
}
