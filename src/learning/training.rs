//! What is learned, as plain data, and what one minibatch changes.

use std::time::Instant;

use rand::Rng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::configuration::out_of_bounds;
use super::memory::Needed;
use super::method::Learned;
use super::minibatch::MinibatchOrder;
use super::semi_supervised::Labels;
use super::settings::{Assignment, SettingError, find};
use super::workers::{Minibatch, NotMade, parameter_that_is_not_finite};
use super::{Configuration, StepContext, Workers, mcem};
use crate::cancel::Cancel;
use crate::data::{DataIdentity, Dataset};
use crate::evaluation::MeasurementContext;
use crate::language::tr;
use crate::model::Vae;
use crate::nn::optimizer::{Numbers, Optimizer};
use crate::objective::{BoundTerms, Objective};
use crate::random::{Purpose, generator};

/// Everything that one run has come to.
#[derive(Clone, Debug)]
pub struct Training {
    /// What the run started from.
    pub configuration: Configuration,
    /// The parameters.
    pub model: Vae,
    /// The update rule with its memory and the present learning rate.
    pub optimizer: Optimizer,
    /// Training points evaluated so far.
    pub samples: u64,
    /// Minibatches so far.
    pub steps: u64,
    /// Seconds spent in training steps so far.
    pub seconds: f64,
    /// Terms and data points since the last evaluation, for the training curve's running mean.
    pub since_evaluation: (BoundTerms, u64),
    /// The chains of the training points, for Monte Carlo EM; they begin with its first step.
    pub chains: Option<mcem::Chains>,
    /// Which items it learns from and is measured on.
    pub data_identity: DataIdentity,
    order: MinibatchOrder,
    labels: Labels,
}

/// Training items drawn at random, read as the run reads them: where the pseudo-inputs of a VampPrior begin.
fn pseudo_inputs(configuration: &Configuration, data: &Dataset, count: usize) -> Vec<f32> {
    let (numbers, seed) = (data.train.numbers_per_item, configuration.seed);
    let items = configuration.trained_on(data);
    let mut generator = generator(seed, Purpose::Initialisation, PSEUDO_INPUTS, 0);
    let mut rows = vec![0.0; count * numbers];
    for row in rows.chunks_exact_mut(numbers) {
        let item = items[generator.gen_range(0..items.len())] as usize;
        configuration
            .binarisation
            .fill_row(&data.train, item, seed, 0, row);
    }
    rows
}

/// The mean of each of a step's `values` over all steps that are there, of at most [`ITEMS_OF_MEANS`] training items at even distances;
/// 0 where there are none.
fn mean_step(configuration: &Configuration, data: &Dataset, values: usize) -> Vec<f32> {
    let items = configuration.trained_on(data);
    let apart = items.len().div_ceil(ITEMS_OF_MEANS).max(1);
    let (mut sums, mut counts) = (vec![0.0; values], vec![0_u32; values]);
    let mut row = vec![0.0; data.train.numbers_per_item];
    for &item in items.iter().step_by(apart) {
        let (binarisation, seed) = (configuration.binarisation, configuration.seed);
        binarisation.fill_row(&data.train, item as usize, seed, 0, &mut row);
        for (place, &value) in row.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            sums[place % values] += f64::from(value);
            counts[place % values] += 1;
        }
    }
    let both = sums.iter().zip(counts);
    both.map(|(sum, count)| (sum / f64::from(count.max(1))) as f32)
        .collect()
}

/// As many items say a mean well enough to begin with.
const ITEMS_OF_MEANS: usize = 1_000;

/// The stream of the choice of pseudo-inputs, far from those of the parameters, which are counted from 0.
const PSEUDO_INPUTS: u64 = 2 << 32;

/// What one step did. Terms are in nats per data point of the minibatch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    /// Training points evaluated, this step's included.
    pub samples: u64,
    /// Mean reconstruction and KL term over the minibatch; for Monte Carlo EM the terms of `log p(x, z)`.
    pub terms: BoundTerms,
    /// How the chains moved, for Monte Carlo EM.
    pub sampling: Option<mcem::Sampling>,
}

