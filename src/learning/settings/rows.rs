//! The table of settings: a row each, and nothing else, makes a setting.
//!
//! A row is a field of [`Configuration`], with its type and default, and what people are told of it: the name under which
//! it is typed, the unit in which it counts, the help (the first line of the row's doc comment), what it may be, and whether it may change
//! between two steps of a run. A row that sessions written before do not have says so: `#[serde(default = "usual::FIELD")]`.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::Setting;
use super::kinds::{
    ClassNames, DataName, LayerSizes, NotNegative, OneOf, Positive, PositiveOrNone, Rules, Share,
    UpperLayers, Whole, WholeOrAll, YesOrNo,
};
use crate::data::{Binarisation, ReadingRules, mnist};
use crate::kernels::Products;
use crate::learning::{Method, ScheduleKind, default_threads};
use crate::model::architecture::LATENT_RANGE;
use crate::model::convolutions::{CHANNELS_RANGE, CONVOLUTIONS_RANGE, KERNEL_RANGE, STRIDE_RANGE};
use crate::model::hierarchy::Inference;
use crate::model::likelihood::{CLASSES_RANGE, Mean, Variance};
use crate::model::posterior::FlowKind;
use crate::model::posterior::flow::STEPS_RANGE;
use crate::model::prior::{COMPONENTS_RANGE, PriorKind};
use crate::model::{
    Activation, DEPTH_RANGE, FamilyKind, HIDDEN_RANGE, Initialisation, Layers, Likelihood, NormalisationKind,
};
use crate::nn::optimizer::OptimizerKind;
use crate::objective::Estimator;

/// Data points that a minibatch may have.
pub const BATCH_RANGE: RangeInclusive<usize> = 1..=10_000;

/// Threads that may share a minibatch.
pub const THREADS_RANGE: RangeInclusive<usize> = 1..=256;

