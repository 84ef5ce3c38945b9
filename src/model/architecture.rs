//! Sizes and shape of a model.

use serde::{Deserialize, Serialize};

use super::convolutions::ConvolutionalLayer;
use super::hierarchy::Inference;
use super::markov::Markov;
use super::posterior::flow::Flow;
use super::prior::Prior;
use super::{Activation, Convolutions, Latents, Layers, Likelihood, NormalisationKind, Observation};
use crate::choices::Choose;

/// Latent sizes that are accepted.
pub const LATENT_RANGE: std::ops::RangeInclusive<usize> = 1..=512;

/// How wide the layers are, and what lies between them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Architecture {
    /// Pixels of an image.
    pub pixels: usize,
    /// Convolutions before the hidden layers, and transposed and in reverse behind those of the decoder; none of the family `mlp`.
    pub convolutions: Option<Convolutions>,
    /// Hidden layers, the same in encoder and decoder, mirrored.
    pub hidden: Layers,
    /// Latent dimensions `N_z`, of all stochastic layers together.
    pub latent: usize,
    /// The prior, and what follows the Gaussian posterior.
    pub latents: Latents,
    /// The nonlinearity of the hidden layers.
    pub activation: Activation,
    /// What is normalised before that.
    pub normalisation: NormalisationKind,
    /// Whether a hidden layer as wide as the one before adds what it makes of it to it.
    pub residual: bool,
    /// The distribution of every value, `p(x|z)`.
    pub likelihood: Likelihood,
    /// What the likelihood needs to know beside its name.
    pub observation: Observation,
    /// How the posterior of an image is found.
    pub recognition: Recognition,
    /// Classes that the model knows, whose latent dimensions are the last ones; 0 for a model without.
    pub classes: usize,
    /// The steps of a Markov model, which all have their share of the pixels and of the latent dimensions; none of a model without time.
    pub steps: Option<Steps>,
}

/// The steps of a Markov model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steps {
    /// Steps of the longest sequence.
    pub count: usize,
    /// Units of the recurrent layer that reads sequences.
    pub recurrent: usize,
}

impl Default for Architecture {
    /// A model of MNIST's images as small as the paper's, for whatever states only what is different.
    fn default() -> Self {
        Self {
            pixels: 784,
            convolutions: None,
            hidden: 500.into(),
            latent: 20,
            latents: Latents::default(),
            activation: Activation::Tanh,
            normalisation: NormalisationKind::None,
            residual: false,
            likelihood: Likelihood::default(),
            observation: Observation::default(),
            recognition: Recognition::Encoder,
            classes: 0,
            steps: None,
        }
    }
}

impl Architecture {
    /// Whether its networks are nothing but affine maps with nonlinearities between them.
    pub fn is_plain(&self) -> bool {
        self.normalisation == NormalisationKind::None
            && !self.residual
            && self.convolutions.is_none()
            && self.classes == 0
            && self.steps.is_none()
    }

