//! What the values of a data set are, which likelihoods they may have, and which one suits them.

use thiserror::Error;

use super::{CLASSES_RANGE, Likelihood, Mean, Observation};
use crate::cancel::checkpoint;
use crate::choices::Choose;
use crate::data::Dataset;
use crate::language::tr;

/// The counts that `x = 1` stands for, where values are bytes.
pub(super) const COUNTS_OF_BYTES: f32 = 255.0;

/// The grey levels that a categorical value of bytes has where nobody says how many.
pub(super) const LEVELS_OF_BYTES: usize = 16;

/// What there is among the values of a data set, as the model sees them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Values {
    /// The least `x`.
    pub least: f32,
    /// The largest `x`.
    pub largest: f32,
    /// Whether every `x` is 0 or 1.
    pub are_black_or_white: bool,
    /// Whether every `x` is a whole number of counts.
    pub are_counts: bool,
    /// The counts that `x = 1` stands for.
    pub counts_per_unit: f32,
}

/// A likelihood that suits some data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The likelihood.
    pub likelihood: Likelihood,
    /// Others that suit as well: also distributions over all that the values can be.
    pub others: &'static [Likelihood],
    /// Where the mean should be, if it is a Gaussian.
    pub mean: Mean,
    /// Why, and what another one would mean, in a sentence or two.
    pub reason: String,
}

/// A likelihood that data can't have.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the likelihood {likelihood} is for {expected}, but {found}; {suitable} suits them")]
pub struct Unfit {
    likelihood: &'static str,
    expected: String,
    found: String,
    suitable: String,
}

impl Suggestion {
    /// The settings that it stands for, each with its value.
    pub fn settings(&self) -> Vec<(&'static str, &'static str)> {
        let likelihood = ("likelihood", self.likelihood.word());
        match self.likelihood {
            Likelihood::Gaussian => vec![likelihood, ("mean", self.mean.word())],
            _ => vec![likelihood],
        }
    }
}

impl Values {
    /// Looks at every value of `data`.
    pub fn of(data: &Dataset) -> Self {
        Self::of_some(data, usize::MAX)
    }

    /// Looks at the values of so many items of each part at most, evenly spaced.
    pub fn of_some(data: &Dataset, most: usize) -> Self {
        let mut values = Self::none(data.counts_per_unit());
        let mut row = vec![0.0; data.shape.numbers()];
        for split in [&data.train, &data.test] {
            for item in (0..split.points()).step_by(split.points().div_ceil(most).max(1)) {
                checkpoint();
                split.fill_row(item, &mut row);
                row.iter().for_each(|&x| values.add(x));
            }
        }
        values
    }

    /// What holds before the first value.
    fn none(counts_per_unit: f32) -> Self {
        Self {
            least: f32::INFINITY,
            largest: f32::NEG_INFINITY,
            are_black_or_white: true,
            are_counts: true,
            counts_per_unit,
        }
    }

    fn add(&mut self, x: f32) {
        let count = x * self.counts_per_unit;
        self.least = self.least.min(x);
        self.largest = self.largest.max(x);
        self.are_black_or_white &= x == 0.0 || x == 1.0;
        // What a byte or a count is multiplied by and divided by rounds a little.
        self.are_counts &= count >= 0.0 && (count - count.round()).abs() <= 1e-5 * count.max(1.0);
    }

    fn are_bytes(&self) -> bool {
        self.counts_per_unit == COUNTS_OF_BYTES
    }

    fn lie_in_unit_interval(&self) -> bool {
        self.least >= 0.0 && self.largest <= 1.0
    }

    /// The classes that a categorical value of `data` has where nobody says how many: of bytes sixteen grey levels, of codes
    /// one more than the largest.
    pub fn classes_of(data: &Dataset) -> usize {
        if data.counts_per_unit() == COUNTS_OF_BYTES {
            return LEVELS_OF_BYTES;
        }
        Self::of(data).classes_of_codes()
    }

    /// One class more than the largest code; a negative one becomes 0.
    fn classes_of_codes(&self) -> usize {
        let classes = (self.largest.round() as usize).saturating_add(1);
        classes.clamp(*CLASSES_RANGE.start(), *CLASSES_RANGE.end())
    }

