//! What the estimates of the marginal likelihood `p(x)` share: blocks of data points, a mean and its standard error.

use std::ops::Range;

use dfdx::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{MeasurementContext, device, interruptible};
use crate::cancel::Cancel;
use crate::data::Split;
use crate::dims::{Batch, Pixels};
use crate::nn::view::elements_mut;

/// An estimate of `log p(x)`, in nats per data point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct MarginalLikelihood {
    /// The mean over the data points.
    pub mean: f64,
    /// The standard error of that mean, from the spread over the data points; one point has no spread.
    pub standard_error: Option<f64>,
    /// Data points that were evaluated.
    pub points: usize,
}

/// The same as it is written: no standard error is not a number, which JSON has as `null`.
#[derive(Serialize, Deserialize)]
struct Stored {
    mean: f64,
    standard_error: f64,
    points: usize,
}

impl From<MarginalLikelihood> for Stored {
    fn from(estimate: MarginalLikelihood) -> Self {
        Self {
            mean: estimate.mean,
            standard_error: estimate.standard_error.unwrap_or(f64::NAN),
            points: estimate.points,
        }
    }
}

impl From<Stored> for MarginalLikelihood {
    fn from(stored: Stored) -> Self {
        Self {
            mean: stored.mean,
            // Earlier programs wrote 0 for one point.
            standard_error: standard_error(stored.standard_error, stored.points),
            points: stored.points,
        }
    }
}

/// A standard error over `points` points, where there is one.
fn standard_error(value: f64, points: usize) -> Option<f64> {
    (points > 1 && value.is_finite()).then_some(value)
}

impl MarginalLikelihood {
    /// The mean of what was estimated of every data point; none of no points.
    pub fn of(values: &[f64]) -> Option<Self> {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (!values.is_empty()).then_some(Self {
            mean,
            standard_error: standard_error((variance / count).sqrt(), values.len()),
            points: values.len(),
        })
    }
}

/// What `of_block` says of the data points `0..points`, `block` of them at a time, on the threads of the pool it is called in.
///
/// After every round `go_on` hears how many points are done; if it says no, if there are no points, or as soon as it is
/// cancelled, the answer is `None`.
pub(super) fn by_point(
    points: usize,
    block: usize,
    cancel: &Cancel,
    of_block: impl Fn(Range<usize>) -> Vec<f64> + Sync,
    mut go_on: impl FnMut(usize) -> bool,
) -> Option<Vec<f64>> {
    let firsts: Vec<usize> = (0..points).step_by(block).collect();
    let mut values: Vec<f64> = Vec::with_capacity(points);
    for round in firsts.chunks(rayon::current_num_threads()) {
        let of_round = round
            .par_iter()
            .map(|&first| interruptible(cancel, || of_block(first..points.min(first + block))));
        let of_round: Option<Vec<Vec<f64>>> = of_round.collect();
        values.extend(of_round?.into_iter().flatten());
        if !go_on(values.len()) {
            return None;
        }
    }
    (points > 0).then_some(values)
}

/// Some images of a split, one a row, read as the run reads them.
pub(super) fn images(
    split: &Split,
    points: impl ExactSizeIterator<Item = usize>,
    noise: MeasurementContext,
) -> Tensor<(Batch, Pixels), f32, Cpu> {
    let pixels = split.numbers_per_item;
    let mut x = device().zeros_like(&(Batch(points.len()), Pixels(pixels)));
    for (row, index) in elements_mut(&mut x).chunks_exact_mut(pixels).zip(points) {
        noise.binarisation.fill_row(split, index, noise.seed, 0, row);
    }
    x
}

/// `log 1/n sum exp` of numbers, without overflow; minus infinity of none.
pub(super) fn log_mean_exp(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut largest, mut scaled, mut count) = (f64::NEG_INFINITY, 0.0, 0_u64);
    for value in values {
        count += 1;
        if value > largest {
            scaled *= (largest - value).exp();
            largest = value;
        }
        if value > f64::NEG_INFINITY {
            scaled += (value - largest).exp();
        }
    }
    if count == 0 {
        return f64::NEG_INFINITY;
    }
    largest + scaled.ln() - (count as f64).ln()
}

/// A model with a marginal likelihood in closed form, for the tests of every estimate: `x = W z + s noise`, so that
/// `p(x) = N(0, W W^T + s^2 I)`.
#[cfg(test)]
pub(super) mod linear_gaussian {
    use crate::hmc::LogLikelihood;

    pub const LATENT: usize = 2;
    const VARIANCE: f64 = 0.3;
    const WEIGHTS: [[f64; 3]; LATENT] = [[1.2, -0.7, 0.4], [0.3, 0.9, -1.1]];

    /// Some data points; chains have a row for each, or several rounds of them.
    pub struct Points(pub Vec<[f64; 3]>);

    impl Points {
        pub fn some(count: usize) -> Self {
            let number = |i: usize| ((i * 37 % 41) as f64 / 20.0 - 1.0) * 2.0;
            Self(
                (0..count)
                    .map(|i| [number(3 * i), number(3 * i + 1), number(3 * i + 2)])
                    .collect(),
            )
        }

