//! The affine layer `y = x W + b`, with sizes chosen at run time.

use dfdx::prelude::*;

use super::ops;
use super::parameters::{Named, Parameter, Role};
use super::weight::Weight;
use crate::dims::Batch;

/// A layer from `I` inputs to `O` outputs.
#[derive(Clone, Debug)]
pub struct Linear<I: Dim, O: Dim> {
    /// Shape (I, O): one row an input.
    pub weight: Weight<I, O>,
    /// Shape (O).
    pub bias: Tensor<(O,), f32, Cpu>,
}

impl<I: Dim, O: Dim> Linear<I, O> {
    /// A layer of zeros; who makes the model gives it its first values.
    pub fn zeros(device: &Cpu, inputs: I, outputs: O) -> Self {
        Self {
            weight: Weight::new(device.zeros_like(&(inputs, outputs))),
            bias: device.zeros_like(&(outputs,)),
        }
    }

    /// Applies the layer to data, which needs no gradient: the tape starts here.
    pub fn forward_data<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, I), f32, Cpu>,
        tape: T,
    ) -> Tensor<(Batch, O), f32, Cpu, T> {
        ops::affine_of_data(x, &self.weight, &self.bias, tape)
    }

    /// Applies the layer inside a network.
    pub fn forward<T: Tape<f32, Cpu>>(
        &self,
        x: Tensor<(Batch, I), f32, Cpu, T>,
    ) -> Tensor<(Batch, O), f32, Cpu, T> {
        ops::affine(x, &self.weight, &self.bias)
    }

    /// Weight, then bias.
    pub fn parameters(&self) -> Vec<Named<&dyn Parameter>> {
        vec![
            Named {
                name: "weight".into(),
                role: Role::Weight,
                parameter: &self.weight,
            },
            Named {
                name: "bias".into(),
                role: Role::Bias,
                parameter: &self.bias,
            },
        ]
    }

    /// Weight, then bias, to change.
    pub fn parameters_mut(&mut self) -> Vec<Named<&mut dyn Parameter>> {
        vec![
            Named {
                name: "weight".into(),
                role: Role::Weight,
                parameter: &mut self.weight,
            },
            Named {
                name: "bias".into(),
                role: Role::Bias,
                parameter: &mut self.bias,
            },
        ]
    }
}