    /// The likelihood that suits these values.
    pub fn suggestion(&self) -> Suggestion {
        let (likelihood, others, mean, reason) = if self.are_black_or_white {
            (
                Likelihood::Bernoulli,
                &[Likelihood::BetaBinomial, Likelihood::Categorical][..],
                Mean::Unit,
                tr!("every value is black or white, as a Bernoulli draws it"),
            )
        } else if self.are_bytes() {
            (
                Likelihood::BetaBinomial,
                &[
                    Likelihood::DiscretisedLogistic,
                    Likelihood::Categorical,
                    Likelihood::ContinuousBernoulli,
                    Likelihood::Gaussian,
                ][..],
                Mean::Unit,
                tr!(
                    "the values are grey, but a Bernoulli only ever draws black or white: as the paper uses it, it takes a grey value \
                 for the probability of white, which learns well, but the bound is then not that of the images as they are, and can't \
                 be compared with one in bits per pixel; beta-binomial and discretised-logistic are distributions over the 256 levels"
                ),
            )
        } else if self.are_counts {
            (
                Likelihood::NegativeBinomial,
                &[Likelihood::Poisson, Likelihood::Categorical][..],
                Mean::Unit,
                tr!(
                    "the values are counts, which mostly scatter more than a Poisson distribution lets them; poisson is simpler where \
                 they do not"
                ),
            )
        } else if self.lie_in_unit_interval() {
            (
                Likelihood::ContinuousBernoulli,
                &[Likelihood::Gaussian][..],
                Mean::Unit,
                tr!(
                    "the values are real numbers from 0 to 1: a continuous Bernoulli is a density over them, while a Bernoulli only \
                 ever draws 0 or 1"
                ),
            )
        } else {
            (
                Likelihood::Gaussian,
                &[][..],
                Mean::Real,
                tr!(
                    "the values are real numbers that do not lie between 0 and 1: a Gaussian with mean real is a density over them"
                ),
            )
        };
        Suggestion {
            likelihood,
            others,
            mean,
            reason: reason.into(),
        }
    }

    /// Whether these values can be told apart by that likelihood.
    ///
    /// # Errors
    /// What the likelihood is for, and what the values are.
    pub fn check(&self, likelihood: Likelihood, observation: &Observation) -> Result<(), Unfit> {
        let (fits, expected) = match likelihood {
            Likelihood::Gaussian if observation.mean == Mean::Real => return Ok(()),
            Likelihood::Gaussian => (
                self.lie_in_unit_interval(),
                "values from 0 to 1 unless mean is real".into(),
            ),
            Likelihood::Bernoulli | Likelihood::ContinuousBernoulli => {
                (self.lie_in_unit_interval(), "values from 0 to 1".into())
            }
            Likelihood::DiscretisedLogistic | Likelihood::BetaBinomial => (self.are_bytes(), "bytes".into()),
            Likelihood::Poisson | Likelihood::NegativeBinomial => {
                (self.are_counts, "counts: whole numbers from 0 on".into())
            }
            Likelihood::Categorical => {
                let last = observation.classes - 1;
                let are_codes = self.are_counts && self.largest <= last as f32;
                (
                    self.are_bytes() || are_codes,
                    format!("bytes, and for whole numbers from 0 to {last}"),
                )
            }
        };
        if fits {
            return Ok(());
        }
        let kind = if self.are_bytes() {
            "bytes"
        } else if self.are_counts {
            "whole numbers"
        } else {
            "real numbers"
        };
        let suitable = self.suggestion().settings();
        let suitable: Vec<String> = suitable
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        Err(Unfit {
            likelihood: likelihood.word(),
            expected,
            found: format!("the values are {kind} from {} to {}", self.least, self.largest),
            suitable: suitable.join(" with "),
        })
    }
}