        /// The exact `log p(x)`, averaged over the points.
        pub fn exact(&self) -> f64 {
            // With z integrated out one dimension at a time: Sherman and Morrison's formula twice.
            let mut inverse = [[0.0; 3]; 3];
            (0..3).for_each(|i| inverse[i][i] = 1.0 / VARIANCE);
            let mut log_determinant = 3.0 * VARIANCE.ln();
            for w in WEIGHTS {
                let v = inverse.map(|row| (0..3).map(|j| row[j] * w[j]).sum::<f64>());
                let denominator = 1.0 + (0..3).map(|i| w[i] * v[i]).sum::<f64>();
                log_determinant += denominator.ln();
                for (row, vi) in inverse.iter_mut().zip(v) {
                    for (entry, vj) in row.iter_mut().zip(v) {
                        *entry -= vi * vj / denominator;
                    }
                }
            }
            let of_point = |x: &[f64; 3]| {
                let quadratic: f64 = (0..9).map(|k| x[k / 3] * inverse[k / 3][k % 3] * x[k % 3]).sum();
                -0.5 * (quadratic + log_determinant + 3.0 * (2.0 * std::f64::consts::PI).ln())
            };
            self.0.iter().map(of_point).sum::<f64>() / self.0.len() as f64
        }
    }

    impl LogLikelihood for Points {
        fn evaluate(&self, z: &[f32], gradient: &mut [f32], values: &mut [f64]) {
            let rows = z.chunks_exact(LATENT).zip(gradient.chunks_exact_mut(LATENT));
            for (((z, gradient), value), x) in rows.zip(values).zip(self.0.iter().cycle()) {
                let mean = |pixel: usize| {
                    (0..LATENT)
                        .map(|j| WEIGHTS[j][pixel] * f64::from(z[j]))
                        .sum::<f64>()
                };
                let residual: Vec<f64> = (0..3).map(|pixel| x[pixel] - mean(pixel)).collect();
                let squares: f64 = residual.iter().map(|r| r * r).sum();
                *value = -0.5 * (squares / VARIANCE + 3.0 * (2.0 * std::f64::consts::PI * VARIANCE).ln());
                for (gradient, weights) in gradient.iter_mut().zip(WEIGHTS) {
                    let slope: f64 = weights.iter().zip(&residual).map(|(w, r)| w * r).sum();
                    *gradient = (slope / VARIANCE) as f32;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_mean_exp_neither_overflows_nor_depends_on_the_order() {
        assert!(log_mean_exp([0.0, 0.0]).abs() < 1e-12);
        assert!((log_mean_exp([-1e4, -1e4, -1e4]) + 1e4).abs() < 1e-9);
        let (up, down) = ([700.0, 800.0, 801.0], [801.0, 800.0, 700.0]);
        assert!((log_mean_exp(up) - log_mean_exp(down)).abs() < 1e-9);
        assert!((log_mean_exp([f64::NEG_INFINITY, 2.0]) - (2.0 - 2.0_f64.ln())).abs() < 1e-12);
        assert_eq!(log_mean_exp([f64::NEG_INFINITY; 2]), f64::NEG_INFINITY);
        assert_eq!(log_mean_exp([]), f64::NEG_INFINITY);
    }

    #[test]
    fn the_average_comes_with_the_error_of_the_mean_and_can_be_interrupted() {
        let of_block = |points: Range<usize>| points.map(|point| point as f64).collect();
        let mut heard = Vec::new();
        let values = by_point(10, 3, &Cancel::default(), of_block, |done| {
            heard.push(done);
            true
        });
        let whole = MarginalLikelihood::of(&values.expect("ten points")).expect("ten points");
        assert_eq!((whole.mean, whole.points, heard.last()), (4.5, 10, Some(&10)));
        let error = whole.standard_error.expect("ten points have a spread");
        assert!((error - (55.0_f64 / 6.0 / 10.0).sqrt()).abs() < 1e-12);
        assert_eq!(by_point(10, 3, &Cancel::default(), of_block, |_| false), None);
        assert_eq!(by_point(0, 3, &Cancel::default(), of_block, |_| true), None);
    }

    #[test]
    fn one_point_has_no_standard_error_anywhere() {
        let one = MarginalLikelihood::of(&[-98.5]).expect("a point");
        assert_eq!((one.mean, one.standard_error), (-98.5, None));
        let json = serde_json::to_value(one).expect("numbers");
        assert_eq!(json["standard_error"], serde_json::Value::Null);
        let stored = ron::to_string(&one).expect("numbers");
        assert_eq!(ron::from_str(&stored), Ok(one));

        let earlier = "(mean: -98.5, standard_error: 0.0, points: 1)";
        assert_eq!(ron::from_str(earlier), Ok(one));
        let many = "(mean: -98.5, standard_error: 2.25, points: 100)";
        let many: MarginalLikelihood = ron::from_str(many).expect("what earlier programs wrote");
        assert_eq!(many.standard_error, Some(2.25));
        assert_eq!(
            serde_json::to_value(many).expect("numbers")["standard_error"],
            2.25
        );
    }
}
