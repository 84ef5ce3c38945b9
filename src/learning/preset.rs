//! Named starting points.

use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::{Configuration, Method, ScheduleKind};
use crate::data::{Binarisation, ReadingRules, Scale};
use crate::model::hierarchy::Inference;
use crate::model::likelihood::Mean;
use crate::model::prior::PriorKind;
use crate::model::{Activation, FamilyKind, Initialisation, Layers, Likelihood, NormalisationKind};
use crate::nn::optimizer::OptimizerKind;
use crate::objective::Estimator;

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
    /// The importance-weighted autoencoder as published (Burda, Grosse and Salakhutdinov 2016): 784-200-200-50, 50 samples.
    IwaeMnist,
    /// The same in short: 400 000 steps of 100 data points at one step size.
    IwaeShort,
    /// The VampPrior as published (Tomczak and Welling 2018): 300-300 gated units, 40 dimensions, 500 pseudo-inputs.
    VampMnist,
    /// The five-layer ladder as published (Sonderby et al. 2016): 64-32-16-8-4 dimensions, with warm-up.
    LadderMnist,
    /// The deep Markov model (Krishnan, Shalit and Sontag 2017) in the published size: 100 dimensions per step, 600 recurrent units; its schedule is
    /// one of 800 epochs. The chorales are not part of this program.
    DmmJsb,
    /// Full variational Bayes on the setting of the paper's figure 3: 784-100-3, 1 000 training images.
    PaperFullVb,
    /// The features of Kingma et al. (2014), model M1: 784-600-600-50 softplus.
    M1Mnist,
    /// Their model M2 with 100 labels: 784-500 softplus, 50 dimensions of style and ten classes.
    M2Mnist,
    /// M2 on the features of M1: the data is a table of them.
    M2OnM1,
}

/// The chorales to train on, the unit of an epoch of theirs.
const JSB_EPOCH: u64 = 229;

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
            Self::IwaeMnist => Configuration {
                hidden: Layers::new(vec![200, 200]),
                latent: 50,
                estimator: Estimator::ImportanceWeighted,
                mc_samples: 50,
                binarisation: Binarisation::Dynamic,
                batch: 20,
                schedule: ScheduleKind::Iwae,
                // 3^0 + 3^1 + ... + 3^7 passes.
                goal: 3_280 * MNIST_EPOCH,
                evaluate_every: 10 * MNIST_EPOCH,
                ..mnist
            },
            Self::IwaeShort => Configuration {
                batch: 100,
                schedule: ScheduleKind::Constant,
                goal: 400_000 * 100,
                ..Self::IwaeMnist.configuration(threads)
            },
            Self::VampMnist => Configuration {
                hidden: Layers::new(vec![300, 300]),
                activation: Activation::Gated,
                latent: 40,
                prior: PriorKind::Vamp,
                pseudo_inputs: 500,
                estimator: Estimator::A,
                learning_rate: 5e-4,
                warm_up: 100.0,
                binarisation: Binarisation::Static,
                goal: 2_000 * MNIST_EPOCH,
                ..mnist
            },
            Self::LadderMnist => Configuration {
                hidden: Layers::new(vec![512, 512]),
                activation: Activation::LeakyRelu,
                normalisation: NormalisationKind::Batch,
                latent: 64,
                upper_latent: Layers::new(vec![32, 16, 8, 4]),
                upper_hidden: Layers::new(vec![256, 128, 64, 64]),
                inference: Inference::Ladder,
                estimator: Estimator::A,
                batch: 256,
                warm_up: 200.0,
                binarisation: Binarisation::Dynamic,
                goal: 2_000 * MNIST_EPOCH,
                ..mnist
            },
            Self::DmmJsb => Configuration {
                data: String::new(),
                family: FamilyKind::Markov,
                hidden: Layers::new(vec![200, 100]),
                activation: Activation::Relu,
                latent: 100,
                recurrent: 600,
                learning_rate: 2e-3,
                schedule: ScheduleKind::Cosine,
                weight_decay: 0.4,
                batch: 20,
                warm_up: 20.0,
                goal: 800 * JSB_EPOCH,
                evaluate_every: 50 * JSB_EPOCH,
                ..mnist
            },
            Self::PaperFullVb => Configuration {
                hidden: 100.into(),
                latent: 3,
                method: Method::FullVb,
                train_size: Some(1_000),
                goal: 20_000_000,
                evaluate_every: 100_000,
                ..mnist
            },
            Self::M1Mnist => Configuration {
                hidden: Layers::new(vec![600, 600]),
                activation: Activation::Softplus,
                latent: 50,
                goal: 500 * MNIST_EPOCH,
                ..mnist
            },
            Self::M2Mnist => Configuration {
                hidden: 500.into(),
                activation: Activation::Softplus,
                latent: 60,
                method: Method::M2,
                labels: Some(100),
                learning_rate: 3e-4,
                goal: 500 * MNIST_EPOCH,
                ..mnist
            },
            Self::M2OnM1 => Configuration {
                data: String::new(),
                likelihood: Likelihood::Gaussian,
                mean: Mean::Real,
                reading: Box::new(ReadingRules {
                    scale: Scale::None,
                    ..ReadingRules::default()
                }),
                ..Self::M2Mnist.configuration(threads)
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
