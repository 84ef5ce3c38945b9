//! A Gaussian in every value (appendix C.2): `log p(x|z) = -1/2 sum_i log 2 pi sigma_i^2 + (x_i - mu_i)^2 / sigma_i^2`, with
//! `mu` the sigmoid of its number or that number itself, and `log sigma^2` above a floor: of every value its own, one for
//! all, or given.

use rand::{Rng, RngCore};
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::distribution::{Common, Layer, TwiceDifferentiable, ValueDistribution};
use crate::kernels::{HALF_LN_2_PI, scalar};

/// Where the mean of a Gaussian may be.
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
pub enum Mean {
    /// Between 0 and 1, as the paper has it, for grey.
    #[default]
    Unit,
    /// Anywhere, for values that do not lie between 0 and 1.
    Real,
}

/// Whose the variance of a Gaussian is.
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
pub enum Variance {
    /// The decoder says one of every value, as in the paper.
    #[default]
    Learned,
    /// One parameter of the model, for all values.
    Shared,
    /// The number under fixed-variance.
    Fixed,
}

/// The least log-variance of a value: that of the rounding to one of 256 levels, `ln(1 / (12 * 255^2))`.
///
/// A density can't be surer of a value than the data is. Without this floor a value that is always the same (the black
/// frame of an image) sends the likelihood to infinity.
pub const LEAST_LOG_VARIANCE: f32 = -13.567_432;

#[derive(Clone, Copy)]
pub(super) struct Gaussian {
    pub mean: Mean,
    pub variance: Variance,
    pub fixed_variance: f32,
}

impl ValueDistribution<2> for Gaussian {
    fn layer(&self) -> Layer {
        let common = match self.variance {
            Variance::Learned => return Layer::new("moments", 2),
            Variance::Shared => Common::Learned("log_variance"),
            Variance::Fixed => Common::Fixed(raw_log_variance(self.fixed_variance)),
        };
        Layer {
            common: Some(common),
            ..Layer::new("means", 1)
        }
    }

    /// The log-density, and its derivatives with respect to the number behind the mean and the raw log-variance.
    #[inline(always)]
    fn log_likelihood(&self, [mean, raw]: [f32; 2], x: f32) -> (f32, [f32; 2]) {
        let (mu, mu_slope) = match self.mean {
            Mean::Unit => {
                let mu = scalar::sigmoid(mean);
                (mu, mu * (1.0 - mu))
            }
            Mean::Real => (mean, 1.0),
        };
        let (above_floor, slope) = scalar::softplus_and_sigmoid(raw - LEAST_LOG_VARIANCE);
        let log_variance = LEAST_LOG_VARIANCE + above_floor;
        let precision = scalar::exp(-log_variance);
        let difference = x - mu;
        let square = difference * difference * precision;
        (
            -HALF_LN_2_PI - 0.5 * (log_variance + square),
            [difference * precision * mu_slope, 0.5 * (square - 1.0) * slope],
        )
    }

    #[inline(always)]
    fn mean(&self, [mean, _]: [f32; 2]) -> f32 {
        match self.mean {
            Mean::Unit => scalar::sigmoid(mean),
            Mean::Real => mean,
        }
    }

    /// A value that may leave `[0, 1]`.
    fn sample(&self, numbers: [f32; 2], generator: &mut dyn RngCore) -> f32 {
        self.mean(numbers) + standard_deviation(numbers[1]) * generator.sample::<f32, _>(StandardNormal)
    }
}

