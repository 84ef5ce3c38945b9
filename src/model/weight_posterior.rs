//! A Gaussian over every weight and bias of a model (paper, appendix F): how it begins, how far it is from the prior, and
//! models drawn from it.
//!
//! The values of a model's weights and biases are the means; the log-variances stand behind them, layer by layer.

use rand::Rng;
use rand_distr::StandardNormal;

use super::Vae;
use crate::cancel::checkpoint;
use crate::kernels;
use crate::nn::parameters::{Named, Parameter, Role};
use crate::random::{Purpose, generator};

/// `log sigma^2` of every weight at the start: a standard deviation of 0.03, little beside the first values of the means.
const FIRST_LOG_VARIANCE: f32 = -7.0;

impl Vae {
    /// Makes Gaussians of all weights and biases, around the values that they have.
    pub fn spread_weights(&mut self) {
        self.networks.spread(FIRST_LOG_VARIANCE);
    }

    /// Whether weights and biases are Gaussians.
    pub fn has_weight_posterior(&self) -> bool {
        let parameters = self.parameters();
        parameters.iter().any(|named| named.role == Role::LogVariance)
    }

    /// `KL(q(w) || N(0, I))` over all weights and biases, in nats; 0 where they are numbers.
    pub fn weight_kl(&self) -> f64 {
        let parameters = self.parameters();
        let of_layer = |layer: &[Named<&dyn Parameter>]| match layer {
            [weight, bias, log_variance] if log_variance.role == Role::LogVariance => {
                let means = [weight.parameter.values(), bias.parameter.values()].concat();
                kernels::kl_of_gaussians(&means, log_variance.parameter.values())
            }
            _ => 0.0,
        };
        parameters.windows(3).map(of_layer).sum()
    }

    /// This model with weights and biases drawn from their Gaussians, the same for all data points; `draw` says which draw.
    /// A model whose weights are numbers is its only draw.
    pub fn drawn(&self, seed: u64, draw: u64) -> Self {
        let mut drawn = self.clone();
        let mut parameters = drawn.parameters_mut();
        for place in 2..parameters.len() {
            let [weight, bias, log_variance] = &mut parameters[place - 2..=place] else {
                continue;
            };
            if log_variance.role != Role::LogVariance {
                continue;
            }
            checkpoint();
            let mut generator = generator(seed, Purpose::WeightDraw, draw, place as u64);
            let means = weight.parameter.values_mut().iter_mut();
            let means = means.chain(bias.parameter.values_mut());
            for (mean, log_variance) in means.zip(log_variance.parameter.values()) {
                let noise: f32 = generator.sample(StandardNormal);
                *mean += (0.5 * log_variance).exp() * noise;
            }
        }
        drop(parameters);
        drawn
    }
}

#[cfg(test)]
mod tests {
    use dfdx::prelude::*;

    use super::*;
    use crate::dims::{Batch, Latent, Pixels};
    use crate::model::{Architecture, Initialisation};
    use crate::nn::WeightNoise;
    use crate::nn::weight::gradient_rows;
    use crate::objective::{BoundTerms, Estimator, Objective};

