//! Each thing that can be wrong with a run is found in a run that really has it, and in none that is well.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use std::sync::Arc;

use common::{configuration, shapes};
use vae_tui::data::{Dataset, ItemShape, ReadingRules, Split, load};
use vae_tui::learning::{Configuration, Training};
use vae_tui::model::{Activation, Likelihood};
use vae_tui::run::diagnosis::Finding;
use vae_tui::run::{Command, Event, Happening, RunHandle, RunState, State};

/// Trains to the goal or to the last finite parameters, measures, and says what is found then; the log has said each of it.
fn found(configuration: Configuration, data: &Arc<Dataset>) -> (Vec<Finding>, RunState) {
    let state = RunState::new(Training::new(configuration, data));
    let (run, _) = RunHandle::start(state, data.clone()).expect("threads");
    run.send(Command::Start);
    let mut findings = Vec::new();
    for told in run.events() {
        match told.event {
            Event::Diagnosed(found) => findings = found,
            Event::State(State::Finished) | Event::Diverged(_) => break,
            _ => {}
        }
    }
    run.send(Command::Evaluate);
    let measured = run
        .events()
        .iter()
        .find(|told| matches!(told.event, Event::Evaluated { .. }));
    assert!(measured.is_some());
    let state = *run.checkpoint().recv().expect("the trainer lives");
    for told in run.events().try_iter() {
        if let Event::Diagnosed(found) = told.event {
            findings = found;
        }
    }
    let logged = |name: &str| {
        let says = |what: &Happening| matches!(what, Happening::Diagnosed(said) if said.contains(name));
        state.log.entries.iter().any(|entry| says(&entry.what))
    };
    for finding in &findings {
        assert!(logged(&finding.command), "{finding}");
    }
    (findings, state)
}

fn names(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.name.as_str()).collect()
}

/// A run that is well: shapes, black and white as a Bernoulli draws them, seen 300 times.
fn healthy() -> Configuration {
    Configuration {
        binarisation: vae_tui::data::Binarisation::Static,
        hidden: 30.into(),
        learning_rate: 3e-3,
        goal: 20_000,
        ..configuration()
    }
}

#[test]
fn nothing_is_said_of_a_run_that_is_well() {
    let (findings, _) = found(healthy(), &shapes());
    assert_eq!(findings, []);
}

#[test]
fn a_posterior_that_collapsed() {
    let (findings, _) = found(
        Configuration {
            kl_weight: 200.0,
            ..healthy()
        },
        &shapes(),
    );
    let collapse = findings
        .iter()
        .find(|finding| finding.name == "posterior-collapse");
    let collapse = collapse.unwrap_or_else(|| panic!("{findings:?}"));
    assert!(collapse.text.contains("0 of 6 latent dimensions"), "{collapse}");
    assert_eq!(collapse.command, "set kl-weight 1");
}

#[test]
fn units_at_their_ends_and_dead_ones() {
    for (activation, name) in [
        (Activation::Tanh, "saturated-units"),
        (Activation::Relu, "dead-units"),
        (Activation::Sigmoid, "saturated-units"),
    ] {
        let (findings, _) = found(
            Configuration {
                activation,
                learning_rate: 0.3,
                goal: 2_000,
                ..healthy()
            },
            &shapes(),
        );
        assert!(names(&findings).contains(&name), "{findings:?}");
    }
}

#[test]
fn a_learning_rate_too_small_and_what_raises_it() {
    let slow = Configuration {
        learning_rate: 1e-5,
        goal: 10_000,
        ..healthy()
    };
    let (findings, state) = found(slow, &shapes());
    assert_eq!(names(&findings), ["learning-rate"]);
    assert_eq!(findings[0].command, "set learning-rate 0.00004");
    // The command is one that the run takes.
    let mut training = state.training;
    let assignment = vae_tui::learning::settings::Assignment::new("learning-rate", "0.00004");
    assert_eq!(training.change(&[assignment]), Ok(()));
}

#[test]
fn points_that_are_learned_by_heart() {
    let few = Configuration {
        train_size: Some(20),
        hidden: 100.into(),
        goal: 40_000,
        evaluate_every: 2_000,
        ..healthy()
    };
    let (findings, _) = found(few, &shapes());
    assert!(names(&findings).contains(&"overfitting"), "{findings:?}");
}

/// The step is raised a hundredfold in the middle of a healthy run: that shows before anything is infinite.
#[test]
fn divergence_ahead() {
    let data = shapes();
    let state = RunState::new(Training::new(
        Configuration {
            goal: 10_000,
            ..healthy()
        },
        &data,
    ));
    let (run, _) = RunHandle::start(state, data.clone()).expect("threads");
    run.send(Command::Start);
    let wait = |state: State| {
        for told in run.events() {
            if told.event == Event::State(state) {
                return;
            }
        }
    };
    wait(State::Running);
    wait(State::Finished);
    let changes = [("learning-rate", "0.2"), ("samples", "10400")];
    let changes = changes.map(|(name, value)| vae_tui::learning::settings::Assignment::new(name, value));
    run.send(Command::Change(changes.to_vec()));
    run.send(Command::Start);
    let mut seen = Vec::new();
    for told in run.events() {
        match told.event {
            Event::Diagnosed(found) => seen.extend(found),
            Event::State(State::Finished) | Event::Diverged(_) => break,
            _ => {}
        }
    }
    let ahead = seen.iter().find(|finding| finding.name == "divergence");
    assert_eq!(
        ahead.unwrap_or_else(|| panic!("{seen:?}")).command,
        "set learning-rate 0.05"
    );
}

#[test]
fn a_likelihood_for_other_values() {
    let numbers = |items: usize, whole: bool| -> Split {
        let value = |index: usize| {
            let value = (index * 7_919 % 1_000) as f32 / 1_000.0;
            if whole { value.round() } else { value }
        };
        Split::of_floats((0..6 * items).map(value).collect(), Vec::new(), 6)
    };
    let data = |whole| {
        let shape = ItemShape::Vector { features: 6 };
        Arc::new(Dataset::new(
            "values",
            shape,
            numbers(100, whole),
            numbers(40, whole),
        ))
    };
    let with = |likelihood, data: &Arc<Dataset>| {
        let short = Configuration {
            binarisation: vae_tui::data::Binarisation::None,
            data: "values".into(),
            likelihood,
            goal: 200,
            evaluate_every: 100,
            ..configuration()
        };
        let (findings, _) = found(short, data);
        let of_likelihood = findings.into_iter().find(|finding| finding.name == "likelihood");
        of_likelihood.map(|finding| finding.text)
    };
    let (grey, black_or_white) = (data(false), data(true));
    let said = with(Likelihood::Bernoulli, &grey).expect("real numbers");
    assert!(said.ends_with("likelihood continuous-bernoulli"), "{said}");
    let said = with(Likelihood::Gaussian, &black_or_white).expect("a density over two values");
    assert!(said.ends_with("likelihood bernoulli"), "{said}");
    assert_eq!(with(Likelihood::Bernoulli, &black_or_white), None);
    assert_eq!(with(Likelihood::ContinuousBernoulli, &grey), None);

    // What the program draws is black and white but for its edges.
    let drawn = load("sprites:50", &ReadingRules::default(), |_| {}).expect("no file is needed");
    let short = Configuration {
        data: drawn.name.clone(),
        goal: 200,
        evaluate_every: 100,
        ..configuration()
    };
    let (findings, _) = found(short, &Arc::new(drawn));
    assert!(!names(&findings).contains(&"likelihood"), "{findings:?}");
}
