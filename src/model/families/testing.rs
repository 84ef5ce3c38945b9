//! What the tests of families with several groups of latent variables share.

use dfdx::prelude::*;

use crate::dims::{Batch, Latent};
use crate::model::posterior::LatentRows;
use crate::model::{Architecture, Initialisation, Vae};
use crate::nn::view::elements_mut;
use crate::random::{Purpose, fill_standard_normal, generator};

/// A model whose parameters are larger than they begin, so that what they do shows.
pub(super) fn model(architecture: Architecture) -> Vae {
    let mut model = Vae::new(architecture, Initialisation::PyTorch, 9);
    for named in model.parameters_mut() {
        let values = named.parameter.values_mut().iter_mut();
        values.for_each(|value| *value *= 1.8);
    }
    model
}

/// Standard normal noise, one row per draw.
pub(super) fn noise(rows: usize, latent: usize, seed: u64) -> LatentRows {
    let mut noise = Cpu::default().zeros_like(&(Batch(rows), Latent(latent)));
    fill_standard_normal(
        &mut generator(seed, Purpose::Noise, 0, 0),
        elements_mut(&mut noise),
    );
    noise
}

/// `log 1/n sum exp` of numbers, as it is written down.
pub(super) fn log_mean_exp(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + (values.iter().map(|value| (value - largest).exp()).sum::<f64>() / values.len() as f64).ln()
}
