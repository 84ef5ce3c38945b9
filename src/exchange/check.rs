//! What another program needs to see that it computes the same: items, noise, and what the model says of them here.

use dfdx::prelude::*;

use super::NamedArray;
use crate::data::Split;
use crate::dims::{Batch, Latent, Pixels};
use crate::evaluation::MeasurementContext;
use crate::model::Vae;
use crate::nn::view::{elements, elements_mut};
use crate::random::{Purpose, fill_standard_normal, generator};

/// Items that are written at most.
const ITEMS: usize = 1_000;
/// Numbers of all of them together at most.
const NUMBERS: usize = 1 << 24;

/// Of the first items of `split`: `x` as it is measured, `noise` as the lower bound is measured with, `mean` and
/// `log_variance` of `q(z|x)`, `mean_item` (the mean of `p(x|z)` at `z = mean + exp(log_variance / 2) noise`, which a flow then moves), and in nats
/// `log_likelihood` (`log p(x|z)`) and `kl` of every item. Their difference is the item's lower bound (paper, equation 10, with
/// one sample).
pub fn arrays(model: &Vae, split: &Split, context: MeasurementContext) -> Vec<NamedArray> {
    let (pixels, latent) = (model.architecture().pixels, model.architecture().latent);
    let items = split.points().min(ITEMS).min((NUMBERS / pixels).max(1));
    let device = Cpu::default();
    let mut x = device.zeros_like(&(Batch(items), Pixels(pixels)));
    for (item, row) in elements_mut(&mut x).chunks_exact_mut(pixels).enumerate() {
        row.copy_from_slice(&context.item(split, item));
    }
    let mut noise = device.zeros_like(&(Batch(items), Latent(latent)));
    for (item, row) in elements_mut(&mut noise).chunks_exact_mut(latent).enumerate() {
        let mut generator = generator(context.seed, Purpose::Evaluation, 0, item as u64);
        fill_standard_normal(&mut generator, row);
    }

    let moments = model.recognise(&x, context.seed);
    let rows = elements(&moments).chunks_exact(2 * latent);
    let means = rows.clone().flat_map(|row| &row[..latent]).copied().collect();
    let log_variances = rows.flat_map(|row| &row[latent..]).copied().collect();
    let (z, kl) = model.draw_with_kl(&x, || moments, &noise);
    let decoded = model.decode(z);
    let log_likelihoods = decoded.log_likelihoods(&x);

    let array = |name: &str, width: Option<usize>, values: Vec<f32>| NamedArray {
        name: name.into(),
        sizes: std::iter::once(items).chain(width).collect(),
        values,
    };
    let narrow = |values: Vec<f64>| values.into_iter().map(|value| value as f32).collect();
    vec![
        array("x", Some(pixels), elements(&x).to_vec()),
        array("noise", Some(latent), elements(&noise).to_vec()),
        array("mean", Some(latent), means),
        array("log_variance", Some(latent), log_variances),
        array("mean_item", Some(pixels), elements(&decoded.means()).to_vec()),
        array("log_likelihood", None, narrow(log_likelihoods)),
        array("kl", None, narrow(kl)),
    ]
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::cancel::Cancel;
    use crate::data::Binarisation;
    use crate::evaluation::lower_bound;
    use crate::model::{Architecture, Initialisation, Likelihood};

    #[test]
    fn the_bound_is_that_of_an_evaluation() {
        for &likelihood in Likelihood::VARIANTS {
            let architecture = Architecture {
                pixels: 9,
                hidden: 5.into(),
                latent: 3,
                likelihood,
                ..Architecture::default()
            };
            let model = Vae::new(architecture, Initialisation::PyTorch, 6);
            let split = Split::of_bytes((0..9 * 70).map(|i| (i * 91 % 256) as u8).collect(), Vec::new(), 9);
            let context = MeasurementContext {
                seed: 3,
                binarisation: Binarisation::Static,
            };
            let arrays = arrays(&model, &split, context);
            let of = |name: &str| arrays.iter().find(|array| array.name == name).unwrap();
            for array in &arrays {
                assert_eq!(
                    array.sizes.iter().product::<usize>(),
                    array.values.len(),
                    "{}",
                    array.name
                );
            }
            assert_eq!(of("x").sizes, [70, 9]);
            let mean = |name: &str| of(name).values.iter().map(|&value| f64::from(value)).sum::<f64>() / 70.0;
            let bound = lower_bound(&model, &split, context, &Cancel::default(), |_| true).unwrap();
            let difference = mean("log_likelihood") / bound.terms.reconstruction - 1.0;
            assert!(difference.abs() < 1e-6, "{likelihood:?} {difference}");
            assert!((mean("kl") - bound.terms.kl).abs() < 1e-5);
        }
    }
}
