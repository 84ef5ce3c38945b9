//! The posterior of given images, as a Gaussian: the encoder's answer, or the moments of draws where a flow follows it, or of
//! Markov chains.
//!
//! A model that was learned without an encoder (Monte Carlo EM) still has a posterior `p(z|x)`. Chains sample it, one an
//! image, and the Gaussian with their moments stands for `q(z|x)`: whatever its moments are, it gives a lower bound, so
//! such a model is measured and explored like any other, only slower.

use dfdx::prelude::*;

use super::families::Family;
use super::posterior::Posterior;
use super::prior::PriorDensity;
use super::{Architecture, Recognition, Vae};
use crate::dims::{Batch, Latent, Moments, Pixels};
use crate::hmc::{Chains, Leapfrog, LogLikelihood, standard_normal, tuned};
use crate::nn::parameters::Parameter;
use crate::nn::view::{elements, elements_mut, tensor_of};
use crate::random::{Purpose, fill_standard_normal, generator};

/// Draws from the prior among which a chain's start is chosen.
const STARTS: usize = 100;
/// Moves that find the posterior, then moves that are counted.
const WARM_UP: u64 = 40;
const COUNTED: u64 = 40;
/// Leapfrog steps of a move.
const LEAPFROG_STEPS: usize = 5;
/// A chain that never moved says nothing of its variance.
const LEAST_VARIANCE: f32 = 1e-6;

/// `log p(x|z)` of some images, and the prior, as functions of the latent vectors: what chains sample.
pub struct ImageLikelihood<'a> {
    model: Vae,
    x: &'a Tensor<(Batch, Pixels), f32, Cpu>,
    prior: PriorDensity,
}

impl<'a> ImageLikelihood<'a> {
    /// The likelihood of `x`; chains have a latent row for every image, or several rounds of them.
    pub fn new(model: &Vae, x: &'a Tensor<(Batch, Pixels), f32, Cpu>) -> Self {
        // A density is a function of the latent vector alone: the other chains have no part in it.
        let mut model = model.clone();
        model.networks.rest_moments();
        Self {
            prior: model.prior(),
            model,
            x,
        }
    }

    /// The prior of the model.
    pub fn density(&self) -> &PriorDensity {
        &self.prior
    }
}

impl LogLikelihood for ImageLikelihood<'_> {
    fn prior(&self, z: &[f32], gradient: &mut [f32], values: &mut [f64]) {
        match &self.prior {
            PriorDensity::Standard => standard_normal(z, gradient, values),
            prior => prior.evaluate(z, gradient, values),
        }
    }

    fn evaluate(&self, z: &[f32], gradient: &mut [f32], values: &mut [f64]) {
        let shape = (Batch(values.len()), Latent(self.model.architecture().latent));
        let z = tensor_of(self.x.device(), shape, z);
        let decoded = self.model.decode(z.clone().traced(Gradients::leaky()));
        let (mean, by_row) = decoded.log_likelihood_by_row(self.x);
        values.copy_from_slice(&by_row);

        let mut gradients = mean.backward();
        // The tape has the gradient of the mean over the rounds.
        let rounds = (values.len() / self.x.shape().0.0) as f32;
        let of_mean = z.take_gradient(&mut gradients);
        for (gradient, of_mean) in gradient.iter_mut().zip(&of_mean) {
            *gradient = rounds * of_mean;
        }
        z.give_back_gradient(&mut gradients, of_mean);
        // The factors of the weights' gradients were not asked for; their memory serves the next call.
        for named in self.model.decoder_parameters() {
            let factors = named.parameter.take_gradient(&mut gradients);
            named.parameter.give_back_gradient(&mut gradients, factors);
        }
    }
}

impl Vae {
    /// The mean and the log-variance of every dimension of `q(z|x)`, one row an image: what the encoder says, where that is the
    /// posterior.  `seed` drives the chains, where there is no encoder: a chain has
    /// the noise of its row, and one step size serves all of them.
    ///
    /// Inside a [`Cancel::run`](crate::cancel::Cancel::run), chains end as soon as that is cancelled.
    pub fn recognise(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>, seed: u64) -> Posterior {
        self.recognise_streams(x, seed, |row| row as u64)
    }

    /// The same of one image, the item with this number: its answer does not depend on who else is looked at.
    pub fn recognise_item(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>, seed: u64, item: usize) -> Posterior {
        self.recognise_streams(x, seed, |_| item as u64)
    }

