//! How a run's updates depart from the plain rule.

use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use crate::nn::Schedule;

/// Step size over the run, weight decay, and the length of a gradient.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Updates {
    /// By how much the learning rate is multiplied, over the training points seen.
    pub schedule: Schedule,
    /// Decoupled weight decay, a share of the weights per unit of step size; 0 for none.
    pub weight_decay: f32,
    /// The largest global norm of the gradient of a data point's mean objective; longer ones are shortened to it.
    pub largest_norm: Option<f32>,
}

/// How the learning rate changes over a run, as a person chooses it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum ScheduleKind {
    /// Not at all.
    #[default]
    Constant,
    /// It falls by equal factors, to a hundredth at the goal.
    Exponential,
    /// Half a cosine, to nothing at the goal.
    Cosine,
    /// The stages of the importance-weighted autoencoder: 1, 3, 9, ... epochs, a factor of 10^(-1/7) between them.
    Iwae,
}

impl ScheduleKind {
    /// Whether the goal decides how the learning rate falls, so that a run with a nearer one is not the beginning of a longer one.
    pub fn falls_to_the_goal(self) -> bool {
        matches!(self, Self::Exponential | Self::Cosine)
    }

    /// The schedule of a run to `goal` training points seen, of which an epoch has so many.
    pub fn over(self, goal: u64, epoch: u64) -> Schedule {
        match self {
            Self::Constant => Schedule::Constant,
            Self::Exponential => Schedule::Exponential {
                samples: ((goal as f64 / 100_f64.ln()) as u64).max(1),
            },
            Self::Cosine => Schedule::Cosine { samples: goal.max(1) },
            Self::Iwae => Schedule::Stages { epoch: epoch.max(1) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::whole_steps::{configuration, data, workers};
    use super::*;
    use crate::cancel::Cancel;
    use crate::learning::{Configuration, Method, Training};

    /// The parameters before and after two steps.
    fn parameters(change: impl Fn(&mut Configuration)) -> [Vec<Vec<f32>>; 2] {
        let data = data(40, 4);
        let mut configuration = configuration(Method::Aevb);
        change(&mut configuration);
        let mut training = Training::new(configuration, &data);
        let values = |training: &Training| -> Vec<Vec<f32>> {
            let parameters = training.model.parameters().into_iter();
            parameters
                .map(|named| named.parameter.values().to_vec())
                .collect()
        };
        let before = values(&training);
        let workers = workers(&training);
        for _ in 0..2 {
            training
                .step(&data, &workers, &Cancel::default())
                .expect("a finite loss");
        }
        [before, values(&training)]
    }

    #[test]
    fn what_never_applies_changes_no_bit_and_the_rest_does() {
        let plain = parameters(|_| ());
        assert_eq!(
            parameters(|configuration| configuration.clip_norm = Some(1e30)),
            plain
        );
        assert_ne!(
            parameters(|configuration| configuration.clip_norm = Some(1e-3)),
            plain
        );
        assert_ne!(
            parameters(|configuration| configuration.weight_decay = 0.5),
            plain
        );
        // The first step is the last that the cosine lets through.
        let [_, after_two] = parameters(|configuration| {
            (configuration.schedule, configuration.goal) = (ScheduleKind::Cosine, 1);
        });
        assert_ne!(after_two, plain[0]);
        assert_ne!(after_two, plain[1]);
    }

    #[test]
    fn a_schedule_ends_with_the_run() {
        let factor = |kind: ScheduleKind, seen| kind.over(3_000, 100).factor(seen);
        assert_eq!(factor(ScheduleKind::Constant, 3_000), 1.0);
        assert!((factor(ScheduleKind::Exponential, 3_000) - 0.01).abs() < 1e-4);
        assert!(factor(ScheduleKind::Cosine, 3_000) < 1e-6);
        assert!((factor(ScheduleKind::Iwae, 150) - 10_f32.powf(-1.0 / 7.0)).abs() < 1e-6);
    }
}
