//! The structured posterior `q(z_t | z_(t-1), x_t .. x_T)`: a recurrent layer reads the sequence from its end, and its state at a step is
//! combined with a draw of the step before (Krishnan, Shalit and Sontag 2017, section 5, "DKS").

use dfdx::prelude::*;

use super::presence::Presence;
use super::step::{At, Before, Now};
use crate::dims::{Batch, Features, Hidden, Moments};
use crate::model::posterior::Gaussian;
use crate::nn::ops::{self, Filter};
use crate::nn::parameters::{Named, Parameter, Role};
use crate::nn::{Linear, Weight};

/// The layers of the posterior.
#[derive(Clone, Debug)]
pub struct Recognition {
    input: Linear<Features, Hidden>,
    recurrent: Weight<Hidden, Hidden>,
    combine: Linear<At<Before>, Hidden>,
    moments: Linear<Hidden, Moments<At<Now>>>,
    /// What stands before the first step.
    start: Tensor<(At<Before>,), f32, Cpu>,
}

impl Recognition {
    /// Layers of zeros for steps of so many values and latent dimensions, with so many recurrent units.
    pub fn zeros(device: &Cpu, features: usize, dimensions: usize, units: usize) -> Self {
        let (before, hidden) = (At::new(dimensions), Hidden(units));
        Self {
            input: Linear::zeros(device, Features(features), hidden),
            recurrent: Weight::new(device.zeros_like(&(hidden, hidden))),
            combine: Linear::zeros(device, before, hidden),
            moments: Linear::zeros(device, hidden, Moments(At::new(dimensions))),
            start: device.zeros_like(&(before,)),
        }
    }

    /// How many numbers its parameters are.
    pub fn parameter_count(features: usize, dimensions: usize, units: usize) -> usize {
        let affine = |inputs: usize, outputs: usize| (inputs + 1) * outputs;
        affine(features, units)
            + units * units
            + affine(dimensions, units)
            + affine(units, 2 * dimensions)
            + dimensions
    }

    /// The states of the recurrent layer, a row for each step.
    pub fn states<T: Tape<f32, Cpu>>(
        &self,
        presence: &Presence,
        tape: T,
    ) -> Tensor<(Batch, Hidden), f32, Cpu, T> {
        let inputs = self.input.forward_data(presence.values(), tape);
        ops::recurrent_from_the_end(
            inputs,
            &self.recurrent,
            presence.steps(),
            presence.is_there().to_vec(),
        )
    }

    /// The moments of every step, a row each, given the draws that `noise` makes of the steps before: of the first draw of every
    /// sequence, then of the second, and so on.
    pub fn forward<T: Tape<f32, Cpu>>(
        &self,
        presence: &Presence,
        noise: &Tensor<(Batch, At<Now>), f32, Cpu>,
        tape: T,
    ) -> Gaussian<At<Now>, T> {
        let filter = Filter {
            combine: &self.combine,
            moments: &self.moments,
            start: &self.start,
        };
        ops::filtered(self.states(presence, tape), noise, presence.steps(), &filter)
    }

    /// Weights and biases, layer by layer.
    pub fn parameters(&self) -> Vec<Named<&dyn Parameter>> {
        let within = |name: &'static str, parameters: Vec<Named<_>>| -> Vec<Named<&dyn Parameter>> {
            parameters
                .into_iter()
                .map(|named: Named<_>| named.within(name))
                .collect()
        };
        let mut all = within("input", self.input.parameters());
        all.push(Named {
            name: "recurrent.weight".into(),
            role: Role::Weight,
            parameter: &self.recurrent,
        });
        all.extend(within("combine", self.combine.parameters()));
        all.extend(within("moments", self.moments.parameters()));
        all.push(Named {
            name: "start".into(),
            role: Role::Bias,
            parameter: &self.start,
        });
        all
    }

    /// The same, to change.
    pub fn parameters_mut(&mut self) -> Vec<Named<&mut dyn Parameter>> {
        let mut all: Vec<Named<&mut dyn Parameter>> = Vec::new();
        all.extend(
            self.input
                .parameters_mut()
                .into_iter()
                .map(|named| named.within("input")),
        );
        all.push(Named {
            name: "recurrent.weight".into(),
            role: Role::Weight,
            parameter: &mut self.recurrent,
        });
        all.extend(
            self.combine
                .parameters_mut()
                .into_iter()
                .map(|named| named.within("combine")),
        );
        all.extend(
            self.moments
                .parameters_mut()
                .into_iter()
                .map(|named| named.within("moments")),
        );
        all.push(Named {
            name: "start".into(),
            role: Role::Bias,
            parameter: &mut self.start,
        });
        all
    }
}
