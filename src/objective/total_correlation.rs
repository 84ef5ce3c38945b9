//! Total-correlation weighting, the beta-TCVAE (Chen, Li, Grosse and Duvenaud 2018, arXiv 1802.04942, equation 4).
//!
//! The KL term's mean over the data is the mutual information of data point and latent vector, plus the total correlation
//! `KL(q(z) || prod_j q(z_j))`, plus the sum over the dimensions of `KL(q(z_j) || p(z_j))`. This objective weighs the total
//! correlation alone:
//! `log p(x|z) - (log q(z|x) - log q(z)) - beta (log q(z) - sum_j log q(z_j)) - (sum_j log q(z_j) - log p(z))`.
//!
//! `log q(z)` and `log q(z_j)` are estimated from the data points of the tape by minibatch-weighted sampling (their equation 5):
//! `log q(z) = log 1/(N M) sum_m q(z|x_m)` over the `M` points of the tape, of `N` training points; the constant `log N M` has no gradient
//! and is left out. The points are those of a shard of the minibatch, or of a piece of one, so that the number of shards decides the
//! bits. With `beta = 1` every estimate cancels, and what is left is the SGVB estimator A.
//!
//! The terms that are reported are those of the plain lower bound.

use dfdx::prelude::*;

use super::{BoundTerms, Loss, scalar, tape_of};
use crate::dims::{Batch, Latent, Moments, Pixels};
use crate::kernels::HALF_LN_2_PI;
use crate::model::Vae;
use crate::model::posterior::{Posterior, gaussian};
use crate::nn::ops;
use crate::nn::view::{elements, tensor_of};

pub(super) fn negative(
    model: &Vae,
    x: &Tensor<(Batch, Pixels), f32, Cpu>,
    noise: &Tensor<(Batch, Latent), f32, Cpu>,
    beta: f32,
    gradients: Gradients<f32, Cpu>,
) -> (Loss, BoundTerms) {
    let moments = model.encode(x, tape_of(gradients));
    let log_q = gaussian::log_density_of_samples(moments.retaped::<OwnedTape<f32, Cpu>>(), noise);
    let moments_again = moments.retaped::<OwnedTape<f32, Cpu>>();
    let z = gaussian::reparameterise(moments, noise);
    let (again, and_again) = (
        z.retaped::<OwnedTape<f32, Cpu>>(),
        z.retaped::<OwnedTape<f32, Cpu>>(),
    );
    let log_likelihood = model.decode(z).log_likelihood(x);
    let log_p = gaussian::standard_log_density(again);
    let (rows, points) = (noise.shape().0.0, x.shape().0.0);
    let kl = ops::weighted_sum(log_q - log_p, vec![points as f32 / rows as f32; rows]);
    let terms = BoundTerms {
        reconstruction: scalar(&log_likelihood),
        kl: scalar(&kl),
    };
    let correlation = total_correlation(and_again, moments_again);
    (kl + correlation * (beta - 1.0) - log_likelihood, terms)
}

/// `1/L sum_l log q(z_l) - sum_j log q(z_lj)`, summed over the data points, by minibatch-weighted sampling and up to a constant: of the
/// sums over the points themselves.
///
/// Shapes: z (L B, N_z) as in [`gaussian::reparameterise`], moments (B, 2 N_z). Gradients: with the weights
/// `w_im = q(z_i|x_m) / sum_k q(z_i|x_k)` and `v_imj` likewise of dimension `j` alone, both normal densities' logarithms have the weight
/// `w_im - v_imj`.
fn total_correlation<T: Tape<f32, Cpu>>(
    z: Tensor<(Batch, Latent), f32, Cpu, T>,
    moments: Posterior<T>,
) -> Tensor<Rank0, f32, Cpu, T> {
    let (z, tape) = z.split_tape();
    let (moments, of_moments) = moments.split_tape();
    let mut tape = tape.merge(of_moments);
    let (Batch(points), Moments(Latent(latent))) = *moments.shape();
    let rows = z.shape().0.0;
    let samples = (rows / points) as f64;

    let mut sum = 0.0;
    for row in elements(&z).chunks_exact(latent) {
        let densities = Densities::of(row, elements(&moments));
        sum += densities.log_sum - densities.log_sums.iter().sum::<f64>();
    }
    let correlation = tensor_of(z.device(), (), &[(sum / samples) as f32]);
    let ghost = correlation.ghost();
    tape.add_backward_op(move |gradients| {
        let scale = f64::from(gradients.get_or_alloc_mut(&ghost)?[0]) / samples;
        let mut dz = std::mem::take(&mut **gradients.get_or_alloc_mut(&z)?);
        let d_moments = gradients.get_or_alloc_mut(&moments)?;
        let values = elements(&moments);
        for (row, dz) in elements(&z).chunks_exact(latent).zip(dz.chunks_exact_mut(latent)) {
            let densities = Densities::of(row, values);
            for point in 0..points {
                let joint = (densities.joint(point) - densities.log_sum).exp();
                for (dimension, dz) in dz.iter_mut().enumerate() {
                    let log_density = densities.each[point * latent + dimension];
                    let alone = (log_density - densities.log_sums[dimension]).exp();
                    let weight = scale * (joint - alone);
                    let of_mean = point * 2 * latent + dimension;
                    let of_log_variance = of_mean + latent;
                    let precision = f64::from(-values[of_log_variance]).exp();
                    let difference = f64::from(row[dimension] - values[of_mean]);
                    let slope = weight * difference * precision;
                    *dz -= slope as f32;
                    d_moments[of_mean] += slope as f32;
                    d_moments[of_log_variance] +=
                        (0.5 * weight * (difference * difference * precision - 1.0)) as f32;
                }
            }
        }
        **gradients.get_or_alloc_mut(&z)? = dz;
        Ok(())
    });
    correlation.put_tape(tape)
}

