//! What somebody who joins a run needs to know of it: everything but its parameters and its data.

use serde::{Deserialize, Serialize};

use super::{RunId, RunLog, RunState};
use crate::data::{Dataset, ItemShape};
use crate::learning::Configuration;
use crate::learning::mcem::Sampling;

/// A run as it is at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Which run.
    pub run: RunId,
    /// What it computes, with what was changed on the way.
    pub configuration: Configuration,
    /// The present learning rate.
    pub learning_rate: f32,
    /// Training points evaluated so far.
    pub samples: u64,
    /// Minibatches so far.
    pub steps: u64,
    /// Seconds of training so far.
    pub seconds: f64,
    /// Whether the goal is reached.
    pub is_finished: bool,
    /// How the chains move, for Monte Carlo EM.
    pub sampling: Option<Sampling>,
    /// The sizes of its layers, in words.
    pub model: String,
    /// What it learns from.
    pub data: DataFacts,
    /// What it has told so far.
    pub log: RunLog,
}

/// What is known of a data set without its items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFacts {
    /// Its name or path.
    pub name: String,
    /// The kind and the size of an item.
    pub shape: ItemShape,
    /// Items of the test set.
    pub test_items: usize,
}

impl Summary {
    /// Of a run with its data.
    pub fn of(run: RunId, state: &RunState, data: &Dataset) -> Self {
        let RunState { training, log } = state;
        Self {
            run,
            configuration: training.configuration.clone(),
            learning_rate: training.optimizer.learning_rate,
            samples: training.samples,
            steps: training.steps,
            seconds: training.seconds,
            is_finished: training.is_finished(),
            sampling: training.chains.as_ref().map(|chains| chains.sampling),
            model: training.model.architecture().to_string(),
            data: DataFacts::of(data),
            log: log.clone(),
        }
    }
}

impl DataFacts {
    /// Of a data set.
    pub fn of(data: &Dataset) -> Self {
        Self {
            name: data.name.clone(),
            shape: data.shape,
            test_items: data.test.points(),
        }
    }
}
