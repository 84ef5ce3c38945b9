//! What layers need whose weights are Gaussians: outputs with their variances, and gradients of log-variances.

use super::{STRETCH, kl_of, scalar, stretch_of_rows, vectorised};
use crate::cancel::checkpoint;

/// No variance of an output is less: its gradient divides by the root.
const LEAST_VARIANCE: f32 = 1e-20;

/// The square of every value, and a 1 behind every row: what variances of weights and biases are multiplied by.
///
/// Shapes: x (B, inputs), squares (B, inputs + 1).
pub fn squares_and_one(x: &[f32], inputs: usize, squares: &mut [f32]) {
    assert_eq!(
        x.len() / inputs * (inputs + 1),
        squares.len(),
        "a place more in every row"
    );
    let (stretch, rows) = (stretch_of_rows(inputs), stretch_of_rows(inputs) / inputs);
    for (x, squares) in x.chunks(stretch).zip(squares.chunks_mut(rows * (inputs + 1))) {
        checkpoint();
        vectorised(
            #[inline(always)]
            || {
                for (x, squares) in x.chunks_exact(inputs).zip(squares.chunks_exact_mut(inputs + 1)) {
                    for (square, x) in squares.iter_mut().zip(x) {
                        *square = x * x;
                    }
                    squares[inputs] = 1.0;
                }
            },
        );
    }
}

/// `e^x` of every value.
pub fn exp(x: &[f32], y: &mut [f32]) {
    assert_eq!(x.len(), y.len(), "a result for every value");
    for (x, y) in x.chunks(STRETCH).zip(y.chunks_mut(STRETCH)) {
        checkpoint();
        vectorised(
            #[inline(always)]
            || {
                for (y, &x) in y.iter_mut().zip(x) {
                    *y = scalar::exp(x);
                }
            },
        );
    }
}

/// `y = mean + sqrt(v) eps`, where `y` comes with the variances `v`; and `slopes = eps / (2 sqrt(v))`, the derivatives for them.
pub fn draw_outputs(means: &[f32], noise: &[f32], y: &mut [f32], slopes: &mut [f32]) {
    assert!(
        means.len() == y.len() && noise.len() == y.len() && slopes.len() == y.len(),
        "noise for every output"
    );
    let inputs = means.chunks(STRETCH).zip(noise.chunks(STRETCH));
    let outputs = y.chunks_mut(STRETCH).zip(slopes.chunks_mut(STRETCH));
    for ((means, noise), (y, slopes)) in inputs.zip(outputs) {
        checkpoint();
        vectorised(
            #[inline(always)]
            || {
                for ((mean, noise), (y, slope)) in means.iter().zip(noise).zip(y.iter_mut().zip(slopes)) {
                    let deviation = y.max(LEAST_VARIANCE).sqrt();
                    *y = mean + deviation * noise;
                    *slope = noise / (2.0 * deviation);
                }
            },
        );
    }
}

/// Multiplies every product by a factor.
pub fn multiply(factors: &[f32], products: &mut [f32]) {
    assert_eq!(factors.len(), products.len(), "a factor for every product");
    for (factors, products) in factors.chunks(STRETCH).zip(products.chunks_mut(STRETCH)) {
        checkpoint();
        vectorised(
            #[inline(always)]
            || {
                for (product, factor) in products.iter_mut().zip(factors) {
                    *product *= factor;
                }
            },
        );
    }
}

/// Adds what the gradients of [`squares_and_one`] make of the values: `dx += 2 x d(x^2)`.
pub fn add_gradient_of_squares(x: &[f32], inputs: usize, of_squares: &[f32], dx: &mut [f32]) {
    assert_eq!(x.len(), dx.len(), "a gradient for every value");
    let rows = x.chunks_exact(inputs).zip(of_squares.chunks_exact(inputs + 1));
    for ((x, of_squares), dx) in rows.zip(dx.chunks_exact_mut(inputs)) {
        checkpoint();
        vectorised(
            #[inline(always)]
            || {
                for ((dx, x), of_square) in dx.iter_mut().zip(x).zip(of_squares) {
                    *dx += 2.0 * x * of_square;
                }
            },
        );
    }
}

/// The gradient of log-variances, from those of the variances, of which each shard has some: `s^2 sum g`, and that of `kl` times
/// the divergence from `N(0, I)`, `kl (s^2 - 1) / 2`.
pub fn log_variance_gradient(log_variances: &[f32], of_variances: &[&[f32]], kl: f32, gradient: &mut [f32]) {
    assert_eq!(
        log_variances.len(),
        gradient.len(),
        "a gradient for every variance"
    );
    gradient.fill(0.0);
    vectorised(
        #[inline(always)]
        || {
            for shard in of_variances {
                for (sum, of_variance) in gradient.iter_mut().zip(*shard) {
                    *sum += of_variance;
                }
            }
            for (gradient, &log_variance) in gradient.iter_mut().zip(log_variances) {
                let variance = scalar::exp(log_variance);
                *gradient = variance * *gradient + kl * 0.5 * (variance - 1.0);
            }
        },
    );
}

/// The KL divergence of independent Gaussians from `N(0, 1)` each, summed.
pub fn kl_of_gaussians(means: &[f32], log_variances: &[f32]) -> f64 {
    assert_eq!(means.len(), log_variances.len(), "a variance for every mean");
    let stretches = means.chunks(1 << 10).zip(log_variances.chunks(1 << 10));
    stretches
        .map(|(means, log_variances)| kl_of(means, log_variances))
        .sum()
}
