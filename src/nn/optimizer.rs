//! Adagrad and Adam, whose state a session can save (dfdx's can't be saved, and it has no Adagrad).

use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::gradient::{Gradient, StretchGradient, stretch};
use super::normalisation::follow;
use super::parameters::{Named, Parameter, Role};
use crate::kernels::{self, AdagradStep, AdamStep, Products};

/// Which rule turns gradients into updates.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum OptimizerKind {
    /// A step divided by the root of all squared gradients so far (Duchi, Hazan and Singer 2011); the paper's choice.
    Adagrad,
    /// Running means of gradient and squared gradient (Kingma and Ba 2014), with beta 0.9 and 0.999.
    #[default]
    Adam,
}

impl OptimizerKind {
    /// Its name, as papers write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Adam => "Adam",
            Self::Adagrad => "Adagrad",
        }
    }

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

/// An update rule with its memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimizer {
    /// The rule.
    pub rule: OptimizerKind,
    /// The global step size.
    pub learning_rate: f32,
    /// Updates made so far.
    pub steps: u64,
    /// For every parameter, in the model's order: the running mean of the gradient (Adam; empty for Adagrad).
    pub first: Vec<Vec<f32>>,
    /// For every parameter: the running mean (Adam) or the sum (Adagrad) of the squared gradient.
    pub second: Vec<Vec<f32>>,
}

/// How one update departs from the plain rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Numbers {
    /// By how much the learning rate is multiplied: what a [schedule](super::Schedule) says.
    pub rate_factor: f32,
    /// The strength of the prior `N(0, I)` on the weights: it adds `weight_prior * w` to their gradient (the MAP objective of
    /// section 5); 0 for none.
    pub weight_prior: f32,
    /// Decoupled weight decay (Loshchilov and Hutter 2019): weights shrink by this share of themselves times the step size,
    /// beside the rule; 0 for none.
    pub weight_decay: f32,
    /// In which numbers the gradients are multiplied out.
    pub products: Products,
    /// The strength of the divergence of Gaussian weights and biases from `N(0, I)`, in parts of what the gradient is of: it adds
    /// `weight_kl * m` to the gradient of every mean, `weight_kl (s^2 - 1) / 2` to that of every log-variance; 0 where there are none.
    pub weight_kl: f32,
}

/// A stretch of one parameter to update.
struct Task<'a> {
    values: &'a mut [f32],
    gradient: StretchGradient<'a>,
    first: &'a mut [f32],
    second: &'a mut [f32],
    weight_prior: f32,
    kept: f32,
    /// Of log-variances: the strength of their divergence.
    kl_of_variances: Option<f32>,
}

impl Optimizer {
    /// An optimizer that has seen nothing, for parameters of these lengths.
    pub fn new(rule: OptimizerKind, learning_rate: f32, lengths: &[usize]) -> Self {
        let zeros = || lengths.iter().map(|&length| vec![0.0; length]).collect();
        let first = match rule {
            OptimizerKind::Adam => zeros(),
            OptimizerKind::Adagrad => Vec::new(),
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
        self.rule == OptimizerKind::Adam
    }

    /// Makes one step against the gradient of what is minimised; what is not learned follows what was seen. `gradients` has an
    /// entry a parameter.
    pub fn update<'a>(
        &'a mut self,
        parameters: Vec<Named<&'a mut dyn Parameter>>,
        gradients: &'a [Gradient],
        numbers: Numbers,
    ) {
        self.update_where(parameters, gradients, numbers, |_, _| true);
    }