/// The loss or a gradient stopped being finite; the step was not made.
#[derive(Clone, Debug, Error, PartialEq, Eq, Serialize, Deserialize)]
#[error(
    "the loss is no longer finite at step {step} ({samples} samples), first in {place}, over training items {}: training stopped at the last finite parameters; a lower learning rate may help",
    self.items_in_words()
)]
pub struct Diverged {
    /// The step that was refused.
    pub step: u64,
    /// Training points evaluated before it.
    pub samples: u64,
    /// What stopped being finite: a term of the loss, or the parameter whose gradient or next value it is, nearest to the loss.
    pub place: String,
    /// The training points of the minibatch, by their places.
    pub items: Vec<usize>,
}

/// Items of a minibatch that are named one by one.
const NAMED_ITEMS: usize = 5;

impl Diverged {
    /// The first training points of the minibatch, and how many there are: `4, 17, 30, 2, 9, … (100)`.
    pub fn items_in_words(&self) -> String {
        let named = self.items.iter().take(NAMED_ITEMS).map(usize::to_string);
        let named = named.collect::<Vec<_>>().join(", ");
        match self.items.len() {
            count if count > NAMED_ITEMS => format!("{named}, … ({count})"),
            _ => named,
        }
    }
}

/// Why a step was not made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum StepFault {
    /// It would have led to numbers that are not finite.
    #[error(transparent)]
    Diverged(#[from] Diverged),
    /// Somebody wished that it end.
    #[error("the step was broken off")]
    Cancelled,
}

impl Training {
    /// A fresh run on `data`.
    pub fn new(mut configuration: Configuration, data: &Dataset) -> Self {
        configuration.time_steps = configuration.time_steps_of(data);
        let architecture = configuration.architecture(data);
        let mut model = Vae::new(architecture, configuration.initialisation, configuration.seed);
        model.begin_pseudo_inputs(|count| pseudo_inputs(&configuration, data, count));
        model.begin_emitter(|values| mean_step(&configuration, data, values));
        if configuration.method.has_weight_posterior() {
            model.spread_weights();
        }
        let lengths: Vec<usize> = model
            .parameters()
            .iter()
            .map(|named| named.parameter.values().len())
            .collect();
        let optimizer = Optimizer::new(configuration.optimizer, configuration.learning_rate, &lengths);
        Self::resumed(configuration, model, optimizer, data)
    }

    /// A run with parameters and optimizer that come from elsewhere; counters and curve start empty.
    pub fn resumed(configuration: Configuration, model: Vae, optimizer: Optimizer, data: &Dataset) -> Self {
        let points = configuration.trained_on(data);
        let labels = configuration.labels_of(data, &points);
        let order = MinibatchOrder::new(configuration.seed, points);
        Self {
            configuration,
            model,
            optimizer,
            samples: 0,
            steps: 0,
            seconds: 0.0,
            since_evaluation: (BoundTerms::default(), 0),
            chains: None,
            data_identity: DataIdentity::of(data),
            order,
            labels,
        }
    }

    /// The training points of an epoch.
    pub fn points(&self) -> usize {
        self.order.points()
    }

    /// The configuration with the present learning rate in the place of that at the start.
    pub fn present(&self) -> Configuration {
        Configuration {
            learning_rate: self.optimizer.learning_rate,
            ..self.configuration.clone()
        }
    }

    /// Changes settings of a run under way, from the next step on: everything that is asked for, or nothing.
    ///
    /// # Errors
    /// If a setting does not exist or belongs to the start of a run, or the run could not go on with its value, as
    /// [`Configuration::check`] says.
    pub fn change(&mut self, assignments: &[Assignment]) -> Result<(), SettingError> {
        let changed = self.changed(assignments)?;
        self.go_on_with(changed);
        Ok(())
    }

    /// The [present](Training::present) configuration as [`Training::change`] would leave it.
    ///
    /// # Errors
    /// As for [`Training::change`].
    pub fn changed(&self, assignments: &[Assignment]) -> Result<Configuration, SettingError> {
        let belongs_to_start =
            |assignment: &&Assignment| find(&assignment.setting).is_some_and(|setting| !setting.is_live());
        if let Some(assignment) = assignments.iter().find(belongs_to_start) {
            return Err(SettingError::NotLive {
                name: assignment.setting.clone(),
            });
        }
        let changed = self.present().with(assignments)?;
        changed.check()?;
        let step = |configuration: &Configuration| {
            let needed = Needed::by(configuration, self.model.architecture());
            Needed {
                parameters: 0,
                ..needed
            }
        };
        // A step gives back what it took, so what is free now is free beside the present one.
        let (before, after) = (step(&self.configuration), step(&changed));
        if after.step > before.step
            && let Err(missing) = after.check_here()
        {
            let expected = tr!("less: {reason}", reason = missing);
            return Err(out_of_bounds(
                "batch x mc-samples",
                changed.batch * changed.mc_samples,
                expected,
            ));
        }
        Ok(changed)
    }

