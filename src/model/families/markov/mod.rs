//! A deep Markov model of sequences (Krishnan, Shalit and Sontag 2017): `p(x_t|z_t)` with a chain of latent variables
//! `p(z_t|z_(t-1))`, and the posterior `q(z_t|z_(t-1), x_t .. x_T)`.
//!
//! [`transition`] generates the chain, [`recognition`] infers it, and [`presence`] knows which steps are there: neither what pads a
//! shorter sequence nor a step that is missing is read or counted. Outside, a row of latent variables has all steps, the first one's dimensions
//! first. Behind the end of a sequence its posterior is the prior: the steps there are drawn as the chain goes on.

mod presence;
mod recognition;
mod step;
#[cfg(test)]
mod tests;
mod transition;

use dfdx::prelude::*;

use super::stack::Network;
use super::{Family, HiddenValues};
use crate::dims::{Batch, Channels, Height, Latent, Moments, Outputs, Pixels, Width};
use crate::model::likelihood::Reading;
use crate::model::posterior::gaussian::{kl_divergence, log_density, log_density_of_samples, reparameterise};
use crate::model::posterior::{Gaussian, LatentRows, PerRow, Posterior};
use crate::model::{Architecture, Decoded, architecture::Steps};
use crate::nn::ops;
use crate::nn::parameters::{Named, Parameter};
use crate::nn::view::{elements, elements_mut};
use presence::Presence;
use recognition::Recognition;
pub use step::{At, Before, Now, Place};
pub use transition::Transition;

/// A deep Markov model.
#[derive(Clone, Debug)]
pub struct Markov {
    recognition: Recognition,
    transition: Transition,
    emitter: Network<At<Now>, Outputs>,
    reading: Reading,
    steps: usize,
    features: usize,
    dimensions: usize,
}

/// Draws of the chain up to the end of the longest sequence, a row for each step, and the Gaussians that they are of.
struct Path<T: Tape<f32, Cpu>> {
    presence: Presence,
    noise: Tensor<(Batch, At<Now>), f32, Cpu>,
    /// On the tape that leads to the posterior.
    z: Tensor<(Batch, At<Now>), f32, Cpu, T>,
    /// `q` of every step.
    posterior: Gaussian<At<Now>>,
    draws: usize,
}

impl Markov {
    /// A model of zeros.
    pub fn zeros(device: &Cpu, steps: &Steps, architecture: &Architecture) -> Self {
        let Steps { count, recurrent } = *steps;
        let (features, dimensions) = (architecture.pixels / count, architecture.latent / count);
        let units = architecture.hidden.units();
        let pixels = Pixels(architecture.pixels);
        let reading = Reading::zeros(device, pixels, architecture.likelihood, architecture.observation);
        Self {
            recognition: Recognition::zeros(device, features, dimensions, recurrent),
            transition: Transition::zeros(device, dimensions, units[0]),
            emitter: Network::zeros(
                device,
                At::new(dimensions),
                units.iter().rev().copied(),
                Outputs(reading.numbers() * features),
                architecture,
            ),
            reading,
            steps: count,
            features,
            dimensions,
        }
    }

    /// How many numbers all parameters are.
    pub fn parameter_count(steps: &Steps, architecture: &Architecture) -> usize {
        let Steps { count, recurrent } = *steps;
        let (features, dimensions) = (architecture.pixels / count, architecture.latent / count);
        let units = architecture.hidden.units();
        let sums = architecture.activation.sums_per_unit();
        let affine = |inputs: usize, outputs: usize| (inputs + 1) * outputs;
        let mut from = dimensions;
        let layers = units
            .iter()
            .rev()
            .map(|&to| affine(std::mem::replace(&mut from, to), sums * to));
        let emitter: usize = layers.sum();
        let (outputs, beside) = architecture
            .likelihood
            .layer_numbers(&architecture.observation, features);
        Recognition::parameter_count(features, dimensions, recurrent)
            + Transition::parameter_count(dimensions, units[0])
            + emitter
            + affine(units[0], outputs)
            + beside
    }

