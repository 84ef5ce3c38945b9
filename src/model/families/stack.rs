//! Fully connected hidden layers, one after the other, and networks of them with a last layer.

use dfdx::prelude::*;

use crate::dims::{Batch, Hidden};
use crate::model::{Activation, Architecture, NormalisationKind};
use crate::nn::parameters::{Named, Parameter};
use crate::nn::{Linear, Normalisation, ops};

/// At least one hidden layer, from `I` inputs to the last layer's units.
#[derive(Clone, Debug)]
pub(super) struct Stack<I: Dim> {
    first: Layer<I>,
    further: Vec<Layer<Hidden>>,
}

/// `f(norm(W x + b))`, where a model has it; what a residual layer makes of its input is added to it.
#[derive(Clone, Debug)]
struct Layer<I: Dim> {
    affine: Linear<I, Hidden>,
    normalisation: Option<Normalisation<Hidden>>,
    activation: Activation,
    units: Hidden,
    is_residual: bool,
}

impl NormalisationKind {
    /// The normalisation of zeros over an axis of this size.
    pub(super) fn zeros<D: Dim>(self, device: &Cpu, size: D) -> Option<Normalisation<D>> {
        match self {
            Self::None => None,
            Self::Layer => Some(Normalisation::layer(device, size)),
            Self::Batch => Some(Normalisation::batch(device, size)),
        }
    }
}

impl<I: Dim> Layer<I> {
    fn zeros(device: &Cpu, inputs: I, units: usize, architecture: &Architecture) -> Self {
        let sums = Hidden(architecture.activation.sums_per_unit() * units);
        Self {
            affine: Linear::zeros(device, inputs, sums),
            normalisation: architecture.normalisation.zeros(device, sums),
            activation: architecture.activation,
            units: Hidden(units),
            is_residual: false,
        }
    }

    fn forward<T: Tape<f32, Cpu>>(
        &self,
        x: Tensor<(Batch, I), f32, Cpu, T>,
    ) -> Tensor<(Batch, Hidden), f32, Cpu, T> {
        self.rest(self.affine.forward(x))
    }

    fn rest<T: Tape<f32, Cpu>>(
        &self,
        sums: Tensor<(Batch, Hidden), f32, Cpu, T>,
    ) -> Tensor<(Batch, Hidden), f32, Cpu, T> {
        let normalised = match &self.normalisation {
            None => sums,
            Some(normalisation) => normalisation.forward(sums),
        };
        self.activation.apply(normalised)
    }

    fn parameters(&self) -> impl Iterator<Item = Named<&dyn Parameter>> {
        let normalisation = self.normalisation.iter().flat_map(Normalisation::parameters);
        let affine = self.affine.parameters().into_iter();
        affine.chain(normalisation.map(|named| named.within("norm")))
    }

    fn parameters_mut(&mut self) -> impl Iterator<Item = Named<&mut dyn Parameter>> {
        let normalisation = self.normalisation.iter_mut();
        let normalisation = normalisation.flat_map(Normalisation::parameters_mut);
        let affine = self.affine.parameters_mut().into_iter();
        affine.chain(normalisation.map(|named| named.within("norm")))
    }
}

impl Layer<Hidden> {
    /// The layer behind another, to which its own result is added where that is asked for and the widths agree.
    fn behind(device: &Cpu, before: Hidden, units: usize, architecture: &Architecture) -> Self {
        Self {
            is_residual: architecture.residual && before.0 == units,
            ..Self::zeros(device, before, units, architecture)
        }
    }

    fn after<T: Tape<f32, Cpu>>(
        &self,
        x: Tensor<(Batch, Hidden), f32, Cpu, T>,
    ) -> Tensor<(Batch, Hidden), f32, Cpu, T> {
        if self.is_residual {
            let (x, tape) = x.split_tape();
            ops::sum(&x, self.forward(x.clone().put_tape(tape)))
        } else {
            self.forward(x)
        }
    }
}

