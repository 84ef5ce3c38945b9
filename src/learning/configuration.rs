//! What follows from the settings of a run.

use super::Configuration;
use super::settings::{Assignment, SettingError, TABLE, find};
use crate::data::Dataset;
use crate::learning::Updates;
use crate::model::architecture::Architecture;
use crate::model::likelihood::{Likelihood, Observation, Unfit, Values};
use crate::objective::{KlTerm, KlTermError};

/// The most samples of latent rows that a minibatch may have: data points times posterior samples.
const MOST_ROWS: usize = 100_000;

impl Configuration {
    /// Checks every setting against its bounds, and those that belong together; the first fault is reported.
    ///
    /// The one place that decides it, for a new run, a saved one, and what a person changes of a run under way.
    ///
    /// # Errors
    /// The setting, by its name on the command line, what it is and what it must be.
    pub fn check(&self) -> Result<(), SettingError> {
        for setting in TABLE.iter() {
            setting.check(self)?;
        }
        let rows = self.batch * self.mc_samples;
        if rows > MOST_ROWS {
            return Err(SettingError::OutOfBounds {
                name: "batch times mc-samples".into(),
                given: rows.to_string(),
                expected: format!("from 1 to {MOST_ROWS}"),
            });
        }
        self.kl_term(1).check(self.estimator).map_err(|error| {
            let (name, given) = match error {
                KlTermError::FreeBits => ("free-bits", self.free_bits),
                KlTermError::Weight | KlTermError::Range => ("kl-weight", self.kl_weight),
            };
            SettingError::OutOfBounds {
                name: name.into(),
                given: given.to_string(),
                expected: format!("plain: {error}"),
            }
        })
    }

    /// This configuration with other values for some settings. Another optimizer brings its usual learning rate, unless
    /// that is assigned too.
    ///
    /// # Errors
    /// If a setting does not exist, or can't have its value; settings that belong together are left to
    /// [`Configuration::check`].
    pub fn with(mut self, assignments: &[Assignment]) -> Result<Self, SettingError> {
        let optimizer = self.optimizer;
        for Assignment { setting, value } in assignments {
            let name = || setting.clone();
            let setting = find(setting).ok_or_else(|| SettingError::Unknown { name: name() })?;
            setting.set(&mut self, value)?;
        }
        let is_rate = |assignment: &Assignment| assignment.setting == "learning-rate";
        if self.optimizer != optimizer && !assignments.iter().any(is_rate) {
            self.learning_rate = self.optimizer.usual_learning_rate();
        }
        Ok(self)
    }

    /// The model that this run trains on `data`.
    pub fn architecture(&self, data: &Dataset) -> Architecture {
        Architecture {
            pixels: data.shape.numbers(),
            hidden: self.hidden.clone(),
            latent: self.latent,
            activation: self.activation,
            likelihood: self.likelihood,
            observation: self.observation(data),
            recognition: self.method.recognition(),
        }
    }

    /// What the likelihood needs to know beside its name.
    fn observation(&self, data: &Dataset) -> Observation {
        let usual = Observation::default();
        let classes = match (self.likelihood, self.classes) {
            (_, Some(classes)) => classes,
            (Likelihood::Categorical, None) => Values::classes_of(data),
            _ => usual.classes,
        };
        Observation {
            mean: self.mean,
            variance: self.variance,
            fixed_variance: self.fixed_variance,
            classes,
            counts_per_unit: data.counts_per_unit(),
        }
    }

    /// Checks that the values of `data` can have the likelihood that is asked for.
    ///
    /// # Errors
    /// What the likelihood is for, and what the values are.
    pub fn check_data(&self, data: &Dataset) -> Result<(), Unfit> {
        self.likelihood.check(&self.observation(data), data)
    }

    /// How the KL term is weighed in a run over so many `training_points`.
    pub fn kl_term(&self, training_points: usize) -> KlTerm {
        KlTerm {
            weight: self.kl_weight,
            warm_up: (f64::from(self.warm_up) * training_points as f64) as u64,
            free_nats: self.free_bits,
        }
    }

    /// How updates depart from the plain rule in a run over so many `training_points`.
    pub fn updates(&self, training_points: usize) -> Updates {
        Updates {
            schedule: self.schedule.over(self.goal, training_points as u64),
            weight_decay: self.weight_decay,
            largest_norm: self.clip_norm,
        }
    }

    /// How many points of `data` are trained on.
    pub fn train_points(&self, data: &Dataset) -> usize {
        self.train_size.unwrap_or(usize::MAX).min(data.train.points())
    }
}
