//! A kernel density estimate of a few dimensions.
//!
//! Gaussian kernels with the shape of the samples' own covariance; their width is the one under which the second half of
//! the samples is most probable given the first.

use super::marginal::log_mean_exp;
use crate::cancel::checkpoint;

/// Widths that are tried, in standard deviations of the samples; the narrow ones are for samples of several modes.
const WIDTHS: [f64; 14] = [
    0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.32, 0.4, 0.5, 0.63, 0.8, 1.0, 1.25,
];
/// The share of the variance that a dimension is given at least, so that samples that never moved have a density.
const LEAST_VARIANCE: f64 = 1e-9;

/// The estimate.
pub(super) struct KernelDensity {
    /// The centres, whitened.
    centres: Vec<Vec<f64>>,
    /// The lower triangle of the Cholesky factor of the covariance.
    factor: Vec<Vec<f64>>,
    width: f64,
}

impl KernelDensity {
    /// Fits the density of `samples`, which are at least two.
    pub fn fit(samples: &[Vec<f64>]) -> Self {
        let factor = cholesky(covariance(samples));
        let centres: Vec<Vec<f64>> = samples.iter().map(|sample| whitened(&factor, sample)).collect();
        let (known, held_out) = centres.split_at(centres.len() / 2);
        let score = |width: f64| -> f64 {
            let of_sample = held_out.iter().map(|sample| {
                checkpoint();
                log_kernels(known, sample, width)
            });
            of_sample.sum()
        };
        let width = WIDTHS.into_iter().max_by(|&a, &b| score(a).total_cmp(&score(b)));
        Self {
            centres,
            factor,
            width: width.unwrap_or(1.0),
        }
    }

    /// `log q(z)`.
    pub fn log_density(&self, z: &[f64]) -> f64 {
        let log_determinant: f64 = self.factor.iter().enumerate().map(|(i, row)| row[i].ln()).sum();
        log_kernels(&self.centres, &whitened(&self.factor, z), self.width) - log_determinant
    }
}

/// The log-density of round kernels around `centres`.
fn log_kernels(centres: &[Vec<f64>], z: &[f64], width: f64) -> f64 {
    let squares = |centre: &Vec<f64>| -> f64 { centre.iter().zip(z).map(|(c, z)| (z - c).powi(2)).sum() };
    let kernels = centres
        .iter()
        .map(|centre| -0.5 * squares(centre) / width.powi(2));
    log_mean_exp(kernels) - 0.5 * z.len() as f64 * (2.0 * std::f64::consts::PI * width.powi(2)).ln()
}

fn covariance(samples: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let (count, dimensions) = (samples.len() as f64, samples.first().map_or(0, Vec::len));
    let mean = |i: usize| samples.iter().map(|sample| sample[i]).sum::<f64>() / count;
    let means: Vec<f64> = (0..dimensions).map(mean).collect();
    let entry = |i: usize, j: usize| {
        let products = samples
            .iter()
            .map(|sample| (sample[i] - means[i]) * (sample[j] - means[j]));
        products.sum::<f64>() / count + if i == j { LEAST_VARIANCE } else { 0.0 }
    };
    (0..dimensions)
        .map(|i| (0..dimensions).map(|j| entry(i, j)).collect())
        .collect()
}

/// The lower triangle `L` with `L L^T` the matrix.
fn cholesky(matrix: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let mut factor: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
    for (i, entries) in matrix.iter().enumerate() {
        let mut row: Vec<f64> = Vec::with_capacity(i + 1);
        for (j, entry) in entries.iter().enumerate().take(i + 1) {
            let known = |other: &[f64]| row.iter().zip(other).map(|(a, b)| a * b).sum::<f64>();
            row.push(if j < i {
                (entry - known(&factor[j][..j])) / factor[j][j]
            } else {
                (entry - known(&row)).max(LEAST_VARIANCE).sqrt()
            });
        }
        factor.push(row);
    }
    factor
}

/// `L^-1 z`.
fn whitened(factor: &[Vec<f64>], z: &[f64]) -> Vec<f64> {
    let mut white: Vec<f64> = Vec::with_capacity(z.len());
    for (row, z) in factor.iter().zip(z) {
        let known: f64 = row.iter().zip(&white).map(|(l, w)| l * w).sum();
        white.push((z - known) / row[white.len()]);
    }
    white
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, fill_standard_normal, generator};

    #[test]
    fn a_correlated_gaussian_is_recovered_and_the_density_is_normalised() {
        let mut noise = vec![0.0; 2 * 2_000];
        fill_standard_normal(&mut generator(1, Purpose::Sampling, 0, 0), &mut noise);
        let place = |e: &[f32]| {
            let (a, b) = (f64::from(e[0]), f64::from(e[1]));
            vec![1.0 + 0.1 * a, -2.0 + 0.15 * a + 0.05 * b]
        };
        let samples: Vec<Vec<f64>> = noise.chunks_exact(2).map(place).collect();
        let density = KernelDensity::fit(&samples);
        // At the mean the exact density is 1 / (2 pi 0.1 * 0.05); kernels flatten the top a little.
        let exact = -(2.0 * std::f64::consts::PI * 0.1 * 0.05).ln();
        let ours = density.log_density(&[1.0, -2.0]);
        assert!((ours - exact).abs() < 0.25, "{ours} for {exact}");
        let (mut total, step) = (0.0, 0.01);
        for i in -60..=60 {
            for j in -100..=100 {
                let z = [1.0 + f64::from(i) * step, -2.0 + f64::from(j) * step];
                total += density.log_density(&z).exp() * step * step;
            }
        }
        assert!((total - 1.0).abs() < 0.01, "{total}");
    }

    #[test]
    fn samples_that_never_moved_still_have_a_density() {
        let density = KernelDensity::fit(&vec![vec![0.5, 0.5]; 10]);
        assert!(density.log_density(&[0.5, 0.5]).is_finite());
    }
}
