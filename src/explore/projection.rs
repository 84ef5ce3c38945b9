//! The posterior means of many items seen from one side: two dimensions, or the two directions in which they vary most.

use serde::{Deserialize, Serialize};

use super::encoding::{posterior_means, shown_items};
use crate::cancel::Cancel;
use crate::data::Split;
use crate::evaluation::{MeasurementContext, Pca};
use crate::model::Vae;

/// Which two directions are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Projection {
    /// Two latent dimensions; the same twice leaves a line.
    Dimensions {
        /// The one that rises to the right.
        right: usize,
        /// The one that rises upwards.
        up: usize,
    },
    /// The two principal components of the means, each with its largest part positive, so that none turns round while
    /// training goes on.
    Principal,
}

/// A plane of the latent space: a point of it and two directions of length 1 at right angles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plane {
    /// Where both coordinates are 0.
    pub origin: Vec<f32>,
    /// The first direction.
    pub right: Vec<f32>,
    /// The second; of no length where there is one dimension only.
    pub up: Vec<f32>,
}

impl Plane {
    /// Where a latent vector lies, seen along the plane.
    pub fn position(&self, z: &[f32]) -> [f32; 2] {
        [&self.right, &self.up].map(|direction| {
            let centred = z.iter().zip(&self.origin).map(|(z, origin)| z - origin);
            centred.zip(direction).map(|(z, direction)| z * direction).sum()
        })
    }

    /// `z` moved along the plane until it lies at a position.
    pub fn moved(&self, z: &[f32], position: [f32; 2]) -> Vec<f32> {
        let present = self.position(z);
        let [x, y] = [position[0] - present[0], position[1] - present[1]];
        let directions = self.right.iter().zip(&self.up);
        z.iter()
            .zip(directions)
            .map(|(z, (right, up))| z + x * right + y * up)
            .collect()
    }
}

/// Items on a plane, in the order of their part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Projected {
    /// Where the posterior mean of each lies.
    pub positions: Vec<[f32; 2]>,
    /// The class of each, by its place among the data's, where it has one.
    pub classes: Vec<Option<u16>>,
    /// The plane.
    pub plane: Plane,
}

/// The first items of a split on a plane; `None` as soon as it is cancelled.
pub fn project(
    model: &Vae,
    split: &Split,
    projection: Projection,
    context: MeasurementContext,
    cancel: &Cancel,
) -> Option<Projected> {
    let items: Vec<usize> = (0..shown_items(model, split)).collect();
    let means = posterior_means(model, split, &items, context, cancel)?;
    let plane = plane(&means, model.architecture().latent, projection, cancel)?;
    Some(Projected {
        positions: means.iter().map(|mean| plane.position(mean)).collect(),
        classes: items.iter().map(|&item| split.label(item)).collect(),
        plane,
    })
}

/// The plane of a projection of latent vectors with so many dimensions; `None` as soon as it is cancelled.
pub fn plane(means: &[Vec<f32>], latent: usize, projection: Projection, cancel: &Cancel) -> Option<Plane> {
    let along = |dimension: usize| {
        let mut direction = vec![0.0; latent];
        direction[dimension] = 1.0;
        direction
    };
    let nothing = || vec![0.0; latent];
    Some(match projection {
        Projection::Dimensions { right, up } => Plane {
            origin: nothing(),
            right: along(right),
            up: if right == up { nothing() } else { along(up) },
        },
        Projection::Principal if means.is_empty() => Plane {
            origin: nothing(),
            right: nothing(),
            up: nothing(),
        },
        Projection::Principal => {
            let row = |place: usize| means[place].clone();
            let pca = Pca::of_rows(means.len(), latent, row, 2, cancel)?;
            let mut directions = pca.directions().map(forwards);
            Plane {
                right: directions.next().unwrap_or_else(nothing),
                up: directions.next().unwrap_or_else(nothing),
                origin: pca.mean().to_vec(),
            }
        }
    })
}

/// The direction whose largest part is positive, of the two along a line.
pub fn forwards(direction: &[f32]) -> Vec<f32> {
    let largest = direction
        .iter()
        .copied()
        .max_by(|a, b| a.abs().total_cmp(&b.abs()));
    let sign = largest.map_or(1.0, f32::signum);
    direction.iter().map(|value| sign * value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points on the line `(t, 2 t, 0)` around `(1, 0, 5)`, with a little width along the third dimension.
    fn means() -> Vec<Vec<f32>> {
        let point = |index: usize| {
            let t = index as f32 / 10.0 - 5.0;
            let width = if index.is_multiple_of(2) { 0.1 } else { -0.1 };
            vec![1.0 + t, 2.0 * t, 5.0 + width]
        };
        (0..=100).map(point).collect()
    }

    #[test]
    fn principal_components_point_along_the_data() {
        let plane = plane(&means(), 3, Projection::Principal, &Cancel::default()).unwrap();
        let expected = [1.0 / 5.0_f32.sqrt(), 2.0 / 5.0_f32.sqrt(), 0.0];
        let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-3);
        assert!(close(&plane.right, &expected), "{plane:?}");
        assert!(close(&plane.up, &[0.0, 0.0, 1.0]), "{plane:?}");
        assert!(close(&plane.origin, &[1.0, 0.0, 5.0]), "{plane:?}");
    }

    #[test]
    fn what_is_moved_lies_where_it_was_moved_to_and_keeps_the_rest() {
        let cancel = Cancel::default();
        let z = [0.5, -1.0, 2.0];
        for projection in [Projection::Principal, Projection::Dimensions { right: 2, up: 0 }] {
            let plane = plane(&means(), 3, projection, &cancel).unwrap();
            let moved = plane.moved(&z, [1.5, -0.5]);
            let [x, y] = plane.position(&moved);
            assert!((x - 1.5).abs() < 1e-4 && (y + 0.5).abs() < 1e-4, "{moved:?}");
        }
        let plane = plane(&means(), 3, Projection::Dimensions { right: 2, up: 0 }, &cancel).unwrap();
        assert_eq!(plane.moved(&z, [1.5, -0.5]), [-0.5, -1.0, 1.5]);
    }

    #[test]
    fn one_dimension_is_a_line_and_no_items_are_nowhere() {
        let cancel = Cancel::default();
        let line = plane(
            &[vec![0.7]],
            1,
            Projection::Dimensions { right: 0, up: 0 },
            &cancel,
        )
        .unwrap();
        assert_eq!(line.position(&[0.7]), [0.7, 0.0]);
        assert!((line.moved(&[0.7], [0.2, 3.0])[0] - 0.2).abs() < 1e-6);
        assert!(plane(&[], 2, Projection::Principal, &cancel).is_some());
    }
}
