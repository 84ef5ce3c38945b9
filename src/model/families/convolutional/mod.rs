//! Convolutional networks for images: convolutions before the encoder's fully connected layers, and the same transposed behind the
//! decoder's.

mod block;
mod decoder;
mod encoder;

use dfdx::prelude::*;

use super::{Family, HiddenValues};
use crate::dims::{Batch, Channels, Height, Hidden, Latent, Pixels, Width};
use crate::model::convolutions::Convolutions;
use crate::model::posterior::Posterior;
use crate::model::{Architecture, Decoded, Recognition};
use crate::nn::ops::{self, Maps};
use crate::nn::parameters::{Named, Parameter};
use block::Block;
use decoder::Decoder;
use encoder::Encoder;

/// Encoder, where there is one, and decoder.
#[derive(Clone, Debug)]
pub(in crate::model) struct Convolutional {
    encoder: Option<Encoder>,
    decoder: Decoder,
}

impl Convolutional {
    /// A model of zeros with these convolutions; with an encoder where the architecture says so.
    pub fn zeros(device: &Cpu, convolutions: &Convolutions, architecture: &Architecture) -> Self {
        Self {
            encoder: match architecture.recognition {
                Recognition::Encoder => Some(Encoder::zeros(device, convolutions, architecture)),
                Recognition::Chains => None,
            },
            decoder: Decoder::zeros(device, convolutions, architecture),
        }
    }
}

impl Family for Convolutional {
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
        self.decoder.parameters()
    }

    fn parameters_mut(&mut self) -> [Vec<Named<&mut dyn Parameter>>; 2] {
        [
            self.encoder
                .iter_mut()
                .flat_map(Encoder::parameters_mut)
                .collect(),
            self.decoder.parameters_mut(),
        ]
    }
}

/// The maps with a row for every place of every item, whose units are the channels.
fn by_place(maps: &Maps) -> Tensor<(Batch, Hidden), f32, Cpu> {
    let &(Batch(items), Height(height), Width(width), Channels(channels)) = maps.shape();
    ops::reshaped(maps.clone(), (Batch(items * height * width), Hidden(channels)))
}

/// The maps, and behind a residual block what it adds to them.
fn with_residual<T: Tape<f32, Cpu>>(maps: Maps<T>, residual: Option<&Block>) -> Maps<T> {
    match residual {
        None => maps,
        Some(block) => block.add_to(maps),
    }
}

/// `convolution`, `convolution2` and so on.
fn name(of: &str, index: usize) -> String {
    match index {
        0 => of.into(),
        _ => format!("{of}{}", index + 1),
    }
}
