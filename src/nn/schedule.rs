//! The step size over a run: by how much the learning rate is multiplied, as a function of the training points seen.

/// How the learning rate changes over a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Schedule {
    /// Not at all.
    #[default]
    Constant,
    /// It falls by the factor e every so many training points.
    Exponential {
        /// Training points until it is 1/e of the first.
        samples: u64,
    },
    /// Half a cosine from the whole to nothing (Loshchilov and Hutter 2017), and nothing from there on.
    Cosine {
        /// Training points until it is zero.
        samples: u64,
    },
    /// Stages of 1, 3, 9, ... epochs, with `10^(-i/7)` in stage `i`: the schedule of Burda, Grosse and Salakhutdinov (2016,
    /// section 5, there with 1e-3 at first), whose eighth stage (i = 7) is the last.
    Stages {
        /// Training points of an epoch.
        epoch: u64,
    },
}

/// The last stage of [`Schedule::Stages`].
const LAST_STAGE: u32 = 7;

impl Schedule {
    /// By how much the learning rate is multiplied after `seen` training points, from 1 down.
    pub fn factor(self, seen: u64) -> f32 {
        let share = |samples: u64| seen as f64 / samples as f64;
        let factor = match self {
            Self::Constant => 1.0,
            Self::Exponential { samples } => (-share(samples)).exp(),
            Self::Cosine { samples } => (1.0 + (std::f64::consts::PI * share(samples).min(1.0)).cos()) / 2.0,
            Self::Stages { epoch } => {
                // Stage i ends after 1 + 3 + ... + 3^i = (3^(i+1) - 1) / 2 epochs.
                let has_ended = |stage: &u32| seen >= epoch.saturating_mul((3_u64.pow(stage + 1) - 1) / 2);
                let stage = (0..LAST_STAGE).take_while(has_ended).count();
                10_f64.powf(-(stage as f64) / 7.0)
            }
        };
        factor as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schedule_is_its_formula() {
        let close = |ours: f32, expected: f64| (f64::from(ours) - expected).abs() < 1e-6;
        assert_eq!(Schedule::Constant.factor(u64::MAX), 1.0);
        let exponential = Schedule::Exponential { samples: 1_000 };
        assert!(close(exponential.factor(0), 1.0) && close(exponential.factor(2_000), (-2.0_f64).exp()));
        let cosine = Schedule::Cosine { samples: 1_000 };
        for (seen, expected) in [(0, 1.0), (500, 0.5), (1_000, 0.0), (5_000, 0.0)] {
            assert!(close(cosine.factor(seen), expected), "{seen}");
        }
        let stages = Schedule::Stages { epoch: 60_000 };
        for (epochs, stage) in [
            (0, 0),
            (1, 1),
            (3, 1),
            (4, 2),
            (12, 2),
            (13, 3),
            (1_093, 7),
            (100_000, 7),
        ] {
            let expected = 10_f64.powf(-f64::from(stage) / 7.0);
            assert!(close(stages.factor(60_000 * epochs), expected), "{epochs}");
        }
    }
}
