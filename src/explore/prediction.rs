//! What a model of sequences says of steps that nobody has seen: how a sequence goes on, what lies in a gap, what leads from one
//! sequence to another; and how far its next step is from the one that came.

use dfdx::prelude::*;

use crate::cancel::Cancel;
use crate::data::Split;
use crate::dims::{Batch, Latent, Pixels};
use crate::evaluation::MeasurementContext;
use crate::model::Vae;
use crate::model::posterior::Draws;
use crate::nn::view::{elements, elements_mut, tensor_of};
use crate::random::{Purpose, fill_standard_normal, generator};

/// Draws that are decoded at a time.
const BLOCK: usize = 64;
/// Draws behind the prediction of one step: the mean of so few as eight adds an eighth of what they differ by to the error.
const DRAWS_OF_A_STEP: usize = 64;
/// Draws of every step at a time.
const DRAWS_AT_ONCE: usize = 8;

/// A sequence, some of whose values are no numbers, with their expectation in the place of these: the mean of what the model says over
/// so many `draws` of its latent variables, weighed by how well each explains the others. What is seen stays; the sequence may have
/// any number of steps. `None` as soon as it is cancelled.
pub fn filled(model: &Vae, values: &[f32], draws: usize, seed: u64, cancel: &Cancel) -> Option<Vec<f32>> {
    let model = of_length(model, values.len());
    let device = Cpu::default();
    let x = tensor_of(&device, (Batch(1), Pixels(values.len())), values);
    let latent = Latent(model.architecture().latent);
    // Sums of the draws so far, with weights that are shares of the largest one's.
    let (mut largest, mut total, mut sums) = (f64::NEG_INFINITY, 0.0, vec![0.0; values.len()]);
    for first in (0..draws).step_by(BLOCK) {
        let count = BLOCK.min(draws - first);
        let mut noise = device.zeros_like(&(Batch(count), latent));
        fill_standard_normal(
            &mut generator(seed, Purpose::Exploration, first as u64, 4),
            elements_mut(&mut noise),
        );
        let (means, log_weights) = cancel.run(|| {
            let Draws { z, divergence } = model.proposal(&x, seed).draw(&noise);
            let decoded = model.decode(z);
            let log_likelihoods = decoded.log_likelihoods(&x).into_iter();
            let both = log_likelihoods.zip(elements(&divergence));
            let log_weights: Vec<f64> = both.map(|(said, &cost)| said - f64::from(cost)).collect();
            (decoded.means(), log_weights)
        })?;
        for (means, log_weight) in elements(&means).chunks_exact(values.len()).zip(log_weights) {
            if log_weight > largest {
                let shrink = (largest - log_weight).exp();
                total *= shrink;
                sums.iter_mut().for_each(|sum| *sum *= shrink);
                largest = log_weight;
            }
            let weight = (log_weight - largest).exp();
            total += weight;
            for (sum, &mean) in sums.iter_mut().zip(means) {
                *sum += weight * f64::from(mean);
            }
        }
    }
    let fill = |(&value, sum): (&f32, f64)| {
        if value.is_nan() {
            (sum / total) as f32
        } else {
            value
        }
    };
    Some(values.iter().zip(sums).map(fill).collect())
}

/// The same model for a sequence of so many numbers.
fn of_length(model: &Vae, numbers: usize) -> Vae {
    let architecture = model.architecture();
    let features = architecture
        .steps
        .map_or(1, |steps| architecture.pixels / steps.count);
    model.with_steps(numbers / features)
}

/// How far predictions of the next step are from it: mean squared errors of a value, in squared units of the model's `x`.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct NextStep {
    /// Of the model: the mean of what it says of the step over draws, given all steps before.
    pub model: f64,
    /// Of taking the step before for the next.
    pub last_step: f64,
    /// Steps that were predicted.
    pub steps: usize,
}

/// The errors over every step but the first of some items of a split; `None` as soon as it is cancelled, or when `go_on`, which hears how many items are
/// done, says no.
pub fn next_step(
    model: &Vae,
    split: &Split,
    items: &[usize],
    context: MeasurementContext,
    cancel: &Cancel,
    mut go_on: impl FnMut(usize) -> bool,
) -> Option<NextStep> {
    let mut sums = NextStep::default();
    let mut values = 0;
    for (done, &item) in items.iter().enumerate() {
        let mut sequence = context.item(split, item);
        sequence.truncate(split.numbers_of(item));
        let features = split.numbers_per_item / split.longest.max(1);
        let predicted = cancel.run(|| predictions(model, &sequence, features, context.seed, item))?;
        let squared = |one: &[f32], other: &[f32]| -> f64 {
            one.iter()
                .zip(other)
                .map(|(one, other)| f64::from(one - other).powi(2))
                .sum()
        };
        sums.model += squared(&predicted, &sequence[features..]);
        sums.last_step += squared(&sequence[..predicted.len()], &sequence[features..]);
        sums.steps += predicted.len() / features;
        values += predicted.len();
        if !go_on(done + 1) {
            return None;
        }
    }
    let mean = |sum: f64| sum / values.max(1) as f64;
    Some(NextStep {
        model: mean(sums.model),
        last_step: mean(sums.last_step),
        ..sums
    })
}