    fn numbers(count: usize, scale: f32, seed: u32) -> Vec<f32> {
        let number = |i: u32| {
            (i.wrapping_add(seed * 7_919).wrapping_mul(2_654_435_761) >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..count as u32).map(|i| number(i) * scale).collect()
    }

    /// A model of two hidden layers, whose weights are Gaussians of many widths.
    fn spread() -> Vae {
        let architecture = Architecture {
            pixels: 7,
            hidden: crate::model::Layers::new(vec![6, 5]),
            latent: 2,
            ..Architecture::default()
        };
        let mut model = Vae::new(architecture, Initialisation::PyTorch, 5);
        assert_eq!((model.has_weight_posterior(), model.weight_kl()), (false, 0.0));
        model.spread_weights();
        for (index, named) in model.parameters_mut().into_iter().enumerate() {
            if named.role == Role::LogVariance {
                let values = named.parameter.values_mut();
                let widths = numbers(values.len(), 1.5, 40 + index as u32);
                values
                    .iter_mut()
                    .zip(widths)
                    .for_each(|(value, by)| *value = by - 3.0);
            }
        }
        model
    }

    const POINTS: usize = 6;

    /// What a minibatch of six points leaves, divided into shards of so many points; and its terms.
    fn of_shards(model: &Vae, estimator: Estimator, points: usize) -> (Vec<Vec<Vec<f32>>>, BoundTerms) {
        let device = Cpu::default();
        let (x, eps) = (numbers(POINTS * 7, 1.0, 1), numbers(2 * POINTS * 2, 1.5, 2));
        let x: Vec<f32> = x.iter().map(|x| x.abs()).collect();
        let mut terms = BoundTerms::default();
        let mut left = vec![Vec::new(); model.parameters().len()];
        for first_row in (0..POINTS).step_by(points) {
            let pixels = x[first_row * 7..][..points * 7].to_vec();
            let pixels = device.tensor_from_vec(pixels, (Batch(points), Pixels(7)));
            let rounds = eps.chunks_exact(POINTS * 2);
            let noise: Vec<f32> = rounds
                .flat_map(|round| &round[first_row * 2..][..points * 2])
                .copied()
                .collect();
            let noise = device.tensor_from_vec(noise, (Batch(2 * points), Latent(2)));
            let weight_noise = WeightNoise {
                seed: 3,
                step: 8,
                first_row,
                points,
            };
            let (loss, of_shard) = weight_noise
                .run(|| Objective::from(estimator).negative(model, &pixels, &noise, Gradients::leaky()));
            terms += of_shard;
            let mut gradients = loss.backward();
            for (named, left) in model.parameters().iter().zip(&mut left) {
                left.push(named.parameter.take_gradient(&mut gradients));
            }
        }
        (left, terms)
    }

    /// The whole gradient of a parameter, that of log-variances with the derivative of a variance for its logarithm.
    fn whole(named: &Named<&dyn Parameter>, shards: &[Vec<f32>]) -> Vec<f32> {
        if named.role == Role::Bias {
            let sums = (0..shards[0].len()).map(|place| shards.iter().map(|shard| shard[place]).sum());
            return sums.collect();
        }
        let sizes = named.parameter.sizes();
        let mut gradient = vec![0.0; sizes[0] * sizes[1]];
        let shards: Vec<&[f32]> = shards.iter().map(Vec::as_slice).collect();
        gradient_rows(&shards, (sizes[0], sizes[1]), 0..sizes[0], &mut gradient);
        if named.role == Role::LogVariance {
            let mut of_logarithm = vec![0.0; gradient.len()];
            kernels::log_variance_gradient(named.parameter.values(), &[&gradient], 0.0, &mut of_logarithm);
            return of_logarithm;
        }
        gradient
    }

    #[test]
    fn every_gradient_is_the_difference_quotient_of_the_bound_under_its_noise() {
        for estimator in [Estimator::A, Estimator::B, Estimator::ImportanceWeighted] {
            let model = spread();
            let (left, _) = of_shards(&model, estimator, POINTS);
            for (index, named) in model.parameters().iter().enumerate() {
                let gradient = whole(named, &left[index]);
                let (mut steepest, mut worst): (f64, f64) = (0.0, 0.0);
                for seed in 0..4 {
                    let direction = numbers(gradient.len(), 1.0, 11 + index as u32 + 100 * seed);
                    let moved = |by: f32| {
                        let mut model = model.clone();
                        let named = model.parameters_mut().swap_remove(index);
                        let values = named.parameter.values_mut().iter_mut();
                        values.zip(&direction).for_each(|(value, d)| *value += by * d);
                        -of_shards(&model, estimator, POINTS).1.lower_bound()
                    };
                    let difference = (moved(2e-3) - moved(-2e-3)) / 4e-3;
                    let slope: f64 = gradient
                        .iter()
                        .zip(&direction)
                        .map(|(g, d)| f64::from(g * d))
                        .sum();
                    steepest = steepest.max(difference.abs());
                    worst = worst.max((slope - difference).abs());
                }
                assert!(
                    worst < 2e-2 * steepest.max(0.05),
                    "{estimator:?}, {}: off by {worst} of {steepest}",
                    named.name
                );
            }
        }
    }

    /// The noise of a data point is its own, so shards add up to the whole minibatch.
    #[test]
    fn shards_have_the_gradient_of_the_minibatch() {
        let model = spread();
        let (together, of_all) = of_shards(&model, Estimator::B, POINTS);
        let (divided, of_parts) = of_shards(&model, Estimator::B, 2);
        assert!((of_all.lower_bound() - of_parts.lower_bound()).abs() < 1e-4);
        for (named, (together, divided)) in model.parameters().iter().zip(together.iter().zip(&divided)) {
            let (together, divided) = (whole(named, together), whole(named, divided));
            for (together, divided) in together.iter().zip(&divided) {
                assert!(
                    (together - divided).abs() < 1e-4 * together.abs().max(1.0),
                    "{}: {together} and {divided}",
                    named.name
                );
            }
        }
    }

    #[test]
    fn the_divergence_is_that_of_every_weight_from_a_standard_normal() {
        let model = spread();
        let mut expected = 0.0;
        let parameters = model.parameters();
        for layer in parameters.chunks_exact(3) {
            let means = layer[0]
                .parameter
                .values()
                .iter()
                .chain(layer[1].parameter.values());
            for (&mean, &log_variance) in means.zip(layer[2].parameter.values()) {
                let (mean, log_variance) = (f64::from(mean), f64::from(log_variance));
                expected += 0.5 * (mean * mean + log_variance.exp() - log_variance - 1.0);
            }
        }
        let ours = model.weight_kl();
        assert!((ours - expected).abs() < 1e-4 * expected, "{ours} for {expected}");
    }

    #[test]
    fn drawn_weights_have_the_moments_of_their_distribution() {
        let model = spread();
        let draws: Vec<Vae> = (0..400).map(|draw| model.drawn(9, draw)).collect();
        let values =
            |model: &Vae, parameter: usize| model.parameters()[parameter].parameter.values().to_vec();
        // The weights of the first layer, and the biases of the last, with their variances' rows.
        let last = model.parameters().len() - 2;
        for parameter in [0, last] {
            let (means, log_variances) = (
                values(&model, parameter),
                values(&model, if parameter == 0 { 2 } else { last + 1 }),
            );
            let offset = if parameter == 0 {
                0
            } else {
                log_variances.len() - means.len()
            };
            for (place, mean) in means.iter().enumerate() {
                let variance = log_variances[offset + place].exp();
                let drawn: Vec<f32> = draws.iter().map(|draw| values(draw, parameter)[place]).collect();
                let standard = drawn.iter().map(|value| (value - mean) / variance.sqrt());
                let (mut sum, mut squares) = (0.0, 0.0);
                standard.for_each(|value| {
                    sum += value;
                    squares += value * value;
                });
                // Five standard errors of a mean and of a mean square of 400 draws.
                assert!((sum / 400.0).abs() < 0.25 && (squares / 400.0 - 1.0).abs() < 0.36);
            }
        }
        assert_eq!(values(&model.drawn(9, 7), 0), values(&draws[7], 0));
    }
}
