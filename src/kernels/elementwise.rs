//! Activations, biases and conversions.

use super::{STRETCH, scalar, stretch_of_rows, vectorised};
use crate::cancel::checkpoint;

/// Adds `bias` to every row of `rows`.
pub fn add_bias(rows: &mut [f32], bias: &[f32]) {
    for rows in rows.chunks_mut(stretch_of_rows(bias.len())) {
        checkpoint();
        vectorised(
            #[inline(always)]
            || {
                for row in rows.chunks_exact_mut(bias.len()) {
                    for (value, bias) in row.iter_mut().zip(bias) {
                        *value += bias;
                    }
                }
            },
        );
    }
}

/// Adds `scale` times `values` to `sums`.
pub fn add_scaled(values: &[f32], scale: f32, sums: &mut [f32]) {
    assert_eq!(values.len(), sums.len(), "a sum for every value");
    for (sums, values) in sums.chunks_mut(STRETCH).zip(values.chunks(STRETCH)) {
        checkpoint();
        vectorised(
            #[inline(always)]
            || {
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += scale * value;
                }
            },
        );
    }
}

/// Adds every column of `rows` to `sums`, which has one number a column.
pub fn add_column_sums(rows: &[f32], columns: usize, sums: &mut [f32]) {
    assert_eq!(sums.len(), columns, "one sum a column");
    for rows in rows.chunks(stretch_of_rows(columns)) {
        checkpoint();
        vectorised(
            #[inline(always)]
            || {
                for row in rows.chunks_exact(columns) {
                    for (sum, value) in sums.iter_mut().zip(row) {
                        *sum += value;
                    }
                }
            },
        );
    }
}

/// `y = tanh(x)` of every value.
pub fn tanh(x: &[f32], y: &mut [f32]) {
    map(x, y, scalar::tanh);
}

/// Adds the gradient of `x` in `y = tanh(x)`: `dx += dy (1 - y^2)`.
pub fn add_tanh_gradient(y: &[f32], dy: &[f32], dx: &mut [f32]) {
    add_gradient(y, dy, dx, |y, dy| dy * (1.0 - y * y));
}

/// `y = max(0, x)` of every value; NaN stays NaN.
pub fn relu(x: &[f32], y: &mut [f32]) {
    map(x, y, |x| if x < 0.0 { 0.0 } else { x });
}

/// Adds the gradient of `x` in `y = max(0, x)`: `dy`, or 0 where `y` is.
pub fn add_relu_gradient(y: &[f32], dy: &[f32], dx: &mut [f32]) {
    add_gradient(y, dy, dx, |y, dy| if y == 0.0 { 0.0 } else { dy });
}

/// Writes a function of every value.
#[inline(always)]
fn map(x: &[f32], y: &mut [f32], function: impl Fn(f32) -> f32) {
    assert_eq!(x.len(), y.len(), "a result for every value");
    for (x, y) in x.chunks(STRETCH).zip(y.chunks_mut(STRETCH)) {
        checkpoint();
        vectorised(
            #[inline(always)]
            || {
                for (y, &x) in y.iter_mut().zip(x) {
                    *y = function(x);
                }
            },
        );
    }
}

/// Adds to every element of `dx` what an element-wise operation makes of its output and the output's gradient.
#[inline(always)]
fn add_gradient(y: &[f32], dy: &[f32], dx: &mut [f32], gradient: impl Fn(f32, f32) -> f32) {
    assert!(
        y.len() == dy.len() && y.len() == dx.len(),
        "a gradient for every value"
    );
    let outputs = y.chunks(STRETCH).zip(dy.chunks(STRETCH));
    for ((y, dy), dx) in outputs.zip(dx.chunks_mut(STRETCH)) {
        checkpoint();
        vectorised(
            #[inline(always)]
            || {
                for ((dx, &y), &dy) in dx.iter_mut().zip(y).zip(dy) {
                    *dx += gradient(y, dy);
                }
            },
        );
    }
}

/// Bytes as intensities: `x / 255`.
pub fn u8_to_unit(bytes: &[u8], values: &mut [f32]) {
    vectorised(
        #[inline(always)]
        || {
            for (value, &byte) in values.iter_mut().zip(bytes) {
                *value = f32::from(byte) / 255.0;
            }
        },
    );
}

/// Whether there is neither a NaN nor an infinity.
pub fn all_finite(values: &[f32]) -> bool {
    vectorised(
        #[inline(always)]
        || {
            values
                .iter()
                .fold(true, |finite, value| finite & value.is_finite())
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectorised_loops_give_the_same_bits_as_single_values() {
        let inputs: Vec<f32> = (0..1_003).map(|i| (i as f32 - 500.0) * 0.173).collect();
        type Whole = fn(&[f32], &mut [f32]);
        for (whole, single) in [
            (tanh as Whole, scalar::tanh as fn(f32) -> f32),
            (relu, |x| x.max(0.0)),
        ] {
            let mut values = vec![f32::NAN; inputs.len()];
            whole(&inputs, &mut values);
            let expected: Vec<f32> = inputs.iter().map(|&x| single(x)).collect();
            assert_eq!(values, expected);
        }
    }

    #[test]
    fn biases_and_their_gradients_go_by_column() {
        let mut rows = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        add_bias(&mut rows, &[10.0, 20.0, 30.0]);
        assert_eq!(rows, [11.0, 22.0, 33.0, 14.0, 25.0, 36.0]);
        let mut sums = vec![1.0; 3];
        add_column_sums(&rows, 3, &mut sums);
        assert_eq!(sums, [26.0, 48.0, 70.0]);
        add_scaled(&[1.0, 2.0, 3.0], -2.0, &mut sums);
        assert_eq!(sums, [24.0, 44.0, 64.0]);
    }

    #[test]
    fn bytes_span_the_unit_interval_and_non_finite_values_are_found() {
        let mut values = [0.5; 3];
        u8_to_unit(&[0, 51, 255], &mut values);
        assert_eq!(values, [0.0, 0.2, 1.0]);
        assert!(all_finite(&values));
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            values[1] = bad;
            assert!(!all_finite(&values));
        }
    }
}
