//! What a hierarchy promises: the exact marginal likelihood of a toy that can be enumerated, draws that have the prior's density, layers
//! that follow one another.

use dfdx::prelude::*;
use strum::VariantArray;

use super::super::Networks;
use super::super::testing::{self, log_mean_exp, noise};
use super::*;
use crate::model::posterior::gaussian::precision_weighted;
use crate::model::posterior::{Draws, Gaussian};
use crate::model::{Latents, Vae};
use crate::nn::view::elements;

fn model(inference: Inference, latent: usize, upper: &[usize]) -> Vae {
    let architecture = Architecture {
        pixels: 4,
        hidden: 5.into(),
        latent,
        latents: Latents {
            upper: upper.to_vec(),
            upper_hidden: vec![6],
            inference,
            ..Latents::default()
        },
        ..Architecture::default()
    };
    testing::model(architecture)
}

fn rows(values: Vec<f32>, latent: usize) -> LatentRows {
    let count = values.len() / latent;
    Cpu::default().tensor_from_vec(values, (Batch(count), Latent(latent)))
}

/// Two layers of one dimension each: `p(x)` is a sum over a grid.
#[test]
fn draws_weigh_up_to_the_marginal_likelihood_that_a_grid_has() {
    const STEP: f64 = 0.1;
    let places: Vec<f32> = (-150..=150).map(|step| step as f32 * STEP as f32).collect();
    let grid: Vec<f32> = places
        .iter()
        .flat_map(|&z1| places.iter().flat_map(move |&z2| [z1, z2]))
        .collect();
    let grid = rows(grid, 2);
    let x = Cpu::default().tensor_from_vec(vec![1.0, 0.0, 1.0, 1.0], (Batch(1), Pixels(4)));
    for &inference in Inference::VARIANTS {
        let model = model(inference, 2, &[1]);
        let log_prior = model.prior().log_density(grid.clone());
        let log_prior: Vec<f64> = elements(&log_prior)
            .iter()
            .map(|&value| f64::from(value))
            .collect();
        let total: f64 = log_prior.iter().map(|log| log.exp() * STEP * STEP).sum();
        assert!(
            (total - 1.0).abs() < 1e-3,
            "{inference:?}: the prior integrates to {total}"
        );
        let log_likelihoods = model.decode(grid.clone()).log_likelihoods(&x);
        let joint = log_prior
            .iter()
            .zip(&log_likelihoods)
            .map(|(prior, likelihood)| (prior + likelihood).exp());
        let exact = (joint.sum::<f64>() * STEP * STEP).ln();

        let Draws { z, divergence } = model.proposal(&x, 0).draw(&noise(20_000, 2, 3));
        let log_likelihoods = model.decode(z).log_likelihoods(&x);
        let of_draws = log_likelihoods.iter().zip(elements(&divergence));
        let log_weights: Vec<f64> = of_draws
            .map(|(likelihood, divergence)| likelihood - f64::from(*divergence))
            .collect();
        let ours = log_mean_exp(&log_weights);
        assert!((ours - exact).abs() < 0.05, "{inference:?}: {ours} for {exact}");
        let bound = log_weights.iter().sum::<f64>() / log_weights.len() as f64;
        assert!(bound < exact, "{inference:?}: a bound of {bound} above {exact}");
    }
}

#[test]
fn noise_becomes_draws_and_draws_become_their_noise() {
    for &inference in Inference::VARIANTS {
        let model = model(inference, 9, &[2, 1, 1, 1]);
        let noise = noise(50, 9, 4);
        let mut draws = noise.clone();
        let Networks::Hierarchical(layers) = &model.networks else {
            panic!("several layers")
        };
        layers.generative().of_noise(&mut draws, 0);
        let differing = elements(&draws)
            .iter()
            .zip(elements(&noise))
            .filter(|(draw, noise)| draw != noise);
        // All but the top layer's one dimension.
        assert_eq!(differing.count(), 50 * 8);
        let back = layers.generative().noise_of(&draws, 0);
        for (back, noise) in elements(&back).iter().zip(elements(&noise)) {
            assert!((back - noise).abs() < 1e-3, "{back} for {noise}");
        }
    }
}

