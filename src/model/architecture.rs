//! Sizes and shape of a model.

use dfdx::prelude::*;
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::Likelihood;
use crate::choices::Choose;
use crate::nn::ops;

/// Latent sizes that are accepted.
pub const LATENT_RANGE: std::ops::RangeInclusive<usize> = 1..=512;
/// Hidden sizes that are accepted.
pub const HIDDEN_RANGE: std::ops::RangeInclusive<usize> = 1..=4096;

/// How wide the layers are, and what lies between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Architecture {
    /// Pixels of an image.
    pub pixels: usize,
    /// Hidden units, the same number in encoder and decoder.
    pub hidden: usize,
    /// Latent dimensions `N_z`.
    pub latent: usize,
    /// The nonlinearity of the hidden layers.
    pub activation: Activation,
    /// The family of `p(x|z)`.
    pub likelihood: Likelihood,
    /// How the posterior of an image is found.
    pub recognition: Recognition,
}

impl Architecture {
    /// How many numbers all weights and biases are: known before any of them takes memory.
    pub fn parameter_count(&self) -> usize {
        let affine = |inputs: usize, outputs: usize| (inputs + 1) * outputs;
        let encoder = match self.recognition {
            Recognition::Encoder => affine(self.pixels, self.hidden) + affine(self.hidden, 2 * self.latent),
            Recognition::Chains => 0,
        };
        let of_pixel = self.likelihood.numbers_per_pixel();
        encoder + affine(self.latent, self.hidden) + affine(self.hidden, of_pixel * self.pixels)
    }
}

/// How the posterior `q(z|x)` of an image is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recognition {
    /// By an encoder, which learns to.
    Encoder,
    /// By Markov chains, image by image: there is no encoder.
    Chains,
}

/// The nonlinearity of a hidden layer.
#[derive(
    Clone,
    Copy,
    Debug,
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
pub enum Activation {
    /// Hyperbolic tangent, as in the paper.
    Tanh,
    /// `max(0, x)`.
    Relu,
}

impl Activation {
    /// Applies the nonlinearity, in place.
    pub fn apply<S: Shape, T: Tape<f32, Cpu>>(self, x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
        match self {
            Self::Tanh => ops::tanh(x),
            Self::Relu => ops::relu(x),
        }
    }
}

impl std::fmt::Display for Architecture {
    /// The layer widths in reading order: `784-500-20-500-784 tanh`, without an encoder `20-500-784 tanh`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            pixels,
            hidden,
            latent,
            activation,
            likelihood,
            recognition,
        } = self;
        let likelihood = match likelihood {
            Likelihood::Bernoulli => "",
            Likelihood::Gaussian => " gaussian",
        };
        if *recognition == Recognition::Encoder {
            write!(f, "{pixels}-{hidden}-")?;
        }
        write!(f, "{latent}-{hidden}-{pixels} {}{likelihood}", activation.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Vae;

    #[test]
    fn a_model_has_as_many_numbers_as_its_architecture_says() {
        for likelihood in [Likelihood::Bernoulli, Likelihood::Gaussian] {
            for recognition in [Recognition::Encoder, Recognition::Chains] {
                let architecture = Architecture {
                    pixels: 7,
                    hidden: 5,
                    latent: 3,
                    activation: Activation::Tanh,
                    likelihood,
                    recognition,
                };
                let model = Vae::zeros(architecture);
                let lengths = model
                    .parameters()
                    .into_iter()
                    .map(|named| named.parameter.values().len());
                assert_eq!(
                    lengths.sum::<usize>(),
                    architecture.parameter_count(),
                    "{architecture}"
                );
            }
        }
    }
}
