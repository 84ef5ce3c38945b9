//! A discretised logistic in every value (Kingma et al. 2016, Salimans et al. 2017, with one component): the share of a
//! logistic distribution that is rounded to a level of a byte, `sigmoid(b) - sigmoid(a)` with `b` and `a` half a level above and
//! below it; the first and the last level have all that is beyond them.

use rand::{Rng, RngCore};
use rand_distr::Open01;

use super::distribution::{Layer, ValueDistribution};
use crate::kernels::scalar;
use crate::kernels::special::{ln, nearest, positive, softplus_and_sigmoid, truncated_exponential};

/// The logarithm of the scale, in units of `x`, is at most this far from 0: at the least scale a level has all but 1e-4 of
/// what is centred on it.
const MOST_LOG_SCALE: f32 = 9.0;

/// The scale behind a number that the decoder says, in units of `x`: `e^(9 tanh(number / 9))`, the same to the bit on every processor.
pub fn scale(number: f32) -> f64 {
    positive(number, MOST_LOG_SCALE).0
}

#[derive(Clone, Copy)]
pub(super) struct DiscretisedLogistic {
    /// Steps between levels from 0 to 1: one less than there are levels.
    pub steps: f32,
}

impl ValueDistribution<2> for DiscretisedLogistic {
    fn layer(&self) -> Layer {
        Layer::new("locations_and_log_scales", 2)
    }

    /// Where no edge is near, `sigmoid(b) - sigmoid(a) = sigmoid(b) sigmoid(-a) (1 - e^-w)` with the width `w = b - a`, a
    /// product that loses no digits in either tail.
    #[inline(always)]
    fn log_likelihood(&self, [location, raw_scale]: [f32; 2], x: f32) -> (f32, [f32; 2]) {
        let steps = f64::from(self.steps);
        let level = nearest(f64::from(x) * steps);
        let (scale, _, slope) = positive(raw_scale, MOST_LOG_SCALE);
        let (inverse, centred) = (1.0 / scale, level / steps - f64::from(location));
        let upper = (centred + 0.5 / steps) * inverse;
        let lower = (centred - 0.5 / steps) * inverse;
        let width = inverse / steps;

        let (below_upper, of_upper) = softplus_and_sigmoid(-upper);
        let (above_lower, of_lower) = softplus_and_sigmoid(lower);
        let (log_cut, mean_cut) = truncated_exponential(width);
        let (has_lower, has_upper) = (level > 0.0, level < steps);
        let (below_upper, of_upper) = if has_upper {
            (below_upper, of_upper)
        } else {
            (0.0, 0.0)
        };
        let (above_lower, of_lower) = if has_lower {
            (above_lower, of_lower)
        } else {
            (0.0, 0.0)
        };
        // ln(1 - e^-w), and its derivative with respect to ln w.
        let (between, of_width) = if has_lower & has_upper {
            (ln(width) + log_cut, 1.0 - width * mean_cut)
        } else {
            (0.0, 0.0)
        };

        let of_location = (of_lower - of_upper) * inverse;
        let of_log_scale = lower * of_lower - upper * of_upper - of_width;
        (
            (between - below_upper - above_lower) as f32,
            [of_location as f32, (of_log_scale * slope) as f32],
        )
    }

    /// The sum over all levels but the first of the probability to be there or above.
    #[inline(always)]
    fn mean(&self, [location, raw_scale]: [f32; 2]) -> f32 {
        /// Levels that are summed side by side.
        const LANES: usize = 16;
        let (scale, ..) = positive(raw_scale, MOST_LOG_SCALE);
        let inverse = (1.0 / scale) as f32;
        let mut sums = [0.0; LANES];
        for first in (0..self.steps as usize).step_by(LANES) {
            for (lane, sum) in sums.iter_mut().enumerate() {
                let below = (first + lane) as f32 + 0.5;
                let above = scalar::sigmoid((location - below / self.steps) * inverse);
                *sum += if below < self.steps { above } else { 0.0 };
            }
        }
        sums.iter().sum::<f32>() / self.steps
    }

    fn sample(&self, [location, raw_scale]: [f32; 2], generator: &mut dyn RngCore) -> f32 {
        let u: f64 = generator.sample(Open01);
        let (scale, ..) = positive(raw_scale, MOST_LOG_SCALE);
        let drawn = f64::from(location) + scale * (u / (1.0 - u)).ln();
        let steps = f64::from(self.steps);
        ((drawn * steps).round().clamp(0.0, steps) / steps) as f32
    }
}
