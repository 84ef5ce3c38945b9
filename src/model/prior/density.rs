//! The prior as a density that can be evaluated and drawn from.

use dfdx::prelude::*;
use rand::Rng;

use super::mixture;
use crate::dims::{Batch, Latent, Moments};
use crate::kernels;
use crate::model::hierarchy::{Even, Generative, Odd};
use crate::model::markov::Transition;
use crate::model::posterior::gaussian::{LN_2_PI, standard_log_density};
use crate::model::posterior::{LatentRows, PerRow, Posterior};
use crate::nn::ops;
use crate::nn::parameters::Parameter;
use crate::nn::view::{elements, tensor_of};

/// `p(z)`, ready for any number of latent vectors.
#[derive(Clone, Debug)]
pub enum PriorDensity<T = NoneTape> {
    /// `N(0, I)`.
    Standard,
    /// A mixture of Gaussians with equal weights, a row of moments each.
    Mixture(Posterior<T>),
    /// The layers of a hierarchy.
    Layers(Box<Generative<Odd, Even>>),
    /// The chain of a Markov model.
    Chain(Box<Transition>),
}

impl<T: Tape<f32, Cpu>> PriorDensity<T> {
    /// `log p(z)` of every row, in nats.
    pub fn log_density(self, z: Tensor<(Batch, Latent), f32, Cpu, T>) -> PerRow<T> {
        match self {
            Self::Standard => standard_log_density(z),
            Self::Mixture(components) => mixture::log_density(components, z),
            Self::Layers(layers) => beside(z, |z| layers.log_density(z, 0)),
            Self::Chain(transition) => beside(z, |z| transition.log_density(z)),
        }
    }
}

/// What `log_density` says of rows that it reads more than once, on the tape that leads to them.
fn beside<T: Tape<f32, Cpu>>(
    z: LatentRows<T>,
    log_density: impl FnOnce(&LatentRows<T>) -> PerRow<T>,
) -> PerRow<T> {
    let (z, tape) = z.split_tape();
    let (by_row, rest) = log_density(&z.put_tape(T::default())).split_tape();
    by_row.put_tape(tape.merge(rest))
}

impl PriorDensity {
    /// The density for a tape, which does not lead to its parameters.
    pub fn on_tape<T: Tape<f32, Cpu>>(&self) -> PriorDensity<T> {
        match self {
            Self::Standard => PriorDensity::Standard,
            Self::Mixture(components) => PriorDensity::Mixture(components.retaped()),
            Self::Layers(layers) => PriorDensity::Layers(layers.clone()),
            Self::Chain(transition) => PriorDensity::Chain(transition.clone()),
        }
    }

    /// Writes `log p(z)` of every row, and its gradient. Shapes: z and gradient (rows, latent), values (rows).
    pub fn evaluate(&self, z: &[f32], gradient: &mut [f32], values: &mut [f64]) {
        let shape = (Batch(values.len()), Latent(z.len() / values.len().max(1)));
        let z = tensor_of(&Cpu::default(), shape, z);
        let by_row = self.on_tape().log_density(z.leaky_trace());
        for (value, of_row) in values.iter_mut().zip(elements(&by_row)) {
            *value = f64::from(*of_row);
        }
        let mut gradients = ops::weighted_sum(by_row, vec![1.0; values.len()]).backward();
        gradient.copy_from_slice(&z.take_gradient(&mut gradients));
    }

    /// `log p(z)` of one latent vector, in nats.
    pub fn log_density_of(&self, z: &[f32]) -> f64 {
        match self {
            Self::Standard => {
                let squares: f64 = z.iter().map(|&z| f64::from(z).powi(2)).sum();
                -0.5 * (squares + z.len() as f64 * LN_2_PI)
            }
            Self::Mixture(_) | Self::Layers(_) | Self::Chain(_) => {
                let z = tensor_of(&Cpu::default(), (Batch(1), Latent(z.len())), z);
                f64::from(elements(&self.clone().log_density(z))[0])
            }
        }
    }

    /// A draw from the prior, made of standard normal numbers: `eps` itself, or what a component that `generator` chooses makes of
    /// it. Less than 1, `temperature` keeps draws nearer to the middle of what they are drawn from.
    pub fn draw(&self, eps: &[f32], temperature: f32, generator: &mut impl Rng) -> Vec<f32> {
        let mut noise = vec![0.0; eps.len()];
        kernels::add_scaled(eps, temperature, &mut noise);
        let components = match self {
            Self::Standard => return noise,
            Self::Layers(layers) => {
                let mut row = tensor_of(&Cpu::default(), (Batch(1), Latent(noise.len())), &noise);
                layers.of_noise(&mut row, 0);
                return elements(&row).to_vec();
            }
            Self::Chain(transition) => {
                let mut row = tensor_of(&Cpu::default(), (Batch(1), Latent(noise.len())), &noise);
                transition.of_noise(&mut row);
                return elements(&row).to_vec();
            }
            Self::Mixture(components) => components,
        };
        let (Batch(count), Moments(Latent(latent))) = *components.shape();
        let chosen = generator.gen_range(0..count);
        let mut z = vec![0.0; latent];
        kernels::reparameterise(
            &elements(components)[chosen * 2 * latent..][..2 * latent],
            &noise,
            latent,
            &mut z,
        );
        z
    }
}
