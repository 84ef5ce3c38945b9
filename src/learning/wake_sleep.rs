//! Wake-Sleep (Hinton, Dayan, Frey and Neal 1995), as the paper compares with it: the gradient on one shard of a minibatch.
//!
//! Wake: a latent vector is drawn from `q(z|x)` for every data point, and the decoder learns to explain the point from
//! it. Sleep: latent vectors are drawn from the prior and images from the decoder, and the encoder learns to name the
//! vector behind each dream. No gradient passes through a sample. The two phases do not ascend one common bound; the
//! lower bound is measured all the same.

use dfdx::prelude::*;

use super::StepContext;
use super::shard::{Shard, ShardGradient};
use crate::cancel::checkpoint;
use crate::dims::{Batch, Latent};
use crate::kernels;
use crate::model::posterior::gaussian;
use crate::nn::ops;
use crate::nn::view::{elements, elements_mut};
use crate::objective::BoundTerms;
use crate::random::{Purpose, fill_standard_normal, generator};

/// The gradient of what Wake-Sleep minimises, summed over the shard, and the lower bound's terms on the data.
pub fn gradient(shard: &Shard, context: StepContext) -> ShardGradient {
    let Shard { model, device, .. } = *shard;
    let (x, noise) = (shard.images(context), shard.noise(context));
    let points = shard.indices.len();
    let latent = model.architecture().latent;

    let moments = model.encode(&x, NoneTape);
    let mut kl = vec![0.0; points];
    kernels::gaussian_kl(elements(&moments), latent, &mut kl);
    let z = gaussian::reparameterise(moments, &noise);
    let wake = model.decode(z.traced(Gradients::leaky())).log_likelihood(&x);
    let terms = BoundTerms {
        reconstruction: f64::from(elements(&wake)[0]),
        kl: kl.iter().sum(),
    };

    let mut dreamt = device.zeros_like(&(Batch(points), Latent(latent)));
    for (row, z) in elements_mut(&mut dreamt).chunks_exact_mut(latent).enumerate() {
        checkpoint();
        let stream = (shard.first_row + row) as u64;
        fill_standard_normal(
            &mut generator(context.seed, Purpose::Dream, context.step, stream),
            z,
        );
    }
    let dream = model.decode(dreamt.clone()).sample(|row| {
        // Beside the streams of the latent vectors.
        let stream = 1 << 32 | (shard.first_row + row) as u64;
        generator(context.seed, Purpose::Dream, context.step, stream)
    });
    let dreamt = dreamt.retaped::<OwnedTape<f32, Cpu>>();
    let by_dream = gaussian::log_density(model.encode(&dream, OwnedTape::default()), dreamt);
    let sleep = ops::weighted_sum(by_dream, vec![1.0; points]);

    ((-wake - sleep).backward(), terms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Binarisation, Split};
    use crate::learning::aevb;
    use crate::model::{Architecture, Initialisation, Likelihood, Vae};
    use crate::objective::Estimator;
    use strum::VariantArray;

    /// The wake phase gives the decoder the gradient that AEVB gives it; the encoder's comes from dreams alone.
    #[test]
    fn the_decoder_learns_as_under_aevb_and_the_encoder_never_sees_the_data() {
        for &likelihood in Likelihood::VARIANTS {
            let architecture = Architecture {
                pixels: 9,
                hidden: 5.into(),
                latent: 2,
                likelihood,
                ..Architecture::default()
            };
            let model = Vae::new(architecture, Initialisation::PyTorch, 3);
            let device = Cpu::default();
            let split = |byte: u8| {
                Split::of_bytes(
                    (0..9 * 4).map(|i| (i as u8).wrapping_mul(57) ^ byte).collect(),
                    Vec::new(),
                    9,
                )
            };
            let context = StepContext {
                seed: 1,
                step: 5,
                mc_samples: 2,
                binarisation: Binarisation::None,
                pixel_noise: 0.0,
                objective: Estimator::B.into(),
            };
            let gradients_of = |method: fn(&Shard, StepContext) -> ShardGradient, byte| {
                let split = split(byte);
                let shard = Shard {
                    model: &model,
                    device: &device,
                    split: &split,
                    indices: &[0, 1, 2, 3],
                    first_row: 0,
                };
                let (mut gradients, terms) = method(&shard, context);
                let named = model.parameters().into_iter();
                let gradients: Vec<(String, Vec<f32>)> = named
                    .map(|named| (named.name, named.parameter.take_gradient(&mut gradients)))
                    .collect();
                (gradients, terms)
            };
            let (ours, terms) = gradients_of(gradient, 0);
            let (aevb, aevb_terms) = gradients_of(aevb::gradient, 0);
            let (other, _) = gradients_of(gradient, 0xff);
            assert_eq!(terms, aevb_terms);
            for ((name, ours), ((_, aevb), (_, other))) in ours.iter().zip(aevb.iter().zip(&other)) {
                if name.starts_with("decoder") {
                    assert_eq!(ours, aevb, "{name}");
                    assert_ne!(ours, other, "{name}");
                } else {
                    assert_ne!(ours, aevb, "{name}");
                    assert_eq!(ours, other, "{name}");
                }
            }
        }
    }
}
