//! The schema of a session file.

use serde::{Deserialize, Serialize};

use super::View;
use super::floats::{Floats, Halves};
use crate::data::DataIdentity;
use crate::learning::Configuration;
use crate::learning::mcem::Sampling;
use crate::objective::BoundTerms;
use crate::run::Entry;
use crate::run::curve::{CurvePoint, MarginalPoint, Trace};
use crate::run::film::Film;

/// What every session file says that it is.
pub const FORMAT: &str = "vae-tui session";
/// The version of the schema that this program writes, and the highest that it reads.
pub const VERSION: u32 = 2;

/// What is read first: enough to know whether the rest can be.
#[derive(Deserialize)]
pub struct Header {
    pub format: String,
    pub version: u32,
    #[serde(default)]
    pub program: String,
}

/// A session file. Random numbers are a function of the seed and the step (see [`crate::random`]), so those two are
/// the whole state of the random number generators.
#[derive(Serialize, Deserialize)]
pub struct Document {
    pub format: String,
    pub version: u32,
    /// The version of the program that wrote the file.
    pub program: String,
    pub configuration: Configuration,
    /// Pixels of one image.
    pub pixels: usize,
    /// Which items it was trained on; earlier programs did not say.
    #[serde(default)]
    pub data_checksum: Option<DataIdentity>,
    pub learning_rate: f32,
    pub samples: u64,
    pub steps: u64,
    pub seconds: f64,
    pub optimizer_steps: u64,
    pub parameters: Vec<StoredParameter>,
    pub evaluations: Vec<CurvePoint>,
    #[serde(default)]
    pub marginals: Vec<MarginalPoint>,
    pub since_evaluation: (BoundTerms, u64),
    pub trace: Trace,
    /// What happened when; earlier programs did not say.
    #[serde(default)]
    pub entries: Vec<Entry>,
    /// What the run looked like on the way; earlier programs did not keep it.
    #[serde(default, skip_serializing_if = "Film::is_empty")]
    pub film: Film,
    /// The models of moments of the film; earlier programs did not keep them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<StoredPast>,
    /// The Markov chains of the training points, for Monte Carlo EM.
    #[serde(default)]
    pub chains: Option<StoredChains>,
    pub view: View,
}

/// Where the chains are, one row per training point, and how they move.
#[derive(Serialize, Deserialize)]
pub struct StoredChains {
    pub positions: Floats,
    pub sampling: Sampling,
}

/// What a model was at a moment.
#[derive(Serialize, Deserialize)]
pub struct StoredPast {
    pub samples: u64,
    pub steps: u64,
    pub numbers: Halves,
}

/// One parameter tensor with the optimizer's memory of it.
#[derive(Serialize, Deserialize)]
pub struct StoredParameter {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: Floats,
    /// Adam's mean of the gradient; empty for Adagrad.
    pub first: Floats,
    /// Adam's mean, or Adagrad's sum, of the squared gradient.
    pub second: Floats,
}
