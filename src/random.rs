//! Random numbers as a function of where they are used, not of what was drawn before.
//!
//! Every draw comes from a generator made for `(seed, purpose, index, row)`: the minibatch order of epoch 3, the
//! noise of row 17 at step 1 200. So the seed and the step counter are the whole state of randomness: a resumed run
//! continues exactly, an evaluation never disturbs the training that surrounds it, and the noise of a data point does
//! not depend on how many threads share the minibatch.

use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;
use rand_xoshiro::Xoshiro256PlusPlus;

/// What random numbers are drawn for; each purpose has streams of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The first values of the parameters; index: the parameter.
    Initialisation = 1,
    /// The order of the training points; index: the epoch.
    Shuffle = 2,
    /// The noise `eps` of the reparameterised sample while training; index: the step.
    Noise = 3,
    /// Grey pixels turned to black or white; index: the step, or 0 where the draw is made once.
    Binarisation = 4,
    /// The noise of an evaluation; index: the block of data points.
    Evaluation = 5,
    /// Draws that a person asks for on the screen; index: how many were asked for before.
    Exploration = 6,
    /// Latent variables and images that a model dreams up (Wake-Sleep); index: the step.
    Dream = 7,
    /// The moves of a Markov chain while training; index: the step.
    Chain = 8,
    /// The moves of Markov chains that measure or explain; index: what for, and the move.
    Sampling = 9,
    /// Pixels that are drawn anew while training; index: the step.
    PixelNoise = 10,
    /// Which items of a data set are held out; index: 0.
    Split = 11,
    /// Which points of a map are pushed apart; index: the epoch.
    Map = 12,
    /// The noise of layers whose weights have a distribution; index: the step.
    WeightNoise = 13,
    /// Weights drawn from their distribution; index: which draw.
    WeightDraw = 14,
    /// Which values the runs of a sweep have; index: the draw, row: the axis.
    Sweep = 15,
    /// Which labels learning sees; index: 0 for all that it ever does, else one more than the step.
    Labels = 16,
    /// The factors of images that the program draws; index: the part, row: the item.
    Drawing = 17,
    /// The momentum of draws that follow Hamiltonian dynamics; the seed is made of the draw's noise.
    Momentum = 18,
}

/// The generator for one row of one use: the same four arguments always give the same numbers.
pub fn generator(seed: u64, purpose: Purpose, index: u64, row: u64) -> Xoshiro256PlusPlus {
    let words = [purpose as u64, index, row];
    Xoshiro256PlusPlus::seed_from_u64(
        words
            .into_iter()
            .fold(mix(seed), |state, word| mix(state ^ mix(word))),
    )
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every input bit reaches every output bit.
fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// Fills `values` with independent draws from `N(0, 1)`.
pub fn fill_standard_normal(generator: &mut impl Rng, values: &mut [f32]) {
    values.fill_with(|| generator.sample(StandardNormal));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_arguments_give_equal_numbers_and_any_change_gives_others() {
        let first = |seed, purpose, index, row| generator(seed, purpose, index, row).r#gen::<u64>();
        let reference = first(1, Purpose::Noise, 2, 3);
        assert_eq!(reference, first(1, Purpose::Noise, 2, 3));
        for other in [
            first(0, Purpose::Noise, 2, 3),
            first(1, Purpose::Evaluation, 2, 3),
            first(1, Purpose::Noise, 3, 2),
            first(1, Purpose::Noise, 2, 4),
        ] {
            assert_ne!(reference, other);
        }
    }

    #[test]
    fn neighbouring_streams_are_standard_normal_and_uncorrelated() {
        let (rows, columns) = (2_000, 50);
        let mut values = vec![0.0; rows * columns];
        for (row, values) in values.chunks_mut(columns).enumerate() {
            fill_standard_normal(&mut generator(7, Purpose::Noise, 0, row as u64), values);
        }
        let count = values.len() as f64;
        let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
        let variance = values.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>() / count;
        let products = values
            .iter()
            .zip(&values[columns..])
            .map(|(&a, &b)| f64::from(a) * f64::from(b));
        let covariance = products.sum::<f64>() / count;
        // Five standard errors: 1/sqrt(n), sqrt(2/n), 1/sqrt(n).
        assert!(mean.abs() < 5.0 / count.sqrt(), "{mean}");
        assert!((variance - 1.0).abs() < 5.0 * (2.0 / count).sqrt(), "{variance}");
        assert!(covariance.abs() < 5.0 / count.sqrt(), "{covariance}");
    }
}
