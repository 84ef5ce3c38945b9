//! A mixture of Gaussians with equal weights, `p(z) = 1/K sum_k N(z; mu_k, diag(sigma_k^2))`: its density, and the prior whose
//! means and variances are parameters.

use dfdx::prelude::*;
use rand::Rng;
use rand_distr::StandardNormal;

use crate::cancel::checkpoint;
use crate::dims::{Batch, Latent, Moments};
use crate::model::posterior::gaussian::LN_2_PI;
use crate::model::posterior::{PerRow, Posterior};
use crate::nn::parameters::{Named, Parameter, Role};
use crate::nn::view::{elements, elements_mut, tensor_of};

/// Components that are learned, a row of moments each.
#[derive(Clone, Debug)]
pub struct Mixture {
    components: Posterior,
}

impl Mixture {
    /// Components that are all `N(0, I)`.
    pub fn zeros(device: &Cpu, components: usize, latent: Latent) -> Self {
        Self {
            components: device.zeros_like(&(Batch(components), Moments(latent))),
        }
    }

    /// Puts the means where draws from `N(0, I)` lie, with variances of 1: components that start alike would stay alike.
    pub fn scatter(&mut self, generator: &mut impl Rng) {
        let (_, Moments(Latent(latent))) = *self.components.shape();
        for row in elements_mut(&mut self.components).chunks_exact_mut(2 * latent) {
            row[..latent].fill_with(|| generator.sample(StandardNormal));
            row[latent..].fill(0.0);
        }
    }

    /// The moments of every component.
    pub fn components(&self) -> &Posterior {
        &self.components
    }

    /// The moments as a parameter. They count as a bias: no prior of weights draws them to zero.
    pub fn parameter(&self) -> Named<&dyn Parameter> {
        named(&self.components)
    }

    /// The same, to change.
    pub fn parameter_mut(&mut self) -> Named<&mut dyn Parameter> {
        named(&mut self.components)
    }
}

fn named<P>(parameter: P) -> Named<P> {
    Named {
        name: "components".into(),
        role: Role::Bias,
        parameter,
    }
}

/// `log 1/K sum_k N(z; mu_k, diag(sigma_k^2))` of every row, in nats.
///
/// Shapes: components (K, 2 N_z), z (B, N_z). With the share `r_k` of a component in the sum, the gradients are those of
/// `sum_k r_k log N(z; mu_k, diag(sigma_k^2))` with the shares held fast.
pub fn log_density<T: Tape<f32, Cpu>>(
    components: Posterior<T>,
    z: Tensor<(Batch, Latent), f32, Cpu, T>,
) -> PerRow<T> {
    let ((components, tape), (z, tape_of_z)) = (components.split_tape(), z.split_tape());
    let mut tape = tape.merge(tape_of_z);
    let (Batch(rows), Latent(latent)) = *z.shape();
    let known = Components::new(elements(&components), latent);
    let mut shares = vec![0.0; rows * known.count()];
    let of_rows = elements(&z)
        .chunks_exact(latent)
        .zip(shares.chunks_exact_mut(known.count()));
    let values: Vec<f32> = of_rows
        .map(|(z, shares)| known.log_density(z, shares) as f32)
        .collect();
    let log_density = tensor_of(z.device(), (Batch(rows),), &values);

    let output = log_density.ghost();
    tape.add_backward_op(move |gradients| {
        let scales = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        let mut dz = std::mem::take(&mut **gradients.get_or_alloc_mut(&z)?);
        let d_components = gradients.get_or_alloc_mut(&components)?;
        let count = known.count();
        for (row, &scale) in scales.iter().enumerate() {
            checkpoint();
            let range = row * latent..(row + 1) * latent;
            let (z, dz) = (&elements(&z)[range.clone()], &mut dz[range]);
            for (component, share) in shares[row * count..][..count].iter().enumerate() {
                let weight = scale * share;
                if weight != 0.0 {
                    known.add_gradients(
                        component,
                        weight,
                        z,
                        dz,
                        &mut d_components[component * 2 * latent..][..2 * latent],
                    );
                }
            }
        }
        **gradients.get_or_alloc_mut(&z)? = dz;
        **gradients.get_or_alloc_mut(&output)? = scales;
        Ok(())
    });
    log_density.put_tape(tape)
}

/// Components with what every row needs of them.
struct Components {
    latent: usize,
    means: Vec<f32>,
    precisions: Vec<f32>,
    /// `-1/2 sum_j (log 2 pi + log sigma_j^2) - log K` of each.
    constants: Vec<f64>,
}

impl Components {
    fn new(moments: &[f32], latent: usize) -> Self {
        let rows = moments.chunks_exact(2 * latent);
        let log_count = (rows.len() as f64).ln();
        let constant = |row: &[f32]| {
            let log_variances: f64 = row[latent..]
                .iter()
                .map(|&log_variance| f64::from(log_variance))
                .sum();
            -0.5 * (latent as f64 * LN_2_PI + log_variances) - log_count
        };
        Self {
            latent,
            means: rows.clone().flat_map(|row| &row[..latent]).copied().collect(),
            precisions: rows
                .clone()
                .flat_map(|row| &row[latent..])
                .map(|l| (-l).exp())
                .collect(),
            constants: rows.map(constant).collect(),
        }
    }

    fn count(&self) -> usize {
        self.constants.len()
    }

    /// The log-density of one row, and the share of every component in the sum.
    fn log_density(&self, z: &[f32], shares: &mut [f32]) -> f64 {
        checkpoint();
        let rows = self
            .means
            .chunks_exact(self.latent)
            .zip(self.precisions.chunks_exact(self.latent));
        let of_components: Vec<f64> = rows
            .zip(&self.constants)
            .map(|((means, precisions), constant)| {
                let dimensions = z.iter().zip(means).zip(precisions);
                let squares: f32 = dimensions
                    .map(|((z, mean), precision)| (z - mean) * (z - mean) * precision)
                    .sum();
                constant - 0.5 * f64::from(squares)
            })
            .collect();
        let largest = of_components.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = of_components.iter().map(|value| (value - largest).exp()).sum();
        let log_density = largest + sum.ln();
        for (share, value) in shares.iter_mut().zip(&of_components) {
            *share = (value - log_density).exp() as f32;
        }
        log_density
    }

    /// Adds `weight` times the gradients of one component's log-density at `z`.
    fn add_gradients(&self, component: usize, weight: f32, z: &[f32], dz: &mut [f32], d_moments: &mut [f32]) {
        let range = component * self.latent..(component + 1) * self.latent;
        let (means, precisions) = (&self.means[range.clone()], &self.precisions[range]);
        let (d_means, d_log_variances) = d_moments.split_at_mut(self.latent);
        for dimension in 0..self.latent {
            let difference = z[dimension] - means[dimension];
            let slope = weight * difference * precisions[dimension];
            dz[dimension] -= slope;
            d_means[dimension] += slope;
            d_log_variances[dimension] += 0.5 * (slope * difference - weight);
        }
    }
}
