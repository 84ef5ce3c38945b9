//! Whole-number frequencies of symbols, which an asymmetric numeral system codes by.
//!
//! Rounded probabilities may be zero and need not sum to one. Here a symbol's frequency is the difference of two cumulative
//! ones, each rounded by the same rule, so that every frequency is at least 1 and all of them sum to [`WHOLE`] exactly.

use std::borrow::Borrow;
use std::num::NonZeroU32;

use constriction::stream::model::{DecoderModel, EncoderModel, EntropyModel};

/// Binary digits of a frequency.
pub(super) const PRECISION: usize = 24;
/// What the frequencies of all symbols sum to.
pub(super) const WHOLE: u32 = 1 << PRECISION;

/// How often each of the symbols from 0 on comes, as cumulative whole numbers.
pub(super) trait Frequencies {
    /// How many symbols there are, at least 1.
    fn symbols(&self) -> u32;

    /// The frequencies of all symbols before `symbol` together: 0 for the first, [`WHOLE`] for the one after the last, and
    /// always more for the next.
    fn below(&self, symbol: u32) -> u32;
}

/// [`Frequencies::below`] of a distribution that gives the symbols before `symbol` this share: `symbol` and the share of
/// what is left when every symbol has 1, rounded down. A share that is not a number counts as 0.
///
/// The shares of one symbol after the other must not fall, to the last bit, and lie between 0 and 1.
pub(super) fn below_of_share(share: f64, symbol: u32, symbols: u32) -> u32 {
    if symbol == symbols {
        WHOLE
    } else {
        symbol + (share * f64::from(WHOLE - symbols)) as u32
    }
}

/// Frequencies as `constriction` reads them.
pub(super) struct Model<'f, F>(pub &'f F);

impl<F> EntropyModel<PRECISION> for Model<'_, F> {
    type Symbol = u32;
    type Probability = u32;
}

impl<F: Frequencies> EncoderModel<PRECISION> for Model<'_, F> {
    fn left_cumulative_and_probability(&self, symbol: impl Borrow<u32>) -> Option<(u32, NonZeroU32)> {
        let symbol = *symbol.borrow();
        if symbol >= self.0.symbols() {
            return None;
        }
        let left = self.0.below(symbol);
        let frequency = self.0.below(symbol + 1).checked_sub(left)?;
        Some((left, NonZeroU32::new(frequency)?))
    }
}

impl<F: Frequencies> DecoderModel<PRECISION> for Model<'_, F> {
    /// The symbol among whose places `quantile` lies, by halving.
    fn quantile_function(&self, quantile: u32) -> (u32, u32, NonZeroU32) {
        let (mut symbol, mut left) = (0, 0);
        let (mut next, mut right) = (self.0.symbols(), WHOLE);
        while next - symbol > 1 {
            let middle = symbol + (next - symbol) / 2;
            let below = self.0.below(middle);
            if below <= quantile {
                (symbol, left) = (middle, below);
            } else {
                (next, right) = (middle, below);
            }
        }
        // `left <= quantile < right` all the way.
        let frequency = NonZeroU32::new(right - left).unwrap_or(NonZeroU32::MIN);
        (symbol, left, frequency)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Holds frequencies to what [`Frequencies`] promises, and returns them.
    pub fn checked(frequencies: &impl Frequencies) -> Vec<u32> {
        let symbols = frequencies.symbols();
        assert_eq!(frequencies.below(0), 0);
        assert_eq!(frequencies.below(symbols), WHOLE);
        let of_symbol = |symbol| {
            let (left, right) = (frequencies.below(symbol), frequencies.below(symbol + 1));
            assert!(left < right, "{left} before {symbol} and {right} after it");
            for quantile in [left, left.midpoint(right), right - 1] {
                let found = Model(frequencies).quantile_function(quantile);
                assert_eq!((found.0, found.1, found.2.get()), (symbol, left, right - left));
            }
            right - left
        };
        (0..symbols).map(of_symbol).collect()
    }

    struct Shares(Vec<f64>);

    impl Frequencies for Shares {
        fn symbols(&self) -> u32 {
            self.0.len() as u32
        }

        fn below(&self, symbol: u32) -> u32 {
            let share = self.0.get(symbol as usize).copied().unwrap_or(1.0);
            below_of_share(share, symbol, self.symbols())
        }
    }

    #[test]
    fn no_symbol_is_without_a_frequency_and_all_sum_to_the_whole() {
        assert_eq!(checked(&Shares(vec![0.0])), [WHOLE]);
        assert_eq!(checked(&Shares(vec![0.0, 0.5])), [WHOLE / 2, WHOLE / 2]);
        assert_eq!(checked(&Shares(vec![0.0, 0.0, 1.0])), [1, WHOLE - 2, 1]);
        assert_eq!(checked(&Shares(vec![f64::NAN; 3])), [1, 1, WHOLE - 2]);
        assert_eq!(Model(&Shares(vec![0.0])).left_cumulative_and_probability(1), None);
    }
}
