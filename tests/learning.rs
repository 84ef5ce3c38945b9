//! A run as its user sees it: it learns, obeys, stops where it must, and does not depend on who watches.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{configuration, shapes};
use dfdx::prelude::{Cpu, Gradients, ZerosTensor};
use vae_tui::cancel::Cancel;
use vae_tui::data::{Binarisation, Dataset, mnist};
use vae_tui::dims::{Batch, Latent, Pixels};
use vae_tui::evaluation::{
    LowerBound, MeasurementContext, annealed, from_posterior_samples, importance_weighted, lower_bound,
};
use vae_tui::learning::settings::Assignment;
use vae_tui::learning::{Configuration, Method, Preset, Training, Workers};
use vae_tui::nn::optimizer::OptimizerKind;
use vae_tui::nn::view::elements_mut;
use vae_tui::objective::{Estimator, Objective};
use vae_tui::random::{Purpose, fill_standard_normal, generator};
use vae_tui::run::protocol::Measurement;
use vae_tui::run::{Answered, Command, Event, Question, RunHandle, RunState, State};

const NOISE: MeasurementContext = MeasurementContext {
    seed: 1,
    binarisation: Binarisation::None,
};

fn train(configuration: Configuration, data: &Dataset, samples: u64) -> Training {
    let workers = Workers::new(configuration.threads).expect("threads can be started");
    let mut training = Training::new(configuration, data);
    while training.samples < samples {
        workers
            .run(|| training.step(data, &workers, &Cancel::default()))
            .expect("the loss stays finite");
    }
    training
}

fn measure(training: &Training, data: &Dataset) -> LowerBound {
    lower_bound(&training.model, &data.test, NOISE, &Cancel::default(), |_| true)
        .expect("there are test images")
}

fn start(training: Training, data: &Arc<Dataset>) -> RunHandle {
    let (run, _) = RunHandle::start(RunState::new(training), data.clone()).expect("threads can be started");
    run
}

/// The next event that `wanted` recognises. No test waits for a time to pass, only for things to happen.
fn wait_for<T>(run: &RunHandle, wanted: impl Fn(Event) -> Option<T>) -> T {
    loop {
        let told = run.events().recv_timeout(Duration::from_secs(120));
        let told = told.expect("the run answers");
        assert_eq!(told.run, run.id());
        if let Some(found) = wanted(told.event) {
            return found;
        }
    }
}

fn wait_for_state(run: &RunHandle, wanted: State) {
    wait_for(run, |event| match event {
        Event::State(state) if state == wanted => Some(()),
        _ => None,
    });
}

fn checkpoint(run: &RunHandle) -> RunState {
    *run.checkpoint().recv().expect("the run answers")
}

/// Has the trainer learn until then.
fn set_goal(run: &RunHandle, goal: u64) {
    run.send(Command::Change(vec![Assignment::new("samples", goal)]));
}

/// Asks about the newest parameters; returns the question's number.
fn look(run: &RunHandle) -> u64 {
    run.ask("test", None, Question::Reconstruct { items: vec![0] })
}

/// What is seen in the newest parameters.
fn looked_at(run: &RunHandle) -> Answered {
    let sent = look(run);
    wait_for(run, |event| match event {
        Event::Answered(answered) if answered.number == sent => Some(*answered),
        _ => None,
    })
}

#[test]
fn the_bound_rises_under_every_rule_binarisation_and_number_of_samples() {
    let data = shapes();
    for (optimizer, binarisation, mc_samples) in [
        (OptimizerKind::Adam, Binarisation::None, 1),
        (OptimizerKind::Adam, Binarisation::Static, 3),
        (OptimizerKind::Adagrad, Binarisation::Dynamic, 2),
    ] {
        let configuration = Configuration {
            optimizer,
            binarisation,
            mc_samples,
            learning_rate: if optimizer == OptimizerKind::Adam {
                3e-3
            } else {
                0.05
            },
            ..configuration()
        };
        let before = measure(&Training::new(configuration.clone(), &data), &data);
        let after = measure(&train(configuration, &data, 20_000), &data);
        let (before, after) = (before.terms.lower_bound(), after.terms.lower_bound());
        assert!(
            after > before + 200.0,
            "{optimizer:?} {binarisation:?}: from {before} to {after}"
        );
    }
}

