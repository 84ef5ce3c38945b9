//! Fully connected hidden layers, one after the other.

use dfdx::prelude::*;

use crate::dims::{Batch, Hidden};
use crate::model::Activation;
use crate::nn::Linear;
use crate::nn::parameters::{Named, Parameter};

/// At least one hidden layer, from `I` inputs to the last layer's units.
#[derive(Clone, Debug)]
pub(super) struct Stack<I: Dim> {
    first: Linear<I, Hidden>,
    further: Vec<Linear<Hidden, Hidden>>,
    activation: Activation,
    width: Hidden,
}

impl<I: Dim> Stack<I> {
    /// Layers of zeros with these units each.
    pub fn zeros(
        device: &Cpu,
        inputs: I,
        units: impl Iterator<Item = usize>,
        activation: Activation,
    ) -> Self {
        let mut layers = units.map(Hidden);
        let sums = |Hidden(units)| Hidden(activation.sums_per_unit() * units);
        let first = layers.next().unwrap_or(Hidden(0));
        let mut from = first;
        let further: Vec<_> = layers
            .map(|to| Linear::zeros(device, std::mem::replace(&mut from, to), sums(to)))
            .collect();
        Self {
            first: Linear::zeros(device, inputs, sums(first)),
            further,
            activation,
            width: from,
        }
    }

    /// The last layer's units.
    pub fn width(&self) -> Hidden {
        self.width
    }

    /// Applies the layers to data, which needs no gradient: the tape starts here.
    pub fn forward_data<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, I), f32, Cpu>,
        tape: T,
    ) -> Tensor<(Batch, Hidden), f32, Cpu, T> {
        self.rest(self.first.forward_data(x, tape))
    }

    /// Applies the layers inside a network.
    pub fn forward<T: Tape<f32, Cpu>>(
        &self,
        x: Tensor<(Batch, I), f32, Cpu, T>,
    ) -> Tensor<(Batch, Hidden), f32, Cpu, T> {
        self.rest(self.first.forward(x))
    }

    /// Makes Gaussians of weights and biases.
    pub fn spread(&mut self, log_variance: f32) {
        self.first.spread(log_variance);
        for layer in &mut self.further {
            layer.spread(log_variance);
        }
    }

    /// What every layer makes of its input, the first one's first.
    pub fn layers(&self, x: Tensor<(Batch, I), f32, Cpu>) -> Vec<Tensor<(Batch, Hidden), f32, Cpu>> {
        let mut layers = vec![self.activation.apply(self.first.forward(x))];
        for layer in &self.further {
            if let Some(last) = layers.last() {
                layers.push(self.activation.apply(layer.forward(last.clone())));
            }
        }
        layers
    }

    fn rest<T: Tape<f32, Cpu>>(
        &self,
        first: Tensor<(Batch, Hidden), f32, Cpu, T>,
    ) -> Tensor<(Batch, Hidden), f32, Cpu, T> {
        let first = self.activation.apply(first);
        let layers = self.further.iter();
        layers.fold(first, |h, layer| self.activation.apply(layer.forward(h)))
    }

    /// Weights and biases, layer by layer: of `hidden`, `hidden2`, and so on.
    pub fn parameters(&self) -> impl Iterator<Item = Named<&dyn Parameter>> {
        let further = self.further.iter().map(Linear::parameters);
        let layers = std::iter::once(self.first.parameters()).chain(further);
        layers
            .enumerate()
            .flat_map(|(index, layer)| layer.into_iter().map(move |named| named.within(&name(index))))
    }

    /// Weights and biases, to change.
    pub fn parameters_mut(&mut self) -> impl Iterator<Item = Named<&mut dyn Parameter>> {
        let further = self.further.iter_mut().map(Linear::parameters_mut);
        let layers = std::iter::once(self.first.parameters_mut()).chain(further);
        layers
            .enumerate()
            .flat_map(|(index, layer)| layer.into_iter().map(move |named| named.within(&name(index))))
    }
}

fn name(index: usize) -> String {
    match index {
        0 => "hidden".into(),
        _ => format!("hidden{}", index + 1),
    }
}
