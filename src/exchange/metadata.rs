//! What an exported file says of the model beside its numbers, as one JSON object.

use serde::{Deserialize, Serialize};

use crate::choices::Choose;
use crate::data::ItemShape;
use crate::model::likelihood::{Likelihood, Observation};
use crate::model::{Architecture, Convolutions, NormalisationKind, Recognition};

/// A model in words, for programs that read its numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// The version of the program that wrote the file.
    pub program: String,
    /// Numbers of an item.
    pub pixels: usize,
    /// The convolutions before the encoder's hidden layers, where it has some.
    #[serde(default)]
    pub convolutions: Option<Convolutions>,
    /// Units of the encoder's hidden layers; the decoder has them in reverse.
    pub hidden: Vec<usize>,
    /// Latent dimensions.
    pub latent: usize,
    /// The nonlinearity between layers, by its word on the command line.
    pub activation: String,
    /// What is normalised before that, by its word.
    #[serde(default)]
    pub normalisation: NormalisationKind,
    /// Whether hidden layers add to what they read.
    #[serde(default)]
    pub residual: bool,
    /// The family of `p(x|z)`, by its word on the command line.
    pub likelihood: String,
    /// What the likelihood needs to know beside its name.
    pub observation: Observation,
    /// Whether there is an encoder; Monte Carlo EM trains none.
    pub encoder: bool,
    /// The kind and the size of an item.
    pub shape: ItemShape,
    /// CRC-32 of all parameters: the little-endian bytes of one array after the other, in the order of the model.
    pub checksum: u32,
}

impl Metadata {
    /// Of a model whose items have that shape and whose parameters that checksum.
    pub(super) fn new(architecture: &Architecture, shape: ItemShape, checksum: u32) -> Self {
        Self {
            program: env!("CARGO_PKG_VERSION").into(),
            pixels: architecture.pixels,
            convolutions: architecture.convolutions.clone(),
            hidden: architecture.hidden.units().to_vec(),
            latent: architecture.latent,
            activation: architecture.activation.word().into(),
            normalisation: architecture.normalisation,
            residual: architecture.residual,
            likelihood: architecture.likelihood.word().into(),
            observation: architecture.observation,
            encoder: architecture.recognition == Recognition::Encoder,
            shape,
            checksum,
        }
    }

    /// What stands in the way of using the parameters in a model of that architecture; sizes show in the arrays themselves.
    pub(super) fn check(&self, architecture: &Architecture) -> Result<(), String> {
        let differs = |what: &str, found: &str, expected: &str| {
            Err(format!(
                "its model has the {what} {found:?}, but {expected:?} is needed"
            ))
        };
        let (activation, likelihood) = (architecture.activation.word(), architecture.likelihood.word());
        if self.activation != activation {
            return differs("activation", &self.activation, activation);
        }
        if self.likelihood != likelihood {
            return differs("likelihood", &self.likelihood, likelihood);
        }
        if self.convolutions != architecture.convolutions {
            let words = |convolutions: &Option<Convolutions>| match convolutions {
                None => "none".to_owned(),
                Some(of) => format!("{} by {}, steps of {}", of.channels, of.kernel, of.stride),
            };
            let (found, expected) = (words(&self.convolutions), words(&architecture.convolutions));
            return differs("convolutions", &found, &expected);
        }
        let (found, expected) = (self.normalisation, architecture.normalisation);
        if found != expected {
            return differs("normalisation", found.word(), expected.word());
        }
        if self.residual != architecture.residual {
            let word = |residual| if residual { "yes" } else { "no" };
            return differs("residual", word(self.residual), word(architecture.residual));
        }
        let (mean, expected) = (self.observation.mean, architecture.observation.mean);
        if architecture.likelihood == Likelihood::Gaussian && mean != expected {
            return differs("mean", mean.word(), expected.word());
        }
        Ok(())
    }

    /// As files have it.
    pub(super) fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Out of a file.
    pub(super) fn parse(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| {
            format!(
                "its metadata says nothing of a model at line {}, column {}",
                error.line(),
                error.column()
            )
        })
    }
}
