//! How well latent dimensions and the factors that made the data stand for one another.
//!
//! Three scores of means `mu(x)` of items whose factors are known: the mutual information gap (Chen, Li, Grosse and Duvenaud 2018,
//! section 4.1), and disentanglement and completeness with informativeness (Eastwood and Williams 2018). All are 1 for a code
//! with one dimension for each factor.

use rayon::prelude::*;
use serde::Serialize;

use super::marginal::images;
use super::{MeasurementContext, interruptible};
use crate::cancel::Cancel;
use crate::data::sprites::{self, Factor};
use crate::data::{Dataset, Part};
use crate::model::Vae;
use crate::nn::view::elements;

/// Items of a measurement, at most.
pub const MOST_ITEMS: usize = 10_000;
/// Items that one thread encodes at a time.
const BLOCK: usize = 100;
/// Bins of equal width for the values of a latent dimension.
const BINS: usize = 20;
/// The penalty of the lasso, in units of the standardised factor.
const PENALTY: f64 = 0.02;
const MOST_ROUNDS: usize = 1_000;

/// The scores of a model, each from 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Disentanglement {
    /// The mutual information gap: the mean over the factors of [`Disentanglement::gaps`].
    pub mutual_information_gap: f64,
    /// Of every factor: by how much more the dimension that knows most of it knows than the one after it, as a share of the
    /// factor's entropy.
    pub gaps: Vec<(&'static str, f64)>,
    /// How far a dimension stands for one factor alone, weighed by how much it counts.
    pub disentanglement: f64,
    /// How far one dimension alone stands for a factor.
    pub completeness: f64,
    /// The share of a factor's variance that a linear map of all dimensions explains, over the factors.
    pub informativeness: f64,
    /// Items that were measured.
    pub items: usize,
}

/// The scores on the first items of a part of `data`; none where its factors are not known, or as soon as it is cancelled.
pub fn disentanglement(
    model: &Vae,
    data: &Dataset,
    part: Part,
    context: MeasurementContext,
    cancel: &Cancel,
) -> Option<Disentanglement> {
    sprites::training_points(&data.name)?;
    let split = data.split(part);
    let items: Vec<usize> = (0..split.points().min(MOST_ITEMS)).collect();
    let latent = model.architecture().latent;
    let means = |items: &[usize]| -> Option<Vec<f32>> {
        interruptible(cancel, || {
            let x = images(split, items.iter().copied(), context);
            let moments = model.recognise(&x, context.seed);
            let means = elements(&moments).chunks_exact(2 * latent);
            means.flat_map(|row| &row[..latent]).copied().collect()
        })
    };
    let blocks: Option<Vec<Vec<f32>>> = items.par_chunks(BLOCK).map(means).collect();
    let values: Vec<usize> = items
        .iter()
        .flat_map(|&item| sprites::values(part, item))
        .collect();
    Some(of_code(&blocks?.concat(), latent, &values, &sprites::FACTORS))
}

