//! What generates the latent variables: `p(z_1 | z_0)` with a `z_0` that is learned, and `p(z_t | z_(t-1))`, a Gaussian whose mean is
//! between an affine map of `z_(t-1)` and a proposal, as a gate says of every dimension (Krishnan, Shalit and Sontag 2017, equation 11).
//!
//! The variables of all steps stand in one row, the first step's first.

use dfdx::prelude::*;

use super::step::{At, Before, Now};
use crate::cancel::checkpoint;
use crate::dims::{Batch, Hidden, Moments};
use crate::kernels;
use crate::model::posterior::gaussian::log_density;
use crate::model::posterior::{Gaussian, LatentRows, PerRow};
use crate::nn::parameters::{Named, Parameter, Role, of_layers};
use crate::nn::view::{elements, elements_mut};
use crate::nn::{Linear, ops};

/// `p(z_t | z_(t-1))`.
///
/// It reads the variables of the step before; those of the step itself do not compile in their place:
///
/// ```
/// use dfdx::prelude::*;
/// use vae_tui::dims::Batch;
/// use vae_tui::model::markov::{At, Before, Now, Transition};
/// use vae_tui::model::posterior::Gaussian;
/// let device = Cpu::default();
/// let transition = Transition::zeros(&device, 3, 5);
/// let before: Tensor<(Batch, At<Before>), f32, Cpu> = device.zeros_like(&(Batch(1), At::new(3)));
/// let p_of_now: Gaussian<At<Now>> = transition.forward(before);
/// ```
///
/// ```compile_fail,E0308
/// use dfdx::prelude::*;
/// use vae_tui::dims::Batch;
/// use vae_tui::model::markov::{At, Before, Now, Transition};
/// use vae_tui::model::posterior::Gaussian;
/// let device = Cpu::default();
/// let transition = Transition::zeros(&device, 3, 5);
/// let now: Tensor<(Batch, At<Now>), f32, Cpu> = device.zeros_like(&(Batch(1), At::new(3)));
/// let p_of_now: Gaussian<At<Now>> = transition.forward(now);
/// ```
#[derive(Clone, Debug)]
pub struct Transition {
    gate_hidden: Linear<At<Before>, Hidden>,
    gate: Linear<Hidden, At<Now>>,
    proposal_hidden: Linear<At<Before>, Hidden>,
    proposal: Linear<Hidden, At<Now>>,
    mean: Linear<At<Before>, At<Now>>,
    scale: Linear<At<Now>, At<Now>>,
    /// `z_0`.
    start: Tensor<(At<Before>,), f32, Cpu>,
}

impl Transition {
    /// Layers of zeros between steps of so many `dimensions`, with so many hidden `units` in the gate and in the proposal.
    pub fn zeros(device: &Cpu, dimensions: usize, units: usize) -> Self {
        let (before, now, hidden) = (At::new(dimensions), At::new(dimensions), Hidden(units));
        Self {
            gate_hidden: Linear::zeros(device, before, hidden),
            gate: Linear::zeros(device, hidden, now),
            proposal_hidden: Linear::zeros(device, before, hidden),
            proposal: Linear::zeros(device, hidden, now),
            mean: Linear::zeros(device, before, now),
            scale: Linear::zeros(device, now, now),
            start: device.zeros_like(&(before,)),
        }
    }

    /// How many numbers its parameters are.
    pub fn parameter_count(dimensions: usize, units: usize) -> usize {
        let affine = |inputs: usize, outputs: usize| (inputs + 1) * outputs;
        2 * (affine(dimensions, units) + affine(units, dimensions))
            + 2 * affine(dimensions, dimensions)
            + dimensions
    }

    /// Makes the affine map the identity, as the publication begins.
    pub(in crate::model) fn begin(&mut self) {
        let width = self.dimensions();
        let weights = self.mean.weight.values_mut();
        weights.fill(0.0);
        weights
            .iter_mut()
            .step_by(width + 1)
            .for_each(|weight| *weight = 1.0);
    }

    fn dimensions(&self) -> usize {
        self.start.shape().0.0
    }

    /// The moments of a step for every row of the step before.
    pub fn forward<T: Tape<f32, Cpu>>(
        &self,
        before: Tensor<(Batch, At<Before>), f32, Cpu, T>,
    ) -> Gaussian<At<Now>, T> {
        let gate = self.gate_hidden.forward(before.retaped::<T>());
        let gate = self.gate.forward(ops::relu(gate));
        let proposal = self.proposal_hidden.forward(before.retaped::<T>());
        let proposal = self.proposal.forward(ops::relu(proposal));
        let scale = self.scale.forward(ops::relu(proposal.retaped::<T>()));
        ops::gated_moments(gate, proposal, self.mean.forward(before), scale)
    }

    /// The moments of every step of sequences of so many `steps`, a row each, given the variables of the step before in the same row
    /// of `z`.
    pub(super) fn of_steps<T: Tape<f32, Cpu>>(
        &self,
        z: Tensor<(Batch, At<Now>), f32, Cpu, T>,
        steps: usize,
    ) -> Gaussian<At<Now>, T> {
        self.forward(ops::delayed(z, &self.start, steps))
    }

