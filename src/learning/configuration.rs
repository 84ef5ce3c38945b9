//! What follows from the settings of a run.

use super::Configuration;
use super::settings::{Assignment, SettingError, TABLE, find};
use crate::choices::Choose;
use crate::data::{Dataset, Part};
use crate::language::tr;
use crate::learning::{Method, Updates};
use crate::model::Latents;
use crate::model::architecture::Architecture;
use crate::model::likelihood::{Likelihood, Observation, Unfit, Values};
use crate::objective::{Estimator, KlTerm, KlTermError};
use crate::words::plain;

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
        self.check_latents()?;
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

    /// The prior, and what follows the Gaussian posterior.
    fn latents(&self) -> Latents {
        Latents {
            prior: self.prior,
            components: self.pseudo_inputs,
            flow: self.flow,
            flow_steps: self.flow_steps,
        }
    }

    /// Checks what a learned prior and a flow need of the other settings.
    fn check_latents(&self) -> Result<(), SettingError> {
        let latents = self.latents();
        let out_of_bounds = |name: &str, given: &str, expected: String| {
            Err(SettingError::OutOfBounds {
                name: name.into(),
                given: given.into(),
                expected,
            })
        };
        if let Err(error) = latents.check() {
            return out_of_bounds("flow", self.flow.word(), format!("none: {error}"));
        }
        if latents.has_closed_form() {
            return Ok(());
        }
        if self.method != Method::Aevb {
            return out_of_bounds(
                "method",
                self.method.word(),
                tr!("aevb, which alone learns a prior or a flow").into(),
            );
        }
        if self.estimator == Estimator::B {
            return out_of_bounds(
                "estimator",
                self.estimator.word(),
                tr!("a or iwae: b needs the KL term in closed form, which a learned prior and a flow don't have").into(),
            );
        }
        Ok(())
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
            latents: self.latents(),
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

    /// How many points of `data` training draws from: the first ones, those of classes that are left out among them.
    pub fn train_points(&self, data: &Dataset) -> usize {
        self.train_size.unwrap_or(usize::MAX).min(data.train.points())
    }

    /// The points of `data` that are trained on, in ascending order.
    pub fn trained_on(&self, data: &Dataset) -> Vec<u32> {
        let is_left_out = |point: usize| {
            let class = data.class(Part::Train, point);
            class.is_some_and(|class| self.without_label.iter().any(|left_out| left_out == class))
        };
        let points = 0..self.train_points(data);
        if self.without_label.is_empty() {
            return points.map(|point| point as u32).collect();
        }
        points
            .filter(|&point| !is_left_out(point))
            .map(|point| point as u32)
            .collect()
    }

    /// Whether the classes that are left out of training exist, and something is left to train on.
    ///
    /// # Errors
    /// The setting, what it is and what the data has.
    pub fn check_classes(&self, data: &Dataset) -> Result<(), SettingError> {
        let out_of_bounds = |given: &str, expected: String| SettingError::OutOfBounds {
            name: "without-label".into(),
            given: given.into(),
            expected,
        };
        if let Some(unknown) = self
            .without_label
            .iter()
            .find(|name| !data.classes.contains(name))
        {
            let classes = if data.classes.is_empty() {
                tr!("none, since the data has no labels").into()
            } else {
                tr!(
                    "among the classes of the data, {classes}",
                    classes = plain(&data.classes.join(", "))
                )
            };
            return Err(out_of_bounds(unknown, classes));
        }
        if self.trained_on(data).is_empty() {
            let given = self.without_label.join(",");
            return Err(out_of_bounds(
                &given,
                tr!("fewer classes, so that some training point is left").into(),
            ));
        }
        Ok(())
    }
}
