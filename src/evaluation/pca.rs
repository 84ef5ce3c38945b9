//! Principal component analysis, the linear autoencoder that a nonlinear one is measured against.

use rayon::prelude::*;

use super::{MeasurementContext, interruptible};
use crate::cancel::{Cancel, checkpoint};
use crate::data::Split;
use crate::kernels::{Matrix, matmul};
use crate::random::{Purpose, fill_standard_normal, generator};

/// The most numbers that an item may have: the covariance has the square of so many.
pub const MOST_NUMBERS: usize = 4_096;

/// Items that one thread adds to the covariance at a time.
const BLOCK: usize = 500;
/// The share of the variance that a round must still add.
const TOLERANCE: f64 = 1e-7;
const MOST_ROUNDS: usize = 1_000;

/// The mean of some items and the directions in which they vary most.
#[derive(Clone, Debug)]
pub struct Pca {
    mean: Vec<f32>,
    /// Directions of length 1 at right angles to one another; shape (components, numbers of an item).
    components: Vec<f32>,
}

impl Pca {
    /// The `components` directions of the largest variance of the `items` of a split, on the threads of the pool it is called in, by
    /// orthogonal iteration on the covariance (Golub and Van Loan, section 8.2.4); as many as an item has numbers where more are
    /// asked for. `None` as soon as it is cancelled, and where there are no items or they have more than [`MOST_NUMBERS`] numbers.
    pub fn fit(
        split: &Split,
        items: &[usize],
        components: usize,
        context: MeasurementContext,
        cancel: &Cancel,
    ) -> Option<Self> {
        let row = |place: usize| context.item(split, items[place]);
        Self::of_rows(items.len(), split.numbers_per_item, row, components, cancel)
    }

    /// The same of `count` rows of so many `numbers`, whatever they are of.
    pub fn of_rows(
        count: usize,
        numbers: usize,
        row: impl Fn(usize) -> Vec<f32> + Sync,
        components: usize,
        cancel: &Cancel,
    ) -> Option<Self> {
        if count == 0 || !(1..=MOST_NUMBERS).contains(&numbers) {
            return None;
        }
        let mean = mean(count, numbers, &row);
        let covariance = covariance(count, &mean, row, cancel)?;
        let components =
            cancel.run(|| leading_eigenvectors(&covariance, numbers, components.min(numbers)))?;
        Some(Self { mean, components })
    }

    /// The mean.
    pub fn mean(&self) -> &[f32] {
        &self.mean
    }

    /// The directions, that of the largest variance first.
    pub fn directions(&self) -> impl Iterator<Item = &[f32]> {
        self.components.chunks_exact(self.mean.len())
    }

    /// The squared distance of an item from its projection onto the mean and the directions.
    pub fn squared_error(&self, item: &[f32]) -> f64 {
        let centred: Vec<f64> = item
            .iter()
            .zip(&self.mean)
            .map(|(&x, &mean)| f64::from(x - mean))
            .collect();
        let squares = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>();
        let projected: Vec<f64> = self
            .components
            .chunks_exact(self.mean.len())
            .map(|direction| {
                direction
                    .iter()
                    .zip(&centred)
                    .map(|(&a, b)| f64::from(a) * b)
                    .sum()
            })
            .collect();
        // By Pythagoras, the directions being orthonormal.
        (squares(&centred) - squares(&projected)).max(0.0)
    }
}

fn mean(count: usize, numbers: usize, row: impl Fn(usize) -> Vec<f32>) -> Vec<f32> {
    let mut sums = vec![0.0_f64; numbers];
    for place in 0..count {
        for (sum, x) in sums.iter_mut().zip(row(place)) {
            *sum += f64::from(x);
        }
    }
    sums.into_iter().map(|sum| (sum / count as f64) as f32).collect()
}

/// The covariance times the number of rows, row by row.
fn covariance(
    count: usize,
    mean: &[f32],
    row: impl Fn(usize) -> Vec<f32> + Sync,
    cancel: &Cancel,
) -> Option<Vec<f32>> {
    let numbers = mean.len();
    let of_block = |block: &[usize]| {
        interruptible(cancel, || {
            let centred = |&place: &usize| {
                let x = row(place).into_iter();
                x.zip(mean).map(|(x, mean)| x - mean).collect::<Vec<f32>>()
            };
            let rows: Vec<f32> = block.iter().flat_map(centred).collect();
            let rows = Matrix::new(&rows, block.len(), numbers);
            let mut product = vec![0.0; numbers * numbers];
            matmul(&[(rows.transposed(), rows)], &mut product);
            product
        })
    };
    let mut sums = vec![0.0_f64; numbers * numbers];
    // A few blocks at a time, since each has a whole matrix; added in order, so that the sum depends on no thread.
    let places: Vec<usize> = (0..count).collect();
    for round in places.chunks(BLOCK * rayon::current_num_threads()) {
        let products: Option<Vec<Vec<f32>>> = round.par_chunks(BLOCK).map(of_block).collect();
        for product in products? {
            sums.iter_mut()
                .zip(product)
                .for_each(|(sum, value)| *sum += f64::from(value));
        }
    }
    Some(sums.into_iter().map(|sum| sum as f32).collect())
}

