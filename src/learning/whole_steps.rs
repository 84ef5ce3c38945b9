//! A step is made whole or not at all, whether it diverges or is cancelled, and wherever.

use super::{Configuration, Method, Preset, StepFault, Training, Workers};
use crate::cancel::Cancel;
use crate::data::{Dataset, ItemShape, Split};
use crate::model::{Layers, NormalisationKind};
use crate::nn::optimizer::OptimizerKind;

const METHODS: [Method; 4] = [Method::Aevb, Method::WakeSleep, Method::Mcem, Method::FullVb];

pub(super) fn data(points: usize, side: usize) -> Dataset {
    let split = |points: usize| {
        Split::of_bytes(
            (0..points * side * side).map(|i| (i * 57 % 251) as u8).collect(),
            Vec::new(),
            side * side,
        )
    };
    Dataset::new("numbers", ItemShape::grey(side, side), split(points), split(1))
}

pub(super) fn configuration(method: Method) -> Configuration {
    Configuration {
        method,
        hidden: 5.into(),
        latent: 2,
        batch: 30,
        mc_samples: 2,
        ..Preset::Mnist.configuration(2)
    }
}

pub(super) fn workers(training: &Training) -> Workers {
    Workers::new(training.configuration.threads).expect("threads")
}

/// Everything that a step changes, to the bit.
fn state(training: &Training) -> impl PartialEq + std::fmt::Debug + use<> {
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<u32>>();
    let parameters = training.model.parameters();
    let parameters: Vec<Vec<u32>> = parameters
        .iter()
        .map(|named| bits(named.parameter.values()))
        .collect();
    let optimizer = (
        training.optimizer.steps,
        &training.optimizer.first,
        &training.optimizer.second,
    );
    let moments: Vec<Vec<u32>> = optimizer
        .1
        .iter()
        .chain(optimizer.2)
        .map(|values| bits(values))
        .collect();
    let chains = training.chains.as_ref();
    let chains = chains.map(|chains| (bits(&chains.positions), chains.sampling));
    let counters = (
        training.steps,
        training.samples,
        training.seconds,
        training.since_evaluation,
    );
    (parameters, optimizer.0, moments, chains, counters)
}

#[test]
fn monte_carlo_em_that_diverges_leaves_chains_parameters_and_optimizer() {
    let data = data(40, 3);
    let configuration = Configuration {
        optimizer: OptimizerKind::Adagrad,
        learning_rate: 3e38,
        ..configuration(Method::Mcem)
    };
    let fresh = Training::new(configuration, &data);
    let workers = workers(&fresh);
    let go_on = Cancel::default();
    let mut begun = fresh.clone();
    begun
        .step(&data, &workers, &go_on)
        .expect("Adagrad only accumulates at first");

    for training in [fresh, begun] {
        // Adagrad's update 101 is the first that changes anything, and with this rate the one after it meets no number.
        for (updates_before, diverges) in [
            (95, false),
            (96, false),
            (97, true),
            (98, true),
            (99, true),
            (100, true),
        ] {
            let mut training = training.clone();
            training.optimizer.steps = updates_before;
            let before = state(&training);
            let step = training.step(&data, &workers, &go_on);
            assert_eq!(
                matches!(step, Err(StepFault::Diverged(_))),
                diverges,
                "{updates_before}: {step:?}"
            );
            assert_eq!(before == state(&training), diverges, "{updates_before}");
        }
        // No chain can move, and the first update sees no number; or the likelihood is one, and no gradient of it.
        for (name, value) in [("decoder.logits.bias", f32::NAN), ("decoder.logits.weight", 3e38)] {
            let mut training = training.clone();
            for named in training.model.parameters_mut() {
                if named.name == name {
                    named.parameter.values_mut().fill(value);
                }
            }
            let before = state(&training);
            let step = training.step(&data, &workers, &go_on);
            assert!(matches!(step, Err(StepFault::Diverged(_))), "{name}: {step:?}");
            assert_eq!(before, state(&training), "{name}");
        }
    }
}

/// Cancels a step at some of its looks, and makes it again.
fn cancel_everywhere(mut training: Training, data: &Dataset, tries: u64) {
    let method = training.configuration.method;
    let workers = workers(&training);
    for _ in 0..2 {
        let mut whole = training.clone();
        let counting = Cancel::after_looks(u64::MAX);
        let report = whole.step(data, &workers, &counting).expect("a whole step");
        let looks = u64::MAX - counting.looks_left();
        let before = state(&training);
        for index in 0..tries {
            let look = index * (looks - 1) / (tries - 1);
            let step = training.step(data, &workers, &Cancel::after_looks(look));
            assert_eq!(step, Err(StepFault::Cancelled), "{method:?} at {look} of {looks}");
            assert_eq!(before, state(&training), "{method:?} at {look} of {looks}");
        }
        let again = training.step(data, &workers, &Cancel::default());
        assert_eq!(again, Ok(report));
        (training.seconds, whole.seconds) = (0.0, 0.0);
        assert_eq!(state(&training), state(&whole), "{method:?}");
    }
}

#[test]
fn a_cancelled_step_changes_nothing_and_can_be_made_again() {
    let data = data(70, 4);
    for method in METHODS {
        cancel_everywhere(Training::new(configuration(method), &data), &data, 40);
    }
}

/// What batch normalisation saw belongs to the step; and the number of threads that share the shards changes no bit of it.
#[test]
fn a_cancelled_step_of_a_normalised_model_leaves_its_running_moments() {
    let data = data(70, 4);
    let configuration = Configuration {
        hidden: Layers::new(vec![5, 5]),
        normalisation: NormalisationKind::Batch,
        residual: true,
        ..configuration(Method::Aevb)
    };
    cancel_everywhere(Training::new(configuration.clone(), &data), &data, 40);

    let on_threads = |threads: usize| {
        let mut training = Training::new(configuration.clone(), &data);
        let workers = workers(&training);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("threads").install(|| {
            for _ in 0..3 {
                training
                    .step(&data, &workers, &Cancel::default())
                    .expect("a finite step");
            }
        });
        training.seconds = 0.0;
        state(&training)
    };
    assert!(on_threads(1) == on_threads(2));
}

/// So many rows that every shard is worked through in pieces.
#[test]
fn a_step_cancelled_within_a_piece_changes_nothing() {
    let data = data(3_000, 4);
    for method in [Method::Aevb, Method::WakeSleep] {
        let configuration = Configuration {
            batch: 2_000,
            mc_samples: 60,
            ..configuration(method)
        };
        cancel_everywhere(Training::new(configuration, &data), &data, 7);
    }
}

/// So large a minibatch that the update's products are made before it, and are looked at too.
#[test]
fn a_cancelled_step_of_a_large_minibatch_changes_nothing() {
    let data = data(3_000, 20);
    for method in METHODS {
        let configuration = Configuration {
            hidden: 60.into(),
            batch: 6_000,
            mc_samples: 1,
            ..configuration(method)
        };
        cancel_everywhere(Training::new(configuration, &data), &data, 9);
    }
}
