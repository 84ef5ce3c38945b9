//! Where items lie in the latent space.

use dfdx::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cancel::Cancel;
use crate::data::Split;
use crate::dims::{Batch, Pixels};
use crate::evaluation::{MOST_RANKED, MOST_RANKED_BY_CHAINS, MeasurementContext};
use crate::model::{Recognition, Vae};
use crate::nn::view::elements;

/// Items that one thread encodes at a time.
const BLOCK: usize = 125;

/// The moments of `q(z|x)` of the `items` of a split, read as the run reads them: of each the means of all dimensions and then the
/// logarithms of their variances, on the threads of the pool it is called in; `None` as soon as it is cancelled.
///
/// A model without an encoder answers item by item, by chains.
pub fn posterior_moments(
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
        let of_items = elements(&moments).chunks_exact(2 * latent);
        Some(of_items.map(<[f32]>::to_vec).collect())
    };
    let blocks: Option<Vec<Vec<Vec<f32>>>> = items.par_chunks(BLOCK).map(of_block).collect();
    Some(blocks?.into_iter().flatten().collect())
}

/// How many items of a split a map shows, the first ones: [`MOST_RANKED`] at most, or [`MOST_RANKED_BY_CHAINS`] where the model has no
/// encoder.
pub fn shown_items(model: &Vae, split: &Split) -> usize {
    split.points().min(match model.architecture().recognition {
        Recognition::Encoder => MOST_RANKED,
        Recognition::Chains => MOST_RANKED_BY_CHAINS,
    })
}

/// The means of `q(z|x)` of the `items` of a split, read as the run reads them; `None` as soon as it is cancelled.
pub fn posterior_means(
    model: &Vae,
    split: &Split,
    items: &[usize],
    context: MeasurementContext,
    cancel: &Cancel,
) -> Option<Vec<Vec<f32>>> {
    let mut moments = posterior_moments(model, split, items, context, cancel)?;
    for row in &mut moments {
        row.truncate(model.architecture().latent);
    }
    Some(moments)
}

/// An item, and where it lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Located {
    /// Its place in its part.
    pub item: usize,
    /// The place of its class among the data's, where the data has labels.
    pub class: Option<u16>,
    /// The mean of `q(z|x)`.
    pub mean: Vec<f32>,
}

/// Where the first items of a split lie, `most` of them at most; `None` as soon as it is cancelled.
pub fn locate(
    model: &Vae,
    split: &Split,
    most: usize,
    context: MeasurementContext,
    cancel: &Cancel,
) -> Option<Vec<Located>> {
    let items: Vec<usize> = (0..shown_items(model, split).min(most)).collect();
    let means = posterior_means(model, split, &items, context, cancel)?;
    let located = |(item, mean)| Located {
        item,
        class: split.label(item),
        mean,
    };
    Some(items.into_iter().zip(means).map(located).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Binarisation;
    use crate::explore::traversal::posterior_mean;

    #[test]
    fn many_items_lie_where_each_lies_alone() {
        let model = Vae::small((6, 5, 3), 1);
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
        let located = locate(&model, &split, 30, context, &cancel).unwrap();
        assert_eq!(
            (located.len(), located[29].item, located[29].class),
            (30, 29, None)
        );
        let alone = posterior_mean(&model, &split, 29, context, &cancel).unwrap();
        assert!((located[29].mean[0] - alone[0]).abs() < 1e-6);
        cancel.cancel();
        assert_eq!(posterior_means(&model, &split, &[0], context, &cancel), None);
    }
}
