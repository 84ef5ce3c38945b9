//! A categorical distribution in every value: one of K classes, `log p(k|z) = l_k - ln sum_j e^(l_j)`, with a logit `l` for each;
//! gradient: what was seen less the probabilities. A value that is no number is not there, and adds nothing.

use rand::{Rng, RngCore};

use super::distribution::{Distribution, Layer};
use crate::cancel::checkpoint;
use crate::kernels::{scalar, special};

pub(super) struct Categorical {
    /// Classes of a value, K.
    pub classes: usize,
    /// The class of a value is `x` times this, rounded.
    pub classes_per_unit: f32,
}

/// Values whose classes are compared side by side.
const LANES: usize = 16;

/// Some values of a row, one a lane.
#[derive(Clone, Copy)]
struct Lanes {
    first: usize,
    used: usize,
}

impl Categorical {
    fn class(&self, x: f32) -> usize {
        // A negative number becomes 0.
        ((x * self.classes_per_unit).round() as usize).min(self.classes - 1)
    }

    /// For every lane the largest logit, and the sum of all `e^(l - largest)`.
    fn largest_and_sum(&self, outputs: &[f32], columns: usize, lanes: Lanes) -> ([f32; LANES], [f32; LANES]) {
        let (mut largest, mut sums) = ([f32::NEG_INFINITY; LANES], [0.0; LANES]);
        for class in 0..self.classes {
            for (largest, &logit) in largest.iter_mut().zip(logits(outputs, columns, class, lanes)) {
                *largest = if logit > *largest { logit } else { *largest };
            }
        }
        for class in 0..self.classes {
            let logits = logits(outputs, columns, class, lanes);
            for ((sum, largest), logit) in sums.iter_mut().zip(largest).zip(logits) {
                *sum += scalar::exp(logit - largest);
            }
        }
        (largest, sums)
    }

    /// `log p` of all values of a row.
    fn log_likelihood_of_row(&self, outputs: &[f32], x: &[f32]) -> f64 {
        let columns = x.len();
        let of_lanes = |lanes: Lanes| -> f64 {
            let (largest, sums) = self.largest_and_sum(outputs, columns, lanes);
            let values = x[lanes.first..][..lanes.used].iter().enumerate();
            values
                .filter(|(_, x)| !x.is_nan())
                .map(|(lane, &x)| {
                    let logit = outputs[self.class(x) * columns + lanes.first + lane];
                    f64::from(logit - largest[lane]) - special::ln(f64::from(sums[lane]))
                })
                .sum()
        };
        all_lanes(columns).map(of_lanes).sum()
    }

    /// Puts the probability of every class in the place of its logit.
    fn to_probabilities(&self, outputs: &mut [f32], columns: usize) {
        for lanes in all_lanes(columns) {
            let (largest, sums) = self.largest_and_sum(outputs, columns, lanes);
            for class in 0..self.classes {
                let logits = &mut outputs[class * columns + lanes.first..][..lanes.used];
                for ((logit, largest), sum) in logits.iter_mut().zip(largest).zip(sums) {
                    *logit = scalar::exp(*logit - largest) / sum;
                }
            }
        }
    }

    /// The probabilities of every class, for rows that stay as they are.
    fn probabilities(&self, outputs: &[f32], columns: usize) -> Vec<f32> {
        let mut probabilities = outputs.to_vec();
        self.to_probabilities(&mut probabilities, columns);
        probabilities
    }
}

/// The lanes of a whole row.
fn all_lanes(columns: usize) -> impl Iterator<Item = Lanes> {
    (0..columns).step_by(LANES).map(move |first| Lanes {
        first,
        used: LANES.min(columns - first),
    })
}

/// The logits of one class.
fn logits(outputs: &[f32], columns: usize, class: usize, lanes: Lanes) -> &[f32] {
    &outputs[class * columns + lanes.first..][..lanes.used]
}

impl Distribution for Categorical {
    fn layer(&self) -> Layer {
        Layer::new("logits", self.classes)
    }

    fn log_likelihood(&self, outputs: &[f32], x: &[f32], columns: usize, per_row: &mut [f64]) {
        let rows = outputs.chunks_exact(self.classes * columns);
        for ((outputs, x), sum) in rows.zip(x.chunks_exact(columns).cycle()).zip(per_row) {
            checkpoint();
            *sum = self.log_likelihood_of_row(outputs, x);
        }
    }

    fn log_likelihood_and_gradients(
        &self,
        outputs: &mut [f32],
        x: &[f32],
        columns: usize,
        per_row: &mut [f64],
    ) {
        let rows = outputs.chunks_exact_mut(self.classes * columns);
        for ((outputs, x), sum) in rows.zip(x.chunks_exact(columns)).zip(per_row) {
            checkpoint();
            *sum = self.log_likelihood_of_row(outputs, x);
            self.to_probabilities(outputs, columns);
            outputs
                .iter_mut()
                .for_each(|probability| *probability = -*probability);
            for (column, &x) in x.iter().enumerate() {
                if x.is_nan() {
                    let of_value = outputs.iter_mut().skip(column).step_by(columns);
                    of_value.for_each(|gradient| *gradient = 0.0);
                } else {
                    outputs[self.class(x) * columns + column] += 1.0;
                }
            }
        }
    }

    fn means(&self, outputs: &[f32], columns: usize, means: &mut [f32]) {
        let rows = outputs.chunks_exact(self.classes * columns);
        for (outputs, means) in rows.zip(means.chunks_exact_mut(columns)) {
            checkpoint();
            means.fill(0.0);
            let probabilities = self.probabilities(outputs, columns);
            for (class, probabilities) in probabilities.chunks_exact(columns).enumerate() {
                let x = class as f32 / self.classes_per_unit;
                for (mean, probability) in means.iter_mut().zip(probabilities) {
                    *mean += probability * x;
                }
            }
        }
    }

    /// By the inverse of the cumulative distribution.
    fn sample(&self, outputs: &[f32], generator: &mut dyn RngCore, row: &mut [f32]) {
        let columns = row.len();
        let probabilities = self.probabilities(outputs, columns);
        for (column, value) in row.iter_mut().enumerate() {
            let mut above: f32 = generator.r#gen();
            let mut class = 0;
            while class + 1 < self.classes && above >= probabilities[class * columns + column] {
                above -= probabilities[class * columns + column];
                class += 1;
            }
            *value = class as f32 / self.classes_per_unit;
        }
    }
}
