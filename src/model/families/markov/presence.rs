//! Which steps of sequences are there: a value that is not there is no number, and a step is there if one of its values is.

use dfdx::prelude::*;

use crate::dims::{Batch, Features, Pixels};
use crate::nn::view::{elements, elements_mut};

/// Some sequences up to the end of the longest, a row for each step.
pub struct Presence {
    /// Their values, 0 where there is none.
    values: Tensor<(Batch, Features), f32, Cpu>,
    is_there: Vec<bool>,
    /// The steps of each up to its last that is there.
    lengths: Vec<usize>,
    steps: usize,
}

impl Presence {
    /// What there is of sequences, one a row, whose steps have so many values each.
    pub fn of(x: &Tensor<(Batch, Pixels), f32, Cpu>, features: usize) -> Self {
        let Pixels(numbers) = x.shape().1;
        let is_there = |step: &[f32]| step.iter().any(|value| !value.is_nan());
        let sequences = elements(x).chunks_exact(numbers);
        let length = |sequence: &[f32]| {
            let last = sequence.chunks_exact(features).rposition(is_there);
            last.map_or(0, |last| last + 1)
        };
        let lengths: Vec<usize> = sequences.clone().map(length).collect();
        // There are no tensors without elements.
        let steps = lengths.iter().copied().max().unwrap_or(0).max(1);
        let mut values = x
            .device()
            .zeros_like(&(Batch(lengths.len() * steps), Features(features)));
        let mut there = Vec::with_capacity(lengths.len() * steps);
        let rows = elements_mut(&mut values).chunks_exact_mut(steps * features);
        for (row, sequence) in rows.zip(sequences) {
            there.extend(sequence.chunks_exact(features).take(steps).map(is_there));
            for (value, &given) in row.iter_mut().zip(sequence) {
                *value = if given.is_nan() { 0.0 } else { given };
            }
        }
        Self {
            values,
            is_there: there,
            lengths,
            steps,
        }
    }

    /// The values of every step.
    pub fn values(&self) -> &Tensor<(Batch, Features), f32, Cpu> {
        &self.values
    }

    /// Whether each step is there.
    pub fn is_there(&self) -> &[bool] {
        &self.is_there
    }

    /// The steps of the longest, at least one.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The steps of a sequence up to its last that is there.
    pub fn length(&self, sequence: usize) -> usize {
        self.lengths[sequence % self.lengths.len()]
    }

    /// For every step of so many draws of the sequences whether it counts: all up to the last that is there.
    pub fn counted(&self, draws: usize) -> Vec<bool> {
        let steps = 0..self.steps;
        let of_draw = |draw| steps.clone().map(move |step| step < self.length(draw));
        (0..draws).flat_map(of_draw).collect()
    }
}
