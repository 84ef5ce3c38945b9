//! Rows and columns with a mean of 0 and a variance of 1, and the gradients of that.
//!
//! What is normalised here is scaled and shifted by place: a gain and a shift for every column.

use super::{sum_of_pairs, vectorised};
use crate::cancel::checkpoint;

/// What is added to a variance before its root is taken, so that a constant is no division by zero.
pub const EPSILON: f32 = 1e-5;

/// `(x - mean) / sqrt(variance + epsilon)` of every row by its own moments; and `1 / sqrt(variance + epsilon)` of every row.
///
/// Shapes: x and normalised (rows, columns), inverse_deviations (rows).
pub fn normalise_rows(x: &[f32], columns: usize, normalised: &mut [f32], inverse_deviations: &mut [f32]) {
    assert!(
        x.len() == normalised.len() && x.len() == columns * inverse_deviations.len(),
        "a deviation for every row"
    );
    let rows = x.chunks_exact(columns).zip(normalised.chunks_exact_mut(columns));
    vectorised(
        #[inline(always)]
        || {
            for ((x, normalised), inverse) in rows.zip(inverse_deviations) {
                checkpoint();
                let mean = (sum_of_pairs(x, x, |x, _| x) / columns as f64) as f32;
                let squares = sum_of_pairs(x, x, |x, _| (x - mean) * (x - mean));
                *inverse = 1.0 / ((squares / columns as f64) as f32 + EPSILON).sqrt();
                for (normalised, x) in normalised.iter_mut().zip(x) {
                    *normalised = (x - mean) * *inverse;
                }
            }
        },
    );
}

/// Adds the gradient of `x` in `y = gain normalised(x) + shift`, rows normalised by their own moments:
/// `dx += (g - mean(g) - n mean(g n)) / deviation` with `g = dy gain` and the normalised `n`.
pub fn add_normalise_rows_gradient(
    normalised: &[f32],
    inverse_deviations: &[f32],
    gain: &[f32],
    dy: &[f32],
    dx: &mut [f32],
) {
    let columns = gain.len();
    assert!(
        normalised.len() == dy.len()
            && dx.len() == dy.len()
            && dy.len() == columns * inverse_deviations.len(),
        "a gradient for every value"
    );
    let rows = normalised
        .chunks_exact(columns)
        .zip(dy.chunks_exact(columns))
        .zip(dx.chunks_exact_mut(columns));
    let mut scaled = vec![0.0; columns];
    vectorised(
        #[inline(always)]
        || {
            for (((normalised, dy), dx), inverse) in rows.zip(inverse_deviations) {
                checkpoint();
                for ((scaled, dy), gain) in scaled.iter_mut().zip(dy).zip(gain) {
                    *scaled = dy * gain;
                }
                let mean = (sum_of_pairs(&scaled, &scaled, |g, _| g) / columns as f64) as f32;
                let along = (sum_of_pairs(&scaled, normalised, |g, n| g * n) / columns as f64) as f32;
                for ((dx, g), n) in dx.iter_mut().zip(&scaled).zip(normalised) {
                    *dx += (g - mean - n * along) * inverse;
                }
            }
        },
    );
}

/// Means and variances of every column, over all rows; the variance is that of the rows themselves, divided by their number.
///
/// Shapes: x (rows, columns), means and variances (columns). Sums are in double precision, row after row.
pub fn moments_of_columns(x: &[f32], means: &mut [f32], variances: &mut [f32]) {
    let columns = means.len();
    assert_eq!(columns, variances.len(), "two moments of every column");
    let rows = (x.len() / columns) as f64;
    let mut sums = vec![0.0_f64; columns];
    let write = |moments: &mut [f32], sums: &mut [f64]| {
        for (moment, sum) in moments.iter_mut().zip(sums) {
            *moment = (std::mem::take(sum) / rows) as f32;
        }
    };
    sums_of_columns(x, &mut sums, |x, _| x);
    write(means, &mut sums);
    sums_of_columns(x, &mut sums, |x, column| {
        let difference = x - means[column];
        difference * difference
    });
    write(variances, &mut sums);
}

