//! What a Markov model promises: the likelihood that a Kalman filter says of a linear chain, padding without influence, a chain that is
//! drawn as it is dense.

use dfdx::prelude::*;

use super::super::Networks;
use super::super::testing::{self, log_mean_exp, noise};
use super::*;
use crate::model::architecture::Steps;
use crate::model::likelihood::{Mean, Variance};
use crate::model::posterior::Draws;
use crate::model::{Activation, Likelihood, Observation, Vae};
use crate::random::{Purpose, fill_standard_normal, generator};

const FEATURES: usize = 2;
const DIMENSIONS: usize = 3;

fn architecture(steps: usize) -> Architecture {
    Architecture {
        pixels: steps * FEATURES,
        hidden: 5.into(),
        latent: steps * DIMENSIONS,
        steps: Some(Steps {
            count: steps,
            recurrent: 6,
        }),
        ..Architecture::default()
    }
}

fn model(steps: usize) -> Vae {
    testing::model(architecture(steps))
}

fn markov(model: &Vae) -> &Markov {
    match &model.networks {
        Networks::Markov(markov) => markov,
        _ => panic!("a Markov model"),
    }
}

fn data(rows: &[Vec<f32>]) -> Tensor<(Batch, Pixels), f32, Cpu> {
    Cpu::default().tensor_from_vec(rows.concat(), (Batch(rows.len()), Pixels(rows[0].len())))
}

/// `log p(x) + log p(z) - log q(z|x)` of many draws of one sequence.
fn log_weights(model: &Vae, x: &Tensor<(Batch, Pixels), f32, Cpu>, draws: usize) -> Vec<f64> {
    let noise = noise(draws, model.architecture().latent, 3);
    let Draws { z, divergence } = model.proposal(x, 0).draw(&noise);
    let log_likelihoods = model.decode(z).log_likelihoods(x).into_iter();
    let both = log_likelihoods.zip(elements(&divergence));
    both.map(|(likelihood, &divergence)| likelihood - f64::from(divergence))
        .collect()
}

/// `z_t = 0.8 z_(t-1) + 0.3 + N(0, 0.5)` from `z_0 = 0.4`, and `x_t = 1.5 z_t - 0.2 + N(0, 0.3)`.
#[test]
fn draws_weigh_up_to_the_likelihood_of_a_kalman_filter() {
    const STEPS: usize = 4;
    let mut model = Vae::zeros(Architecture {
        pixels: STEPS,
        hidden: 2.into(),
        latent: STEPS,
        activation: Activation::Relu,
        likelihood: Likelihood::Gaussian,
        observation: Observation {
            mean: Mean::Real,
            variance: Variance::Fixed,
            fixed_variance: 0.3,
            ..Observation::default()
        },
        steps: Some(Steps {
            count: STEPS,
            recurrent: 3,
        }),
        ..Architecture::default()
    });
    for named in model.parameters_mut() {
        let values: &[f32] = match named.name.as_str() {
            "decoder.gate.bias" => &[-40.0],
            "decoder.mean.weight" => &[0.8],
            "decoder.mean.bias" => &[0.3],
            // softplus of it is 0.5.
            "decoder.scale.bias" => &[-0.432_752_13],
            "decoder.start" => &[0.4],
            // relu(z) - relu(-z) is z.
            "decoder.hidden.weight" => &[1.0, -1.0],
            "decoder.means.weight" => &[1.5, -1.5],
            "decoder.means.bias" => &[-0.2],
            "encoder.moments.bias" => &[1.1, -1.0],
            _ => &[],
        };
        let place = named.parameter.values_mut();
        if !values.is_empty() {
            place.copy_from_slice(values);
        } else if named.name.starts_with("encoder") {
            let mut generator = generator(1, Purpose::Noise, place.len() as u64, 0);
            fill_standard_normal(&mut generator, place);
            place.iter_mut().for_each(|value| *value *= 0.1);
        }
    }
    for (sequence, missing) in [
        ([1.0, 2.0, 1.4, 2.2], None),
        ([1.0, 2.0, 1.4, 2.2], Some(1)),
        ([1.2, 0.8, 1.5, 1.9], Some(3)),
    ] {
        let mut given: Vec<f32> = sequence.to_vec();
        if let Some(step) = missing {
            given[step] = f32::NAN;
        }
        let (mut mean, mut variance, mut exact) = (0.4, 0.0, 0.0);
        for &x in &given {
            (mean, variance) = (0.8 * mean + 0.3, 0.64 * variance + 0.5);
            if !x.is_nan() {
                let spread: f64 = 1.5 * 1.5 * variance + 0.3;
                let surprise = f64::from(x) - (1.5 * mean - 0.2);
                exact -= 0.5 * ((2.0 * std::f64::consts::PI * spread).ln() + surprise * surprise / spread);
                let gain = 1.5 * variance / spread;
                (mean, variance) = (mean + gain * surprise, variance * (1.0 - 1.5 * gain));
            }
        }
        let log_weights = log_weights(&model, &data(&[given]), 40_000);
        let ours = log_mean_exp(&log_weights);
        assert!((ours - exact).abs() < 0.03, "{missing:?}: {ours} for {exact}");
        let few: f64 = log_weights.chunks_exact(10).map(log_mean_exp).sum::<f64>() / 4_000.0;
        let bound = log_weights.iter().sum::<f64>() / 40_000.0;
        assert!(
            bound < few && few < exact + 0.02,
            "{bound} below {few} below {exact}"
        );
    }
}

