//! The newest parameters, and those of earlier moments, for whoever answers questions about them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;

use super::RunState;
use super::past::PastModels;
use crate::evaluation::MeasurementContext;
use crate::learning::Training;
use crate::model::Vae;

/// Parameters at one step.
pub struct Parameters {
    /// The model.
    pub model: Vae,
    /// Minibatches that it has learned from.
    pub steps: u64,
    /// Training points that it has seen.
    pub samples: u64,
    /// How items are read and what draws come from.
    pub context: MeasurementContext,
}

impl Parameters {
    /// As they are now; they share memory with the run until its next update.
    pub fn of(training: &Training) -> Self {
        Self {
            model: training.model.clone(),
            steps: training.steps,
            samples: training.samples,
            context: training.noise(),
        }
    }
}

/// The newest parameters, replaced as a whole; while training, only if someone wanted them since the last time, since the
/// model is copied when it learns on beside a snapshot.
pub struct Snapshot {
    newest: ArcSwap<Parameters>,
    past: ArcSwap<PastModels>,
    is_wanted: AtomicBool,
}

impl Snapshot {
    /// With the parameters as they are now, and as they were.
    pub fn of(state: &RunState) -> Self {
        Self {
            newest: ArcSwap::from_pointee(Parameters::of(&state.training)),
            past: ArcSwap::from_pointee(state.past.clone()),
            is_wanted: AtomicBool::new(true),
        }
    }

    /// Has newer ones published soon.
    pub fn want(&self) {
        self.is_wanted.store(true, Ordering::Relaxed);
    }

    /// Whether newer ones were wanted since this was asked the last time.
    pub fn is_wanted(&self) -> bool {
        self.is_wanted.swap(false, Ordering::Relaxed)
    }

    /// Replaces them.
    pub fn publish(&self, parameters: Parameters) {
        self.newest.store(Arc::new(parameters));
    }

    /// Replaces those of earlier moments.
    pub fn publish_past(&self, past: PastModels) {
        self.past.store(Arc::new(past));
    }

    /// Those of the moment at which so many training points had been seen; none where they are not kept.
    pub fn at(&self, samples: u64) -> Option<Parameters> {
        let (newest, past) = (self.newest(), self.past.load());
        let kept = past.get(samples)?;
        Some(Parameters {
            model: kept.model(&newest.model)?,
            steps: kept.steps,
            samples,
            context: newest.context,
        })
    }

    /// The newest that were published.
    pub fn newest(&self) -> Arc<Parameters> {
        self.newest.load_full()
    }
}
