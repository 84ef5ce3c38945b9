//! Adagrad and Adam, whose state a session can save (dfdx's can't be saved, and it has no Adagrad).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::kernels::{self, AdagradStep, AdamStep};
use super::parameters::{Named, Parameter, Role};

/// Which rule turns gradients into updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub enum Rule {
    /// A step divided by the root of all squared gradients so far (Duchi, Hazan and Singer 2011); the paper's choice.
    Adagrad,
    /// Running means of gradient and squared gradient (Kingma and Ba 2014), with beta 0.9 and 0.999.
    Adam,
}

impl Rule {
    /// The learning rate that is tried first.
    pub fn usual_learning_rate(self) -> f32 {
        match self {
            Self::Adagrad => 0.02,
            Self::Adam => 1e-3,
        }
    }
}

/// Steps at the start in which Adagrad only accumulates: its first steps would otherwise be as large as the step
/// size for every parameter alike.
pub const ADAGRAD_WARM_UP: u64 = 100;
const ADAGRAD_EPSILON: f32 = 1e-8;
const ADAM_BETAS: (f32, f32) = (0.9, 0.999);
const ADAM_EPSILON: f32 = 1e-8;

/// Elements that one task updates: large enough to be worth handing over, small enough to share out evenly.
const CHUNK: usize = 16 * 1024;

/// An update rule with its memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimizer {
    /// The rule.
    pub rule: Rule,
    /// The global step size.
    pub learning_rate: f32,
    /// Updates made so far.
    pub steps: u64,
    /// For every parameter, in the model's order: the running mean of the gradient (Adam; empty for Adagrad).
    pub first: Vec<Vec<f32>>,
    /// For every parameter: the running mean (Adam) or the sum (Adagrad) of the squared gradient.
    pub second: Vec<Vec<f32>>,
}

/// One parameter's stretch of an update.
struct Task<'a> {
    values: &'a mut [f32],
    gradients: Vec<&'a [f32]>,
    first: &'a mut [f32],
    second: &'a mut [f32],
    weight_decay: f32,
}

impl Optimizer {
    /// An optimizer that has seen nothing, for parameters of these lengths.
    pub fn new(rule: Rule, learning_rate: f32, lengths: &[usize]) -> Self {
        let zeros = || lengths.iter().map(|&length| vec![0.0; length]).collect();
        let first = match rule {
            Rule::Adam => zeros(),
            Rule::Adagrad => Vec::new(),
        };
        Self {
            rule,
            learning_rate,
            steps: 0,
            first,
            second: zeros(),
        }
    }

    /// Whether this rule keeps a running mean of the gradient.
    pub fn has_first(&self) -> bool {
        self.rule == Rule::Adam
    }

    /// Makes one step against the gradient of what is minimised.
    ///
    /// `gradients` has, for every parameter, one gradient a shard of the minibatch; they are summed here, in the
    /// order of the shards. `weight_prior` is the strength of the prior `N(0, I)` on the weights: it adds
    /// `weight_prior * w` to their gradient (the MAP objective of section 5; 0 for none).
    pub fn update(
        &mut self,
        parameters: Vec<Named<&mut dyn Parameter>>,
        gradients: &[Vec<Vec<f32>>],
        weight_prior: f32,
    ) {
        self.steps += 1;
        let mut first = self.first.iter_mut();
        let mut tasks = Vec::new();
        for ((named, gradients), second) in parameters.into_iter().zip(gradients).zip(&mut self.second) {
            let weight_decay = if named.role == Role::Weight {
                weight_prior
            } else {
                0.0
            };
            let mut first = first
                .next()
                .map_or([].chunks_mut(CHUNK), |first| first.chunks_mut(CHUNK));
            let values = named.parameter.values_mut().chunks_mut(CHUNK);
            for (index, (values, second)) in values.zip(second.chunks_mut(CHUNK)).enumerate() {
                let range = index * CHUNK..index * CHUNK + values.len();
                let gradients = gradients.iter().map(|shard| &shard[range.clone()]).collect();
                let first = first.next().unwrap_or_default();
                tasks.push(Task {
                    values,
                    gradients,
                    first,
                    second,
                    weight_decay,
                });
            }
        }
        match self.rule {
            Rule::Adam => {
                let step = AdamStep {
                    learning_rate: self.learning_rate,
                    beta1: ADAM_BETAS.0,
                    beta2: ADAM_BETAS.1,
                    epsilon: ADAM_EPSILON,
                    step: self.steps,
                    weight_decay: 0.0,
                };
                tasks.into_par_iter().for_each(|task| {
                    let step = AdamStep {
                        weight_decay: task.weight_decay,
                        ..step
                    };
                    kernels::adam(task.values, &task.gradients, task.first, task.second, step);
                });
            }
            Rule::Adagrad => {
                let step = AdagradStep {
                    learning_rate: self.learning_rate,
                    epsilon: ADAGRAD_EPSILON,
                    weight_decay: 0.0,
                    update: self.steps > ADAGRAD_WARM_UP,
                };
                tasks.into_par_iter().for_each(|task| {
                    let step = AdagradStep {
                        weight_decay: task.weight_decay,
                        ..step
                    };
                    kernels::adagrad(task.values, &task.gradients, task.second, step);
                });
            }
        }
    }
}
