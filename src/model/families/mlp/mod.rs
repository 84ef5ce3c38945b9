//! The paper's networks (appendix C): fully connected layers in encoder and decoder.

mod decoder;
mod encoder;

use dfdx::prelude::*;

use super::Family;
use crate::dims::{Batch, Latent, Pixels};
use crate::model::families::HiddenValues;
use crate::model::posterior::Posterior;
use crate::model::{Architecture, Decoded, Recognition};
use crate::nn::parameters::{Named, Parameter};
use decoder::Decoder;
use encoder::Encoder;

/// Encoder, where there is one, and decoder.
#[derive(Clone, Debug)]
pub(in crate::model) struct Mlp {
    encoder: Option<Encoder>,
    decoder: Decoder,
}

impl Mlp {
    /// A model of zeros; with an encoder where the architecture says so.
    pub fn zeros(device: &Cpu, architecture: &Architecture) -> Self {
        Self {
            encoder: match architecture.recognition {
                Recognition::Encoder => Some(Encoder::zeros(device, architecture)),
                Recognition::Chains => None,
            },
            decoder: Decoder::zeros(device, architecture),
        }
    }

    /// The gradient of every row's `log p(x|z)` for its latent vector, on the tape.
    pub fn likelihood_gradient<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        z: Tensor<(Batch, Latent), f32, Cpu, T>,
    ) -> Tensor<(Batch, Latent), f32, Cpu, T> {
        self.decoder.likelihood_gradient(x, z)
    }

    /// Makes Gaussians of all weights and biases, around the values that they have, each with this `log sigma^2`.
    pub fn spread(&mut self, log_variance: f32) {
        if let Some(encoder) = &mut self.encoder {
            encoder.spread(log_variance);
        }
        self.decoder.spread(log_variance);
    }
}

impl Family for Mlp {
    fn encode<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        tape: T,
    ) -> Option<Posterior<T>> {
        self.encoder.as_ref().map(|encoder| encoder.forward(x, tape))
    }

    fn encode_input<T: Tape<f32, Cpu>>(
        &self,
        x: Tensor<(Batch, Pixels), f32, Cpu, T>,
    ) -> Option<Posterior<T>> {
        self.encoder.as_ref().map(|encoder| encoder.forward_input(x))
    }

    fn decode<T: Tape<f32, Cpu>>(&self, z: Tensor<(Batch, Latent), f32, Cpu, T>) -> Decoded<T> {
        self.decoder.forward(z)
    }

    fn hidden(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        z: Tensor<(Batch, Latent), f32, Cpu>,
    ) -> Vec<HiddenValues> {
        let encoder = self.encoder.iter().flat_map(|encoder| encoder.hidden(x));
        let decoder = self.decoder.hidden(z).into_iter();
        encoder
            .map(|values| ("encoder", values))
            .chain(decoder.map(|values| ("decoder", values)))
            .collect()
    }

    fn rest_moments(&mut self) {
        self.encoder.iter_mut().for_each(Encoder::rest_moments);
        self.decoder.rest_moments();
    }

    fn encoder_parameters(&self) -> Vec<Named<&dyn Parameter>> {
        self.encoder.iter().flat_map(Encoder::parameters).collect()
    }

    fn decoder_parameters(&self) -> Vec<Named<&dyn Parameter>> {
        self.decoder.parameters().collect()
    }

    fn parameters_mut(&mut self) -> [Vec<Named<&mut dyn Parameter>>; 2] {
        [
            self.encoder
                .iter_mut()
                .flat_map(Encoder::parameters_mut)
                .collect(),
            self.decoder.parameters_mut().collect(),
        ]
    }
}
