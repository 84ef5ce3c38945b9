//! How much the KL term counts: its weight, warm-up, and free bits.

use thiserror::Error;

use super::Estimator;

/// How the KL term of a lower bound is weighed while training. What is reported stays the bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KlTerm {
    /// The weight in the end: 1 for the lower bound, more for a beta-VAE (Higgins et al. 2017).
    pub weight: f32,
    /// Training points seen until the weight is reached, in a straight line from 0 (Bowman et al. 2016, Sonderby et al.
    /// 2016); 0 for none.
    pub warm_up: u64,
    /// Nats of a latent dimension of a data point that cost nothing ("free bits", Kingma et al. 2016): what is below them
    /// counts as much as they do. Kingma takes a minibatch's mean before comparing; here every data point is compared, so
    /// that it does not matter who else is in its shard.
    pub free_nats: f32,
}

/// A KL term that an estimator does not have.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum KlTermError {
    /// Free bits compare the divergence of a dimension, which only estimator B knows.
    #[error("free bits need estimator B, which knows the divergence of every latent dimension")]
    FreeBits,
    /// Importance weights are ratios of densities; a weighted one is none.
    #[error("the importance-weighted bound has no KL term that could be weighed")]
    Weight,
    /// Something is negative or not finite.
    #[error("the weight of the KL term and its free nats must be finite and not negative")]
    Range,
}

impl Default for KlTerm {
    fn default() -> Self {
        Self {
            weight: 1.0,
            warm_up: 0,
            free_nats: 0.0,
        }
    }
}

impl KlTerm {
    /// Whether `estimator` has such a term.
    ///
    /// # Errors
    /// What it has not.
    pub fn check(&self, estimator: Estimator) -> Result<(), KlTermError> {
        let in_range = |value: f32| value.is_finite() && value >= 0.0;
        if !in_range(self.weight) || !in_range(self.free_nats) {
            return Err(KlTermError::Range);
        }
        if self.free_nats > 0.0 && estimator != Estimator::B {
            return Err(KlTermError::FreeBits);
        }
        if estimator == Estimator::ImportanceWeighted && (self.weight != 1.0 || self.warm_up > 0) {
            return Err(KlTermError::Weight);
        }
        Ok(())
    }

    /// The weight after `samples` training points.
    pub fn weight_after(&self, samples: u64) -> f32 {
        if samples >= self.warm_up {
            return self.weight;
        }
        (f64::from(self.weight) * samples as f64 / self.warm_up as f64) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weight_rises_in_a_straight_line_and_stays() {
        let term = KlTerm {
            weight: 2.0,
            warm_up: 1_000,
            ..KlTerm::default()
        };
        for (samples, weight) in [(0, 0.0), (250, 0.5), (500, 1.0), (1_000, 2.0), (u64::MAX, 2.0)] {
            assert_eq!(term.weight_after(samples), weight);
        }
        assert_eq!(KlTerm::default().weight_after(0), 1.0);
    }

    #[test]
    fn an_estimator_refuses_what_it_does_not_have() {
        let free = KlTerm {
            free_nats: 0.5,
            ..KlTerm::default()
        };
        let heavy = KlTerm {
            weight: 4.0,
            ..KlTerm::default()
        };
        let wrong = KlTerm {
            weight: f32::NAN,
            ..KlTerm::default()
        };
        for (term, estimator, expected) in [
            (free, Estimator::B, Ok(())),
            (free, Estimator::A, Err(KlTermError::FreeBits)),
            (heavy, Estimator::A, Ok(())),
            (heavy, Estimator::ImportanceWeighted, Err(KlTermError::Weight)),
            (wrong, Estimator::B, Err(KlTermError::Range)),
            (KlTerm::default(), Estimator::ImportanceWeighted, Ok(())),
        ] {
            assert_eq!(term.check(estimator), expected, "{term:?} {estimator:?}");
        }
    }
}
