//! What the model makes of given images.

use dfdx::prelude::*;

use crate::dims::{Batch, Latent, Moments, Pixels};
use crate::kernels;
use crate::model::Vae;
use crate::model::posterior;
use crate::nn::view::{elements, elements_mut};
use crate::objective::BoundTerms;
use crate::random::{Purpose, fill_standard_normal, generator};

/// Posterior samples behind the bound of one image.
const SAMPLES: usize = 16;

/// One image and what came back.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconstruction {
    /// The image that went in.
    pub input: Vec<f32>,
    /// The image decoded from the posterior mean.
    pub output: Vec<f32>,
    /// Output less input.
    pub difference: Vec<f32>,
    /// The lower bound of this image, in nats, as the mean over posterior samples that are the same each time.
    pub terms: BoundTerms,
}

/// Sends `images` (one after the other, intensities in `[0, 1]`) through the model.
pub fn reconstruct(model: &Vae, images: &[f32], seed: u64) -> Vec<Reconstruction> {
    let (pixels, latent) = (model.architecture().pixels, model.architecture().latent);
    let count = images.len() / pixels;
    if count == 0 {
        return Vec::new();
    }
    let device = Cpu::default();
    let x = device.tensor_from_vec(images.to_vec(), (Batch(count), Pixels(pixels)));
    let moments = model.recognise(&x, seed);
    let means: Vec<f32> = elements(&moments)
        .chunks_exact(2 * latent)
        .flat_map(|row| &row[..latent])
        .copied()
        .collect();
    let means = device.tensor_from_vec(means, (Batch(count), Latent(latent)));
    let outputs = model.decode(means).means();

    let rows = elements(&moments).chunks_exact(2 * latent);
    images
        .chunks_exact(pixels)
        .zip(elements(&outputs).chunks_exact(pixels))
        .zip(rows)
        .map(|((input, output), moments)| Reconstruction {
            input: input.to_vec(),
            output: output.to_vec(),
            difference: output
                .iter()
                .zip(input)
                .map(|(output, input)| output - input)
                .collect(),
            terms: terms_of(model, input, moments, seed),
        })
        .collect()
}

/// The lower bound of one image whose posterior is known.
fn terms_of(model: &Vae, image: &[f32], moments: &[f32], seed: u64) -> BoundTerms {
    let latent = model.architecture().latent;
    let device = Cpu::default();
    let moments_of_samples =
        device.tensor_from_vec(moments.repeat(SAMPLES), (Batch(SAMPLES), Moments(Latent(latent))));
    let mut noise = device.zeros_like(&(Batch(SAMPLES), Latent(latent)));
    fill_standard_normal(
        &mut generator(seed, Purpose::Evaluation, 2, 0),
        elements_mut(&mut noise),
    );
    let z = posterior::reparameterise(moments_of_samples, &noise);
    let x = device.tensor_from_vec(image.to_vec(), (Batch(1), Pixels(image.len())));
    let likelihoods = model.decode(z).log_likelihoods(&x);
    let mut kl = [0.0];
    kernels::gaussian_kl(moments, latent, &mut kl);
    BoundTerms {
        reconstruction: likelihoods.iter().sum::<f64>() / SAMPLES as f64,
        kl: kl[0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::traversal;
    use crate::model::{Activation, Architecture, Initialisation, Likelihood, Recognition};

    #[test]
    fn an_image_comes_back_through_its_posterior_mean() {
        let architecture = Architecture {
            pixels: 6,
            hidden: 5,
            latent: 3,
            activation: Activation::Relu,
            likelihood: Likelihood::Bernoulli,
            recognition: Recognition::Encoder,
        };
        let model = Vae::new(architecture, Initialisation::PyTorch, 1);
        let images: Vec<f32> = (0..12).map(|i| i as f32 / 11.0).collect();
        let back = reconstruct(&model, &images, 1);
        assert_eq!(back.len(), 2);
        for (index, one) in back.iter().enumerate() {
            assert_eq!(one.input, images[index * 6..][..6]);
            let mean = traversal::posterior_mean(&model, &one.input, 1);
            let expected = traversal::decode(&model, &[mean]);
            for ((output, expected), (difference, input)) in one
                .output
                .iter()
                .zip(&expected)
                .zip(one.difference.iter().zip(&one.input))
            {
                assert!((output - expected).abs() < 1e-6);
                assert_eq!(*difference, output - input);
            }
            assert!(one.terms.kl >= 0.0 && one.terms.reconstruction < 0.0);
        }
        assert!(reconstruct(&model, &[], 1).is_empty());
    }
}
