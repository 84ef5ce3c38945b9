//! Auto-encoding variational Bayes (paper, algorithm 1): the gradient of the lower bound on one shard of a minibatch.

use dfdx::prelude::*;

use crate::data::{Binarisation, Split};
use crate::dims::{Batch, Latent, Pixels};
use crate::model::vae::BoundTerms;
use crate::model::{Estimator, Vae};
use crate::nn::view::elements_mut;
use crate::random::{Purpose, fill_standard_normal, generator};

/// One visit of a minibatch: what decides its random numbers.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// The run's seed.
    pub seed: u64,
    /// The step.
    pub step: u64,
    /// Posterior samples a data point, `L`.
    pub mc_samples: usize,
    /// How grey pixels are read.
    pub binarisation: Binarisation,
    /// How the bound is estimated.
    pub estimator: Estimator,
}

/// Adds the gradient of the negative lower bound, summed over the data points `indices`, to a fresh set of gradients.
///
/// `first_row` is the place of the shard's first point within the minibatch: the noise of a data point depends on its
/// place alone, not on how the minibatch is split.
pub fn gradient(
    model: &Vae,
    device: &Cpu,
    split: &Split,
    indices: &[usize],
    first_row: usize,
    visit: Visit,
) -> (Gradients<f32, Cpu>, BoundTerms) {
    let architecture = model.architecture();
    let Visit {
        seed,
        step,
        mc_samples,
        binarisation,
        estimator,
    } = visit;

    let mut x = device.zeros_like(&(Batch(indices.len()), Pixels(architecture.pixels)));
    for (row, &index) in elements_mut(&mut x)
        .chunks_exact_mut(architecture.pixels)
        .zip(indices)
    {
        binarisation.fill_row(split, index, seed, step, row);
    }

    let mut noise = device.zeros_like(&(Batch(mc_samples * indices.len()), Latent(architecture.latent)));
    for (row, noise) in elements_mut(&mut noise)
        .chunks_exact_mut(architecture.latent)
        .enumerate()
    {
        let (sample, point) = (row / indices.len(), first_row + row % indices.len());
        let stream = (sample as u64) << 32 | point as u64;
        fill_standard_normal(&mut generator(seed, Purpose::Noise, step, stream), noise);
    }

    let (loss, terms) = model.negative_lower_bound(&x, &noise, estimator, Gradients::leaky());
    (loss.backward(), terms)
}
