//! The layers of latent variables that generate one another: `p(z_L) = N(0, I)` and, from the top down,
//! `p(z_l|z_(l+1)) = N(mu(z_(l+1)), diag(sigma^2(z_(l+1))))`.
//!
//! All layers' variables stand in one row, the first layer's first.

use dfdx::prelude::*;

use super::conditional::Conditional;
use super::layer::{Layer, Stochastic};
use crate::kernels;
use crate::model::Architecture;
use crate::model::posterior::gaussian::{log_density, standard_log_density};
use crate::model::posterior::{Gaussian, LatentRows, PerRow};
use crate::nn::ops;
use crate::nn::parameters::{Named, Parameter};
use crate::nn::view::{elements, elements_mut};

/// What generates the layer `L`, and the layers above.
#[derive(Clone, Debug)]
pub struct Generative<L: Layer, A: Layer> {
    /// `p(z_L|z_above)`.
    pub(super) layer: Conditional<Stochastic<A>, Stochastic<L>>,
    /// What generates the layer above; none where that is the top.
    pub(super) above: Option<Box<Generative<A, L>>>,
    dimensions: Stochastic<L>,
    above_dimensions: Stochastic<A>,
}

impl<L: Layer, A: Layer> Generative<L, A> {
    /// Networks of zeros for the `groups` of dimensions from this layer on, two at least; `units` are the hidden layers between each
    /// two of them.
    pub fn zeros(device: &Cpu, groups: &[usize], units: &[Vec<usize>], architecture: &Architecture) -> Self {
        let (dimensions, above_dimensions) = (Stochastic::new(groups[0]), Stochastic::new(groups[1]));
        let hidden = units[0].iter().rev().copied();
        Self {
            layer: Conditional::zeros(device, above_dimensions, hidden, architecture, dimensions),
            above: (groups.len() > 2)
                .then(|| Box::new(Generative::zeros(device, &groups[1..], &units[1..], architecture))),
            dimensions,
            above_dimensions,
        }
    }

    /// `log p(z)` of every row, of this layer and all above, which stand in the row from `start` on.
    pub fn log_density<T: Tape<f32, Cpu>>(&self, z: &LatentRows<T>, start: usize) -> PerRow<T> {
        let next = start + self.dimensions.0;
        let here = ops::columns(z.retaped::<T>(), start, self.dimensions);
        let above = ops::columns(z.retaped::<T>(), next, self.above_dimensions);
        let (of_above, moments) = match &self.above {
            Some(further) => (further.log_density(z, next), self.layer.forward(above)),
            None => (
                standard_log_density(above.retaped::<T>()),
                self.layer.forward(above),
            ),
        };
        log_density(moments, here) + of_above
    }

    /// Rows of standard normal numbers become draws: `z_L = eps_L`, then `z_l = mu(z_(l+1)) + sigma(z_(l+1)) eps_l`.
    pub fn of_noise(&self, rows: &mut LatentRows, start: usize) {
        self.change_lower(rows, start, |moments, row| {
            let noise = row.to_vec();
            kernels::reparameterise(moments, &noise, noise.len(), row);
        });
    }

    /// The noise that [`of_noise`](Self::of_noise) makes these rows of.
    pub fn noise_of(&self, rows: &LatentRows, start: usize) -> LatentRows {
        let mut noise = rows.clone();
        self.write_noise(rows, &mut noise, start);
        noise
    }

    fn write_noise(&self, rows: &LatentRows, noise: &mut LatentRows, start: usize) {
        let moments = self.moments(rows, start);
        let (width, latent) = (self.dimensions.0, rows.shape().1.0);
        let of_rows = elements(&moments).chunks_exact(2 * width);
        for (row, moments) in elements_mut(noise).chunks_exact_mut(latent).zip(of_rows) {
            let (means, log_variances) = moments.split_at(width);
            let dimensions = row[start..].iter_mut().zip(means).zip(log_variances);
            for ((z, mean), log_variance) in dimensions {
                *z = (*z - mean) * (-0.5 * log_variance).exp();
            }
        }
        if let Some(further) = &self.above {
            further.write_noise(rows, noise, start + width);
        }
    }

    /// From the top down: gives `change` the moments of every row and the dimensions of this layer in it.
    fn change_lower(&self, rows: &mut LatentRows, start: usize, change: impl Fn(&[f32], &mut [f32]) + Copy) {
        let width = self.dimensions.0;
        if let Some(further) = &self.above {
            further.change_lower(rows, start + width, change);
        }
        let moments = self.moments(rows, start);
        let latent = rows.shape().1.0;
        let of_rows = elements(&moments).chunks_exact(2 * width);
        for (row, moments) in elements_mut(rows).chunks_exact_mut(latent).zip(of_rows) {
            change(moments, &mut row[start..start + width]);
        }
    }

    /// The moments of this layer in every row, given the layer above.
    fn moments(&self, rows: &LatentRows, start: usize) -> Gaussian<Stochastic<L>> {
        let above = ops::columns(rows.clone(), start + self.dimensions.0, self.above_dimensions);
        self.layer.forward(above)
    }

    /// Has running moments used from here on, even on a tape.
    pub fn rest_moments(&mut self) {
        self.layer.rest_moments();
        if let Some(above) = &mut self.above {
            above.rest_moments();
        }
    }

    /// Weights and biases from this layer up: of `layer1`, `layer2`, and so on.
    pub fn parameters(&self, number: usize) -> Vec<Named<&dyn Parameter>> {
        let mut all = self.layer.parameters(&format!("layer{number}"));
        all.extend(self.above.iter().flat_map(|above| above.parameters(number + 1)));
        all
    }

    /// Weights and biases, to change.
    pub fn parameters_mut(&mut self, number: usize) -> Vec<Named<&mut dyn Parameter>> {
        let mut all = self.layer.parameters_mut(&format!("layer{number}"));
        all.extend(
            self.above
                .iter_mut()
                .flat_map(|above| above.parameters_mut(number + 1)),
        );
        all
    }
}
