//! Every item by itself: the terms of its bound, and the importance-weighted one.

use dfdx::prelude::*;
use rayon::prelude::*;

use super::{MeasurementContext, device, importance, interruptible, marginal};
use crate::cancel::Cancel;
use crate::data::Split;
use crate::dims::{Batch, Latent};
use crate::model::Vae;
use crate::nn::view::elements_mut;
use crate::objective::BoundTerms;
use crate::random::{Purpose, fill_standard_normal, generator};

/// Items that one thread looks at together: with their posterior samples few enough to stay near the processor.
const BLOCK: usize = 25;
/// Posterior samples behind the bound of one item: enough that its own spread says little beside that between items.
const SAMPLES: usize = 8;

/// One item, in nats.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ItemScore {
    /// The terms of its lower bound, the reconstruction term as the mean over [`SAMPLES`] posterior samples.
    pub terms: BoundTerms,
    /// Its importance-weighted bound, where that was asked for.
    pub importance_weighted: Option<f64>,
}

impl ItemScore {
    /// The tightest bound of `log p(x)` that was measured.
    pub fn bound(self) -> f64 {
        self.importance_weighted.unwrap_or(self.terms.lower_bound())
    }
}

/// The scores of the `items` of a split, with `importance_samples` for the importance-weighted bound of each, on the threads of the
/// pool it is called in.
///
/// After every round `go_on` hears how many items are done; if it says no, or as soon as it is cancelled, the answer is `None`. It
/// does not depend on the number of threads.
pub fn item_scores(
    model: &Vae,
    split: &Split,
    items: &[usize],
    importance_samples: Option<usize>,
    noise: MeasurementContext,
    cancel: &Cancel,
    mut go_on: impl FnMut(usize) -> bool,
) -> Option<Vec<ItemScore>> {
    let of_block = |block: &&[usize]| {
        interruptible(cancel, || {
            let terms = terms_of_block(model, split, block, noise);
            let with_importance = |(terms, &item): (BoundTerms, &usize)| ItemScore {
                terms,
                importance_weighted: importance_samples
                    .map(|samples| importance::of_point(model, split, item, samples, noise)),
            };
            terms
                .into_iter()
                .zip(*block)
                .map(with_importance)
                .collect::<Vec<_>>()
        })
    };
    let blocks: Vec<&[usize]> = items.chunks(BLOCK).collect();
    let mut scores = Vec::with_capacity(items.len());
    for round in blocks.chunks(4 * rayon::current_num_threads()) {
        let of_round: Option<Vec<Vec<ItemScore>>> = round.par_iter().map(of_block).collect();
        scores.extend(of_round?.into_iter().flatten());
        if !go_on(scores.len()) {
            return None;
        }
    }
    Some(scores)
}

fn terms_of_block(model: &Vae, split: &Split, items: &[usize], noise: MeasurementContext) -> Vec<BoundTerms> {
    let latent = model.architecture().latent;
    let x = marginal::images(split, items.iter().copied(), noise);
    let mut eps = device().zeros_like(&(Batch(SAMPLES * items.len()), Latent(latent)));
    for (row, eps) in elements_mut(&mut eps).chunks_exact_mut(latent).enumerate() {
        let (sample, item) = (row / items.len(), items[row % items.len()]);
        let stream = (sample as u64) << 32 | item as u64;
        fill_standard_normal(&mut generator(noise.seed, Purpose::Evaluation, 3, stream), eps);
    }
    let (z, kl) = model.draw_with_kl(&x, || model.recognise(&x, noise.seed), &eps);
    let likelihoods = model.decode(z).log_likelihoods(&x);
    let of_item = |(item, kl): (usize, f64)| {
        let of_samples = likelihoods.iter().skip(item).step_by(items.len());
        BoundTerms {
            reconstruction: of_samples.sum::<f64>() / SAMPLES as f64,
            kl,
        }
    };
    kl.into_iter().enumerate().map(of_item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Binarisation;
    use crate::evaluation::{importance_weighted, lower_bound};

    #[test]
    fn the_scores_of_all_items_make_the_bounds_of_the_split() {
        let model = Vae::small((6, 5, 3), 1);
        let split = Split::of_bytes((0..=255).cycle().take(6 * 300).collect(), Vec::new(), 6);
        let noise = MeasurementContext {
            seed: 1,
            binarisation: Binarisation::None,
        };
        let cancel = Cancel::default();
        let items: Vec<usize> = (0..300).collect();
        let of =
            |items: &[usize]| item_scores(&model, &split, items, Some(20), noise, &cancel, |_| true).unwrap();
        let scores = of(&items);
        let mean = |of: fn(&ItemScore) -> f64| scores.iter().map(of).sum::<f64>() / 300.0;

        let bound = lower_bound(&model, &split, noise, &cancel, |_| true).unwrap();
        assert!((mean(|score| score.terms.kl) - bound.terms.kl).abs() < 1e-4);
        // Other posterior samples: the reconstruction terms differ by chance alone.
        assert!((mean(|score| score.terms.reconstruction) - bound.terms.reconstruction).abs() < 0.05);
        let weighted = importance_weighted(&model, &split, 300, 20, noise, &cancel, |_| true).unwrap();
        assert!((mean(|score| score.bound()) - weighted.mean).abs() < 1e-6);

        // Alone or among others, from any place of the list.
        let alone = of(&[123])[0];
        assert!((alone.terms.reconstruction - scores[123].terms.reconstruction).abs() < 1e-4);
        assert_eq!(alone.importance_weighted, scores[123].importance_weighted);
        assert!(item_scores(&model, &split, &items, None, noise, &cancel, |_| false).is_none());
    }
}
