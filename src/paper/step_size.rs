//! The step size of a panel's runs, chosen as the paper says: of 0.01, 0.02 and 0.1 "based on performance on the training set in the
//! first few iterations" (section 5).

use std::sync::{Mutex, PoisonError};

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

/// The one step size of runs that differ by their seeds: one seed alone hardly tells 0.01 from 0.02.
#[derive(Debug)]
pub struct Choice {
    /// Seeds from 1 on.
    seeds: u64,
    chosen: Mutex<Option<f32>>,
}

impl Choice {
    /// A choice that runs with the seeds 1 to `seeds` share.
    pub fn of_seeds(seeds: u64) -> Self {
        Self {
            seeds,
            chosen: Mutex::default(),
        }
    }

    /// The step size of these runs, of which this is any one. The first that asks makes the trials, and the others wait for it; none
    /// as soon as `is_stopped` says so.
    ///
    /// # Errors
    /// If the threads of a trial can't be started.
    pub(super) fn step_size(
        &self,
        configuration: &Configuration,
        data: &Dataset,
        is_stopped: impl Fn() -> bool + Sync,
    ) -> anyhow::Result<Option<f32>> {
        let mut chosen = self.chosen.lock().unwrap_or_else(PoisonError::into_inner);
        if chosen.is_none() {
            *chosen = by_trials(configuration, self.seeds, data, is_stopped)?;
        }
        Ok(*chosen)
    }
}

/// The step size with the best mean training bound in the later half of a trial with each seed; that of a run that is too short for
/// trials is the first.
fn by_trials(
    configuration: &Configuration,
    seeds: u64,
    data: &Dataset,
    is_stopped: impl Fn() -> bool + Sync,
) -> anyhow::Result<Option<f32>> {
    let [usual, others @ ..] = STEP_SIZES;
    if configuration.goal < TRIALS_OF_A_RUN * TRIAL {
        return Ok(Some(usual));
    }
    let workers = Workers::new(configuration.threads).context("starting the training threads")?;
    let bound = |learning_rate| -> Option<f64> {
        let with_seed = |seed| Configuration {
            learning_rate,
            seed,
            ..configuration.clone()
        };
        (1..=seeds)
            .map(|seed| training_bound(with_seed(seed), data, &workers, &is_stopped))
            .sum()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{ItemShape, Split};

    fn data() -> Dataset {
        let pixels = (0..200_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8);
        let split = || Split::of_bytes(pixels.clone().collect(), Vec::new(), 4);
        Dataset::new("noise", ItemShape::grey(2, 2), split(), split())
    }

    fn configuration(goal: u64) -> Configuration {
        Configuration {
            data: "noise".into(),
            hidden: 2.into(),
            latent: 1,
            batch: 100,
            goal,
            threads: 1,
            ..Configuration::default()
        }
    }

    #[test]
    fn seeds_share_the_step_size_that_is_best_for_all_of_them() {
        let (data, seeds) = (data(), 2);
        let workers = Workers::new(1).expect("threads");
        let together = |learning_rate: f32| -> f64 {
            let bound = |seed| {
                let configuration = Configuration {
                    learning_rate,
                    seed,
                    ..configuration(1_000_000)
                };
                training_bound(configuration, &data, &workers, &|| false).expect("it does not diverge")
            };
            (1..=seeds).map(bound).sum()
        };
        let best = STEP_SIZES
            .into_iter()
            .max_by(|one, other| together(*one).total_cmp(&together(*other)))
            .expect("there are three");

        let choice = Choice::of_seeds(seeds);
        for seed in 1..=seeds {
            let configuration = Configuration {
                seed,
                ..configuration(1_000_000)
            };
            let said = choice.step_size(&configuration, &data, || false);
            assert_eq!(said.expect("threads"), Some(best));
        }
    }

    #[test]
    fn a_short_run_makes_no_trial_and_one_that_is_stopped_has_no_choice() {
        let chosen = |goal, is_stopped: bool| {
            let choice = Choice::of_seeds(1);
            let said = choice.step_size(&configuration(goal), &data(), || is_stopped);
            said.expect("threads")
        };
        assert_eq!(chosen(999_999, true), Some(STEP_SIZES[0]));
        assert_eq!(chosen(1_000_000, true), None);
    }
}
