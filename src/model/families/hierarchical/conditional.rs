//! A Gaussian whose moments a network says: `p(z_l|z_(l+1))`, `q(z_(l+1)|z_l)`, `q(z_1|x)`.

use dfdx::prelude::*;

use super::super::stack::Network;
use super::LARGEST_LOG_VARIANCE;
use crate::dims::{Batch, Hidden, Moments};
use crate::model::Architecture;
use crate::model::posterior::Gaussian;
use crate::nn::ops;
use crate::nn::parameters::{Named, Parameter};

/// Hidden layers, then the mean and the log-variance of every dimension of `O`.
///
/// What generates the first layer reads the second; its neighbours' variables do not compile in its place:
///
/// ```
/// use dfdx::prelude::*;
/// use vae_tui::dims::Batch;
/// use vae_tui::model::hierarchy::{Conditional, Even, Odd, Stochastic};
/// use vae_tui::model::{Architecture, posterior::Gaussian};
/// let (first, second) = (Stochastic::<Odd>::new(3), Stochastic::<Even>::new(2));
/// let device = Cpu::default();
/// let generates_first = Conditional::zeros(&device, second, [4].into_iter(), &Architecture::default(), first);
/// let z2: Tensor<(Batch, Stochastic<Even>), f32, Cpu> = device.zeros_like(&(Batch(1), second));
/// let p_of_z1: Gaussian<Stochastic<Odd>> = generates_first.forward(z2);
/// ```
///
/// ```compile_fail,E0308
/// use dfdx::prelude::*;
/// use vae_tui::dims::Batch;
/// use vae_tui::model::hierarchy::{Conditional, Even, Odd, Stochastic};
/// use vae_tui::model::{Architecture, posterior::Gaussian};
/// let (first, second) = (Stochastic::<Odd>::new(3), Stochastic::<Even>::new(2));
/// let device = Cpu::default();
/// let generates_first = Conditional::zeros(&device, second, [4].into_iter(), &Architecture::default(), first);
/// let z1: Tensor<(Batch, Stochastic<Odd>), f32, Cpu> = device.zeros_like(&(Batch(1), first));
/// let p_of_z1: Gaussian<Stochastic<Odd>> = generates_first.forward(z1);
/// ```
#[derive(Clone, Debug)]
pub struct Conditional<I: Dim, O: Dim>(Network<I, Moments<O>>);

impl<I: Dim, O: Dim> Conditional<I, O> {
    /// Layers of zeros with these units each; what else a hidden layer is, the architecture says.
    pub fn zeros(
        device: &Cpu,
        inputs: I,
        units: impl Iterator<Item = usize>,
        architecture: &Architecture,
        outputs: O,
    ) -> Self {
        Self(Network::zeros(
            device,
            inputs,
            units,
            Moments(outputs),
            architecture,
        ))
    }

    /// The moments for every row of inputs.
    pub fn forward<T: Tape<f32, Cpu>>(&self, inputs: Tensor<(Batch, I), f32, Cpu, T>) -> Gaussian<O, T> {
        ops::bounded_log_variances(self.0.forward(inputs), LARGEST_LOG_VARIANCE)
    }

    /// The moments for data, which needs no gradient: the tape starts here.
    pub(super) fn forward_data<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, I), f32, Cpu>,
        tape: T,
    ) -> Gaussian<O, T> {
        ops::bounded_log_variances(self.0.forward_data(x, tape), LARGEST_LOG_VARIANCE)
    }

    /// What each hidden layer says of some inputs.
    pub(super) fn layers(&self, x: Tensor<(Batch, I), f32, Cpu>) -> Vec<Tensor<(Batch, Hidden), f32, Cpu>> {
        self.0.hidden.layers(x)
    }

    /// Has running moments used from here on, even on a tape.
    pub(super) fn rest_moments(&mut self) {
        self.0.hidden.rest_moments();
    }

    /// Weights and biases, layer by layer, within the `part` that this is.
    pub(super) fn parameters(&self, part: &str) -> Vec<Named<&dyn Parameter>> {
        let all = self.0.parameters("moments");
        all.map(|named| within(named, part)).collect()
    }

    /// Weights and biases, to change.
    pub(super) fn parameters_mut(&mut self, part: &str) -> Vec<Named<&mut dyn Parameter>> {
        let all = self.0.parameters_mut("moments");
        all.map(|named| within(named, part)).collect()
    }
}

/// `layer2_hidden.weight`: a part and a layer in one word, as names have three.
pub(super) fn within<P>(named: Named<P>, part: &str) -> Named<P> {
    Named {
        name: format!("{part}_{}", named.name),
        ..named
    }
}
