//! Which algorithm learns: the registry of the learners, one file each.

use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::mcem::{self, Chains};
use super::shard::StepContext;
use super::workers::{Minibatch, NotMade, Workers};
use super::{aevb, full_vb, semi_supervised, wake_sleep};
use crate::cancel::Cancel;
use crate::evaluation::published::PaperMethod;
use crate::model::{Recognition, Vae};
use crate::nn::optimizer::Optimizer;
use crate::objective::{BoundTerms, Estimator, log_joint};

/// What a learner changes.
pub(super) struct Learned<'a> {
    pub model: &'a mut Vae,
    pub optimizer: &'a mut Optimizer,
    /// The chains of the training points, for a learner that has some; they begin with its first step.
    pub chains: &'a mut Option<Chains>,
}

/// A way to learn a decoder, and an encoder with it where there is one.
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
pub enum Method {
    /// Auto-encoding variational Bayes: both ascend the lower bound.
    #[default]
    Aevb,
    /// Wake-Sleep: the decoder learns from data, the encoder from the decoder's dreams.
    WakeSleep,
    /// Monte Carlo EM: the decoder learns from Markov chains; there is no encoder.
    Mcem,
    /// Full variational Bayes: as AEVB, with a Gaussian over every weight and bias (appendix F).
    FullVb,
    /// Model M2 of Kingma et al. (2014): a classifier beside encoder and decoder, from labels that some data points have.
    M2,
}

impl Method {
    /// Its name, as the paper writes it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Aevb => "AEVB",
            Self::WakeSleep => "Wake-Sleep",
            Self::Mcem => "MCEM",
            Self::FullVb => "full VB",
            Self::M2 => "M2",
        }
    }

    /// The method under whose name the paper published lower bounds.
    pub fn published(self) -> Option<PaperMethod> {
        match self {
            Self::Aevb => Some(PaperMethod::Aevb),
            Self::WakeSleep => Some(PaperMethod::WakeSleep),
            Self::Mcem | Self::FullVb | Self::M2 => None,
        }
    }

    /// Whether weights and biases are Gaussians instead of numbers.
    pub fn has_weight_posterior(self) -> bool {
        self == Self::FullVb
    }

    /// Whether its models know classes.
    pub fn has_classes(self) -> bool {
        self == Self::M2
    }

    /// The names of the terms that its steps report, where it learns with this estimator.
    pub fn term_names(self, estimator: Estimator) -> [&'static str; 2] {
        match self {
            // Wake-Sleep reports the lower bound on the data, its divergence in closed form.
            Self::Aevb | Self::WakeSleep | Self::FullVb => estimator.term_names(),
            Self::M2 => Estimator::B.term_names(),
            Self::Mcem => log_joint::TERM_NAMES,
        }
    }

    /// Learns from one minibatch: the whole step or nothing of it. The terms are sums over the minibatch.
    ///
    /// # Errors
    /// If the loss or a gradient is not finite, or if it was cancelled; `learned` then is what it was.
    pub(super) fn step(
        self,
        learned: Learned<'_>,
        workers: &Workers,
        minibatch: Minibatch,
        context: StepContext,
        cancel: &Cancel,
    ) -> Result<BoundTerms, NotMade> {
        let Learned {
            model,
            optimizer,
            chains,
        } = learned;
        match self {
            Self::Aevb => workers.learn(model, optimizer, minibatch, cancel, |shard| {
                aevb::gradient(shard, context)
            }),
            Self::WakeSleep => workers.learn(model, optimizer, minibatch, cancel, |shard| {
                wake_sleep::gradient(shard, context)
            }),
            Self::FullVb => workers.learn(model, optimizer, minibatch, cancel, |shard| {
                full_vb::gradient(shard, context)
            }),
            Self::M2 => workers.learn(model, optimizer, minibatch, cancel, |shard| {
                semi_supervised::gradient(shard, context, minibatch.labels)
            }),
            Self::Mcem => {
                let had_begun = chains.is_some();
                let begun = match chains.take() {
                    Some(chains) => chains,
                    None => {
                        let latent = model.architecture().latent;
                        let begin = || Chains::new(minibatch.chains, latent, context.seed);
                        cancel.run(begin).ok_or(NotMade::Cancelled)?
                    }
                };
                let made = mcem::step(
                    chains.insert(begun),
                    model,
                    optimizer,
                    workers,
                    minibatch,
                    context,
                    cancel,
                );
                if made.is_err() && !had_begun {
                    *chains = None;
                }
                made
            }
        }
    }

    /// How the models that it trains find the posterior of an image.
    pub fn recognition(self) -> Recognition {
        match self {
            Self::Aevb | Self::WakeSleep | Self::FullVb | Self::M2 => Recognition::Encoder,
            Self::Mcem => Recognition::Chains,
        }
    }
}