    fn recognise_streams(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        seed: u64,
        stream: impl Fn(usize) -> u64,
    ) -> Posterior {
        match self.architecture().recognition {
            Recognition::Encoder if self.has_gaussian_posterior() => self.encode(x, NoneTape),
            Recognition::Encoder => self.moments_of_draws(x),
            Recognition::Chains => self.moments_of_chains(x, seed, stream),
        }
    }

    /// The moments of chains, one an image, with the noise of `stream(row)`.
    fn moments_of_chains(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        seed: u64,
        stream: impl Fn(usize) -> u64,
    ) -> Posterior {
        let (Batch(images), latent) = (x.shape().0, self.architecture().latent);
        let likelihood = ImageLikelihood::new(self, x);
        let mut chains = Chains::new(&likelihood, self.likely_draws(x, seed), latent);
        let mut size = 0.1;
        let (mut sums, mut squares) = (vec![0.0; images * latent], vec![0.0; images * latent]);
        for step in 0..WARM_UP + COUNTED {
            let leapfrog = Leapfrog {
                steps: LEAPFROG_STEPS,
                size,
            };
            let acceptance = chains.advance(leapfrog, |chain| {
                generator(seed, Purpose::Sampling, step, stream(chain))
            });
            if step < WARM_UP {
                size = tuned(size, acceptance, 1.1);
                continue;
            }
            for ((z, sum), square) in chains.positions().iter().zip(&mut sums).zip(&mut squares) {
                *sum += z;
                *square += z * z;
            }
        }

        let mut moments = x.device().zeros_like(&(Batch(images), Moments(Latent(latent))));
        let of_images = sums.chunks_exact(latent).zip(squares.chunks_exact(latent));
        for (row, (sums, squares)) in elements_mut(&mut moments)
            .chunks_exact_mut(2 * latent)
            .zip(of_images)
        {
            for (dimension, (sum, square)) in sums.iter().zip(squares).enumerate() {
                let mean = sum / COUNTED as f32;
                row[dimension] = mean;
                row[latent + dimension] = (square / COUNTED as f32 - mean * mean).max(LEAST_VARIANCE).ln();
            }
        }
        moments
    }

