//! Curves of other runs, laid over the open one's; saved with the session, whatever becomes of their own files.

use serde::{Deserialize, Serialize};

use super::RunFacts;
use crate::learning::Configuration;
use crate::objective::Estimator;
use crate::run::curve::{CurvePoint, HorizontalAxis};

/// What is compared with the open run, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Comparison {
    /// The other runs.
    pub runs: Vec<KeptRun>,
    /// The selected run: 0 is the open one, the others follow.
    pub selected: usize,
    /// What the curves are drawn against.
    pub against: HorizontalAxis,
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
            against: HorizontalAxis::default(),
            bounds: Bounds::default(),
            cursor: 1.0,
            window: (0.0, 1.0),
        }
    }
}

impl KeptRun {
    /// Whether this is the name it was added under; a number follows it where another run had the name.
    fn is_named(&self, name: &str) -> bool {
        let number = |rest: &str| rest.strip_prefix(" (")?.strip_suffix(')')?.parse::<usize>().ok();
        let rest = self.name.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || number(rest).is_some())
    }

    /// Whether the two are stages of one run: what was measured of one begins with what was measured of the other.
    ///
    /// What a person changes of a run under way shows in the measurements, and in the configuration it proves nothing:
    /// a run whose goal was raised is still the same, one that was steered otherwise is not.
    fn is_stage_of(&self, other: &Self) -> bool {
        // As text, in which also "not a number", which a file may say, is itself: a run that were no stage of itself would be
        // there twice as often with every session that is opened.
        let unsteered = |run: &Self| {
            let configuration = Configuration {
                goal: 0,
                evaluate_every: 0,
                estimator: Estimator::default(),
                ..run.configuration.clone()
            };
            format!("{configuration:?}")
        };
        let mut pairs = self.evaluations.iter().zip(&other.evaluations);
        unsteered(self) == unsteered(other) && pairs.all(|(a, b)| a.is_same(b))
    }
}

impl Comparison {
    /// Adds a run with a name of its own; of two stages of one run under one name, the later one is kept.
    pub fn keep(&mut self, mut run: KeptRun) {
        let is_stage = |other: &&mut KeptRun| other.is_named(&run.name) && other.is_stage_of(&run);
        if let Some(stage) = self.runs.iter_mut().find(is_stage) {
            if stage.evaluations.len() <= run.evaluations.len() {
                run.name.clone_from(&stage.name);
                *stage = run;
            }
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

    /// Takes in how far those of the runs have come since that are among them; all others stay as they were kept.
    pub fn follow(&mut self, found: &[RunFacts]) {
        for kept in &mut self.runs {
            let later = found.iter().filter(|facts| {
                facts.evaluations.len() > kept.evaluations.len() && kept.is_named(&facts.name())
            });
            let mut later = later.map(|facts| KeptRun {
                name: kept.name.clone(),
                configuration: facts.configuration.clone(),
                evaluations: facts.evaluations.clone(),
            });
            if let Some(later) = later.find(|later| kept.is_stage_of(later)) {
                *kept = later;
            }
        }
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

    fn run(name: &str, latent: usize, bounds: &[f64]) -> KeptRun {
        let point = |(index, &bound): (usize, &f64)| CurvePoint {
            samples: 100 * (index as u64 + 1),
            seconds: 0.1 * (index + 1) as f64,
            // As before the first step.
            elbo_train: f64::NAN,
            elbo_test: bound,
            reconstruction: bound,
            kl: 0.0,
            learning_rate: 0.1,
        };
        KeptRun {
            name: name.into(),
            configuration: Configuration {
                latent,
                ..Preset::Mnist.configuration(1)
            },
            evaluations: bounds.iter().enumerate().map(point).collect(),
        }
    }

    fn kept(runs: impl IntoIterator<Item = KeptRun>) -> Vec<(String, usize)> {
        let mut comparison = Comparison::default();
        runs.into_iter().for_each(|run| comparison.keep(run));
        let of_run = |run: KeptRun| (run.name, run.evaluations.len());
        comparison.runs.into_iter().map(of_run).collect()
    }

    fn named(names: &[(&str, usize)]) -> Vec<(String, usize)> {
        names
            .iter()
            .map(|&(name, points)| (name.into(), points))
            .collect()
    }

    #[test]
    fn a_run_replaces_its_earlier_stage_and_no_other() {
        let [early, late] = [&[-9.0][..], &[-9.0, -8.0]].map(|bounds| run("run", 2, bounds));
        let mut further = late.clone();
        further.configuration.goal *= 2;
        let (third, fourth) = (run("run", 3, &[-9.0]), run("run", 4, &[-9.0]));
        assert_eq!(
            kept([early.clone(), third, further.clone(), fourth]),
            named(&[("run", 2), ("run (2)", 1), ("run (3)", 1)])
        );
        assert_eq!(
            kept([late.clone(), early, late]),
            named(&[("run", 2)]),
            "the earlier stage is part of the later one"
        );
    }

    #[test]
    fn a_run_with_a_setting_that_is_no_number_is_itself() {
        let mut odd = run("run", 2, &[-9.0]);
        odd.configuration.learning_rate = f32::NAN;
        assert_eq!(kept([odd.clone(), odd.clone(), odd]), named(&[("run", 1)]));
    }

    #[test]
    fn runs_that_were_steered_apart_are_two() {
        let one = run("run", 2, &[-9.0, -8.0]);
        let mut other = run("run", 2, &[-9.0, -7.5]);
        let both = named(&[("run", 2), ("run (2)", 2)]);
        assert_eq!(kept([one.clone(), other.clone()]), both);
        let again = [one.clone(), other.clone(), other.clone(), one.clone()];
        assert_eq!(kept(again), both, "and each named twice is still one");
        other = run("run", 2, &[-9.0, -8.0]);
        other.evaluations[1].learning_rate = 0.2;
        assert_eq!(kept([one.clone(), other]), both);
        let mut copy = one.clone();
        copy.name = "run (copy)".into();
        assert_eq!(kept([copy, one]).len(), 2, "another name is another run");
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
