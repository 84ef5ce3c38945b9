//! Log-densities of Gaussians and Bernoullis, with their gradients, in nats.
//!
//! A Gaussian is a row of moments: the mean of every dimension, then the log-variance of every dimension. A
//! Bernoulli is its logit. Gradients are added to what is there.

use super::{scalar, vectorised};

/// Numbers added side by side, so that a sum over a row vectorises and its rounding stays small.
const LANES: usize = 16;

/// `sum_i x_i l_i - softplus(l_i)` for every row, that is `log p(x)` under Bernoullis with logits `l`.
///
/// Shapes: logits (rows, columns), per_row (rows), x (rows, columns) or fewer rows, which then repeat.
pub fn bernoulli_log_likelihood(logits: &[f32], x: &[f32], columns: usize, per_row: &mut [f64]) {
    assert!(
        !x.is_empty() && logits.len().is_multiple_of(x.len()),
        "a pixel for every logit"
    );
    assert_eq!(logits.len(), columns * per_row.len(), "a sum for every row");
    let rows = logits.chunks_exact(columns).zip(x.chunks_exact(columns).cycle());
    vectorised(
        #[inline(always)]
        || {
            for ((logits, x), sum) in rows.zip(per_row) {
                *sum = sum_of_pairs(logits, x, |logit, x| x * logit - scalar::softplus(logit));
            }
        },
    );
}

/// The same as [`bernoulli_log_likelihood`]; and every logit `l` becomes its gradient, the residual `x - sigmoid(l)`,
/// which needs the same exponential.
pub fn bernoulli_log_likelihood_and_residuals(
    logits: &mut [f32],
    x: &[f32],
    columns: usize,
    per_row: &mut [f64],
) {
    assert_eq!(logits.len(), x.len(), "a pixel for every logit");
    assert_eq!(logits.len(), columns * per_row.len(), "a sum for every row");
    let rows = logits.chunks_exact_mut(columns).zip(x.chunks_exact(columns));
    vectorised(
        #[inline(always)]
        || {
            for ((logits, x), sum) in rows.zip(per_row) {
                let mut sums = [0.0; LANES];
                for (logits, x) in logits.chunks_mut(LANES).zip(x.chunks(LANES)) {
                    for ((sum, logit), &x) in sums.iter_mut().zip(logits).zip(x) {
                        let (softplus, sigmoid) = scalar::softplus_and_sigmoid(*logit);
                        *sum += x * *logit - softplus;
                        *logit = x - sigmoid;
                    }
                }
                *sum = sums.iter().map(|&sum: &f32| f64::from(sum)).sum();
            }
        },
    );
}

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

/// The sum of `term` over two rows, in as many running sums as there are lanes.
#[inline(always)]
fn sum_of_pairs(left: &[f32], right: &[f32], term: impl Fn(f32, f32) -> f32) -> f64 {
    let (left, left_rest) = left.as_chunks::<LANES>();
    let (right, right_rest) = right.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (left, right) in left.iter().zip(right) {
        for ((sum, &left), &right) in sums.iter_mut().zip(left).zip(right) {
            *sum += term(left, right);
        }
    }
    for ((sum, &left), &right) in sums.iter_mut().zip(left_rest).zip(right_rest) {
        *sum += term(left, right);
    }
    sums.iter().map(|&sum: &f32| f64::from(sum)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, scale: f32) -> Vec<f32> {
        (0..count as u32)
            .map(|i| ((i.wrapping_mul(2_654_435_761) >> 16) as f32 / 32_768.0 - 1.0) * scale)
            .collect()
    }

    #[test]
    fn ten_thousand_images_lose_no_more_than_a_hundred_thousandth() {
        let (rows, columns) = (10_000, 784);
        let logits = numbers(rows * columns, 12.0);
        let x: Vec<f32> = numbers(rows * columns, 1.0).iter().map(|x| x.abs()).collect();
        let mut per_row = vec![0.0; rows];
        bernoulli_log_likelihood(&logits, &x, columns, &mut per_row);
        let exact: f64 = logits
            .iter()
            .zip(&x)
            .map(|(&l, &x)| (f64::from(l), f64::from(x)))
            .map(|(l, x)| x * l - l.max(0.0) - (-l.abs()).exp().ln_1p())
            .sum();
        let ours: f64 = per_row.iter().sum();
        assert!((ours / exact - 1.0).abs() < 1e-6, "{ours} for {exact}");
    }

    #[test]
    fn residuals_are_the_gradient_and_the_likelihood_is_the_same() {
        let logits = numbers(3 * 37, 20.0);
        let x: Vec<f32> = numbers(3 * 37, 1.0).iter().map(|x| x.abs()).collect();
        let (mut alone, mut both) = ([0.0; 3], [0.0; 3]);
        bernoulli_log_likelihood(&logits, &x, 37, &mut alone);
        let mut residuals = logits.clone();
        bernoulli_log_likelihood_and_residuals(&mut residuals, &x, 37, &mut both);
        assert_eq!(alone, both);
        for ((residual, &logit), x) in residuals.iter().zip(&logits).zip(x) {
            assert_eq!(*residual, x - scalar::sigmoid(logit));
        }
    }

    #[test]
    fn extreme_logits_stay_finite() {
        let mut per_row = [0.0];
        bernoulli_log_likelihood(&[1e30, -1e30, 0.0], &[1.0, 0.0, 0.5], 3, &mut per_row);
        assert!((per_row[0] + std::f64::consts::LN_2).abs() < 1e-6);
    }

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
}
