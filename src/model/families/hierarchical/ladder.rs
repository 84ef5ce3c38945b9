//! Ladder inference (Sonderby et al. 2016, section 2.1): a deterministic pass upwards says a Gaussian of every layer; on the way down
//! it is put together with what the layer above generates, each weighed by its precision (equations 13 to 15).
//!
//! The publication has `softplus` for variances; here logarithms of variances are said, as everywhere else.

use dfdx::prelude::*;

use super::super::stack::Network;
use super::LARGEST_LOG_VARIANCE;
use super::conditional::within;
use super::generative::Generative;
use super::layer::{Layer, Stochastic};
use crate::dims::{Batch, Hidden, Moments};
use crate::model::Architecture;
use crate::model::posterior::gaussian::{log_density_of_samples, precision_weighted, reparameterise};
use crate::model::posterior::{Gaussian, LatentRows, PerRow};
use crate::nn::ops;
use crate::nn::parameters::{Named, Parameter};

/// The way up from `I` to the layer `L`, and the layers above.
#[derive(Clone, Debug)]
pub struct Rung<I: Dim, L: Layer, A: Layer> {
    /// Hidden layers, and what the data says of this layer, before the layers above have their say.
    pub(super) way_up: Network<I, Moments<Stochastic<L>>>,
    above: Option<Box<Rung<Hidden, A, L>>>,
    dimensions: Stochastic<L>,
}

/// Variables of the layer `L`, one row per draw.
type Group<L, T> = Tensor<(Batch, Stochastic<L>), f32, Cpu, T>;

/// Draws of the layer `L`, draws of the layers above it in rows of all layers' variables, and `log q` of both.
type Drawn<L, T> = (Group<L, T>, Option<LatentRows<T>>, PerRow<T>);

impl<I: Dim, L: Layer, A: Layer> Rung<I, L, A> {
    /// Networks of zeros for the `groups` of dimensions from this layer on; `units` are the hidden layers below each of them.
    pub fn zeros(
        device: &Cpu,
        inputs: I,
        groups: &[usize],
        units: &[Vec<usize>],
        architecture: &Architecture,
    ) -> Self {
        let dimensions = Stochastic::new(groups[0]);
        let hidden = units[0].iter().copied();
        let way_up = Network::zeros(device, inputs, hidden, Moments(dimensions), architecture);
        let width = way_up.hidden.width();
        Self {
            way_up,
            above: (groups.len() > 1).then(|| {
                Box::new(Rung::zeros(
                    device,
                    width,
                    &groups[1..],
                    &units[1..],
                    architecture,
                ))
            }),
            dimensions,
        }
    }

    /// Draws of every layer from the top down; `h` is what this rung's hidden layers say, and `start` the place of the layer in a row
    /// of `noise`.
    pub fn infer<T: Tape<f32, Cpu>>(
        &self,
        h: Tensor<(Batch, Hidden), f32, Cpu, T>,
        generative: Option<&Generative<L, A>>,
        noise: &LatentRows,
        start: usize,
    ) -> Drawn<L, T> {
        let samples = noise.shape().0.0 / h.shape().0.0;
        let (Some(rung), Some(generative)) = (&self.above, generative) else {
            let (z, log_q) = self.draw(ops::repeat(self.said(h), samples), noise, start);
            return (z, None, log_q);
        };
        let said = ops::repeat(self.said(h.retaped::<T>()), samples);
        let next = start + self.dimensions.0;
        let further = generative.above.as_deref();
        let (above, rest, log_q_of_rest) = rung.infer(rung.way_up.hidden.forward(h), further, noise, next);
        let generated = generative.layer.forward(above.retaped::<T>());
        let (z, log_q) = self.draw(precision_weighted(said, generated), noise, start);
        let above = ops::widened(above, next, noise.shape().1);
        let above = match rest {
            Some(rest) => above + rest,
            None => above,
        };
        (z, Some(above), log_q + log_q_of_rest)
    }

    /// What the data says of this layer.
    fn said<T: Tape<f32, Cpu>>(&self, h: Tensor<(Batch, Hidden), f32, Cpu, T>) -> Gaussian<Stochastic<L>, T> {
        ops::bounded_log_variances(self.way_up.last.forward(h), LARGEST_LOG_VARIANCE)
    }

    fn draw<T: Tape<f32, Cpu>>(
        &self,
        moments: Gaussian<Stochastic<L>, T>,
        noise: &LatentRows,
        start: usize,
    ) -> (Group<L, T>, PerRow<T>) {
        let eps = ops::columns(noise.clone(), start, self.dimensions);
        let log_q = log_density_of_samples(moments.retaped::<T>(), &eps);
        (reparameterise(moments, &eps), log_q)
    }

    /// Has running moments used from here on, even on a tape.
    pub fn rest_moments(&mut self) {
        self.way_up.hidden.rest_moments();
        if let Some(above) = &mut self.above {
            above.rest_moments();
        }
    }

    /// Weights and biases from this layer up, by the layer's number.
    pub fn parameters(&self, number: usize) -> Vec<Named<&dyn Parameter>> {
        let part = format!("layer{number}");
        let of_rung = self.way_up.parameters("moments");
        let mut all: Vec<_> = of_rung.map(|named| within(named, &part)).collect();
        all.extend(self.above.iter().flat_map(|above| above.parameters(number + 1)));
        all
    }

    /// Weights and biases, to change.
    pub fn parameters_mut(&mut self, number: usize) -> Vec<Named<&mut dyn Parameter>> {
        let part = format!("layer{number}");
        let of_rung = self.way_up.parameters_mut("moments");
        let mut all: Vec<_> = of_rung.map(|named| within(named, &part)).collect();
        all.extend(
            self.above
                .iter_mut()
                .flat_map(|above| above.parameters_mut(number + 1)),
        );
        all
    }
}
