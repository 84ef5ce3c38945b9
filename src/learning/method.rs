//! Which algorithm learns.

use serde::{Deserialize, Serialize};

use crate::evaluation::published::PaperMethod;
use crate::model::Recognition;
use crate::objective::{Estimator, log_joint};

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
    /// Its name, as the paper writes it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Aevb => "AEVB",
            Self::WakeSleep => "Wake-Sleep",
            Self::Mcem => "MCEM",
        }
    }

    /// The method under whose name the paper published lower bounds.
    pub fn published(self) -> Option<PaperMethod> {
        match self {
            Self::Aevb => Some(PaperMethod::Aevb),
            Self::WakeSleep => Some(PaperMethod::WakeSleep),
            Self::Mcem => None,
        }
    }

    /// The names of the terms that its steps report, where it learns with this estimator.
    pub fn term_names(self, estimator: Estimator) -> [&'static str; 2] {
        match self {
            // Wake-Sleep reports the lower bound on the data, its divergence in closed form.
            Self::Aevb | Self::WakeSleep => estimator.term_names(),
            Self::Mcem => log_joint::TERM_NAMES,
        }
    }

    /// How the models that it trains find the posterior of an image.
    pub fn recognition(self) -> Recognition {
        match self {
            Self::Aevb | Self::WakeSleep => Recognition::Encoder,
            Self::Mcem => Recognition::Chains,
        }
    }
}
