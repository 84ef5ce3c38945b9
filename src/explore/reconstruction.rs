//! What the model makes of given images.

use dfdx::prelude::*;

use crate::cancel::Cancel;
use crate::data::Split;
use crate::dims::{Batch, Latent, Pixels};
use crate::evaluation::MeasurementContext;
use crate::model::Vae;
use crate::model::posterior::Posterior;
use crate::nn::view::{elements, elements_mut, tensor_of};
use crate::objective::BoundTerms;
use crate::random::{Purpose, fill_standard_normal, generator};

/// Posterior samples behind the bound of one image.
const SAMPLES: usize = 16;

/// One image and what came back.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
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

/// Sends the `items` of a split, read as the run reads them, through the model; `None` as soon as it is cancelled.
///
/// What comes back of an item depends on the item alone, not on its place among the others.
pub fn reconstruct(
    model: &Vae,
    split: &Split,
    items: &[usize],
    context: MeasurementContext,
    cancel: &Cancel,
) -> Option<Vec<Reconstruction>> {
    items
        .iter()
        .map(|&item| cancel.run(|| reconstruct_item(model, split, item, context)))
        .collect()
}

fn reconstruct_item(model: &Vae, split: &Split, item: usize, context: MeasurementContext) -> Reconstruction {
    reconstruct_values(model, context.item(split, item), context.seed, item)
}

/// Sends values through the model as they are, with the noise that the `item` of that number has.
pub(super) fn reconstruct_values(model: &Vae, input: Vec<f32>, seed: u64, item: usize) -> Reconstruction {
    let device = Cpu::default();
    let latent = model.architecture().latent;
    let x = tensor_of(&device, (Batch(1), Pixels(input.len())), &input);
    let moments = model.recognise_item(&x, seed, item);
    let mean = tensor_of(&device, (Batch(1), Latent(latent)), &elements(&moments)[..latent]);
    let output = elements(&model.decode(mean).means()).to_vec();
    let pairs = output.iter().zip(&input);
    Reconstruction {
        difference: pairs.map(|(output, input)| output - input).collect(),
        terms: terms_of(model, &x, || moments, seed),
        input,
        output,
    }
}

/// The lower bound of an item with these values in nats, as the mean over posterior samples that are the same each time.
pub fn terms_of_values(model: &Vae, values: &[f32], seed: u64) -> BoundTerms {
    let x = tensor_of(&Cpu::default(), (Batch(1), Pixels(values.len())), values);
    terms_of(model, &x, || model.recognise_item(&x, seed, 0), seed)
}

/// The lower bound of one image whose posterior is known.
fn terms_of(
    model: &Vae,
    x: &Tensor<(Batch, Pixels), f32, Cpu>,
    moments: impl FnOnce() -> Posterior,
    seed: u64,
) -> BoundTerms {
    let latent = model.architecture().latent;
    let mut noise = x.device().zeros_like(&(Batch(SAMPLES), Latent(latent)));
    fill_standard_normal(
        &mut generator(seed, Purpose::Evaluation, 2, 0),
        elements_mut(&mut noise),
    );
    let (z, kl) = model.draw_with_kl(x, moments, &noise);
    let likelihoods = model.decode(z).log_likelihoods(x);
    BoundTerms {
        reconstruction: likelihoods.iter().sum::<f64>() / SAMPLES as f64,
        kl: kl.iter().sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Binarisation;
    use crate::explore::traversal;
    use crate::model::{Activation, Architecture, Initialisation, Recognition};

    fn model(recognition: Recognition) -> Vae {
        let architecture = Architecture {
            pixels: 6,
            hidden: 5.into(),
            latent: 3,
            activation: Activation::Relu,
            recognition,
            ..Architecture::default()
        };
        Vae::new(architecture, Initialisation::PyTorch, 1)
    }

    fn split() -> Split {
        Split::of_bytes((0..24).map(|i| i * 10).collect(), Vec::new(), 6)
    }

    const CONTEXT: MeasurementContext = MeasurementContext {
        seed: 1,
        binarisation: Binarisation::None,
    };

    #[test]
    fn an_image_comes_back_through_its_posterior_mean() {
        let (model, split, go_on) = (model(Recognition::Encoder), split(), Cancel::default());
        let back = reconstruct(&model, &split, &[0, 3], CONTEXT, &go_on).expect("not cancelled");
        assert_eq!(back.len(), 2);
        for (one, item) in back.iter().zip([0, 3]) {
            let grey: Vec<f32> = split.shown(item).iter().map(|value| value / 255.0).collect();
            assert_eq!(one.input, grey);
            let mean =
                traversal::posterior_mean(&model, &split, item, CONTEXT, &go_on).expect("not cancelled");
            let expected = traversal::decode(&model, &[mean], &go_on).expect("not cancelled");
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
        assert_eq!(
            reconstruct(&model, &split, &[], CONTEXT, &go_on),
            Some(Vec::new())
        );
    }

    #[test]
    fn an_item_is_read_as_its_run_reads_it() {
        let context = MeasurementContext {
            binarisation: Binarisation::Static,
            ..CONTEXT
        };
        let (model, split) = (model(Recognition::Encoder), split());
        let back = reconstruct(&model, &split, &[2], context, &Cancel::default()).expect("not cancelled");
        let mut read = vec![0.5; 6];
        Binarisation::Static.fill_row(&split, 2, 1, 0, &mut read);
        assert_eq!(back[0].input, read);
    }

    /// Chains are random: their noise belongs to the item, wherever it stands and whoever else is on the page.
    #[test]
    fn without_an_encoder_too_an_item_has_one_answer() {
        let (model, split, go_on) = (model(Recognition::Chains), split(), Cancel::default());
        let of =
            |items: &[usize]| reconstruct(&model, &split, items, CONTEXT, &go_on).expect("not cancelled");
        let (page, alone) = (of(&[3, 0, 2]), of(&[2]));
        assert_eq!(page[2], alone[0]);
        assert_ne!(page[0], page[1]);
        go_on.cancel();
        assert_eq!(reconstruct(&model, &split, &[0], CONTEXT, &go_on), None);
        let mean = traversal::posterior_mean(&model, &split, 0, CONTEXT, &go_on);
        assert_eq!(mean, None);
    }
}
