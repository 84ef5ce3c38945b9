//! The generative model `p(x|z)` (appendix C.1 and C.2).

use dfdx::prelude::*;

use super::super::stack::Stack;
use crate::dims::{Batch, Hidden, Latent, Pixels};
use crate::model::likelihood::Head;
use crate::model::{Architecture, Decoded};
use crate::nn::parameters::{Named, Parameter};

/// Hidden layers, the encoder's in reverse, then what the likelihood needs of every value.
#[derive(Clone, Debug)]
pub(super) struct Decoder {
    hidden: Stack<Latent>,
    output: Head<Hidden>,
}

impl Decoder {
    pub fn zeros(device: &Cpu, architecture: &Architecture) -> Self {
        let (latent, pixels) = (Latent(architecture.latent), Pixels(architecture.pixels));
        let units = architecture.hidden.units().iter().copied().rev();
        let hidden = Stack::zeros(device, latent, units, architecture);
        Self {
            output: Head::zeros(
                device,
                hidden.width(),
                pixels,
                architecture.likelihood,
                architecture.observation,
            ),
            hidden,
        }
    }

    /// `p(x|z)` for every latent vector, one a row.
    pub fn forward<T: Tape<f32, Cpu>>(&self, z: Tensor<(Batch, Latent), f32, Cpu, T>) -> Decoded<T> {
        self.output.forward(self.hidden.forward(z))
    }

    /// The gradient of every row's `log p(x|z)` for its latent vector, on the tape: what learns from it learns through second
    /// derivatives. Of plain layers.
    pub fn likelihood_gradient<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        z: Tensor<(Batch, Latent), f32, Cpu, T>,
    ) -> Tensor<(Batch, Latent), f32, Cpu, T> {
        self.hidden
            .backward(z, |last| self.output.likelihood_gradient(last, x))
    }

    /// Makes Gaussians of weights and biases.
    pub fn spread(&mut self, log_variance: f32) {
        self.hidden.spread(log_variance);
        self.output.spread(log_variance);
    }

    /// What each hidden layer says of some latent vectors.
    pub fn hidden(&self, z: Tensor<(Batch, Latent), f32, Cpu>) -> Vec<Tensor<(Batch, Hidden), f32, Cpu>> {
        self.hidden.layers(z)
    }

    /// Has running moments used from here on, even on a tape.
    pub fn rest_moments(&mut self) {
        self.hidden.rest_moments();
    }

    /// Weights and biases, layer by layer.
    pub fn parameters(&self) -> impl Iterator<Item = Named<&dyn Parameter>> {
        self.hidden.parameters().chain(self.output.parameters())
    }

    /// Weights and biases, to change.
    pub fn parameters_mut(&mut self) -> impl Iterator<Item = Named<&mut dyn Parameter>> {
        self.hidden.parameters_mut().chain(self.output.parameters_mut())
    }
}
