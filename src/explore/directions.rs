//! Directions of the latent space along which something happens, found rather than guessed.

use serde::{Deserialize, Serialize};

use super::encoding::{posterior_means, shown_items};
use super::projection::forwards;
use super::traversal::decode;
use crate::cancel::Cancel;
use crate::data::Split;
use crate::evaluation::{MeasurementContext, Pca, leading_eigenvectors};
use crate::model::Vae;

/// How directions are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Search {
    /// Those along which the decoder's mean changes most at a point: the right singular vectors of its Jacobian.
    Jacobian,
    /// Those along which the posterior means of the first items of the part vary most: their principal components.
    Principal,
    /// The latent dimensions, by their point-biserial correlation with being of a class, by its place among the data's.
    Class(u16),
}

/// A direction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Direction {
    /// Where it points; of length 1.
    pub vector: Vec<f32>,
    /// The latent dimension, where it is one.
    pub dimension: Option<usize>,
    /// How much happens along it: the singular value (the Euclidean distance that the item goes for each unit of the latent space),
    /// the standard deviation of the means, or the correlation from -1 to 1.
    pub strength: f32,
}

/// Directions that are found at most, but for the dimensions themselves.
pub const MOST: usize = 12;

/// Half of the distance over which the decoder's change is taken.
const STEP: f32 = 0.02;

/// The leading directions at `z`, the strongest first; `None` as soon as it is cancelled.
pub fn directions(
    model: &Vae,
    split: &Split,
    z: &[f32],
    search: Search,
    context: MeasurementContext,
    cancel: &Cancel,
) -> Option<Vec<Direction>> {
    if search == Search::Jacobian {
        return of_jacobian(&jacobian(model, z, cancel)?, z.len(), cancel);
    }
    let items: Vec<usize> = (0..shown_items(model, split)).collect();
    let means = posterior_means(model, split, &items, context, cancel)?;
    match search {
        Search::Class(class) => {
            let is_of_class: Vec<bool> = items
                .iter()
                .map(|&item| split.label(item) == Some(class))
                .collect();
            Some(correlations(&means, z.len(), &is_of_class))
        }
        Search::Jacobian | Search::Principal => of_means(&means, z.len(), cancel),
    }
}

/// The decoder's Jacobian at `z` by central differences: for each latent dimension, how every value of the item changes; shape
/// (latent, values).
fn jacobian(model: &Vae, z: &[f32], cancel: &Cancel) -> Option<Vec<Vec<f32>>> {
    let moved = |dimension: usize, by: f32| {
        let mut point = z.to_vec();
        point[dimension] += by;
        point
    };
    let of_dimension = |dimension: usize| {
        let images = decode(model, &[moved(dimension, STEP), moved(dimension, -STEP)], cancel)?;
        let (above, below) = images.split_at(images.len() / 2);
        let pairs = above.iter().zip(below);
        Some(
            pairs
                .map(|(above, below)| (above - below) / (2.0 * STEP))
                .collect(),
        )
    };
    (0..z.len()).map(of_dimension).collect()
}

/// The right singular vectors of a Jacobian with the largest singular values: the eigenvectors of `J^T J`.
fn of_jacobian(jacobian: &[Vec<f32>], latent: usize, cancel: &Cancel) -> Option<Vec<Direction>> {
    let dot =
        |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum() };
    let gram = |row: &Vec<f32>| {
        jacobian
            .iter()
            .map(|other| dot(row, other) as f32)
            .collect::<Vec<f32>>()
    };
    let gram: Vec<f32> = jacobian.iter().flat_map(gram).collect();
    let vectors = cancel.run(|| leading_eigenvectors(&gram, latent, latent.min(MOST)))?;
    let direction = |vector: &[f32]| {
        let turned: Vec<f32> = gram
            .chunks_exact(latent)
            .map(|row| dot(row, vector) as f32)
            .collect();
        Direction {
            vector: forwards(vector),
            dimension: None,
            strength: dot(&turned, vector).max(0.0).sqrt() as f32,
        }
    };
    let vectors = vectors
        .chunks_exact(latent.max(1))
        .filter(|vector| points_somewhere(vector));
    Some(vectors.map(direction).collect())
}

/// Whether a direction is one: where fewer things happen than directions were looked for, some are of no length.
fn points_somewhere(vector: &[f32]) -> bool {
    vector.iter().map(|value| value * value).sum::<f32>() > 0.5
}

