//! The generative model: fully connected layers, then the encoder's convolutions transposed and in reverse.

use dfdx::prelude::*;

use super::super::stack::Stack;
use super::block::Block;
use super::{by_place, name, with_residual};
use crate::dims::{Batch, Channels, Height, Hidden, Latent, Pixels, Width};
use crate::model::convolutions::Convolutions;
use crate::model::likelihood::Reading;
use crate::model::{Architecture, Decoded};
use crate::nn::Convolution;
use crate::nn::ops::{self, Maps};
use crate::nn::parameters::{Named, Parameter};

/// Hidden layers, of which the last has a unit for every number of the smallest maps; then the maps become larger, and the last
/// layer says what the likelihood needs of every value.
#[derive(Clone, Debug)]
pub(super) struct Decoder {
    hidden: Stack<Latent>,
    smallest: (Height, Width, Channels),
    layers: Vec<(Option<Block>, Block)>,
    last_residual: Option<Block>,
    output: Convolution,
    colours: usize,
    reading: Reading,
}

impl Decoder {
    pub fn zeros(device: &Cpu, convolutions: &Convolutions, architecture: &Architecture) -> Self {
        let mut layers = convolutions.layers();
        let ((height, width), channels) = layers
            .last()
            .map_or(((0, 0), 0), |layer| (layer.window.places(), layer.channels));
        let units = architecture.hidden.units().iter().copied().rev();
        let units = units.chain([convolutions.flattened()]);
        let reading = Reading::zeros(
            device,
            Pixels(architecture.pixels),
            architecture.likelihood,
            architecture.observation,
        );
        let first = layers.remove(0);
        let mut window = first.window;
        window.channels *= reading.numbers();
        let undo = |&layer: &_| {
            (
                Block::residual(device, layer, architecture),
                Block::transposed_zeros(device, layer, architecture),
            )
        };
        Self {
            hidden: Stack::zeros(device, Latent(architecture.latent), units, architecture),
            smallest: (Height(height), Width(width), Channels(channels)),
            layers: layers.iter().rev().map(undo).collect(),
            last_residual: Block::residual(device, first, architecture),
            output: Convolution::transposed_zeros(device, window, Channels(first.channels)),
            colours: convolutions.colours,
            reading,
        }
    }

    /// `p(x|z)` for every latent vector, one a row.
    pub fn forward<T: Tape<f32, Cpu>>(&self, z: Tensor<(Batch, Latent), f32, Cpu, T>) -> Decoded<T> {
        let smallest = self.unfolded(self.hidden.forward(z));
        let largest = self.layers.iter().fold(smallest, |maps, (residual, block)| {
            block.transposed(with_residual(maps, residual.as_ref()))
        });
        let maps = self
            .output
            .transposed(with_residual(largest, self.last_residual.as_ref()));
        self.reading.decoded(ops::numbers_of_values(maps, self.colours))
    }

    /// What each layer says of some latent vectors: of a convolution one row for every place of every item.
    pub fn hidden(&self, z: Tensor<(Batch, Latent), f32, Cpu>) -> Vec<Tensor<(Batch, Hidden), f32, Cpu>> {
        let mut said = self.hidden.layers(z);
        let Some(last) = said.last() else {
            return said;
        };
        let mut maps = self.unfolded(last.clone());
        for (residual, block) in &self.layers {
            maps = block.transposed(with_residual(maps, residual.as_ref()));
            said.push(by_place(&maps));
        }
        said
    }

    fn unfolded<T: Tape<f32, Cpu>>(&self, h: Tensor<(Batch, Hidden), f32, Cpu, T>) -> Maps<T> {
        let (height, width, channels) = self.smallest;
        let batch = h.shape().0;
        ops::reshaped(h, (batch, height, width, channels))
    }

    pub fn rest_moments(&mut self) {
        let layers = self.layers.iter_mut();
        let blocks = layers.flat_map(|(residual, block)| residual.iter_mut().chain([block]));
        blocks
            .chain(&mut self.last_residual)
            .for_each(Block::rest_moments);
        self.hidden.rest_moments();
    }

    /// Weights and biases, layer by layer.
    pub fn parameters(&self) -> Vec<Named<&dyn Parameter>> {
        let mut parameters: Vec<_> = self.hidden.parameters().collect();
        for (index, (residual, block)) in self.layers.iter().enumerate() {
            parameters.extend(
                residual
                    .iter()
                    .flat_map(|block| block.parameters(&name("residual", index))),
            );
            parameters.extend(block.parameters(&name("convolution", index)));
        }
        let last = self.last_residual.iter();
        parameters.extend(last.flat_map(|block| block.parameters(&name("residual", self.layers.len()))));
        let output = self.output.parameters().into_iter();
        parameters.extend(output.map(|named| named.within(self.reading.name())));
        parameters.extend(self.reading.common_parameter());
        parameters
    }

    /// Weights and biases, to change.
    pub fn parameters_mut(&mut self) -> Vec<Named<&mut dyn Parameter>> {
        let mut parameters: Vec<_> = self.hidden.parameters_mut().collect();
        let number = self.layers.len();
        for (index, (residual, block)) in self.layers.iter_mut().enumerate() {
            let residual = residual.iter_mut();
            parameters.extend(residual.flat_map(|block| block.parameters_mut(&name("residual", index))));
            parameters.extend(block.parameters_mut(&name("convolution", index)));
        }
        let last = self.last_residual.iter_mut();
        parameters.extend(last.flat_map(|block| block.parameters_mut(&name("residual", number))));
        let output = self.output.parameters_mut().into_iter();
        let output_name = self.reading.name();
        parameters.extend(output.map(|named| named.within(output_name)));
        parameters.extend(self.reading.common_parameter_mut());
        parameters
    }
}
