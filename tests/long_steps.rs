//! A long step is made on a copy of what is learned: commands are obeyed beside it, and no bit comes out differently.
#![allow(clippy::expect_used, reason = "a test that fails says where")]

use std::sync::Arc;

use vae_tui::cancel::Cancel;
use vae_tui::data::{Dataset, ItemShape, Split};
use vae_tui::learning::settings::Assignment;
use vae_tui::learning::{Configuration, Method, Preset, Training, Workers};
use vae_tui::run::{Command, Event, RunHandle, RunState};

/// Rows enough for a long step, and images so small that it is over soon.
const BATCH: usize = 9_000;
const STEPS: u64 = 3;

fn data() -> Dataset {
    let split = |points: usize| {
        let pixels = (0..points * 9).map(|i| (i * 57 % 251) as u8).collect();
        Split::of_bytes(pixels, Vec::new(), 9)
    };
    Dataset::new("numbers", ItemShape::grey(3, 3), split(70), split(1))
}

/// Everything that steps change, but the time that they took.
fn learned(training: &Training) -> impl PartialEq + std::fmt::Debug + use<> {
    let parameters = training.model.parameters();
    let parameters: Vec<Vec<f32>> = parameters
        .iter()
        .map(|named| named.parameter.values().to_vec())
        .collect();
    let counters = (training.samples, training.steps, training.since_evaluation);
    (
        parameters,
        training.optimizer.clone(),
        training.chains.clone(),
        counters,
    )
}

fn wait_for(run: &RunHandle, is_it: impl Fn(&Event) -> bool) {
    while !is_it(&run.events().recv().expect("a run that goes on").event) {}
}

#[test]
fn commands_beside_a_long_step_are_obeyed_and_change_no_bit_of_it() {
    let data = Arc::new(data());
    for method in [Method::Aevb, Method::WakeSleep, Method::Mcem] {
        let configuration = Configuration {
            method,
            hidden: 5.into(),
            latent: 2,
            batch: BATCH,
            goal: u64::MAX,
            evaluate_every: u64::MAX,
            ..Preset::Mnist.configuration(2)
        };
        let fresh = Training::new(configuration, &data);
        let workers = Workers::new(2).expect("threads");
        let mut undisturbed = fresh.clone();
        for _ in 0..STEPS {
            let step = undisturbed.step(&data, &workers, &Cancel::default());
            step.expect("a finite loss");
        }

        let (run, _) = RunHandle::start(RunState::new(fresh), data.clone()).expect("threads");
        for step in 1..=STEPS {
            run.send(Command::Step);
            run.send(Command::Change(vec![Assignment::new("learning-rate", "1e-3")]));
            wait_for(&run, |event| matches!(event, Event::Changed { .. }));
            let between = run.checkpoint().recv().expect("a state").training;
            assert!(between.steps == step || between.steps == step - 1);
            assert_eq!(between.samples, between.steps * BATCH as u64);
            let refused = run.send(Command::Change(vec![Assignment::new("latent", "3")]));
            wait_for(
                &run,
                |event| matches!(event, Event::Refused { number, .. } if *number == refused),
            );
            // News of the step may have come before that of the refusal: the state says it too.
            while run.checkpoint().recv().expect("a state").training.steps < step {}
        }
        let state = run.checkpoint().recv().expect("a state");
        assert_eq!(learned(&state.training), learned(&undisturbed), "{method:?}");
    }
}
