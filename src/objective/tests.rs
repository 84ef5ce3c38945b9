//! What every objective promises.

use dfdx::prelude::*;

use super::*;
use crate::model::architecture::Steps;
use crate::model::hierarchy::Inference;
use crate::model::posterior::FlowKind;
use crate::model::prior::PriorKind;
use crate::model::{
    Architecture, Convolutions, Initialisation, Latents, Layers, Likelihood, NormalisationKind,
};
use crate::nn::Gradient;
use crate::nn::parameters::{Parameter, Role};
use crate::nn::view::elements_mut;

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
        Self::of(
            samples,
            Architecture {
                likelihood,
                ..Architecture::default()
            },
        )
    }

    /// A model of 12 pixels with those layers; one of 8 hidden units where they are the usual ones.
    fn of(samples: usize, architecture: Architecture) -> Self {
        let hidden = match architecture.hidden.units() {
            [500] => 8.into(),
            _ => architecture.hidden.clone(),
        };
        Self::of_all(
            samples,
            Architecture {
                pixels: 12,
                hidden,
                latent: LATENT,
                ..architecture
            },
        )
    }

    /// A model of 12 pixels of just that architecture.
    fn of_all(samples: usize, architecture: Architecture) -> Self {
        let device = Cpu::default();
        let x = numbers(POINTS * 12, 1.0, 1).iter().map(|x| x.abs()).collect();
        let (rows, latent) = (samples * POINTS, architecture.latent);
        Self {
            model: Vae::new(architecture, Initialisation::PyTorch, 5),
            x: device.tensor_from_vec(x, (Batch(POINTS), Pixels(12))),
            noise: device.tensor_from_vec(numbers(rows * latent, 1.5, 2), (Batch(rows), Latent(latent))),
        }
    }

    fn terms(&self, model: &Vae, objective: Objective) -> BoundTerms {
        objective
            .negative(model, &self.x, &self.noise, Gradients::leaky())
            .1
    }

    fn gradients(&self, objective: Objective) -> Vec<Vec<f32>> {
        let (loss, _) = objective.negative(&self.model, &self.x, &self.noise, Gradients::leaky());
        let mut gradients = loss.backward();
        let parameters = self.model.parameters().into_iter();
        parameters
            .map(|named| gradient(named.parameter, named.role, &mut gradients))
            .collect()
    }
}

fn gradient(parameter: &dyn Parameter, role: Role, gradients: &mut Gradients<f32, Cpu>) -> Vec<f32> {
    let mut whole = vec![0.0; parameter.values().len()];
    let left = parameter.take_gradient(gradients);
    Gradient::new(parameter, role, vec![left]).add_to(&mut whole);
    whole
}

/// Compares the gradient with the difference quotients of `loss`.
fn compare(case: &Case, objective: Objective, loss: impl Fn(&Vae) -> f64) {
    compare_at(5e-4, case, objective, loss);
}

/// The same with differences over twice a `step`.
fn compare_at(step: f32, case: &Case, objective: Objective, loss: impl Fn(&Vae) -> f64) {
    for (index, gradient) in case.gradients(objective).iter().enumerate() {
        // What batch normalisation saw is no gradient.
        if case.model.parameters()[index].role == Role::Running {
            continue;
        }
        let (mut steepest, mut worst): (f64, f64) = (0.0, 0.0);
        for seed in 0..6 {
            let direction = numbers(gradient.len(), 1.0, 11 + index as u32 + 100 * seed);
            let moved = |by: f32| {
                let mut model = case.model.clone();
                let named = model.parameters_mut().swap_remove(index);
                let values = named.parameter.values_mut().iter_mut();
                values.zip(&direction).for_each(|(value, d)| *value += by * d);
                loss(&model)
            };
            let difference = (moved(step) - moved(-step)) / f64::from(2.0 * step);
            let along = gradient.iter().zip(&direction);
            let slope: f64 = along.map(|(g, d)| f64::from(g * d)).sum();
            steepest = steepest.max(difference.abs());
            worst = worst.max((slope - difference).abs());
        }
        // The terms come in single precision, of which the quotient takes a small difference.
        let rounding = f64::from(f32::EPSILON) * loss(&case.model).abs() / 1e-3;
        assert!(
            worst < 2e-2 * steepest.max(0.05) + rounding,
            "{objective:?}, parameter {index}: off by {worst} of {steepest}"
        );
    }
}