    /// How many numbers all weights and biases are: known before any of them takes memory.
    pub fn parameter_count(&self) -> usize {
        if let Some(steps) = &self.steps {
            return Markov::parameter_count(steps, self);
        }
        if !self.latents.upper.is_empty() {
            return self.parameter_count_of_hierarchy();
        }
        let affine = |inputs: usize, outputs: usize| (inputs + 1) * outputs;
        let layer = |inputs: usize, units: usize| {
            let sums = self.activation.sums_per_unit() * units;
            affine(inputs, sums) + self.normalisation.numbers(sums)
        };
        // Hidden layers of these units, from so many inputs.
        let stack = |inputs: usize, units: &[usize]| -> usize {
            let mut from = inputs;
            let layers = units
                .iter()
                .map(|&to| layer(std::mem::replace(&mut from, to), to));
            layers.sum()
        };
        let hidden = self.hidden.units();
        let mirrored: Vec<usize> = hidden.iter().rev().copied().collect();
        let [first, last] = [hidden[0], hidden[hidden.len() - 1]];
        let (outputs, beside) = self.likelihood.layer_numbers(&self.observation, self.pixels);
        let (encoder, decoder) = match &self.convolutions {
            None => (
                stack(self.pixels, hidden),
                stack(self.latent, &mirrored) + affine(first, outputs),
            ),
            Some(convolutions) => {
                let layers = convolutions.layers();
                let residuals: usize = match self.residual {
                    true => layers
                        .iter()
                        .map(|each| layer(each.residual_window().patch(), each.channels))
                        .sum(),
                    false => 0,
                };
                let plain = layers
                    .iter()
                    .map(|each| layer(each.window.patch(), each.channels));
                // A transposed one has its bias and what normalises it at the other end.
                let transposed = |&ConvolutionalLayer { window, channels }: &_| {
                    let sums = self.activation.sums_per_unit() * window.channels;
                    channels * window.kernel * window.kernel * sums + sums + self.normalisation.numbers(sums)
                };
                let last_window = layers[0].window;
                let numbers = outputs / self.pixels * last_window.channels;
                let output = layers[0].channels * last_window.kernel * last_window.kernel * numbers + numbers;
                let flattened = convolutions.flattened();
                let widths = [&mirrored[..], &[flattened]].concat();
                (
                    plain.sum::<usize>() + residuals + stack(flattened, hidden),
                    stack(self.latent, &widths)
                        + layers[1..].iter().map(transposed).sum::<usize>()
                        + residuals
                        + output,
                )
            }
        };
        let encoder = match self.recognition {
            Recognition::Encoder => encoder + affine(last, 2 * self.latent),
            Recognition::Chains => 0,
        };
        if self.classes > 0 {
            let style = self.latent.saturating_sub(self.classes);
            return stack(self.pixels, hidden)
                + affine(last, self.classes)
                + stack(self.pixels + self.classes, hidden)
                + affine(last, 2 * style)
                + stack(self.latent, &mirrored)
                + affine(first, outputs)
                + beside;
        }
        encoder + decoder + beside + Prior::parameter_count(self) + Flow::parameter_count(self)
    }
}

impl Architecture {
    /// The latent dimensions of every stochastic layer, from the bottom up.
    pub fn groups(&self) -> Vec<usize> {
        let upper: usize = self.latents.upper.iter().sum();
        let first = self.latent.saturating_sub(upper);
        std::iter::once(first)
            .chain(self.latents.upper.iter().copied())
            .collect()
    }

