//! The weights of a layer, and their gradient as two factors.
//!
//! The gradient of `W` in `y = x W` is `x^T dy`: a matrix as large as `W` from two that have a row per data point. A
//! tape leaves the factors; whoever needs the gradient multiplies the rows of it that are needed, and no whole
//! gradient is ever written to memory, cleared, or read back. Weights may be used several times on a tape, or not at all.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dfdx::prelude::*;

use super::parameters::Parameter;
use super::view::{elements, elements_mut};
use crate::cancel::checkpoint;
use crate::kernels::{self, Matrix};

/// A matrix of weights of shape (I, O): one row an input.
#[derive(Clone, Debug)]
pub struct Weight<I: Dim, O: Dim> {
    values: Tensor<(I, O), f32, Cpu>,
    /// Where a tape leaves the factors: the gradient that dfdx keeps under this tensor's identity.
    slot: Tensor<(usize,), f32, Cpu>,
    /// Buffers of factors that were given back, for the next step.
    spare: Arc<Mutex<Vec<Vec<f32>>>>,
}

/// The length of an empty slot; dfdx has no tensors without elements.
const EMPTY: usize = 1;
/// How many times as long as it need be a buffer may be that is used again.
const SPARE_FACTOR: usize = 4;

impl<I: Dim, O: Dim> Weight<I, O> {
    /// These weights.
    pub fn new(values: Tensor<(I, O), f32, Cpu>) -> Self {
        let slot = values.device().zeros_like(&(EMPTY,));
        Self {
            values,
            slot,
            spare: Arc::default(),
        }
    }

    /// The weights as a tensor.
    pub fn tensor(&self) -> &Tensor<(I, O), f32, Cpu> {
        &self.values
    }

    /// Adds to the gradient the product of these factors: the inputs, and the gradients of the outputs.
    ///
    /// The slot then holds the inputs of all uses, one after the other, and behind them the gradients of all outputs:
    /// one product of taller factors is the sum of the uses' products.
    pub(super) fn add_factors(
        &self,
        gradients: &mut Gradients<f32, Cpu>,
        x: &[f32],
        dy: &[f32],
    ) -> Result<(), CpuError> {
        let factors = gradients.get_or_alloc_mut(&self.slot)?;
        if factors.len() == EMPTY {
            let length = x.len() + dy.len();
            // One that a much larger minibatch left is freed instead of being kept for ever.
            let spare = self
                .spare()
                .pop()
                .filter(|spare| spare.capacity() / SPARE_FACTOR <= length);
            **factors = spare.unwrap_or_default();
            factors.clear();
            factors.reserve(length);
            append(factors, x);
        } else {
            let end_of_inputs = factors.len() / self.numbers_per_row() * self.values.shape().0.size();
            factors.splice(end_of_inputs..end_of_inputs, x.iter().copied());
        }
        append(factors, dy);
        Ok(())
    }

    /// The numbers in a row of both factors together; at least two, so that no factors are as short as an empty slot.
    fn numbers_per_row(&self) -> usize {
        self.values.shape().0.size() + self.values.shape().1.size()
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Vec<f32>>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<I: Dim, O: Dim> Parameter for Weight<I, O> {
    fn values(&self) -> &[f32] {
        elements(&self.values)
    }

    fn values_mut(&mut self) -> &mut [f32] {
        elements_mut(&mut self.values)
    }

    fn sizes(&self) -> Vec<usize> {
        self.values.sizes()
    }

    fn factor_sizes(&self) -> Option<(usize, usize)> {
        let (inputs, outputs) = self.values.shape();
        Some((inputs.size(), outputs.size()))
    }

    /// The factors; none where the weights were not used.
    fn take_gradient(&self, gradients: &mut Gradients<f32, Cpu>) -> Vec<f32> {
        let mut factors = self.slot.take_gradient(gradients);
        self.slot.give_back_gradient(gradients, vec![0.0; EMPTY]);
        if factors.len() == EMPTY {
            factors.clear();
        }
        factors
    }

    fn give_back_gradient(&self, _: &mut Gradients<f32, Cpu>, factors: Vec<f32>) {
        if !factors.is_empty() {
            self.spare().push(factors);
        }
    }
}

/// Copies `values` behind the factors, with checkpoints: those of a large minibatch fill hundreds of megabytes.
fn append(factors: &mut Vec<f32>, values: &[f32]) {
    for stretch in values.chunks(1 << 20) {
        checkpoint();
        factors.extend_from_slice(stretch);
    }
}

/// Writes some rows of a gradient: the sum of the products of `factors`, one pair per shard of the minibatch.
///
/// Shapes: each pair (B, inputs) and (B, outputs), one after the other; gradient (rows, outputs). Shards that did not use
/// the weights have no rows; where none did, the gradient is zero.
pub fn gradient_rows(
    factors: &[&[f32]],
    (inputs, outputs): (usize, usize),
    rows: Range<usize>,
    gradient: &mut [f32],
) {
    let mut terms = Vec::with_capacity(factors.len());
    for shard in factors {
        let points = shard.len() / (inputs + outputs);
        let (x, dy) = shard.split_at(points * inputs);
        let x = Matrix::new(x, points, inputs).columns(rows.clone()).transposed();
        terms.push((x, Matrix::new(dy, points, outputs)));
    }
    kernels::matmul(&terms, gradient);
}
