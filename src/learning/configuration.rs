//! What follows from the settings of a run.

use super::Configuration;
use super::settings::{Assignment, SettingError, TABLE, find};
use crate::data::{Dataset, Part};
use crate::language::tr;
use crate::learning::Updates;
use crate::learning::semi_supervised::Labels;
use crate::model::architecture::Architecture;
use crate::model::likelihood::{Likelihood, Observation, Unfit, Values};
use crate::objective::{KlTerm, KlTermError};
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
        let is_plain = self.kl_weight == 1.0 && self.warm_up == 0.0 && self.free_bits == 0.0;
        if self.method.has_classes() && !(is_plain && self.mc_samples == 1) {
            return Err(SettingError::OutOfBounds {
                name: "method".into(),
                given: "m2".into(),
                expected: tr!("another one for a weighed KL term or several posterior samples").into(),
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
            classes: if self.method.has_classes() {
                data.classes.len()
            } else {
                0
            },
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

    /// The labels that learning sees of the training `points`; none where it looks at none.
    pub fn labels_of(&self, data: &Dataset, points: &[u32]) -> Labels {
        if !self.method.has_classes() {
            return Labels::default();
        }
        Labels {
            known: Labels::chosen(&data.train, points, self.labels, self.seed),
            alpha: self.alpha,
            points: points.len(),
        }
    }

    /// Whether `data` has the labels that the method needs, and latent dimensions are left beside those of its classes.
    fn check_labels(&self, data: &Dataset) -> Result<(), SettingError> {
        if !self.method.has_classes() {
            return Ok(());
        }
        let out_of_bounds = |name: &str, given: String, expected: String| SettingError::OutOfBounds {
            name: name.into(),
            given,
            expected,
        };
        let points = self.trained_on(data);
        if self.labels_of(data, &points).known.is_empty() || data.classes.len() < 2 {
            return Err(out_of_bounds(
                "method",
                "m2".into(),
                tr!("another one, since the data has no labels of two classes or more").into(),
            ));
        }
        let classes = data.classes.len();
        if self.labels.is_some_and(|labels| labels < classes) {
            let given = self.labels.unwrap_or_default().to_string();
            let expected = tr!("at least {classes}, one of each class", classes = classes);
            return Err(out_of_bounds("labels", given, expected));
        }
        if self.latent <= classes {
            let expected = tr!(
                "more than the {classes} classes, each of which has one of the dimensions",
                classes = classes
            );
            return Err(out_of_bounds("latent", self.latent.to_string(), expected));
        }
        Ok(())
    }

    /// Whether the data has the labels that the method needs, the classes that are left out of training exist, and something is left to train on.
    ///
    /// # Errors
    /// The setting, what it is and what the data has.
    pub fn check_classes(&self, data: &Dataset) -> Result<(), SettingError> {
        self.check_labels(data)?;
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
