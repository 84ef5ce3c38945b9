//! An asymmetric numeral system (Duda 2009) as a stack: what was pushed last is popped first, and popping what nobody pushed
//! draws a symbol by its frequencies, which pushing it again undoes to the bit.

use std::convert::Infallible;

use constriction::backends::{ReadWords, WriteWords};
use constriction::stream::stack::AnsCoder;
use constriction::stream::{Decode, Encode};
use rand::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::frequencies::{Frequencies, Model, PRECISION};

/// A stack of symbols.
pub(super) struct Stack(AnsCoder<u32, u64, Words>);

impl Stack {
    /// The stack that stream number `stream` begins with: as many start-up bits as will be popped, which look random and are
    /// the same for every file.
    pub fn new(stream: u64) -> Self {
        let mut start_up = Xoshiro256PlusPlus::seed_from_u64(stream);
        // The smallest state that the numeral system allows with words below it, and 32 bits more.
        let state = 1 << 32 | u64::from(start_up.next_u32());
        let words = Words {
            words: Vec::new(),
            start_up: Some(start_up),
            taken: 0,
        };
        Self(AnsCoder::from_raw_parts(words, state))
    }

    /// A stack as it was [taken apart](Self::into_parts).
    pub fn from_parts(state: u64, words: Vec<u32>) -> Self {
        let words = Words {
            words,
            start_up: None,
            taken: 0,
        };
        Self(AnsCoder::from_raw_parts(words, state))
    }

    /// The state, and the words below it.
    pub fn into_parts(self) -> (u64, Vec<u32>) {
        let (words, state) = self.0.into_raw_parts();
        (state, words.words)
    }

    /// Start-up bits that were needed so far.
    pub fn start_up_bits(&self) -> u64 {
        32 + 32 * self.0.bulk().taken
    }

    /// Whether this is a stack that stream number `stream` may have begun with: nothing but start-up bits is left.
    pub fn began_with(self, stream: u64) -> bool {
        let mut start_up = Xoshiro256PlusPlus::seed_from_u64(stream);
        let expected = 1 << 32 | u64::from(start_up.next_u32());
        let (state, words) = self.into_parts();
        state == expected && words.iter().rev().all(|&word| word == start_up.next_u32())
    }

    /// Puts `symbol` on top; takes about `log2(WHOLE / frequency)` bits.
    #[expect(
        clippy::expect_used,
        reason = "every symbol has a frequency, and a vector takes every word"
    )]
    pub fn push(&mut self, symbol: u32, frequencies: &impl Frequencies) {
        Encode::<PRECISION>::encode_symbol(&mut self.0, symbol, Model(frequencies))
            .expect("one of the symbols");
    }

    /// Takes the symbol from the top; gives about as many bits back.
    pub fn pop(&mut self, frequencies: &impl Frequencies) -> u32 {
        let Ok(symbol) = Decode::<PRECISION>::decode_symbol(&mut self.0, Model(frequencies));
        symbol
    }
}

/// Words below the state; where there are none left, start-up bits.
struct Words {
    words: Vec<u32>,
    start_up: Option<Xoshiro256PlusPlus>,
    taken: u64,
}

impl WriteWords<u32> for Words {
    type WriteError = Infallible;

    fn write(&mut self, word: u32) -> Result<(), Infallible> {
        self.words.push(word);
        Ok(())
    }
}

impl ReadWords<u32, constriction::Stack> for Words {
    type ReadError = Infallible;

    fn read(&mut self) -> Result<Option<u32>, Infallible> {
        let word = self.words.pop();
        if word.is_some() {
            return Ok(word);
        }
        self.taken += u64::from(self.start_up.is_some());
        Ok(self.start_up.as_mut().map(RngCore::next_u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coding::frequencies::WHOLE;

    /// Symbols 0, 1, 2 with frequencies 1/2, 1/4, 1/4.
    struct Three;

    impl Frequencies for Three {
        fn symbols(&self) -> u32 {
            3
        }

        fn below(&self, symbol: u32) -> u32 {
            [0, WHOLE / 2, WHOLE / 4 * 3, WHOLE][symbol as usize]
        }
    }

    #[test]
    fn what_is_pushed_is_popped_in_reverse_and_takes_its_information() {
        let symbols: Vec<u32> = (0..4_000).map(|index| [0, 1, 0, 2][index % 4]).collect();
        let mut stack = Stack::new(7);
        symbols.iter().for_each(|&symbol| stack.push(symbol, &Three));
        let (state, words) = stack.into_parts();
        // 1.5 bits each, and 64 of the state.
        assert!((32 * words.len()).abs_diff(6_000) <= 64, "{}", words.len());
        let mut stack = Stack::from_parts(state, words);
        assert!(symbols.iter().rev().all(|&symbol| stack.pop(&Three) == symbol));
        assert!(stack.began_with(7));
    }

    #[test]
    fn popping_what_nobody_pushed_draws_by_frequency_and_is_undone() {
        let mut stack = Stack::new(3);
        let drawn: Vec<u32> = (0..10_000).map(|_| stack.pop(&Three)).collect();
        let zeros = drawn.iter().filter(|&&symbol| symbol == 0).count();
        // Five standard deviations of 10 000 coin tosses.
        assert!(zeros.abs_diff(5_000) < 250, "{zeros}");
        assert!(stack.start_up_bits().abs_diff(15_000) < 500);
        drawn.iter().rev().for_each(|&symbol| stack.push(symbol, &Three));
        let (state, words) = stack.into_parts();
        assert!(!Stack::from_parts(state, words.clone()).began_with(4));
        assert!(Stack::from_parts(state, words).began_with(3));
    }
}
