//! The pixels of an item by `p(x|z)`: one file per likelihood that gives whole numbers probabilities.

mod bernoulli;
mod beta_binomial;
mod discretised_logistic;
mod weights;

use super::CodingError;
use super::cumulative::Cumulative;
use super::frequencies::Frequencies;
use super::stack::Stack;
use crate::choices::Choose;
use crate::kernels::scalar;
use crate::model::likelihood::beta_binomial::concentration;
use crate::model::likelihood::discretised_logistic::scale;
use crate::model::{Architecture, Likelihood};
use bernoulli::Bernoulli;
use beta_binomial::beta_binomial;
use discretised_logistic::DiscretisedLogistic;
use weights::Weights;

/// Values of a byte.
const LEVELS: usize = 256;

/// How the pixels of an item are coded.
pub(super) enum PixelCoder {
    Bernoulli,
    BetaBinomial,
    /// With the distribution function of the logistic distribution.
    DiscretisedLogistic(Cumulative),
    /// A class for every byte.
    Categorical,
}

impl PixelCoder {
    /// # Errors
    /// If the likelihood gives bytes no probabilities.
    pub fn of(architecture: &Architecture) -> Result<Self, CodingError> {
        match architecture.likelihood {
            Likelihood::Bernoulli => Ok(Self::Bernoulli),
            Likelihood::BetaBinomial => Ok(Self::BetaBinomial),
            Likelihood::DiscretisedLogistic => Ok(Self::DiscretisedLogistic(Cumulative::logistic())),
            Likelihood::Categorical if architecture.observation.classes == LEVELS => Ok(Self::Categorical),
            other => Err(CodingError::Likelihood {
                likelihood: other.word(),
            }),
        }
    }

    /// The largest symbol that a pixel can be, which is 1 to the model.
    pub fn most(&self) -> u8 {
        match self {
            Self::Bernoulli => 1,
            _ => u8::MAX,
        }
    }

    /// Puts the pixels of an item on the stack, the last one first, by what the decoder says of them.
    pub fn push(&self, stack: &mut Stack, decoded: &[f32], symbols: &[u8]) {
        let count = symbols.len();
        let pixels = symbols.iter().map(|&symbol| u32::from(symbol)).enumerate().rev();
        match self {
            Self::Bernoulli => {
                pixels.for_each(|(pixel, symbol)| stack.push(symbol, &Bernoulli::new(decoded[pixel])))
            }
            Self::BetaBinomial => pixels.for_each(|(pixel, symbol)| {
                stack.push(symbol, &of_concentrations(decoded, count, pixel));
            }),
            Self::DiscretisedLogistic(logistic) => pixels.for_each(|(pixel, symbol)| {
                stack.push(symbol, &of_location_and_scale(logistic, decoded, count, pixel));
            }),
            Self::Categorical => pixels.for_each(|(pixel, symbol)| {
                stack.push(symbol, &of_logits(decoded, count, pixel));
            }),
        }
    }

    /// Takes the pixels of an item from the stack, by what the decoder says of them.
    pub fn pop(&self, stack: &mut Stack, decoded: &[f32], symbols: &mut [u8]) {
        let count = symbols.len();
        let pixels = symbols.iter_mut().enumerate();
        match self {
            Self::Bernoulli => {
                pixels.for_each(|(pixel, symbol)| *symbol = pop(stack, &Bernoulli::new(decoded[pixel])))
            }
            Self::BetaBinomial => pixels.for_each(|(pixel, symbol)| {
                *symbol = pop(stack, &of_concentrations(decoded, count, pixel));
            }),
            Self::DiscretisedLogistic(logistic) => pixels.for_each(|(pixel, symbol)| {
                *symbol = pop(stack, &of_location_and_scale(logistic, decoded, count, pixel));
            }),
            Self::Categorical => pixels.for_each(|(pixel, symbol)| {
                *symbol = pop(stack, &of_logits(decoded, count, pixel));
            }),
        }
    }
}

/// A symbol that is a byte: no likelihood has more.
fn pop(stack: &mut Stack, frequencies: &impl Frequencies) -> u8 {
    stack.pop(frequencies) as u8
}

/// A beta-binomial: the decoder says its first concentration of every pixel, then its second.
fn of_concentrations(decoded: &[f32], count: usize, pixel: usize) -> Weights {
    beta_binomial(
        concentration(decoded[pixel]),
        concentration(decoded[count + pixel]),
    )
}

/// A discretised logistic: the decoder says its location of every pixel, where white is 1, then its scale.
fn of_location_and_scale<'c>(
    logistic: &'c Cumulative,
    decoded: &[f32],
    count: usize,
    pixel: usize,
) -> DiscretisedLogistic<'c> {
    let white = f64::from(u8::MAX);
    let location = f64::from(decoded[pixel]);
    DiscretisedLogistic::new(logistic, white * location, white * scale(decoded[count + pixel]))
}

/// A categorical: the decoder says the logit of the first byte of every pixel, then that of the second, and so on.
fn of_logits(decoded: &[f32], count: usize, pixel: usize) -> Weights {
    let logit = |level: usize| decoded[level * count + pixel];
    let largest = (0..LEVELS).map(logit).fold(f32::NEG_INFINITY, f32::max);
    Weights::new(&std::array::from_fn(|level| {
        f64::from(scalar::exp(logit(level) - largest))
    }))
}
