//! How hidden layers are normalised.

use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

/// What is normalised between a layer's sums and their nonlinearity.
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
pub enum NormalisationKind {
    /// Nothing.
    #[default]
    None,
    /// The sums of every data point over the units of a layer.
    Layer,
    /// The sums of every unit over the data points of a thread's share of the minibatch; running moments where nothing is learned.
    Batch,
}

impl NormalisationKind {
    /// How many numbers it has for so many sums.
    pub fn numbers(self, sums: usize) -> usize {
        match self {
            Self::None => 0,
            Self::Layer => 2 * sums,
            Self::Batch => 2 * sums + crate::nn::normalisation::running_numbers(sums),
        }
    }
}
