//! Where items lie in the latent space.

use dfdx::prelude::*;
use rayon::prelude::*;

use crate::cancel::Cancel;
use crate::data::Split;
use crate::dims::{Batch, Pixels};
use crate::evaluation::MeasurementContext;
use crate::model::Vae;
use crate::nn::view::elements;

/// Items that one thread encodes at a time.
const BLOCK: usize = 125;

/// The means of `q(z|x)` of the `items` of a split, read as the run reads them, on the threads of the pool it is called in; `None`
/// as soon as it is cancelled.
///
/// A model without an encoder answers item by item, by chains.
pub fn posterior_means(
    model: &Vae,
    split: &Split,
    items: &[usize],
    context: MeasurementContext,
    cancel: &Cancel,
) -> Option<Vec<Vec<f32>>> {
    let latent = model.architecture().latent;
    let of_block = |items: &[usize]| {
        let rows: Vec<f32> = items.iter().flat_map(|&item| context.item(split, item)).collect();
        let shape = (Batch(items.len()), Pixels(split.numbers_per_item));
        let x = Cpu::default().tensor_from_vec(rows, shape);
        let moments = cancel.run(|| model.recognise(&x, context.seed))?;
        Some(
            elements(&moments)
                .chunks_exact(2 * latent)
                .map(|row| row[..latent].to_vec())
                .collect(),
        )
    };
    let blocks: Option<Vec<Vec<Vec<f32>>>> = items.par_chunks(BLOCK).map(of_block).collect();
    Some(blocks?.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Binarisation;
    use crate::explore::traversal::posterior_mean;
    use crate::model::{Activation, Architecture, Initialisation, Likelihood, Observation, Recognition};

    #[test]
    fn many_items_lie_where_each_lies_alone() {
        let architecture = Architecture {
            pixels: 6,
            hidden: 5.into(),
            latent: 3,
            activation: Activation::Tanh,
            likelihood: Likelihood::Bernoulli,
            observation: Observation::default(),
            recognition: Recognition::Encoder,
        };
        let model = Vae::new(architecture, Initialisation::Glorot, 1);
        let split = Split::of_bytes((0..=255).cycle().take(6 * 200).collect(), Vec::new(), 6);
        let context = MeasurementContext {
            seed: 1,
            binarisation: Binarisation::None,
        };
        let cancel = Cancel::default();
        let items: Vec<usize> = (0..200).rev().collect();
        let means = posterior_means(&model, &split, &items, context, &cancel).unwrap();
        for (item, mean) in items.into_iter().zip(means).step_by(37) {
            let alone = posterior_mean(&model, &split, item, context, &cancel).unwrap();
            assert!(
                mean.iter().zip(&alone).all(|(a, b)| (a - b).abs() < 1e-6),
                "item {item}"
            );
        }
        cancel.cancel();
        assert_eq!(posterior_means(&model, &split, &[0], context, &cancel), None);
    }
}
