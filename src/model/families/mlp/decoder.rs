//! The generative model `p(x|z)` (appendix C.1 and C.2).

use dfdx::prelude::*;

use crate::dims::{Batch, Hidden, Latent, Pixels};
use crate::model::likelihood::Head;
use crate::model::{Activation, Architecture, Decoded};
use crate::nn::Linear;
use crate::nn::parameters::{Named, Parameter};

/// One hidden layer, then what the likelihood needs of every pixel.
#[derive(Clone, Debug)]
pub(super) struct Decoder {
    hidden: Linear<Latent, Hidden>,
    output: Head<Hidden>,
    activation: Activation,
}

impl Decoder {
    pub fn zeros(device: &Cpu, architecture: &Architecture) -> Self {
        let (pixels, hidden) = (Pixels(architecture.pixels), Hidden(architecture.hidden));
        Self {
            hidden: Linear::zeros(device, Latent(architecture.latent), hidden),
            output: Head::zeros(device, hidden, pixels, architecture.likelihood),
            activation: architecture.activation,
        }
    }

    /// `p(x|z)` for every latent vector, one a row.
    pub fn forward<T: Tape<f32, Cpu>>(&self, z: Tensor<(Batch, Latent), f32, Cpu, T>) -> Decoded<T> {
        self.output.forward(self.activation.apply(self.hidden.forward(z)))
    }

    /// Weights and biases, layer by layer.
    pub fn parameters(&self) -> impl Iterator<Item = Named<&dyn Parameter>> {
        let hidden = self.hidden.parameters().into_iter();
        hidden
            .map(|named| named.within("hidden"))
            .chain(self.output.parameters())
    }

    /// Weights and biases, to change.
    pub fn parameters_mut(&mut self) -> impl Iterator<Item = Named<&mut dyn Parameter>> {
        let hidden = self.hidden.parameters_mut().into_iter();
        hidden
            .map(|named| named.within("hidden"))
            .chain(self.output.parameters_mut())
    }
}
