//! Bytes by a weight for every value.

use super::LEVELS;
use crate::coding::frequencies::{Frequencies, WHOLE};

/// The largest weight as a whole number; weights that are smaller by this factor count as nothing.
pub(super) const UNIT: f64 = (1_u64 << 30) as f64;

/// A pixel that is a byte.
pub(super) struct Weights {
    /// The weights of all values before each, and of all.
    sums: [u64; LEVELS + 1],
}

impl Weights {
    /// With probabilities in proportion to `weights`, none of which is negative.
    pub fn new(weights: &[f64; LEVELS]) -> Self {
        let scale = UNIT / weights.iter().copied().fold(0.0, f64::max);
        let mut sums = [0; LEVELS + 1];
        let mut sum = 0;
        for (place, weight) in sums[1..].iter_mut().zip(weights) {
            // The smallest and the largest weights may leave no scale that is a number.
            sum += (weight * scale).min(UNIT) as u64;
            *place = sum;
        }
        Self { sums }
    }
}

impl Frequencies for Weights {
    fn symbols(&self) -> u32 {
        LEVELS as u32
    }

    fn below(&self, symbol: u32) -> u32 {
        const ROOM: u64 = WHOLE as u64 - LEVELS as u64;
        if symbol as usize == LEVELS {
            return WHOLE;
        }
        // At most 2^38 times 2^24.
        let share = self.sums[symbol as usize] * ROOM / self.sums[LEVELS].max(1);
        symbol + share as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coding::frequencies::tests::checked;

    #[test]
    fn frequencies_are_in_proportion_and_none_is_missing() {
        let mut weights = [0.0; LEVELS];
        weights[..3].copy_from_slice(&[1e200, 3e200, 1e150]);
        let frequencies = checked(&Weights::new(&weights));
        assert!(frequencies[0].abs_diff(WHOLE / 4) < 256 && frequencies[1].abs_diff(WHOLE / 4 * 3) < 256);
        assert!(
            frequencies[2..].iter().all(|&frequency| frequency == 1),
            "{frequencies:?}"
        );
        for extreme in [0.0, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE] {
            checked(&Weights::new(&[extreme; LEVELS]));
        }
    }
}
