//! Hamiltonian steps inside the bound (Salimans, Kingma and Welling 2015, arXiv 1410.6460, algorithm 3 with one iteration).
//!
//! A draw `z` of the Gaussian gets a momentum `v` from `N(0, I)`, and both follow the gradient of `log p(x, z)` for some leapfrog
//! steps, which keep volumes. How they began can't be told from `z` alone, so the momentum is an auxiliary variable: the bound needs a
//! guess `r(v|z, x)` of the last one, a Gaussian that a network says of `z` and of the moments of the first Gaussian.
//! `log q(z_0|x) + log N(v_0; 0, I) - log r(v_K|z_K, x)` takes the place of `log q(z_K|x)`. Its mean is at least that one, so the
//! bound stays one, and is the tighter the better the guess.
//!
//! Every dimension has steps of its own learned size, which is the diagonal mass matrix of the publication in other words. The gradient
//! of `log p(x, z)` stands on the tape with everything else, so that learning sees how the parameters move the draws.

use dfdx::prelude::*;

use super::gaussian::{log_density, standard_log_density};
use super::{LatentRows, PerRow, Posterior};
use crate::dims::{Hidden, Latent, Moments};
use crate::nn::parameters::{Named, Parameter, Role, of_layers};
use crate::nn::view::{elements, elements_mut};
use crate::nn::{Linear, ops};
use crate::random::{Purpose, fill_standard_normal, generator};

/// The size of every dimension's steps where its parameter is 0.
const USUAL_SIZE: f32 = 0.1;

/// Leapfrog steps, and the guess of the momentum after them.
#[derive(Clone, Debug)]
pub struct Hamiltonian {
    steps: usize,
    /// The logarithm of every dimension's step size in parts of the usual one.
    log_sizes: Tensor<(Latent,), f32, Cpu>,
    /// What the moments, and where a draw ended, say to the hidden layer of the guess.
    context: Linear<Moments<Latent>, Hidden>,
    place: Linear<Latent, Hidden>,
    guess: Linear<Hidden, Moments<Latent>>,
}

impl Hamiltonian {
    /// So many steps of the usual size, and `N(0, I)` for a guess.
    pub fn zeros(device: &Cpu, latent: Latent, hidden: usize, steps: usize) -> Self {
        Self {
            steps,
            log_sizes: device.zeros_like(&(latent,)),
            context: Linear::zeros(device, Moments(latent), Hidden(hidden)),
            place: Linear::zeros(device, latent, Hidden(hidden)),
            guess: Linear::zeros(device, Hidden(hidden), Moments(latent)),
        }
    }

    /// Numbers for so many dimensions and hidden units of the guess.
    pub fn parameter_count(latent: usize, hidden: usize) -> usize {
        latent + (2 * latent + 1) * hidden + (latent + 1) * hidden + (hidden + 1) * 2 * latent
    }

    /// Moves draws of the Gaussian with those `moments`, whose log-densities are `log_q`; `force` is the gradient of `log p(x, z)` of
    /// every row, and `momentum` standard normal.
    ///
    /// Shapes: moments (R, 2 N_z), momentum and z (R, N_z), log_q (R).
    pub fn apply<T: Tape<f32, Cpu>>(
        &self,
        force: impl Fn(LatentRows<T>) -> LatentRows<T>,
        moments: Posterior<T>,
        momentum: &LatentRows,
        z: LatentRows<T>,
        log_q: PerRow<T>,
    ) -> (LatentRows<T>, PerRow<T>) {
        let log_q = log_q + standard_log_density(momentum.retaped::<T>());
        let step = |from, along, share| stepped(from, along, &self.log_sizes, share * USUAL_SIZE);
        let (mut z, mut v) = (z, momentum.retaped::<T>());
        v = step(v, force(z.retaped::<T>()), 0.5);
        for done in 1..=self.steps {
            z = step(z, v.retaped::<T>(), 1.0);
            let share = if done < self.steps { 1.0 } else { 0.5 };
            v = step(v, force(z.retaped::<T>()), share);
        }
        let hidden = self.context.forward(moments) + self.place.forward(z.retaped::<T>());
        let guess = self.guess.forward(ops::tanh(hidden));
        (z, log_q - log_density(guess, v))
    }