#[test]
fn wake_sleep_and_monte_carlo_em_learn_too() {
    let data = shapes();
    for method in [Method::WakeSleep, Method::Mcem] {
        let configuration = Configuration {
            method,
            learning_rate: 3e-3,
            ..configuration()
        };
        let before = measure(&Training::new(configuration.clone(), &data), &data)
            .terms
            .lower_bound();
        let after = measure(&train(configuration, &data, 20_000), &data)
            .terms
            .lower_bound();
        assert!(after > before + 200.0, "{method:?}: from {before} to {after}");
    }
}

/// Every training point has a chain, the chains move as often as they should, and the decoder alone is learned.
#[test]
fn monte_carlo_em_keeps_a_chain_a_training_point_and_tunes_their_steps() {
    let data = shapes();
    let configuration = Configuration {
        method: Method::Mcem,
        learning_rate: 3e-3,
        ..configuration()
    };
    let training = train(configuration, &data, 20_000);
    let chains = training.chains.as_ref().expect("chains");
    assert_eq!(chains.positions.len(), 200 * 6);
    assert!(
        (0.5..=1.0).contains(&chains.sampling.acceptance),
        "{:?}",
        chains.sampling
    );
    // The step size has moved from where it began, and every chain from the prior's draw.
    assert!(
        (chains.sampling.step_size - 0.05).abs() > 0.005,
        "{:?}",
        chains.sampling
    );
    assert_eq!(training.optimizer.steps, 5 * training.steps);
    let names: Vec<String> = training
        .model
        .parameters()
        .into_iter()
        .map(|named| named.name)
        .collect();
    assert!(names.iter().all(|name| name.starts_with("decoder")), "{names:?}");
}

/// Estimators A and B (equations 6 and 7) agree in expectation, and B varies less.
#[test]
fn the_two_estimators_agree_and_the_closed_form_varies_less() {
    let data = shapes();
    let model = common::model_by_hand();
    let device = Cpu::default();
    let points = 20;
    let mut x = device.zeros_like(&(Batch(points), Pixels(common::PIXELS)));
    for (row, image) in elements_mut(&mut x).chunks_exact_mut(common::PIXELS).zip(0..) {
        data.train.fill_row(image, row);
    }
    let draws = 2_000;
    let statistics = |estimator: Estimator| {
        let bounds: Vec<f64> = (0..draws)
            .map(|draw| {
                let mut noise = device.zeros_like(&(Batch(points), Latent(6)));
                fill_standard_normal(
                    &mut generator(1, Purpose::Noise, draw, 0),
                    elements_mut(&mut noise),
                );
                let (_, terms) = Objective::from(estimator).negative(&model, &x, &noise, Gradients::leaky());
                terms.per_point(points as u64).kl
            })
            .collect();
        let mean = bounds.iter().sum::<f64>() / bounds.len() as f64;
        let variance = bounds.iter().map(|bound| (bound - mean).powi(2)).sum::<f64>() / bounds.len() as f64;
        (mean, variance)
    };
    let ((mean_a, variance_a), (mean_b, variance_b)) = (statistics(Estimator::A), statistics(Estimator::B));
    let standard_error = (variance_a / draws as f64).sqrt();
    assert!(
        (mean_a - mean_b).abs() < 5.0 * standard_error,
        "{mean_a} and {mean_b} +- {standard_error}"
    );
    assert!(
        variance_b < 1e-9 && variance_a > 1e-3,
        "{variance_a} and {variance_b}"
    );

    // What is learned with either is the same.
    let trained = |estimator| {
        let configuration = Configuration {
            estimator,
            learning_rate: 3e-3,
            ..configuration()
        };
        measure(&train(configuration, &data, 20_000), &data)
            .terms
            .lower_bound()
    };
    let (a, b) = (trained(Estimator::A), trained(Estimator::B));
    assert!((a / b - 1.0).abs() < 0.05, "both learn the same: {a} and {b}");
}

