//! A continuous Bernoulli in every value (Loaiza-Ganem and Cunningham 2019, equations 8 to 10): the density on `[0, 1]` that is
//! proportional to `lambda^x (1 - lambda)^(1 - x)`, with `l = logit(lambda)`. It is an exponential density of rate `|l|`, cut
//! off at 1, that falls from 0 where `l` is negative and from 1 where it is positive: so its constant and its mean need no
//! special case near `lambda = 1/2`, but the series at rate 0.

use rand::{Rng, RngCore};

use super::distribution::{Layer, ValueDistribution};
use crate::kernels::special::truncated_exponential;

#[derive(Clone, Copy)]
pub(super) struct ContinuousBernoulli;

impl ValueDistribution<1> for ContinuousBernoulli {
    fn layer(&self) -> Layer {
        Layer::new("logits", 1)
    }

    /// `-|l| d - ln((1 - e^-|l|) / |l|)` with the distance `d` from the end where the density is highest; gradient `x` less
    /// the mean.
    #[inline(always)]
    fn log_likelihood(&self, [logit]: [f32; 1], x: f32) -> (f32, [f32; 1]) {
        let rate = f64::from(logit.abs());
        let (log_cut, mean_distance) = truncated_exponential(rate);
        let x = f64::from(x);
        let (distance, mean) = if logit < 0.0 {
            (x, mean_distance)
        } else {
            (1.0 - x, 1.0 - mean_distance)
        };
        ((-rate * distance - log_cut) as f32, [(x - mean) as f32])
    }

    #[inline(always)]
    fn mean(&self, [logit]: [f32; 1]) -> f32 {
        let (_, distance) = truncated_exponential(f64::from(logit.abs()));
        (if logit < 0.0 { distance } else { 1.0 - distance }) as f32
    }

    /// By the inverse of the cumulative distribution.
    fn sample(&self, [logit]: [f32; 1], generator: &mut dyn RngCore) -> f32 {
        let (rate, u) = (f64::from(logit.abs()), generator.r#gen::<f64>());
        let distance = if rate < 1e-6 {
            u
        } else {
            -(u * (-rate).exp_m1()).ln_1p() / rate
        };
        (if logit < 0.0 { distance } else { 1.0 - distance }) as f32
    }
}