/// The logarithms of the densities of one latent vector under the posteriors of all data points.
struct Densities {
    latent: usize,
    /// `log q(z_j|x_m)`, data point after data point.
    each: Vec<f64>,
    /// `log sum_m q(z|x_m)`.
    log_sum: f64,
    /// `log sum_m q(z_j|x_m)` of every dimension.
    log_sums: Vec<f64>,
}

impl Densities {
    fn of(z: &[f32], moments: &[f32]) -> Self {
        let latent = z.len();
        let log_density = |z: f32, mean: f32, log_variance: f32| {
            let square = f64::from(z - mean).powi(2) * f64::from(-log_variance).exp();
            -f64::from(HALF_LN_2_PI) - 0.5 * (f64::from(log_variance) + square)
        };
        let each: Vec<f64> = moments
            .chunks_exact(2 * latent)
            .flat_map(|moments| {
                let dimensions = 0..latent;
                dimensions.map(|j| log_density(z[j], moments[j], moments[latent + j]))
            })
            .collect();
        let joint: Vec<f64> = each
            .chunks_exact(latent)
            .map(|point| point.iter().sum())
            .collect();
        let log_sums = (0..latent).map(|j| log_sum_exp(each[j..].iter().step_by(latent).copied()));
        Self {
            latent,
            log_sum: log_sum_exp(joint.iter().copied()),
            log_sums: log_sums.collect(),
            each,
        }
    }

    /// `log q(z|x_m)`.
    fn joint(&self, point: usize) -> f64 {
        self.each[point * self.latent..][..self.latent].iter().sum()
    }
}

/// `log sum e^v`, with the largest taken out first.
fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    largest + values.map(|value| (value - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensors(z: &[f32], moments: &[f32], latent: usize) -> (Tensor<(Batch, Latent), f32, Cpu>, Posterior) {
        let device = Cpu::default();
        (
            device.tensor_from_vec(z.to_vec(), (Batch(z.len() / latent), Latent(latent))),
            device.tensor_from_vec(
                moments.to_vec(),
                (Batch(moments.len() / latent / 2), Moments(Latent(latent))),
            ),
        )
    }

    fn value(z: &[f32], moments: &[f32], latent: usize) -> f64 {
        let (z, moments) = tensors(z, moments, latent);
        scalar(&total_correlation(z, moments))
    }

    /// One dimension has no total correlation; two that say the same have one, and two that are independent none.
    #[test]
    fn what_is_estimated_is_a_total_correlation() {
        let numbers: Vec<f32> = (0..40).map(|i| ((i * 37 % 40) as f32 - 19.5) / 10.0).collect();
        let moments_of = |means: &[(f32, f32)]| -> Vec<f32> {
            means.iter().flat_map(|&(a, b)| [a, b, -4.0, -4.0]).collect()
        };
        let one: Vec<f32> = numbers.iter().flat_map(|&mean| [mean, -4.0]).collect();
        assert!(value(&numbers, &one, 1).abs() < 1e-9);

        let same: Vec<(f32, f32)> = numbers.iter().map(|&a| (a, a)).collect();
        let grid: Vec<(f32, f32)> = (0..36)
            .map(|i| ((i % 6) as f32 - 2.5, (i / 6) as f32 - 2.5))
            .collect();
        let of = |means: &[(f32, f32)]| {
            let z: Vec<f32> = means.iter().flat_map(|&(a, b)| [a, b]).collect();
            // The means over the points in the place of the sums: one more logarithm of their number than of densities.
            value(&z, &moments_of(means), 2) / means.len() as f64 + (means.len() as f64).ln()
        };
        assert!(of(&grid).abs() < 1e-3, "{}", of(&grid));
        assert!(of(&same) > 1.0, "{}", of(&same));
    }

    #[test]
    fn the_gradient_is_the_difference_quotient() {
        let latent = 2;
        let z = [0.3, -0.2, 1.1, 0.4, -0.7, 0.9, 0.1, -1.2];
        let moments = [0.1, 0.2, -0.5, -1.0, -0.3, 0.8, -1.5, 0.2];
        let (zs, of) = tensors(&z, &moments, latent);
        let loss = total_correlation(
            zs.clone().traced(Gradients::leaky()),
            of.clone().traced(Gradients::leaky()),
        );
        let mut gradients = loss.backward();
        let ours = [
            gradients.get_or_alloc_mut(&zs).unwrap().to_vec(),
            gradients.get_or_alloc_mut(&of).unwrap().to_vec(),
        ];
        for (which, gradient) in ours.iter().enumerate() {
            for (index, &gradient) in gradient.iter().enumerate() {
                let at = |by: f32| {
                    let (mut z, mut moments) = (z, moments);
                    if which == 0 {
                        z[index] += by;
                    } else {
                        moments[index] += by;
                    }
                    value(&z, &moments, latent)
                };
                let difference = (at(5e-3) - at(-5e-3)) / 1e-2;
                assert!(
                    (f64::from(gradient) - difference).abs() < 2e-3,
                    "{which}, {index}: {gradient} for {difference}"
                );
            }
        }
    }
}
