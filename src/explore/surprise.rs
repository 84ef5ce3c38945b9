//! Which values of an item are unlikely: `-log p(x_d|z)` in nats for every value, at the posterior mean `z` of the item.

use dfdx::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cancel::Cancel;
use crate::data::Split;
use crate::dims::{Batch, Latent, Pixels};
use crate::evaluation::MeasurementContext;
use crate::model::Vae;
use crate::nn::view::elements;

/// An item, and how unlikely each of its values is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Surprise {
    /// Its place in the split.
    pub item: usize,
    /// `-log p(x_d|z)` of every value, in nats; below zero where a density is above one.
    pub of_values: Vec<f32>,
}

impl Surprise {
    /// The surprise of every value as a share of the largest, from 0 to 1.
    pub fn shares(&self) -> Vec<f32> {
        let largest = self.of_values.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        let share = |&value: &f32| (value / largest).clamp(0.0, 1.0);
        self.of_values.iter().map(share).collect()
    }
}

/// The surprise of every value of the `items` of a split, read as the run reads them; `None` as soon as it is cancelled.
pub fn surprises(
    model: &Vae,
    split: &Split,
    items: &[usize],
    context: MeasurementContext,
    cancel: &Cancel,
) -> Option<Vec<Surprise>> {
    let of_item = |&item: &usize| {
        let x = context.item(split, item);
        let shape = (Batch(1), Pixels(x.len()));
        let x = Cpu::default().tensor_from_vec(x, shape);
        let latent = model.architecture().latent;
        let moments = model.recognise_item(&x, context.seed, item);
        let mean = elements(&moments)[..latent].to_vec();
        let mean = Cpu::default().tensor_from_vec(mean, (Batch(1), Latent(latent)));
        let of_values = model.decode(mean).log_likelihoods_of_values(&x);
        Surprise {
            item,
            of_values: of_values.into_iter().map(|value| -value as f32).collect(),
        }
    };
    let there = items.iter().filter(|&&item| item < split.points());
    there.map(|item| cancel.run(|| of_item(item))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Binarisation;
    use crate::explore::traversal::{decode, posterior_mean};
    use crate::model::{Architecture, Initialisation, Likelihood};

    fn model(likelihood: Likelihood) -> Vae {
        let architecture = Architecture {
            pixels: 6,
            hidden: 5.into(),
            latent: 3,
            likelihood,
            ..Architecture::default()
        };
        Vae::new(architecture, Initialisation::Glorot, 1)
    }

    const CONTEXT: MeasurementContext = MeasurementContext {
        seed: 1,
        binarisation: Binarisation::None,
    };

    #[test]
    fn a_bit_surprises_by_its_cross_entropy() {
        let model = model(Likelihood::Bernoulli);
        let split = Split::of_bytes(vec![0, 255, 0, 255, 51, 0], Vec::new(), 6);
        let cancel = Cancel::default();
        let found = surprises(&model, &split, &[0, 9], CONTEXT, &cancel).unwrap();
        assert_eq!(found.len(), 1, "there is no tenth item");
        let z = posterior_mean(&model, &split, 0, CONTEXT, &cancel).unwrap();
        let probabilities = decode(&model, &[z], &cancel).unwrap();
        let x = CONTEXT.item(&split, 0);
        for (value, surprise) in found[0].of_values.iter().enumerate() {
            let (p, x) = (probabilities[value], x[value]);
            let expected = -(x * p.ln() + (1.0 - x) * (1.0 - p).ln());
            assert!((surprise - expected).abs() < 1e-5, "{surprise} {expected}");
        }
        cancel.cancel();
        assert_eq!(surprises(&model, &split, &[0], CONTEXT, &cancel), None);
    }

    /// Whatever the likelihood and its numbers per value, the values of an item make its log-likelihood.
    #[test]
    fn surprises_add_up_to_the_likelihood_of_the_item() {
        let split = Split::of_bytes((0..=255).cycle().take(6 * 40).collect(), Vec::new(), 6);
        for likelihood in [
            Likelihood::Bernoulli,
            Likelihood::Gaussian,
            Likelihood::DiscretisedLogistic,
            Likelihood::Categorical,
        ] {
            let model = model(likelihood);
            let cancel = Cancel::default();
            for Surprise { item, of_values } in surprises(&model, &split, &[0, 17], CONTEXT, &cancel).unwrap()
            {
                let z = posterior_mean(&model, &split, item, CONTEXT, &cancel).unwrap();
                let z = Cpu::default().tensor_from_vec(z, (Batch(1), Latent(3)));
                let x = Cpu::default().tensor_from_vec(CONTEXT.item(&split, item), (Batch(1), Pixels(6)));
                let expected = -model.decode(z).log_likelihoods(&x)[0];
                let sum: f64 = of_values.iter().map(|&value| f64::from(value)).sum();
                assert!(
                    (sum - expected).abs() < 1e-3 * expected.abs().max(1.0),
                    "{likelihood:?}: {sum} {expected}"
                );
            }
        }
    }

    #[test]
    fn shares_run_from_none_to_the_largest() {
        let surprise = Surprise {
            item: 0,
            of_values: vec![-1.0, 0.0, 1.0, 4.0],
        };
        assert_eq!(surprise.shares(), [0.0, 0.0, 0.25, 1.0]);
        let none = Surprise {
            item: 0,
            of_values: vec![-2.0, -1.0],
        };
        assert_eq!(none.shares(), [0.0, 0.0]);
    }
}
