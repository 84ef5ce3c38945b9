//! A Poisson distribution in every value, for counts: `log p(k|z) = k ln(rate) - rate - ln k!`, of whose rate the decoder says
//! the logarithm.

use rand::{Rng, RngCore};
use rand_distr::Poisson as Counts;

use super::distribution::{Layer, ValueDistribution};
use crate::kernels::special::{ln_gamma_and_digamma, nearest, positive};

/// The logarithm of a rate, in counts, is at most this far from 0: rates are at most nine million.
pub(super) const MOST_LOG_RATE: f32 = 16.0;

#[derive(Clone, Copy)]
pub(super) struct Poisson {
    /// The counts that `x = 1` stands for.
    pub counts_per_unit: f32,
}

impl ValueDistribution<1> for Poisson {
    fn layer(&self) -> Layer {
        Layer::new("log_rates", 1)
    }

    #[inline(always)]
    fn log_likelihood(&self, [number]: [f32; 1], x: f32) -> (f32, [f32; 1]) {
        let count = nearest(f64::from(x) * f64::from(self.counts_per_unit));
        let (rate, log_rate, slope) = positive(number, MOST_LOG_RATE);
        let (log_factorial, _) = ln_gamma_and_digamma(count + 1.0);
        (
            (count * log_rate - rate - log_factorial) as f32,
            [((count - rate) * slope) as f32],
        )
    }

    #[inline(always)]
    fn mean(&self, [number]: [f32; 1]) -> f32 {
        positive(number, MOST_LOG_RATE).0 as f32 / self.counts_per_unit
    }

    fn sample(&self, [number]: [f32; 1], generator: &mut dyn RngCore) -> f32 {
        count(positive(number, MOST_LOG_RATE).0, generator) as f32 / self.counts_per_unit
    }
}

/// A count drawn with this rate; 0 where the rate is so small that it underflowed.
pub(super) fn count(rate: f64, generator: &mut dyn RngCore) -> f64 {
    Counts::new(rate).map_or(0.0, |counts| generator.sample(counts))
}
