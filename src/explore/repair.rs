//! What a model makes of values that are no item of the data: drawn by hand, with noise on them, or with a part missing.

use dfdx::prelude::*;
use serde::{Deserialize, Serialize};

use super::reconstruction::{self, Reconstruction};
use crate::cancel::Cancel;
use crate::dims::{Batch, Latent, Pixels};
use crate::model::Vae;
use crate::nn::view::{elements, elements_mut, tensor_of};
use crate::random::{Purpose, fill_standard_normal, generator};

/// Values, and what came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Restored {
    /// The values as they were given, sent through the model once.
    pub reconstruction: Reconstruction,
    /// The values with the missing ones filled in.
    pub filled: Vec<f32>,
    /// The posterior mean of what was filled in.
    pub latent: Vec<f32>,
}

/// Sends `values` through the model, and fills in those that are `missing`: in each of so many `rounds` a latent vector is drawn from
/// the posterior of what there is, and the missing values become the decoder's means; the last round takes the posterior mean
/// instead of a draw. Seen values stay (Rezende, Mohamed and Wierstra 2014, appendix F, where the missing values are drawn too).
/// `None` as soon as it is cancelled.
pub fn restore(
    model: &Vae,
    values: &[f32],
    missing: &[bool],
    rounds: usize,
    seed: u64,
    cancel: &Cancel,
) -> Option<Restored> {
    let reconstruction =
        cancel.run(|| reconstruction::reconstruct_values(model, values.to_vec(), seed, 0))?;
    let mut filled = values.to_vec();
    let mut latent = Vec::new();
    for round in 0..rounds.max(1) {
        let is_last = round + 1 >= rounds;
        let noise = (!is_last).then_some(round as u64);
        let means;
        (latent, means) = cancel.run(|| through(model, &filled, noise, seed))?;
        for ((filled, mean), _) in filled
            .iter_mut()
            .zip(means)
            .zip(missing)
            .filter(|(_, missing)| **missing)
        {
            *filled = mean;
        }
    }
    Some(Restored {
        reconstruction,
        filled,
        latent,
    })
}

/// The latent vector of some values, their posterior mean or a draw, and the decoder's means there.
fn through(model: &Vae, values: &[f32], noise: Option<u64>, seed: u64) -> (Vec<f32>, Vec<f32>) {
    let latent = model.architecture().latent;
    let device = Cpu::default();
    let x = device.tensor_from_vec(values.to_vec(), (Batch(1), Pixels(values.len())));
    let shape = (Batch(1), Latent(latent));
    let point = match noise {
        Some(round) => {
            let mut eps = device.zeros_like(&shape);
            fill_standard_normal(
                &mut generator(seed, Purpose::Exploration, round, 1),
                elements_mut(&mut eps),
            );
            model.proposal(&x, seed).draw(&eps).z
        }
        None => tensor_of(
            &device,
            shape,
            &elements(&model.recognise_item(&x, seed, 0))[..latent],
        ),
    };
    (
        elements(&point).to_vec(),
        elements(&model.decode(point).means()).to_vec(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model() -> Vae {
        Vae::small((6, 5, 3), 1)
    }

    const VALUES: [f32; 6] = [0.0, 1.0, 0.3, 0.9, 0.0, 0.5];

    fn restored(missing: [bool; 6], rounds: usize) -> Restored {
        restore(&model(), &VALUES, &missing, rounds, 1, &Cancel::default()).expect("nobody cancels")
    }

    #[test]
    fn what_was_seen_stays_and_the_rest_is_what_the_decoder_says() {
        let missing = [true, false, false, true, true, false];
        let found = restored(missing, 5);
        for (place, missing) in missing.into_iter().enumerate() {
            if !missing {
                assert_eq!(found.filled[place], VALUES[place]);
            }
        }
        let again = restored(missing, 5);
        assert_eq!(again, found, "the same question has the same answer");
        assert_ne!(restored(missing, 1).filled, found.filled);
    }

    #[test]
    fn nothing_missing_changes_nothing_and_one_round_is_a_reconstruction() {
        assert_eq!(restored([false; 6], 7).filled, VALUES);
        let all = restored([true; 6], 1);
        let pairs = all.filled.iter().zip(&all.reconstruction.output);
        assert!(pairs.clone().all(|(a, b)| (a - b).abs() < 1e-6), "{all:?}");
        assert_eq!(all.reconstruction.input, VALUES);
    }

    #[test]
    fn it_ends_when_it_is_cancelled() {
        let cancel = Cancel::after_looks(4);
        assert_eq!(restore(&model(), &VALUES, &[true; 6], 1_000, 1, &cancel), None);
    }
}