    /// For every image the latent vector that explains it best, out of some draws from the prior.
    fn likely_draws(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>, seed: u64) -> Vec<f32> {
        let &Architecture { pixels, latent, .. } = self.architecture();
        let mut draws = x.device().zeros_like(&(Batch(STARTS), Latent(latent)));
        fill_standard_normal(
            &mut generator(seed, Purpose::Sampling, WARM_UP + COUNTED, 0),
            elements_mut(&mut draws),
        );
        let decoded = self.decode(draws.clone());
        let best = |image: &[f32]| {
            let image = tensor_of(x.device(), (Batch(1), Pixels(pixels)), image);
            let of_draws = decoded.log_likelihoods(&image).into_iter().enumerate();
            of_draws
                .max_by(|a, b| a.1.total_cmp(&b.1))
                .map_or(0, |(draw, _)| draw)
        };
        let images = elements(x).chunks_exact(pixels);
        images
            .flat_map(|image| &elements(&draws)[best(image) * latent..][..latent])
            .copied()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::model::{Architecture, Initialisation, Likelihood};
    use crate::nn::CachingDevice;

    fn model(likelihood: Likelihood) -> Vae {
        let architecture = Architecture {
            pixels: 12,
            hidden: 6.into(),
            latent: 1,
            likelihood,
            recognition: Recognition::Chains,
            ..Architecture::default()
        };
        let mut model = Vae::new(architecture, Initialisation::Glorot, 4);
        for named in model.parameters_mut() {
            named
                .parameter
                .values_mut()
                .iter_mut()
                .for_each(|value| *value *= 2.0);
        }
        model
    }

    fn images(count: usize) -> Tensor<(Batch, Pixels), f32, Cpu> {
        let pixels = (0..12 * count).map(|i| (i * 7 % 11) as f32 / 10.0).collect();
        Cpu::default().tensor_from_vec(pixels, (Batch(count), Pixels(12)))
    }

    #[test]
    fn the_gradient_of_the_likelihood_is_its_difference_quotient_in_every_round() {
        for &family in Likelihood::VARIANTS {
            let (model, x) = (model(family), images(2));
            let likelihood = ImageLikelihood::new(&model, &x);
            let z = [0.3, -0.8, 1.1, 0.0];
            let (mut gradient, mut values) = ([0.0; 4], [0.0; 4]);
            likelihood.evaluate(&z, &mut gradient, &mut values);
            for row in 0..4 {
                let at = |by: f32| {
                    let mut moved = z;
                    moved[row] += by;
                    let mut values = [0.0; 4];
                    likelihood.evaluate(&moved, &mut [0.0; 4], &mut values);
                    values[row]
                };
                let difference = (at(1e-2) - at(-1e-2)) / 2e-2;
                let ours = f64::from(gradient[row]);
                assert!(
                    (ours - difference).abs() < 0.02 * difference.abs().max(1.0),
                    "{ours} for {difference}"
                );
            }
        }
    }

    /// What Hamiltonian steps follow on the tape is what chains follow: the same gradient, made forwards.
    #[test]
    fn the_gradient_on_the_tape_is_that_of_the_chains() {
        use crate::model::Activation;
        for &activation in Activation::VARIANTS {
            for likelihood in [Likelihood::Bernoulli, Likelihood::Gaussian] {
                if activation.slope().is_none() {
                    continue;
                }
                let architecture = Architecture {
                    pixels: 12,
                    hidden: crate::model::Layers::new(vec![6, 5]),
                    latent: 2,
                    likelihood,
                    activation,
                    ..Architecture::default()
                };
                let (model, x) = (Vae::new(architecture, Initialisation::PyTorch, 4), images(2));
                let z = [0.3, -0.8, 1.1, 0.0, -0.4, 0.9, 2.0, 0.1];
                let (mut gradient, mut values) = ([0.0; 8], [0.0; 4]);
                ImageLikelihood::new(&model, &x).evaluate(&z, &mut gradient, &mut values);
                let rows = Cpu::default().tensor_from_vec(z.to_vec(), (Batch(4), Latent(2)));
                let ours = model.networks.likelihood_gradient(&x, rows);
                for (ours, expected) in elements(&ours).iter().zip(&gradient) {
                    assert!(
                        (ours - expected).abs() < 1e-4 * expected.abs().max(1.0),
                        "{activation:?} {likelihood:?}: {ours} for {expected}"
                    );
                }
            }
        }
    }

    /// dfdx's store of freed memory breaks when two threads take from it at once: a model must not bring one along. Only
    /// what a device says of itself shows it every time; two threads rarely meet there.
    #[test]
    fn threads_share_a_model_without_a_store_of_freed_memory() {
        let store = |enabled: bool| format!("enabled: RwLock {{ data: {enabled}");
        let with_store = format!("{:?}", CachingDevice::default().cpu());
        assert!(with_store.contains(&store(true)), "{with_store}");
        for &family in Likelihood::VARIANTS {
            let said = format!("{:?}", model(family));
            assert!(
                said.contains(&store(false)) && !said.contains(&store(true)),
                "{said}"
            );
        }
    }

    /// One latent dimension can be summed over on a grid.
    #[test]
    fn chains_find_the_moments_of_the_posterior() {
        let (model, x) = (model(Likelihood::Bernoulli), images(60));
        let moments = model.recognise(&x, 1);
        let grid: Vec<f32> = (-400..=400).map(|step| step as f32 / 100.0).collect();
        let decoded =
            model.decode(Cpu::default().tensor_from_vec(grid.clone(), (Batch(grid.len()), Latent(1))));
        let (mut bias, mut ratio) = (0.0, 0.0);
        for (image, moments) in elements(&x)
            .chunks_exact(12)
            .zip(elements(&moments).chunks_exact(2))
        {
            let image = Cpu::default().tensor_from_vec(image.to_vec(), (Batch(1), Pixels(12)));
            let of_grid = decoded.log_likelihoods(&image);
            let weights: Vec<f64> = of_grid
                .iter()
                .zip(&grid)
                .map(|(log_likelihood, &z)| (log_likelihood - 0.5 * f64::from(z).powi(2)).exp())
                .collect();
            let total: f64 = weights.iter().sum();
            let expect = |f: &dyn Fn(f64) -> f64| {
                weights
                    .iter()
                    .zip(&grid)
                    .map(|(weight, &z)| weight * f(f64::from(z)))
                    .sum::<f64>()
                    / total
            };
            let mean = expect(&|z| z);
            let variance = expect(&|z| (z - mean).powi(2));
            bias += (f64::from(moments[0]) - mean) / variance.sqrt() / 60.0;
            ratio += f64::from(moments[1]).exp() / variance / 60.0;
        }
        // 60 images of 40 samples, few of which are independent: one standard error is below 0.05.
        assert!(bias.abs() < 0.2, "{bias} standard deviations");
        assert!((0.75..1.25).contains(&ratio), "{ratio} times the variance");
    }
}