#[test]
fn every_gradient_is_the_difference_quotient_of_the_terms() {
    for &estimator in <Estimator as strum::VariantArray>::VARIANTS {
        for (samples, likelihood) in [(1, Likelihood::Bernoulli), (5, Likelihood::Gaussian)] {
            let (case, objective) = (Case::new(samples, likelihood), Objective::from(estimator));
            compare(&case, objective, |model| {
                -case.terms(model, objective).lower_bound()
            });
        }
        assert_ne!(estimator.term_names()[0], estimator.term_names()[1]);
    }
}

/// Every prior and every flow that is not the paper's.
fn every_latents() -> impl Iterator<Item = Latents> {
    let few = || Latents {
        components: 3,
        flow_steps: 2,
        ..Latents::default()
    };
    let priors = <PriorKind as strum::VariantArray>::VARIANTS
        .iter()
        .map(move |&prior| Latents { prior, ..few() });
    let flows = <FlowKind as strum::VariantArray>::VARIANTS
        .iter()
        .map(move |&flow| Latents { flow, ..few() });
    let layers = <Inference as strum::VariantArray>::VARIANTS
        .iter()
        .map(move |&inference| Latents {
            upper: vec![1, 1],
            upper_hidden: vec![4, 3],
            inference,
            ..few()
        });
    priors
        .chain(flows)
        .chain(layers)
        .filter(|latents| !latents.has_closed_form())
}

#[test]
fn every_gradient_is_the_difference_quotient_for_every_prior_flow_and_hierarchy() {
    for latents in every_latents() {
        for estimator in [Estimator::A, Estimator::ImportanceWeighted] {
            let case = Case::of(
                3,
                Architecture {
                    latents: latents.clone(),
                    ..Architecture::default()
                },
            );
            // Densities are rounded row by row, so that differences over less would be rounding.
            compare_at(4e-3, &case, estimator.into(), |model| {
                -case.terms(model, estimator.into()).lower_bound()
            });
        }
    }
}

/// A ladder normalises batches in networks that it uses twice. Layers have several dimensions here: of a single one batch normalisation
/// leaves nothing but the sign of a weight.
#[test]
fn the_gradient_of_a_normalised_hierarchy_is_the_difference_quotient() {
    for &inference in <Inference as strum::VariantArray>::VARIANTS {
        let architecture = Architecture {
            pixels: 12,
            hidden: 8.into(),
            latent: 6,
            normalisation: NormalisationKind::Batch,
            latents: Latents {
                upper: vec![3],
                upper_hidden: vec![4],
                inference,
                ..Latents::default()
            },
            ..Architecture::default()
        };
        let case = Case::of_all(3, architecture);
        for estimator in [Estimator::A, Estimator::ImportanceWeighted] {
            compare_at(1e-3, &case, estimator.into(), |model| {
                -case.terms(model, estimator.into()).lower_bound()
            });
        }
    }
}

/// Sequences of three steps with two values each, one of which ends early and one of which lacks a step.
#[test]
fn the_gradient_of_a_markov_model_is_the_difference_quotient() {
    let architecture = Architecture {
        pixels: 12,
        hidden: 5.into(),
        latent: 6,
        steps: Some(Steps {
            count: 3,
            recurrent: 4,
        }),
        ..Architecture::default()
    };
    let mut case = Case::of_all(2, architecture);
    elements_mut(&mut case.x)[8..12].fill(f32::NAN);
    elements_mut(&mut case.x)[16..20].fill(f32::NAN);
    for estimator in [Estimator::A, Estimator::B, Estimator::ImportanceWeighted] {
        let objective = Objective {
            kl_weight: if estimator == Estimator::B { 0.5 } else { 1.0 },
            ..estimator.into()
        };
        compare_at(4e-3, &case, objective, |model| {
            let terms = case.terms(model, objective);
            f64::from(objective.kl_weight) * terms.kl - terms.reconstruction
        });
    }
}

