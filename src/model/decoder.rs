//! The generative model `p(x|z)`: a Bernoulli in every pixel (appendix C.1).

use dfdx::prelude::*;

use super::{Activation, Architecture};
use crate::dims::{Batch, Hidden, Latent, Pixels};
use crate::nn::Linear;
use crate::nn::parameters::{Named, Parameter};

/// One hidden layer, then the logit of every pixel.
///
/// Only latent variables go in; pixels do not compile:
///
/// ```
/// use dfdx::prelude::*;
/// use vae_tui::dims::{Batch, Latent, Pixels};
/// # use vae_tui::model::{Activation, Architecture, Initialisation, Vae};
/// # let architecture = Architecture { pixels: 4, hidden: 3, latent: 2, activation: Activation::Tanh };
/// # let vae = Vae::new(architecture, Initialisation::Glorot, 0);
/// let z: Tensor<(Batch, Latent), f32, Cpu> = Cpu::default().zeros_like(&(Batch(1), Latent(2)));
/// let logits: Tensor<(Batch, Pixels), f32, Cpu> = vae.decoder().forward(z);
/// ```
///
/// ```compile_fail,E0308
/// use dfdx::prelude::*;
/// use vae_tui::dims::{Batch, Latent, Pixels};
/// # use vae_tui::model::{Activation, Architecture, Initialisation, Vae};
/// # let architecture = Architecture { pixels: 4, hidden: 3, latent: 2, activation: Activation::Tanh };
/// # let vae = Vae::new(architecture, Initialisation::Glorot, 0);
/// let x: Tensor<(Batch, Pixels), f32, Cpu> = Cpu::default().zeros_like(&(Batch(1), Pixels(4)));
/// let logits: Tensor<(Batch, Pixels), f32, Cpu> = vae.decoder().forward(x);
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    pub(super) hidden: Linear<Latent, Hidden>,
    pub(super) logits: Linear<Hidden, Pixels>,
    activation: Activation,
}

impl Decoder {
    pub(super) fn zeros(device: &Cpu, architecture: &Architecture) -> Self {
        let (pixels, hidden) = (Pixels(architecture.pixels), Hidden(architecture.hidden));
        Self {
            hidden: Linear::zeros(device, Latent(architecture.latent), hidden),
            logits: Linear::zeros(device, hidden, pixels),
            activation: architecture.activation,
        }
    }

    /// The logit of every pixel's Bernoulli, one row a latent vector.
    pub fn forward<T: Tape<f32, Cpu>>(
        &self,
        z: Tensor<(Batch, Latent), f32, Cpu, T>,
    ) -> Tensor<(Batch, Pixels), f32, Cpu, T> {
        let h = self.activation.apply(self.hidden.forward(z));
        self.logits.forward(h)
    }

    pub(super) fn parameters(&self) -> impl Iterator<Item = Named<&dyn Parameter>> {
        let hidden = self
            .hidden
            .parameters()
            .into_iter()
            .map(|named| named.within("hidden"));
        hidden.chain(
            self.logits
                .parameters()
                .into_iter()
                .map(|named| named.within("logits")),
        )
    }

    pub(super) fn parameters_mut(&mut self) -> impl Iterator<Item = Named<&mut dyn Parameter>> {
        let hidden = self
            .hidden
            .parameters_mut()
            .into_iter()
            .map(|named| named.within("hidden"));
        hidden.chain(
            self.logits
                .parameters_mut()
                .into_iter()
                .map(|named| named.within("logits")),
        )
    }
}
