//! A Bernoulli in every pixel (appendix C.1): `log p(x|z) = sum_i x_i l_i - softplus(l_i)`, which no logit `l` overflows;
//! gradient `x - y` with the mean `y = sigmoid(l)`.

use dfdx::prelude::*;
use rand::Rng;

use crate::cancel::checkpoint;
use crate::dims::{Batch, Pixels};
use crate::kernels;
use crate::nn::view::elements_mut;

/// The means, in the place of the logits.
pub(super) fn means(mut logits: Tensor<(Batch, Pixels), f32, Cpu>) -> Tensor<(Batch, Pixels), f32, Cpu> {
    kernels::sigmoid_in_place(elements_mut(&mut logits));
    logits
}

/// Black and white, row `i` drawn with `generator(i)`.
pub(super) fn sample<R: Rng>(
    logits: Tensor<(Batch, Pixels), f32, Cpu>,
    generator: impl Fn(usize) -> R,
) -> Tensor<(Batch, Pixels), f32, Cpu> {
    let mut images = means(logits);
    let Pixels(pixels) = images.shape().1;
    for (index, row) in elements_mut(&mut images).chunks_exact_mut(pixels).enumerate() {
        checkpoint();
        let mut generator = generator(index);
        for pixel in row {
            *pixel = f32::from(u8::from(generator.r#gen::<f32>() < *pixel));
        }
    }
    images
}
