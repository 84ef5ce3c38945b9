//! Cumulative distribution functions that never fall, to the last bit.
//!
//! A series is exact to a rounding error, but by that error it may fall where it should rise, and a symbol would have no
//! frequency. Straight lines between places of a table never do. They make a distribution of their own, so close to the one
//! that is meant (2e-6 at most) that no rate shows it.

use crate::kernels::scalar;

/// Lines per unit of the variable.
const PLACES: usize = 256;

/// A distribution function on `-reach..reach`, 0 before it and 1 after.
pub(super) struct Cumulative {
    reach: f64,
    values: Vec<f64>,
}

impl Cumulative {
    /// The standard normal distribution.
    pub fn normal() -> Self {
        Self::of_density(9, |x| scalar::exp(-0.5 * x * x))
    }

    /// The logistic distribution with location 0 and scale 1.
    pub fn logistic() -> Self {
        Self::of_density(32, |x| scalar::sigmoid(x) * scalar::sigmoid(-x))
    }

    /// Of a density, which need not be normalised: the area under it by its value in the middle of every line.
    fn of_density(reach: u16, density: impl Fn(f32) -> f32) -> Self {
        let reach_in_places = f64::from(reach) * PLACES as f64;
        let middle = |line: usize| (line as f64 + 0.5 - reach_in_places) / PLACES as f64;
        let mut values = vec![0.0];
        let mut sum = 0.0;
        for line in 0..2 * usize::from(reach) * PLACES {
            sum += f64::from(density(middle(line) as f32));
            values.push(sum);
        }
        values.iter_mut().for_each(|value| *value /= sum);
        Self {
            reach: f64::from(reach),
            values,
        }
    }

    /// The probability of less than `x`; 0 of what is not a number.
    pub fn at(&self, x: f64) -> f64 {
        let place = (x + self.reach) * PLACES as f64;
        // A cast rounds down, and takes what is not a number for 0.
        let line = (place as usize).min(self.values.len());
        let (Some(&left), Some(&right)) = (self.values.get(line), self.values.get(line + 1)) else {
            return 1.0;
        };
        let fraction = place - line as f64;
        if fraction > 0.0 {
            (left + (right - left) * fraction).min(right)
        } else {
            left
        }
    }

    /// The `x` below which lies this share, strictly between 0 and 1.
    pub fn quantile(&self, share: f64) -> f64 {
        let line = self.values.partition_point(|&value| value <= share) - 1;
        let (left, right) = (self.values[line], self.values[line + 1]);
        (line as f64 + (share - left) / (right - left)) / PLACES as f64 - self.reach
    }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, Normal};

    use super::*;

    #[test]
    fn both_are_close_to_the_exact_ones_and_never_fall() {
        let standard = Normal::new(0.0, 1.0).unwrap();
        let (normal, logistic) = (Cumulative::normal(), Cumulative::logistic());
        let mut before = [0.0; 2];
        for index in -400_000..400_000 {
            let x = f64::from(index) / 10_000.0;
            let now = [normal.at(x), logistic.at(x)];
            assert!(now[0] >= before[0] && now[1] >= before[1], "{x}");
            assert!((now[0] - standard.cdf(x)).abs() < 2e-6, "{x}: {}", now[0]);
            let exact = 1.0 / (1.0 + (-x).exp());
            assert!((now[1] - exact).abs() < 2e-6, "{x}: {}", now[1]);
            before = now;
        }
        for extreme in [f64::INFINITY, 1e300] {
            assert_eq!([normal.at(-extreme), normal.at(extreme)], [0.0, 1.0]);
        }
        assert_eq!(normal.at(f64::NAN), 0.0);
    }

    #[test]
    fn the_quantile_is_the_inverse() {
        let normal = Cumulative::normal();
        for share in [1e-9, 0.001, 0.25, 0.5, 0.75, 0.999] {
            let x = normal.quantile(share);
            assert!((normal.at(x) - share).abs() < 1e-12, "{share}: {x}");
        }
        assert!((normal.quantile(0.975) - 1.959_964).abs() < 1e-4);
    }
}
