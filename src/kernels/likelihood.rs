//! Log-likelihoods of rows of values that are independent given what a decoder says of them, in nats, with their gradients.
//!
//! What a decoder says of a row stands in one row: the first number of every value, then the second number of every value,
//! and so on. What one value adds comes from outside, as a function of its `N` numbers and of the value: its log-likelihood,
//! and the gradient with respect to each number. A value that is no number is not there: it adds nothing, and has no gradient.

use super::{LANES, vectorised};
use crate::cancel::checkpoint;

/// Values that are worked on at a time: a loop over so many is not unrolled before it becomes one over vectors.
const BLOCK: usize = 8 * LANES;

/// Some neighbouring values of a row with the numbers of each; behind the last, zeros up to a multiple of the lanes.
struct Block<const N: usize> {
    numbers: [[f32; BLOCK]; N],
    x: [f32; BLOCK],
    used: usize,
}

impl<const N: usize> Block<N> {
    /// The values `first..` of a row, up to as many as a block has.
    #[inline(always)]
    fn read(numbers: &[f32], x: &[f32], first: usize) -> Self {
        let columns = x.len();
        let used = BLOCK.min(columns - first);
        let mut block = Self {
            numbers: [[0.0; BLOCK]; N],
            x: [0.0; BLOCK],
            used,
        };
        for (number, values) in block.numbers.iter_mut().enumerate() {
            values[..used].copy_from_slice(&numbers[number * columns + first..][..used]);
        }
        block.x[..used].copy_from_slice(&x[first..][..used]);
        block
    }

    /// Adds the log-likelihood of every value to the sum of its lane; the gradients take the place of the numbers.
    #[inline(always)]
    fn evaluate(&mut self, of_value: &impl Fn([f32; N], f32) -> (f32, [f32; N]), sums: &mut [f32; LANES]) {
        let mut values = [0.0; BLOCK];
        // The least of both is no other number, but lets the compiler see that no place below is outside.
        let padded = self.used.next_multiple_of(LANES).min(BLOCK);
        for (place, (value, &x)) in values[..padded].iter_mut().zip(&self.x).enumerate() {
            let numbers = std::array::from_fn(|number| self.numbers[number][place]);
            let is_there = !x.is_nan();
            let (log_likelihood, gradient) = of_value(numbers, if is_there { x } else { 0.0 });
            *value = if is_there { log_likelihood } else { 0.0 };
            for (numbers, gradient) in self.numbers.iter_mut().zip(gradient) {
                numbers[place] = if is_there { gradient } else { 0.0 };
            }
        }
        for values in values[..self.used].chunks(LANES) {
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += value;
            }
        }
    }
}

/// The log-likelihood of every row.
///
/// Shapes: outputs (rows, N columns), per_row (rows), x (rows, columns) or fewer rows, which then repeat.
pub fn log_likelihood<const N: usize>(
    outputs: &[f32],
    x: &[f32],
    columns: usize,
    per_row: &mut [f64],
    of_value: impl Fn([f32; N], f32) -> (f32, [f32; N]),
) {
    assert!(
        !x.is_empty() && outputs.len().is_multiple_of(N * x.len()),
        "a value for every {N} numbers"
    );
    assert_eq!(outputs.len(), N * columns * per_row.len(), "a sum for every row");
    let rows = outputs
        .chunks_exact(N * columns)
        .zip(x.chunks_exact(columns).cycle());
    vectorised(
        #[inline(always)]
        || {
            for ((numbers, x), sum) in rows.zip(per_row) {
                checkpoint();
                let mut sums = [0.0; LANES];
                for first in (0..columns).step_by(BLOCK) {
                    Block::read(numbers, x, first).evaluate(&of_value, &mut sums);
                }
                *sum = total(sums);
            }
        },
    );
}

/// The same as [`log_likelihood`], over rows of `x` that do not repeat; and every number becomes its gradient.
pub fn log_likelihood_and_gradients<const N: usize>(
    outputs: &mut [f32],
    x: &[f32],
    columns: usize,
    per_row: &mut [f64],
    of_value: impl Fn([f32; N], f32) -> (f32, [f32; N]),
) {
    assert_eq!(outputs.len(), N * x.len(), "{N} numbers for every value");
    assert_eq!(outputs.len(), N * columns * per_row.len(), "a sum for every row");
    let rows = outputs.chunks_exact_mut(N * columns).zip(x.chunks_exact(columns));
    vectorised(
        #[inline(always)]
        || {
            for ((numbers, x), sum) in rows.zip(per_row) {
                checkpoint();
                let mut sums = [0.0; LANES];
                for first in (0..columns).step_by(BLOCK) {
                    let mut block = Block::read(numbers, x, first);
                    block.evaluate(&of_value, &mut sums);
                    for (number, gradients) in block.numbers.iter().enumerate() {
                        numbers[number * columns + first..][..block.used]
                            .copy_from_slice(&gradients[..block.used]);
                    }
                }
                *sum = total(sums);
            }
        },
    );
}

