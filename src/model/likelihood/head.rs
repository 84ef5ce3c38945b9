//! A decoder's last layer, as wide as the family of `p(x|z)` needs it.

use dfdx::prelude::*;

use super::{Decoded, Likelihood};
use crate::dims::{Batch, Moments, Pixels};
use crate::nn::Linear;
use crate::nn::parameters::{Named, Parameter};

/// The last layer, from `I` inputs.
#[derive(Clone, Debug)]
pub(in crate::model) enum Head<I: Dim> {
    Bernoulli(Linear<I, Pixels>),
    Gaussian(Linear<I, Moments<Pixels>>),
}

impl<I: Dim> Head<I> {
    pub fn zeros(device: &Cpu, inputs: I, pixels: Pixels, likelihood: Likelihood) -> Self {
        match likelihood {
            Likelihood::Bernoulli => Self::Bernoulli(Linear::zeros(device, inputs, pixels)),
            Likelihood::Gaussian => Self::Gaussian(Linear::zeros(device, inputs, Moments(pixels))),
        }
    }

    pub fn forward<T: Tape<f32, Cpu>>(&self, h: Tensor<(Batch, I), f32, Cpu, T>) -> Decoded<T> {
        match self {
            Self::Bernoulli(logits) => Decoded::Bernoulli(logits.forward(h)),
            Self::Gaussian(moments) => Decoded::Gaussian(moments.forward(h)),
        }
    }

    pub fn parameters(&self) -> impl Iterator<Item = Named<&dyn Parameter>> {
        let (name, parameters) = match self {
            Self::Bernoulli(logits) => ("logits", logits.parameters()),
            Self::Gaussian(moments) => ("moments", moments.parameters()),
        };
        parameters.into_iter().map(move |named| named.within(name))
    }

    pub fn parameters_mut(&mut self) -> impl Iterator<Item = Named<&mut dyn Parameter>> {
        let (name, parameters) = match self {
            Self::Bernoulli(logits) => ("logits", logits.parameters_mut()),
            Self::Gaussian(moments) => ("moments", moments.parameters_mut()),
        };
        parameters.into_iter().map(move |named| named.within(name))
    }
}
