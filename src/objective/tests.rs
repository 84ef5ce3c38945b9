//! What every objective promises.

use dfdx::prelude::*;

use super::*;
use crate::model::{Activation, Architecture, Initialisation, Likelihood, Recognition};
use crate::nn::parameters::{Parameter, Role};
use crate::nn::weight::gradient_rows;

const POINTS: usize = 4;
const LATENT: usize = 3;

fn numbers(count: usize, scale: f32, seed: u32) -> Vec<f32> {
    let number =
        |i: u32| (i.wrapping_add(seed * 7_919).wrapping_mul(2_654_435_761) >> 8) as f32 / 8_388_608.0 - 1.0;
    (0..count as u32).map(|i| number(i) * scale).collect()
}

/// A model, and what an objective is asked about.
struct Case {
    model: Vae,
    x: Tensor<(Batch, Pixels), f32, Cpu>,
    noise: Tensor<(Batch, Latent), f32, Cpu>,
}

impl Case {
    fn new(samples: usize, likelihood: Likelihood) -> Self {
        let architecture = Architecture {
            pixels: 12,
            hidden: 8.into(),
            latent: LATENT,
            activation: Activation::Tanh,
            likelihood,
            recognition: Recognition::Encoder,
        };
        let device = Cpu::default();
        let x = numbers(POINTS * 12, 1.0, 1).iter().map(|x| x.abs()).collect();
        let rows = samples * POINTS;
        Self {
            model: Vae::new(architecture, Initialisation::PyTorch, 5),
            x: device.tensor_from_vec(x, (Batch(POINTS), Pixels(12))),
            noise: device.tensor_from_vec(numbers(rows * LATENT, 1.5, 2), (Batch(rows), Latent(LATENT))),
        }
    }

    fn terms(&self, model: &Vae, estimator: Estimator) -> BoundTerms {
        estimator
            .negative(model, &self.x, &self.noise, Gradients::leaky())
            .1
    }

    fn gradients(&self, estimator: Estimator) -> Vec<Vec<f32>> {
        let (loss, _) = estimator.negative(&self.model, &self.x, &self.noise, Gradients::leaky());
        let mut gradients = loss.backward();
        let parameters = self.model.parameters().into_iter();
        parameters
            .map(|named| gradient(named.parameter, named.role, &mut gradients))
            .collect()
    }
}

fn gradient(parameter: &dyn Parameter, role: Role, gradients: &mut Gradients<f32, Cpu>) -> Vec<f32> {
    let left = parameter.take_gradient(gradients);
    if role == Role::Bias {
        return left;
    }
    let sizes = parameter.sizes();
    let mut whole = vec![0.0; sizes[0] * sizes[1]];
    gradient_rows(&[&left], (sizes[0], sizes[1]), 0..sizes[0], &mut whole);
    whole
}

#[test]
fn every_gradient_is_the_difference_quotient_of_the_terms() {
    for &estimator in <Estimator as clap::ValueEnum>::value_variants() {
        for (samples, likelihood) in [(1, Likelihood::Bernoulli), (5, Likelihood::Gaussian)] {
            let case = Case::new(samples, likelihood);
            for (index, gradient) in case.gradients(estimator).iter().enumerate() {
                let mut steepest: f64 = 0.0;
                let mut worst: f64 = 0.0;
                for seed in 0..6 {
                    let direction = numbers(gradient.len(), 1.0, 11 + index as u32 + 100 * seed);
                    let moved = |by: f32| {
                        let mut model = case.model.clone();
                        let named = model.parameters_mut().swap_remove(index);
                        let values = named.parameter.values_mut().iter_mut();
                        values.zip(&direction).for_each(|(value, d)| *value += by * d);
                        -case.terms(&model, estimator).lower_bound()
                    };
                    let difference = (moved(5e-4) - moved(-5e-4)) / 1e-3;
                    let along = gradient.iter().zip(&direction);
                    let slope: f64 = along.map(|(g, d)| f64::from(g * d)).sum();
                    steepest = steepest.max(difference.abs());
                    worst = worst.max((slope - difference).abs());
                }
                assert!(
                    worst < 2e-2 * steepest.max(0.05),
                    "{estimator:?}, {likelihood:?}, parameter {index}: off by {worst} of {steepest}"
                );
            }
            assert_ne!(estimator.term_names()[0], estimator.term_names()[1]);
        }
    }
}

#[test]
fn one_importance_sample_is_estimator_a_and_more_give_a_higher_bound() {
    let one = Case::new(1, Likelihood::Bernoulli);
    let (a, weighted) = (Estimator::A, Estimator::ImportanceWeighted);
    let ours = one.terms(&one.model, weighted).lower_bound();
    let exact = one.terms(&one.model, a).lower_bound();
    assert!((ours - exact).abs() < 1e-5, "{ours} for {exact}");
    for (ours, expected) in one.gradients(weighted).iter().zip(one.gradients(a)) {
        for (ours, expected) in ours.iter().zip(expected) {
            assert!(
                (ours - expected).abs() < 1e-6 * expected.abs().max(1.0),
                "{ours} for {expected}"
            );
        }
    }
    // Jensen's inequality, on the same samples.
    let many = Case::new(5, Likelihood::Bernoulli);
    let bounds = [weighted, a].map(|estimator| many.terms(&many.model, estimator).lower_bound());
    assert!(bounds[0] > bounds[1] + 1e-3, "{bounds:?}");
}

/// A decoder that is far too sure: log-likelihoods of minus tens of thousands of nats.
#[test]
fn importance_weights_stay_finite_where_the_likelihood_underflows() {
    let mut case = Case::new(5, Likelihood::Bernoulli);
    for named in case.model.parameters_mut() {
        if named.name.starts_with("decoder") {
            named
                .parameter
                .values_mut()
                .iter_mut()
                .for_each(|value| *value *= 1e4);
        }
    }
    let terms = case.terms(&case.model, Estimator::ImportanceWeighted);
    assert!(
        terms.lower_bound() < -1e5 && terms.lower_bound().is_finite(),
        "{terms:?}"
    );
    for gradient in case.gradients(Estimator::ImportanceWeighted) {
        assert!(gradient.iter().all(|value| value.is_finite()));
    }
}
