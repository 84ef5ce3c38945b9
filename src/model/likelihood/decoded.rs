//! What a decoder says of some items, and how likely they are then.

use dfdx::prelude::*;
use rand::Rng;

use super::{Likelihood, Observation};
use crate::cancel::checkpoint;
use crate::dims::{Batch, Outputs, Pixels};
use crate::kernels;
use crate::nn::view::{elements, elements_mut, tensor_of};

/// `p(x|z)` for a row of latent variables each.
#[derive(Clone, Debug)]
pub struct Decoded<T> {
    likelihood: Likelihood,
    observation: Observation,
    pixels: Pixels,
    outputs: Tensor<(Batch, Outputs), f32, Cpu, T>,
}

/// `log p(x|z)` of every latent row, and its gradient with respect to what the decoder said.
struct Differentiated<T> {
    gradients_of_rows: Tensor<(Batch, Outputs), f32, Cpu>,
    tape: T,
    per_row: Vec<f64>,
}

impl<T: Tape<f32, Cpu>> Decoded<T> {
    /// What `outputs` say of rows of `pixels` values: the first number of every value, then the second number of every value,
    /// and so on.
    ///
    /// # Panics
    /// If they are not as many numbers as the likelihood has for every value.
    pub fn new(
        likelihood: Likelihood,
        observation: Observation,
        pixels: Pixels,
        outputs: Tensor<(Batch, Outputs), f32, Cpu, T>,
    ) -> Self {
        let numbers = likelihood.numbers_per_value(&observation);
        assert_eq!(
            outputs.shape().1.0,
            numbers * pixels.0,
            "{numbers} numbers for every value"
        );
        Self {
            likelihood,
            observation,
            pixels,
            outputs,
        }
    }

    /// `1/L sum_l log p(x|z_l)`, summed over the data points, in nats.
    ///
    /// Shapes: latent rows (L B) in the order of [`crate::model::posterior::gaussian::reparameterise`], x (B, pixels). The gradients are
    /// computed along with the value and take the place of what the decoder said.
    pub fn log_likelihood(self, x: &Tensor<(Batch, Pixels), f32, Cpu>) -> Tensor<Rank0, f32, Cpu, T> {
        self.log_likelihood_by_row(x).0
    }

    /// The same, and `log p(x|z_l)` of every latent row.
    pub fn log_likelihood_by_row(
        self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
    ) -> (Tensor<Rank0, f32, Cpu, T>, Vec<f64>) {
        let Differentiated {
            gradients_of_rows,
            mut tape,
            per_row,
        } = self.into_gradients(x);
        let samples = per_row.len() / x.shape().0.0;
        let sum: f64 = per_row.iter().sum();

        let log_likelihood = tensor_of(gradients_of_rows.device(), (), &[(sum / samples as f64) as f32]);
        let ghost = log_likelihood.ghost();
        tape.add_backward_op(move |gradients| {
            let scale = gradients.get_or_alloc_mut(&ghost)?[0] / samples as f32;
            let sums = gradients.get_or_alloc_mut(&gradients_of_rows)?;
            kernels::add_scaled(elements(&gradients_of_rows), scale, sums);
            Ok(())
        });
        (log_likelihood.put_tape(tape), per_row)
    }

    /// `sum_l w_l log p(x|z_l)`, summed over the data points, with a weight of every latent row that `weigh` makes of all
    /// `log p(x|z_l)`. The weights are constants: no gradient passes through them.
    pub fn weighted_log_likelihood(
        self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        weigh: impl FnOnce(&[f64]) -> Vec<f32>,
    ) -> Tensor<Rank0, f32, Cpu, T> {
        let Differentiated {
            gradients_of_rows,
            mut tape,
            per_row,
        } = self.into_gradients(x);
        let weights = weigh(&per_row);
        assert_eq!(weights.len(), per_row.len(), "a weight for every row");
        let sum: f64 = per_row
            .iter()
            .zip(&weights)
            .map(|(value, &weight)| value * f64::from(weight))
            .sum();

        let log_likelihood = tensor_of(gradients_of_rows.device(), (), &[sum as f32]);
        let ghost = log_likelihood.ghost();
        tape.add_backward_op(move |gradients| {
            let scale = gradients.get_or_alloc_mut(&ghost)?[0];
            let Outputs(width) = gradients_of_rows.shape().1;
            let sums = gradients.get_or_alloc_mut(&gradients_of_rows)?;
            let rows = elements(&gradients_of_rows).chunks_exact(width);
            for ((sums, row), weight) in sums.chunks_exact_mut(width).zip(rows).zip(weights) {
                kernels::add_scaled(row, scale * weight, sums);
            }
            Ok(())
        });
        log_likelihood.put_tape(tape)
    }