/// The widely used PyTorch example reports an average test loss of 105.6 after these ten epochs.
#[test]
fn ten_epochs_of_the_pytorch_preset_reach_its_published_bound() {
    let data = mnist::load(|_| {}).expect("the embedded data unpacks");
    let configuration = Preset::PytorchMnist.configuration(2);
    let goal = configuration.goal;
    let bound = measure(&train(configuration, &data, goal), &data)
        .terms
        .lower_bound();
    // And no better one than this architecture is known for.
    assert!((-106.0..-100.0).contains(&bound), "{bound}");
}

/// The noise of a data point depends on its place, so one thread and two see the same gradient up to rounding.
#[test]
fn the_number_of_threads_changes_the_rounding_alone() {
    let data = shapes();
    let bounds = [1, 2].map(|threads| {
        let training = train(
            Configuration {
                threads,
                ..configuration()
            },
            &data,
            1_000,
        );
        measure(&training, &data).terms.lower_bound()
    });
    assert!((bounds[0] / bounds[1] - 1.0).abs() < 1e-4, "{bounds:?}");
    let again = train(
        Configuration {
            threads: 2,
            ..configuration()
        },
        &data,
        1_000,
    );
    assert_eq!(
        measure(&again, &data).terms.lower_bound().to_bits(),
        bounds[1].to_bits()
    );
}

#[test]
fn a_run_that_diverges_goes_back_to_where_it_was_well_with_half_the_rate() {
    let data = shapes();
    let mut training = train(configuration(), &data, 20);
    training.optimizer.learning_rate = 1e30;
    let (samples, before) = (training.samples, training.model.clone());
    let run = start(training, &data);
    run.send(Command::Start);
    let diverged = wait_for(&run, |event| match event {
        Event::Diverged(diverged) => Some(diverged),
        _ => None,
    });
    assert_eq!(diverged.items.len(), configuration().batch);
    assert!(diverged.items.iter().all(|&item| item < data.train.labels.len()));
    let names: Vec<String> = before.parameters().into_iter().map(|named| named.name).collect();
    let is_known =
        ["reconstruction", "KL"].contains(&diverged.place.as_str()) || names.contains(&diverged.place);
    assert!(is_known, "{}", diverged.place);

    run.send(Command::Halve);
    run.send(Command::Pause);
    let went_back = wait_for(&run, |event| match event {
        Event::WentBack(summary) => Some(summary),
        _ => None,
    });
    assert_eq!(went_back.samples, samples);
    let rate = wait_for(&run, |event| match event {
        Event::Changed { learning_rate, .. } => Some(learning_rate),
        _ => None,
    });
    assert_eq!(rate, 5e29);
}

/// Nothing that is not finite takes the place of what is.
#[test]
fn a_state_that_is_not_finite_is_not_saved() {
    let data = shapes();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.ron");
    let state = RunState::new(train(configuration(), &data, 5));
    let save = |state: &RunState| vae_tui::session::save(state, &Default::default(), &path);
    save(&state).expect("the folder can be written");
    let good = std::fs::read(&path).expect("a session");
    let mut parameter = state.clone();
    parameter.training.model.parameters_mut()[0]
        .parameter
        .values_mut()[3] = f32::NAN;
    let mut memory = state.clone();
    memory.training.optimizer.second[1][0] = f32::INFINITY;
    for broken in [parameter, memory] {
        let said = save(&broken).expect_err("it is not finite").to_string();
        assert!(
            said.contains("run.ron") && said.contains("no longer finite"),
            "{said}"
        );
        assert_eq!(std::fs::read(&path).expect("a session"), good);
    }
}

#[test]
fn a_run_that_diverges_stops_at_its_last_finite_parameters() {
    let data = shapes();
    let mut training = train(configuration(), &data, 200);
    training.optimizer.learning_rate = 1e30;
    let run = start(training, &data);
    run.send(Command::Start);
    let diverged = wait_for(&run, |event| match event {
        Event::Diverged(diverged) => Some(diverged),
        _ => None,
    });
    let said = diverged.to_string();
    assert!(
        said.contains("no longer finite") && said.contains("lower learning rate"),
        "{said}"
    );
    let RunState {
        training: kept, log, ..
    } = checkpoint(&run);
    assert_eq!(kept.samples, diverged.samples);
    let finite = |values: &[f32]| values.iter().all(|value| value.is_finite());
    assert!(
        kept.model
            .parameters()
            .iter()
            .all(|named| finite(named.parameter.values()))
    );
    assert!(
        log.trace
            .buckets()
            .iter()
            .all(|bucket| bucket.minimum.is_finite())
    );
}

