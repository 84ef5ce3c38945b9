//! `p(x|z)` of every value of an item: the likelihoods, one file each, and what a decoder says in their terms.
//!
//! To add one: its file with what [`ValueDistribution`](distribution::ValueDistribution) asks for (or
//! [`Distribution`](distribution::Distribution), where values are not independent or have too many numbers), its word in
//! [`Likelihood`], and its line in the registry below. The tests walk the words.

mod bernoulli;
pub mod beta_binomial;
mod categorical;
mod continuous_bernoulli;
mod decoded;
pub mod discretised_logistic;
mod distribution;
mod gaussian;
mod head;
mod negative_binomial;
mod poisson;
mod values;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

pub use decoded::Decoded;
use distribution::{Common, Curvature, Distribution, Layer, curvature, independent};
pub use gaussian::{LEAST_LOG_VARIANCE, Mean, Variance};
pub(super) use head::{Head, Reading};
pub use values::{Suggestion, Unfit, Values};

/// Classes that a categorical value may have.
pub const CLASSES_RANGE: std::ops::RangeInclusive<usize> = 2..=256;

/// The likelihood: which distribution every value has, given the latent variables.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Likelihood {
    /// A Bernoulli (appendix C.1), for black and white, and for grey as MNIST is used.
    #[default]
    Bernoulli,
    /// A Gaussian (appendix C.2), for grey, and for any real numbers with mean real.
    Gaussian,
    /// A continuous Bernoulli, for real numbers between 0 and 1.
    ContinuousBernoulli,
    /// A discretised logistic, for bytes.
    DiscretisedLogistic,
    /// A beta-binomial, for bytes.
    BetaBinomial,
    /// A Poisson distribution, for counts.
    Poisson,
    /// A negative binomial, for counts that scatter more than those of a Poisson distribution.
    NegativeBinomial,
    /// One of some classes, for codes, or for the grey levels of bytes.
    Categorical,
}

/// What a likelihood needs to know beside its name, of the choices of a run and of its data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Where the mean of a Gaussian may be.
    pub mean: Mean,
    /// Whose the variance of a Gaussian is.
    pub variance: Variance,
    /// The variance of a Gaussian, where that is fixed, in squared units of `x`.
    pub fixed_variance: f32,
    /// Classes of a categorical value.
    pub classes: usize,
    /// The counts that `x = 1` stands for, as [`counts_per_unit`](crate::data::Dataset::counts_per_unit) of the data says.
    pub counts_per_unit: f32,
}

impl Default for Observation {
    /// Bytes, and a Gaussian as in the paper.
    fn default() -> Self {
        Self {
            mean: Mean::Unit,
            variance: Variance::Learned,
            fixed_variance: 0.1,
            classes: values::LEVELS_OF_BYTES,
            counts_per_unit: values::COUNTS_OF_BYTES,
        }
    }
}

impl Likelihood {
    /// The registry: every likelihood's distribution.
    fn distribution(self, observation: &Observation) -> Box<dyn Distribution> {
        let &Observation {
            mean,
            variance,
            fixed_variance,
            classes,
            counts_per_unit,
        } = observation;
        match self {
            Self::Bernoulli => independent(bernoulli::Bernoulli),
            Self::Gaussian => independent(gaussian::Gaussian {
                mean,
                variance,
                fixed_variance,
            }),
            Self::ContinuousBernoulli => independent(continuous_bernoulli::ContinuousBernoulli),
            Self::DiscretisedLogistic => independent(discretised_logistic::DiscretisedLogistic {
                steps: counts_per_unit,
            }),
            Self::BetaBinomial => independent(beta_binomial::BetaBinomial {
                trials: counts_per_unit,
            }),
            Self::Poisson => independent(poisson::Poisson { counts_per_unit }),
            Self::NegativeBinomial => independent(negative_binomial::NegativeBinomial { counts_per_unit }),
            Self::Categorical => Box::new(categorical::Categorical {
                classes,
                classes_per_unit: observation.classes_per_unit(),
            }),
        }
    }

    /// The second derivatives, of those likelihoods that know theirs.
    fn curvature(self, observation: &Observation) -> Option<Box<dyn Curvature>> {
        let &Observation {
            mean,
            variance,
            fixed_variance,
            ..
        } = observation;
        match (self, variance) {
            (Self::Bernoulli, _) => Some(curvature(bernoulli::Bernoulli)),
            (Self::Gaussian, Variance::Learned) => Some(curvature(gaussian::Gaussian {
                mean,
                variance,
                fixed_variance,
            })),
            _ => None,
        }
    }

    /// Whether the gradient of the likelihood has a known gradient itself: of a Bernoulli, and of a Gaussian with a variance of every
    /// value.
    pub fn is_twice_differentiable(self, variance: Variance) -> bool {
        let observation = Observation {
            variance,
            ..Observation::default()
        };
        self.curvature(&observation).is_some()
    }

    /// The first number of a value of this `mean`, in units of `x`, where that number alone says the mean. A probability of 0 or 1,
    /// which none has, becomes one within a thousandth of it.
    pub(super) fn number_of_mean(self, observation: &Observation, mean: f32) -> Option<f32> {
        match (self, observation.mean) {
            (Self::Bernoulli, _) | (Self::Gaussian, Mean::Unit) => {
                let probability = mean.clamp(1e-3, 1.0 - 1e-3);
                Some((probability / (1.0 - probability)).ln())
            }
            (Self::Gaussian, Mean::Real) => Some(mean),
            _ => None,
        }
    }

    /// What a decoder has to say.
    fn layer(self, observation: &Observation) -> Layer {
        self.distribution(observation).layer()
    }

    /// The numbers that every value's distribution is given.
    pub fn numbers_per_value(self, observation: &Observation) -> usize {
        let Layer { numbers, common, .. } = self.layer(observation);
        numbers + usize::from(common.is_some())
    }

    /// The numbers that the decoder's last layer has for items of so many `values`, and those that it learns beside.
    pub fn layer_numbers(self, observation: &Observation, values: usize) -> (usize, usize) {
        let Layer { numbers, common, .. } = self.layer(observation);
        let learned = matches!(common, Some(Common::Learned(_)));
        (numbers * values, usize::from(learned))
    }
}

impl Observation {
    /// The class of a categorical value is `x` times this, rounded: a code is its own class, and bytes have as many
    /// evenly spaced grey levels as there are classes.
    fn classes_per_unit(&self) -> f32 {
        if self.counts_per_unit == 1.0 {
            1.0
        } else {
            (self.classes - 1) as f32
        }
    }
}