impl TwiceDifferentiable<2> for Gaussian {
    fn second_derivatives(&self, [mean, raw]: [f32; 2], x: f32) -> [[f32; 2]; 2] {
        let (mu, mu_slope, mu_curvature) = match self.mean {
            Mean::Unit => {
                let mu = scalar::sigmoid(mean);
                let slope = mu * (1.0 - mu);
                (mu, slope, slope * (1.0 - 2.0 * mu))
            }
            Mean::Real => (mean, 1.0, 0.0),
        };
        let (above_floor, slope) = scalar::softplus_and_sigmoid(raw - LEAST_LOG_VARIANCE);
        let precision = scalar::exp(-(LEAST_LOG_VARIANCE + above_floor));
        let difference = x - mu;
        let square = difference * difference * precision;
        let mixed = -difference * precision * mu_slope * slope;
        [
            [
                precision * (difference * mu_curvature - mu_slope * mu_slope),
                mixed,
            ],
            [
                mixed,
                0.5 * slope * ((square - 1.0) * (1.0 - slope) - square * slope),
            ],
        ]
    }
}

/// The standard deviation of a value with this raw log-variance; not so large that a draw is infinite.
fn standard_deviation(raw: f32) -> f32 {
    const MOST: f32 = 1e30;
    scalar::exp(0.5 * (LEAST_LOG_VARIANCE + scalar::softplus(raw - LEAST_LOG_VARIANCE))).min(MOST)
}

/// The raw log-variance `r` of a given variance, where `floor + softplus(r - floor)` is its logarithm; that of the floor for
/// variances below it.
fn raw_log_variance(variance: f32) -> f32 {
    let floor = f64::from(LEAST_LOG_VARIANCE);
    let above_floor = (f64::from(variance).ln() - floor).max(1e-6);
    (floor + above_floor.exp_m1().ln()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaussian(mean: Mean) -> Gaussian {
        Gaussian {
            mean,
            variance: Variance::Learned,
            fixed_variance: 0.1,
        }
    }

    #[test]
    fn it_is_the_closed_form() {
        for (kind, mean, raw, x) in [
            (Mean::Unit, 0.3_f32, -2.0_f32, 0.7_f32),
            (Mean::Unit, -4.0, -12.0, 0.0),
            (Mean::Real, 7.5, 1.5, 4.0),
            (Mean::Real, -0.2, -14.0, -0.2),
        ] {
            let (ours, _) = gaussian(kind).log_likelihood([mean, raw], x);
            let [mean, raw, x, floor] = [mean, raw, x, LEAST_LOG_VARIANCE].map(f64::from);
            let mu = match kind {
                Mean::Unit => 1.0 / (1.0 + (-mean).exp()),
                Mean::Real => mean,
            };
            let variance = (floor + (raw - floor).exp().ln_1p()).exp();
            let exact = -0.5 * ((2.0 * std::f64::consts::PI * variance).ln() + (x - mu).powi(2) / variance);
            assert!(
                (f64::from(ours) - exact).abs() < 1e-4 * exact.abs().max(1.0),
                "{ours} for {exact}"
            );
        }
    }

    #[test]
    fn a_perfect_value_has_a_finite_density() {
        for raw in [-20.0, -1e4, -1e30, f32::NEG_INFINITY] {
            let (density, _) = gaussian(Mean::Unit).log_likelihood([0.0, raw], 0.5);
            let most = -HALF_LN_2_PI - 0.5 * LEAST_LOG_VARIANCE;
            assert!(density <= most + 1e-6 && density > most - 0.1, "{density}");
        }
    }

    #[test]
    fn the_least_variance_is_that_of_rounding() {
        let rounding = 1.0 / (12.0 * 255.0_f64.powi(2));
        assert!((f64::from(LEAST_LOG_VARIANCE) - rounding.ln()).abs() < 1e-5);
    }

    #[test]
    fn a_fixed_variance_is_the_one_that_was_asked_for() {
        for variance in [1e-5_f32, 1e-3, 0.1, 1.0, 400.0] {
            let ours = standard_deviation(raw_log_variance(variance)).powi(2);
            assert!((ours / variance - 1.0).abs() < 1e-4, "{ours} for {variance}");
        }
        let least = standard_deviation(raw_log_variance(1e-30)).powi(2);
        assert!((least.ln() - LEAST_LOG_VARIANCE).abs() < 1e-3);
    }
}
