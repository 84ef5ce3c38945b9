//! A Gaussian in every pixel (appendix C.2): `log p(x|z) = -1/2 sum_i log 2 pi sigma_i^2 + (x_i - mu_i)^2 / sigma_i^2`, with
//! `mu` the sigmoid of its logit and `log sigma^2` above a floor.

use dfdx::prelude::*;
use rand::Rng;
use rand_distr::StandardNormal;

use crate::cancel::checkpoint;
use crate::dims::{Batch, Moments, Pixels};
use crate::kernels;
use crate::nn::view::{elements, elements_mut, tensor_of};

/// The means.
pub(super) fn means(
    moments: &Tensor<(Batch, Moments<Pixels>), f32, Cpu>,
) -> Tensor<(Batch, Pixels), f32, Cpu> {
    let (batch, Moments(pixels)) = *moments.shape();
    let rows = elements(moments).chunks_exact(2 * pixels.0);
    let logits: Vec<f32> = rows.flat_map(|row| &row[..pixels.0]).copied().collect();
    let mut means = tensor_of(moments.device(), (batch, pixels), &logits);
    kernels::sigmoid_in_place(elements_mut(&mut means));
    means
}

/// Grey that may leave `[0, 1]`, row `i` drawn with `generator(i)`.
pub(super) fn sample<R: Rng>(
    moments: Tensor<(Batch, Moments<Pixels>), f32, Cpu>,
    generator: impl Fn(usize) -> R,
) -> Tensor<(Batch, Pixels), f32, Cpu> {
    let mut images = means(&moments);
    let Pixels(pixels) = images.shape().1;
    let raws = elements(&moments)
        .chunks_exact(2 * pixels)
        .map(|row| &row[pixels..]);
    let rows = elements_mut(&mut images).chunks_exact_mut(pixels);
    for (index, (row, raws)) in rows.zip(raws).enumerate() {
        checkpoint();
        let mut generator = generator(index);
        for (pixel, &raw) in row.iter_mut().zip(raws) {
            *pixel += kernels::standard_deviation(raw) * generator.sample::<f32, _>(StandardNormal);
        }
    }
    images
}
