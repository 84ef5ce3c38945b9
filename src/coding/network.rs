//! Encoder and decoder with the same bits on every processor.
//!
//! What the decoder says when a file is packed and when it is unpacked must agree to the last bit, on whatever processor. So
//! every output adds its products one by one, in the order of the inputs, rounding after each product and each sum: the
//! number of outputs that a processor computes side by side changes nothing. The functions between the layers are
//! [`scalar`]'s, which are made of such steps.

use pulp::Arch;

use super::CodingError;
use crate::kernels::scalar;
use crate::model::{Activation, Vae};
use crate::nn::parameters::{Named, Role};

/// Encoder and decoder of a model.
pub(super) struct Network {
    encoder: Vec<Layer>,
    decoder: Vec<Layer>,
    activation: Activation,
    arch: Arch,
}

/// `y = x W + b`.
struct Layer {
    /// One row per input.
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Network {
    /// The networks of `model`, which must be fully connected layers.
    ///
    /// # Errors
    /// If its latent variables are others, it has no encoder or other parameters, or one of them is not finite.
    pub fn of(model: &Vae) -> Result<Self, CodingError> {
        if !model.has_closed_form() {
            return Err(CodingError::OtherLatents);
        }
        if !model.architecture().is_plain() {
            return Err(CodingError::OtherNetworks);
        }
        let parameters = model.parameters();
        let layers = |part: &str| -> Result<Vec<Layer>, CodingError> {
            // Of weights that are Gaussians the means pack and unpack.
            let of_part = |named: &&Named<_>| named.name.starts_with(part) && named.role != Role::LogVariance;
            let values: Vec<&[f32]> = parameters
                .iter()
                .filter(of_part)
                .map(|named| named.parameter.values())
                .collect();
            values.chunks(2).map(|layer| Layer::of(layer, part)).collect()
        };
        let (encoder, decoder) = (layers("encoder.")?, layers("decoder.")?);
        if encoder.is_empty() {
            return Err(CodingError::NoEncoder);
        }
        let architecture = model.architecture();
        Ok(Self {
            encoder,
            decoder,
            activation: architecture.activation,
            arch: Arch::new(),
        })
    }

    /// The means of `q(z|x)`, then its log-variances.
    pub fn encode(&self, x: &[f32]) -> Vec<f32> {
        self.through(&self.encoder, x)
    }

    /// The numbers that the likelihood has of every pixel, given `z`.
    pub fn decode(&self, z: &[f32]) -> Vec<f32> {
        self.through(&self.decoder, z)
    }

    fn through(&self, layers: &[Layer], x: &[f32]) -> Vec<f32> {
        let mut values = x.to_vec();
        for (index, layer) in layers.iter().enumerate() {
            if index > 0 {
                values = self.activated(values);
            }
            values = layer.apply(&values, self.arch);
        }
        values
    }

    fn activated(&self, mut values: Vec<f32>) -> Vec<f32> {
        match self.activation {
            Activation::Tanh => self.map(&mut values, scalar::tanh),
            Activation::Relu => self.map(&mut values, |value| if value > 0.0 { value } else { 0.0 }),
            Activation::Softplus => self.map(&mut values, scalar::softplus),
            Activation::LeakyRelu => self.map(&mut values, scalar::leaky_relu),
            Activation::Elu => self.map(&mut values, scalar::elu),
            Activation::Sigmoid => self.map(&mut values, scalar::sigmoid),
            Activation::Gated => {
                let mut gates = values.split_off(values.len() / 2);
                self.map(&mut gates, scalar::sigmoid);
                values
                    .iter_mut()
                    .zip(gates)
                    .for_each(|(value, gate)| *value *= gate);
            }
        }
        values
    }

    fn map(&self, values: &mut [f32], function: impl Fn(f32) -> f32) {
        self.arch.dispatch(
            #[inline(always)]
            || values.iter_mut().for_each(|value| *value = function(*value)),
        );
    }

    /// The same networks on a processor without vector instructions beyond its first.
    #[cfg(test)]
    pub fn narrow(self) -> Self {
        Self {
            arch: Arch::Scalar,
            ..self
        }
    }
}

impl Layer {
    fn of(values: &[&[f32]], part: &str) -> Result<Self, CodingError> {
        let &[weight, bias] = values else {
            return Err(CodingError::OtherNetworks);
        };
        if !weight.iter().chain(bias).all(|value| value.is_finite()) {
            return Err(CodingError::NotFinite {
                part: part.trim_end_matches('.').into(),
            });
        }
        Ok(Self {
            weight: weight.to_vec(),
            bias: bias.to_vec(),
        })
    }

    /// An input that is 0 adds nothing: much of an image is black.
    fn apply(&self, x: &[f32], arch: Arch) -> Vec<f32> {
        let mut outputs = self.bias.clone();
        let rows = self.weight.chunks_exact(self.bias.len());
        arch.dispatch(
            #[inline(always)]
            || {
                for (&input, weights) in x.iter().zip(rows).filter(|(input, _)| **input != 0.0) {
                    for (output, &weight) in outputs.iter_mut().zip(weights) {
                        *output += input * weight;
                    }
                }
            },
        );
        outputs
    }
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    /// Numbers with every bit of their mantissas in use, the same on every processor.
    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn every_width_of_vectors_gives_the_bits_of_one_number_at_a_time() {
        // Widths around those of vectors, and far from them.
        for outputs in [1, 7, 8, 15, 16, 17, 33, 200] {
            let layer = Layer {
                weight: numbers(50 * outputs, 1),
                bias: numbers(outputs, 2),
            };
            let x = numbers(50, 3);
            let one_at_a_time: Vec<u32> = (0..outputs)
                .map(|output| {
                    let mut sum = layer.bias[output];
                    for (input, &x) in x.iter().enumerate() {
                        let product = black_box(x * layer.weight[input * outputs + output]);
                        sum = black_box(sum + product);
                    }
                    sum.to_bits()
                })
                .collect();
            for arch in [Arch::Scalar, Arch::new()] {
                let bits: Vec<u32> = layer.apply(&x, arch).into_iter().map(f32::to_bits).collect();
                assert_eq!(bits, one_at_a_time, "{outputs} outputs");
            }
        }
    }
}