/// What the model says of every step but the first, given those before it.
fn predictions(model: &Vae, sequence: &[f32], features: usize, seed: u64, item: usize) -> Vec<f32> {
    let steps = sequence.len() / features;
    if steps < 2 {
        return Vec::new();
    }
    let model = model.with_steps(steps);
    let device = Cpu::default();
    // A row for every step that is predicted, of which only those before are there.
    let mut x = device.zeros_like(&(Batch(steps - 1), Pixels(sequence.len())));
    for (row, known) in elements_mut(&mut x).chunks_exact_mut(sequence.len()).zip(1..) {
        row.copy_from_slice(sequence);
        row[known * features..].fill(f32::NAN);
    }
    let latent = model.architecture().latent;
    let (emitter, latent_of_a_step) = (model.with_steps(1), latent / steps);
    let proposal = model.proposal(&x, seed);
    let mut noise = device.zeros_like(&(Batch(DRAWS_AT_ONCE * (steps - 1)), Latent(latent)));
    let mut random = generator(seed, Purpose::Exploration, item as u64, 5);
    let mut predicted = vec![0.0; (steps - 1) * features];
    for _ in 0..DRAWS_OF_A_STEP / DRAWS_AT_ONCE {
        fill_standard_normal(&mut random, elements_mut(&mut noise));
        let z = proposal.draw(&noise).z;
        // Of each row the step that is predicted alone.
        let of_next_step = elements(&z).chunks_exact(latent).zip((1..steps).cycle());
        let of_next_step: Vec<f32> = of_next_step
            .flat_map(|(row, step)| &row[step * latent_of_a_step..][..latent_of_a_step])
            .copied()
            .collect();
        let rows = (Batch(DRAWS_AT_ONCE * (steps - 1)), Latent(latent_of_a_step));
        let means = emitter.decode(tensor_of(&device, rows, &of_next_step)).means();
        for of_draw in elements(&means).chunks_exact(predicted.len()) {
            for (sum, mean) in predicted.iter_mut().zip(of_draw) {
                *sum += mean / DRAWS_OF_A_STEP as f32;
            }
        }
    }
    predicted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Binarisation;
    use crate::model::architecture::Steps;
    use crate::model::{Architecture, Initialisation};

    fn model() -> Vae {
        let architecture = Architecture {
            pixels: 8,
            hidden: 5.into(),
            latent: 12,
            steps: Some(Steps {
                count: 4,
                recurrent: 6,
            }),
            ..Architecture::default()
        };
        Vae::new(architecture, Initialisation::PyTorch, 1)
    }

    #[test]
    fn what_is_seen_stays_and_gaps_are_filled_in_sequences_of_any_length() {
        let (model, go_on) = (model(), Cancel::default());
        let given = [
            1.0,
            0.0,
            f32::NAN,
            f32::NAN,
            0.0,
            1.0,
            1.0,
            1.0,
            f32::NAN,
            f32::NAN,
            f32::NAN,
            f32::NAN,
        ];
        let filled = |draws| filled(&model, &given, draws, 3, &go_on).expect("not cancelled");
        let ours = filled(200);
        for (ours, given) in ours.iter().zip(given) {
            assert!(if given.is_nan() {
                (0.0..=1.0).contains(ours)
            } else {
                *ours == given
            });
        }
        assert_eq!(ours, filled(200));
        let more = filled(2_000);
        assert!(
            ours.iter()
                .zip(&more)
                .all(|(ours, more)| (ours - more).abs() < 0.05)
        );
    }

    /// A model that says the same of every step, whatever it has seen.
    #[test]
    fn errors_are_those_of_predictions_and_of_the_step_before() {
        let mut model = model();
        for named in model.parameters_mut() {
            if named.name.starts_with("decoder.logits") {
                named.parameter.values_mut().fill(0.0);
            }
        }
        let mut split = Split::of_floats(vec![1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0], Vec::new(), 8);
        (split.longest, split.lengths) = (4, vec![3]);
        let context = MeasurementContext {
            seed: 1,
            binarisation: Binarisation::None,
        };
        let ours =
            next_step(&model, &split, &[0], context, &Cancel::default(), |_| true).expect("not cancelled");
        assert_eq!((ours.steps, ours.last_step), (2, 0.25));
        assert!((ours.model - 0.25).abs() < 1e-6, "{ours:?}");
    }
}
