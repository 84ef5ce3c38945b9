//! The importance-weighted bound (Burda, Grosse and Salakhutdinov 2016, arXiv 1509.00519, equation 8):
//! `L_K = log 1/K sum_k w_k` with `w_k = p(x|z_k) p(z_k) / q(z_k|x)`, and the samples of a data point for `z_k`.
//!
//! Its gradient is `sum_k w~_k grad log w_k` with the normalised weights `w~_k = w_k / sum_j w_j` (equation 14), so with one
//! sample it is the SGVB estimator A. What stands on the tape is `-sum_k w~_k log w_k` with the weights held fast, which has
//! that gradient; the terms are of the bound itself: `sum_k w~_k log p(x|z_k)`, and by how much the bound is below it.

use dfdx::prelude::*;

use super::{BoundTerms, Loss, scalar, tape_of};
use crate::dims::{Batch, Latent, Pixels};
use crate::model::Vae;
use crate::model::posterior::Draws;
use crate::nn::ops;
use crate::nn::view::elements;

pub(super) fn negative(
    model: &Vae,
    x: &Tensor<(Batch, Pixels), f32, Cpu>,
    noise: &Tensor<(Batch, Latent), f32, Cpu>,
    gradients: Gradients<f32, Cpu>,
) -> (Loss, BoundTerms) {
    let points = x.shape().0.0;
    let Draws { z, divergence } = model.infer(x, noise, tape_of(gradients));
    let divergences: Vec<f64> = elements(&divergence)
        .iter()
        .map(|&value| f64::from(value))
        .collect();

    let (mut weights, mut bound) = (Vec::new(), 0.0);
    let log_likelihood = model.decode(z).weighted_log_likelihood(x, |log_likelihoods| {
        let log_weights: Vec<f64> = log_likelihoods
            .iter()
            .zip(&divergences)
            .map(|(ll, kl)| ll - kl)
            .collect();
        (weights, bound) = normalised(&log_weights, points);
        weights.clone()
    });
    let kl = ops::weighted_sum(divergence, weights);
    let reconstruction = scalar(&log_likelihood);
    let terms = BoundTerms {
        reconstruction,
        kl: reconstruction - bound,
    };
    (kl - log_likelihood, terms)
}

/// The weights of every data point's samples, divided by their sum; and the bound, summed over the data points. Row
/// `k points + i` is sample `k` of point `i`. The largest logarithm is taken out first, so that nothing overflows.
fn normalised(log_weights: &[f64], points: usize) -> (Vec<f32>, f64) {
    let samples = log_weights.len() / points;
    let (mut weights, mut bound) = (vec![0.0; log_weights.len()], 0.0);
    for point in 0..points {
        let rows = (point..log_weights.len()).step_by(points);
        let largest = rows
            .clone()
            .map(|row| log_weights[row])
            .fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = rows.clone().map(|row| (log_weights[row] - largest).exp()).sum();
        for row in rows {
            weights[row] = ((log_weights[row] - largest).exp() / sum) as f32;
        }
        bound += largest + sum.ln() - (samples as f64).ln();
    }
    (weights, bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_far_from_one_another_neither_overflow_nor_vanish() {
        // Two points with three samples each.
        let log_weights = [-1e5, 900.0, -1e5, 900.0 + 2.0_f64.ln(), -1e5 - 800.0, -900.0];
        let (weights, bound) = normalised(&log_weights, 2);
        let expected = [0.5, 1.0 / 3.0, 0.5, 2.0 / 3.0, 0.0, 0.0];
        for (weight, expected) in weights.iter().zip(expected) {
            assert!((weight - expected).abs() < 1e-6, "{weights:?}");
        }
        let exact = (-1e5 + (2.0_f64 / 3.0).ln()) + 900.0;
        assert!((bound - exact).abs() < 1e-9, "{bound} for {exact}");
    }
}
