//! The pixels of an item by `p(x|z)`: one file per likelihood that is a distribution over whole numbers.

mod bernoulli;
mod beta_binomial;

use bernoulli::Bernoulli;
use beta_binomial::BetaBinomial;

use super::CodingError;
use super::frequencies::Frequencies;
use super::stack::Stack;
use crate::choices::Choose;
use crate::model::Likelihood;

/// Values of a byte.
const LEVELS: usize = 256;

/// How the pixels of an item are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PixelCoder {
    Bernoulli,
    BetaBinomial,
}

impl PixelCoder {
    /// # Errors
    /// If the likelihood is a density, which gives whole numbers no probabilities.
    pub fn of(likelihood: Likelihood) -> Result<Self, CodingError> {
        match likelihood {
            Likelihood::Bernoulli => Ok(Self::Bernoulli),
            other => Err(CodingError::Density {
                likelihood: other.word(),
            }),
        }
    }

    /// The largest symbol that a pixel can be, which is 1 to the model.
    pub fn most(self) -> u8 {
        match self {
            Self::Bernoulli => 1,
            Self::BetaBinomial => u8::MAX,
        }
    }

    /// Puts the pixels of an item on the stack, by what the decoder says of them.
    pub fn push(self, stack: &mut Stack, decoded: &[f32], symbols: &[u8]) {
        let pixels = symbols.len();
        match self {
            Self::Bernoulli => push(stack, symbols, |pixel| Bernoulli::new(decoded[pixel])),
            Self::BetaBinomial => push(stack, symbols, |pixel| {
                BetaBinomial::new(decoded[pixel].into(), decoded[pixels + pixel].into())
            }),
        }
    }

    /// Takes the pixels of an item from the stack.
    pub fn pop(self, stack: &mut Stack, decoded: &[f32], symbols: &mut [u8]) {
        let pixels = symbols.len();
        match self {
            Self::Bernoulli => pop(stack, symbols, |pixel| Bernoulli::new(decoded[pixel])),
            Self::BetaBinomial => pop(stack, symbols, |pixel| {
                BetaBinomial::new(decoded[pixel].into(), decoded[pixels + pixel].into())
            }),
        }
    }
}

fn push<F: Frequencies>(stack: &mut Stack, symbols: &[u8], frequencies: impl Fn(usize) -> F) {
    for (pixel, &symbol) in symbols.iter().enumerate().rev() {
        stack.push(symbol.into(), &frequencies(pixel));
    }
}

fn pop<F: Frequencies>(stack: &mut Stack, symbols: &mut [u8], frequencies: impl Fn(usize) -> F) {
    for (pixel, symbol) in symbols.iter_mut().enumerate() {
        // No likelihood has more symbols than bytes have values.
        *symbol = stack.pop(&frequencies(pixel)) as u8;
    }
}
