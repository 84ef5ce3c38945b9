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

/// `y = ln(1 + e^x)` of every value.
pub fn softplus(x: &[f32], y: &mut [f32]) {
    map(x, y, scalar::softplus);
}

/// Adds the gradient of `x` in `y = ln(1 + e^x)`: `dx += dy (1 - e^-y)`, the sigmoid of `x`.
pub fn add_softplus_gradient(y: &[f32], dy: &[f32], dx: &mut [f32]) {
    add_gradient(y, dy, dx, |y, dy| dy * -scalar::exp_minus_1_of_negative(-y));
}

/// `y = max(x, x / 100)` of every value.
pub fn leaky_relu(x: &[f32], y: &mut [f32]) {
    map(x, y, scalar::leaky_relu);
}

/// Adds the gradient of `x` in `y = max(x, x / 100)`: `dy`, or a hundredth of it where `y` is negative.
pub fn add_leaky_relu_gradient(y: &[f32], dy: &[f32], dx: &mut [f32]) {
    add_gradient(y, dy, dx, |y, dy| if y < 0.0 { scalar::LEAK * dy } else { dy });
}

/// `y = x` where that is positive, else `e^x - 1`, of every value.
pub fn elu(x: &[f32], y: &mut [f32]) {
    map(x, y, scalar::elu);
}

/// Adds the gradient of `x` in [`elu`]: `dy`, or `dy (y + 1)` where `y` is negative.
pub fn add_elu_gradient(y: &[f32], dy: &[f32], dx: &mut [f32]) {
    add_gradient(y, dy, dx, |y, dy| if y < 0.0 { dy * (y + 1.0) } else { dy });
}

/// `y = 1 / (1 + e^-x)` of every value.
pub fn sigmoid(x: &[f32], y: &mut [f32]) {
    map(x, y, scalar::sigmoid);
}

/// Adds the gradient of `x` in `y = sigmoid(x)`: `dx += dy y (1 - y)`.
pub fn add_sigmoid_gradient(y: &[f32], dy: &[f32], dx: &mut [f32]) {
    add_gradient(y, dy, dx, |y, dy| dy * y * (1.0 - y));
}

/// `y = a sigmoid(b)`, where a row of `x` has all `a` and then all `b` of its units.
///
/// Shapes: x (rows, 2 units), y (rows, units).
pub fn gated(x: &[f32], units: usize, y: &mut [f32]) {
    assert_eq!(x.len(), 2 * y.len(), "a value and a gate for every unit");
    let stretch = stretch_of_rows(units);
    for (x, y) in x.chunks(2 * stretch).zip(y.chunks_mut(stretch)) {
        checkpoint();
        vectorised(
            #[inline(always)]
            || {
                for (x, y) in x.chunks_exact(2 * units).zip(y.chunks_exact_mut(units)) {
                    let (values, gates) = x.split_at(units);
                    for ((y, value), &gate) in y.iter_mut().zip(values).zip(gates) {
                        *y = value * scalar::sigmoid(gate);
                    }
                }
            },
        );
    }
}

/// Adds the gradients of `x` in [`gated`]: `da += dy s` and `db += dy a s (1 - s)` with `s = sigmoid(b)`.
pub fn add_gated_gradient(x: &[f32], units: usize, dy: &[f32], dx: &mut [f32]) {
    assert!(
        x.len() == 2 * dy.len() && x.len() == dx.len(),
        "a gradient for every value and every gate"
    );
    let stretch = stretch_of_rows(units);
    let inputs = x.chunks(2 * stretch).zip(dx.chunks_mut(2 * stretch));
    for ((x, dx), dy) in inputs.zip(dy.chunks(stretch)) {
        checkpoint();
        vectorised(
            #[inline(always)]
            || {
                let inputs = x.chunks_exact(2 * units).zip(dx.chunks_exact_mut(2 * units));
                for ((x, dx), dy) in inputs.zip(dy.chunks_exact(units)) {
                    let ((values, gates), (d_values, d_gates)) = (x.split_at(units), dx.split_at_mut(units));
                    let of_units = d_values.iter_mut().zip(d_gates).zip(dy);
                    for (((d_value, d_gate), dy), (value, &gate)) in of_units.zip(values.iter().zip(gates)) {
                        let opening = scalar::sigmoid(gate);
                        *d_value += dy * opening;
                        *d_gate += dy * value * opening * (1.0 - opening);
                    }
                }
            },
        );
    }
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
            (softplus, scalar::softplus),
            (leaky_relu, scalar::leaky_relu),
            (elu, scalar::elu),
            (sigmoid, scalar::sigmoid),
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
