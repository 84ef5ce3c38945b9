//! Bytes by a discretised logistic in every pixel: a byte has the share of a logistic distribution that is rounded to it.

use super::LEVELS;
use crate::coding::cumulative::Cumulative;
use crate::coding::frequencies::{Frequencies, WHOLE, below_of_share};

/// A pixel that is a byte.
pub(super) struct DiscretisedLogistic<'c> {
    logistic: &'c Cumulative,
    location: f64,
    scale: f64,
}

impl<'c> DiscretisedLogistic<'c> {
    /// With location and scale in steps from one byte to the next.
    pub fn new(logistic: &'c Cumulative, location: f64, scale: f64) -> Self {
        Self {
            logistic,
            location,
            scale,
        }
    }
}

impl Frequencies for DiscretisedLogistic<'_> {
    fn symbols(&self) -> u32 {
        LEVELS as u32
    }

    fn below(&self, symbol: u32) -> u32 {
        if symbol == 0 || symbol as usize == LEVELS {
            return symbol / LEVELS as u32 * WHOLE;
        }
        let edge = f64::from(symbol) - 0.5;
        let share = self.logistic.at((edge - self.location) / self.scale);
        below_of_share(share, symbol, LEVELS as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coding::frequencies::tests::checked;

    #[test]
    fn frequencies_are_differences_of_the_distribution_function() {
        let logistic = Cumulative::logistic();
        for (location, scale) in [
            (0.0, 1.0),
            (128.0, 20.0),
            (77.3, 0.02),
            (-40.0, 7.0),
            (300.0, 300.0),
        ] {
            let frequencies = checked(&DiscretisedLogistic::new(&logistic, location, scale));
            let cumulative = |edge: f64| 1.0 / (1.0 + (-(edge - location) / scale).exp());
            for (level, frequency) in frequencies.into_iter().enumerate() {
                let (level, share) = (level as f64, f64::from(frequency) / f64::from(WHOLE));
                let below = if level == 0.0 {
                    0.0
                } else {
                    cumulative(level - 0.5)
                };
                let above = if level == 255.0 {
                    1.0
                } else {
                    cumulative(level + 0.5)
                };
                // The lines' error at both edges, and the 1 of every byte.
                assert!(
                    (share - (above - below)).abs() < 2e-5,
                    "{location}, {scale}: {share} of {level}"
                );
            }
        }
        for extreme in [0.0, f64::INFINITY, f64::NAN, 1e-300] {
            checked(&DiscretisedLogistic::new(&logistic, extreme, 1.0));
            checked(&DiscretisedLogistic::new(&logistic, 3.0, extreme));
        }
    }
}
