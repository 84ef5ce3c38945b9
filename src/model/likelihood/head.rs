//! A decoder's last layer, as wide as the likelihood needs it.

use dfdx::prelude::*;

use super::distribution::{Common, Layer};
use super::{Decoded, Likelihood, Observation};
use crate::cancel::checkpoint;
use crate::dims::{Batch, Outputs, Pixels};
use crate::nn::parameters::{Named, Parameter, Role};
use crate::nn::view::{elements, elements_mut};
use crate::nn::{Linear, ops};

/// A fully connected last layer, from `I` inputs.
#[derive(Clone, Debug)]
pub(in crate::model) struct Head<I: Dim> {
    layer: Linear<I, Outputs>,
    reading: Reading,
}

/// How a last layer's outputs are read, and the number that all values have in common, where there is one.
#[derive(Clone, Debug)]
pub(in crate::model) struct Reading {
    likelihood: Likelihood,
    observation: Observation,
    pixels: Pixels,
    name: &'static str,
    numbers: usize,
    common: Option<CommonNumber>,
}

/// A number that all values have in common: a parameter where it has a name, else a constant.
#[derive(Clone, Debug)]
struct CommonNumber {
    name: Option<&'static str>,
    value: Tensor<(Outputs,), f32, Cpu>,
}

impl Reading {
    /// The reading of outputs for so many `pixels`; a common number that is learned is 0.
    pub fn zeros(device: &Cpu, pixels: Pixels, likelihood: Likelihood, observation: Observation) -> Self {
        let Layer {
            name,
            numbers,
            common,
        } = likelihood.layer(&observation);
        let common = common.map(|common| {
            let (name, value) = match common {
                Common::Learned(name) => (Some(name), 0.0),
                Common::Fixed(value) => (None, value),
            };
            CommonNumber {
                name,
                value: device.tensor_from_vec(vec![value], (Outputs(1),)),
            }
        });
        Self {
            likelihood,
            observation,
            pixels,
            name,
            numbers,
            common,
        }
    }

    /// The first number of a value of this mean, as [`Likelihood::number_of_mean`] says.
    pub fn number_of_mean(&self, mean: f32) -> Option<f32> {
        self.likelihood.number_of_mean(&self.observation, mean)
    }

    /// The same reading of outputs for so many `pixels`.
    pub fn for_pixels(&self, pixels: Pixels) -> Self {
        Self {
            pixels,
            ..self.clone()
        }
    }

    /// Numbers that the last layer says of every value.
    pub fn numbers(&self) -> usize {
        self.numbers
    }

    /// What the last layer is called.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// `p(x|z)` for every row of outputs: all first numbers of its values, then all second numbers, and so on.
    pub fn decoded<T: Tape<f32, Cpu>>(&self, outputs: Tensor<(Batch, Outputs), f32, Cpu, T>) -> Decoded<T> {
        let outputs = match &self.common {
            None => outputs,
            Some(common) => with_common(outputs, common, self.pixels),
        };
        Decoded::new(self.likelihood, self.observation, self.pixels, outputs)
    }

    /// The common number, where that is learned.
    pub fn common_parameter(&self) -> Option<Named<&dyn Parameter>> {
        let common = self.common.as_ref()?;
        Some(Named {
            name: common.name?.into(),
            role: Role::Bias,
            parameter: &common.value as &dyn Parameter,
        })
    }

    /// The same, to change.
    pub fn common_parameter_mut(&mut self) -> Option<Named<&mut dyn Parameter>> {
        let common = self.common.as_mut()?;
        Some(Named {
            name: common.name?.into(),
            role: Role::Bias,
            parameter: &mut common.value as &mut dyn Parameter,
        })
    }
}

impl<I: Dim> Head<I> {
    /// A layer of zeros.
    pub fn zeros(
        device: &Cpu,
        inputs: I,
        pixels: Pixels,
        likelihood: Likelihood,
        observation: Observation,
    ) -> Self {
        let reading = Reading::zeros(device, pixels, likelihood, observation);
        Self {
            layer: Linear::zeros(device, inputs, Outputs(reading.numbers() * pixels.0)),
            reading,
        }
    }

    /// `p(x|z)` for every row of inputs.
    pub fn forward<T: Tape<f32, Cpu>>(&self, h: Tensor<(Batch, I), f32, Cpu, T>) -> Decoded<T> {
        self.reading.decoded(self.layer.forward(h))
    }

    /// The gradient of every row's `log p(x|z)` for the inputs, on the tape.
    pub fn likelihood_gradient<T: Tape<f32, Cpu>>(
        &self,
        h: Tensor<(Batch, I), f32, Cpu, T>,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
    ) -> Tensor<(Batch, I), f32, Cpu, T> {
        ops::affine_transposed(self.forward(h).gradient_by_row(x), &self.layer.weight)
    }

    /// Makes Gaussians of weight and bias; a common number stays one.
    pub fn spread(&mut self, log_variance: f32) {
        self.layer.spread(log_variance);
    }

    /// Weight and bias, and the common number where that is learned.
    pub fn parameters(&self) -> impl Iterator<Item = Named<&dyn Parameter>> {
        let layer = self.layer.parameters().into_iter();
        let common = self.reading.common_parameter();
        layer.map(|named| named.within(self.reading.name)).chain(common)
    }

    /// The same, to change.
    pub fn parameters_mut(&mut self) -> impl Iterator<Item = Named<&mut dyn Parameter>> {
        let name = self.reading.name;
        let layer = self.layer.parameters_mut().into_iter();
        let common = self.reading.common_parameter_mut();
        layer.map(move |named| named.within(name)).chain(common)
    }
}

/// Rows with the common number behind them, once for every value. Its gradient is the sum over all values of all rows.
fn with_common<T: Tape<f32, Cpu>>(
    outputs: Tensor<(Batch, Outputs), f32, Cpu, T>,
    common: &CommonNumber,
    pixels: Pixels,
) -> Tensor<(Batch, Outputs), f32, Cpu, T> {
    let (outputs, mut tape) = outputs.split_tape();
    let (batch, Outputs(width)) = *outputs.shape();
    let mut longer = outputs.device().zeros_like(&(batch, Outputs(width + pixels.0)));
    let number = elements(&common.value)[0];
    let rows = elements_mut(&mut longer).chunks_exact_mut(width + pixels.0);
    for (longer, row) in rows.zip(elements(&outputs).chunks_exact(width)) {
        checkpoint();
        longer[..width].copy_from_slice(row);
        longer[width..].fill(number);
    }

    let (ghost, common) = (longer.ghost(), common.clone());
    tape.add_backward_op(move |gradients| {
        let of_longer = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        let of_outputs = gradients.get_or_alloc_mut(&outputs)?;
        let mut sum = 0.0;
        let rows = of_outputs.chunks_exact_mut(width);
        for (row, longer) in rows.zip(of_longer.chunks_exact(width + pixels.0)) {
            checkpoint();
            for (gradient, of_longer) in row.iter_mut().zip(&longer[..width]) {
                *gradient += of_longer;
            }
            sum += longer[width..].iter().map(|&value| f64::from(value)).sum::<f64>();
        }
        if common.name.is_some() {
            gradients.get_or_alloc_mut(&common.value)?[0] += sum as f32;
        }
        **gradients.get_or_alloc_mut(&ghost)? = of_longer;
        Ok(())
    });
    longer.put_tape(tape)
}
