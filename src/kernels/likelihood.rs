//! Log-likelihoods of pixels, with their gradients, in nats.
//!
//! What a decoder says of a row of pixels stands in one row: for Bernoullis the logit of every pixel; for Gaussians the
//! logit of the mean of every pixel, then the raw log-variance of every pixel.

use super::{HALF_LN_2_PI, LANES, scalar, sum_of_pairs, vectorised};
use crate::cancel::checkpoint;

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
                checkpoint();
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
                checkpoint();
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

/// The least log-variance of a Gaussian pixel: that of the rounding to one of 256 levels, `ln(1 / (12 * 255^2))`.
///
/// A density can't be surer of a pixel than the data is. Without this floor a pixel that is always the same (the black
/// frame of an image) sends the likelihood to infinity.
pub const LEAST_LOG_VARIANCE: f32 = -13.567_432;

/// `log N(x; mu, sigma^2)` summed over every row, with `mu = sigmoid(m)` and
/// `log sigma^2 = floor + softplus(raw - floor)`, which is `raw` itself except near [`LEAST_LOG_VARIANCE`].
///
/// Shapes: moments (rows, 2 columns), per_row (rows), x (rows, columns) or fewer rows, which then repeat.
pub fn gaussian_log_likelihood(moments: &[f32], x: &[f32], columns: usize, per_row: &mut [f64]) {
    assert!(
        !x.is_empty() && moments.len().is_multiple_of(2 * x.len()),
        "two moments for every pixel"
    );
    assert_eq!(moments.len(), 2 * columns * per_row.len(), "a sum for every row");
    let rows = moments
        .chunks_exact(2 * columns)
        .zip(x.chunks_exact(columns).cycle());
    vectorised(
        #[inline(always)]
        || {
            for ((moments, x), sum) in rows.zip(per_row) {
                checkpoint();
                let (means, raws) = moments.split_at(columns);
                let mut sums = [0.0; LANES];
                let parts = means.chunks(LANES).zip(raws.chunks(LANES)).zip(x.chunks(LANES));
                for ((means, raws), x) in parts {
                    for (((sum, &mean), &raw), &x) in sums.iter_mut().zip(means).zip(raws).zip(x) {
                        *sum += gaussian_pixel(mean, raw, x).0;
                    }
                }
                *sum = sums.iter().map(|&sum: &f32| f64::from(sum)).sum();
            }
        },
    );
}

/// The same as [`gaussian_log_likelihood`]; and every moment becomes its gradient.
pub fn gaussian_log_likelihood_and_gradients(
    moments: &mut [f32],
    x: &[f32],
    columns: usize,
    per_row: &mut [f64],
) {
    assert_eq!(moments.len(), 2 * x.len(), "two moments for every pixel");
    assert_eq!(moments.len(), 2 * columns * per_row.len(), "a sum for every row");
    let rows = moments.chunks_exact_mut(2 * columns).zip(x.chunks_exact(columns));
    vectorised(
        #[inline(always)]
        || {
            for ((moments, x), sum) in rows.zip(per_row) {
                checkpoint();
                let (means, raws) = moments.split_at_mut(columns);
                let mut sums = [0.0; LANES];
                let parts = means
                    .chunks_mut(LANES)
                    .zip(raws.chunks_mut(LANES))
                    .zip(x.chunks(LANES));
                for ((means, raws), x) in parts {
                    for (((sum, mean), raw), &x) in sums.iter_mut().zip(means).zip(raws).zip(x) {
                        let (log_likelihood, d_mean, d_raw) = gaussian_pixel(*mean, *raw, x);
                        *sum += log_likelihood;
                        (*mean, *raw) = (d_mean, d_raw);
                    }
                }
                *sum = sums.iter().map(|&sum: &f32| f64::from(sum)).sum();
            }
        },
    );
}

/// The standard deviation of a pixel with this raw log-variance.
pub fn standard_deviation(raw: f32) -> f32 {
    scalar::exp(0.5 * (LEAST_LOG_VARIANCE + scalar::softplus(raw - LEAST_LOG_VARIANCE)))
}

/// The log-density of one pixel, and its gradients with respect to the logit of the mean and the raw log-variance.
#[inline(always)]
fn gaussian_pixel(mean: f32, raw: f32, x: f32) -> (f32, f32, f32) {
    let mu = scalar::sigmoid(mean);
    let (above_floor, slope) = scalar::softplus_and_sigmoid(raw - LEAST_LOG_VARIANCE);
    let log_variance = LEAST_LOG_VARIANCE + above_floor;
    let precision = scalar::exp(-log_variance);
    let difference = x - mu;
    let square = difference * difference * precision;
    (
        -HALF_LN_2_PI - 0.5 * (log_variance + square),
        difference * precision * mu * (1.0 - mu),
        0.5 * (square - 1.0) * slope,
    )
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
    fn gaussian_pixels_are_the_closed_form_and_their_gradients_its_differences() {
        let columns = 19;
        let exact = |mean: f64, raw: f64, x: f64| -> f64 {
            let floor = f64::from(LEAST_LOG_VARIANCE);
            let variance = (floor + (raw - floor).exp().ln_1p()).exp();
            let mu = 1.0 / (1.0 + (-mean).exp());
            -0.5 * ((2.0 * std::f64::consts::PI * variance).ln() + (x - mu).powi(2) / variance)
        };
        let moments = [numbers(columns, 4.0), numbers(columns, 8.0)].concat();
        let x: Vec<f32> = numbers(columns, 1.0).iter().map(|x| x.abs()).collect();
        let (mut alone, mut both) = ([0.0], [0.0]);
        gaussian_log_likelihood(&moments, &x, columns, &mut alone);
        let mut gradients = moments.clone();
        gaussian_log_likelihood_and_gradients(&mut gradients, &x, columns, &mut both);
        assert_eq!(alone, both);
        let mut expected = 0.0;
        for pixel in 0..columns {
            let [mean, raw, x] = [moments[pixel], moments[columns + pixel], x[pixel]].map(f64::from);
            expected += exact(mean, raw, x);
            let step = 1e-5;
            let d_mean = (exact(mean + step, raw, x) - exact(mean - step, raw, x)) / (2.0 * step);
            let d_raw = (exact(mean, raw + step, x) - exact(mean, raw - step, x)) / (2.0 * step);
            for (ours, difference) in [(gradients[pixel], d_mean), (gradients[columns + pixel], d_raw)] {
                let ours = f64::from(ours);
                assert!(
                    (ours - difference).abs() < 1e-3 * difference.abs().max(1.0),
                    "{ours} for {difference}"
                );
            }
        }
        assert!(
            (both[0] - expected).abs() < 1e-4 * expected.abs(),
            "{} for {expected}",
            both[0]
        );
    }

    #[test]
    fn a_perfect_pixel_has_a_finite_density() {
        let mut per_row = [0.0];
        for raw in [-20.0, -1e4, -1e30, f32::NEG_INFINITY] {
            gaussian_log_likelihood(&[0.0, raw], &[0.5], 1, &mut per_row);
            let most = f64::from(-HALF_LN_2_PI - 0.5 * LEAST_LOG_VARIANCE);
            assert!(
                per_row[0] <= most + 1e-6 && per_row[0] > most - 0.1,
                "{}",
                per_row[0]
            );
        }
    }

    #[test]
    fn the_least_variance_is_that_of_rounding() {
        let rounding = 1.0 / (12.0 * 255.0_f64.powi(2));
        assert!((f64::from(LEAST_LOG_VARIANCE) - rounding.ln()).abs() < 1e-5);
    }
}
