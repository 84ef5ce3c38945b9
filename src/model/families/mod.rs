//! Families of models, one folder each: the networks behind encoder and decoder.
//!
//! To add one: its folder with what [`Family`] asks for, and two lines here, in [`Networks`] and in the macro below it.
//!
//! Both tapes run through the same generic functions, so a family can't be a trait object; a match over the families,
//! once for every pass through a network, costs nothing beside the pass.

mod class_conditional;
mod convolutional;
pub mod hierarchical;
pub mod markov;
mod mlp;
mod stack;
#[cfg(test)]
mod testing;

use dfdx::prelude::*;

pub(super) use class_conditional::ClassConditional;
pub use class_conditional::{in_class, largest};

use super::posterior::Posterior;
use super::{Architecture, Decoded};
use crate::dims::{Batch, Hidden, Latent, Pixels};
use crate::nn::parameters::{Named, Parameter};
use crate::nn::view::{elements, elements_mut};

/// What learning, evaluation and exploration need of a family. Everything else (bounds, chains, estimates) is built on
/// these and holds for all of them.
///
/// `Latent` counts all latent variables of a data point: a family with several groups of them puts one behind the other.
pub(super) trait Family: Sized {
    /// `mu` and `log sigma^2` of `q(z|x)`, one row per data point; none without an encoder, or where one layer's posterior depends on
    /// draws of another, or one step's on those of the step before.
    fn encode<T: Tape<f32, Cpu>>(&self, _: &Tensor<(Batch, Pixels), f32, Cpu>, _: T) -> Option<Posterior<T>> {
        None
    }

    /// The same of inputs that are learned themselves: the gradient reaches them.
    fn encode_input<T: Tape<f32, Cpu>>(
        &self,
        _: Tensor<(Batch, Pixels), f32, Cpu, T>,
    ) -> Option<Posterior<T>> {
        None
    }

    /// `p(x|z)` for every latent vector, one a row.
    fn decode<T: Tape<f32, Cpu>>(&self, z: Tensor<(Batch, Latent), f32, Cpu, T>) -> Decoded<T>;

    /// What every hidden layer says: the encoder's of the data, the decoder's of the latent vectors.
    fn hidden(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        z: Tensor<(Batch, Latent), f32, Cpu>,
    ) -> Vec<HiddenValues>;

    /// Has the running moments of batch normalisation used from here on, even on a tape.
    fn rest_moments(&mut self);

    /// The encoder's weights and biases, layer by layer; none without an encoder.
    fn encoder_parameters(&self) -> Vec<Named<&dyn Parameter>>;

    /// The decoder's weights and biases, layer by layer.
    fn decoder_parameters(&self) -> Vec<Named<&dyn Parameter>>;

    /// The encoder's and the decoder's weights and biases, to change.
    fn parameters_mut(&mut self) -> [Vec<Named<&mut dyn Parameter>>; 2];
}

/// What a hidden layer of the `encoder` or the `decoder` says: one row per input, of a convolution one for every place of each, whose
/// units are the channels.
pub type HiddenValues = (&'static str, Tensor<(Batch, Hidden), f32, Cpu>);

/// The networks of a model, of whichever family.
#[derive(Clone, Debug)]
pub(super) enum Networks {
    /// The paper's: fully connected layers in encoder and decoder.
    Mlp(Box<mlp::Mlp>),
    /// Those that know classes: a classifier, an encoder and a decoder.
    ClassConditional(Box<ClassConditional>),
    /// Convolutions before them, and transposed behind them.
    Convolutional(Box<convolutional::Convolutional>),
    /// Several stochastic layers.
    Hierarchical(Box<hierarchical::Hierarchical>),
    /// A chain of latent variables over time.
    Markov(Box<markov::Markov>),
}

/// Data with 0 in the place of what is not there, for networks that don't know of gaps.
pub(super) fn without_gaps(x: &Tensor<(Batch, Pixels), f32, Cpu>) -> Tensor<(Batch, Pixels), f32, Cpu> {
    let mut x = x.clone();
    if elements(&x).iter().any(|value| value.is_nan()) {
        let gaps = elements_mut(&mut x).iter_mut().filter(|value| value.is_nan());
        gaps.for_each(|value| *value = 0.0);
    }
    x
}

/// What a family's networks make of something.
macro_rules! of_family {
    ($networks:expr, $family:ident => $value:expr) => {
        match $networks {
            Networks::Mlp($family) => $value,
            Networks::ClassConditional($family) => $value,
            Networks::Convolutional($family) => $value,
            Networks::Hierarchical($family) => $value,
            Networks::Markov($family) => $value,
        }
    };
}

impl Networks {
    /// Networks of zeros; with an encoder where the architecture says so.
    pub fn zeros(device: &Cpu, architecture: &Architecture) -> Self {
        if architecture.classes > 0 {
            return Self::ClassConditional(Box::new(ClassConditional::zeros(device, architecture)));
        }
        if let Some(steps) = &architecture.steps {
            return Self::Markov(Box::new(markov::Markov::zeros(device, steps, architecture)));
        }
        if !architecture.latents.upper.is_empty() {
            return Self::Hierarchical(Box::new(hierarchical::Hierarchical::zeros(device, architecture)));
        }
        match &architecture.convolutions {
            None => Self::Mlp(Box::new(mlp::Mlp::zeros(device, architecture))),
            Some(convolutions) => {
                let family = convolutional::Convolutional::zeros(device, convolutions, architecture);
                Self::Convolutional(Box::new(family))
            }
        }
    }

    /// The gradient of every row's `log p(x|z)` for its latent vector, on the tape: of plain fully connected layers.
    ///
    /// # Panics
    /// Of another family.
    #[expect(
        clippy::panic,
        reason = "the checks of settings refuse other families where this is needed"
    )]
    pub fn likelihood_gradient<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        z: Tensor<(Batch, Latent), f32, Cpu, T>,
    ) -> Tensor<(Batch, Latent), f32, Cpu, T> {
        match self {
            Self::Mlp(mlp) => mlp.likelihood_gradient(x, z),
            _ => panic!("plain fully connected layers"),
        }
    }

    /// Makes Gaussians of all weights and biases, around the values that they have, each with this `log sigma^2`: of plain fully
    /// connected layers, the only ones that a configuration lets have them.
    pub fn spread(&mut self, log_variance: f32) {
        if let Self::Mlp(mlp) = self {
            mlp.spread(log_variance);
        }
    }
}

impl Family for Networks {
    fn encode<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        tape: T,
    ) -> Option<Posterior<T>> {
        of_family!(self, family => family.encode(&without_gaps(x), tape))
    }

    fn encode_input<T: Tape<f32, Cpu>>(
        &self,
        x: Tensor<(Batch, Pixels), f32, Cpu, T>,
    ) -> Option<Posterior<T>> {
        of_family!(self, family => family.encode_input(x))
    }

    fn decode<T: Tape<f32, Cpu>>(&self, z: Tensor<(Batch, Latent), f32, Cpu, T>) -> Decoded<T> {
        of_family!(self, family => family.decode(z))
    }

    fn hidden(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        z: Tensor<(Batch, Latent), f32, Cpu>,
    ) -> Vec<HiddenValues> {
        match self {
            Self::Markov(markov) => markov.hidden(x, z),
            others => of_family!(others, family => family.hidden(&without_gaps(x), z)),
        }
    }

    fn rest_moments(&mut self) {
        of_family!(self, family => family.rest_moments());
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
