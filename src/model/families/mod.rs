//! Families of models, one folder each: the networks behind encoder and decoder.
//!
//! To add one: its folder with what [`Family`] asks for, and two lines here, in [`Networks`] and in the macro below it.
//!
//! Both tapes run through the same generic functions, so a family can't be a trait object; a match over the families,
//! once for every pass through a network, costs nothing beside the pass.

mod mlp;

use dfdx::prelude::*;

use super::posterior::Posterior;
use super::{Architecture, Decoded};
use crate::dims::{Batch, Hidden, Latent, Pixels};
use crate::nn::parameters::{Named, Parameter};

/// What learning, evaluation and exploration need of a family. Everything else (bounds, chains, estimates) is built on
/// these and holds for all of them.
///
/// `Latent` counts all latent variables of a data point: a family with several groups of them puts one behind the other.
pub(super) trait Family: Sized {
    /// A model of zeros; with an encoder where the architecture says so.
    fn zeros(device: &Cpu, architecture: &Architecture) -> Self;

    /// `mu` and `log sigma^2` of `q(z|x)`, one row per data point; none without an encoder.
    fn encode<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        tape: T,
    ) -> Option<Posterior<T>>;

    /// `p(x|z)` for every latent vector, one a row.
    fn decode<T: Tape<f32, Cpu>>(&self, z: Tensor<(Batch, Latent), f32, Cpu, T>) -> Decoded<T>;

    /// Makes Gaussians of all weights and biases, around the values that they have, each with this `log sigma^2`: for a family
    /// whose layers are all [`Linear`](crate::nn::Linear), which know what to do with them.
    fn spread(&mut self, log_variance: f32);

    /// What every hidden layer says: the encoder's of the data, the decoder's of the latent vectors.
    fn hidden(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        z: Tensor<(Batch, Latent), f32, Cpu>,
    ) -> Vec<HiddenValues>;

    /// The encoder's weights and biases, layer by layer; none without an encoder.
    fn encoder_parameters(&self) -> Vec<Named<&dyn Parameter>>;

    /// The decoder's weights and biases, layer by layer.
    fn decoder_parameters(&self) -> Vec<Named<&dyn Parameter>>;

    /// The encoder's and the decoder's weights and biases, to change.
    fn parameters_mut(&mut self) -> [Vec<Named<&mut dyn Parameter>>; 2];
}

/// What a hidden layer of the `encoder` or the `decoder` says, one row per input.
pub type HiddenValues = (&'static str, Tensor<(Batch, Hidden), f32, Cpu>);

/// The networks of a model, of whichever family.
#[derive(Clone, Debug)]
pub(super) enum Networks {
    /// The paper's: fully connected layers in encoder and decoder.
    Mlp(mlp::Mlp),
}

/// What a family's networks make of something.
macro_rules! of_family {
    ($networks:expr, $family:ident => $value:expr) => {
        match $networks {
            Networks::Mlp($family) => $value,
        }
    };
}

impl Family for Networks {
    fn zeros(device: &Cpu, architecture: &Architecture) -> Self {
        Self::Mlp(mlp::Mlp::zeros(device, architecture))
    }

    fn encode<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        tape: T,
    ) -> Option<Posterior<T>> {
        of_family!(self, family => family.encode(x, tape))
    }

    fn decode<T: Tape<f32, Cpu>>(&self, z: Tensor<(Batch, Latent), f32, Cpu, T>) -> Decoded<T> {
        of_family!(self, family => family.decode(z))
    }

    fn spread(&mut self, log_variance: f32) {
        of_family!(self, family => family.spread(log_variance));
    }

    fn hidden(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        z: Tensor<(Batch, Latent), f32, Cpu>,
    ) -> Vec<HiddenValues> {
        of_family!(self, family => family.hidden(x, z))
    }

    fn encoder_parameters(&self) -> Vec<Named<&dyn Parameter>> {
        of_family!(self, family => family.encoder_parameters())
    }

    fn decoder_parameters(&self) -> Vec<Named<&dyn Parameter>> {
        of_family!(self, family => family.decoder_parameters())
    }

    fn parameters_mut(&mut self) -> [Vec<Named<&mut dyn Parameter>>; 2] {
        of_family!(self, family => family.parameters_mut())
    }
}
