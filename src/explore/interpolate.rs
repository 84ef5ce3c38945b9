//! The way from one latent vector to another, and what the model says of each place on it.

use serde::{Deserialize, Serialize};

use super::{reconstruction, traversal};
use crate::cancel::Cancel;
use crate::data::Split;
use crate::model::Vae;

/// Along which line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// [`straight`].
    #[default]
    Straight,
    /// [`spherical`].
    Spherical,
}

impl Way {
    /// `steps` points from `a` to `b`, both ends included.
    pub fn points(self, a: &[f32], b: &[f32], steps: usize) -> Vec<Vec<f32>> {
        match self {
            Self::Straight => straight(a, b, steps),
            Self::Spherical => spherical(a, b, steps),
        }
    }
}

/// A place on the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Where it lies.
    pub latent: Vec<f32>,
    /// The mean of `p(x|z)` there.
    pub values: Vec<f32>,
    /// The lower bound `L` of those values in nats, as if they were an item: they are encoded again, so it says how likely the
    /// model finds what it makes there.
    pub bound: f64,
}

/// What the model makes of some `points`, and how likely it finds that; `None` as soon as it is cancelled.
pub fn decoded_along(model: &Vae, points: Vec<Vec<f32>>, seed: u64, cancel: &Cancel) -> Option<Vec<Step>> {
    let values = traversal::decode(model, &points, cancel)?;
    let width = values.len() / points.len().max(1);
    let steps = points.into_iter().zip(values.chunks_exact(width.max(1)));
    let step = |(latent, values): (Vec<f32>, &[f32])| {
        let terms = cancel.run(|| reconstruction::terms_of_values(model, values, seed))?;
        Some(Step {
            latent,
            values: values.to_vec(),
            bound: terms.lower_bound(),
        })
    };
    steps.map(step).collect()
}

/// The first item of a split after item `from` that is of another class, going round at its end; where there are no other classes,
/// the next item. None where the split is empty.
pub fn next_of_another_class(split: &Split, from: usize, class: Option<u16>) -> Option<usize> {
    let items = split.points();
    let mut following = (1..=items).map(|place| (from % items + place) % items);
    let next = following.clone().next();
    following.find(|&item| split.label(item) != class).or(next)
}

/// `steps` points from `a` to `b`, both ends included, evenly spaced on the straight line: `(1 - t) a + t b`. One step alone is
/// half way.
pub fn straight(a: &[f32], b: &[f32], steps: usize) -> Vec<Vec<f32>> {
    let at = |t: f32| a.iter().zip(b).map(|(a, b)| (1.0 - t) * a + t * b).collect();
    fractions(steps).map(at).collect()
}

/// The same along the arc between their directions (Shoemake 1985): `(sin((1 - t) w) a + sin(t w) b) / sin w`, with `w` the angle
/// between them. It stays as far from the origin as draws from a prior of many dimensions are, where the straight line
/// doesn't. Where there is no arc (an end at the origin, the same or opposite directions) it is the straight line.
pub fn spherical(a: &[f32], b: &[f32], steps: usize) -> Vec<Vec<f32>> {
    let dot = |a: &[f32], b: &[f32]| {
        a.iter()
            .zip(b)
            .map(|(&a, &b)| f64::from(a) * f64::from(b))
            .sum::<f64>()
    };
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    let angle = (dot(a, b) / lengths).clamp(-1.0, 1.0).acos();
    // Single precision can't tell smaller sines from 0.
    if lengths == 0.0 || angle.sin() < 1e-6 {
        return straight(a, b, steps);
    }
    let at = |t: f32| {
        let t = f64::from(t);
        let (of_a, of_b) = (
            ((1.0 - t) * angle).sin() / angle.sin(),
            (t * angle).sin() / angle.sin(),
        );
        let pairs = a.iter().zip(b);
        pairs
            .map(|(&a, &b)| (of_a * f64::from(a) + of_b * f64::from(b)) as f32)
            .collect()
    };
    fractions(steps).map(at).collect()
}

fn fractions(steps: usize) -> impl Iterator<Item = f32> {
    (0..steps).map(move |step| {
        if steps == 1 {
            0.5
        } else {
            step as f32 / (steps - 1) as f32
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Binarisation;
    use crate::evaluation::MeasurementContext;

    fn close(found: &[Vec<f32>], expected: &[[f32; 2]]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let near = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6);
            assert!(near, "{found:?} for {expected:?}");
        }
    }

    #[test]
    fn the_next_item_of_another_class_is_found_around_the_end() {
        let split = Split::of_bytes(vec![0; 5], vec![1, 1, 2, 1, 1], 1);
        assert_eq!(next_of_another_class(&split, 0, Some(1)), Some(2));
        assert_eq!(next_of_another_class(&split, 3, Some(1)), Some(2));
        assert_eq!(next_of_another_class(&split, 2, Some(2)), Some(3));
        let unlabelled = Split::of_bytes(vec![0; 5], Vec::new(), 1);
        assert_eq!(next_of_another_class(&unlabelled, 4, None), Some(0));
        assert_eq!(next_of_another_class(&split.first(0), 0, None), None);
    }

    #[test]
    fn the_bound_on_the_way_is_that_of_an_item_with_the_same_values() {
        let model = Vae::small((3, 4, 2), 1);
        let cancel = Cancel::default();
        let points = Way::Straight.points(&[-1.0, 0.5], &[2.0, 0.0], 3);
        let steps = decoded_along(&model, points.clone(), 1, &cancel).unwrap();
        let split = Split::of_floats(steps[1].values.clone(), Vec::new(), 3);
        let context = MeasurementContext {
            seed: 1,
            binarisation: Binarisation::None,
        };
        let as_item = reconstruction::reconstruct(&model, &split, &[0], context, &cancel).unwrap();
        assert!((steps[1].bound - as_item[0].terms.lower_bound()).abs() < 1e-9);
        assert_eq!(steps[1].latent, points[1]);
        assert_ne!(steps[0].bound, steps[2].bound);
        cancel.cancel();
        assert_eq!(decoded_along(&model, points, 1, &cancel), None);
    }

    #[test]
    fn the_straight_line_is_divided_evenly() {
        close(
            &straight(&[0.0, 2.0], &[4.0, 0.0], 3),
            &[[0.0, 2.0], [2.0, 1.0], [4.0, 0.0]],
        );
        close(&straight(&[0.0, 2.0], &[4.0, 0.0], 1), &[[2.0, 1.0]]);
        assert!(straight(&[0.0], &[1.0], 0).is_empty());
    }

    #[test]
    fn the_arc_keeps_its_radius_and_its_angles() {
        let (half, root) = (0.5, 0.75_f32.sqrt());
        // A quarter of a circle of radius 2 in thirds: 0, 30, 60 and 90 degrees.
        let expected = [
            [2.0, 0.0],
            [2.0 * root, 2.0 * half],
            [2.0 * half, 2.0 * root],
            [0.0, 2.0],
        ];
        close(&spherical(&[2.0, 0.0], &[0.0, 2.0], 4), &expected);
    }

    #[test]
    fn without_an_arc_the_way_is_straight() {
        for (a, b) in [
            ([1.0, 1.0], [3.0, 3.0]),
            ([1.0, 0.0], [-1.0, 0.0]),
            ([0.0, 0.0], [1.0, 2.0]),
        ] {
            assert_eq!(spherical(&a, &b, 5), straight(&a, &b, 5));
        }
    }
}
