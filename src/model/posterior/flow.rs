//! Which normalising flow follows the Gaussian, and its steps.
//!
//! The parameters of a step depend on the data point through the moments of its Gaussian: an affine map of them says what
//! the step does to the draws of that point. So every family of encoders has every flow.

use dfdx::prelude::*;
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::autoregressive::Autoregressive;
use super::hamiltonian::{Hamiltonian, momentum};
use super::planar::Planar;
use super::{LatentRows, PerRow, Posterior};
use crate::dims::Latent;
use crate::model::Architecture;
use crate::nn::ops;
use crate::nn::parameters::{Named, Parameter};

/// Steps that a flow may have.
pub const STEPS_RANGE: std::ops::RangeInclusive<usize> = 1..=64;

/// What follows the Gaussian.
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
pub enum FlowKind {
    /// Nothing.
    #[default]
    None,
    /// Planar steps (Rezende and Mohamed 2015): each bends the space along one direction.
    Planar,
    /// Inverse autoregressive steps (Kingma et al. 2016): each scales and shifts a dimension by those before it.
    Iaf,
    /// Hamiltonian steps (Salimans, Kingma and Welling 2015): draws follow the gradient of the model itself.
    Hamiltonian,
}

/// What follows the Gaussian.
#[derive(Clone, Debug)]
pub(in crate::model) enum Flow {
    /// Steps that know nothing of the model, in the order in which draws pass them; none where the posterior is Gaussian.
    Steps(Vec<Step>),
    /// Steps along the gradient of the model.
    Hamiltonian(Box<Hamiltonian>),
}

/// A step with a log-determinant.
#[derive(Clone, Debug)]
pub(in crate::model) enum Step {
    Planar(Box<Planar>),
    Autoregressive(Box<Autoregressive>),
}

impl Flow {
    /// The steps that the architecture asks for, with zeros for parameters: each that knows nothing of the model is the identity.
    pub fn zeros(device: &Cpu, architecture: &Architecture) -> Self {
        let latent = Latent(architecture.latent);
        let hidden = architecture.hidden.units().last().copied().unwrap_or(1);
        let step = |index: usize| match architecture.latents.flow {
            FlowKind::None | FlowKind::Hamiltonian => None,
            FlowKind::Planar => Some(Step::Planar(Box::new(Planar::zeros(device, latent)))),
            FlowKind::Iaf => Some(Step::Autoregressive(Box::new(Autoregressive::zeros(
                device,
                latent,
                hidden,
                index % 2 == 1,
            )))),
        };
        let steps = architecture.latents.flow_steps;
        match architecture.latents.flow {
            FlowKind::Hamiltonian => {
                Self::Hamiltonian(Box::new(Hamiltonian::zeros(device, latent, hidden, steps)))
            }
            _ => Self::Steps((0..steps).map_while(step).collect()),
        }
    }

    /// The numbers of all its parameters.
    pub fn parameter_count(architecture: &Architecture) -> usize {
        let latent = architecture.latent;
        let hidden = architecture.hidden.units().last().copied().unwrap_or(1);
        let of_step = match architecture.latents.flow {
            FlowKind::None => 0,
            FlowKind::Planar => Planar::parameter_count(latent),
            FlowKind::Iaf => Autoregressive::parameter_count(latent, hidden),
            // All steps share their sizes and the guess.
            FlowKind::Hamiltonian => return Hamiltonian::parameter_count(latent, hidden),
        };
        architecture.latents.flow_steps.saturating_mul(of_step)
    }

    /// Moves draws of the Gaussian with those `moments`, made with that `noise`, whose log-densities are `log_q`. `force` is the
    /// gradient of `log p(x, z)` of every row, for steps that know the model.
    ///
    /// Shapes: moments (B, 2 N_z), noise and z (L B, N_z), log_q (L B).
    pub fn apply<T: Tape<f32, Cpu>>(
        &self,
        force: impl Fn(LatentRows<T>) -> LatentRows<T>,
        moments: Posterior<T>,
        noise: &LatentRows,
        z: LatentRows<T>,
        log_q: PerRow<T>,
    ) -> (LatentRows<T>, PerRow<T>) {
        let samples = z.shape().0.0 / moments.shape().0.0;
        match self {
            Self::Steps(steps) if steps.is_empty() => (z, log_q),
            Self::Steps(steps) => bent(steps, ops::repeat(moments, samples), z, log_q),
            Self::Hamiltonian(steps) => {
                steps.apply(force, ops::repeat(moments, samples), &momentum(noise), z, log_q)
            }
        }
    }

    /// Parameters, step by step: of `step1`, `step2`, and so on; of Hamiltonian steps those that all of them share.
    pub fn parameters(&self) -> Box<dyn Iterator<Item = Named<&dyn Parameter>> + '_> {
        let steps = match self {
            Self::Steps(steps) => steps,
            Self::Hamiltonian(steps) => return Box::new(steps.parameters().into_iter()),
        };
        Box::new(steps.iter().enumerate().flat_map(|(index, step)| {
            let parameters = match step {
                Step::Planar(step) => step.parameters(),
                Step::Autoregressive(step) => step.parameters(),
            };
            parameters
                .into_iter()
                .map(move |named| named.within(&name(index)))
        }))
    }

    /// Parameters, to change.
    pub fn parameters_mut(&mut self) -> Box<dyn Iterator<Item = Named<&mut dyn Parameter>> + '_> {
        let steps = match self {
            Self::Steps(steps) => steps,
            Self::Hamiltonian(steps) => return Box::new(steps.parameters_mut().into_iter()),
        };
        Box::new(steps.iter_mut().enumerate().flat_map(|(index, step)| {
            let parameters = match step {
                Step::Planar(step) => step.parameters_mut(),
                Step::Autoregressive(step) => step.parameters_mut(),
            };
            parameters
                .into_iter()
                .map(move |named| named.within(&name(index)))
        }))
    }
}

/// Draws after all steps, with a row of moments each, and their log-densities.
fn bent<T: Tape<f32, Cpu>>(
    steps: &[Step],
    moments: Posterior<T>,
    z: LatentRows<T>,
    log_q: PerRow<T>,
) -> (LatentRows<T>, PerRow<T>) {
    let (mut z, mut log_q) = (z, log_q);
    for step in steps {
        let log_determinant;
        (z, log_determinant) = match step {
            Step::Planar(step) => step.apply(moments.retaped::<T>(), z),
            Step::Autoregressive(step) => step.apply(moments.retaped::<T>(), z),
        };
        log_q = log_q - log_determinant;
    }
    // The tape of the moments themselves, with what led to them, goes on with the draws.
    let (_, tape) = moments.split_tape();
    let (z, rest) = z.split_tape();
    (z.put_tape(tape.merge(rest)), log_q)
}

fn name(index: usize) -> String {
    format!("step{}", index + 1)
}
