//! Items in the order of their bounds: which a model explains worst, and which best.

use super::{MeasurementContext, item_scores};
use crate::cancel::Cancel;
use crate::data::Split;
use crate::model::{Recognition, Vae};

/// Items that are ranked at most: as many as the test set of MNIST has.
pub const MOST_RANKED: usize = 10_000;
/// The same where chains take the place of an encoder, which take seconds for so many.
pub const MOST_RANKED_BY_CHAINS: usize = 100;

/// The first of the `items` of a split with the lower bound of each in nats, the lowest first; [`MOST_RANKED`] at most, or
/// [`MOST_RANKED_BY_CHAINS`] where the model has no encoder. `None` as soon as it is cancelled.
///
/// Where two bounds are the same, or are no numbers, the items stand in the order in which they came.
pub fn ranking(
    model: &Vae,
    split: &Split,
    items: impl Iterator<Item = usize>,
    noise: MeasurementContext,
    cancel: &Cancel,
) -> Option<Vec<(usize, f64)>> {
    let most = match model.architecture().recognition {
        Recognition::Encoder => MOST_RANKED,
        Recognition::Chains => MOST_RANKED_BY_CHAINS,
    };
    let items: Vec<usize> = items.take(most).collect();
    let scores = item_scores(model, split, &items, None, noise, cancel, |_| true)?;
    let bounds = scores.into_iter().map(|score| score.terms.lower_bound());
    let mut ranked: Vec<(usize, f64)> = items.into_iter().zip(bounds).collect();
    ranked.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    Some(ranked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Binarisation;

    #[test]
    fn items_stand_in_the_order_of_the_bounds_that_each_has_by_itself() {
        let model = Vae::small((6, 5, 3), 1);
        let split = Split::of_bytes((0..=255).cycle().take(6 * 80).collect(), Vec::new(), 6);
        let noise = MeasurementContext {
            seed: 1,
            binarisation: Binarisation::None,
        };
        let cancel = Cancel::default();
        let of = |items: &mut dyn Iterator<Item = usize>| ranking(&model, &split, items, noise, &cancel);
        let ranked = of(&mut (0..80).step_by(2)).expect("not cancelled");
        assert_eq!(ranked.len(), 40);
        assert!(ranked.windows(2).all(|pair| pair[0].1 <= pair[1].1));
        for &(item, bound) in ranked.iter().step_by(7) {
            let alone = of(&mut std::iter::once(item)).expect("not cancelled");
            assert!((alone[0].1 - bound).abs() < 1e-6, "item {item}");
        }
        cancel.cancel();
        assert_eq!(of(&mut (0..80)), None);
    }
}
