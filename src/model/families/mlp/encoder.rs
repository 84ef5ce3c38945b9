//! The recognition model `q(z|x) = N(mu(x), diag(sigma^2(x)))` (appendix C.2).

use dfdx::prelude::*;

use crate::dims::{Batch, Hidden, Latent, Moments, Pixels};
use crate::model::posterior::Posterior;
use crate::model::{Activation, Architecture};
use crate::nn::Linear;
use crate::nn::parameters::{Named, Parameter};

/// One hidden layer, then the mean and log-variance of every latent dimension.
#[derive(Clone, Debug)]
pub(super) struct Encoder {
    hidden: Linear<Pixels, Hidden>,
    moments: Linear<Hidden, Moments<Latent>>,
    activation: Activation,
}

impl Encoder {
    pub fn zeros(device: &Cpu, architecture: &Architecture) -> Self {
        let (pixels, hidden) = (Pixels(architecture.pixels), Hidden(architecture.hidden));
        Self {
            hidden: Linear::zeros(device, pixels, hidden),
            moments: Linear::zeros(device, hidden, Moments(Latent(architecture.latent))),
            activation: architecture.activation,
        }
    }

    /// `mu` and `log sigma^2` of `q(z|x)`, one row per data point.
    pub fn forward<T: Tape<f32, Cpu>>(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>, tape: T) -> Posterior<T> {
        let h = self.activation.apply(self.hidden.forward_data(x, tape));
        self.moments.forward(h)
    }

    pub fn parameters(&self) -> impl Iterator<Item = Named<&dyn Parameter>> {
        let hidden = self
            .hidden
            .parameters()
            .into_iter()
            .map(|named| named.within("hidden"));
        hidden.chain(
            self.moments
                .parameters()
                .into_iter()
                .map(|named| named.within("moments")),
        )
    }

    pub fn parameters_mut(&mut self) -> impl Iterator<Item = Named<&mut dyn Parameter>> {
        let hidden = self
            .hidden
            .parameters_mut()
            .into_iter()
            .map(|named| named.within("hidden"));
        hidden.chain(
            self.moments
                .parameters_mut()
                .into_iter()
                .map(|named| named.within("moments")),
        )
    }
}
