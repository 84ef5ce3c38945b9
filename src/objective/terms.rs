//! The terms of an objective.

use serde::{Deserialize, Serialize};

/// The two terms of an objective: of a minibatch, summed over its data points, or their mean, in nats per data point. Of
/// the lower bound they are these; other objectives [name](super::Estimator::term_names) their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BoundTerms {
    /// `E_q[log p(x|z)]`.
    pub reconstruction: f64,
    /// `KL(q(z|x) || p(z))`.
    pub kl: f64,
}

impl BoundTerms {
    /// The lower bound: reconstruction less KL.
    pub fn lower_bound(self) -> f64 {
        self.reconstruction - self.kl
    }

    /// The mean over `points` data points; NaN over none.
    pub fn per_point(self, points: u64) -> Self {
        Self {
            reconstruction: self.reconstruction / points as f64,
            kl: self.kl / points as f64,
        }
    }
}

impl std::ops::AddAssign for BoundTerms {
    fn add_assign(&mut self, other: Self) {
        self.reconstruction += other.reconstruction;
        self.kl += other.kl;
    }
}
