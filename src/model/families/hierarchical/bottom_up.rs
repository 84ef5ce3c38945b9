//! Inference from the bottom up (Burda, Grosse and Salakhutdinov 2016, section 2): `q(z_1|x)`, then `q(z_(l+1)|z_l)`.

use dfdx::prelude::*;

use super::conditional::Conditional;
use super::layer::{Layer, Stochastic};
use crate::dims::{Batch, Latent};
use crate::model::Architecture;
use crate::model::posterior::gaussian::{log_density_of_samples, reparameterise};
use crate::model::posterior::{LatentRows, PerRow};
use crate::nn::ops;
use crate::nn::parameters::{Named, Parameter};

/// `q(z_above|z_L)`, and the layers above.
#[derive(Clone, Debug)]
pub struct BottomUp<L: Layer, A: Layer> {
    layer: Conditional<Stochastic<L>, Stochastic<A>>,
    above: Option<Box<BottomUp<A, L>>>,
    above_dimensions: Stochastic<A>,
}

impl<L: Layer, A: Layer> BottomUp<L, A> {
    /// Networks of zeros for the `groups` of dimensions from this layer on, two at least; `units` are the hidden layers between each
    /// two of them.
    pub fn zeros(device: &Cpu, groups: &[usize], units: &[Vec<usize>], architecture: &Architecture) -> Self {
        let (dimensions, above_dimensions) = (Stochastic::new(groups[0]), Stochastic::new(groups[1]));
        let hidden = units[0].iter().copied();
        Self {
            layer: Conditional::zeros(device, dimensions, hidden, architecture, above_dimensions),
            above: (groups.len() > 2)
                .then(|| Box::new(BottomUp::zeros(device, &groups[1..], &units[1..], architecture))),
            above_dimensions,
        }
    }

    /// Draws of the layers above `z`, in rows of all layers' variables where those of the others are zero, and `log q` of every row.
    /// `start` is the place of the layer above in a row of `noise`.
    pub fn infer<T: Tape<f32, Cpu>>(
        &self,
        z: Tensor<(Batch, Stochastic<L>), f32, Cpu, T>,
        noise: &LatentRows,
        start: usize,
    ) -> (LatentRows<T>, PerRow<T>) {
        let latent: Latent = noise.shape().1;
        let moments = self.layer.forward(z);
        let eps = ops::columns(noise.clone(), start, self.above_dimensions);
        let log_q = log_density_of_samples(moments.retaped::<T>(), &eps);
        let above = reparameterise(moments, &eps);
        match &self.above {
            None => (ops::widened(above, start, latent), log_q),
            Some(further) => {
                let next = start + self.above_dimensions.0;
                let (rest, log_q_of_rest) = further.infer(above.retaped::<T>(), noise, next);
                (ops::widened(above, start, latent) + rest, log_q + log_q_of_rest)
            }
        }
    }

    /// Has running moments used from here on, even on a tape.
    pub fn rest_moments(&mut self) {
        self.layer.rest_moments();
        if let Some(above) = &mut self.above {
            above.rest_moments();
        }
    }

    /// Weights and biases from this layer up, by the number of the layer that they say something of.
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