/// The eigenvectors of a symmetric positive matrix with the `count` largest eigenvalues, one a row, the largest first: orthogonal
/// iteration finds the space that they span, and the eigenvectors of the matrix within it are they (Rayleigh and Ritz).
pub fn leading_eigenvectors(matrix: &[f32], numbers: usize, count: usize) -> Vec<f32> {
    let rows = leading_space(matrix, numbers, count);
    let mut turned = vec![0.0; rows.len()];
    matmul(
        &[(
            Matrix::new(&rows, count, numbers),
            Matrix::new(matrix, numbers, numbers),
        )],
        &mut turned,
    );
    let products = rows.chunks_exact(numbers.max(1)).flat_map(|row| {
        turned
            .chunks_exact(numbers.max(1))
            .map(move |turned| dot(row, turned))
    });
    let turns = eigenvectors(products.collect(), count);
    let mut vectors = vec![0.0; rows.len()];
    matmul(
        &[(
            Matrix::new(&turns, count, count),
            Matrix::new(&rows, count, numbers),
        )],
        &mut vectors,
    );
    vectors
}

/// All eigenvectors of a symmetric matrix, one a row, that of the largest eigenvalue first, by Jacobi's rotations (Golub and Van Loan,
/// section 8.5).
fn eigenvectors(mut matrix: Vec<f64>, size: usize) -> Vec<f32> {
    const MOST_SWEEPS: usize = 30;
    let mut vectors = vec![0.0_f64; size * size];
    vectors
        .iter_mut()
        .step_by(size + 1)
        .for_each(|value| *value = 1.0);
    let scale: f64 = matrix.iter().map(|value| value * value).sum();
    for _ in 0..MOST_SWEEPS {
        let mut beside = 0.0;
        for p in 0..size {
            checkpoint();
            for q in p + 1..size {
                let off = matrix[p * size + q];
                beside += off * off;
                if off == 0.0 {
                    continue;
                }
                let theta = (matrix[q * size + q] - matrix[p * size + p]) / (2.0 * off);
                let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
                let sine = tangent * cosine;
                let rotated = |p: f64, q: f64| (cosine * p - sine * q, sine * p + cosine * q);
                for k in 0..size {
                    let (a, b) = rotated(matrix[k * size + p], matrix[k * size + q]);
                    (matrix[k * size + p], matrix[k * size + q]) = (a, b);
                }
                for k in 0..size {
                    let (a, b) = rotated(matrix[p * size + k], matrix[q * size + k]);
                    (matrix[p * size + k], matrix[q * size + k]) = (a, b);
                    let (a, b) = rotated(vectors[p * size + k], vectors[q * size + k]);
                    (vectors[p * size + k], vectors[q * size + k]) = (a, b);
                }
            }
        }
        if beside <= 1e-24 * scale {
            break;
        }
    }
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|&a, &b| matrix[b * size + b].total_cmp(&matrix[a * size + a]));
    let row = |index: usize| vectors[index * size..][..size].iter().map(|&value| value as f32);
    order.into_iter().flat_map(row).collect()
}

/// A basis of the space that the eigenvectors with the largest eigenvalues span, one a row.
fn leading_space(matrix: &[f32], numbers: usize, count: usize) -> Vec<f32> {
    if count == 0 {
        return Vec::new();
    }
    let mut rows = vec![0.0; count * numbers];
    if count == numbers {
        // All of it.
        rows.iter_mut()
            .step_by(numbers + 1)
            .for_each(|value| *value = 1.0);
        return rows;
    }
    fill_standard_normal(&mut generator(0, Purpose::Initialisation, 0, 0), &mut rows);
    orthonormalise(&mut rows, numbers);
    let mut before = 0.0;
    for _ in 0..MOST_ROUNDS {
        let mut turned = vec![0.0; rows.len()];
        let matrix = Matrix::new(matrix, numbers, numbers);
        matmul(&[(Matrix::new(&rows, count, numbers), matrix)], &mut turned);
        let variance = dot(&rows, &turned);
        rows = turned;
        orthonormalise(&mut rows, numbers);
        if variance - before <= TOLERANCE * variance {
            break;
        }
        before = variance;
    }
    rows
}