    /// The gradient of every row's `log p(x|z)` with respect to what the decoder said, on the tape: what learns from it learns through
    /// second derivatives.
    ///
    /// # Panics
    /// If the likelihood doesn't know [them](Likelihood::is_twice_differentiable).
    #[expect(
        clippy::expect_used,
        reason = "the checks of settings refuse other likelihoods where this is needed"
    )]
    pub(in crate::model) fn gradient_by_row(
        self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
    ) -> Tensor<(Batch, Outputs), f32, Cpu, T> {
        let (likelihood, observation) = (self.likelihood, self.observation);
        let (outputs, mut tape) = self.outputs.split_tape();
        let (Batch(points), Pixels(pixels)) = *x.shape();
        let Outputs(width) = outputs.shape().1;
        let distribution = likelihood.distribution(&observation);
        let mut gradient = outputs.device().zeros_like(outputs.shape());
        elements_mut(&mut gradient).copy_from_slice(elements(&outputs));
        let mut per_row = vec![0.0; points];
        for one_sample in elements_mut(&mut gradient).chunks_exact_mut(points * width) {
            distribution.log_likelihood_and_gradients(one_sample, elements(x), pixels, &mut per_row);
        }

        let (x, ghost) = (x.clone(), gradient.ghost());
        tape.add_backward_op(move |gradients| {
            let curvature = likelihood.curvature(&observation);
            let curvature = curvature.expect("a likelihood that knows its second derivatives");
            let directions = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
            let products = gradients.get_or_alloc_mut(&outputs)?;
            let samples = elements(&outputs)
                .chunks_exact(points * width)
                .zip(directions.chunks_exact(points * width));
            for ((outputs, directions), products) in samples.zip(products.chunks_exact_mut(points * width)) {
                checkpoint();
                curvature.add_products(outputs, elements(&x), pixels, directions, products);
            }
            **gradients.get_or_alloc_mut(&ghost)? = directions;
            Ok(())
        });
        gradient.put_tape(tape)
    }

    /// The log-likelihood of every row, and its gradient in the place of what the decoder said. That is copied first where
    /// somebody else holds it: only our own is written over.
    fn into_gradients(self, x: &Tensor<(Batch, Pixels), f32, Cpu>) -> Differentiated<T> {
        let (mut outputs, tape) = self.outputs.split_tape();
        let (Batch(points), Pixels(pixels)) = *x.shape();
        let (Batch(rows), Outputs(width)) = *outputs.shape();
        assert_eq!(rows % points, 0, "rows for every sample of every data point");
        let distribution = self.likelihood.distribution(&self.observation);
        let mut per_row = vec![0.0; rows];
        let of_samples = elements_mut(&mut outputs).chunks_exact_mut(points * width);
        for (one_sample, per_row) in of_samples.zip(per_row.chunks_exact_mut(points)) {
            distribution.log_likelihood_and_gradients(one_sample, elements(x), pixels, per_row);
        }
        Differentiated {
            gradients_of_rows: outputs,
            tape,
            per_row,
        }
    }
}

impl Decoded<NoneTape> {
    /// `log p(x|z)` of every row, in nats; `x` has a row for each, or fewer, which then repeat.
    pub fn log_likelihoods(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>) -> Vec<f64> {
        let mut per_row = vec![0.0; self.outputs.shape().0.0];
        let distribution = self.likelihood.distribution(&self.observation);
        distribution.log_likelihood(elements(&self.outputs), elements(x), x.shape().1.0, &mut per_row);
        per_row
    }

    /// `log p(x_d|z)` of every value of every row, in nats, row by row; `x` has a row for each.
    pub fn log_likelihoods_of_values(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>) -> Vec<f64> {
        let (Batch(rows), Outputs(width)) = *self.outputs.shape();
        let values = self.pixels.0;
        // A value by itself is a row of one value, whose numbers stand beside one another.
        let by_value = |row: &[f32], value: usize| row[value..].iter().step_by(values).copied().collect();
        let of_row = |row| (0..values).flat_map(move |value| -> Vec<f32> { by_value(row, value) });
        let numbers: Vec<f32> = elements(&self.outputs)
            .chunks_exact(width)
            .flat_map(of_row)
            .collect();
        let mut per_value = vec![0.0; rows * values];
        let distribution = self.likelihood.distribution(&self.observation);
        distribution.log_likelihood(&numbers, elements(x), 1, &mut per_value);
        per_value
    }

    /// One item drawn for every row, in the units of `x`. Row `i` is drawn with `generator(i)`, so that it depends on its
    /// place alone.
    pub fn sample<R: Rng>(self, generator: impl Fn(usize) -> R) -> Tensor<(Batch, Pixels), f32, Cpu> {
        let (batch, Outputs(width)) = *self.outputs.shape();
        let distribution = self.likelihood.distribution(&self.observation);
        let mut drawn = self.outputs.device().zeros_like(&(batch, self.pixels));
        let rows = elements_mut(&mut drawn).chunks_exact_mut(self.pixels.0);
        for (index, (row, outputs)) in rows.zip(elements(&self.outputs).chunks_exact(width)).enumerate() {
            checkpoint();
            distribution.sample(outputs, &mut generator(index), row);
        }
        drawn
    }

    /// The mean of every row, in the units of `x`.
    pub fn means(self) -> Tensor<(Batch, Pixels), f32, Cpu> {
        let distribution = self.likelihood.distribution(&self.observation);
        let mut means = self
            .outputs
            .device()
            .zeros_like(&(self.outputs.shape().0, self.pixels));
        distribution.means(elements(&self.outputs), self.pixels.0, elements_mut(&mut means));
        means
    }
}
