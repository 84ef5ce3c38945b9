//! The step size of a run, chosen as the paper says: of 0.01, 0.02 and 0.1 "based on performance on the training set in the first few
//! iterations" (section 5).

use anyhow::Context;

use crate::cancel::Cancel;
use crate::data::Dataset;
use crate::learning::{Configuration, StepFault, Training, Workers};

/// What is chosen from, the one that is taken where none is ahead first.
const STEP_SIZES: [f32; 3] = [0.02, 0.01, 0.1];
/// Training points of a trial, of which the later half is judged: a thousand of the paper's minibatches.
const TRIAL: u64 = 100_000;
/// A run that is not so many trials long makes none.
const TRIALS_OF_A_RUN: u64 = 10;

/// The step size with the best mean training bound in the later half of a trial; that of a run that is too short for trials is the
/// first. `None` as soon as `is_stopped` says so.
///
/// # Errors
/// If the threads of a trial can't be started.
pub(super) fn chosen(
    configuration: &Configuration,
    data: &Dataset,
    is_stopped: impl Fn() -> bool + Sync,
) -> anyhow::Result<Option<f32>> {
    let [usual, others @ ..] = STEP_SIZES;
    if configuration.goal < TRIALS_OF_A_RUN * TRIAL {
        return Ok(Some(usual));
    }
    let workers = Workers::new(configuration.threads).context("starting the training threads")?;
    let bound = |learning_rate| {
        let configuration = Configuration {
            learning_rate,
            ..configuration.clone()
        };
        training_bound(configuration, data, &workers, &is_stopped)
    };
    let (mut best, mut highest) = (usual, bound(usual));
    for learning_rate in others {
        let bound = bound(learning_rate);
        if bound > highest {
            (best, highest) = (learning_rate, bound);
        }
    }
    Ok((!is_stopped()).then_some(best))
}

/// The mean of what the minibatches of the later half of a trial report, in nats per data point; none of a run that diverges or is
/// stopped.
fn training_bound(
    configuration: Configuration,
    data: &Dataset,
    workers: &Workers,
    is_stopped: &(impl Fn() -> bool + Sync),
) -> Option<f64> {
    let mut training = Training::new(configuration, data);
    let (mut sum, mut steps) = (0.0, 0_u32);
    let whole = workers.run(|| {
        while training.samples < TRIAL {
            if is_stopped() {
                return Ok(false);
            }
            let report = training.step(data, workers, &Cancel::default())?;
            if training.samples > TRIAL / 2 {
                sum += report.terms.lower_bound();
                steps += 1;
            }
        }
        Ok::<_, StepFault>(true)
    });
    let mean = sum / f64::from(steps.max(1));
    (matches!(whole, Ok(true)) && mean.is_finite()).then_some(mean)
}
