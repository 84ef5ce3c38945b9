//! The recognition model `q(z|x) = N(mu(x), diag(sigma^2(x)))` (appendix C.2).

use dfdx::prelude::*;

use super::super::stack::Network;
use crate::dims::{Batch, Hidden, Latent, Moments, Pixels};
use crate::model::Architecture;
use crate::model::posterior::Posterior;
use crate::nn::parameters::{Named, Parameter};

/// Hidden layers, then the mean and log-variance of every latent dimension.
#[derive(Clone, Debug)]
pub(super) struct Encoder(Network<Pixels, Moments<Latent>>);

impl Encoder {
    pub fn zeros(device: &Cpu, architecture: &Architecture) -> Self {
        Self(Network::zeros(
            device,
            Pixels(architecture.pixels),
            architecture.hidden.units().iter().copied(),
            Moments(Latent(architecture.latent)),
            architecture,
        ))
    }

    /// `mu` and `log sigma^2` of `q(z|x)`, one row per data point.
    pub fn forward<T: Tape<f32, Cpu>>(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>, tape: T) -> Posterior<T> {
        self.0.forward_data(x, tape)
    }

    /// The same of inputs that are learned themselves.
    pub fn forward_input<T: Tape<f32, Cpu>>(&self, x: Tensor<(Batch, Pixels), f32, Cpu, T>) -> Posterior<T> {
        self.0.forward(x)
    }

    /// Makes Gaussians of weights and biases.
    pub fn spread(&mut self, log_variance: f32) {
        self.0.spread(log_variance);
    }

    /// What each hidden layer says of some items.
    pub fn hidden(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>) -> Vec<Tensor<(Batch, Hidden), f32, Cpu>> {
        self.0.hidden.layers(x.clone())
    }

    /// Has running moments used from here on, even on a tape.
    pub fn rest_moments(&mut self) {
        self.0.hidden.rest_moments();
    }

    /// Weights and biases, layer by layer.
    pub fn parameters(&self) -> impl Iterator<Item = Named<&dyn Parameter>> {
        self.0.parameters("moments")
    }

    /// Weights and biases, to change.
    pub fn parameters_mut(&mut self) -> impl Iterator<Item = Named<&mut dyn Parameter>> {
        self.0.parameters_mut("moments")
    }
}
