//! The Gaussian posterior of the latent variables, with its gradients, in nats.
//!
//! A Gaussian is a row of moments: the mean of every dimension, then the log-variance of every dimension. Gradients are
//! added to what is there.

use super::{HALF_LN_2_PI, scalar, sum_of_pairs, vectorised};

/// `z = mu + exp(log sigma^2 / 2) * noise`.
///
/// Shapes: moments (rows, 2 latent), noise and z (rows, latent).
pub fn reparameterise(moments: &[f32], noise: &[f32], latent: usize, z: &mut [f32]) {
    assert!(
        moments.len() == 2 * noise.len() && noise.len() == z.len(),
        "moments for every sample"
    );
    vectorised(
        #[inline(always)]
        || {
            let rows = moments.chunks_exact(2 * latent).zip(noise.chunks_exact(latent));
            for ((moments, noise), z) in rows.zip(z.chunks_exact_mut(latent)) {
                let (means, log_variances) = moments.split_at(latent);
                for (((z, noise), mean), log_variance) in
                    z.iter_mut().zip(noise).zip(means).zip(log_variances)
                {
                    *z = mean + scalar::exp(0.5 * log_variance) * noise;
                }
            }
        },
    );
}

/// Adds the gradients of [`reparameterise`]: `d mu += dz`, `d log sigma^2 += dz * noise * sigma / 2`.
pub fn reparameterise_backward(
    moments: &[f32],
    noise: &[f32],
    latent: usize,
    dz: &[f32],
    d_moments: &mut [f32],
) {
    assert!(
        moments.len() == d_moments.len() && noise.len() == dz.len(),
        "a gradient for every moment"
    );
    assert_eq!(moments.len(), 2 * noise.len(), "moments for every sample");
    vectorised(
        #[inline(always)]
        || {
            let rows = moments.chunks_exact(2 * latent).zip(noise.chunks_exact(latent));
            let gradients = dz
                .chunks_exact(latent)
                .zip(d_moments.chunks_exact_mut(2 * latent));
            for ((moments, noise), (dz, d_moments)) in rows.zip(gradients) {
                let log_variances = &moments[latent..];
                let (d_means, d_log_variances) = d_moments.split_at_mut(latent);
                for (d_mean, dz) in d_means.iter_mut().zip(dz) {
                    *d_mean += dz;
                }
                let samples = dz.iter().zip(noise).zip(log_variances);
                for (d_log_variance, ((dz, noise), log_variance)) in d_log_variances.iter_mut().zip(samples) {
                    *d_log_variance += 0.5 * dz * noise * scalar::exp(0.5 * log_variance);
                }
            }
        },
    );
}

/// `KL(N(mu, sigma^2) || N(0, 1))` of one dimension: `(mu^2 + sigma^2 - log sigma^2 - 1) / 2`.
#[inline(always)]
fn kl(mean: f32, log_variance: f32) -> f32 {
    0.5 * (mean * mean + scalar::exp(log_variance) - log_variance - 1.0)
}

/// `log q(z)` of every row under the Gaussian of its moments; and every moment becomes its gradient.
///
/// Shapes: moments (rows, 2 latent), z (rows, latent), per_row (rows).
pub fn log_density_and_gradients(moments: &mut [f32], z: &[f32], latent: usize, per_row: &mut [f64]) {
    assert_eq!(moments.len(), 2 * z.len(), "moments for every dimension");
    assert_eq!(z.len(), latent * per_row.len(), "a sum for every row");
    let rows = moments.chunks_exact_mut(2 * latent).zip(z.chunks_exact(latent));
    vectorised(
        #[inline(always)]
        || {
            for ((moments, z), sum) in rows.zip(per_row) {
                let (means, log_variances) = moments.split_at_mut(latent);
                *sum = 0.0;
                for ((mean, log_variance), &z) in means.iter_mut().zip(log_variances).zip(z) {
                    let precision = scalar::exp(-*log_variance);
                    let difference = z - *mean;
                    let square = difference * difference * precision;
                    *sum -= f64::from(HALF_LN_2_PI + 0.5 * (*log_variance + square));
                    (*mean, *log_variance) = (difference * precision, 0.5 * (square - 1.0));
                }
            }
        },
    );
}

/// The KL divergence from `N(0, I)` of every row, summed over its dimensions.
///
/// Shapes: moments (rows, 2 latent), per_row (rows).
pub fn gaussian_kl(moments: &[f32], latent: usize, per_row: &mut [f64]) {
    assert_eq!(moments.len(), 2 * latent * per_row.len(), "a sum for every row");
    vectorised(
        #[inline(always)]
        || {
            for (moments, sum) in moments.chunks_exact(2 * latent).zip(per_row) {
                let (means, log_variances) = moments.split_at(latent);
                *sum = sum_of_pairs(means, log_variances, kl);
            }
        },
    );
}

/// The KL divergence of independent Gaussians from `N(0, I)`.
#[inline(always)]
pub(super) fn kl_of(means: &[f32], log_variances: &[f32]) -> f64 {
    vectorised(
        #[inline(always)]
        || sum_of_pairs(means, log_variances, kl),
    )
}

