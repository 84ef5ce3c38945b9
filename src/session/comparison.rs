//! Curves of other runs, laid over the open one's; saved with the session, whatever becomes of their own files.

use serde::{Deserialize, Serialize};

use crate::learning::Configuration;
use crate::learning::curve::{Against, CurvePoint};

/// What is compared with the open run, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Comparison {
    /// The other runs.
    pub runs: Vec<KeptRun>,
    /// The selected run: 0 is the open one, the others follow.
    pub selected: usize,
    /// What the curves are drawn against.
    pub against: Against,
    /// Which bounds are drawn.
    pub bounds: Bounds,
    /// Where values are read: a fraction of what is visible, from the left.
    pub cursor: f64,
    /// The part of the axis that is visible, in fractions of the whole.
    pub window: (f64, f64),
}

/// A run as it was when it was added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptRun {
    /// Its name in the legend.
    pub name: String,
    /// What it computes.
    pub configuration: Configuration,
    /// Its curve.
    pub evaluations: Vec<CurvePoint>,
}

/// Which bounds of every run are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bounds {
    /// Of the test set.
    #[default]
    Test,
    /// Of the minibatches.
    Train,
    /// Both.
    Both,
}

impl Default for Comparison {
    fn default() -> Self {
        Self {
            runs: Vec::new(),
            selected: 0,
            against: Against::default(),
            bounds: Bounds::default(),
            cursor: 1.0,
            window: (0.0, 1.0),
        }
    }
}

impl Comparison {
    /// Adds a run in the place of an earlier stage of itself, or with a name of its own.
    pub fn keep(&mut self, mut run: KeptRun) {
        let is_same =
            |other: &&mut KeptRun| (&other.name, &other.configuration) == (&run.name, &run.configuration);
        if let Some(earlier) = self.runs.iter_mut().find(is_same) {
            *earlier = run;
            return;
        }
        let name = run.name.clone();
        let mut number = 1;
        while self.runs.iter().any(|other| other.name == run.name) {
            number += 1;
            run.name = format!("{name} ({number})");
        }
        self.runs.push(run);
    }

    /// The same with every number where it makes sense: it may come from a file.
    pub fn checked(mut self) -> Self {
        let (start, end) = self.window;
        if !(0.0 <= start && start < end && end <= 1.0) {
            self.window = (0.0, 1.0);
        }
        if !(0.0..=1.0).contains(&self.cursor) {
            self.cursor = 1.0;
        }
        self.selected = self.selected.min(self.runs.len());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::Preset;

    #[test]
    fn a_run_replaces_its_earlier_stage_and_no_other() {
        let run = |latent, points| KeptRun {
            name: "run".into(),
            configuration: Configuration {
                latent,
                ..Preset::Mnist.configuration(1)
            },
            evaluations: vec![
                CurvePoint {
                    samples: 1,
                    seconds: 1.0,
                    elbo_train: -1.0,
                    elbo_test: -1.0,
                    reconstruction: -1.0,
                    kl: 0.0,
                    learning_rate: 0.1,
                };
                points
            ],
        };
        let mut comparison = Comparison::default();
        for (latent, points) in [(2, 1), (3, 1), (2, 5), (4, 1)] {
            comparison.keep(run(latent, points));
        }
        let kept: Vec<(&str, usize)> = comparison
            .runs
            .iter()
            .map(|run| (run.name.as_str(), run.evaluations.len()))
            .collect();
        assert_eq!(kept, [("run", 5), ("run (2)", 1), ("run (3)", 1)]);
    }

    #[test]
    fn numbers_from_a_damaged_file_do_no_harm() {
        let damaged = Comparison {
            selected: 7,
            cursor: f64::NAN,
            window: (0.8, 0.2),
            ..Comparison::default()
        };
        assert_eq!(damaged.checked(), Comparison::default());
    }
}
