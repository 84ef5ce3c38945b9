//! Draws from the posterior, whatever prior and flow a model has: what every estimate of a bound is made of.

use dfdx::prelude::*;

use super::architecture::Steps;
use super::families::{Family, Networks, without_gaps};
use super::posterior::gaussian::{kl_from_standard_normal, log_density_of_samples, reparameterise};
use super::posterior::{Draws, FlowKind, LatentRows, PerRow, Posterior};
use super::prior::{Prior, PriorDensity};
use super::{Architecture, Recognition, Vae};
use crate::dims::{Batch, Latent, Moments, Pixels};
use crate::kernels;
use crate::nn::ops;
use crate::nn::view::{elements, elements_mut, tensor_of};
use crate::random::{Purpose, fill_standard_normal, generator};

/// Pairs of draws behind the moments of a posterior that is no Gaussian.
const PAIRS: usize = 32;

impl Vae {
    /// Draws from `q(z|x)` with reparameterised noise, and what each costs: on a tape, the gradients of both reach every parameter
    /// of the encoder, the flow and the prior.
    ///
    /// Shapes: x (B, pixels), noise (L B, N_z): the first sample of every data point, then the second, and so on. The tape starts at
    /// the data.
    ///
    /// # Panics
    /// If there is no encoder, as [`Vae::encode`].
    pub fn infer<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        noise: &Tensor<(Batch, Latent), f32, Cpu>,
        tape: T,
    ) -> Draws<T> {
        self.infer_under(self.prior_on_tape(), x, noise, tape)
    }

    /// The same with the KL term in closed form, summed over the data points, and of several draws of each their mean: of `q(z|x)` from
    /// `N(0, I)`, where a dimension of a data point costs `free_nats` at the least, or of a Markov model step by step, given draws of the
    /// step before. The number beside it is the KL term itself, in nats.
    ///
    /// # Panics
    /// As [`Vae::encode`], of which Markov models are spared.
    pub fn infer_with_kl<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        noise: &Tensor<(Batch, Latent), f32, Cpu>,
        free_nats: f32,
        tape: T,
    ) -> (LatentRows<T>, Tensor<Rank0, f32, Cpu, T>, f64) {
        if let Networks::Markov(markov) = &self.networks {
            let (z, by_row) = markov.infer_with_kl(x, noise, tape);
            let Batch(rows) = noise.shape().0;
            let kl = ops::weighted_sum(by_row, vec![x.shape().0.0 as f32 / rows as f32; rows]);
            let value = f64::from(elements(&kl)[0]);
            return (z, kl, value);
        }
        let moments = self.encode(x, tape);
        let kl_of = moments.retaped::<T>();
        let z = reparameterise(moments, noise);
        let (kl, value) = kl_from_standard_normal(kl_of, free_nats);
        (z, kl, value)
    }

    fn infer_under<T: Tape<f32, Cpu>>(
        &self,
        prior: PriorDensity<T>,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        noise: &Tensor<(Batch, Latent), f32, Cpu>,
        tape: T,
    ) -> Draws<T> {
        let (z, log_q) = match &self.networks {
            Networks::Markov(markov) => {
                let (z, divergence) = markov.infer(x, noise, tape);
                return Draws { z, divergence };
            }
            Networks::Hierarchical(layers) => layers.infer(&without_gaps(x), noise, tape),
            _ => self.bent(x, self.encode(x, tape), noise),
        };
        draws(prior, z, log_q)
    }

    /// Draws of the Gaussian with these moments, moved by the flow, and their log-densities.
    fn bent<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        moments: Posterior<T>,
        noise: &Tensor<(Batch, Latent), f32, Cpu>,
    ) -> (LatentRows<T>, PerRow<T>) {
        let log_q = log_density_of_samples(moments.retaped::<T>(), noise);
        let context = moments.retaped::<T>();
        // The gradient of log p(x, z) with the prior N(0, I), the only one beside such steps.
        let force = |z: LatentRows<T>| self.networks.likelihood_gradient(x, z.retaped::<T>()) - z;
        self.flow
            .apply(force, context, noise, reparameterise(moments, noise), log_q)
    }

    /// The prior, with the tape that leads to its parameters.
    #[expect(
        clippy::expect_used,
        reason = "the checks of settings refuse a VampPrior without an encoder"
    )]
    fn prior_on_tape<T: Tape<f32, Cpu>>(&self) -> PriorDensity<T> {
        match &self.networks {
            Networks::Hierarchical(layers) => {
                return PriorDensity::Layers(Box::new(layers.generative().clone()));
            }
            Networks::Markov(markov) => return PriorDensity::Chain(Box::new(markov.transition().clone())),
            _ => {}
        }
        match &self.prior {
            Prior::Standard => PriorDensity::Standard,
            Prior::Mixture(mixture) => PriorDensity::Mixture(mixture.components().retaped()),
            Prior::Vamp(vamp) => {
                let moments = self.networks.encode_input(vamp.pseudo_inputs().retaped());
                PriorDensity::Mixture(moments.expect("a model with an encoder"))
            }
        }
    }

    /// The prior `p(z)`.
    pub fn prior(&self) -> PriorDensity {
        self.prior_on_tape()
    }

    /// The latent vector `z` with one dimension at another value. Where that is a dimension of an upper layer, the layers below follow it
    /// as the model generates them, each with the noise that it has now: so the data changes, and `z` itself is what it is. So do the
    /// later steps of a sequence.
    pub fn moved(&self, z: &[f32], dimension: usize, value: f32) -> Vec<f32> {
        let mut moved = z.to_vec();
        moved[dimension] = value;
        let shape = (Batch(1), Latent(z.len()));
        let row = |values: &[f32]| tensor_of(&Cpu::default(), shape, values);
        let layers = match &self.networks {
            Networks::Hierarchical(layers) => layers,
            Networks::Markov(markov) => {
                let transition = markov.transition();
                let (noise, mut rows) = (transition.noise_of(&row(z)), row(&moved));
                let next = dimension / markov.dimensions() + 1;
                transition.go_on(&mut rows, &noise, |_| next);
                return elements(&rows).to_vec();
            }
            _ => return moved,
        };
        let noise = layers.generative().noise_of(&row(z), 0);
        let changed = layers.generative().noise_of(&row(&moved), 0);
        // The noise of the layer that moved is that of its new place; the layers below keep theirs.
        let mut rows = row(elements(&noise));
        let mut start = 0;
        for group in self.architecture().groups() {
            let range = start..start + group;
            if range.contains(&dimension) {
                elements_mut(&mut rows)[range.clone()].copy_from_slice(&elements(&changed)[range]);
            }
            start += group;
        }
        layers.generative().of_noise(&mut rows, 0);
        elements(&rows).to_vec()
    }

    /// Whether every posterior is a Gaussian and the prior is `N(0, I)`, so that the KL term has a closed form.
    pub fn has_closed_form(&self) -> bool {
        self.architecture().latents.has_closed_form() && self.architecture().steps.is_none()
    }

    /// Whether what the encoder says is the posterior, and no draws are needed to know its moments.
    pub(super) fn has_gaussian_posterior(&self) -> bool {
        let latents = &self.architecture().latents;
        latents.flow == FlowKind::None && latents.upper.is_empty() && self.architecture().steps.is_none()
    }

    /// The same model for sequences of so many steps, where it is one of sequences; any other as it is.
    pub fn with_steps(&self, count: usize) -> Self {
        let mut model = self.clone();
        if let (Networks::Markov(markov), Some(steps)) = (&self.networks, &self.architecture().steps) {
            let architecture = self.architecture();
            model.networks = Networks::Markov(Box::new(markov.with_steps(count)));
            model.architecture = Architecture {
                pixels: architecture.pixels / steps.count * count,
                latent: architecture.latent / steps.count * count,
                steps: Some(Steps { count, ..*steps }),
                ..architecture.clone()
            };
        }
        model
    }

    /// The posteriors of `x`, to draw from again and again; `seed` drives the chains where there is no encoder.
    pub fn proposal<'a>(&'a self, x: &'a Tensor<(Batch, Pixels), f32, Cpu>, seed: u64) -> Proposal<'a> {
        let moments = match (&self.networks, self.architecture().recognition) {
            (Networks::Hierarchical(_) | Networks::Markov(_), _) => None,
            (_, Recognition::Encoder) => Some(self.encode(x, NoneTape)),
            (_, Recognition::Chains) => Some(self.recognise(x, seed)),
        };
        Proposal {
            model: self,
            x,
            moments,
            prior: self.prior(),
        }
    }

    /// Draws for the terms of a bound: latent vectors, and the KL term of every data point, in closed form where there is one, else
    /// the mean over its draws. `moments` are those that [`Vae::recognise`] says of `x`, and only asked for where that is the
    /// posterior.
    pub fn draw_with_kl(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        moments: impl FnOnce() -> Posterior,
        noise: &Tensor<(Batch, Latent), f32, Cpu>,
    ) -> (Tensor<(Batch, Latent), f32, Cpu>, Vec<f64>) {
        let points = x.shape().0.0;
        if self.has_closed_form() {
            let (moments, mut kl) = (moments(), vec![0.0; points]);
            kernels::gaussian_kl(elements(&moments), self.architecture().latent, &mut kl);
            return (reparameterise(moments, noise), kl);
        }
        let (z, divergence) = match &self.networks {
            Networks::Markov(markov) => markov.infer_with_kl(x, noise, NoneTape),
            _ => {
                let Draws { z, divergence } = self.infer(x, noise, NoneTape);
                (z, divergence)
            }
        };
        let samples = (z.shape().0.0 / points) as f64;
        let of_point = |point: usize| {
            let of_draws = elements(&divergence).iter().skip(point).step_by(points);
            of_draws.map(|&value| f64::from(value)).sum::<f64>() / samples
        };
        (z, (0..points).map(of_point).collect())
    }

    /// The mean and the log-variance of every dimension of posteriors that are no Gaussians, over draws that come in pairs of opposite
    /// noise. The noise is the same for every data point, so that a dimension which says nothing of the data has the same mean for
    /// all of it. Of a Markov model those along the path of the means, which takes no draws.
    pub(super) fn moments_of_draws(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>) -> Posterior {
        if let Networks::Markov(markov) = &self.networks {
            return markov.moments(x);
        }
        let (Batch(points), latent) = (x.shape().0, self.architecture().latent);
        let mut noise = x
            .device()
            .zeros_like(&(Batch(2 * PAIRS * points), Latent(latent)));
        let rounds = elements_mut(&mut noise).chunks_exact_mut(2 * points * latent);
        for (pair, round) in rounds.enumerate() {
            let mut eps = vec![0.0; latent];
            fill_standard_normal(&mut generator(0, Purpose::Exploration, pair as u64, 3), &mut eps);
            let (there, back) = round.split_at_mut(points * latent);
            there
                .chunks_exact_mut(latent)
                .for_each(|row| row.copy_from_slice(&eps));
            eps.iter_mut().for_each(|eps| *eps = -*eps);
            back.chunks_exact_mut(latent)
                .for_each(|row| row.copy_from_slice(&eps));
        }
        let z = self.infer(x, &noise, NoneTape).z;
        let mut moments = x.device().zeros_like(&(Batch(points), Moments(Latent(latent))));
        for (point, row) in elements_mut(&mut moments)
            .chunks_exact_mut(2 * latent)
            .enumerate()
        {
            let draws = elements(&z).chunks_exact(latent).skip(point).step_by(points);
            let count = draws.len() as f32;
            for (dimension, place) in (0..latent).zip(latent..) {
                let mean = draws.clone().map(|z| z[dimension]).sum::<f32>() / count;
                let variance = draws.clone().map(|z| (z[dimension] - mean).powi(2)).sum::<f32>() / count;
                (row[dimension], row[place]) = (mean, variance.max(LEAST_VARIANCE).ln());
            }
        }
        moments
    }
}

/// The least variance that is said of draws, so that its logarithm is finite.
const LEAST_VARIANCE: f32 = 1e-12;

/// Posteriors of some data points, to draw from again and again.
pub struct Proposal<'a> {
    model: &'a Vae,
    x: &'a Tensor<(Batch, Pixels), f32, Cpu>,
    /// The Gaussians; none of several layers or steps, of which one's posterior depends on draws of another.
    moments: Option<Posterior>,
    prior: PriorDensity,
}

impl Proposal<'_> {
    /// Draws with this noise, as [`Vae::infer`].
    pub fn draw(&self, noise: &Tensor<(Batch, Latent), f32, Cpu>) -> Draws {
        match &self.moments {
            None => self
                .model
                .infer_under(self.prior.clone(), self.x, noise, NoneTape),
            Some(moments) => {
                let (z, log_q) = self.model.bent(self.x, moments.clone(), noise);
                draws(self.prior.clone(), z, log_q)
            }
        }
    }
}

fn draws<T: Tape<f32, Cpu>>(prior: PriorDensity<T>, z: LatentRows<T>, log_q: PerRow<T>) -> Draws<T> {
    let log_p = prior.log_density(z.retaped::<T>());
    Draws {
        z,
        divergence: log_q - log_p,
    }
}