    /// The same, but of what is learned only the [stretches](stretches) of which `is_own` says so, by the place of their parameter and
    /// that of their first element in it: the others are for other processes to update.
    pub fn update_where<'a>(
        &'a mut self,
        parameters: Vec<Named<&'a mut dyn Parameter>>,
        gradients: &'a [Gradient],
        numbers: Numbers,
        is_own: impl Fn(usize, usize) -> bool,
    ) {
        let learning_rate = self.learning_rate * numbers.rate_factor;
        self.steps += 1;
        let mut first = self.first.iter_mut();
        let mut tasks = Vec::new();
        let with_second = parameters.into_iter().zip(gradients).zip(&mut self.second);
        for (place, ((named, gradient), second)) in with_second.enumerate() {
            let first = first.next().map_or(&mut [][..], |first| first);
            if named.role == Role::Running {
                follow(named.parameter.values_mut(), gradient);
                continue;
            }
            let of_parameter = tasks_of(named, gradient, first, second, (learning_rate, numbers));
            let own = of_parameter.filter(|(start, _)| is_own(place, *start));
            tasks.extend(own.map(|(_, task)| task));
        }
        let (rule, step) = (self.rule, self.steps);
        tasks.into_par_iter().for_each(|task| {
            let Task {
                values,
                gradient,
                first,
                second,
                weight_prior,
                kept,
                kl_of_variances,
            } = task;
            let mut update = |values: &mut [f32], gradients: &[&[f32]]| match rule {
                OptimizerKind::Adam => {
                    let step = AdamStep {
                        learning_rate,
                        beta1: ADAM_BETAS.0,
                        beta2: ADAM_BETAS.1,
                        epsilon: ADAM_EPSILON,
                        step,
                        weight_prior,
                        kept,
                    };
                    kernels::adam(values, gradients, first, second, step);
                }
                OptimizerKind::Adagrad => {
                    let step = AdagradStep {
                        learning_rate,
                        epsilon: ADAGRAD_EPSILON,
                        weight_prior,
                        kept,
                        update: step > ADAGRAD_WARM_UP,
                    };
                    kernels::adagrad(values, gradients, second, step);
                }
            };
            let multiply_and_update = || {
                gradient.with(|gradients| match kl_of_variances {
                    None => update(values, gradients),
                    Some(kl) => kernels::with_scratch(values.len(), |gradient| {
                        kernels::log_variance_gradient(values, gradients, kl, gradient);
                        update(values, &[gradient]);
                    }),
                });
            };
            numbers.products.run(multiply_and_update);
        });
    }
}

/// The stretches in which a parameter is updated: where each begins and ends among its elements. What is not learned has none.
pub fn stretches(named: &Named<&dyn Parameter>) -> impl Iterator<Item = Range<usize>> + use<> {
    let count = match named.role {
        Role::Running => 0,
        _ => named.parameter.values().len(),
    };
    let (columns, rows) = stretch(named.parameter, named.role);
    let starts = (0..count).step_by(rows * columns);
    starts.map(move |start| start..count.min(start + rows * columns))
}

/// Divides a parameter into stretches, each with its first element: a weight by whole rows, a bias by elements.
fn tasks_of<'a>(
    named: Named<&'a mut dyn Parameter>,
    gradient: &'a Gradient,
    first: &'a mut [f32],
    second: &'a mut [f32],
    (learning_rate, numbers): (f32, Numbers),
) -> impl Iterator<Item = (usize, Task<'a>)> {
    let (columns, rows) = stretch(&*named.parameter, named.role);
    let (weight_prior, kept) = match named.role {
        Role::Weight => (
            numbers.weight_prior + numbers.weight_kl,
            1.0 - learning_rate * numbers.weight_decay,
        ),
        Role::Bias => (numbers.weight_kl, 1.0),
        _ => (0.0, 1.0),
    };
    let kl_of_variances = (named.role == Role::LogVariance).then_some(numbers.weight_kl);
    let mut first = first.chunks_mut(rows * columns);
    let stretches = named
        .parameter
        .values_mut()
        .chunks_mut(rows * columns)
        .zip(second.chunks_mut(rows * columns));
    stretches.enumerate().map(move |(index, (values, second))| {
        let start = index * rows * columns;
        let task = Task {
            gradient: gradient.stretch(start, values.len()),
            values,
            // Adagrad has no running mean.
            first: first.next().unwrap_or_default(),
            second,
            weight_prior,
            kept,
            kl_of_variances,
        };
        (start, task)
    })
}
