//! What every prior promises: a density that is one, draws that have it, and gradients.

use dfdx::prelude::*;

use super::*;
use crate::dims::{Batch, Moments, Pixels};
use crate::model::posterior::{Posterior, gaussian};
use crate::model::{Initialisation, Latents, Vae};
use crate::nn::view::elements;
use crate::random::{Purpose, fill_standard_normal, generator};

fn model(prior: PriorKind, components: usize, latent: usize) -> Vae {
    let architecture = Architecture {
        pixels: 6,
        hidden: 5.into(),
        latent,
        latents: Latents {
            prior,
            components,
            ..Latents::default()
        },
        ..Architecture::default()
    };
    let mut model = Vae::new(architecture, Initialisation::PyTorch, 3);
    for named in model.parameters_mut() {
        if named.name.starts_with("encoder") {
            named
                .parameter
                .values_mut()
                .iter_mut()
                .for_each(|value| *value *= 2.0);
        }
    }
    model
}

fn latent(values: &[f32], dimensions: usize) -> Tensor<(Batch, Latent), f32, Cpu> {
    let shape = (Batch(values.len() / dimensions), Latent(dimensions));
    Cpu::default().tensor_from_vec(values.to_vec(), shape)
}

#[test]
fn with_one_pseudo_input_the_vamp_prior_is_its_posterior() {
    let model = model(PriorKind::Vamp, 1, 2);
    let parameters = model.parameters();
    let pseudo_input = parameters
        .iter()
        .find(|named| named.name == "prior.pseudo_inputs")
        .expect("a VampPrior");
    let x = Cpu::default().tensor_from_vec(pseudo_input.parameter.values().to_vec(), (Batch(1), Pixels(6)));
    let z = [0.4, -1.3];
    let expected = gaussian::log_density(model.encode(&x, NoneTape), latent(&z, 2));
    let ours = model.prior().log_density(latent(&z, 2));
    assert!((elements(&ours)[0] - elements(&expected)[0]).abs() < 1e-6);
    assert_ne!(
        model.prior().log_density_of(&z),
        PriorDensity::Standard.log_density_of(&z)
    );
}

#[test]
fn a_mixture_of_components_at_zero_is_the_standard_normal() {
    let mixture = Vae::zeros(model(PriorKind::Mixture, 7, 3).architecture().clone()).prior();
    for z in [[0.0; 3], [1.0, -2.0, 0.5]] {
        let (ours, expected) = (
            mixture.log_density_of(&z),
            PriorDensity::Standard.log_density_of(&z),
        );
        assert!((ours - expected).abs() < 1e-5, "{ours} for {expected}");
    }
}

#[test]
fn a_learned_prior_integrates_to_one_and_its_draws_have_its_moments() {
    for kind in [PriorKind::Vamp, PriorKind::Mixture] {
        let prior = model(kind, 5, 1).prior();
        let places: Vec<f64> = (-2_000..=2_000).map(|step| f64::from(step) / 100.0).collect();
        let densities: Vec<f64> = places
            .iter()
            .map(|&z| prior.log_density_of(&[z as f32]).exp() / 100.0)
            .collect();
        let moment = |power: i32| -> f64 {
            places
                .iter()
                .zip(&densities)
                .map(|(z, p)| z.powi(power) * p)
                .sum()
        };
        assert!((moment(0) - 1.0).abs() < 1e-4, "{kind:?}: {}", moment(0));
        let draw = |index: u64| {
            let mut generator = generator(1, Purpose::Sampling, index, 0);
            let mut eps = [0.0];
            fill_standard_normal(&mut generator, &mut eps);
            f64::from(prior.draw(&eps, 1.0, &mut generator)[0])
        };
        let draws: Vec<f64> = (0..4_000).map(draw).collect();
        let deviation = (moment(2) - moment(1).powi(2)).sqrt();
        let mean = draws.iter().sum::<f64>() / 4_000.0;
        assert!(
            (mean - moment(1)).abs() < 5.0 * deviation / 4_000_f64.sqrt(),
            "{kind:?}: {mean} for {}",
            moment(1)
        );
        let square = draws.iter().map(|z| z * z).sum::<f64>() / 4_000.0;
        assert!(
            (square / moment(2) - 1.0).abs() < 0.15,
            "{kind:?}: {square} for {}",
            moment(2)
        );
    }
}

#[test]
fn the_gradient_for_chains_is_the_difference_quotient() {
    for kind in [PriorKind::Standard, PriorKind::Vamp, PriorKind::Mixture] {
        let prior = model(kind, 4, 2).prior();
        let z = [0.7, -0.2, -1.5, 2.0];
        let (mut gradient, mut values) = ([0.0; 4], [0.0; 2]);
        prior.evaluate(&z, &mut gradient, &mut values);
        for index in 0..4 {
            let row = index / 2;
            let at = |by: f32| {
                let mut moved = [z[2 * row], z[2 * row + 1]];
                moved[index % 2] += by;
                prior.log_density_of(&moved)
            };
            assert!((values[row] - at(0.0)).abs() < 1e-5);
            let difference = (at(1e-2) - at(-1e-2)) / 2e-2;
            let ours = f64::from(gradient[index]);
            assert!(
                (ours - difference).abs() < 2e-3 * difference.abs().max(1.0),
                "{kind:?}: {ours} for {difference}"
            );
        }
    }
}

#[test]
fn shares_far_apart_neither_overflow_nor_vanish() {
    let moments: Posterior =
        Cpu::default().tensor_from_vec(vec![-1e3, -10.0, 1e3, -10.0], (Batch(2), Moments(Latent(1))));
    let z = latent(&[1e3, 0.0], 1);
    let by_row = super::mixture::log_density(moments.leaky_trace(), z.leaky_trace());
    let values = elements(&by_row).to_vec();
    // At the second mean: a Gaussian with half the weight.
    let exact = -0.5 * (1.837_877_1 - 10.0) - 2.0_f32.ln();
    assert!(
        (values[0] - exact).abs() < 1e-4 && values[1].is_finite(),
        "{values:?}"
    );
    let mut gradients = by_row.sum::<Rank0, _>().backward();
    assert!(
        moments
            .take_gradient(&mut gradients)
            .iter()
            .all(|slope| slope.is_finite())
    );
}