    /// The sizes of the steps, then the layers of the guess.
    pub fn parameters(&self) -> Vec<Named<&dyn Parameter>> {
        let sizes = named_sizes(&self.log_sizes as &dyn Parameter);
        let layers = of_layers([
            ("context", self.context.parameters()),
            ("place", self.place.parameters()),
            ("guess", self.guess.parameters()),
        ]);
        std::iter::once(sizes).chain(layers).collect()
    }

    /// The same, to change.
    pub fn parameters_mut(&mut self) -> Vec<Named<&mut dyn Parameter>> {
        let sizes = named_sizes(&mut self.log_sizes as &mut dyn Parameter);
        let layers = of_layers([
            ("context", self.context.parameters_mut()),
            ("place", self.place.parameters_mut()),
            ("guess", self.guess.parameters_mut()),
        ]);
        std::iter::once(sizes).chain(layers).collect()
    }
}

fn named_sizes<P>(parameter: P) -> Named<P> {
    Named {
        name: "log_sizes".into(),
        role: Role::Bias,
        parameter,
    }
}

/// The momentum of every draw, which is standard normal as the `noise` behind the draw is: its generator is made of that noise, so that a
/// draw depends on nothing but its noise, as with every other posterior.
pub fn momentum(noise: &LatentRows) -> LatentRows {
    let latent = noise.shape().1.0;
    let mut momentum = noise.device().zeros_like(noise.shape());
    let rows = elements_mut(&mut momentum).chunks_exact_mut(latent);
    for (momentum, noise) in rows.zip(elements(noise).chunks_exact(latent)) {
        let seed = noise.iter().fold(0, |seed: u64, eps| {
            (seed.rotate_left(23) ^ u64::from(eps.to_bits())).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        });
        fill_standard_normal(&mut generator(seed, Purpose::Momentum, 0, 0), momentum);
    }
    momentum
}

/// `y = a + c e^s b` with a number `s` for every dimension. Gradients: `da = dy`, `db = c e^s dy`, `ds =` column sums of `c e^s b dy`.
fn stepped<T: Tape<f32, Cpu>>(
    a: LatentRows<T>,
    b: LatentRows<T>,
    log_sizes: &Tensor<(Latent,), f32, Cpu>,
    factor: f32,
) -> LatentRows<T> {
    let ((a, tape), (b, tape_of_b)) = (a.split_tape(), b.split_tape());
    let mut tape = tape.merge(tape_of_b);
    let latent = a.shape().1.0;
    let sizes: Vec<f32> = elements(log_sizes).iter().map(|s| factor * s.exp()).collect();
    let mut y = a.device().zeros_like(a.shape());
    let rows = elements(&a)
        .chunks_exact(latent)
        .zip(elements(&b).chunks_exact(latent));
    for (y, (a, b)) in elements_mut(&mut y).chunks_exact_mut(latent).zip(rows) {
        for (((y, a), b), size) in y.iter_mut().zip(a).zip(b).zip(&sizes) {
            *y = a + size * b;
        }
    }

    let (input, log_sizes, output) = (a.ghost(), log_sizes.clone(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        let da = gradients.get_or_alloc_mut(&input)?;
        da.iter_mut().zip(&dy).for_each(|(da, dy)| *da += dy);
        let db = gradients.get_or_alloc_mut(&b)?;
        for (db, dy) in db.chunks_exact_mut(latent).zip(dy.chunks_exact(latent)) {
            for ((db, dy), size) in db.iter_mut().zip(dy).zip(&sizes) {
                *db += size * dy;
            }
        }
        let ds = gradients.get_or_alloc_mut(&log_sizes)?;
        for (b, dy) in elements(&b).chunks_exact(latent).zip(dy.chunks_exact(latent)) {
            for (((ds, b), dy), size) in ds.iter_mut().zip(b).zip(dy).zip(&sizes) {
                *ds += size * b * dy;
            }
        }
        **gradients.get_or_alloc_mut(&output)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}