/// The principal components of latent vectors, and their standard deviations.
fn of_means(means: &[Vec<f32>], latent: usize, cancel: &Cancel) -> Option<Vec<Direction>> {
    if means.is_empty() {
        return Some(Vec::new());
    }
    let row = |place: usize| means[place].clone();
    let pca = Pca::of_rows(means.len(), latent, row, latent.min(MOST), cancel)?;
    let direction = |vector: &[f32]| {
        let along = |mean: &Vec<f32>| -> f64 {
            let centred = mean.iter().zip(pca.mean()).map(|(z, mean)| z - mean);
            let along: f32 = centred.zip(vector).map(|(z, direction)| z * direction).sum();
            f64::from(along).powi(2)
        };
        Direction {
            vector: forwards(vector),
            dimension: None,
            strength: (means.iter().map(along).sum::<f64>() / means.len() as f64).sqrt() as f32,
        }
    };
    let vectors = pca.directions().filter(|vector| points_somewhere(vector));
    Some(vectors.map(direction).collect())
}

/// Every latent dimension by its correlation with a yes or no: `r = (m_1 - m_0) / s sqrt(p (1 - p))`, with the means of the items that
/// are and are not of the class, the standard deviation of all and the share `p` that is; 0 where nothing varies.
fn correlations(means: &[Vec<f32>], latent: usize, is_of_class: &[bool]) -> Vec<Direction> {
    let count = means.len() as f64;
    let share = is_of_class.iter().filter(|&&is| is).count() as f64 / count;
    let correlation = |dimension: usize| {
        let values = || means.iter().map(|mean| f64::from(mean[dimension]));
        let mean = values().sum::<f64>() / count;
        let deviation = (values().map(|z| (z - mean).powi(2)).sum::<f64>() / count).sqrt();
        let of_class = values().zip(is_of_class).filter(|(_, is)| **is).map(|(z, _)| z);
        let of_class = of_class.sum::<f64>() / (share * count);
        // The mean of the others follows from that of all: m_1 - m_0 = (m_1 - m) / (1 - p).
        let r = (of_class - mean) / deviation * (share / (1.0 - share)).sqrt();
        if r.is_finite() { r as f32 } else { 0.0 }
    };
    let along = |dimension: usize| {
        let mut vector = vec![0.0; latent];
        vector[dimension] = 1.0;
        Direction {
            vector,
            dimension: Some(dimension),
            strength: correlation(dimension),
        }
    };
    let mut found: Vec<Direction> = (0..latent).map(along).collect();
    found.sort_by(|a, b| b.strength.abs().total_cmp(&a.strength.abs()));
    found
}

