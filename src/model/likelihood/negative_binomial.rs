//! A negative binomial in every value, for counts that scatter more than a Poisson distribution lets them: a Poisson distribution
//! whose rate has a gamma distribution of mean `mu` and shape `r`, so that the variance is `mu + mu^2 / r`. The decoder says the
//! logarithms of both.

use rand::{Rng, RngCore};
use rand_distr::Gamma;

use super::distribution::{Layer, ValueDistribution};
use super::poisson::{MOST_LOG_RATE, count};
use crate::kernels::special::{ln, ln_gamma_and_digamma, nearest, positive};

/// The logarithm of a shape is at most this far from 0. At the largest one a negative binomial is a Poisson distribution.
const MOST_LOG_SHAPE: f32 = 12.0;

#[derive(Clone, Copy)]
pub(super) struct NegativeBinomial {
    /// The counts that `x = 1` stands for.
    pub counts_per_unit: f32,
}

impl ValueDistribution<2> for NegativeBinomial {
    fn layer(&self) -> Layer {
        Layer::new("log_means_and_log_shapes", 2)
    }

    /// `ln Gamma(k + r) - ln Gamma(r) - ln k! + k ln(mu / (r + mu)) + r ln(r / (r + mu))`.
    #[inline(always)]
    fn log_likelihood(&self, [mean, shape]: [f32; 2], x: f32) -> (f32, [f32; 2]) {
        let count = nearest(f64::from(x) * f64::from(self.counts_per_unit));
        let (mean, log_mean, mean_slope) = positive(mean, MOST_LOG_RATE);
        let (shape, _, shape_slope) = positive(shape, MOST_LOG_SHAPE);
        let (of_both, d_both) = ln_gamma_and_digamma(count + shape);
        let (of_shape, d_shape) = ln_gamma_and_digamma(shape);
        let (log_factorial, _) = ln_gamma_and_digamma(count + 1.0);
        let log_total = ln(shape + mean);
        let log_spread = ln(1.0 + mean / shape);
        let surplus = (count - mean) / (shape + mean);
        let log_likelihood =
            of_both - of_shape - log_factorial + count * (log_mean - log_total) - shape * log_spread;
        (
            log_likelihood as f32,
            [
                (surplus * shape * mean_slope) as f32,
                (shape * (d_both - d_shape - log_spread - surplus) * shape_slope) as f32,
            ],
        )
    }

    #[inline(always)]
    fn mean(&self, [mean, _]: [f32; 2]) -> f32 {
        positive(mean, MOST_LOG_RATE).0 as f32 / self.counts_per_unit
    }

    fn sample(&self, [mean, shape]: [f32; 2], generator: &mut dyn RngCore) -> f32 {
        let (mean, ..) = positive(mean, MOST_LOG_RATE);
        let (shape, ..) = positive(shape, MOST_LOG_SHAPE);
        let rate = Gamma::new(shape, mean / shape).map_or(mean, |gamma| generator.sample(gamma));
        count(rate, generator) as f32 / self.counts_per_unit
    }
}
