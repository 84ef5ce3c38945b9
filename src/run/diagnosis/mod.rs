//! What seems to be wrong with a run, told from its log and its last measurement; one file for each thing that can be.
//!
//! Each is a function from the [`Evidence`] to a [`Finding`]; it stays silent unless it is rather sure, since advice that is given
//! to healthy runs is soon ignored. To add one, write its file and a line in [`FINDINGS`].

mod collapse;
mod divergence;
mod learning_rate;
mod likelihood;
mod overfitting;
mod units;

use serde::{Deserialize, Serialize};

use super::{RunLog, RunState};
use crate::data::Dataset;
use crate::evaluation::{HiddenUnits, LowerBound};
use crate::learning::Configuration;
use crate::model::likelihood::{Suggestion, Values};

/// Something that seems to be wrong, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// A word for it, which stays: `posterior-collapse`.
    pub name: String,
    /// What is wrong and what to try, in one line.
    pub text: String,
    /// The command that tries it, as it is typed after the palette's key: `set kl-weight 0.5`.
    pub command: String,
}

/// What findings are made from.
pub struct Evidence<'a> {
    /// What the run computes, with the present learning rate.
    pub configuration: Configuration,
    /// Training points of an epoch.
    pub training_points: u64,
    /// What it has told.
    pub log: &'a RunLog,
    /// What was measured.
    pub signs: &'a Signs,
}

/// Steps that a run has made at least when its beginning is over; an epoch is over then too.
const BEGINNING: u64 = 300;

impl Evidence<'_> {
    /// Whether the run has had time to learn: much of what would be wrong later is right at its beginning.
    fn is_past_the_beginning(&self) -> bool {
        let buckets = self.log.trace.buckets();
        let steps: u64 = buckets.iter().map(|bucket| u64::from(bucket.steps)).sum();
        let samples = buckets.last().map_or(0, |bucket| bucket.samples);
        steps >= BEGINNING && samples >= self.training_points
    }
}

/// What was measured of a run beside its curves; nothing before the first measurement.
#[derive(Clone, Debug, Default)]
pub struct Signs {
    /// The last measurement of the test set.
    pub test: Option<LowerBound>,
    /// The hidden units at that time.
    pub units: Option<HiddenUnits>,
    /// The likelihood that suits the data.
    pub suited: Option<Suggestion>,
}

/// Items of each part that are looked at to tell what the values are, and numbers of them all: fewer items where they are large.
const ITEMS: usize = 1_000;
const NUMBERS: usize = 1_000_000;

/// Everything that can be found, the most urgent first.
const FINDINGS: [fn(&Evidence) -> Option<Finding>; 6] = [
    divergence::find,
    likelihood::find,
    collapse::find,
    units::find,
    overfitting::find,
    learning_rate::find,
];

/// What seems to be wrong, the most urgent first; nothing where all is well.
pub fn diagnose(state: &RunState, signs: &Signs) -> Vec<Finding> {
    let RunState { training, log, .. } = state;
    let evidence = Evidence {
        configuration: training.present(),
        training_points: training.points() as u64,
        log,
        signs,
    };
    FINDINGS.iter().filter_map(|find| find(&evidence)).collect()
}

impl Signs {
    /// Takes in a measurement of the test set, and looks at the hidden units of the model that was measured and, the first time, at
    /// values of the data.
    pub fn take_in(&mut self, state: &RunState, data: &Dataset, test: LowerBound) {
        let (model, noise) = (&state.training.model, state.training.noise());
        self.test = Some(test);
        self.units = Some(HiddenUnits::of(model, &data.test, noise));
        let items = (NUMBERS / data.shape.numbers().max(1)).clamp(1, ITEMS);
        self.suited
            .get_or_insert_with(|| Values::of_some(data, items).suggestion());
    }
}

impl Finding {
    fn new(name: &str, text: String, command: String) -> Self {
        Self {
            name: name.into(),
            text,
            command,
        }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (:{})", self.text, self.command)
    }
}

/// A step size so many times the present one, to two digits.
fn times(rate: f32, factor: f32) -> String {
    let rounded = format!("{:.1e}", rate * factor);
    // What was written as a number reads as one.
    rounded.parse::<f32>().unwrap_or(rate * factor).to_string()
}

/// The middle one of some numbers; none of none.
fn median(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}

/// The mean of some numbers; not a number for none.
fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = numbers.len() as f64;
    numbers.sum::<f64>() / count
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `find` finds in a run of 60 000 training points, of which this log is known and nothing was measured.
    pub fn found_in(log: &RunLog, find: impl Fn(&Evidence) -> Option<Finding>) -> Option<Finding> {
        find(&Evidence {
            configuration: Configuration::default(),
            training_points: 60_000,
            log,
            signs: &Signs::default(),
        })
    }

    #[test]
    fn a_rate_is_written_with_two_digits() {
        assert_eq!(times(1e-3, 0.25), "0.00025");
        assert_eq!(times(0.02, 4.0), "0.08");
        assert_eq!(times(0.000_123_4, 1.0), "0.00012");
    }

    #[test]
    fn medians_and_means() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), Some(2.0));
        assert_eq!(median(std::iter::empty()), None);
        assert_eq!(mean([1.0, 2.0].into_iter()), 1.5);
    }
}