#[test]
fn the_trainer_obeys() {
    let data = shapes();
    let run = start(Training::new(configuration(), &data), &data);
    let first = looked_at(&run);
    run.send(Command::Step);
    wait_for_state(&run, State::Paused);
    assert_eq!(checkpoint(&run).training.steps, 1);
    let second = looked_at(&run);
    assert_eq!((first.samples, second.samples), (0, 20));
    assert_ne!(first.answer, second.answer, "a step publishes its parameters");

    run.send(Command::Change(vec![Assignment::new("learning-rate", 5e-4)]));
    set_goal(&run, 1_000);
    run.send(Command::Start);
    wait_for_state(&run, State::Finished);
    let RunState {
        training: finished,
        log,
        ..
    } = checkpoint(&run);
    assert_eq!(
        (finished.samples, finished.optimizer.learning_rate),
        (1_000, 5e-4)
    );
    assert_eq!(
        log.evaluations.last().map(|point| point.samples),
        Some(1_000),
        "the goal is measured"
    );

    run.send(Command::Evaluate);
    let (point, test) = wait_for(&run, |event| match event {
        Event::Evaluated { point, test, .. } => Some((point, test)),
        _ => None,
    });
    assert_eq!(point, None, "nothing was learned since the last point");
    assert_eq!(test, measure(&finished, &data));
}

/// Whoever can still ask for checkpoints must not keep a trainer alive that is no longer wanted.
#[test]
fn a_trainer_ends_when_it_is_dropped() {
    let data = shapes();
    for command in [Command::Start, Command::Pause, Command::Evaluate] {
        let run = start(Training::new(configuration(), &data), &data);
        let checkpoints = run.checkpoints();
        run.send(command);
        assert!(checkpoints().is_some());
        drop(run);
        assert!(checkpoints().is_none());
    }
}

#[test]
fn watching_and_measuring_change_nothing() {
    let data = shapes();
    let alone = train(configuration(), &data, 3_000);
    let run = start(Training::new(configuration(), &data), &data);
    set_goal(&run, 3_000);
    run.send(Command::Start);
    for _ in 0..5 {
        run.send(Command::Evaluate);
        run.send(Command::Pause);
        look(&run);
        checkpoint(&run);
        run.send(Command::Start);
        look(&run);
    }
    wait_for_state(&run, State::Finished);
    let watched = checkpoint(&run).training;
    for (alone, watched) in alone.model.parameters().iter().zip(watched.model.parameters()) {
        assert_eq!(
            alone.parameter.values(),
            watched.parameter.values(),
            "{}",
            alone.name
        );
    }
}

#[test]
fn a_measurement_can_be_broken_off() {
    let data = shapes();
    let model = common::model_by_hand();
    assert_eq!(
        lower_bound(&model, &data.test, NOISE, &Cancel::default(), |_| false),
        None
    );
    assert_eq!(
        importance_weighted(&model, &data.test, 60, 10, NOISE, &Cancel::default(), |_| false),
        None
    );
    assert_eq!(
        annealed(&model, &data.test, 60, (2, 2), NOISE, &Cancel::default(), |_| {
            false
        }),
        None
    );
    let few = Configuration {
        latent: 2,
        ..configuration()
    };
    let few = Training::new(few, &data).model;
    assert_eq!(
        from_posterior_samples(&few, &data.test, 60, 5, NOISE, &Cancel::default(), |_| false),
        Ok(None)
    );
}

/// More samples tighten the bound (Burda, Grosse and Salakhutdinov 2015, theorem 1), and one sample is the ELBO.
#[test]
fn the_importance_weighted_bound_tightens_from_the_elbo() {
    let data = shapes();
    let training = train(
        Configuration {
            learning_rate: 3e-3,
            ..configuration()
        },
        &data,
        20_000,
    );
    let elbo = measure(&training, &data).terms.lower_bound();
    let bound = |samples| {
        importance_weighted(
            &training.model,
            &data.test,
            60,
            samples,
            NOISE,
            &Cancel::default(),
            |_| true,
        )
        .expect("there are test images")
    };
    let (one, few, many) = (bound(1), bound(10), bound(1_000));
    assert!(
        (one.mean - elbo).abs() < 5.0,
        "one sample: {} for an ELBO of {elbo}",
        one.mean
    );
    assert!(
        few.mean > one.mean && many.mean > few.mean,
        "{one:?} {few:?} {many:?}"
    );
    assert_eq!(many.points, 60);
    assert!(many.standard_error.is_some_and(|error| error > 0.0));
}