/// Adds to every column's sum a function of its values and of the column.
#[inline(always)]
fn sums_of_columns(x: &[f32], sums: &mut [f64], function: impl Fn(f32, usize) -> f32) {
    vectorised(
        #[inline(always)]
        || {
            for row in x.chunks_exact(sums.len()) {
                for (column, (sum, &x)) in sums.iter_mut().zip(row).enumerate() {
                    *sum += f64::from(function(x, column));
                }
            }
        },
    );
}

/// `(x - mean) inverse deviation` of every column.
pub fn normalise_columns(x: &[f32], means: &[f32], inverse_deviations: &[f32], normalised: &mut [f32]) {
    assert_eq!(x.len(), normalised.len(), "a result for every value");
    let columns = means.len();
    let rows = x.chunks_exact(columns).zip(normalised.chunks_exact_mut(columns));
    vectorised(
        #[inline(always)]
        || {
            for (x, normalised) in rows {
                let moments = means.iter().zip(inverse_deviations);
                for ((normalised, x), (mean, inverse)) in normalised.iter_mut().zip(x).zip(moments) {
                    *normalised = (x - mean) * inverse;
                }
            }
        },
    );
}

/// `1 / sqrt(variance + epsilon)`.
pub fn inverse_deviations(variances: &[f32]) -> Vec<f32> {
    let of_every = |variance: &f32| 1.0 / (variance + EPSILON).sqrt();
    variances.iter().map(of_every).collect()
}

/// Adds the gradient of `x` in `y = gain normalised(x) + shift`, columns normalised by their moments over these rows:
/// `dx += gain (dy - mean(dy) - n mean(dy n)) / deviation`. `sums` are those of `dy` and `dy n` over the rows, by column.
pub fn add_normalise_columns_gradient(
    normalised: &[f32],
    inverse_deviations: &[f32],
    gain: &[f32],
    dy: &[f32],
    (sums, sums_along): (&[f32], &[f32]),
    dx: &mut [f32],
) {
    let columns = gain.len();
    assert!(
        normalised.len() == dy.len() && dx.len() == dy.len() && inverse_deviations.len() == columns,
        "a gradient for every value"
    );
    let share = columns as f32 / dy.len() as f32;
    let rows = normalised
        .chunks_exact(columns)
        .zip(dy.chunks_exact(columns))
        .zip(dx.chunks_exact_mut(columns));
    vectorised(
        #[inline(always)]
        || {
            for ((normalised, dy), dx) in rows {
                checkpoint();
                for column in 0..columns {
                    let centred =
                        dy[column] - share * sums[column] - normalised[column] * share * sums_along[column];
                    dx[column] += gain[column] * inverse_deviations[column] * centred;
                }
            }
        },
    );
}

/// `y = gain normalised + shift` of every row.
pub fn scale_columns(normalised: &[f32], gain: &[f32], shift: &[f32], y: &mut [f32]) {
    assert_eq!(normalised.len(), y.len(), "a result for every value");
    let rows = normalised
        .chunks_exact(gain.len())
        .zip(y.chunks_exact_mut(gain.len()));
    vectorised(
        #[inline(always)]
        || {
            for (normalised, y) in rows {
                let scale = gain.iter().zip(shift);
                for ((y, normalised), (gain, shift)) in y.iter_mut().zip(normalised).zip(scale) {
                    *y = gain * normalised + shift;
                }
            }
        },
    );
}

/// Adds to `sums` the products of two matrices' elements, summed over the rows of every column.
pub fn add_column_products(left: &[f32], right: &[f32], sums: &mut [f32]) {
    assert_eq!(left.len(), right.len(), "pairs of elements");
    let columns = sums.len();
    let rows = left.chunks_exact(columns).zip(right.chunks_exact(columns));
    vectorised(
        #[inline(always)]
        || {
            for (left, right) in rows {
                for ((sum, left), right) in sums.iter_mut().zip(left).zip(right) {
                    *sum += left * right;
                }
            }
        },
    );
}