#[test]
fn the_layers_below_follow_one_that_moves() {
    let model = model(Inference::BottomUp, 6, &[2, 1]);
    let z = [0.3, -0.5, 1.2, 0.7, -0.9, 0.4];
    let same = model.moved(&z, 4, z[4]);
    assert!(
        same.iter().zip(z).all(|(same, z)| (same - z).abs() < 1e-4),
        "{same:?}"
    );
    let changed = |dimension: usize| -> Vec<usize> {
        let moved = model.moved(&z, dimension, z[dimension] + 0.8);
        (0..6)
            .filter(|&place| (moved[place] - z[place]).abs() > 1e-4)
            .collect()
    };
    assert_eq!(changed(1), [1]);
    assert_eq!(changed(3), [0, 1, 2, 3]);
    assert_eq!(changed(5), [0, 1, 2, 3, 4, 5]);
}

/// The loss of a model of nine dimensions and four pixels, and its gradient in every parameter, with the parameter's name.
fn loss_and_gradients(model: &Vae) -> (f32, Vec<(String, Vec<f32>)>) {
    let x = Cpu::default().tensor_from_vec(
        vec![0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0],
        (Batch(2), Pixels(4)),
    );
    let Draws { z, divergence } = model.infer(&x, &noise(6, 9, 5), OwnedTape::default());
    assert_eq!(z.shape().0.0, 6);
    let loss = ops::weighted_sum(divergence, vec![1.0; 6]) - model.decode(z).log_likelihood(&x);
    let value = loss.array();
    let mut gradients = loss.backward();
    let parameters = model.parameters().into_iter();
    let all = parameters.map(|named| (named.name, named.parameter.take_gradient(&mut gradients)));
    (value, all.collect())
}

#[test]
fn every_layer_of_five_is_inferred_and_has_its_gradient() {
    for &inference in Inference::VARIANTS {
        let (_, gradients) = loss_and_gradients(&model(inference, 9, &[2, 1, 1, 1]));
        for (name, gradient) in gradients {
            assert!(gradient.iter().all(|slope| slope.is_finite()));
            assert!(
                gradient.iter().any(|&slope| slope != 0.0),
                "{inference:?}: {name} has no part"
            );
        }
    }
}

/// As an item that no other is like makes them, above all behind batch normalisation.
#[test]
fn extreme_moments_leave_bound_and_gradients_finite() {
    for &inference in Inference::VARIANTS {
        let mut model = model(inference, 9, &[2, 1, 1, 1]);
        for named in model.parameters_mut() {
            if named.name.contains("moments") {
                let values = named.parameter.values_mut().iter_mut();
                values.for_each(|value| *value *= 300.0);
            }
        }
        let (loss, gradients) = loss_and_gradients(&model);
        assert!(loss.is_finite(), "{inference:?}: {loss}");
        for (name, gradient) in gradients {
            let finite = gradient.iter().all(|slope| slope.is_finite());
            assert!(finite, "{inference:?}: {name}");
        }
    }
}

#[test]
fn two_gaussians_make_the_one_that_their_precisions_say() {
    let moments = |values: [f32; 2]| -> Gaussian<Latent> {
        Cpu::default().tensor_from_vec(values.to_vec(), (Batch(1), crate::dims::Moments(Latent(1))))
    };
    let variance = |moments: &Gaussian<Latent>| f64::from(elements(moments)[1]).exp();
    // N(0, 1) and N(3, 1/2): precisions 1 and 2, mean 2, variance 1/3.
    let product = precision_weighted(moments([0.0, 0.0]), moments([3.0, -std::f32::consts::LN_2]));
    assert!((elements(&product)[0] - 2.0).abs() < 1e-6);
    assert!((variance(&product) - 1.0 / 3.0).abs() < 1e-6);
}