/// Three ways to the same number, each above the lower bound; the one of few dimensions says so to a model of many.
#[test]
fn the_estimates_of_the_marginal_likelihood_agree_above_the_bound() {
    let data = shapes();
    let run = |method| {
        let configuration = Configuration {
            method,
            latent: 2,
            learning_rate: 3e-3,
            ..configuration()
        };
        train(configuration, &data, 20_000)
    };
    for training in [run(Method::Aevb), run(Method::Mcem)] {
        let (model, test) = (&training.model, &data.test);
        let elbo =
            lower_bound(model, test, NOISE, &Cancel::default(), |_| true).expect("there are test images");
        let weighted =
            importance_weighted(model, test, 60, 2_000, NOISE, &Cancel::default(), |_| true).expect("points");
        let sampled = from_posterior_samples(model, test, 60, 50, NOISE, &Cancel::default(), |_| true);
        let sampled = sampled.expect("two dimensions").expect("points");
        let annealed =
            annealed(model, test, 60, (10, 300), NOISE, &Cancel::default(), |_| true).expect("points");
        let method = training.configuration.method;
        for estimate in [weighted, sampled, annealed] {
            assert!(
                estimate.mean > elbo.terms.lower_bound(),
                "{method:?}: {estimate:?} {elbo:?}"
            );
            assert!(
                (estimate.mean - annealed.mean).abs() < 2.0,
                "{method:?}: {estimate:?} {annealed:?}"
            );
            assert!(estimate.standard_error.is_some_and(|error| error > 0.0) && estimate.points == 60);
        }
    }
    let many = common::model_by_hand();
    let refused = from_posterior_samples(&many, &data.test, 60, 50, NOISE, &Cancel::default(), |_| true);
    let said = refused.expect_err("six dimensions are too many").to_string();
    assert!(
        said.contains("fewer than 5 latent dimensions, this model has 6"),
        "{said}"
    );
}

#[test]
fn the_trainer_estimates_the_marginal_likelihood_and_steering_breaks_it_off() {
    let data = shapes();
    let run = start(Training::new(configuration(), &data), &data);
    run.send(Command::Estimate);
    let point = wait_for(&run, |event| match event {
        Event::Estimated(point) => Some(point),
        _ => None,
    });
    assert!(
        point
            .estimates
            .annealed
            .is_some_and(|estimate| estimate.mean.is_finite())
            && point.estimates.posterior_samples.is_none()
    );
    assert_eq!(checkpoint(&run).log.marginals, [point]);
    for steering in [
        Command::BreakOff,
        Command::Step,
        Command::Change(vec![Assignment::new("learning-rate", 5e-4)]),
        Command::Start,
    ] {
        run.send(Command::Estimate);
        run.send(steering);
        wait_for(&run, |event| match event {
            Event::BrokenOff(Measurement::Estimate) => Some(()),
            Event::Estimated(_) => panic!("it went on to its end"),
            _ => None,
        });
        run.send(Command::Pause);
        assert_eq!(checkpoint(&run).log.marginals.len(), 1);
    }
}

/// No step is made during an estimate, so that there is nothing to break it off for.
#[test]
fn a_pause_is_told_at_once_and_lets_an_estimate_end() {
    let data = shapes();
    let run = start(Training::new(configuration(), &data), &data);
    run.send(Command::Estimate);
    run.send(Command::Pause);
    let is_paused = |event| match event {
        Event::State(State::Paused) => Some(true),
        Event::Estimated(_) => Some(false),
        _ => None,
    };
    assert!(wait_for(&run, is_paused), "told before the estimate ends");
    wait_for(&run, |event| matches!(event, Event::Estimated(_)).then_some(()));
    assert_eq!(checkpoint(&run).log.marginals.len(), 1);
}
