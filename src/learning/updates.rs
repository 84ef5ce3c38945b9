//! How a run's updates depart from the plain rule.

use serde::{Deserialize, Serialize};

use crate::nn::Schedule;

/// Step size over the run, weight decay, and the length of a gradient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Updates {
    /// By how much the learning rate is multiplied, over the training points seen.
    pub schedule: Schedule,
    /// Decoupled weight decay, a share of the weights per unit of step size; 0 for none.
    pub weight_decay: f32,
    /// The largest global norm of the gradient of a data point's mean objective; longer ones are shortened to it.
    pub largest_norm: Option<f32>,
}

impl Updates {
    /// Whether nothing departs from the rule.
    pub fn are_plain(&self) -> bool {
        *self == Self::default()
    }

    /// What can't be followed, in words; `None` where all can.
    pub fn fault(&self) -> Option<&'static str> {
        let is_positive = |value: f32| value.is_finite() && value > 0.0;
        if self.schedule.check().is_err() {
            return Some("a schedule over at least one training point");
        }
        if self.weight_decay != 0.0 && !is_positive(self.weight_decay) {
            return Some("a weight decay that is finite and not negative");
        }
        let is_wrong = |norm: f32| !is_positive(norm);
        (self.largest_norm.is_some_and(is_wrong)).then_some("a largest norm that is finite and positive")
    }
}

#[cfg(test)]
mod tests {
    use super::super::whole_steps::{configuration, data, workers};
    use super::*;
    use crate::cancel::Cancel;
    use crate::learning::{Configuration, Method, Training};

    /// The parameters before and after two steps.
    fn parameters(updates: Updates) -> [Vec<Vec<f32>>; 2] {
        let data = data(40, 4);
        let configuration = Configuration {
            updates,
            ..configuration(Method::Aevb)
        };
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
        let plain = parameters(Updates::default());
        let loose = Updates {
            largest_norm: Some(1e30),
            ..Updates::default()
        };
        assert_eq!(parameters(loose), plain);
        let tight = Updates {
            largest_norm: Some(1e-3),
            ..Updates::default()
        };
        let decaying = Updates {
            weight_decay: 0.5,
            ..Updates::default()
        };
        assert_ne!(parameters(tight), plain);
        assert_ne!(parameters(decaying), plain);
        // The first step is the last that the cosine lets through.
        let ended = Updates {
            schedule: Schedule::Cosine { samples: 1 },
            ..Updates::default()
        };
        let [_, after_two] = parameters(ended);
        assert_ne!(after_two, plain[0]);
        assert_ne!(after_two, plain[1]);
    }

    #[test]
    fn what_cannot_be_followed_is_said() {
        assert_eq!(Updates::default().fault(), None);
        for wrong in [
            Updates {
                schedule: Schedule::Stages { epoch: 0 },
                ..Updates::default()
            },
            Updates {
                weight_decay: -1.0,
                ..Updates::default()
            },
            Updates {
                largest_norm: Some(0.0),
                ..Updates::default()
            },
        ] {
            assert!(wrong.fault().is_some(), "{wrong:?}");
        }
    }
}
