//! The gradient of a parameter over all shards of a minibatch, and its reduction to one sum.
//!
//! Usually nobody needs the sum: the optimizer multiplies a weight's factors stretch by stretch, and uses up each stretch
//! while it is near the processor. A large minibatch's products take so long that the step must be able to end in the middle
//! of them, which an update must not: there the gradients are summed first, and only then does the update begin. Both ways
//! multiply the same stretches, so the bits are the same.

use std::ops::Range;

use rayon::prelude::*;

use super::parameters::{Named, Parameter, Role};
use super::weight::gradient_rows;
use crate::cancel::Cancel;
use crate::kernels::{self, Products};

/// Elements that one task updates: few enough that their gradient stays in the second-level cache, many enough to be
/// worth handing over.
const CHUNK: usize = 40 * 1024;

/// The gradient of a parameter, one entry per shard of the minibatch; they are summed in the order of the shards.
pub enum Gradient {
    /// The gradients themselves: of a bias, or the sum alone.
    Summands(Vec<Vec<f32>>),
    /// No gradients, but what batch normalisation saw.
    Seen(Vec<Vec<f32>>),
    /// The [factors](super::weight) of a weight's.
    Factors {
        /// Inputs, then gradients of outputs.
        shards: Vec<Vec<f32>>,
        /// Inputs and outputs of the weight.
        sizes: (usize, usize),
    },
}

impl Gradient {
    /// The gradient of `parameter` from what its shards [left](Parameter::take_gradient).
    pub fn new(parameter: &dyn Parameter, role: Role, shards: Vec<Vec<f32>>) -> Self {
        match parameter.factor_sizes() {
            Some(sizes) => Self::Factors { shards, sizes },
            None => Self::of_sums(role, shards),
        }
    }

    /// The gradient of a parameter of which every shard has the whole.
    pub fn of_sums(role: Role, shards: Vec<Vec<f32>>) -> Self {
        match role {
            Role::Running => Self::Seen(shards),
            _ => Self::Summands(shards),
        }
    }

    /// What the shards left.
    pub fn into_shards(self) -> Vec<Vec<f32>> {
        match self {
            Self::Summands(shards) | Self::Seen(shards) | Self::Factors { shards, .. } => shards,
        }
    }

    fn summands(&self) -> &[Vec<f32>] {
        match self {
            Self::Summands(summands) => summands,
            Self::Seen(_) | Self::Factors { .. } => &[],
        }
    }

    fn summands_mut(&mut self) -> &mut [Vec<f32>] {
        match self {
            Self::Summands(summands) => summands,
            Self::Seen(_) | Self::Factors { .. } => &mut [],
        }
    }

    /// The multiplications until this is a sum.
    pub fn multiplications(&self) -> usize {
        match self {
            Self::Summands(_) | Self::Seen(_) => 0,
            Self::Factors { shards, sizes } => {
                let numbers: usize = shards.iter().map(Vec::len).sum();
                (numbers / (sizes.0 + sizes.1)).saturating_mul(sizes.0 * sizes.1)
            }
        }
    }

    /// The sum over the shards, in parallel on the pool that this is called in; `None` where it was cancelled.
    pub fn reduced(&self, products: Products, cancel: &Cancel) -> Option<Self> {
        let sum = match self {
            Self::Summands(shards) | Self::Seen(shards) => {
                let mut sum = vec![0.0; shards.first().map_or(0, Vec::len)];
                self.add_to(&mut sum);
                sum
            }
            Self::Factors { sizes, .. } => {
                let mut sum = vec![0.0; sizes.0 * sizes.1];
                let length = stretch_rows(sizes.1) * sizes.1;
                let stretches = sum.par_chunks_mut(length).enumerate();
                let finished = stretches.map(|(index, sum)| {
                    let stretch = self.stretch(index * length, sum.len());
                    let multiply = || stretch.with(|gradient| sum.copy_from_slice(gradient[0]));
                    cancel.run(|| products.run(multiply))
                });
                finished.collect::<Option<()>>()?;
                sum
            }
        };
        Some(match self {
            Self::Seen(_) => Self::Seen(vec![sum]),
            _ => Self::Summands(vec![sum]),
        })
    }

    /// Adds the gradient over all shards to `sum`, which has its length, on one thread and with
    /// [checkpoints](crate::cancel::checkpoint).
    pub fn add_to(&self, sum: &mut [f32]) {
        let columns = match self {
            Self::Summands(_) | Self::Seen(_) => 1,
            Self::Factors { sizes, .. } => sizes.1,
        };
        let length = stretch_rows(columns) * columns;
        for (index, sum) in sum.chunks_mut(length).enumerate() {
            self.stretch(index * length, sum.len()).with(|gradients| {
                for gradient in gradients {
                    kernels::add_scaled(gradient, 1.0, sum);
                }
            });
        }
    }

    /// The gradient of `count` elements from `start` on; of a weight, whole rows.
    pub(super) fn stretch(&self, start: usize, count: usize) -> StretchGradient<'_> {
        match self {
            Self::Summands(shards) | Self::Seen(shards) => {
                StretchGradient::Summands(shards.iter().map(|shard| &shard[start..start + count]).collect())
            }
            Self::Factors { shards, sizes } => StretchGradient::Factors {
                factors: shards.iter().map(Vec::as_slice).collect(),
                sizes: *sizes,
                rows: start / sizes.1..(start + count) / sizes.1,
            },
        }
    }
}

