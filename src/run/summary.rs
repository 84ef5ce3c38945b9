//! What somebody who joins a run needs to know of it: everything but its parameters and its data.

use serde::{Deserialize, Serialize};

use super::{Event, RunId, RunLog, RunState, State};
use crate::data::{Dataset, ItemShape, Part, Split};
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
    /// Items of the training set.
    pub train_items: usize,
    /// Items of the test set.
    pub test_items: usize,
    /// Its classes, where it has labels.
    pub classes: Vec<ClassFacts>,
}

/// What is known of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassFacts {
    /// Its name.
    pub name: String,
    /// Its items in the training set.
    pub train_items: usize,
    /// Its items in the test set.
    pub test_items: usize,
}

impl Summary {
    /// Of a run with its data.
    pub fn of(run: RunId, state: &RunState, data: &Dataset) -> Self {
        let RunState { training, log, .. } = state;
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

    /// Takes in what the run told: the summary is then that of the run as it is after it.
    pub fn take_in(&mut self, event: &Event) {
        if let Event::WentBack(summary) = event {
            return self.clone_from(summary);
        }
        self.log.take_in(event);
        match event {
            Event::Steps { reports, seconds } => {
                self.seconds = *seconds;
                self.steps += reports.len() as u64;
                if let Some(last) = reports.last() {
                    (self.samples, self.sampling) = (last.samples, last.sampling);
                }
            }
            Event::Changed {
                configuration,
                learning_rate,
            } => {
                self.configuration.clone_from(configuration);
                self.learning_rate = *learning_rate;
                // A goal may have been moved further away.
                self.is_finished &= self.samples >= configuration.goal;
            }
            Event::State(state) => self.is_finished = *state == State::Finished,
            _ => {}
        }
    }
}

impl DataFacts {
    /// Of a data set.
    pub fn of(data: &Dataset) -> Self {
        Self {
            name: data.name.clone(),
            shape: data.shape,
            train_items: data.train.points(),
            test_items: data.test.points(),
            classes: classes(data),
        }
    }

    /// Items of a part: of a class, or all.
    pub fn items(&self, part: Part, class: Option<u16>) -> usize {
        let (train, test) = match class.map(|class| self.classes.get(usize::from(class))) {
            None => (self.train_items, self.test_items),
            Some(Some(class)) => (class.train_items, class.test_items),
            Some(None) => (0, 0),
        };
        match part {
            Part::Train => train,
            Part::Test => test,
        }
    }
}

fn classes(data: &Dataset) -> Vec<ClassFacts> {
    let counts = |split: &Split| {
        let mut counts = vec![0; data.classes.len()];
        for &label in &split.labels {
            if let Some(count) = counts.get_mut(usize::from(label)) {
                *count += 1;
            }
        }
        counts
    };
    let both = counts(&data.train).into_iter().zip(counts(&data.test));
    let of_class = |(name, (train_items, test_items)): (&String, (usize, usize))| ClassFacts {
        name: name.clone(),
        train_items,
        test_items,
    };
    data.classes.iter().zip(both).map(of_class).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_items_of_each_class_are_counted_in_both_parts() {
        let split = |labels: Vec<u16>| Split::of_bytes(vec![0; labels.len()], labels, 1);
        let data = Dataset {
            classes: vec!["a".into(), "b".into()],
            ..Dataset::new(
                "few",
                ItemShape::grey(1, 1),
                split(vec![0, 1, 1]),
                split(vec![0, 0]),
            )
        };
        let facts = DataFacts::of(&data);
        let of = |class| Part::BOTH.map(|part| facts.items(part, class));
        assert_eq!(of(None), [3, 2]);
        assert_eq!(of(Some(0)), [1, 2]);
        assert_eq!(of(Some(1)), [2, 0]);
        assert_eq!(of(Some(2)), [0, 0]);
    }
}
