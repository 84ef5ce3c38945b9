//! `p(x|z)` in every pixel: the families, one file each, and what a decoder says in their terms.
//!
//! To add one: its file, and an arm wherever [`Likelihood`], [`Decoded`] or [`Head`] lists them.

mod bernoulli;
mod gaussian;
mod head;

use dfdx::prelude::*;
use rand::Rng;
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use crate::dims::{Batch, Moments, Pixels};
use crate::kernels;
use crate::nn::view::{elements, elements_mut, tensor_of};

pub(super) use head::Head;

/// The family of `p(x|z)` in every pixel.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Likelihood {
    /// A Bernoulli (appendix C.1), for black and white, and for grey as MNIST is used.
    #[default]
    Bernoulli,
    /// A Gaussian with a mean between 0 and 1 and a variance of its own (appendix C.2), for grey.
    Gaussian,
}

impl Likelihood {
    /// The numbers that a decoder says of every pixel.
    pub fn numbers_per_pixel(self) -> usize {
        match self {
            Self::Bernoulli => 1,
            Self::Gaussian => 2,
        }
    }
}

/// `p(x|z)` for a row of latent variables each.
#[derive(Clone, Debug)]
pub enum Decoded<T> {
    /// The logit of every pixel.
    Bernoulli(Tensor<(Batch, Pixels), f32, Cpu, T>),
    /// The logit of the mean of every pixel, and its raw log-variance, which is bounded from below by
    /// [`kernels::LEAST_LOG_VARIANCE`].
    Gaussian(Tensor<(Batch, Moments<Pixels>), f32, Cpu, T>),
}

impl<T: Tape<f32, Cpu>> Decoded<T> {
    /// `1/L sum_l log p(x|z_l)`, summed over the data points; `x` may be grey.
    ///
    /// Shapes: latent rows (L B) in the order of [`super::posterior::reparameterise`], x (B, pixels). The gradients are
    /// computed along with the value and take the place of what the decoder said.
    pub fn log_likelihood(self, x: &Tensor<(Batch, Pixels), f32, Cpu>) -> Tensor<Rank0, f32, Cpu, T> {
        self.log_likelihood_by_row(x).0
    }

    /// `sum_l w_l log p(x|z_l)`, summed over the data points, with a weight of every latent row that `weigh` makes of all
    /// `log p(x|z_l)`. The weights are constants: no gradient passes through them.
    pub fn weighted_log_likelihood(
        self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        weigh: impl FnOnce(&[f64]) -> Vec<f32>,
    ) -> Tensor<Rank0, f32, Cpu, T> {
        match self {
            Self::Bernoulli(logits) => {
                weighted_sum(logits, x, kernels::bernoulli_log_likelihood_and_residuals, weigh)
            }
            Self::Gaussian(moments) => {
                weighted_sum(moments, x, kernels::gaussian_log_likelihood_and_gradients, weigh)
            }
        }
    }

    /// The same as [`log_likelihood`](Self::log_likelihood), and `log p(x|z_l)` of every latent row.
    pub fn log_likelihood_by_row(
        self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
    ) -> (Tensor<Rank0, f32, Cpu, T>, Vec<f64>) {
        match self {
            Self::Bernoulli(logits) => {
                mean_over_samples(logits, x, kernels::bernoulli_log_likelihood_and_residuals)
            }
            Self::Gaussian(moments) => {
                mean_over_samples(moments, x, kernels::gaussian_log_likelihood_and_gradients)
            }
        }
    }
}

impl Decoded<NoneTape> {
    /// `log p(x|z)` of every row; `x` has a row for each, or fewer, which then repeat.
    pub fn log_likelihoods(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>) -> Vec<f64> {
        match self {
            Self::Bernoulli(logits) => by_row(logits, x, kernels::bernoulli_log_likelihood),
            Self::Gaussian(moments) => by_row(moments, x, kernels::gaussian_log_likelihood),
        }
    }

    /// One image drawn for every row: black and white from Bernoullis, grey from Gaussians (which may leave `[0, 1]`).
    /// Row `i` is drawn with `generator(i)`, so that it depends on its place alone.
    pub fn sample<R: Rng>(self, generator: impl Fn(usize) -> R) -> Tensor<(Batch, Pixels), f32, Cpu> {
        match self {
            Self::Bernoulli(logits) => bernoulli::sample(logits, generator),
            Self::Gaussian(moments) => gaussian::sample(moments, generator),
        }
    }