#[test]
fn padding_has_no_influence() {
    let (short, long) = (model(3), model(3).with_steps(5));
    let item = vec![1.0, 0.0, 0.0, 1.0, 1.0, 1.0];
    let padded = [item.clone(), vec![f32::NAN; 4]].concat();
    let other: Vec<f32> = (0..10).map(|place| (place % 3) as f32 / 2.0).collect();
    let (x, of_both) = (data(&[item]), data(&[padded, other]));
    let noise_of_short = noise(1, 3 * DIMENSIONS, 1);
    let mut noise_of_both = noise(2, 5 * DIMENSIONS, 2);
    elements_mut(&mut noise_of_both)[..3 * DIMENSIONS].copy_from_slice(elements(&noise_of_short));

    let (alone, among) = (
        short.proposal(&x, 0).draw(&noise_of_short),
        long.proposal(&of_both, 0).draw(&noise_of_both),
    );
    let difference = |one: f32, other: f32| (one - other).abs() / one.abs().max(1.0);
    assert!(difference(elements(&alone.divergence)[0], elements(&among.divergence)[0]) < 1e-6);
    for (z, among) in elements(&alone.z).iter().zip(elements(&among.z)) {
        assert!(difference(*z, *among) < 1e-6, "{z} for {among}");
    }
    let likelihoods = [
        short.decode(alone.z).log_likelihoods(&x),
        long.decode(among.z).log_likelihoods(&of_both),
    ];
    assert!(
        (likelihoods[0][0] - likelihoods[1][0]).abs() < 1e-6,
        "{likelihoods:?}"
    );
    // The KL term in closed form, and the moments.
    let kl = |model: &Vae, x, noise| elements(&markov(model).infer_with_kl(x, noise, NoneTape).1)[0];
    assert!(
        difference(
            kl(&short, &x, &noise_of_short),
            kl(&long, &of_both, &noise_of_both)
        ) < 1e-6
    );
    let (alone, among) = (short.recognise(&x, 0), long.recognise(&of_both, 0));
    for place in 0..3 * DIMENSIONS {
        assert!(difference(elements(&alone)[place], elements(&among)[place]) < 1e-6);
        let log_variances = [
            elements(&alone)[3 * DIMENSIONS + place],
            elements(&among)[5 * DIMENSIONS + place],
        ];
        assert!(difference(log_variances[0], log_variances[1]) < 1e-6);
    }
}

#[test]
fn the_divergence_in_closed_form_is_the_mean_of_that_of_draws() {
    let model = model(4);
    let x = data(&[vec![1.0, 0.0, f32::NAN, f32::NAN, 0.0, 1.0, 1.0, 0.5]]);
    let noise = noise(20_000, 4 * DIMENSIONS, 5);
    let mean = |values: &PerRow| {
        elements(values)
            .iter()
            .map(|&value| f64::from(value))
            .sum::<f64>()
            / 20_000.0
    };
    let sampled = mean(&markov(&model).infer(&x, &noise, NoneTape).1);
    let closed = mean(&markov(&model).infer_with_kl(&x, &noise, NoneTape).1);
    assert!(
        closed > 0.1 && (sampled - closed).abs() < 0.05,
        "{sampled} for {closed}"
    );
}

