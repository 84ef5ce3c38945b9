//! A decoder's last layer, as wide as the likelihood needs it.

use dfdx::prelude::*;

use super::distribution::{Common, Layer};
use super::{Decoded, Likelihood, Observation};
use crate::cancel::checkpoint;
use crate::dims::{Batch, Outputs, Pixels};
use crate::nn::Linear;
use crate::nn::parameters::{Named, Parameter, Role};
use crate::nn::view::{elements, elements_mut};

/// The last layer, from `I` inputs, and the number that all values have in common, where there is one.
#[derive(Clone, Debug)]
pub(in crate::model) struct Head<I: Dim> {
    likelihood: Likelihood,
    observation: Observation,
    pixels: Pixels,
    name: &'static str,
    layer: Linear<I, Outputs>,
    common: Option<CommonNumber>,
}

/// A number that all values have in common: a parameter where it has a name, else a constant.
#[derive(Clone, Debug)]
struct CommonNumber {
    name: Option<&'static str>,
    value: Tensor<(Outputs,), f32, Cpu>,
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
            layer: Linear::zeros(device, inputs, Outputs(numbers * pixels.0)),
            common,
        }
    }

    /// `p(x|z)` for every row of inputs.
    pub fn forward<T: Tape<f32, Cpu>>(&self, h: Tensor<(Batch, I), f32, Cpu, T>) -> Decoded<T> {
        let outputs = self.layer.forward(h);
        let outputs = match &self.common {
            None => outputs,
            Some(common) => with_common(outputs, common, self.pixels),
        };
        Decoded::new(self.likelihood, self.observation, self.pixels, outputs)
    }

    /// Makes Gaussians of weight and bias; a common number stays one.
    pub fn spread(&mut self, log_variance: f32) {
        self.layer.spread(log_variance);
    }

    /// Weight and bias, and the common number where that is learned.
    pub fn parameters(&self) -> impl Iterator<Item = Named<&dyn Parameter>> {
        let layer = self.layer.parameters().into_iter();
        let common = self.common.iter().filter_map(|common| {
            Some(Named {
                name: common.name?.into(),
                role: Role::Bias,
                parameter: &common.value as &dyn Parameter,
            })
        });
        layer.map(|named| named.within(self.name)).chain(common)
    }

    /// The same, to change.
    pub fn parameters_mut(&mut self) -> impl Iterator<Item = Named<&mut dyn Parameter>> {
        let name = self.name;
        let layer = self.layer.parameters_mut().into_iter();
        let common = self.common.iter_mut().filter_map(|common| {
            Some(Named {
                name: common.name?.into(),
                role: Role::Bias,
                parameter: &mut common.value as &mut dyn Parameter,
            })
        });
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
