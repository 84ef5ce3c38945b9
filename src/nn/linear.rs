//! The affine layer `y = x W + b`, with sizes chosen at run time.

use dfdx::prelude::*;

use super::ops::{self, GaussianWeights};
use super::parameters::{Named, Parameter, Role};
use super::view::elements_mut;
use super::weight::Weight;
use super::weight_noise::WeightNoise;
use crate::dims::{Batch, WithBias};

/// A layer from `I` inputs to `O` outputs.
#[derive(Clone, Debug)]
pub struct Linear<I: Dim, O: Dim> {
    /// Shape (I, O): one row an input.
    pub weight: Weight<I, O>,
    /// Shape (O).
    pub bias: Tensor<(O,), f32, Cpu>,
    /// Where weights and biases are Gaussians with these means: their `log sigma^2`, the biases' in the last row, shape (I + 1, O).
    pub log_variance: Option<Weight<WithBias<I>, O>>,
}

impl<I: Dim, O: Dim> Linear<I, O> {
    /// A layer of zeros; who makes the model gives it its first values.
    pub fn zeros(device: &Cpu, inputs: I, outputs: O) -> Self {
        Self {
            weight: Weight::new(device.zeros_like(&(inputs, outputs))),
            bias: device.zeros_like(&(outputs,)),
            log_variance: None,
        }
    }

    /// Makes Gaussians of weights and biases, around the values that they have, each with this `log sigma^2`.
    pub fn spread(&mut self, log_variance: f32) {
        let (inputs, outputs) = *self.weight.tensor().shape();
        let mut log_variances = self.bias.device().zeros_like(&(WithBias(inputs), outputs));
        elements_mut(&mut log_variances).fill(log_variance);
        self.log_variance = Some(Weight::new(log_variances));
    }

    /// The Gaussian over the weights and noise for some rows; none where the weights are numbers, or nobody
    /// [asked](WeightNoise::run) for draws.
    #[expect(clippy::type_complexity, reason = "the two go together to one operation")]
    fn gaussian(
        &self,
        device: &Cpu,
        rows: Batch,
    ) -> Option<(GaussianWeights<'_, I, O>, Tensor<(Batch, O), f32, Cpu>)> {
        let log_variance = self.log_variance.as_ref()?;
        let noise = WeightNoise::next(device, rows, self.bias.shape().0)?;
        let weights = GaussianWeights {
            weight: &self.weight,
            bias: &self.bias,
            log_variance,
        };
        Some((weights, noise))
    }

    /// Applies the layer to data, which needs no gradient: the tape starts here.
    pub fn forward_data<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, I), f32, Cpu>,
        tape: T,
    ) -> Tensor<(Batch, O), f32, Cpu, T> {
        match self.gaussian(x.device(), x.shape().0) {
            Some((weights, noise)) => ops::affine_of_data_and_gaussian_weights(x, &weights, &noise, tape),
            None => ops::affine_of_data(x, &self.weight, &self.bias, tape),
        }
    }

    /// Applies the layer inside a network.
    pub fn forward<T: Tape<f32, Cpu>>(
        &self,
        x: Tensor<(Batch, I), f32, Cpu, T>,
    ) -> Tensor<(Batch, O), f32, Cpu, T> {
        match self.gaussian(x.device(), x.shape().0) {
            Some((weights, noise)) => ops::affine_of_gaussian_weights(x, &weights, &noise),
            None => ops::affine(x, &self.weight, &self.bias),
        }
    }

    /// Weight, then bias, then the log-variances of both where they have some.
    pub fn parameters(&self) -> Vec<Named<&dyn Parameter>> {
        let mut parameters: Vec<Named<&dyn Parameter>> = vec![
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
        ];
        parameters.extend(self.log_variance.as_ref().map(|log_variance| Named {
            name: "log_variance".into(),
            role: Role::LogVariance,
            parameter: log_variance as &dyn Parameter,
        }));
        parameters
    }

    /// The same, to change.
    pub fn parameters_mut(&mut self) -> Vec<Named<&mut dyn Parameter>> {
        let mut parameters: Vec<Named<&mut dyn Parameter>> = vec![
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
        ];
        parameters.extend(self.log_variance.as_mut().map(|log_variance| Named {
            name: "log_variance".into(),
            role: Role::LogVariance,
            parameter: log_variance as &mut dyn Parameter,
        }));
        parameters
    }
}