/// The scores of a code.
///
/// Shapes: code (items, latent), values (items, factors).
fn of_code(code: &[f32], latent: usize, values: &[usize], factors: &[Factor]) -> Disentanglement {
    let items = code.len() / latent;
    let dimension = |j: usize| -> Vec<f64> {
        let values = code[j..].iter().step_by(latent);
        values.map(|&value| f64::from(value)).collect()
    };
    let code: Vec<Vec<f64>> = (0..latent).map(dimension).collect();
    let of_factor = |k: usize| -> Vec<usize> { values[k..].iter().step_by(factors.len()).copied().collect() };
    let values: Vec<Vec<usize>> = (0..factors.len()).map(of_factor).collect();

    let bins: Vec<Vec<usize>> = code.iter().map(|values| binned(values)).collect();
    let gap = |(factor, values): (&Factor, &Vec<usize>)| {
        let entropy = entropy_of_counts(&counts(values.iter().copied(), factor.values));
        let mut known: Vec<f64> = bins
            .iter()
            .map(|bins| mutual_information(bins, values, factor.values))
            .collect();
        known.sort_by(|a, b| b.total_cmp(a));
        let second = known.get(1).copied().unwrap_or(0.0);
        let gap = if entropy > 0.0 {
            (known[0] - second) / entropy
        } else {
            0.0
        };
        (factor.name, gap)
    };
    let gaps: Vec<(&'static str, f64)> = factors.iter().zip(&values).map(gap).collect();

    let code: Vec<Vec<f64>> = code.into_iter().map(standardised).collect();
    let (mut importance, mut explained) = (vec![vec![0.0; factors.len()]; latent], 0.0);
    for (k, values) in values.iter().enumerate() {
        let target = standardised(values.iter().map(|&value| value as f64).collect());
        let weights = lasso(&code, &target);
        let rest = (0..items).map(|item| {
            let said: f64 = weights
                .iter()
                .zip(&code)
                .map(|(weight, code)| weight * code[item])
                .sum();
            (target[item] - said).powi(2)
        });
        explained += (1.0 - rest.sum::<f64>() / items as f64).max(0.0);
        for (importance, weight) in importance.iter_mut().zip(weights) {
            importance[k] = weight.abs();
        }
    }
    let total: f64 = importance.iter().flatten().sum();
    let of_dimension = |row: &Vec<f64>| row.iter().sum::<f64>() * concentration(row);
    let column = |k: usize| -> Vec<f64> { importance.iter().map(|row| row[k]).collect() };
    let number = factors.len() as f64;
    Disentanglement {
        mutual_information_gap: gaps.iter().map(|(_, gap)| gap).sum::<f64>() / number,
        gaps,
        disentanglement: if total > 0.0 {
            importance.iter().map(of_dimension).sum::<f64>() / total
        } else {
            0.0
        },
        completeness: (0..factors.len()).map(|k| concentration(&column(k))).sum::<f64>() / number,
        informativeness: explained / number,
        items,
    }
}

/// 1 less the entropy of shares, in units of that of equal ones: 1 where one has all, 0 where all have as much, or nothing.
fn concentration(weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return 0.0;
    }
    if weights.len() == 1 {
        return 1.0;
    }
    let shares: Vec<f64> = weights.iter().map(|weight| weight / total).collect();
    1.0 - entropy(&shares) / (weights.len() as f64).ln()
}

/// In nats.
fn entropy(shares: &[f64]) -> f64 {
    let terms = shares.iter().filter(|&&share| share > 0.0);
    terms.map(|share| -share * share.ln()).sum()
}

fn entropy_of_counts(counts: &[usize]) -> f64 {
    let total: usize = counts.iter().sum();
    let shares: Vec<f64> = counts
        .iter()
        .map(|&count| count as f64 / total.max(1) as f64)
        .collect();
    entropy(&shares)
}

fn counts(values: impl Iterator<Item = usize>, number: usize) -> Vec<usize> {
    let mut counts = vec![0; number];
    values.for_each(|value| counts[value] += 1);
    counts
}

/// `I(bin; value) = H(bin) + H(value) - H(bin, value)`, in nats.
fn mutual_information(bins: &[usize], values: &[usize], number: usize) -> f64 {
    let pairs = bins.iter().zip(values).map(|(bin, value)| bin * number + value);
    let together = entropy_of_counts(&counts(pairs, BINS * number));
    let of_bins = entropy_of_counts(&counts(bins.iter().copied(), BINS));
    of_bins + entropy_of_counts(&counts(values.iter().copied(), number)) - together
}

/// The bin of every value, among bins of equal width from the least to the largest.
fn binned(values: &[f64]) -> Vec<usize> {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let width = (largest - least) / BINS as f64;
    let bin = |value: &f64| match width > 0.0 {
        true => (((value - least) / width) as usize).min(BINS - 1),
        false => 0,
    };
    values.iter().map(bin).collect()
}

/// With mean 0 and variance 1; zeros where all are alike.
fn standardised(mut values: Vec<f64>) -> Vec<f64> {
    let number = values.len() as f64;
    let mean = values.iter().sum::<f64>() / number;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / number;
    let scale = if variance > 1e-12 {
        variance.sqrt().recip()
    } else {
        0.0
    };
    values
        .iter_mut()
        .for_each(|value| *value = (*value - mean) * scale);
    values
}

