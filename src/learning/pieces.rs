//! The gradient of a shard that is too large for one tape: some data points at a time, each with all its posterior samples.
//!
//! A tape keeps every intermediate of its rows, some 20 kB of a row with 784 pixels and 500 hidden units. Every piece has a
//! tape of its own, and what it leaves is multiplied and added to sums as large as the parameters, so that the memory of a
//! step is bounded by the pieces that are under way: one per thread. The random numbers of a data point depend on its place
//! alone, so a piece draws what the whole shard would have drawn.

use super::shard::{Shard, ShardGradient};
use crate::cancel::checkpoint;
use crate::nn::Gradient;
use crate::objective::BoundTerms;

/// The most latent rows (data points times posterior samples) of a minibatch whose shards have one tape each. Pieces add up
/// in another order, and so in other bits, which a run that went without them must keep.
const ROWS_WITHOUT_PIECES: usize = 100_000;
/// Latent rows of a piece: enough that reading the weights is nothing beside the arithmetic, few enough for a tape of about
/// 100 MB.
const ROWS_OF_A_PIECE: usize = 4_000;

/// How many data points of a minibatch with so many `points` have a tape together; none where a shard has only one.
pub fn points_of_a_piece(points: usize, mc_samples: usize) -> Option<usize> {
    let is_divided = points * mc_samples > ROWS_WITHOUT_PIECES;
    is_divided.then(|| (ROWS_OF_A_PIECE / mc_samples).max(1))
}

/// The sums of what `gradient` gives for the pieces of a shard, `points` data points each: of the gradient of every
/// parameter, in the model's order, and of the bound's terms.
pub fn summed(
    shard: &Shard,
    points: usize,
    gradient: impl Fn(&Shard) -> ShardGradient,
) -> (Vec<Vec<f32>>, BoundTerms) {
    let parameters = shard.model.parameters();
    let zeros = parameters
        .iter()
        .map(|named| vec![0.0; named.parameter.values().len()]);
    let (mut sums, mut terms): (Vec<Vec<f32>>, _) = (zeros.collect(), BoundTerms::default());
    for (piece, indices) in shard.indices.chunks(points).enumerate() {
        checkpoint();
        let first_row = shard.first_row + piece * points;
        let (mut tape, of_piece) = gradient(&Shard {
            indices,
            first_row,
            ..*shard
        });
        terms += of_piece;
        for (named, sum) in parameters.iter().zip(&mut sums) {
            let left = named.parameter.take_gradient(&mut tape);
            let gradient = Gradient::new(named.parameter, named.role, vec![left]);
            gradient.add_to(sum);
            for left in gradient.into_shards() {
                named.parameter.give_back_gradient(&mut tape, left);
            }
        }
    }
    (sums, terms)
}

#[cfg(test)]
mod tests {
    use dfdx::prelude::*;

    use super::super::whole_steps::data;
    use super::*;
    use crate::data::Binarisation;
    use crate::learning::{StepContext, aevb, wake_sleep};
    use crate::model::{Architecture, Initialisation, Vae};
    use crate::objective::Estimator;

    #[test]
    fn only_what_no_run_could_have_done_before_is_divided() {
        assert_eq!(points_of_a_piece(10_000, 10), None);
        assert_eq!(points_of_a_piece(1_000, 100), None);
        assert_eq!(points_of_a_piece(10_000, 11), Some(363));
        assert_eq!(points_of_a_piece(10_000, 1_000), Some(4));
    }

    /// 23 data points in pieces of 5, the last of 3, against one tape over all.
    #[test]
    fn pieces_have_the_gradient_and_the_terms_of_the_whole() {
        let data = data(40, 4);
        let architecture = Architecture {
            pixels: 16,
            hidden: 6.into(),
            latent: 3,
            ..Architecture::default()
        };
        let model = Vae::new(architecture, Initialisation::PyTorch, 4);
        let indices: Vec<usize> = (5..28).collect();
        let shard = Shard {
            model: &model,
            device: &Cpu::default(),
            split: &data.train,
            indices: &indices,
            first_row: 7,
        };
        type OfShard = fn(&Shard, StepContext) -> ShardGradient;
        for (method, estimator) in [
            (aevb::gradient as OfShard, Estimator::A),
            (aevb::gradient, Estimator::B),
            (aevb::gradient, Estimator::ImportanceWeighted),
            (wake_sleep::gradient, Estimator::B),
        ] {
            let context = StepContext {
                seed: 1,
                step: 3,
                mc_samples: 6,
                binarisation: Binarisation::Dynamic,
                pixel_noise: 0.0,
                objective: estimator.into(),
            };
            let gradient = |shard: &Shard| method(shard, context);
            let (whole, terms) = summed(&shard, indices.len(), gradient);
            let (ours, of_pieces) = summed(&shard, 5, gradient);
            for (ours, whole) in [
                (of_pieces.reconstruction, terms.reconstruction),
                (of_pieces.kl, terms.kl),
            ] {
                let size = terms.reconstruction.abs();
                assert!((ours - whole).abs() < 1e-6 * size, "{ours} for {whole}");
            }
            for (ours, whole) in ours.iter().zip(&whole) {
                let norm = |values: &mut dyn Iterator<Item = f32>| -> f32 {
                    values.map(|value| value * value).sum::<f32>().sqrt()
                };
                let length = norm(&mut whole.iter().copied());
                let apart = norm(&mut ours.iter().zip(whole).map(|(ours, whole)| ours - whole));
                assert!(
                    length > 0.0 && apart < 1e-4 * length,
                    "{estimator:?}: {apart} of {length}"
                );
            }
        }
    }
}
