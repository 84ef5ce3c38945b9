//! Which algorithm learns.

use serde::{Deserialize, Serialize};

use crate::model::Recognition;

/// A way to learn a decoder, and an encoder with it where there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub enum Method {
    /// Auto-encoding variational Bayes: both ascend the lower bound.
    #[default]
    Aevb,
    /// Wake-Sleep: the decoder learns from data, the encoder from the decoder's dreams.
    WakeSleep,
    /// Monte Carlo EM: the decoder learns from Markov chains; there is no encoder.
    Mcem,
}

impl Method {
    /// How the models that it trains find the posterior of an image.
    pub fn recognition(self) -> Recognition {
        match self {
            Self::Aevb | Self::WakeSleep => Recognition::Encoder,
            Self::Mcem => Recognition::Chains,
        }
    }
}
