//! Which likelihood suits the data of a run, as settings that a person may take.

use super::Configuration;
use super::settings::Assignment;
use crate::choices::Choose;
use crate::data::{Binarisation, Dataset, ReadingRules};
use crate::model::Likelihood;
use crate::model::likelihood::{Suggestion, Values};

/// What advice depends on: the data, how it is read, and whether it is made black and white.
#[derive(Clone, Debug, PartialEq)]
pub struct Basis {
    /// The name of the data.
    pub data: String,
    /// How it is read.
    pub reading: Box<ReadingRules>,
    /// How it is made black and white.
    pub binarisation: Binarisation,
}

/// Advice about the likelihood.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice(Suggestion);

impl Basis {
    /// That of a run with this configuration.
    pub fn of(configuration: &Configuration) -> Self {
        Self {
            data: configuration.data.clone(),
            reading: configuration.reading.clone(),
            binarisation: configuration.binarisation,
        }
    }
}

impl Advice {
    /// Looks at every value of `data`, which is that of `basis`.
    pub fn of(basis: &Basis, data: &Dataset) -> Self {
        let mut values = Values::of(data);
        values.are_black_or_white |= basis.binarisation != Binarisation::None;
        Self(values.suggestion())
    }

    /// The likelihood that suits the data best.
    pub fn likelihood(&self) -> &'static str {
        self.0.likelihood.word()
    }

    /// The settings that it stands for.
    pub fn settings(&self) -> Vec<Assignment> {
        let settings = self.0.settings().into_iter();
        settings
            .map(|(setting, value)| Assignment::new(setting, value))
            .collect()
    }

    /// Why, in a sentence or two.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// Whether a likelihood, by its word, suits the data as well.
    pub fn is_heeded_by(&self, likelihood: &str) -> bool {
        let suits = |other: &Likelihood| other.word() == likelihood;
        suits(&self.0.likelihood) || self.0.others.iter().any(suits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{ItemShape, Split};
    use crate::learning::Preset;

    #[test]
    fn grey_is_no_bernoulli_unless_it_is_made_black_and_white() {
        let split = || Split::of_bytes(vec![0, 90, 255, 7], Vec::new(), 2);
        let data = Dataset::new("grey", ItemShape::grey(1, 2), split(), split());
        let mut basis = Basis::of(&Preset::Mnist.configuration(1));
        let advice = Advice::of(&basis, &data);
        assert_eq!(advice.likelihood(), "beta-binomial");
        assert_eq!(
            advice.settings(),
            [Assignment::new("likelihood", "beta-binomial")]
        );
        assert!(!advice.is_heeded_by("bernoulli") && advice.reason().contains("probability of white"));
        for heeding in ["beta-binomial", "discretised-logistic", "gaussian"] {
            assert!(advice.is_heeded_by(heeding), "{heeding}");
        }
        basis.binarisation = Binarisation::Dynamic;
        assert!(Advice::of(&basis, &data).is_heeded_by("bernoulli"));
    }
}