/// Networks of every kind. Batch normalisation learns by the moments of its shard, which the difference quotients move too.
#[test]
fn the_gradient_of_every_network_is_the_difference_quotient() {
    let hidden = Layers::new(vec![6, 6, 4]);
    let convolutions = |channels, kernel, stride| {
        Some(Convolutions {
            height: 4,
            width: 3,
            colours: 1,
            channels: Layers::new(channels),
            kernel,
            stride,
        })
    };
    for (normalisation, residual, convolutions, likelihood) in [
        (NormalisationKind::None, true, None, Likelihood::Bernoulli),
        (NormalisationKind::Layer, false, None, Likelihood::Bernoulli),
        (NormalisationKind::Batch, true, None, Likelihood::Bernoulli),
        (
            NormalisationKind::None,
            false,
            convolutions(vec![2, 3], 3, 2),
            Likelihood::Gaussian,
        ),
        (
            NormalisationKind::Batch,
            true,
            convolutions(vec![3], 2, 1),
            Likelihood::Bernoulli,
        ),
    ] {
        let architecture = Architecture {
            hidden: hidden.clone(),
            normalisation,
            residual,
            convolutions,
            likelihood,
            ..Architecture::default()
        };
        let (case, objective) = (Case::of(2, architecture), Objective::from(Estimator::B));
        compare(&case, objective, |model| {
            -case.terms(model, objective).lower_bound()
        });
    }
}

#[test]
fn a_weighed_kl_term_is_descended_and_the_plain_bound_reported() {
    let case = Case::new(3, Likelihood::Bernoulli);
    for estimator in [Estimator::A, Estimator::B] {
        let heavy = Objective {
            kl_weight: 4.0,
            ..estimator.into()
        };
        assert_eq!(
            case.terms(&case.model, heavy),
            case.terms(&case.model, estimator.into())
        );
        compare(&case, heavy, |model| {
            let terms = case.terms(model, heavy);
            4.0 * terms.kl - terms.reconstruction
        });
    }
}

/// With a weight of 1 nothing of the total correlation is left, and with another the loss itself has the gradient.
#[test]
fn the_weight_of_total_correlation_acts_beside_the_plain_bound() {
    let case = Case::new(2, Likelihood::Bernoulli);
    let (plain, a) = (Estimator::BetaTcvae.into(), Estimator::A.into());
    assert_eq!(case.terms(&case.model, plain), case.terms(&case.model, a));
    let heavy = Objective {
        kl_weight: 6.0,
        ..plain
    };
    assert_eq!(case.terms(&case.model, heavy), case.terms(&case.model, a));
    let loss = |model: &Vae, objective: Objective| {
        let negative = objective.negative(model, &case.x, &case.noise, Gradients::leaky());
        scalar(&negative.0)
    };
    assert!(loss(&case.model, heavy) != loss(&case.model, plain));
    compare(&case, heavy, |model| loss(model, heavy));
}

/// Some dimensions of some data points are below the free nats and some above; those below cost nothing.
#[test]
fn free_nats_cost_nothing() {
    let case = Case::new(3, Likelihood::Bernoulli);
    let moments = |model: &Vae| elements(&model.encode(&case.x, NoneTape)).to_vec();
    let of_dimensions = |model: &Vae| -> Vec<f64> {
        let rows = moments(model);
        let rows = rows.chunks_exact(2 * LATENT);
        rows.flat_map(|row| {
            (0..LATENT).map(|j| {
                let (mean, log_variance) = (f64::from(row[j]), f64::from(row[LATENT + j]));
                0.5 * (mean * mean + log_variance.exp() - log_variance - 1.0)
            })
        })
        .collect()
    };
    let mut sorted = of_dimensions(&case.model);
    sorted.sort_by(f64::total_cmp);
    let middle = (sorted[5] + sorted[6]) / 2.0;
    let free = Objective {
        free_nats: middle as f32,
        ..Estimator::B.into()
    };
    assert_eq!(
        case.terms(&case.model, free),
        case.terms(&case.model, Estimator::B.into())
    );
    compare(&case, free, |model| {
        let counted: f64 = of_dimensions(model).iter().map(|kl| kl.max(middle)).sum();
        counted - case.terms(model, free).reconstruction
    });
}

#[test]
fn one_importance_sample_is_estimator_a_and_more_give_a_higher_bound() {
    let one = Case::new(1, Likelihood::Bernoulli);
    let (a, weighted) = (Estimator::A.into(), Estimator::ImportanceWeighted.into());
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
    let bounds = [weighted, a].map(|objective| many.terms(&many.model, objective).lower_bound());
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
    let terms = case.terms(&case.model, Estimator::ImportanceWeighted.into());
    assert!(
        terms.lower_bound() < -5e4 && terms.lower_bound().is_finite(),
        "{terms:?}"
    );
    for gradient in case.gradients(Estimator::ImportanceWeighted.into()) {
        assert!(gradient.iter().all(|value| value.is_finite()));
    }
}