macro_rules! settings {
    ($(
        #[doc = $help:literal]
        $(#[$attribute:meta])*
        $field:ident: $type:ty = $default:expr, {
            name: $name:literal, unit: $unit:literal, kind: $kind:expr, live: $live:literal
        }
    )*) => {
        /// The choices that a run starts from; together with the data they fix every parameter to the bit.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct Configuration {
            $(
                #[doc = $help]
                $(#[$attribute])*
                pub $field: $type,
            )*
            /// Time steps of the longest sequence that a Markov model learns, each with its latent dimensions: as many as the data has,
            /// which says so when the run begins; 1 of every other model.
            #[serde(default = "one_step", skip_serializing_if = "is_one_step")]
            pub time_steps: usize,
        }

        fn one_step() -> usize {
            1
        }

        fn is_one_step(steps: &usize) -> bool {
            *steps == one_step()
        }

        impl Default for Configuration {
            fn default() -> Self {
                Self { $($field: usual::$field(),)* time_steps: one_step() }
            }
        }

        /// The default of every setting.
        mod usual {
            use super::*;
            $(pub fn $field() -> $type { $default })*
        }

        /// Every setting of a run, in the order in which people are shown them.
        pub static TABLE: LazyLock<Vec<Setting>> = LazyLock::new(|| vec![$(
            Setting::new($name, $unit, $help, $live, $kind, |of| &of.$field, |of| &mut of.$field),
        )*]);
    };
}

settings! {
    /// Latent dimensions, of a Markov model those of each time step
    latent: usize = 20, { name: "latent", unit: "dimensions", kind: Whole(LATENT_RANGE), live: false }

    /// Which networks encoder and decoder are
    #[serde(default)]
    family: FamilyKind = FamilyKind::Mlp, { name: "family", unit: "", kind: OneOf::new(), live: false }

    /// Channels of the convolutions of a convolutional family: one number per layer, which the decoder has in reverse
    #[serde(default = "usual::channels")]
    channels: Layers = Layers::new(vec![32, 64]), {
        name: "channels", unit: "channels", kind: LayerSizes { size: CHANNELS_RANGE, depth: CONVOLUTIONS_RANGE }, live: false
    }

    /// Rows and columns of the window of a convolution
    #[serde(default = "usual::kernel")]
    kernel: usize = 4, { name: "kernel", unit: "pixels", kind: Whole(KERNEL_RANGE), live: false }

    /// Pixels from one window of a convolution to the next, by which images become smaller from layer to layer
    #[serde(default = "usual::stride")]
    stride: usize = 2, { name: "stride", unit: "pixels", kind: Whole(STRIDE_RANGE), live: false }

    /// Units of the recurrent layer by which a Markov model reads sequences from their ends
    #[serde(default = "usual::recurrent")]
    recurrent: usize = 200, { name: "recurrent", unit: "units", kind: Whole(HIDDEN_RANGE), live: false }

    /// Hidden units of encoder and decoder: one number per layer, such as 200,200, which the decoder has in reverse
    hidden: Layers = 500.into(), { name: "hidden", unit: "units", kind: LayerSizes { size: HIDDEN_RANGE, depth: DEPTH_RANGE }, live: false }

    /// The nonlinearity of the hidden layers
    activation: Activation = Activation::Tanh, { name: "activation", unit: "", kind: OneOf::new(), live: false }

    /// What is normalised between the sums of a hidden layer and their nonlinearity
    #[serde(default)]
    normalisation: NormalisationKind = NormalisationKind::None, {
        name: "normalisation", unit: "", kind: OneOf::new(), live: false
    }

    /// Whether a hidden layer as wide as the one before it adds what it makes of its input to it
    #[serde(default)]
    residual: bool = false, { name: "residual", unit: "", kind: YesOrNo, live: false }

    /// The distribution p(x|z) of every value
    #[serde(default)]
    likelihood: Likelihood = Likelihood::Bernoulli, { name: "likelihood", unit: "", kind: OneOf::new(), live: false }

    /// Where the mean of a gaussian likelihood may be
    #[serde(default)]
    mean: Mean = Mean::Unit, { name: "mean", unit: "", kind: OneOf::new(), live: false }

    /// Whose the variance of a gaussian likelihood is
    #[serde(default)]
    variance: Variance = Variance::Learned, { name: "variance", unit: "", kind: OneOf::new(), live: false }

    /// The variance of a gaussian likelihood where that is fixed, in squared units of the model's values; at least 1.3e-6
    #[serde(default = "usual::fixed_variance")]
    fixed_variance: f32 = 0.1, { name: "fixed-variance", unit: "", kind: Positive, live: false }

    /// Classes of a categorical likelihood: all that the data has (of bytes 16 evenly spaced grey levels), or fewer
    #[serde(default = "usual::classes")]
    classes: Option<usize> = None, { name: "classes", unit: "", kind: WholeOrAll(CLASSES_RANGE), live: false }

    /// The prior p(z)
    #[serde(default)]
    prior: PriorKind = PriorKind::Standard, { name: "prior", unit: "", kind: OneOf::new(), live: false }

    /// Components of a prior that is learned: pseudo-inputs of vamp, Gaussians of mixture
    #[serde(default = "usual::pseudo_inputs")]
    pseudo_inputs: usize = 500, {
        name: "pseudo-inputs", unit: "components", kind: Whole(COMPONENTS_RANGE), live: false
    }

    /// The normalising flow that follows the Gaussian of the posterior
    #[serde(default)]
    flow: FlowKind = FlowKind::None, { name: "flow", unit: "", kind: OneOf::new(), live: false }

    /// Steps of the flow
    #[serde(default = "usual::flow_steps")]
    flow_steps: usize = 4, { name: "flow-steps", unit: "steps", kind: Whole(STEPS_RANGE), live: false }

    /// Latent dimensions of the stochastic layers above the first, such as 50 or 32,16,8,4; none for a model with one layer
    #[serde(default = "usual::upper_latent")]
    upper_latent: Layers = Layers::new(Vec::new()), {
        name: "upper-latent", unit: "dimensions", kind: UpperLayers, live: false
    }

    /// Hidden units of the networks below each of these, each as deep as those of the first
    #[serde(default = "usual::upper_hidden")]
    upper_hidden: Layers = 100.into(), { name: "upper-hidden", unit: "units", kind: LayerSizes { size: HIDDEN_RANGE, depth: DEPTH_RANGE }, live: false }

    /// How the posterior of several stochastic layers is inferred
    #[serde(default)]
    inference: Inference = Inference::BottomUp, { name: "inference", unit: "", kind: OneOf::new(), live: false }

    /// How the parameters start
    initialisation: Initialisation = Initialisation::Glorot, {
        name: "initialisation", unit: "", kind: OneOf::new(), live: false
    }

    /// The algorithm
    #[serde(default)]
    method: Method = Method::Aevb, { name: "method", unit: "", kind: OneOf::new(), live: false }

    /// Labels that learning sees, as many of each class, where the method looks at any (m2): all, or so many
    #[serde(default = "usual::labels")]
    labels: Option<usize> = None, {
        name: "labels", unit: "training points", kind: WholeOrAll(1..=usize::MAX), live: false
    }

    /// What the classifier's term counts beside the bound of a data point, where the method has a classifier (m2)
    #[serde(default = "usual::alpha")]
    alpha: f32 = 0.1, { name: "alpha", unit: "", kind: NotNegative, live: true }

    /// Update rule
    optimizer: OptimizerKind = OptimizerKind::Adam, { name: "optimizer", unit: "", kind: OneOf::new(), live: false }

    /// The numbers that the products of a training step multiply: bf16 is faster where the processor has AMX tiles, slower elsewhere
    ///
    /// What is measured and looked at is computed in single precision all the same.
    #[serde(default)]
    products: Products = Products::F32, { name: "products", unit: "", kind: OneOf::new(), live: true }

    /// Step size
    ///
    /// That at the start; the one of a run under way is the optimizer's.
    learning_rate: f32 = 1e-3, { name: "learning-rate", unit: "", kind: Positive, live: true }

    /// Data points of a minibatch
    batch: usize = 100, { name: "batch", unit: "data points", kind: Whole(BATCH_RANGE), live: true }

    /// Posterior samples per data point
    mc_samples: usize = 1, { name: "mc-samples", unit: "per data point", kind: Whole(1..=1_000), live: true }

    /// What is maximised: SGVB estimator a (samples the KL term too) or b (has it in closed form), or the tighter bound iwae
    #[serde(default)]
    estimator: Estimator = Estimator::B, { name: "estimator", unit: "", kind: OneOf::new(), live: true }

    /// Weight of the KL term: 1 for the lower bound, more for a beta-VAE
    #[serde(default = "usual::kl_weight")]
    kl_weight: f32 = 1.0, { name: "kl-weight", unit: "", kind: NotNegative, live: true }

    /// Epochs until the KL term has its weight, in a straight line from 0
    #[serde(default = "usual::warm_up")]
    warm_up: f32 = 0.0, { name: "warm-up", unit: "epochs", kind: NotNegative, live: true }

    /// Nats of each latent dimension that cost nothing (free bits)
    #[serde(default = "usual::free_bits")]
    free_bits: f32 = 0.0, { name: "free-bits", unit: "nats per dimension", kind: NotNegative, live: true }

    /// How the learning rate changes over the run
    #[serde(default = "usual::schedule")]
    schedule: ScheduleKind = ScheduleKind::Constant, { name: "schedule", unit: "", kind: OneOf::new(), live: true }

    /// Weight decay beside the update rule, a share of the weights per unit of step size (AdamW)
    #[serde(default = "usual::weight_decay")]
    weight_decay: f32 = 0.0, { name: "weight-decay", unit: "", kind: NotNegative, live: true }

    /// The largest norm of a gradient: a longer one is shortened to it
    #[serde(default = "usual::clip_norm")]
    clip_norm: Option<f32> = None, { name: "clip-norm", unit: "per data point", kind: PositiveOrNone, live: true }

    /// Whether the weights have the prior N(0, I), the paper's MAP objective
    weight_prior: bool = false, { name: "weight-prior", unit: "", kind: YesOrNo, live: false }

    /// Whether pixels are used as they are or as coin tosses
    binarisation: Binarisation = Binarisation::None, {
        name: "binarize", unit: "", kind: OneOf::new(), live: true
    }

    /// What to train on: mnist, sprites (drawn by the program), the path of a file of images, or - for standard input
    data: String = mnist::NAME.into(), { name: "data", unit: "", kind: DataName, live: false }

    /// How data is read where the usual way does not fit: rules such as scale=min-max; label=species
    ///
    /// In a box, since they would take more room than everything else together.
    #[serde(default)]
    reading: Box<ReadingRules> = Box::default(), { name: "reading", unit: "", kind: Rules, live: false }

    /// Train on the first N points only
    train_size: Option<usize> = None, {
        name: "train-size", unit: "training points", kind: WholeOrAll(1..=usize::MAX), live: false
    }

    /// Classes of the data that are left out of training, such as 4 or 4,9; the test set keeps them
    #[serde(default)]
    without_label: Vec<String> = Vec::new(), {
        name: "without-label", unit: "", kind: ClassNames, live: false
    }

    /// The share of the pixels that are drawn anew at every visit of a training point: makes a background model (Ren et al. 2019)
    #[serde(default)]
    pixel_noise: f32 = 0.0, { name: "pixel-noise", unit: "of the pixels", kind: Share, live: false }

    /// Stop after N training points in all, those before a resume included
    goal: u64 = 3_000_000, { name: "samples", unit: "training points", kind: Whole(1..=u64::MAX), live: true }

    /// Training points between two evaluations of the test set
    evaluate_every: u64 = 60_000, {
        name: "evaluate-every", unit: "training points", kind: Whole(1..=u64::MAX), live: true
    }

    /// Seed of all random numbers
    seed: u64 = 1, { name: "seed", unit: "", kind: Whole(0..=u64::MAX), live: false }

    /// Threads that share a minibatch, usually the cores of this machine
    ///
    /// One tape each. Their number decides the order of summation, so it belongs to the run.
    threads: usize = default_threads(), { name: "threads", unit: "", kind: Whole(THREADS_RANGE), live: false }
}
