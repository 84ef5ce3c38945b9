//! The structured posterior `q(z_t | z_(t-1), x_t .. x_T)`: a recurrent layer reads the sequence from its end, and its state at a step is
//! combined with a draw of the step before (Krishnan, Shalit and Sontag 2017, section 5, "DKS").

use dfdx::prelude::*;

use super::presence::Presence;
use super::step::{At, Before, Now};
use super::transition::start;
use crate::dims::{Batch, Features, Hidden, Moments};
use crate::model::posterior::Gaussian;
use crate::nn::ops::{self, Filter};
use crate::nn::parameters::{Named, Parameter, Role, of_layers};
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

    /// Weights and biases, layer by layer, and what stands before the first step.
    pub fn parameters(&self) -> Vec<Named<&dyn Parameter>> {
        let recurrent = weight(&self.recurrent as &dyn Parameter);
        let mut all = of_layers([
            ("input", self.input.parameters()),
            ("recurrent", vec![recurrent]),
            ("combine", self.combine.parameters()),
            ("moments", self.moments.parameters()),
        ]);
        all.push(start(&self.start as &dyn Parameter));
        all
    }

    /// The same, to change.
    pub fn parameters_mut(&mut self) -> Vec<Named<&mut dyn Parameter>> {
        let recurrent = weight(&mut self.recurrent as &mut dyn Parameter);
        let mut all = of_layers([
            ("input", self.input.parameters_mut()),
            ("recurrent", vec![recurrent]),
            ("combine", self.combine.parameters_mut()),
            ("moments", self.moments.parameters_mut()),
        ]);
        all.push(start(&mut self.start as &mut dyn Parameter));
        all
    }
}

/// A weight without a bias.
fn weight<P>(parameter: P) -> Named<P> {
    Named {
        name: "weight".into(),
        role: Role::Weight,
        parameter,
    }
}
