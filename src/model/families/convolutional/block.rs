//! A convolution with what follows it, and a residual block where a model has them.

use dfdx::prelude::*;

use crate::dims::Channels;
use crate::model::convolutions::ConvolutionalLayer;
use crate::model::{Activation, Architecture};
use crate::nn::ops::{self, Maps};
use crate::nn::parameters::{Named, Parameter};
use crate::nn::{Convolution, Normalisation};

/// `f(norm(convolution(x)))`.
#[derive(Clone, Debug)]
pub(super) struct Block {
    convolution: Convolution,
    normalisation: Option<Normalisation<Channels>>,
    activation: Activation,
}

impl Block {
    /// The layer of an encoder.
    pub fn zeros(device: &Cpu, layer: ConvolutionalLayer, architecture: &Architecture) -> Self {
        let sums = Channels(architecture.activation.sums_per_unit() * layer.channels);
        let convolution = Convolution::zeros(device, layer.window, sums);
        Self::of(device, convolution, sums, architecture)
    }

    /// The layer of a decoder that undoes that of an encoder.
    pub fn transposed_zeros(device: &Cpu, layer: ConvolutionalLayer, architecture: &Architecture) -> Self {
        let mut window = layer.window;
        window.channels *= architecture.activation.sums_per_unit();
        let convolution = Convolution::transposed_zeros(device, window, Channels(layer.channels));
        Self::of(device, convolution, Channels(window.channels), architecture)
    }

    /// The block over the maps that a layer makes, where the model has residual ones.
    pub fn residual(device: &Cpu, layer: ConvolutionalLayer, architecture: &Architecture) -> Option<Self> {
        let over = ConvolutionalLayer {
            window: layer.residual_window(),
            ..layer
        };
        architecture
            .residual
            .then(|| Self::zeros(device, over, architecture))
    }

    fn of(device: &Cpu, convolution: Convolution, sums: Channels, architecture: &Architecture) -> Self {
        Self {
            convolution,
            normalisation: architecture.normalisation.zeros(device, sums),
            activation: architecture.activation,
        }
    }

    pub fn forward_data<T: Tape<f32, Cpu>>(&self, x: Maps, tape: T) -> Maps<T> {
        self.rest(self.convolution.forward_data(x, tape))
    }

    pub fn forward<T: Tape<f32, Cpu>>(&self, x: Maps<T>) -> Maps<T> {
        self.rest(self.convolution.forward(x))
    }

    pub fn transposed<T: Tape<f32, Cpu>>(&self, x: Maps<T>) -> Maps<T> {
        self.rest(self.convolution.transposed(x))
    }

    /// Adds to the maps what it makes of them.
    pub fn add_to<T: Tape<f32, Cpu>>(&self, x: Maps<T>) -> Maps<T> {
        let (x, tape) = x.split_tape();
        ops::sum(&x, self.forward(x.clone().put_tape(tape)))
    }

    fn rest<T: Tape<f32, Cpu>>(&self, sums: Maps<T>) -> Maps<T> {
        let normalised = match &self.normalisation {
            None => sums,
            Some(normalisation) => normalisation.forward(sums),
        };
        self.activation.apply(normalised)
    }

    pub fn rest_moments(&mut self) {
        self.normalisation.iter_mut().for_each(Normalisation::rest);
    }

    /// Kernel and bias, and what normalises.
    pub fn parameters(&self, name: &str) -> Vec<Named<&dyn Parameter>> {
        let normalisation = self.normalisation.iter().flat_map(Normalisation::parameters);
        let normalisation = normalisation.map(|named| named.within("norm"));
        let parameters = self.convolution.parameters().into_iter().chain(normalisation);
        parameters.map(|named| named.within(name)).collect()
    }

    /// The same, to change.
    pub fn parameters_mut(&mut self, name: &str) -> Vec<Named<&mut dyn Parameter>> {
        let normalisation = self.normalisation.iter_mut();
        let normalisation = normalisation.flat_map(Normalisation::parameters_mut);
        let normalisation = normalisation.map(|named| named.within("norm"));
        let parameters = self.convolution.parameters_mut().into_iter().chain(normalisation);
        parameters.map(|named| named.within(name)).collect()
    }
}