/// For each of some directions, the items along it from `z`, one after the other: `z + t v` for `steps` values of `t` from `-reach` to
/// `reach`. `None` as soon as it is cancelled.
pub fn along(
    model: &Vae,
    z: &[f32],
    directions: &[Vec<f32>],
    (reach, steps): (f32, usize),
    cancel: &Cancel,
) -> Option<Vec<f32>> {
    let places = super::traversal::steps_within(reach, steps);
    let points: Vec<Vec<f32>> = directions
        .iter()
        .flat_map(|direction| {
            places
                .iter()
                .map(move |&t| super::attribute::moved(z, direction, t))
        })
        .collect();
    decode(model, &points, cancel)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Binarisation;

    fn model() -> Vae {
        Vae::small((6, 5, 3), 4)
    }

    fn dot(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    /// `J = U S V^T` with known singular values and right singular vectors.
    #[test]
    fn the_directions_of_a_jacobian_are_its_singular_vectors() {
        let (c, s) = (0.6, 0.8);
        // Columns of the Jacobian: how each dimension moves three values. V is a turn of the first two dimensions.
        let jacobian = vec![
            vec![5.0 * c, -2.0 * s, 0.0],
            vec![5.0 * s, 2.0 * c, 0.0],
            vec![0.0, 0.0, 1.0],
        ];
        let found = of_jacobian(&jacobian, 3, &Cancel::default()).unwrap();
        for (direction, (vector, strength)) in
            found
                .iter()
                .zip([([c, s, 0.0], 5.0), ([-s, c, 0.0], 2.0), ([0.0, 0.0, 1.0], 1.0)])
        {
            assert!((direction.strength - strength).abs() < 1e-3, "{found:?}");
            assert!(dot(&direction.vector, &vector).abs() > 1.0 - 1e-4, "{found:?}");
        }
    }

    /// The singular value is how far the item goes, by the decoder itself, and no other direction goes farther.
    #[test]
    fn the_first_direction_changes_the_item_most() {
        let (model, cancel) = (model(), Cancel::default());
        let z = [0.3, -0.5, 1.0];
        let found = of_jacobian(&jacobian(&model, &z, &cancel).unwrap(), 3, &cancel).unwrap();
        let distance = |direction: &[f32]| {
            let images = along(&model, &z, &[direction.to_vec()], (0.05, 2), &cancel).unwrap();
            let (a, b) = images.split_at(6);
            a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt() / 0.1
        };
        for direction in &found {
            let moved = distance(&direction.vector);
            assert!(
                (moved - direction.strength).abs() < 0.02 * found[0].strength,
                "{moved} {found:?}"
            );
        }
        for angle in 0..12 {
            let (s, c) = (angle as f32 * 0.26).sin_cos();
            assert!(distance(&[c, 0.6 * s, 0.8 * s]) < 1.02 * found[0].strength);
        }
    }

    #[test]
    fn principal_directions_have_the_deviations_of_the_data() {
        let mean = |index: usize| {
            let (a, b) = ((index % 2) as f32 * 2.0 - 1.0, (index / 2 % 2) as f32 * 2.0 - 1.0);
            vec![3.0 * a, 7.0, 0.5 * b]
        };
        let means: Vec<Vec<f32>> = (0..40).map(mean).collect();
        let found = of_means(&means, 3, &Cancel::default()).unwrap();
        let strengths: Vec<f32> = found.iter().map(|direction| direction.strength).collect();
        assert!(
            (strengths[0] - 3.0).abs() < 1e-3 && (strengths[1] - 0.5).abs() < 1e-3,
            "{strengths:?}"
        );
        assert!(found[0].vector[0] > 0.999 && found[1].vector[2] > 0.999);
    }

    #[test]
    fn a_dimension_that_says_the_class_correlates_with_it() {
        let means: Vec<Vec<f32>> = (0..40)
            .map(|index| {
                let is = index % 4 == 0;
                vec![(index / 4) as f32, if is { -3.0 } else { 5.0 }, 1.0]
            })
            .collect();
        let is_of_class: Vec<bool> = (0..40).map(|index| index % 4 == 0).collect();
        let found = correlations(&means, 3, &is_of_class);
        assert_eq!(found[0].dimension, Some(1));
        assert!((found[0].strength + 1.0).abs() < 1e-6, "{found:?}");
        assert!(
            found[1..].iter().all(|direction| direction.strength.abs() < 1e-6),
            "{found:?}"
        );
        assert_eq!(correlations(&means, 3, &[false; 40])[0].strength, 0.0);
        // Pearson's correlation of two lists, written out.
        let (z, y): (Vec<f64>, Vec<bool>) =
            [(1.0, true), (2.0, false), (4.0, true), (3.0, false), (7.0, true)]
                .into_iter()
                .unzip();
        let means: Vec<Vec<f32>> = z.iter().map(|&z| vec![z as f32]).collect();
        let y_numbers: Vec<f64> = y.iter().map(|&y| f64::from(u8::from(y))).collect();
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let products = |a: &[f64], b: &[f64]| -> f64 {
            a.iter().zip(b).map(|(x, w)| (x - mean(a)) * (w - mean(b))).sum()
        };
        let expected =
            products(&z, &y_numbers) / (products(&z, &z) * products(&y_numbers, &y_numbers)).sqrt();
        let found = correlations(&means, 1, &y)[0].strength;
        assert!((f64::from(found) - expected).abs() < 1e-6, "{found} {expected}");
    }

    #[test]
    fn every_search_answers_or_is_cancelled() {
        let model = model();
        let split = Split::of_bytes(
            (0..=255).cycle().take(6 * 30).collect(),
            (0..30).map(|i| i % 2).collect(),
            6,
        );
        let context = MeasurementContext {
            seed: 1,
            binarisation: Binarisation::None,
        };
        let cancel = Cancel::default();
        for search in [Search::Jacobian, Search::Principal, Search::Class(1)] {
            let found = directions(&model, &split, &[0.0; 3], search, context, &cancel).unwrap();
            assert_eq!(found.len(), 3, "{search:?}");
            assert!(
                found
                    .windows(2)
                    .all(|pair| pair[0].strength.abs() >= pair[1].strength.abs() - 1e-5)
            );
            for direction in found {
                assert!(
                    (dot(&direction.vector, &direction.vector) - 1.0).abs() < 1e-4,
                    "{search:?}"
                );
            }
        }
        cancel.cancel();
        assert_eq!(
            directions(&model, &split, &[0.0; 3], Search::Jacobian, context, &cancel),
            None
        );
    }
}
