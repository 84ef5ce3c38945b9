//! The generative model `p(x|z)`: a Bernoulli or a Gaussian in every pixel (appendix C).

use dfdx::prelude::*;

use super::{Activation, Architecture, Decoded, Likelihood};
use crate::dims::{Batch, Hidden, Latent, Moments, Pixels};
use crate::nn::Linear;
use crate::nn::parameters::{Named, Parameter};

/// One hidden layer, then what [`Likelihood`] needs of every pixel.
///
/// Only latent variables go in; pixels do not compile:
///
/// ```
/// use dfdx::prelude::*;
/// use vae_tui::dims::{Batch, Latent, Pixels};
/// # use vae_tui::model::{Activation, Architecture, Decoded, Initialisation, Likelihood, Recognition, Vae};
/// # let architecture = Architecture { pixels: 4, hidden: 3, latent: 2, activation: Activation::Tanh, likelihood: Likelihood::Bernoulli, recognition: Recognition::Encoder };
/// # let vae = Vae::new(architecture, Initialisation::Glorot, 0);
/// let z: Tensor<(Batch, Latent), f32, Cpu> = Cpu::default().zeros_like(&(Batch(1), Latent(2)));
/// let decoded: Decoded<NoneTape> = vae.decoder().forward(z);
/// ```
///
/// ```compile_fail,E0308
/// use dfdx::prelude::*;
/// use vae_tui::dims::{Batch, Latent, Pixels};
/// # use vae_tui::model::{Activation, Architecture, Decoded, Initialisation, Likelihood, Recognition, Vae};
/// # let architecture = Architecture { pixels: 4, hidden: 3, latent: 2, activation: Activation::Tanh, likelihood: Likelihood::Bernoulli, recognition: Recognition::Encoder };
/// # let vae = Vae::new(architecture, Initialisation::Glorot, 0);
/// let x: Tensor<(Batch, Pixels), f32, Cpu> = Cpu::default().zeros_like(&(Batch(1), Pixels(4)));
/// let decoded: Decoded<NoneTape> = vae.decoder().forward(x);
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    hidden: Linear<Latent, Hidden>,
    output: Output,
    activation: Activation,
}

/// The last layer, as wide as the family of `p(x|z)` needs it.
#[derive(Clone, Debug)]
enum Output {
    Bernoulli(Linear<Hidden, Pixels>),
    Gaussian(Linear<Hidden, Moments<Pixels>>),
}

impl Decoder {
    pub(super) fn zeros(device: &Cpu, architecture: &Architecture) -> Self {
        let (pixels, hidden) = (Pixels(architecture.pixels), Hidden(architecture.hidden));
        Self {
            hidden: Linear::zeros(device, Latent(architecture.latent), hidden),
            output: match architecture.likelihood {
                Likelihood::Bernoulli => Output::Bernoulli(Linear::zeros(device, hidden, pixels)),
                Likelihood::Gaussian => Output::Gaussian(Linear::zeros(device, hidden, Moments(pixels))),
            },
            activation: architecture.activation,
        }
    }

    /// `p(x|z)` for every latent vector, one a row.
    pub fn forward<T: Tape<f32, Cpu>>(&self, z: Tensor<(Batch, Latent), f32, Cpu, T>) -> Decoded<T> {
        let h = self.activation.apply(self.hidden.forward(z));
        match &self.output {
            Output::Bernoulli(logits) => Decoded::Bernoulli(logits.forward(h)),
            Output::Gaussian(moments) => Decoded::Gaussian(moments.forward(h)),
        }
    }

    /// Weights and biases, layer by layer.
    pub fn parameters(&self) -> impl Iterator<Item = Named<&dyn Parameter>> {
        let hidden = self.hidden.parameters().into_iter();
        let (name, output) = match &self.output {
            Output::Bernoulli(logits) => ("logits", logits.parameters()),
            Output::Gaussian(moments) => ("moments", moments.parameters()),
        };
        hidden
            .map(|named| named.within("hidden"))
            .chain(output.into_iter().map(move |named| named.within(name)))
    }

    pub(super) fn parameters_mut(&mut self) -> impl Iterator<Item = Named<&mut dyn Parameter>> {
        let hidden = self.hidden.parameters_mut().into_iter();
        let (name, output) = match &mut self.output {
            Output::Bernoulli(logits) => ("logits", logits.parameters_mut()),
            Output::Gaussian(moments) => ("moments", moments.parameters_mut()),
        };
        hidden
            .map(|named| named.within("hidden"))
            .chain(output.into_iter().map(move |named| named.within(name)))
    }
}
