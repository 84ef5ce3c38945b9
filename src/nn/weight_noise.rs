//! The noise of layers whose weights have a distribution, as a function of where it is used.
//!
//! A layer draws its outputs instead of its weights (local reparameterisation, see
//! [`affine_of_gaussian_weights`](super::ops::affine_of_gaussian_weights)), so it needs noise for every row that it is applied to.
//! Which noise that is, is known to whoever makes the step, not to the networks between: it holds on this thread for as long as
//! [`WeightNoise::run`] does. Outside of it layers have the means of their weights.

use std::cell::Cell;

use dfdx::prelude::*;

use super::view::elements_mut;
use crate::cancel::checkpoint;
use crate::dims::Batch;
use crate::random::{Purpose, fill_standard_normal, generator};

/// Where the noise of one pass through the networks comes from. A data point's noise depends on its place in the minibatch, not
/// on how the minibatch is divided.
#[derive(Clone, Copy, Debug)]
pub struct WeightNoise {
    /// The run's seed.
    pub seed: u64,
    /// Steps made before this one.
    pub step: u64,
    /// The place of the first data point within the minibatch.
    pub first_row: usize,
    /// Data points of the pass; a layer with more rows has several samples of each, one round after the other.
    pub points: usize,
}

thread_local! {
    /// The noise that holds on this thread, and how many layers have drawn of it.
    static CURRENT: Cell<Option<(WeightNoise, u64)>> = const { Cell::new(None) };
}

impl WeightNoise {
    /// Does `work` with this noise: the first layer that is applied draws the first of it, and so on.
    pub fn run<R>(self, work: impl FnOnce() -> R) -> R {
        let _outer = Outer(CURRENT.replace(Some((self, 0))));
        work()
    }

    /// Standard normal noise for the next layer, of shape (rows, outputs); none outside of a [`WeightNoise::run`].
    pub(super) fn next<O: Dim>(
        device: &Cpu,
        rows: Batch,
        outputs: O,
    ) -> Option<Tensor<(Batch, O), f32, Cpu>> {
        let (of, layer) = CURRENT.get()?;
        CURRENT.set(Some((of, layer + 1)));
        let mut noise = device.zeros_like(&(rows, outputs));
        let of_rows = elements_mut(&mut noise).chunks_exact_mut(outputs.size());
        for (row, noise) in of_rows.enumerate() {
            checkpoint();
            let (sample, point) = (row / of.points, of.first_row + row % of.points);
            let stream = layer << 48 | (sample as u64) << 32 | point as u64;
            fill_standard_normal(
                &mut generator(of.seed, Purpose::WeightNoise, of.step, stream),
                noise,
            );
        }
        Some(noise)
    }
}

/// The noise that held outside a `run`, which holds again after it, however it ends.
struct Outer(Option<(WeightNoise, u64)>);

impl Drop for Outer {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}
