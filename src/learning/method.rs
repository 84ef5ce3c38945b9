//! Which algorithm learns.

use serde::{Deserialize, Serialize};

use super::shard::{Shard, ShardGradient, Visit};
use super::{aevb, wake_sleep};

/// A way to learn encoder and decoder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub enum Method {
    /// Auto-encoding variational Bayes: both ascend the lower bound.
    #[default]
    Aevb,
    /// Wake-Sleep: the decoder learns from data, the encoder from the decoder's dreams.
    WakeSleep,
}

impl Method {
    /// The gradient of what is minimised, summed over a shard, and the terms of the lower bound there.
    pub fn gradient(self, shard: &Shard, visit: Visit) -> ShardGradient {
        match self {
            Self::Aevb => aevb::gradient(shard, visit),
            Self::WakeSleep => wake_sleep::gradient(shard, visit),
        }
    }
}