impl Likelihood {
    /// Whether the values of `data` can have this likelihood.
    ///
    /// # Errors
    /// What the likelihood is for, and what the values are.
    pub fn check(self, observation: &Observation, data: &Dataset) -> Result<(), Unfit> {
        // Bytes can have every one, and nobody waits for a look at each of them.
        if observation.counts_per_unit == COUNTS_OF_BYTES {
            return Ok(());
        }
        Values::of(data).check(self, observation)
    }

    /// The likelihood that suits `data`, and why; every value is looked at.
    pub fn suggested(data: &Dataset) -> Suggestion {
        Values::of(data).suggestion()
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::data::{ItemShape, Split};

    fn bytes(pixels: &[u8]) -> Values {
        let train = Split::of_bytes(pixels.to_vec(), Vec::new(), 2);
        let test = Split::of_bytes(vec![255, 0], Vec::new(), 2);
        Values::of(&Dataset::new("bytes", ItemShape::grey(1, 2), train, test))
    }

    fn numbers(values: &[f32]) -> Values {
        let mut found = Values::none(1.0);
        values.iter().for_each(|&x| found.add(x));
        found
    }

    #[test]
    fn what_is_suggested_suits_the_values() {
        for (values, likelihood, mean) in [
            (bytes(&[0, 255, 255, 0]), Likelihood::Bernoulli, Mean::Unit),
            (bytes(&[0, 128, 255, 7]), Likelihood::BetaBinomial, Mean::Unit),
            (numbers(&[0.0, 1.0, 1.0]), Likelihood::Bernoulli, Mean::Unit),
            (
                numbers(&[0.0, 3.0, 41.0]),
                Likelihood::NegativeBinomial,
                Mean::Unit,
            ),
            (
                numbers(&[0.0, 0.25, 0.9]),
                Likelihood::ContinuousBernoulli,
                Mean::Unit,
            ),
            (numbers(&[-0.5, 0.25]), Likelihood::Gaussian, Mean::Real),
            (numbers(&[0.5, 1.25]), Likelihood::Gaussian, Mean::Real),
            (numbers(&[-1.0, 2.0]), Likelihood::Gaussian, Mean::Real),
        ] {
            let suggestion = values.suggestion();
            assert_eq!(
                (suggestion.likelihood, suggestion.mean),
                (likelihood, mean),
                "{values:?}"
            );
            assert_eq!(suggestion.settings()[0], ("likelihood", likelihood.word()));
            let observation = Observation {
                mean,
                counts_per_unit: values.counts_per_unit,
                ..Observation::default()
            };
            assert_eq!(values.check(likelihood, &observation), Ok(()));
        }
    }

    #[test]
    fn bytes_can_have_every_likelihood() {
        let values = bytes(&[0, 3, 200, 255]);
        assert_eq!(
            (values.least, values.largest, values.are_counts),
            (0.0, 1.0, true)
        );
        for &likelihood in Likelihood::VARIANTS {
            assert_eq!(values.check(likelihood, &Observation::default()), Ok(()));
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_with_what_would() {
        let observation = Observation {
            counts_per_unit: 1.0,
            classes: 4,
            ..Observation::default()
        };
        let refusal =
            |values: Values, likelihood| values.check(likelihood, &observation).unwrap_err().to_string();
        let reals = numbers(&[-1.5, 0.5]);
        for &likelihood in Likelihood::VARIANTS {
            let said = refusal(reals, likelihood);
            assert!(
                said.starts_with("the likelihood ") && said.contains("real numbers from -1.5 to 0.5"),
                "{said}"
            );
        }
        assert_eq!(
            refusal(numbers(&[0.0, 4.0]), Likelihood::Categorical),
            "the likelihood categorical is for bytes, and for whole numbers from 0 to 3, but the values are whole numbers from 0 to 4; likelihood negative-binomial suits them"
        );
        let codes = numbers(&[0.0, 3.0]);
        assert_eq!(codes.classes_of_codes(), 4);
        assert_eq!(numbers(&[-3.0, -1.0]).classes_of_codes(), 2);
        assert_eq!(codes.check(Likelihood::Categorical, &observation), Ok(()));
        assert!(refusal(codes, Likelihood::BetaBinomial).contains("is for bytes, but"));
    }
}
