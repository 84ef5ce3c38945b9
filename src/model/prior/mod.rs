//! The prior `p(z)`: `N(0, I)`, or a mixture of Gaussians that is learned with the model, one file each.
//!
//! A [`Prior`] has the parameters. What evaluates it is a [`PriorDensity`]: of the prior that is made of the encoder's posteriors
//! that takes a pass through the encoder, which is made once for many draws.

mod density;
mod mixture;
#[cfg(test)]
mod tests;
mod vamp;

use dfdx::prelude::*;
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::Architecture;
use crate::dims::Latent;
use crate::nn::parameters::{Named, Parameter};

pub use density::PriorDensity;
pub(super) use mixture::Mixture;
pub(super) use vamp::Vamp;

/// Components that a learned prior may have.
pub const COMPONENTS_RANGE: std::ops::RangeInclusive<usize> = 1..=10_000;

/// Which prior the latent variables have.
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
pub enum PriorKind {
    /// N(0, I), as in the paper.
    #[default]
    Standard,
    /// The VampPrior (Tomczak and Welling 2018): the mean of the posteriors of learned pseudo-inputs.
    Vamp,
    /// A mixture of Gaussians whose means and variances are learned.
    Mixture,
}

/// A prior with its parameters.
#[derive(Clone, Debug)]
pub(super) enum Prior {
    /// `N(0, I)`, which has none.
    Standard,
    /// Pseudo-inputs.
    Vamp(Vamp),
    /// Means and log-variances.
    Mixture(Mixture),
}

impl Prior {
    /// The prior that the architecture asks for, with zeros for parameters.
    pub fn zeros(device: &Cpu, architecture: &Architecture) -> Self {
        let components = architecture.latents.components;
        match architecture.latents.prior {
            PriorKind::Standard => Self::Standard,
            PriorKind::Vamp => Self::Vamp(Vamp::zeros(device, components, architecture.pixels)),
            PriorKind::Mixture => {
                Self::Mixture(Mixture::zeros(device, components, Latent(architecture.latent)))
            }
        }
    }

    /// The numbers of all its parameters.
    pub fn parameter_count(architecture: &Architecture) -> usize {
        let of_component = match architecture.latents.prior {
            PriorKind::Standard => 0,
            PriorKind::Vamp => architecture.pixels,
            PriorKind::Mixture => 2 * architecture.latent,
        };
        architecture.latents.components.saturating_mul(of_component)
    }

    /// Its parameters.
    pub fn parameters(&self) -> Vec<Named<&dyn Parameter>> {
        match self {
            Self::Standard => Vec::new(),
            Self::Vamp(vamp) => vec![vamp.parameter()],
            Self::Mixture(mixture) => vec![mixture.parameter()],
        }
    }

    /// Its parameters, to change.
    pub fn parameters_mut(&mut self) -> Vec<Named<&mut dyn Parameter>> {
        match self {
            Self::Standard => Vec::new(),
            Self::Vamp(vamp) => vec![vamp.parameter_mut()],
            Self::Mixture(mixture) => vec![mixture.parameter_mut()],
        }
    }
}