    /// Has this for its present configuration, from the next step on.
    pub fn go_on_with(&mut self, changed: Configuration) {
        self.optimizer.learning_rate = changed.learning_rate;
        self.configuration = Configuration {
            // The rate at the start is the run's; the present one is the optimizer's.
            learning_rate: self.configuration.learning_rate,
            ..changed
        };
    }

    /// Learns from the next minibatch: the whole step, or nothing of it.
    ///
    /// # Errors
    /// If the loss or a gradient is not finite, or if the step was cancelled. Everything then is as it was, and the step
    /// can be made again.
    pub fn step(
        &mut self,
        data: &Dataset,
        workers: &Workers,
        cancel: &Cancel,
    ) -> Result<StepReport, StepFault> {
        let started = Instant::now();
        let Configuration {
            method,
            seed,
            batch,
            mc_samples,
            binarisation,
            estimator,
            weight_prior,
            ..
        } = self.configuration;
        let training_points = self.order.points();
        let updates = self.configuration.updates(training_points);
        let context = StepContext {
            seed,
            step: self.steps,
            mc_samples,
            binarisation,
            pixel_noise: self.configuration.pixel_noise,
            objective: Objective::after(
                self.samples,
                estimator,
                &self.configuration.kl_term(training_points),
            ),
        };
        let indices = self.order.indices(self.samples, batch);
        data.train
            .announce(self.order.upcoming(self.samples + batch as u64, batch));
        // A minibatch's share of what is there once: the objective N/M sum L + log p(w), divided by N/M.
        let share = batch as f32 / training_points as f32;
        let (prior, weight_kl) = match (method.has_weight_posterior(), weight_prior) {
            // Their divergence is from the same prior.
            (true, _) => (0.0, share),
            (false, true) => (share, 0.0),
            (false, false) => (0.0, 0.0),
        };
        let minibatch = Minibatch {
            split: &data.train,
            indices: &indices,
            mc_samples,
            chains: self.configuration.train_points(data),
            labels: &self.labels,
            numbers: Numbers {
                rate_factor: updates.schedule.factor(self.samples),
                weight_prior: prior,
                weight_decay: updates.weight_decay,
                products: self.configuration.products,
                weight_kl,
            },
            largest_norm: updates.largest_norm.map(|norm| norm * batch as f32),
        };
        let learned = Learned {
            model: &mut self.model,
            optimizer: &mut self.optimizer,
            chains: &mut self.chains,
        };
        let step = method.step(learned, workers, minibatch, context, cancel);
        let terms = step.map_err(|reason| match reason {
            NotMade::NotFinite(place) => StepFault::Diverged(Diverged {
                step: self.steps,
                samples: self.samples,
                place,
                items: indices.to_vec(),
            }),
            NotMade::Cancelled => StepFault::Cancelled,
        })?;

        self.steps += 1;
        self.samples += batch as u64;
        self.since_evaluation.0 += terms;
        self.since_evaluation.1 += batch as u64;
        let terms = terms.per_point(batch as u64);
        self.seconds += started.elapsed().as_secs_f64();
        Ok(StepReport {
            samples: self.samples,
            terms,
            sampling: self.chains.as_ref().map(|chains| chains.sampling),
        })
    }

    /// What of this is not a number, by the name of its parameter: nothing, as far as steps made it.
    pub fn not_finite(&self) -> Option<String> {
        parameter_that_is_not_finite(&self.model, &self.optimizer)
    }

    /// How this run's model is measured.
    pub fn noise(&self) -> MeasurementContext {
        MeasurementContext {
            seed: self.configuration.seed,
            binarisation: self.configuration.binarisation,
        }
    }

    /// Whether the goal is reached.
    pub fn is_finished(&self) -> bool {
        self.samples >= self.configuration.goal
    }

    /// Whether the step that ended just now crossed a multiple of the evaluation interval, or the goal.
    pub fn is_evaluation_due(&self) -> bool {
        let every = self.configuration.evaluate_every;
        let before = self.samples.saturating_sub(self.configuration.batch as u64);
        self.samples / every != before / every || (self.is_finished() && before < self.configuration.goal)
    }
}
