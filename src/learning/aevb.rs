//! Auto-encoding variational Bayes (paper, algorithm 1): the gradient of the lower bound on one shard of a minibatch.

use dfdx::prelude::*;

use super::StepContext;
use super::shard::{Shard, ShardGradient};

/// The gradient of the negative lower bound, summed over the shard, and the bound's two terms.
pub fn gradient(shard: &Shard, context: StepContext) -> ShardGradient {
    let (x, noise) = (shard.images(context), shard.noise(context));
    let (loss, terms) = context
        .objective
        .negative(shard.model, &x, &noise, Gradients::leaky());
    (loss.backward(), terms)
}
