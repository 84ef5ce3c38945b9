//! Sizes and shape of a model.

use serde::{Deserialize, Serialize};

use super::{Activation, Layers, Likelihood, Observation};
use crate::choices::Choose;

/// Latent sizes that are accepted.
pub const LATENT_RANGE: std::ops::RangeInclusive<usize> = 1..=512;

/// How wide the layers are, and what lies between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Architecture {
    /// Pixels of an image.
    pub pixels: usize,
    /// Hidden layers, the same in encoder and decoder, mirrored.
    pub hidden: Layers,
    /// Latent dimensions `N_z`.
    pub latent: usize,
    /// The nonlinearity of the hidden layers.
    pub activation: Activation,
    /// The distribution of every value, `p(x|z)`.
    pub likelihood: Likelihood,
    /// What the likelihood needs to know beside its name.
    pub observation: Observation,
    /// How the posterior of an image is found.
    pub recognition: Recognition,
}

impl Default for Architecture {
    /// A model of MNIST's images as small as the paper's, for whatever states only what is different.
    fn default() -> Self {
        Self {
            pixels: 784,
            hidden: 500.into(),
            latent: 20,
            activation: Activation::Tanh,
            likelihood: Likelihood::default(),
            observation: Observation::default(),
            recognition: Recognition::Encoder,
        }
    }
}

impl Architecture {
    /// How many numbers all weights and biases are: known before any of them takes memory.
    pub fn parameter_count(&self) -> usize {
        let affine = |inputs: usize, outputs: usize| (inputs + 1) * outputs;
        let sums = self.activation.sums_per_unit();
        // Hidden layers of these units, from so many inputs, and a last layer of so many outputs.
        let network = |inputs: usize, hidden: &[usize], outputs: usize| {
            let mut from = inputs;
            let layers = hidden
                .iter()
                .map(|&to| affine(std::mem::replace(&mut from, to), sums * to));
            let layers: usize = layers.sum();
            layers + affine(from, outputs)
        };
        let hidden = self.hidden.units();
        let encoder = match self.recognition {
            Recognition::Encoder => network(self.pixels, hidden, 2 * self.latent),
            Recognition::Chains => 0,
        };
        let mirrored: Vec<usize> = hidden.iter().rev().copied().collect();
        let (outputs, beside) = self.likelihood.layer_numbers(&self.observation, self.pixels);
        encoder + network(self.latent, &mirrored, outputs) + beside
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
            ..
        } = self;
        if *recognition == Recognition::Encoder {
            write!(f, "{pixels}-{hidden}-")?;
        }
        let mirrored = Layers::new(hidden.units().iter().rev().copied().collect());
        write!(f, "{latent}-{mirrored}-{pixels} {}", activation.word())?;
        if *likelihood != Likelihood::default() {
            write!(f, " {}", likelihood.word())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::model::Vae;
    use crate::model::likelihood::Variance;

    #[test]
    fn a_model_has_as_many_numbers_as_its_architecture_says() {
        let observation = Observation::default();
        let shared = Observation {
            variance: Variance::Shared,
            ..observation
        };
        let every = Likelihood::VARIANTS
            .iter()
            .map(|&likelihood| (likelihood, observation));
        for (likelihood, observation) in every.chain([(Likelihood::Gaussian, shared)]) {
            for recognition in [Recognition::Encoder, Recognition::Chains] {
                for (hidden, activation) in [
                    (vec![5], Activation::Tanh),
                    (vec![5, 4], Activation::Gated),
                    (vec![3, 5, 2], Activation::Elu),
                ] {
                    let architecture = Architecture {
                        pixels: 7,
                        hidden: Layers::new(hidden),
                        latent: 3,
                        activation,
                        likelihood,
                        observation,
                        recognition,
                    };
                    let model = Vae::zeros(architecture.clone());
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

    #[test]
    fn the_decoder_mirrors_the_encoder() {
        let architecture = Architecture {
            pixels: 7,
            hidden: Layers::new(vec![5, 4]),
            latent: 3,
            activation: Activation::Relu,
            ..Architecture::default()
        };
        assert_eq!(architecture.to_string(), "7-5-4-3-4-5-7 relu");
        let model = Vae::zeros(architecture);
        let weights = model
            .parameters()
            .into_iter()
            .filter(|named| named.name.ends_with("weight"));
        let weights: Vec<(String, Vec<usize>)> = weights
            .map(|named| (named.name, named.parameter.sizes()))
            .collect();
        let expected = [
            ("encoder.hidden.weight", [7, 5]),
            ("encoder.hidden2.weight", [5, 4]),
            ("encoder.moments.weight", [4, 6]),
            ("decoder.hidden.weight", [3, 4]),
            ("decoder.hidden2.weight", [4, 5]),
            ("decoder.logits.weight", [5, 7]),
        ];
        assert_eq!(
            weights,
            expected.map(|(name, sizes)| (name.to_owned(), sizes.to_vec()))
        );
    }
}