/// Scales sums of all `parameters` so that their global norm is at most `largest` (Pascanu, Mikolov and Bengio 2013); the norm
/// that they had comes back.
pub fn clip(parameters: &[Named<&dyn Parameter>], sums: &mut [Gradient], largest: f32) -> f64 {
    let squares = |(named, sum): (&Named<&dyn Parameter>, &Gradient)| -> f64 {
        let sum = sum.summands().iter().flatten();
        match named.role {
            Role::Weight | Role::Bias | Role::Gain | Role::Running => {
                sum.map(|&value| f64::from(value).powi(2)).sum()
            }
            // What was left of them is the gradient of the variances.
            Role::LogVariance => {
                let with = sum.zip(named.parameter.values());
                with.map(|(value, log_variance)| f64::from(value * log_variance.exp()).powi(2))
                    .sum()
            }
        }
    };
    let norm = parameters.iter().zip(&*sums).map(squares).sum::<f64>().sqrt();
    if norm > f64::from(largest) {
        let scale = (f64::from(largest) / norm) as f32;
        let sums = sums.iter_mut().flat_map(Gradient::summands_mut);
        sums.flatten().for_each(|value| *value *= scale);
    }
    norm
}

/// The elements in a row of a parameter that must stay together, and how many rows make a stretch.
pub(super) fn stretch(parameter: &dyn Parameter, role: Role) -> (usize, usize) {
    let columns = match role {
        Role::Weight | Role::LogVariance => parameter.sizes()[1],
        _ => 1,
    };
    (columns, stretch_rows(columns))
}

fn stretch_rows(columns: usize) -> usize {
    (CHUNK / columns).max(1)
}

/// Where a stretch's gradient comes from, one entry per shard.
pub(super) enum StretchGradient<'a> {
    /// The gradients themselves.
    Summands(Vec<&'a [f32]>),
    /// Some rows of a product of factors.
    Factors {
        factors: Vec<&'a [f32]>,
        sizes: (usize, usize),
        rows: Range<usize>,
    },
}

impl StretchGradient<'_> {
    /// Calls `update` with gradients whose sum is the stretch's.
    pub fn with(&self, update: impl FnOnce(&[&[f32]])) {
        match self {
            Self::Summands(summands) => update(summands),
            Self::Factors { factors, sizes, rows } => {
                kernels::with_scratch(rows.len() * sizes.1, |gradient| {
                    gradient_rows(factors, *sizes, rows.clone(), gradient);
                    update(&[gradient]);
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use dfdx::prelude::*;

    use super::*;
    use crate::dims::{Hidden, Latent};
    use crate::nn::Weight;

    fn numbers(count: usize, factor: f32) -> Vec<f32> {
        (0..count).map(|i| ((i as f32) * factor).sin()).collect()
    }

    #[test]
    fn a_long_gradient_is_shortened_and_a_short_one_left() {
        let sums = || {
            vec![
                Gradient::Summands(vec![vec![3.0, 0.0]]),
                Gradient::Summands(vec![vec![-4.0]]),
            ]
        };
        let values = |sums: Vec<Gradient>| {
            sums.into_iter()
                .flat_map(Gradient::into_shards)
                .collect::<Vec<_>>()
        };
        let zeros = [2, 1].map(|length| Cpu::default().zeros_like(&(Hidden(length),)));
        let parameters: Vec<Named<&dyn Parameter>> = zeros
            .iter()
            .map(|zeros| Named {
                name: "bias".into(),
                role: Role::Bias,
                parameter: zeros as &dyn Parameter,
            })
            .collect();
        let mut long = sums();
        assert_eq!(clip(&parameters, &mut long, 2.5), 5.0);
        assert_eq!(values(long), [vec![1.5, 0.0], vec![-2.0]]);
        let mut short = sums();
        assert_eq!(clip(&parameters, &mut short, 5.0), 5.0);
        assert_eq!(values(short), values(sums()));
    }

    /// Summed before the update or during it: the stretches are the same, and so are the bits.
    #[test]
    fn a_reduced_gradient_has_the_bits_of_its_stretches() {
        let (inputs, outputs) = (300, 200);
        let values = Cpu::default().zeros_like(&(Hidden(inputs), Latent(outputs)));
        let weight = Weight::new(values);
        let shards = [0.37, 0.71].map(|factor| numbers(50 * (inputs + outputs), factor));
        let of_weight = Gradient::new(&weight, Role::Weight, shards.to_vec());
        assert_eq!(of_weight.multiplications(), 100 * inputs * outputs);
        let bias = Cpu::default().zeros_like(&(Hidden(inputs),));
        let of_bias = Gradient::new(
            &bias,
            Role::Bias,
            vec![numbers(inputs, 0.3), numbers(inputs, 0.9)],
        );
        for (gradient, role, columns) in [(of_weight, Role::Weight, outputs), (of_bias, Role::Bias, 1)] {
            let reduced = gradient
                .reduced(Products::F32, &Cancel::default())
                .expect("not cancelled")
                .into_shards();
            let parameter: &dyn Parameter = if role == Role::Weight { &weight } else { &bias };
            assert_eq!(stretch(parameter, role).0, columns);
            let length = stretch_rows(columns) * columns;
            let mut added = vec![0.0; reduced[0].len()];
            gradient.add_to(&mut added);
            assert_eq!(added, reduced[0]);
            for (index, sums) in reduced[0].chunks(length).enumerate() {
                gradient.stretch(index * length, sums.len()).with(|summands| {
                    for (element, &sum) in sums.iter().enumerate() {
                        let expected: f32 = summands.iter().map(|summand| summand[element]).sum();
                        assert_eq!(sum, expected);
                    }
                });
            }
            let cancelled = Cancel::default();
            cancelled.cancel();
            assert!(role == Role::Bias || gradient.reduced(Products::F32, &cancelled).is_none());
        }
    }
}