/// Makes rows orthonormal, the first ones first (modified Gram and Schmidt, twice, since rounding leaves something the first time).
/// A row that lies in the span of those before it becomes zero, which projects onto nothing.
fn orthonormalise(rows: &mut [f32], numbers: usize) {
    for index in 0..rows.len() / numbers {
        let (before, rest) = rows.split_at_mut(index * numbers);
        let row = &mut rest[..numbers];
        let length_before = dot(row, row).sqrt();
        for _ in 0..2 {
            for other in before.chunks_exact(numbers) {
                let along = dot(row, other) as f32;
                row.iter_mut()
                    .zip(other)
                    .for_each(|(value, other)| *value -= along * other);
            }
        }
        let length = dot(row, row).sqrt();
        let scale = if length > 1e-5 * length_before {
            (1.0 / length) as f32
        } else {
            0.0
        };
        row.iter_mut().for_each(|value| *value *= scale);
    }
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Binarisation;

    const CONTEXT: MeasurementContext = MeasurementContext {
        seed: 1,
        binarisation: Binarisation::None,
    };

    fn fit(split: &Split, components: usize) -> Pca {
        let items: Vec<usize> = (0..split.points()).collect();
        Pca::fit(split, &items, components, CONTEXT, &Cancel::default()).unwrap()
    }

    /// Items `m + a u + b v` with `u = (1, 1, 0, 0)` and `v = (0, 0, 1, -1)`: the larger spread along `u`.
    fn plane() -> Split {
        let item = |a: i16, b: i16| [100 + a, 100 + a, 100 + b, 100 - b].map(|value| value as u8);
        let bytes = [(80, 0), (-80, 0), (0, 20), (0, -20)]
            .map(|(a, b)| item(a, b))
            .concat();
        Split::of_bytes(bytes, Vec::new(), 4)
    }

    #[test]
    fn the_known_directions_are_found() {
        let split = plane();
        let row = |item| CONTEXT.item(&split, item);
        let one = fit(&split, 1);
        let along = 0.5_f32.sqrt();
        let expected = [along, along, 0.0, 0.0];
        let same = one
            .components
            .iter()
            .zip(expected)
            .all(|(found, expected)| (found.abs() - expected).abs() < 1e-4);
        assert!(same, "{:?}", one.components);
        // What lies along the direction is lost of nothing; across it, everything: 2 (20 / 255)^2.
        assert!(one.squared_error(&row(0)) < 1e-8);
        let across = 2.0 * (20.0_f64 / 255.0).powi(2);
        assert!((one.squared_error(&row(2)) - across).abs() < 1e-6);
        // Two directions hold everything, and more than there are change nothing.
        for components in [2, 3, 9] {
            let all = fit(&split, components);
            assert!(
                (0..4).all(|item| all.squared_error(&row(item)) < 1e-6),
                "{components}"
            );
        }
    }

    /// The mean squared error is the variance less that of the directions, and no other directions have more (Eckart and Young).
    #[test]
    fn no_coordinate_axes_keep_more_of_the_variance() {
        let bytes: Vec<u8> = (0..60 * 7_u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let split = Split::of_bytes(bytes, Vec::new(), 7);
        let rows: Vec<Vec<f32>> = (0..60).map(|item| CONTEXT.item(&split, item)).collect();
        let error = |components| {
            let pca = fit(&split, components);
            rows.iter().map(|row| pca.squared_error(row)).sum::<f64>()
        };
        let errors: Vec<f64> = (0..=7).map(error).collect();
        assert!(errors.windows(2).all(|pair| pair[1] < pair[0]), "{errors:?}");
        assert!(errors[7] < 1e-4 * errors[0]);
        let variance = |column: usize| {
            let mean = rows.iter().map(|row| f64::from(row[column])).sum::<f64>() / 60.0;
            rows.iter()
                .map(|row| (f64::from(row[column]) - mean).powi(2))
                .sum::<f64>()
        };
        let largest = (0..7).map(variance).fold(0.0, f64::max);
        assert!(
            errors[0] - errors[1] >= largest,
            "one direction keeps more than any axis"
        );
    }

    #[test]
    fn what_is_too_large_or_cancelled_has_no_answer() {
        let large = Split::of_bytes(vec![0; MOST_NUMBERS + 1], Vec::new(), MOST_NUMBERS + 1);
        let cancel = Cancel::default();
        assert!(Pca::fit(&large, &[0], 1, CONTEXT, &cancel).is_none());
        assert!(Pca::fit(&plane(), &[], 1, CONTEXT, &cancel).is_none());
        cancel.cancel();
        assert!(Pca::fit(&plane(), &[0, 1], 1, CONTEXT, &cancel).is_none());
    }

    /// A matrix with known eigenvectors, two of whose eigenvalues lie close to one another.
    #[test]
    fn eigenvectors_are_told_apart_even_where_all_are_wanted() {
        let vectors = [[0.6, 0.8, 0.0], [-0.8, 0.6, 0.0], [0.0, 0.0, 1.0]];
        let values = [3.0, 2.9, 0.5];
        let entry = |row: usize, column: usize| -> f32 {
            (0..3)
                .map(|k| values[k] * vectors[k][row] * vectors[k][column])
                .sum()
        };
        let matrix: Vec<f32> = (0..9).map(|place| entry(place / 3, place % 3)).collect();
        for count in 0..=3 {
            let found = leading_eigenvectors(&matrix, 3, count);
            assert_eq!(found.len(), 3 * count);
            for (found, expected) in found.chunks_exact(3).zip(vectors) {
                let along: f32 = found.iter().zip(expected).map(|(a, b)| a * b).sum();
                assert!(along.abs() > 1.0 - 1e-3, "{count}: {found:?}");
            }
        }
    }
}