/// A function of every value's numbers.
///
/// Shapes: outputs (rows, N columns), results (rows, columns).
pub fn of_every_value<const N: usize>(
    outputs: &[f32],
    columns: usize,
    results: &mut [f32],
    of_value: impl Fn([f32; N]) -> f32,
) {
    assert_eq!(outputs.len(), N * results.len(), "{N} numbers for every value");
    let rows = outputs
        .chunks_exact(N * columns)
        .zip(results.chunks_exact_mut(columns));
    vectorised(
        #[inline(always)]
        || {
            for (numbers, results) in rows {
                checkpoint();
                for (column, result) in results.iter_mut().enumerate() {
                    *result = of_value(std::array::from_fn(|number| numbers[number * columns + column]));
                }
            }
        },
    );
}

#[inline(always)]
fn total(sums: [f32; LANES]) -> f64 {
    sums.iter().map(|&sum| f64::from(sum)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::scalar;
    use super::*;

    fn numbers(count: usize, scale: f32) -> Vec<f32> {
        (0..count as u32)
            .map(|i| ((i.wrapping_mul(2_654_435_761) >> 16) as f32 / 32_768.0 - 1.0) * scale)
            .collect()
    }

    fn bernoulli([logit]: [f32; 1], x: f32) -> (f32, [f32; 1]) {
        let (softplus, sigmoid) = scalar::softplus_and_sigmoid(logit);
        (x * logit - softplus, [x - sigmoid])
    }

    #[test]
    fn ten_thousand_images_lose_no_more_than_a_hundred_thousandth() {
        let (rows, columns) = (10_000, 784);
        let logits = numbers(rows * columns, 12.0);
        let x: Vec<f32> = numbers(rows * columns, 1.0).iter().map(|x| x.abs()).collect();
        let mut per_row = vec![0.0; rows];
        log_likelihood(&logits, &x, columns, &mut per_row, bernoulli);
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
    fn a_value_that_is_not_there_adds_nothing_and_has_no_gradient() {
        let (columns, logits) = (LANES + 3, numbers(LANES + 3, 2.0));
        let mut x = numbers(columns, 1.0);
        let mut whole = [0.0];
        log_likelihood(&logits, &x, columns, &mut whole, bernoulli);
        let mut one = [0.0];
        log_likelihood(&logits[4..5], &x[4..5], 1, &mut one, bernoulli);
        x[4] = f32::NAN;
        let (mut gradients, mut rest) = (logits.clone(), [0.0]);
        log_likelihood_and_gradients(&mut gradients, &x, columns, &mut rest, bernoulli);
        assert!((rest[0] - (whole[0] - one[0])).abs() < 1e-5);
        assert!(gradients[4] == 0.0 && gradients[5] != 0.0);
    }

    #[test]
    fn every_number_stands_in_its_place_in_rows_of_any_length() {
        // The value's own number is multiplied by it, and the second one's gradient tells its column.
        let of_value = |[a, b]: [f32; 2], x: f32| (a * x + b, [a + 0.5, b + x]);
        for columns in [
            1,
            LANES - 1,
            LANES,
            3 * LANES + 5,
            BLOCK - 1,
            BLOCK,
            BLOCK + 1,
            2 * BLOCK + 21,
        ] {
            let x = numbers(2 * columns, 1.0);
            let outputs = numbers(4 * columns, 3.0);
            let (mut alone, mut both) = ([0.0; 2], [0.0; 2]);
            log_likelihood(&outputs, &x, columns, &mut alone, of_value);
            let mut gradients = outputs.clone();
            log_likelihood_and_gradients(&mut gradients, &x, columns, &mut both, of_value);
            assert_eq!(alone, both);
            let mut firsts = vec![0.0; 2 * columns];
            of_every_value(&outputs, columns, &mut firsts, |[a, _]: [f32; 2]| a);
            for (row, sum) in both.into_iter().enumerate() {
                let mut exact = 0.0;
                for column in 0..columns {
                    let (a, b) = (2 * row * columns + column, (2 * row + 1) * columns + column);
                    let x = x[row * columns + column];
                    exact += f64::from(outputs[a] * x + outputs[b]);
                    assert_eq!([gradients[a], gradients[b]], [outputs[a] + 0.5, outputs[b] + x]);
                    assert_eq!(firsts[row * columns + column], outputs[a]);
                }
                assert!((sum - exact).abs() < 1e-4, "{sum} for {exact}");
            }
            // Rows of x repeat where there are fewer of them.
            let mut repeated = [0.0; 2];
            log_likelihood(&outputs, &x[..columns], columns, &mut repeated, of_value);
            assert_eq!(repeated[0], alone[0]);
        }
    }
}