impl<I: Dim> Stack<I> {
    /// Layers of zeros with these units each.
    pub fn zeros(
        device: &Cpu,
        inputs: I,
        mut units: impl Iterator<Item = usize>,
        architecture: &Architecture,
    ) -> Self {
        let first = Layer::zeros(device, inputs, units.next().unwrap_or(0), architecture);
        let mut from = first.units;
        let further = units.map(|to| {
            let before = std::mem::replace(&mut from, Hidden(to));
            Layer::behind(device, before, to, architecture)
        });
        Self {
            further: further.collect(),
            first,
        }
    }

    /// The last layer's units.
    pub fn width(&self) -> Hidden {
        self.further.last().map_or(self.first.units, |layer| layer.units)
    }

    /// Applies the layers to data, which needs no gradient: the tape starts here.
    pub fn forward_data<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, I), f32, Cpu>,
        tape: T,
    ) -> Tensor<(Batch, Hidden), f32, Cpu, T> {
        self.forward_sums(|first| first.forward_data(x, tape))
    }

    /// Applies the layers where the sums of the first one are made in another way than as a product with a matrix.
    pub fn forward_sums<T: Tape<f32, Cpu>>(
        &self,
        sums: impl FnOnce(&Linear<I, Hidden>) -> Tensor<(Batch, Hidden), f32, Cpu, T>,
    ) -> Tensor<(Batch, Hidden), f32, Cpu, T> {
        self.rest(self.first.rest(sums(&self.first.affine)))
    }

    /// Applies the layers inside a network.
    pub fn forward<T: Tape<f32, Cpu>>(
        &self,
        x: Tensor<(Batch, I), f32, Cpu, T>,
    ) -> Tensor<(Batch, Hidden), f32, Cpu, T> {
        self.rest(self.first.forward(x))
    }

    /// What every layer makes of its input, the first one's first.
    pub fn layers(&self, x: Tensor<(Batch, I), f32, Cpu>) -> Vec<Tensor<(Batch, Hidden), f32, Cpu>> {
        let mut layers = vec![self.first.forward(x)];
        for layer in &self.further {
            if let Some(last) = layers.last() {
                layers.push(layer.after(last.clone()));
            }
        }
        layers
    }

    fn rest<T: Tape<f32, Cpu>>(
        &self,
        first: Tensor<(Batch, Hidden), f32, Cpu, T>,
    ) -> Tensor<(Batch, Hidden), f32, Cpu, T> {
        self.further.iter().fold(first, |h, layer| layer.after(h))
    }

    /// The gradient for the input of something behind the layers, on the tape: what learns from it learns through second derivatives.
    /// `of_last` says that gradient for what the last layer says. Of layers without normalisation, residuals and gates.
    ///
    /// # Panics
    /// If the units are gated.
    #[expect(
        clippy::expect_used,
        reason = "the checks of settings refuse gates where this is needed"
    )]
    pub fn backward<T: Tape<f32, Cpu>>(
        &self,
        x: Tensor<(Batch, I), f32, Cpu, T>,
        of_last: impl FnOnce(Tensor<(Batch, Hidden), f32, Cpu, T>) -> Tensor<(Batch, Hidden), f32, Cpu, T>,
    ) -> Tensor<(Batch, I), f32, Cpu, T> {
        let slope = self.first.activation.slope().expect("units without gates");
        let first = self.first.forward(x);
        let mut said = vec![first.retaped::<NoneTape>()];
        let mut last = first;
        for layer in &self.further {
            last = layer.forward(last);
            said.push(last.retaped::<NoneTape>());
        }
        let mut gradient = of_last(last);
        for (layer, y) in self.further.iter().zip(&said[1..]).rev() {
            gradient = ops::sloped(gradient, y.retaped::<T>(), slope);
            gradient = ops::affine_transposed(gradient, &layer.affine.weight);
        }
        gradient = ops::sloped(gradient, said[0].retaped::<T>(), slope);
        ops::affine_transposed(gradient, &self.first.affine.weight)
    }

    /// Makes Gaussians of weights and biases, each with this `log sigma^2`.
    pub fn spread(&mut self, log_variance: f32) {
        self.first.affine.spread(log_variance);
        let further = self.further.iter_mut();
        further.for_each(|layer| layer.affine.spread(log_variance));
    }

    /// Has running moments used from here on, even on a tape.
    pub fn rest_moments(&mut self) {
        let further = self.further.iter_mut().map(|layer| &mut layer.normalisation);
        let normalisations = std::iter::once(&mut self.first.normalisation).chain(further);
        normalisations.flatten().for_each(Normalisation::rest);
    }

    /// Weights and biases, layer by layer: of `hidden`, `hidden2`, and so on.
    pub fn parameters(&self) -> impl Iterator<Item = Named<&dyn Parameter>> {
        let first = self.first.parameters().map(|named| named.within(&name(0)));
        let further = self.further.iter().enumerate();
        first.chain(further.flat_map(|(index, layer)| {
            let parameters = layer.parameters();
            parameters.map(move |named| named.within(&name(index + 1)))
        }))
    }

    /// Weights and biases, to change.
    pub fn parameters_mut(&mut self) -> impl Iterator<Item = Named<&mut dyn Parameter>> {
        let first = self.first.parameters_mut().map(|named| named.within(&name(0)));
        let further = self.further.iter_mut().enumerate();
        first.chain(further.flat_map(|(index, layer)| {
            let parameters = layer.parameters_mut();
            parameters.map(move |named| named.within(&name(index + 1)))
        }))
    }
}

