//! Everything that decides what a run computes.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Method, Updates};
use crate::data::{Binarisation, Dataset};
use crate::model::architecture::{Architecture, LATENT_RANGE};
use crate::model::{Activation, DEPTH_RANGE, HIDDEN_RANGE, Initialisation, Layers, Likelihood};
use crate::nn::optimizer::OptimizerKind;
use crate::objective::{Estimator, KlTerm};

/// The choices that a run starts from; together with the data they fix every parameter to the bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Configuration {
    /// The data set's name.
    pub data: String,
    /// The algorithm.
    #[serde(default)]
    pub method: Method,
    /// Hidden layers of encoder and decoder.
    pub hidden: Layers,
    /// Latent dimensions.
    pub latent: usize,
    /// The nonlinearity of the hidden layers.
    pub activation: Activation,
    /// The family of `p(x|z)`.
    #[serde(default)]
    pub likelihood: Likelihood,
    /// How the parameters start.
    pub initialisation: Initialisation,
    /// The update rule.
    pub optimizer: OptimizerKind,
    /// The global step size at the start; a person may change it while training.
    pub learning_rate: f32,
    /// How updates depart from the plain rule.
    #[serde(default, skip_serializing_if = "Updates::are_plain")]
    pub updates: Updates,
    /// Data points of a minibatch, `M`.
    pub batch: usize,
    /// Posterior samples a data point, `L`.
    pub mc_samples: usize,
    /// How the bound is estimated; a person may change it while training.
    #[serde(default)]
    pub estimator: Estimator,
    /// How the KL term is weighed.
    #[serde(default, skip_serializing_if = "KlTerm::is_plain")]
    pub kl: KlTerm,
    /// Whether the weights have the prior `N(0, I)` (the paper's MAP objective).
    pub weight_prior: bool,
    /// Whether and how pixels are binarised.
    pub binarisation: Binarisation,
    /// How many training points are used: the first ones; all where none is given.
    pub train_size: Option<usize>,
    /// The goal, in training points evaluated.
    pub goal: u64,
    /// Training points between two evaluations.
    pub evaluate_every: u64,
    /// Where all random numbers come from.
    pub seed: u64,
    /// Shards of a minibatch, one tape each. Their number decides the order of summation, so it belongs to the run.
    pub threads: usize,
}

/// A choice that can't be run.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{field} is {given}, but must be {expected}")]
pub struct ConfigurationError {
    field: &'static str,
    given: String,
    expected: String,
}

impl Configuration {
    /// Checks every size and number against what the engine accepts; the first fault is reported.
    ///
    /// The one place that decides it, for a new run, a saved one, and what a person changes of a run under way.
    ///
    /// # Errors
    /// The field, by its name on the command line, what it is and what it must be.
    pub fn check(&self) -> Result<(), ConfigurationError> {
        within("latent", self.latent, LATENT_RANGE)?;
        within("hidden layers", self.hidden.units().len(), DEPTH_RANGE)?;
        for &units in self.hidden.units() {
            within("hidden", units, HIDDEN_RANGE)?;
        }
        within("batch", self.batch, 1..=10_000)?;
        within("mc-samples", self.mc_samples, 1..=1_000)?;
        within(
            "batch times mc-samples",
            self.batch * self.mc_samples,
            1..=100_000,
        )?;
        within("threads", self.threads, 1..=256)?;
        require(self.train_size != Some(0), "train-size", 0, "at least 1")?;
        require(self.goal > 0, "goal (samples, epochs)", 0, "at least 1")?;
        require(self.evaluate_every > 0, "evaluate-every", 0, "at least 1")?;
        let fault = self.updates.fault();
        require(
            fault.is_none(),
            "updates",
            format!("{:?}", self.updates),
            fault.unwrap_or_default(),
        )?;
        let kl = self.kl.check(self.estimator).map_err(|error| error.to_string());
        require(
            kl.is_ok(),
            "kl",
            format!("{:?}", self.kl),
            kl.err().unwrap_or_default(),
        )?;
        require(
            self.learning_rate.is_finite() && self.learning_rate > 0.0,
            "learning-rate",
            self.learning_rate,
            "a positive, finite number",
        )
    }

    /// The model that this run trains on images of `pixels` pixels.
    pub fn architecture(&self, pixels: usize) -> Architecture {
        Architecture {
            pixels,
            hidden: self.hidden.clone(),
            latent: self.latent,
            activation: self.activation,
            likelihood: self.likelihood,
            recognition: self.method.recognition(),
        }
    }

    /// How many points of `data` are trained on.
    pub fn train_points(&self, data: &Dataset) -> usize {
        self.train_size.unwrap_or(usize::MAX).min(data.train.points())
    }
}

fn within(
    field: &'static str,
    given: usize,
    range: std::ops::RangeInclusive<usize>,
) -> Result<(), ConfigurationError> {
    let expected = format!("from {} to {}", range.start(), range.end());
    require(range.contains(&given), field, given, expected)
}

fn require(
    holds: bool,
    field: &'static str,
    given: impl ToString,
    expected: impl Into<String>,
) -> Result<(), ConfigurationError> {
    if holds {
        return Ok(());
    }
    Err(ConfigurationError {
        field,
        given: given.to_string(),
        expected: expected.into(),
    })
}