/// The weights that minimise `1/2n |y - sum_j w_j x_j|^2 + penalty |w|_1` for standardised `x_j` and `y` (Tibshirani 1996), by
/// coordinate descent on their covariances.
fn lasso(code: &[Vec<f64>], target: &[f64]) -> Vec<f64> {
    let number = target.len() as f64;
    let covariance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / number;
    let with_target: Vec<f64> = code.iter().map(|code| covariance(code, target)).collect();
    let among: Vec<Vec<f64>> = code
        .iter()
        .map(|a| code.iter().map(|b| covariance(a, b)).collect())
        .collect();
    let mut weights = vec![0.0; code.len()];
    for _ in 0..MOST_ROUNDS {
        let mut largest_change: f64 = 0.0;
        for j in 0..code.len() {
            if among[j][j] <= 0.0 {
                continue;
            }
            let said: f64 = among[j]
                .iter()
                .zip(&weights)
                .map(|(among, weight)| among * weight)
                .sum();
            let rest = with_target[j] - said + among[j][j] * weights[j];
            let weight = rest.signum() * (rest.abs() - PENALTY).max(0.0) / among[j][j];
            largest_change = largest_change.max((weight - weights[j]).abs());
            weights[j] = weight;
        }
        if largest_change < 1e-6 {
            break;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTORS: [Factor; 2] = [
        Factor {
            name: "left",
            values: 7,
        },
        Factor {
            name: "right",
            values: 5,
        },
    ];

    /// Every pair of values once, and a code of so many dimensions that is a function of both.
    fn scores<const N: usize>(code: impl Fn(f32, f32) -> [f32; N]) -> Disentanglement {
        let pairs = (0..7).flat_map(|left| (0..5).map(move |right| [left, right]));
        let values: Vec<usize> = pairs.flatten().collect();
        let code: Vec<f32> = values
            .chunks_exact(2)
            .flat_map(|pair| {
                code(
                    (pair[0] as f32 - 3.0) / 2.0,
                    (pair[1] as f32 - 2.0) / 2.0_f32.sqrt(),
                )
            })
            .collect();
        of_code(&code, N, &values, &FACTORS)
    }

    #[test]
    fn a_perfect_code_scores_one() {
        for scores in [
            scores(|left, right| [left, right]),
            // In another order and the other way round, with a dimension that says nothing.
            scores(|left, right| [0.0, -right, 3.0 * left]),
        ] {
            assert!((scores.mutual_information_gap - 1.0).abs() < 1e-9, "{scores:?}");
            assert!((scores.disentanglement - 1.0).abs() < 1e-6, "{scores:?}");
            assert!((scores.completeness - 1.0).abs() < 1e-6, "{scores:?}");
            assert!(scores.informativeness > 0.999, "{scores:?}");
        }
    }

    /// A rotation by an eighth of a turn keeps everything that is known and has no dimension of its own for anything.
    #[test]
    fn a_rotated_code_scores_less() {
        let scores = scores(|left, right| [left + right, left - right]);
        assert!(scores.mutual_information_gap < 0.1, "{scores:?}");
        assert!(
            scores.disentanglement < 0.1 && scores.completeness < 0.1,
            "{scores:?}"
        );
        assert!(scores.informativeness > 0.99, "{scores:?}");
    }

    #[test]
    fn a_factor_in_two_dimensions_has_no_gap_and_two_factors_in_one_are_entangled() {
        let twice = scores(|left, right| [left, -left, right]);
        assert!(twice.gaps[0].1 < 1e-9 && twice.gaps[1].1 > 0.999, "{twice:?}");
        let both = scores(|left, right| [left + right]);
        assert!(both.disentanglement < 0.1 && both.completeness > 0.99, "{both:?}");
        let nothing = scores(|_, _| [0.0, 0.0]);
        assert_eq!(nothing.mutual_information_gap, 0.0);
        assert!(nothing.disentanglement == 0.0 && nothing.informativeness < 1e-9);
    }
}
