//! Named starting points.

use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::Configuration;
use crate::model::{Activation, Initialisation, Likelihood};
use crate::nn::optimizer::OptimizerKind;

/// A configuration with a name.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
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
pub enum Preset {
    /// The paper's architecture with Adam: digits within seconds.
    #[default]
    Mnist,
    /// Section 5 of the paper as published: Adagrad, `N(0, 0.01)` start, weight prior, M = 100, L = 1.
    PaperMnist,
    /// The paper's Frey Face experiment: 200 hidden units, Gaussian decoder; the data is not part of this program.
    PaperFrey,
    /// The widely used PyTorch example: 400 hidden ReLU units, Adam 1e-3, minibatches of 128, 10 epochs.
    PytorchMnist,
}

/// Training points of MNIST, the unit of an epoch in the presets.
const MNIST_EPOCH: u64 = 60_000;

impl Preset {
    /// The configuration that the name stands for, on `threads` threads.
    pub fn configuration(self, threads: usize) -> Configuration {
        let mnist = Configuration {
            threads,
            ..Configuration::default()
        };
        let paper = Configuration {
            initialisation: Initialisation::Paper,
            optimizer: OptimizerKind::Adagrad,
            learning_rate: 0.02,
            weight_prior: true,
            goal: 10_000_000,
            ..mnist.clone()
        };
        match self {
            Self::Mnist => mnist,
            Self::PaperMnist => paper,
            Self::PaperFrey => Configuration {
                data: String::new(),
                hidden: 200.into(),
                latent: 10,
                likelihood: Likelihood::Gaussian,
                evaluate_every: 20_000,
                ..paper
            },
            Self::PytorchMnist => Configuration {
                hidden: 400.into(),
                activation: Activation::Relu,
                initialisation: Initialisation::PyTorch,
                batch: 128,
                goal: 10 * MNIST_EPOCH,
                ..mnist
            },
        }
    }
}
