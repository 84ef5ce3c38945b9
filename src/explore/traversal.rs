//! Moving through the latent space: one dimension moves, the rest stay.

use dfdx::prelude::*;

use crate::cancel::Cancel;
use crate::data::Split;
use crate::dims::{Batch, Latent, Pixels};
use crate::evaluation::MeasurementContext;
use crate::model::{Vae, in_class, largest};
use crate::nn::view::elements;
use crate::random::{Purpose, fill_standard_normal, generator};

/// The range over which a dimension is shown: three standard deviations of the prior to each side.
pub const REACH: f32 = 3.0;

/// The mean of `q(z|x)` for one item of a split, read as the run reads it; `None` as soon as it is cancelled.
pub fn posterior_mean(
    model: &Vae,
    split: &Split,
    item: usize,
    context: MeasurementContext,
    cancel: &Cancel,
) -> Option<Vec<f32>> {
    let image = context.item(split, item);
    let shape = (Batch(1), Pixels(image.len()));
    let x = Cpu::default().tensor_from_vec(image, shape);
    let moments = cancel.run(|| model.recognise_item(&x, context.seed, item))?;
    Some(elements(&moments)[..model.architecture().latent].to_vec())
}

/// A point with so many `latent` dimensions, drawn from the prior; `draw` tells one draw from the next.
pub fn prior_sample(latent: usize, seed: u64, draw: u64) -> Vec<f32> {
    let mut z = vec![0.0; latent];
    fill_standard_normal(&mut generator(seed, Purpose::Exploration, draw, 0), &mut z);
    z
}

/// The same style some classes further, of the `classes` that the last dimensions of `z` stand for: the class of a point is that of the
/// largest of them.
///
/// # Panics
/// If there are no classes, or more than dimensions.
pub fn in_other_class(z: &[f32], classes: usize, places: isize) -> Vec<f32> {
    let class = largest(&z[z.len() - classes..]);
    let other = (class + classes).saturating_add_signed(places % classes as isize) % classes;
    in_class(z, classes, other)
}

/// `count` values from -[`REACH`] to [`REACH`], evenly spaced.
pub fn steps(count: usize) -> Vec<f32> {
    steps_within(REACH, count)
}

/// `count` values from `-range` to `range`, evenly spaced.
pub fn steps_within(range: f32, count: usize) -> Vec<f32> {
    let last = count.saturating_sub(1).max(1) as f32;
    (0..count)
        .map(|index| -range + 2.0 * range * index as f32 / last)
        .collect()
}

/// The mean images of some latent points, one after the other; `None` as soon as it is cancelled.
pub fn decode(model: &Vae, points: &[Vec<f32>], cancel: &Cancel) -> Option<Vec<f32>> {
    // dfdx has no tensors without elements.
    if points.is_empty() {
        return Some(Vec::new());
    }
    let shape = (Batch(points.len()), Latent(model.architecture().latent));
    let points = Cpu::default().tensor_from_vec(points.concat(), shape);
    let images = cancel.run(|| model.decode(points).means())?;
    Some(elements(&images).to_vec())
}

/// For each of `dimensions`, the images of `z` with that dimension at each of `values`, and with the layers below following where it is
/// of an upper one ([`Vae::moved`]); `None` as soon as it is cancelled.
pub fn traverse(
    model: &Vae,
    z: &[f32],
    dimensions: &[usize],
    values: &[f32],
    cancel: &Cancel,
) -> Option<Vec<f32>> {
    let points: Vec<Vec<f32>> = dimensions
        .iter()
        .flat_map(|&dimension| values.iter().map(move |&value| model.moved(z, dimension, value)))
        .collect();
    decode(model, &points, cancel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_is_turned_and_the_style_stays() {
        let z = [0.5, -1.0, 0.2, 1.4, -0.3];
        let next = in_other_class(&z, 3, 1);
        assert_eq!(next[..2], z[..2]);
        assert!(next[4] > next[2] && next[4] > next[3], "{next:?}");
        let first = in_other_class(&next, 3, 1);
        assert!(first[2] > first[3] && first[2] > first[4], "{first:?}");
        assert_eq!(in_other_class(&first, 3, -1), next);
    }

    #[test]
    fn a_traversal_moves_one_dimension_and_meets_the_point_itself() {
        let model = Vae::small((6, 5, 3), 1);
        let z = vec![0.3, -1.0, 3.0];
        let go_on = Cancel::default();
        let here = decode(&model, std::slice::from_ref(&z), &go_on).expect("not cancelled");
        let images = traverse(&model, &z, &[2, 0], &steps(3), &go_on).expect("not cancelled");
        let image = |index: usize| &images[index * 6..][..6];
        assert_eq!(images.len(), 2 * 3 * 6);
        assert_eq!(image(2), here);
        assert_ne!(image(0), here);
        let other = decode(&model, &[vec![0.0, -1.0, 3.0]], &go_on);
        assert_eq!(Some(image(4).to_vec()), other);
        go_on.cancel();
        assert_eq!(decode(&model, &[z], &go_on), None);
        assert_eq!(steps(5), [-3.0, -1.5, 0.0, 1.5, 3.0]);
    }

    #[test]
    fn draws_from_the_prior_can_be_repeated() {
        let draw = prior_sample(400, 3, 0);
        assert_eq!(draw, prior_sample(400, 3, 0));
        assert_ne!(draw, prior_sample(400, 3, 1));
        let variance = draw.iter().map(|z| z * z).sum::<f32>() / 400.0;
        assert!((variance - 1.0).abs() < 0.36, "five standard errors: {variance}");
    }
}
