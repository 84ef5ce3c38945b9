//! The VampPrior (Tomczak and Welling 2018, equation 8): `p(z) = 1/K sum_k q(z|u_k)`, the mean of the posteriors of `K`
//! pseudo-inputs `u_k`, which are learned like any parameter.
//!
//! The publication keeps pseudo-inputs between 0 and 1 by cutting them off; here they are free, so that none of them loses its gradient and
//! data of any range has them. They start as items of the training data (the publication's other choice).

use dfdx::prelude::*;
use rand::Rng;

use crate::dims::{Batch, Pixels};
use crate::nn::parameters::{Named, Parameter, Role};
use crate::nn::view::elements_mut;

/// Pseudo-inputs, a row each.
#[derive(Clone, Debug)]
pub struct Vamp {
    pseudo_inputs: Tensor<(Batch, Pixels), f32, Cpu>,
}

impl Vamp {
    /// Pseudo-inputs of zeros.
    pub fn zeros(device: &Cpu, components: usize, pixels: usize) -> Self {
        Self {
            pseudo_inputs: device.zeros_like(&(Batch(components), Pixels(pixels))),
        }
    }

    /// Draws every number between 0 and 1, where no data says what inputs look like.
    pub fn scatter(&mut self, generator: &mut impl Rng) {
        elements_mut(&mut self.pseudo_inputs).fill_with(|| generator.gen_range(0.0..1.0));
    }

    /// The pseudo-inputs, a row each.
    pub fn pseudo_inputs(&self) -> &Tensor<(Batch, Pixels), f32, Cpu> {
        &self.pseudo_inputs
    }

    /// The pseudo-inputs as a parameter. They count as a bias: no prior of weights draws them to zero.
    pub fn parameter(&self) -> Named<&dyn Parameter> {
        named(&self.pseudo_inputs)
    }

    /// The same, to change.
    pub fn parameter_mut(&mut self) -> Named<&mut dyn Parameter> {
        named(&mut self.pseudo_inputs)
    }
}

fn named<P>(parameter: P) -> Named<P> {
    Named {
        name: "pseudo_inputs".into(),
        role: Role::Bias,
        parameter,
    }
}
