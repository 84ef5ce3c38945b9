//! One thread's share of a minibatch, and its random numbers.

use dfdx::prelude::*;
use rand::Rng;

use crate::cancel::checkpoint;
use crate::data::{Binarisation, Split};
use crate::dims::{Batch, Latent, Pixels};
use crate::model::Vae;
use crate::nn::view::elements_mut;
use crate::objective::{BoundTerms, Objective};
use crate::random::{Purpose, fill_standard_normal, generator};

/// What a step is made with beside the minibatch: what decides its random numbers, and how its bound is estimated.
#[derive(Clone, Copy, Debug)]
pub struct StepContext {
    /// The run's seed.
    pub seed: u64,
    /// Steps made before this one.
    pub step: u64,
    /// Posterior samples per data point, `L`.
    pub mc_samples: usize,
    /// How grey pixels are read.
    pub binarisation: Binarisation,
    /// The share of the pixels that are drawn anew.
    pub pixel_noise: f32,
    /// What is maximised.
    pub objective: Objective,
}

/// What a shard computes: the gradient of what is minimised, summed over its data points, and the lower bound's terms.
pub type ShardGradient = (Gradients<f32, Cpu>, BoundTerms);

/// The data points of a minibatch that one tape walks over.
#[derive(Clone, Copy)]
pub struct Shard<'a> {
    /// The model as it is in this step.
    pub model: &'a Vae,
    /// Where tensors live.
    pub device: &'a Cpu,
    /// The training set.
    pub split: &'a Split,
    /// The data points.
    pub indices: &'a [usize],
    /// The place of the first of them within the minibatch: the noise of a data point depends on its place alone, not
    /// on how the minibatch is split.
    pub first_row: usize,
}

impl Shard<'_> {
    /// The images, one a row.
    pub fn images(&self, context: StepContext) -> Tensor<(Batch, Pixels), f32, Cpu> {
        images(self.model, self.device, self.split, self.indices, context)
    }

    /// Standard normal noise for L posterior samples of every image: the first sample of each, then the second, and so on.
    pub fn noise(&self, context: StepContext) -> Tensor<(Batch, Latent), f32, Cpu> {
        let latent = Latent(self.model.architecture().latent);
        self.noise_of(context, context.mc_samples, latent)
    }

    /// Standard normal noise of some width for so many samples of every image, in the same order.
    pub fn noise_of<D: Dim>(
        &self,
        context: StepContext,
        samples: usize,
        width: D,
    ) -> Tensor<(Batch, D), f32, Cpu> {
        let points = self.indices.len();
        let mut noise = self.device.zeros_like(&(Batch(samples * points), width));
        for (row, noise) in elements_mut(&mut noise)
            .chunks_exact_mut(width.size())
            .enumerate()
        {
            checkpoint();
            let (sample, point) = (row / points, self.first_row + row % points);
            let stream = (sample as u64) << 32 | point as u64;
            fill_standard_normal(
                &mut generator(context.seed, Purpose::Noise, context.step, stream),
                noise,
            );
        }
        noise
    }
}

/// Images of a split as a step sees them, one a row.
pub(super) fn images(
    model: &Vae,
    device: &Cpu,
    split: &Split,
    indices: &[usize],
    context: StepContext,
) -> Tensor<(Batch, Pixels), f32, Cpu> {
    let pixels = model.architecture().pixels;
    let mut x = device.zeros_like(&(Batch(indices.len()), Pixels(pixels)));
    for (row, &index) in elements_mut(&mut x).chunks_exact_mut(pixels).zip(indices) {
        checkpoint();
        context
            .binarisation
            .fill_row(split, index, context.seed, context.step, row);
        if context.pixel_noise > 0.0 {
            let mut generator = generator(context.seed, Purpose::PixelNoise, context.step, index as u64);
            draw_anew(row, context.pixel_noise, &mut generator);
        }
    }
    x
}

/// Replaces each pixel with probability `share` by one of the 256 levels of grey, all as likely (Ren et al. 2019, section 3.1):
/// what is left of an image is how bright and how simple it is.
fn draw_anew(row: &mut [f32], share: f32, generator: &mut impl Rng) {
    for pixel in row {
        // What is not there stays so.
        if generator.r#gen::<f32>() < share && !pixel.is_nan() {
            *pixel = f32::from(generator.r#gen::<u8>()) / 255.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_pixels_are_drawn_anew_as_the_share_says_over_all_levels() {
        let mut row = vec![-1.0; 100_000];
        draw_anew(&mut row, 0.3, &mut generator(1, Purpose::PixelNoise, 0, 0));
        let drawn: Vec<f32> = row.into_iter().filter(|&pixel| pixel >= 0.0).collect();
        let count = drawn.len() as f64;
        // Five standard errors of a binomial and of a uniform mean.
        assert!(
            (count - 30_000.0).abs() < 5.0 * (100_000.0 * 0.21_f64).sqrt(),
            "{count}"
        );
        let mean = drawn.iter().map(|&pixel| f64::from(pixel)).sum::<f64>() / count;
        assert!((mean - 0.5).abs() < 5.0 * (1.0 / 12.0 / count).sqrt(), "{mean}");
    }
}