/// The KL divergence from `N(0, I)`, where a dimension of a row below `least` counts as much as that; over all rows.
pub fn gaussian_kl_above(moments: &[f32], latent: usize, least: f32) -> f64 {
    let of_row = |moments: &[f32]| -> f64 {
        let (means, log_variances) = moments.split_at(latent);
        let dimensions = means.iter().zip(log_variances);
        dimensions
            .map(|(&mean, &log_variance)| f64::from(kl(mean, log_variance).max(least)))
            .sum()
    };
    moments.chunks_exact(2 * latent).map(of_row).sum()
}

/// Adds the gradients of `scale` times [`gaussian_kl_above`]: those of the divergence, and 0 below `least`.
pub fn gaussian_kl_above_backward(
    moments: &[f32],
    latent: usize,
    least: f32,
    scale: f32,
    d_moments: &mut [f32],
) {
    assert_eq!(moments.len(), d_moments.len(), "a gradient for every moment");
    let rows = moments
        .chunks_exact(2 * latent)
        .zip(d_moments.chunks_exact_mut(2 * latent));
    for (moments, d_moments) in rows {
        for dimension in 0..latent {
            let (mean, log_variance) = (moments[dimension], moments[latent + dimension]);
            if kl(mean, log_variance) > least {
                d_moments[dimension] += scale * mean;
                d_moments[latent + dimension] += scale * 0.5 * (scalar::exp(log_variance) - 1.0);
            }
        }
    }
}

/// Adds the KL divergence of every dimension, summed over the rows, to `per_dimension`.
pub fn gaussian_kl_per_dimension(moments: &[f32], latent: usize, per_dimension: &mut [f64]) {
    assert_eq!(per_dimension.len(), latent, "a sum for every dimension");
    vectorised(
        #[inline(always)]
        || {
            for moments in moments.chunks_exact(2 * latent) {
                let (means, log_variances) = moments.split_at(latent);
                for ((sum, &mean), &log_variance) in per_dimension.iter_mut().zip(means).zip(log_variances) {
                    *sum += f64::from(kl(mean, log_variance));
                }
            }
        },
    );
}

/// Adds the gradient of `scale` times the KL divergence: `d mu += scale * mu`,
/// `d log sigma^2 += scale * (sigma^2 - 1) / 2`.
pub fn gaussian_kl_backward(moments: &[f32], latent: usize, scale: f32, d_moments: &mut [f32]) {
    assert_eq!(moments.len(), d_moments.len(), "a gradient for every moment");
    vectorised(
        #[inline(always)]
        || {
            let rows = moments
                .chunks_exact(2 * latent)
                .zip(d_moments.chunks_exact_mut(2 * latent));
            for (moments, d_moments) in rows {
                let (means, log_variances) = moments.split_at(latent);
                let (d_means, d_log_variances) = d_moments.split_at_mut(latent);
                for (gradient, mean) in d_means.iter_mut().zip(means) {
                    *gradient += scale * mean;
                }
                for (gradient, &log_variance) in d_log_variances.iter_mut().zip(log_variances) {
                    *gradient += scale * 0.5 * (scalar::exp(log_variance) - 1.0);
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kl_of_known_gaussians_is_the_closed_form() {
        // N(0, 1) has none; N(1, 1) has 1/2; N(0, e^2) has (e^2 - 3) / 2.
        let moments = [0.0, 1.0, 0.0, 0.0, 0.0, 2.0];
        let mut per_dimension = [0.0; 3];
        gaussian_kl_per_dimension(&moments, 3, &mut per_dimension);
        let expected = [0.0, 0.5, (2.0_f64.exp() - 3.0) / 2.0];
        assert!(
            per_dimension
                .iter()
                .zip(expected)
                .all(|(ours, exact)| (ours - exact).abs() < 1e-6)
        );
        let mut per_row = [0.0];
        gaussian_kl(&moments, 3, &mut per_row);
        assert!((per_row[0] - expected.iter().sum::<f64>()).abs() < 1e-6);
    }

    #[test]
    fn the_log_density_is_the_closed_form_and_its_gradients_its_differences() {
        let exact = |mean: f64, log_variance: f64, z: f64| {
            let variance = log_variance.exp();
            -0.5 * ((2.0 * std::f64::consts::PI * variance).ln() + (z - mean).powi(2) / variance)
        };
        let (moments, z) = ([0.3, -1.0, 0.5, -2.0], [1.1, -1.5]);
        let mut gradients = moments;
        let mut per_row = [0.0];
        log_density_and_gradients(&mut gradients, &z, 2, &mut per_row);
        let mut expected = 0.0;
        for dimension in 0..2 {
            let [mean, log_variance, z] =
                [moments[dimension], moments[2 + dimension], z[dimension]].map(f64::from);
            expected += exact(mean, log_variance, z);
            let step = 1e-5;
            let d_mean =
                (exact(mean + step, log_variance, z) - exact(mean - step, log_variance, z)) / (2.0 * step);
            let d_log_variance =
                (exact(mean, log_variance + step, z) - exact(mean, log_variance - step, z)) / (2.0 * step);
            assert!((f64::from(gradients[dimension]) - d_mean).abs() < 1e-4 * d_mean.abs().max(1.0));
            let difference = f64::from(gradients[2 + dimension]) - d_log_variance;
            assert!(difference.abs() < 1e-4 * d_log_variance.abs().max(1.0));
        }
        assert!((per_row[0] - expected).abs() < 1e-5);
    }
}