    /// The first values that the publication gives some parameters.
    pub fn begin(&mut self) {
        self.transition.begin();
    }

    /// Makes the emitter say these means of the values of a step as long as `z` says nothing, where the likelihood has a
    /// [number](crate::model::Likelihood) for the mean.
    ///
    /// Values most of which are always the same (the keys of a piano) have large biases, and as long as these are learned, every direction of `z`
    /// means nothing but "less of all". The divergence takes that away before the steps differ in `z`, and later it costs more to
    /// say something than is gained: the posterior has become the prior for good.
    pub fn begin_emitter(&mut self, means: &[f32]) {
        let biases = elements_mut(&mut self.emitter.last.bias).iter_mut();
        for (bias, &mean) in biases.zip(means) {
            if let Some(number) = self.reading.number_of_mean(mean) {
                *bias = number;
            }
        }
    }

    /// What generates the chain.
    pub fn transition(&self) -> &Transition {
        &self.transition
    }

    /// Values of a step.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Latent dimensions of a step.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn walk<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        noise: &LatentRows,
        tape: T,
    ) -> Path<T> {
        let presence = Presence::of(x, self.features);
        let (Batch(draws), Latent(width)) = *noise.shape();
        let rows = (Batch(draws * presence.steps()), At::new(self.dimensions));
        let mut of_steps = noise.device().zeros_like(&rows);
        let length = presence.steps() * self.dimensions;
        let of_draws = elements_mut(&mut of_steps)
            .chunks_exact_mut(length)
            .zip(elements(noise).chunks_exact(width));
        of_draws.for_each(|(steps, noise)| steps.copy_from_slice(&noise[..length]));
        let posterior = self.recognition.forward(&presence, &of_steps, tape);
        Path {
            posterior: posterior.retaped::<NoneTape>(),
            z: reparameterise(posterior, &of_steps),
            presence,
            noise: of_steps,
            draws,
        }
    }

    /// Draws of all steps, one a row: behind the ends of the sequences as the chain goes on, except on a tape, where they are never
    /// looked at.
    fn whole<T: Tape<f32, Cpu>>(
        &self,
        presence: &Presence,
        z: Tensor<(Batch, At<Now>), f32, Cpu, T>,
        noise: &LatentRows,
    ) -> LatentRows<T> {
        let (draws, latent) = *noise.shape();
        let shape = (draws, Latent(presence.steps() * self.dimensions));
        let z = ops::widened(ops::reshaped(z, shape), 0, latent);
        if T::OWNS_TAPE {
            return z;
        }
        let (mut z, tape) = z.split_tape();
        self.transition.go_on(&mut z, noise, |draw| presence.length(draw));
        z.put_tape(tape)
    }

    /// Draws from `q(z|x)`, and `log q(z|x) - log p(z)` of each over the steps up to the end of its sequence.
    ///
    /// Shapes: x (B, pixels), noise (L B, N_z): the first sample of every data point, then the second, and so on.
    pub fn infer<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        noise: &LatentRows,
        tape: T,
    ) -> (LatentRows<T>, PerRow<T>) {
        let path = self.walk(x, noise, tape);
        let steps = path.presence.steps();
        let prior = self.transition.of_steps(path.z.retaped::<T>(), steps);
        let log_p = log_density(prior, path.z.retaped::<T>());
        let log_q = log_density_of_samples(path.posterior.retaped::<T>(), &path.noise);
        self.with_divergence(path, log_q - log_p, noise)
    }

    /// Draws from `q(z|x)`, and the sum over the steps of `KL(q(z_t|z_(t-1), x) || p(z_t|z_(t-1)))` in closed form, given each draw of
    /// the step before. Its mean over draws is the KL term.
    pub fn infer_with_kl<T: Tape<f32, Cpu>>(
        &self,
        x: &Tensor<(Batch, Pixels), f32, Cpu>,
        noise: &LatentRows,
        tape: T,
    ) -> (LatentRows<T>, PerRow<T>) {
        let path = self.walk(x, noise, tape);
        let prior = self
            .transition
            .of_steps(path.z.retaped::<T>(), path.presence.steps());
        let divergence = kl_divergence(path.posterior.retaped::<T>(), prior);
        self.with_divergence(path, divergence, noise)
    }

    fn with_divergence<T: Tape<f32, Cpu>>(
        &self,
        path: Path<T>,
        by_step: PerRow<T>,
        noise: &LatentRows,
    ) -> (LatentRows<T>, PerRow<T>) {
        let counted = path.presence.counted(path.draws);
        let divergence = ops::group_sums(by_step, path.presence.steps(), counted);
        (self.whole(&path.presence, path.z, noise), divergence)
    }

    /// The mean and the log-variance of every dimension along the path of the means: of each step given that the step before is at its
    /// mean.
    pub fn moments(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>) -> Posterior {
        let Batch(points) = x.shape().0;
        let latent = self.steps * self.dimensions;
        let zeros = x.device().zeros_like(&(Batch(points), Latent(latent)));
        let path = self.walk(x, &zeros, NoneTape);
        let means = self.whole(&path.presence, path.z.clone(), &zeros);
        let generated = self
            .transition
            .of_steps(self.transition.split(means.clone()), self.steps);
        let mut moments = x.device().zeros_like(&(Batch(points), Moments(Latent(latent))));
        let width = self.dimensions;
        for (point, row) in elements_mut(&mut moments)
            .chunks_exact_mut(2 * latent)
            .enumerate()
        {
            let (of_means, log_variances) = row.split_at_mut(latent);
            of_means.copy_from_slice(&elements(&means)[point * latent..][..latent]);
            for (step, log_variances) in log_variances.chunks_exact_mut(width).enumerate() {
                let (said, place) = if step < path.presence.length(point) {
                    (&path.posterior, point * path.presence.steps() + step)
                } else {
                    (&generated, point * self.steps + step)
                };
                log_variances.copy_from_slice(&elements(said)[(2 * place + 1) * width..][..width]);
            }
        }
        moments
    }

    /// The same model for sequences of so many steps: every step has the same networks.
    pub fn with_steps(&self, steps: usize) -> Self {
        Self {
            steps,
            reading: self.reading.for_pixels(Pixels(steps * self.features)),
            ..self.clone()
        }
    }
}

