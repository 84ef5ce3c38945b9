//! How well classes are told apart: by a model's own classifier, or from where its items lie (model M1 of Kingma et al. 2014,
//! arXiv 1406.5298: features of a trained model, then a classifier of its own).

use dfdx::prelude::*;

use super::marginal::images;
use super::{device, interruptible};
use crate::cancel::Cancel;
use crate::data::Split;
use crate::dims::{Batch, Classes, Latent};
use crate::evaluation::MeasurementContext;
use crate::kernels::Products;
use crate::model::Vae;
use crate::nn::optimizer::{Numbers, Optimizer, OptimizerKind};
use crate::nn::view::{elements, tensor_of};
use crate::nn::{Gradient, Linear};
use crate::objective::semi_supervised::classification;

/// Items that the classifier sees at a time.
const BLOCK: usize = 500;
/// Updates of the regression, each over all labelled items, and its largest step size, which falls in a straight line.
const UPDATES: u32 = 1_000;
const STEP_SIZE: f32 = 0.05;

/// The class that a model with classes says of some items; none of a model without, or as soon as it is cancelled.
pub fn predictions(
    model: &Vae,
    split: &Split,
    items: &[usize],
    context: MeasurementContext,
    cancel: &Cancel,
) -> Option<Vec<usize>> {
    let mut predictions = Vec::with_capacity(items.len());
    for block in items.chunks(BLOCK) {
        let of_block = interruptible(cancel, || {
            model.predict(&images(split, block.iter().copied(), context))
        });
        predictions.extend(of_block??);
    }
    Some(predictions)
}

/// Multinomial logistic regression on features: `p(y|f) = softmax(f W + b)`, with the prior `N(0, I)` on `W`.
pub struct Regression {
    layer: Linear<Latent, Classes>,
}

impl Regression {
    /// The regression that fits `features` with their classes best, of which there are so many; `None` as soon as it is cancelled.
    ///
    /// # Panics
    /// If there are no features, or not a class for each.
    pub fn fitted(features: &[Vec<f32>], classes: &[usize], count: usize, cancel: &Cancel) -> Option<Self> {
        assert_eq!(features.len(), classes.len(), "a class for every item");
        let width = features.first().map_or(0, Vec::len);
        let device = device();
        let mut layer = Linear::zeros(&device, Latent(width), Classes(count));
        let x = tensor_of(
            &device,
            (Batch(features.len()), Latent(width)),
            &features.concat(),
        );
        let mut optimizer = Optimizer::new(OptimizerKind::Adam, STEP_SIZE, &[width * count, count]);
        for update in 0..UPDATES {
            let gradients = interruptible(cancel, || {
                let logits = layer.forward_data(&x, OwnedTape::default());
                let mut left = (-classification(logits, classes, 1.0).0).backward();
                let parameters = layer.parameters().into_iter();
                let gradients = parameters.map(|named| {
                    let shards = vec![named.parameter.take_gradient(&mut left)];
                    Gradient::new(named.parameter, named.role, shards)
                });
                gradients.collect::<Vec<Gradient>>()
            })?;
            let numbers = Numbers {
                rate_factor: 1.0 - update as f32 / UPDATES as f32,
                weight_prior: 1.0,
                weight_decay: 0.0,
                weight_kl: 0.0,
                products: Products::F32,
            };
            optimizer.update(layer.parameters_mut(), &gradients, numbers);
        }
        Some(Self { layer })
    }

    /// The most probable class of every item.
    pub fn predictions(&self, features: &[Vec<f32>]) -> Vec<usize> {
        let Classes(count) = self.layer.bias.shape().0;
        let of_block = |features: &[Vec<f32>]| -> Vec<usize> {
            let width = features.first().map_or(0, Vec::len);
            let shape = (Batch(features.len()), Latent(width));
            let x = tensor_of(&device(), shape, &features.concat());
            let logits = self.layer.forward_data(&x, NoneTape);
            let rows = elements(&logits).chunks_exact(count);
            let largest = |row: &[f32]| {
                let places = row.iter().enumerate();
                places
                    .max_by(|a, b| a.1.total_cmp(b.1))
                    .map_or(0, |(place, _)| place)
            };
            rows.map(largest).collect()
        };
        features.chunks(BLOCK).flat_map(of_block).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three clouds around the corners of a triangle.
    #[test]
    fn a_regression_tells_clouds_apart() {
        let corners = [[2.0, 0.0], [-1.0, 1.7], [-1.0, -1.7]];
        let features: Vec<Vec<f32>> = (0..90_usize)
            .map(|item| {
                let [x, y] = corners[item % 3];
                let around = |by: usize| ((item * by % 17) as f32 - 8.0) / 12.0;
                vec![x + around(5), y + around(7)]
            })
            .collect();
        let classes: Vec<usize> = (0..90).map(|item| item % 3).collect();
        let regression = Regression::fitted(&features[..30], &classes[..30], 3, &Cancel::default());
        let regression = regression.expect("nobody cancels");
        assert_eq!(regression.predictions(&features), classes);
    }

    /// With two classes of one feature each side of 0, the weights are where the gradient of the posterior is none: by symmetry
    /// `w = (1 - p) n x` for a class of `n` items at `x`, and `p = sigmoid(2 w x)`.
    #[test]
    fn a_regression_ends_where_its_posterior_is_highest() {
        let features: Vec<Vec<f32>> = (0..20)
            .map(|item| vec![if item % 2 == 0 { 0.5 } else { -0.5 }])
            .collect();
        let classes: Vec<usize> = (0..20).map(|item| item % 2).collect();
        let regression =
            Regression::fitted(&features, &classes, 2, &Cancel::default()).expect("nobody cancels");
        let weight = elements(regression.layer.weight.tensor())[0];
        let p = 1.0 / (1.0 + (-2.0 * weight * 0.5).exp());
        assert!((weight - (1.0 - p) * 20.0 * 0.5).abs() < 0.02, "{weight}");
        assert_eq!(regression.predictions(&features), classes);
    }
}