    fn parameter_count_of_hierarchy(&self) -> usize {
        let affine = |inputs: usize, outputs: usize| (inputs + 1) * outputs;
        let sums = self.activation.sums_per_unit();
        let stack = |inputs: usize, hidden: &[usize]| -> usize {
            let mut from = inputs;
            let layers = hidden.iter().map(|&to| {
                affine(std::mem::replace(&mut from, to), sums * to) + self.normalisation.numbers(sums * to)
            });
            layers.sum()
        };
        let last = |hidden: &[usize]| hidden.last().copied().unwrap_or(0);
        let network = |inputs: usize, hidden: &[usize], outputs: usize| {
            stack(inputs, hidden) + affine(last(hidden), outputs)
        };
        let (groups, hidden) = (self.groups(), self.hidden.units());
        let between = self.latents.units_between(hidden.len());
        let pairs = || groups.windows(2).zip(&between);
        let encoder = match self.latents.inference {
            Inference::BottomUp => {
                let above = pairs().map(|(pair, units)| network(pair[0], units, 2 * pair[1]));
                network(self.pixels, hidden, 2 * groups[0]) + above.sum::<usize>()
            }
            Inference::Ladder => {
                let below = std::iter::once(hidden).chain(between.iter().map(Vec::as_slice));
                let mut from = self.pixels;
                let rungs = below.zip(&groups).map(|(units, group)| {
                    let inputs = std::mem::replace(&mut from, last(units));
                    network(inputs, units, 2 * group)
                });
                rungs.sum()
            }
        };
        let reversed = |units: &[usize]| units.iter().rev().copied().collect::<Vec<usize>>();
        let generative = pairs().map(|(pair, units)| network(pair[1], &reversed(units), 2 * pair[0]));
        let (outputs, beside) = self.likelihood.layer_numbers(&self.observation, self.pixels);
        encoder + generative.sum::<usize>() + network(groups[0], &reversed(hidden), outputs) + beside
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
    /// The layer widths in reading order: `784-500-20-500-784 tanh`, without an encoder `20-500-784 tanh`. Convolutions are given by
    /// their channels: `784-c32-c64-500-20-500-c64-c32-784 relu`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            pixels,
            convolutions,
            hidden,
            latent,
            latents,
            activation,
            normalisation,
            residual,
            likelihood,
            recognition,
            classes,
            steps,
            ..
        } = self;
        let channels = convolutions
            .iter()
            .flat_map(|convolutions| convolutions.channels.units());
        let channels: Vec<String> = channels.map(|channels| format!("c{channels}-")).collect();
        if *recognition == Recognition::Encoder {
            write!(f, "{pixels}-{}{hidden}-", channels.concat())?;
        }
        let mirrored = Layers::new(hidden.units().iter().rev().copied().collect());
        let channels: String = channels.into_iter().rev().collect();
        write!(f, "{latent}-{mirrored}-{channels}{pixels} {}", activation.word())?;
        if *normalisation != NormalisationKind::None {
            write!(f, " {}-normalised", normalisation.word())?;
        }
        if *residual {
            f.write_str(" residual")?;
        }
        if *likelihood != Likelihood::default() {
            write!(f, " {}", likelihood.word())?;
        }
        if *classes > 0 {
            write!(f, " {classes} classes")?;
        }
        if let Some(Steps { count, recurrent }) = steps {
            write!(f, " markov({count} steps, {recurrent} recurrent)")?;
        }
        f.write_str(&latents.suffix())
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::model::Vae;
    use crate::model::likelihood::Variance;
    use crate::model::posterior::FlowKind;
    use crate::model::prior::PriorKind;

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
                let convolutions = |channels, kernel, stride| {
                    Some(Convolutions {
                        height: 4,
                        width: 3,
                        colours: 1,
                        channels: Layers::new(channels),
                        kernel,
                        stride,
                    })
                };
                for (hidden, activation, normalisation, convolutions) in [
                    (vec![5], Activation::Tanh, NormalisationKind::None, None),
                    (vec![5, 4], Activation::Gated, NormalisationKind::Batch, None),
                    (
                        vec![3, 5, 2],
                        Activation::Elu,
                        NormalisationKind::Layer,
                        convolutions(vec![3], 3, 2),
                    ),
                    (
                        vec![4],
                        Activation::Gated,
                        NormalisationKind::Batch,
                        convolutions(vec![2, 3, 4], 2, 1),
                    ),
                ] {
                    let architecture = Architecture {
                        pixels: 12,
                        residual: convolutions.is_some() && recognition == Recognition::Encoder,
                        convolutions,
                        hidden: Layers::new(hidden),
                        latent: 3,
                        activation,
                        normalisation,
                        likelihood,
                        observation,
                        recognition,
                        latents: Latents::default(),
                        classes: 0,
                        steps: None,
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
    fn priors_flows_and_layers_are_counted_and_named() {
        let latents = |prior, flow| Latents {
            prior,
            components: 6,
            flow,
            flow_steps: 3,
            ..Latents::default()
        };
        let upper = |inference| Latents {
            upper: vec![1, 1],
            upper_hidden: vec![4, 2],
            inference,
            ..Latents::default()
        };
        for (latents, suffix) in [
            (latents(PriorKind::Vamp, FlowKind::None), " vamp(6)"),
            (
                latents(PriorKind::Mixture, FlowKind::Planar),
                " mixture(6) planar(3)",
            ),
            (latents(PriorKind::Standard, FlowKind::Iaf), " iaf(3)"),
            (upper(Inference::BottomUp), " bottom-up(1-1)"),
            (upper(Inference::Ladder), " ladder(1-1)"),
        ] {
            let architecture = Architecture {
                pixels: 7,
                hidden: Layers::new(vec![5, 4]),
                latent: 3,
                latents,
                ..Architecture::default()
            };
            assert_eq!(architecture.to_string(), format!("7-5-4-3-4-5-7 tanh{suffix}"));
            let model = Vae::zeros(architecture.clone());
            let parameters = model.parameters().into_iter();
            let numbers: usize = parameters.map(|named| named.parameter.values().len()).sum();
            assert_eq!(numbers, architecture.parameter_count(), "{architecture}");
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