impl Family for Markov {
    /// Every step from its own variables.
    fn decode<T: Tape<f32, Cpu>>(&self, z: LatentRows<T>) -> Decoded<T> {
        let Batch(rows) = z.shape().0;
        let outputs = self.emitter.forward(self.transition.split(z));
        let width = outputs.shape().1.0;
        // As images of one column whose channels are the values of a step.
        let maps = ops::reshaped(
            outputs,
            (Batch(rows), Height(self.steps), Width(1), Channels(width)),
        );
        self.reading.decoded(ops::numbers_of_values(maps, self.features))
    }

    /// The states of the recurrent layer, and what the emitter's layers say, a row for each step.
    fn hidden(&self, x: &Tensor<(Batch, Pixels), f32, Cpu>, z: LatentRows) -> Vec<HiddenValues> {
        let states = self.recognition.states(&Presence::of(x, self.features), NoneTape);
        let emitter = self.emitter.hidden.layers(self.transition.split(z)).into_iter();
        std::iter::once(("encoder", states))
            .chain(emitter.map(|values| ("decoder", values)))
            .collect()
    }

    fn rest_moments(&mut self) {
        self.emitter.hidden.rest_moments();
    }

    fn encoder_parameters(&self) -> Vec<Named<&dyn Parameter>> {
        self.recognition.parameters()
    }

    fn decoder_parameters(&self) -> Vec<Named<&dyn Parameter>> {
        let mut all = self.transition.parameters();
        all.extend(self.emitter.parameters(self.reading.name()));
        all.extend(self.reading.common_parameter());
        all
    }

    fn parameters_mut(&mut self) -> [Vec<Named<&mut dyn Parameter>>; 2] {
        let mut decoder = self.transition.parameters_mut();
        decoder.extend(self.emitter.parameters_mut(self.reading.name()));
        decoder.extend(self.reading.common_parameter_mut());
        [self.recognition.parameters_mut(), decoder]
    }
}
