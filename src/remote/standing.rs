//! How a run stands: everything that somebody who joins it must be told, kept up by what the run tells.

use std::ffi::OsString;

use serde::{Deserialize, Serialize};

use super::message::Description;
use crate::run::{Event, State, Summary};

/// A run as it is now, and what is known of its process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Standing {
    /// How it is called.
    pub name: String,
    /// The file that it is saved to.
    pub session: OsString,
    /// How it was looked at last, as sessions have it.
    pub view: String,
    /// Training points seen when it was last saved.
    pub saved: u64,
    /// What the run is.
    pub summary: Summary,
    /// Whether it trains.
    pub state: State,
    /// The newest of each kind of event that says more than the summary does; in order, they make whoever has only that know
    /// what everybody else knows.
    pub newest: Vec<Event>,
}

impl Standing {
    /// Takes in what the run told.
    pub fn take_in(&mut self, event: &Event) {
        self.summary.take_in(event);
        match event {
            Event::State(state) => self.state = *state,
            Event::WentBack(_) => self.state = State::Paused,
            _ => {}
        }
        let kind = std::mem::discriminant(event);
        let newest = match event {
            // Its point is in the summary's log already.
            Event::Evaluated { test, seconds, .. } => Event::Evaluated {
                point: None,
                test: test.clone(),
                seconds: *seconds,
            },
            Event::State(_) | Event::Diagnosed(_) | Event::Checkpoints(_) => event.clone(),
            _ => return,
        };
        self.newest
            .retain(|earlier| std::mem::discriminant(earlier) != kind);
        self.newest.push(newest);
    }

    /// Whether the test set was measured since the process began.
    pub fn is_measured(&self) -> bool {
        let is_measurement = |event: &Event| matches!(event, Event::Evaluated { .. });
        self.newest.iter().any(is_measurement)
    }

    /// The same in a few words, for a process of that number with so many viewers.
    pub fn described(&self, process: u32, viewers: usize) -> Description {
        let Summary {
            samples,
            seconds,
            configuration,
            data,
            model,
            log,
            ..
        } = &self.summary;
        Description {
            name: self.name.clone(),
            session: self.session.clone(),
            process,
            data: data.name.clone(),
            model: model.clone(),
            state: self.state,
            samples: *samples,
            goal: configuration.goal,
            seconds: *seconds,
            test: log.evaluations.last().map(|point| point.elbo_test),
            saved: self.saved,
            viewers,
        }
    }
}
