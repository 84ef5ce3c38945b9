//! The recognition model: convolutions, fully connected layers, and the moments of the Gaussian.

use dfdx::prelude::*;

use super::super::stack::Stack;
use super::block::Block;
use super::{by_place, name, with_residual};
use crate::dims::{Batch, Channels, Flattened, Height, Hidden, Latent, Moments, Pixels, Width};
use crate::model::Architecture;
use crate::model::convolutions::Convolutions;
use crate::model::posterior::Posterior;
use crate::nn::Linear;
use crate::nn::ops::{self, Maps};
use crate::nn::parameters::{Named, Parameter};

/// Convolutional layers, hidden layers, then the mean and log-variance of every latent dimension.
#[derive(Clone, Debug)]
pub(super) struct Encoder {
    image: (Height, Width, Channels),
    first: Block,
    first_residual: Option<Block>,
    further: Vec<(Block, Option<Block>)>,
    hidden: Stack<Flattened>,
    moments: Linear<Hidden, Moments<Latent>>,
}

impl Encoder {
    pub fn zeros(device: &Cpu, convolutions: &Convolutions, architecture: &Architecture) -> Self {
        let block = |layer| {
            (
                Block::zeros(device, layer, architecture),
                Block::residual(device, layer, architecture),
            )
        };
        let mut blocks = convolutions.layers().into_iter().map(block);
        #[expect(clippy::expect_used, reason = "a convolutional family has at least one layer")]
        let (first, first_residual) = blocks.next().expect("a convolutional layer");
        let units = architecture.hidden.units().iter().copied();
        let hidden = Stack::zeros(device, Flattened(convolutions.flattened()), units, architecture);
        Self {
            image: (
                Height(convolutions.height),
                Width(convolutions.width),
                Channels(convolutions.colours),
            ),
            first,
            first_residual,
            further: blocks.collect(),
            moments: Linear::zeros(device, hidden.width(), Moments(Latent(architecture.latent))),
            hidden,
        }
    }

    /// `mu` and `log sigma^2` of `q(z|x)`, one row per data point.
    pub fn forward<T: Tape<f32, Cpu>>(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>, tape: T) -> Posterior<T> {
        self.rest(self.first.forward_data(self.images(x), tape))
    }

    /// The same of inputs that are learned themselves.
    pub fn forward_input<T: Tape<f32, Cpu>>(&self, x: Tensor<(Batch, Pixels), f32, Cpu, T>) -> Posterior<T> {
        let (height, width, channels) = self.image;
        let shape = (x.shape().0, height, width, channels);
        self.rest(self.first.forward(ops::reshaped(x, shape)))
    }

    /// What follows the first convolution.
    fn rest<T: Tape<f32, Cpu>>(&self, first: Maps<T>) -> Posterior<T> {
        let first = with_residual(first, self.first_residual.as_ref());
        let maps = self.further.iter().fold(first, |maps, (block, residual)| {
            with_residual(block.forward(maps), residual.as_ref())
        });
        self.moments.forward(self.hidden.forward(flattened(maps)))
    }

    /// What each layer says of some items: of a convolution one row for every place of every item.
    pub fn hidden(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>) -> Vec<Tensor<(Batch, Hidden), f32, Cpu>> {
        let first = self.first.forward_data(self.images(x), NoneTape);
        let mut maps = with_residual(first, self.first_residual.as_ref());
        let mut said = vec![by_place(&maps)];
        for (block, residual) in &self.further {
            maps = with_residual(block.forward(maps), residual.as_ref());
            said.push(by_place(&maps));
        }
        said.extend(self.hidden.layers(flattened(maps)));
        said
    }

    fn images(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>) -> Maps {
        let (height, width, channels) = self.image;
        ops::reshaped(x.clone(), (x.shape().0, height, width, channels))
    }

    pub fn rest_moments(&mut self) {
        let further = self.further.iter_mut();
        let further = further.flat_map(|(block, residual)| std::iter::once(block).chain(residual));
        let blocks = std::iter::once(&mut self.first)
            .chain(&mut self.first_residual)
            .chain(further);
        blocks.for_each(Block::rest_moments);
        self.hidden.rest_moments();
    }

    /// Weights and biases, layer by layer.
    pub fn parameters(&self) -> Vec<Named<&dyn Parameter>> {
        let further = self
            .further
            .iter()
            .map(|(block, residual)| (block, residual.as_ref()));
        let blocks = std::iter::once((&self.first, self.first_residual.as_ref())).chain(further);
        let mut parameters = Vec::new();
        for (index, (block, residual)) in blocks.enumerate() {
            parameters.extend(block.parameters(&name("convolution", index)));
            parameters.extend(
                residual
                    .iter()
                    .flat_map(|block| block.parameters(&name("residual", index))),
            );
        }
        parameters.extend(self.hidden.parameters());
        let moments = self.moments.parameters().into_iter();
        parameters.extend(moments.map(|named| named.within("moments")));
        parameters
    }

    /// Weights and biases, to change.
    pub fn parameters_mut(&mut self) -> Vec<Named<&mut dyn Parameter>> {
        let further = self
            .further
            .iter_mut()
            .map(|(block, residual)| (block, residual.as_mut()));
        let blocks = std::iter::once((&mut self.first, self.first_residual.as_mut())).chain(further);
        let mut parameters = Vec::new();
        for (index, (block, residual)) in blocks.enumerate() {
            parameters.extend(block.parameters_mut(&name("convolution", index)));
            let residual = residual.into_iter();
            parameters.extend(residual.flat_map(|block| block.parameters_mut(&name("residual", index))));
        }
        parameters.extend(self.hidden.parameters_mut());
        let moments = self.moments.parameters_mut().into_iter();
        parameters.extend(moments.map(|named| named.within("moments")));
        parameters
    }
}

/// One row an item: place by place, row by row, the channels of a place beside one another.
fn flattened<T: Tape<f32, Cpu>>(maps: Maps<T>) -> Tensor<(Batch, Flattened), f32, Cpu, T> {
    let &(batch, Height(height), Width(width), Channels(channels)) = maps.shape();
    ops::reshaped(maps, (batch, Flattened(height * width * channels)))
}