#[test]
fn behind_the_end_draws_go_on_as_the_prior_says() {
    let model = model(4);
    let nothing = data(&[vec![f32::NAN; 8]]);
    let noise = noise(3, 4 * DIMENSIONS, 6);
    let drawn = model.proposal(&nothing, 0).draw(&noise);
    assert_eq!(elements(&drawn.divergence), [0.0; 3]);
    let mut generated = noise.clone();
    markov(&model).transition().of_noise(&mut generated);
    assert_eq!(elements(&drawn.z), elements(&generated));
    // Noise becomes draws, and draws become their noise.
    let back = markov(&model).transition().noise_of(&generated);
    for (back, noise) in elements(&back).iter().zip(elements(&noise)) {
        assert!((back - noise).abs() < 1e-3, "{back} for {noise}");
    }
}

#[test]
fn the_density_of_the_chain_is_that_of_its_noise_and_has_its_gradient() {
    let model = model(3);
    let prior = model.prior();
    let mut z = noise(2, 3 * DIMENSIONS, 7);
    markov(&model).transition().of_noise(&mut z);
    let latent = 3 * DIMENSIONS;
    let (mut gradient, mut values) = (vec![0.0; 2 * latent], [0.0; 2]);
    prior.evaluate(elements(&z), &mut gradient, &mut values);
    assert!((prior.log_density_of(&elements(&z)[..latent]) - values[0]).abs() < 1e-5);
    for place in [0, 4, latent - 1, latent + 5] {
        let at = |by: f32| {
            let mut moved = elements(&z).to_vec();
            moved[place] += by;
            let row = place / latent * latent;
            prior.log_density_of(&moved[row..row + latent])
        };
        let difference = (at(4e-3) - at(-4e-3)) / 8e-3;
        let ours = f64::from(gradient[place]);
        assert!(
            (ours - difference).abs() < 0.02 * difference.abs().max(1.0),
            "{ours} for {difference}"
        );
    }
}

#[test]
fn later_steps_follow_one_that_moves() {
    let model = model(3);
    let z: Vec<f32> = (0..9).map(|place| (place as f32 * 0.7).sin()).collect();
    let changed = |dimension: usize| -> Vec<usize> {
        let moved = model.moved(&z, dimension, z[dimension] + 0.8);
        (0..9)
            .filter(|&place| (moved[place] - z[place]).abs() > 1e-4)
            .collect()
    };
    assert_eq!(changed(7), [7]);
    assert_eq!(changed(4), [4, 6, 7, 8]);
    assert_eq!(changed(0).len(), 7);
}

#[test]
fn an_architecture_counts_its_parameters_and_every_one_has_its_gradient() {
    let model = model(3);
    let numbers: usize = model
        .parameters()
        .iter()
        .map(|named| named.parameter.values().len())
        .sum();
    assert_eq!(numbers, model.architecture().parameter_count());
    assert_eq!(
        model.architecture().to_string(),
        "6-5-9-5-6 tanh markov(3 steps, 6 recurrent)"
    );
    let x = data(&[
        vec![0.0, 1.0, 1.0, 0.0, 1.0, 0.0],
        vec![1.0, 0.0, 1.0, 1.0, f32::NAN, f32::NAN],
    ]);
    let (z, divergence) = markov(&model).infer_with_kl(&x, &noise(4, 9, 5), OwnedTape::default());
    let loss = ops::weighted_sum(divergence, vec![1.0; 4]) - model.decode(z).log_likelihood(&x);
    let mut gradients = loss.backward();
    for named in model.parameters() {
        let gradient = named.parameter.take_gradient(&mut gradients);
        assert!(gradient.iter().all(|slope| slope.is_finite()), "{}", named.name);
        assert!(
            gradient.iter().any(|&slope| slope != 0.0),
            "{} has no part",
            named.name
        );
    }
}