    /// `log p(z)` of every row, in nats.
    pub fn log_density<T: Tape<f32, Cpu>>(&self, z: &LatentRows<T>) -> PerRow<T> {
        let steps = z.shape().1.0 / self.dimensions();
        let moments = self.of_steps(self.split(z.retaped::<T>()), steps);
        let by_step = log_density(moments, self.split(z.retaped::<T>()));
        let counted = vec![true; by_step.shape().0.0];
        ops::group_sums(by_step, steps, counted)
    }

    /// Rows of all steps as a row for each step.
    pub(super) fn split<T: Tape<f32, Cpu>>(&self, z: LatentRows<T>) -> Tensor<(Batch, At<Now>), f32, Cpu, T> {
        let (width, count) = (self.dimensions(), elements(&z).len());
        ops::reshaped(z, (Batch(count / width), At::new(width)))
    }

    /// Draws the steps of every row of `z` from that of `first` of the row on, each given the one before: `z_t = mu + sigma eps_t`, with
    /// the `noise` that stands in the places of the draws.
    pub fn go_on(&self, z: &mut LatentRows, noise: &LatentRows, first: impl Fn(usize) -> usize) {
        let (Batch(rows), width) = (z.shape().0, self.dimensions());
        let length = z.shape().1.0;
        let earliest = (0..rows).map(&first).min().unwrap_or(0);
        for step in earliest..length / width {
            checkpoint();
            let moments = self.at(z, step);
            let places = elements_mut(z)
                .chunks_exact_mut(length)
                .zip(elements(noise).chunks_exact(length));
            for (row, ((z, noise), moments)) in
                places.zip(elements(&moments).chunks_exact(2 * width)).enumerate()
            {
                if first(row) <= step {
                    let place = step * width..(step + 1) * width;
                    kernels::reparameterise(moments, &noise[place.clone()], width, &mut z[place]);
                }
            }
        }
    }

    /// The moments of a step in every row, given the step before.
    fn at(&self, z: &LatentRows, step: usize) -> Gaussian<At<Now>> {
        let (width, length) = (self.dimensions(), z.shape().1.0);
        let mut before = z.device().zeros_like(&(z.shape().0, At::new(width)));
        let rows = elements_mut(&mut before)
            .chunks_exact_mut(width)
            .zip(elements(z).chunks_exact(length));
        for (before, z) in rows {
            match step.checked_sub(1) {
                None => before.copy_from_slice(elements(&self.start)),
                Some(last) => before.copy_from_slice(&z[last * width..step * width]),
            }
        }
        self.forward(before)
    }

    /// Rows of standard normal numbers become draws of all steps.
    pub fn of_noise(&self, rows: &mut LatentRows) {
        let noise = rows.clone();
        self.go_on(rows, &noise, |_| 0);
    }

    /// The noise that [`of_noise`](Self::of_noise) makes these rows of.
    pub fn noise_of(&self, z: &LatentRows) -> LatentRows {
        let (width, length) = (self.dimensions(), z.shape().1.0);
        let moments: Tensor<(Batch, Moments<At<Now>>), f32, Cpu> =
            self.of_steps(self.split(z.clone()), length / width);
        let mut noise = z.clone();
        let rows = elements_mut(&mut noise).chunks_exact_mut(width);
        for (row, moments) in rows.zip(elements(&moments).chunks_exact(2 * width)) {
            let (means, log_variances) = moments.split_at(width);
            for ((z, mean), log_variance) in row.iter_mut().zip(means).zip(log_variances) {
                *z = (*z - mean) * (-0.5 * log_variance).exp();
            }
        }
        noise
    }

    /// Weights and biases, layer by layer, and `z_0`.
    pub(super) fn parameters(&self) -> Vec<Named<&dyn Parameter>> {
        let mut all = of_layers([
            ("gate_hidden", self.gate_hidden.parameters()),
            ("gate", self.gate.parameters()),
            ("proposal_hidden", self.proposal_hidden.parameters()),
            ("proposal", self.proposal.parameters()),
            ("mean", self.mean.parameters()),
            ("scale", self.scale.parameters()),
        ]);
        all.push(start(&self.start as &dyn Parameter));
        all
    }

    /// The same, to change.
    pub(super) fn parameters_mut(&mut self) -> Vec<Named<&mut dyn Parameter>> {
        let mut all = of_layers([
            ("gate_hidden", self.gate_hidden.parameters_mut()),
            ("gate", self.gate.parameters_mut()),
            ("proposal_hidden", self.proposal_hidden.parameters_mut()),
            ("proposal", self.proposal.parameters_mut()),
            ("mean", self.mean.parameters_mut()),
            ("scale", self.scale.parameters_mut()),
        ]);
        all.push(start(&mut self.start as &mut dyn Parameter));
        all
    }
}

/// What stands before the first step, as a parameter.
pub(super) fn start<P>(parameter: P) -> Named<P> {
    Named {
        name: "start".into(),
        role: Role::Bias,
        parameter,
    }
}
