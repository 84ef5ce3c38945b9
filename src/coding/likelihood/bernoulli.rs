//! Black or white by a Bernoulli in every pixel.

use crate::coding::frequencies::{Frequencies, WHOLE};
use crate::kernels::scalar;

/// A pixel that is 0 or 1.
pub(super) struct Bernoulli {
    zero: u32,
}

impl Bernoulli {
    /// With `p(1) = sigmoid(logit)`.
    pub fn new(logit: f32) -> Self {
        let share = f64::from(scalar::sigmoid(-logit));
        // Between 1 and all but 1; what is not a number counts as 0.
        let zero = 1 + (share * f64::from(WHOLE - 2)) as u32;
        Self { zero }
    }
}

impl Frequencies for Bernoulli {
    fn symbols(&self) -> u32 {
        2
    }

    fn below(&self, symbol: u32) -> u32 {
        match symbol {
            0 => 0,
            1 => self.zero,
            _ => WHOLE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coding::frequencies::tests::checked;

    #[test]
    fn the_frequency_of_one_is_the_sigmoid_of_the_logit() {
        for logit in [-30.0, -5.0, -0.1, 0.0, 0.7, 4.0, 30.0] {
            let share = f64::from(checked(&Bernoulli::new(logit))[1]) / f64::from(WHOLE);
            let expected = 1.0 / (1.0 + f64::from(-logit).exp());
            assert!((share - expected).abs() < 2e-7, "{logit}: {share}");
        }
        for extreme in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
            checked(&Bernoulli::new(extreme));
        }
    }
}