    /// The mean image of every row, in `[0, 1]`.
    pub fn means(self) -> Tensor<(Batch, Pixels), f32, Cpu> {
        match self {
            Self::Bernoulli(logits) => bernoulli::means(logits),
            Self::Gaussian(moments) => gaussian::means(&moments),
        }
    }
}

/// A kernel that sums a log-likelihood over every row and turns what it read into gradients.
type InPlace = fn(&mut [f32], &[f32], usize, &mut [f64]);
/// A kernel that sums a log-likelihood over every row.
type ByRow = fn(&[f32], &[f32], usize, &mut [f64]);

fn by_row<W: Dim>(
    decoded: &Tensor<(Batch, W), f32, Cpu>,
    x: &Tensor<(Batch, Pixels), f32, Cpu>,
    kernel: ByRow,
) -> Vec<f64> {
    let mut per_row = vec![0.0; decoded.shape().0.0];
    kernel(elements(decoded), elements(x), x.shape().1.0, &mut per_row);
    per_row
}

fn mean_over_samples<W: Dim, T: Tape<f32, Cpu>>(
    decoded: Tensor<(Batch, W), f32, Cpu, T>,
    x: &Tensor<(Batch, Pixels), f32, Cpu>,
    kernel: InPlace,
) -> (Tensor<Rank0, f32, Cpu, T>, Vec<f64>) {
    let (mut decoded, mut tape) = decoded.split_tape();
    let per_row = into_gradients(&mut decoded, x, kernel);
    let samples = per_row.len() / x.shape().0.0;
    let sum: f64 = per_row.iter().sum();

    let log_likelihood = tensor_of(decoded.device(), (), &[(sum / samples as f64) as f32]);
    let ghost = log_likelihood.ghost();
    tape.add_backward_op(move |gradients| {
        let scale = gradients.get_or_alloc_mut(&ghost)?[0] / samples as f32;
        kernels::add_scaled(elements(&decoded), scale, gradients.get_or_alloc_mut(&decoded)?);
        Ok(())
    });
    (log_likelihood.put_tape(tape), per_row)
}

fn weighted_sum<W: Dim, T: Tape<f32, Cpu>>(
    decoded: Tensor<(Batch, W), f32, Cpu, T>,
    x: &Tensor<(Batch, Pixels), f32, Cpu>,
    kernel: InPlace,
    weigh: impl FnOnce(&[f64]) -> Vec<f32>,
) -> Tensor<Rank0, f32, Cpu, T> {
    let (mut decoded, mut tape) = decoded.split_tape();
    let per_row = into_gradients(&mut decoded, x, kernel);
    let weights = weigh(&per_row);
    assert_eq!(weights.len(), per_row.len(), "a weight for every row");
    let sum: f64 = per_row
        .iter()
        .zip(&weights)
        .map(|(value, &weight)| value * f64::from(weight))
        .sum();

    let log_likelihood = tensor_of(decoded.device(), (), &[sum as f32]);
    let ghost = log_likelihood.ghost();
    tape.add_backward_op(move |gradients| {
        let scale = gradients.get_or_alloc_mut(&ghost)?[0];
        let width = decoded.shape().1.size();
        let sums = gradients.get_or_alloc_mut(&decoded)?.chunks_exact_mut(width);
        let rows = elements(&decoded).chunks_exact(width);
        for ((sums, row), weight) in sums.zip(rows).zip(weights) {
            kernels::add_scaled(row, scale * weight, sums);
        }
        Ok(())
    });
    log_likelihood.put_tape(tape)
}

/// The log-likelihood of every row, and its gradient in the place of what the decoder said. That is copied first where
/// somebody else holds it: only our own is written over.
fn into_gradients<W: Dim>(
    decoded: &mut Tensor<(Batch, W), f32, Cpu>,
    x: &Tensor<(Batch, Pixels), f32, Cpu>,
    kernel: InPlace,
) -> Vec<f64> {
    let (Batch(points), Pixels(pixels)) = *x.shape();
    let (Batch(rows), width) = *decoded.shape();
    assert_eq!(rows % points, 0, "rows for every sample of every data point");
    let mut per_row = vec![0.0; rows];
    let of_samples = elements_mut(decoded).chunks_exact_mut(points * width.size());
    for (one_sample, per_row) in of_samples.zip(per_row.chunks_exact_mut(points)) {
        kernel(one_sample, elements(x), pixels, per_row);
    }
    per_row
}