/// Hidden layers, and a last layer of `O` outputs.
#[derive(Clone, Debug)]
pub(super) struct Network<I: Dim, O: Dim> {
    pub hidden: Stack<I>,
    pub last: Linear<Hidden, O>,
}

impl<I: Dim, O: Dim> Network<I, O> {
    /// Layers of zeros, the hidden ones with these units each.
    pub fn zeros(
        device: &Cpu,
        inputs: I,
        units: impl Iterator<Item = usize>,
        outputs: O,
        architecture: &Architecture,
    ) -> Self {
        let hidden = Stack::zeros(device, inputs, units, architecture);
        Self {
            last: Linear::zeros(device, hidden.width(), outputs),
            hidden,
        }
    }

    /// Applies the layers to data, which needs no gradient: the tape starts here.
    pub fn forward_data<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, I), f32, Cpu>,
        tape: T,
    ) -> Tensor<(Batch, O), f32, Cpu, T> {
        self.last.forward(self.hidden.forward_data(x, tape))
    }

    /// Applies the layers inside a model.
    pub fn forward<T: Tape<f32, Cpu>>(
        &self,
        x: Tensor<(Batch, I), f32, Cpu, T>,
    ) -> Tensor<(Batch, O), f32, Cpu, T> {
        self.last.forward(self.hidden.forward(x))
    }

    /// Makes Gaussians of weights and biases, each with this `log sigma^2`.
    pub fn spread(&mut self, log_variance: f32) {
        self.hidden.spread(log_variance);
        self.last.spread(log_variance);
    }

    /// Weights and biases, layer by layer, the last layer's under this name.
    pub fn parameters(&self, last: &'static str) -> impl Iterator<Item = Named<&dyn Parameter>> {
        let of_last = self.last.parameters().into_iter();
        let of_last = of_last.map(move |named| named.within(last));
        self.hidden.parameters().chain(of_last)
    }

    /// The same, to change.
    pub fn parameters_mut(&mut self, last: &'static str) -> impl Iterator<Item = Named<&mut dyn Parameter>> {
        let of_last = self.last.parameters_mut().into_iter();
        let of_last = of_last.map(move |named| named.within(last));
        self.hidden.parameters_mut().chain(of_last)
    }
}

fn name(index: usize) -> String {
    match index {
        0 => "hidden".into(),
        _ => format!("hidden{}", index + 1),
    }
}
