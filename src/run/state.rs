//! Everything that one run has come to: what a session saves, and a run goes on from.

use super::RunLog;
use super::curve::CurvePoint;
use super::past::PastModels;
use crate::evaluation::LowerBound;
use crate::learning::Training;

/// What was learned, and what was told on the way.
#[derive(Clone, Debug)]
pub struct RunState {
    /// Parameters, optimizer and counters.
    pub training: Training,
    /// Curves and happenings.
    pub log: RunLog,
    /// What it was like before.
    pub past: PastModels,
}

impl RunState {
    /// A run at its beginning.
    pub fn new(training: Training) -> Self {
        Self {
            training,
            log: RunLog::default(),
            past: PastModels::default(),
        }
    }

    /// The point of the curve that a measurement of the test set makes; the training bound beside it is the mean since the
    /// last one. A measurement with nothing learned since the last makes none.
    pub fn curve_point(&mut self, test: &LowerBound) -> Option<CurvePoint> {
        let training = &mut self.training;
        let (terms, points) = std::mem::take(&mut training.since_evaluation);
        (points > 0).then(|| CurvePoint {
            samples: training.samples,
            seconds: training.seconds,
            elbo_train: terms.per_point(points).lower_bound(),
            elbo_test: test.terms.lower_bound(),
            reconstruction: test.terms.reconstruction,
            kl: test.terms.kl,
            learning_rate: training.optimizer.learning_rate,
        })
    }

    /// Whether the goal, or a multiple of the evaluation interval, was reached by the last step and not measured yet.
    pub fn is_evaluation_due(&self) -> bool {
        self.training.since_evaluation.1 > 0 && self.training.is_evaluation_due()
    }
}
