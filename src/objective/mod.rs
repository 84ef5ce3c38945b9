//! What is maximised, as named terms: one file each, and [`Estimator`] to choose among those that a person can choose.
//!
//! An objective is a pure function from a model, some data points and some noise to a loss on a tape and the terms that a
//! step reports. Who maximises it is not known here. To add one: its file, and an arm in each function below.

mod estimator_a;
mod estimator_b;
mod importance_weighted;
mod kl_term;
pub mod log_joint;
pub mod semi_supervised;
mod terms;
#[cfg(test)]
mod tests;
mod total_correlation;

use dfdx::prelude::*;
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use crate::dims::{Batch, Latent, Pixels};
use crate::model::Vae;
use crate::nn::view::elements;

pub use kl_term::{KlTerm, KlTermError};
pub use terms::BoundTerms;

/// How the lower bound is estimated.
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
pub enum Estimator {
    /// SGVB estimator A (equation 6): the KL term too is estimated from the samples.
    A,
    /// SGVB estimator B (equation 7): the KL term in closed form, which varies less.
    #[default]
    B,
    /// The importance-weighted bound (Burda, Grosse and Salakhutdinov 2016), tighter with every sample.
    #[strum(to_string = "iwae", serialize = "importance-weighted")]
    ImportanceWeighted,
    /// Estimator A in which the weight of the KL term acts on the total correlation of the latent dimensions alone (Chen et al. 2018).
    BetaTcvae,
}

/// An estimator, and how its KL term is weighed at one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// How the lower bound is estimated.
    pub estimator: Estimator,
    /// By how much the KL term is multiplied.
    pub kl_weight: f32,
    /// Nats of a latent dimension of a data point that cost nothing.
    pub free_nats: f32,
}

impl From<Estimator> for Objective {
    /// The plain lower bound.
    fn from(estimator: Estimator) -> Self {
        Self {
            estimator,
            kl_weight: 1.0,
            free_nats: 0.0,
        }
    }
}

impl Objective {
    /// The objective after `samples` training points.
    pub fn after(samples: u64, estimator: Estimator, kl: &KlTerm) -> Self {
        Self {
            estimator,
            kl_weight: kl.weight_after(samples),
            free_nats: kl.free_nats,
        }
    }

    /// The negative objective summed over a minibatch, which training minimises, and the terms of the bound that it is
    /// made from.
    ///
    /// Shapes: x (B, pixels); noise (L B, N_z): the first sample of every data point, then the second, and so on. The tape
    /// holds `gradients` and starts at the data.
    pub fn negative(
        self,
        model: &Vae,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        noise: &Tensor<(Batch, Latent), f32, Cpu>,
        gradients: Gradients<f32, Cpu>,
    ) -> (Loss, BoundTerms) {
        match self.estimator {
            Estimator::A => estimator_a::negative(model, x, noise, self.kl_weight, gradients),
            Estimator::B => {
                estimator_b::negative(model, x, noise, (self.kl_weight, self.free_nats), gradients)
            }
            // It has no KL term of its own: `KlTerm::check` refuses any weight but 1.
            Estimator::ImportanceWeighted => importance_weighted::negative(model, x, noise, gradients),
            Estimator::BetaTcvae => total_correlation::negative(model, x, noise, self.kl_weight, gradients),
        }
    }
}

impl Estimator {
    /// The names of its terms: of what is gained, then of what it costs.
    pub fn term_names(self) -> [&'static str; 2] {
        match self {
            Self::A | Self::B | Self::BetaTcvae => ["reconstruction", "KL"],
            Self::ImportanceWeighted => ["reconstruction", "weighted KL"],
        }
    }
}

/// What is minimised, on the tape that leads to it.
pub type Loss = Tensor<Rank0, f32, Cpu, OwnedTape<f32, Cpu>>;

/// A tape that adds to `gradients`; dfdx makes one only together with a tensor.
fn tape_of(gradients: Gradients<f32, Cpu>) -> OwnedTape<f32, Cpu> {
    let carrier: Tensor<Rank0, f32, Cpu> = Cpu::default().zeros();
    carrier.traced(gradients).split_tape().1
}

fn scalar<T>(value: &Tensor<Rank0, f32, Cpu, T>) -> f64 {
    f64::from(elements(value)[0])
}
