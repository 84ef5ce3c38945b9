//! What follows from the settings of a run.

use super::Configuration;
use super::memory::Needed;
use super::settings::{Assignment, SettingError, TABLE, find};
use crate::choices::Choose;
use crate::data::{Dataset, ItemShape, Part};
use crate::language::{said, tr};
use crate::learning::semi_supervised::Labels;
use crate::learning::{Method, Updates};
use crate::model::architecture::Steps;
use crate::model::convolutions::{ConvolutionalLayer, SIDE_RANGE};
use crate::model::likelihood::{Likelihood, Observation, Unfit, Values};
use crate::model::posterior::FlowKind;
use crate::model::prior::PriorKind;
use crate::model::{Architecture, Convolutions, FamilyKind, Latents, LatentsError, NormalisationKind};
use crate::objective::{Estimator, KlTerm, KlTermError};
use crate::words::plain;

/// Latent dimensions of all time steps together, at the most.
const MOST_LATENT: usize = 1 << 16;

impl Configuration {
    /// The settings in which this one is not as `wanted`, in words: `latent is 2, not 5`; empty where there are none.
    pub fn differences(&self, wanted: &Self) -> String {
        let differing = TABLE.iter().filter_map(|setting| {
            let (found, wanted) = (setting.value(self), setting.value(wanted));
            (found != wanted).then(|| format!("{} is {found}, not {wanted}", setting.name))
        });
        differing.collect::<Vec<_>>().join(", ")
    }

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
            let expected = tr!("another one for a weighed KL term or several posterior samples");
            return Err(out_of_bounds("method", self.method.word(), expected));
        }
        self.check_markov()?;
        self.check_latents()?;
        self.check_networks()?;
        self.kl_term(1).check(self.estimator).map_err(|error| {
            let (name, given) = match error {
                KlTermError::FreeBits => ("free-bits", self.free_bits),
                KlTermError::Weight | KlTermError::Range => ("kl-weight", self.kl_weight),
            };
            out_of_bounds(name, given, format!("plain: {error}"))
        })
    }

    /// The prior, and what follows the Gaussian posterior.
    fn latents(&self) -> Latents {
        Latents {
            prior: self.prior,
            components: self.pseudo_inputs,
            flow: self.flow,
            flow_steps: self.flow_steps,
            upper: self.upper_latent.units().to_vec(),
            upper_hidden: self.upper_hidden.units().to_vec(),
            inference: self.inference,
        }
    }

    /// Whether the prior of all latent dimensions is `N(0, I)`.
    pub fn has_standard_prior(&self) -> bool {
        let is_flat = self.upper_latent.units().is_empty() && self.family != FamilyKind::Markov;
        is_flat && self.prior == PriorKind::Standard
    }

    /// The latent dimensions of all stochastic layers together, and of all time steps.
    pub fn latent_dimensions(&self) -> usize {
        self.time_steps * self.latent_of_step()
    }

    fn latent_of_step(&self) -> usize {
        self.latent + self.upper_latent.units().iter().sum::<usize>()
    }

    /// How a latent dimension is called: `z7`, with several stochastic layers `z2.3`, the layer first, and of a Markov model `z[12].3`,
    /// the time step first.
    pub fn latent_name(&self, dimension: usize) -> String {
        if self.family == FamilyKind::Markov {
            return format!("z[{}].{}", dimension / self.latent + 1, dimension % self.latent);
        }
        let upper = self.upper_latent.units();
        if upper.is_empty() {
            return format!("z{dimension}");
        }
        let mut place = dimension;
        for (index, &group) in std::iter::once(&self.latent).chain(upper).enumerate() {
            if place < group {
                return format!("z{}.{place}", index + 1);
            }
            place -= group;
        }
        format!("z{dimension}")
    }

    /// Checks what a learned prior and a flow need of the other settings.
    fn check_latents(&self) -> Result<(), SettingError> {
        let latents = self.latents();
        if let Err(error) = latents.check() {
            let (name, given) = match error {
                LatentsError::VampWithFlow => ("flow", self.flow.word().to_owned()),
                LatentsError::Hierarchy => ("upper-latent", self.upper_latent.to_string()),
            };
            return Err(out_of_bounds(name, &given, format!("none: {error}")));
        }
        if latents.has_closed_form() {
            return Ok(());
        }
        if self.method != Method::Aevb {
            return Err(out_of_bounds(
                "method",
                self.method.word(),
                tr!("aevb, which alone learns a prior, a flow or several layers"),
            ));
        }
        self.check_hamiltonian()?;
        let has_layers = !latents.upper.is_empty();
        if has_layers && self.family != FamilyKind::Mlp {
            return Err(out_of_bounds(
                "family",
                self.family.word(),
                tr!("mlp for several stochastic layers"),
            ));
        }
        if self.prior == PriorKind::Vamp && self.normalisation == NormalisationKind::Batch {
            return Err(out_of_bounds(
                "normalisation",
                self.normalisation.word(),
                tr!("none or layer: with a VampPrior the encoder sees more than the minibatch"),
            ));
        }
        if !matches!(self.estimator, Estimator::A | Estimator::ImportanceWeighted) {
            return Err(out_of_bounds(
                "estimator",
                self.estimator.word(),
                tr!(
                    "a or iwae: the others are made for the prior N(0, I) and Gaussian posteriors, not for a learned prior, a flow or several layers"
                ),
            ));
        }
        Ok(())
    }

    /// Checks what steps along the gradient of the model need of it: second derivatives, which plain networks have.
    fn check_hamiltonian(&self) -> Result<(), SettingError> {
        if self.flow != FlowKind::Hamiltonian {
            return Ok(());
        }
        let networks = |expected: &'static str| {
            tr!(
                "{value} with Hamiltonian steps, which learn through second derivatives of plain networks",
                value = expected
            )
        };
        first_fault([
            (
                self.prior != PriorKind::Standard,
                "prior",
                self.prior.word().into(),
                networks("standard"),
            ),
            (
                self.family != FamilyKind::Mlp,
                "family",
                self.family.word().into(),
                networks("mlp"),
            ),
            (
                self.normalisation != NormalisationKind::None,
                "normalisation",
                self.normalisation.word().into(),
                networks("none"),
            ),
            (self.residual, "residual", "yes".into(), networks("no")),
            (
                self.activation.slope().is_none(),
                "activation",
                self.activation.word().into(),
                networks("tanh"),
            ),
            (
                !self.likelihood.is_twice_differentiable(self.variance),
                "likelihood",
                self.likelihood.word().into(),
                networks("bernoulli, or gaussian with --variance learned,"),
            ),
        ])
    }

    /// Whether convolutions, where they are asked for, fit the items of `data`.
    ///
    /// # Errors
    /// The setting, what it is and what the data has.
    pub fn check_convolutions(&self, data: &Dataset) -> Result<(), SettingError> {
        if self.family != FamilyKind::Convolutional {
            return Ok(());
        }
        let Some(convolutions) = self.convolutions(data) else {
            let expected = tr!(
                "mlp for {noun}, which are no images",
                noun = said(data.shape.noun())
            );
            return Err(out_of_bounds("family", self.family.word(), expected));
        };
        let Convolutions { height, width, .. } = convolutions;
        if !SIDE_RANGE.contains(&height) || !SIDE_RANGE.contains(&width) {
            let expected = tr!(
                "mlp for images of {height} x {width} pixels: convolutions are for {first} x {first} to {last} x {last}",
                height = height,
                width = width,
                first = SIDE_RANGE.start(),
                last = SIDE_RANGE.end()
            );
            return Err(out_of_bounds("family", self.family.word(), expected));
        }
        if self.kernel > height.min(width) {
            let expected = tr!(
                "at most {side} for images of {height} x {width} pixels",
                side = height.min(width),
                height = height,
                width = width
            );
            return Err(out_of_bounds("kernel", self.kernel, expected));
        }
        let is_pixel = |layer: &ConvolutionalLayer| (layer.window.height, layer.window.width) == (1, 1);
        let layers = convolutions.layers();
        if let Some(most) = layers.iter().position(is_pixel) {
            let expected = tr!(
                "at most {most} layers, behind which steps of {stride} leave one pixel of {height} x {width}",
                most = most,
                stride = self.stride,
                height = height,
                width = width
            );
            return Err(out_of_bounds("channels", &self.channels, expected));
        }
        Ok(())
    }

    /// The time steps that a run on `data` has: those of its longest sequence where the family is one of sequences, else 1.
    pub fn time_steps_of(&self, data: &Dataset) -> usize {
        match self.family {
            FamilyKind::Markov => data.shape.steps().max(1),
            _ => 1,
        }
    }

    /// Whether a Markov model has what it knows: the method, the prior, the layers and the objective of its publication.
    fn check_markov(&self) -> Result<(), SettingError> {
        if self.family != FamilyKind::Markov {
            return Ok(());
        }
        first_fault([
            (
                self.method != Method::Aevb,
                "method",
                self.method.word().into(),
                tr!("aevb, which alone learns a Markov model"),
            ),
            (
                self.prior != PriorKind::Standard,
                "prior",
                self.prior.word().into(),
                tr!("standard: the prior of a Markov model is its chain"),
            ),
            (
                self.flow != FlowKind::None,
                "flow",
                self.flow.word().into(),
                tr!("none: the posterior of a Markov model is a Gaussian at every step"),
            ),
            (
                self.normalisation != NormalisationKind::None,
                "normalisation",
                self.normalisation.word().into(),
                tr!("none for a Markov model"),
            ),
            (
                self.residual,
                "residual",
                "yes".into(),
                tr!("no for a Markov model"),
            ),
            (
                self.estimator == Estimator::BetaTcvae,
                "estimator",
                self.estimator.word().into(),
                tr!("a, b or iwae for a Markov model, whose latent dimensions are not independent"),
            ),
            (
                !self.upper_latent.units().is_empty(),
                "upper-latent",
                self.upper_latent.to_string(),
                tr!("none for a Markov model, which has one stochastic layer at every step"),
            ),
            (
                self.free_bits > 0.0,
                "free-bits",
                self.free_bits.to_string(),
                tr!("0 for a Markov model, whose prior differs from step to step"),
            ),
        ])
    }

    /// Whether a Markov model, where it is asked for, can learn from `data`.
    fn check_sequences(&self, data: &Dataset) -> Result<(), SettingError> {
        if self.family != FamilyKind::Markov {
            return Ok(());
        }
        let steps = data.shape.steps();
        if steps == 0 {
            let expected = tr!(
                "another one for {noun}: --sequence-length N makes sequences of N items that follow one another",
                noun = said(data.shape.noun())
            );
            return Err(out_of_bounds("family", self.family.word(), expected));
        }
        if self.latent * steps > MOST_LATENT {
            let expected = tr!(
                "at most {most} for sequences of {steps} steps: a row has {all} latent dimensions at the most",
                most = MOST_LATENT / steps,
                steps = steps,
                all = MOST_LATENT
            );
            return Err(out_of_bounds("latent", self.latent, expected));
        }
        Ok(())
    }

    /// Whether the layers can be normalised and joined as they are asked for.
    fn check_networks(&self) -> Result<(), SettingError> {
        let has_plain_layers =
            self.normalisation == NormalisationKind::None && !self.residual && self.family == FamilyKind::Mlp;
        if self.method == Method::FullVb && !has_plain_layers {
            let expected =
                tr!("another method: only plain fully connected layers have Gaussians for weights");
            return Err(out_of_bounds("method", self.method.word(), expected));
        }
        if self.method.has_classes() && self.family != FamilyKind::Mlp {
            let expected = tr!("mlp for a method that knows classes, whose networks are fully connected");
            return Err(out_of_bounds("family", self.family.word(), expected));
        }
        if self.normalisation == NormalisationKind::Batch && self.batch == 1 {
            let expected = tr!("none or layer where a minibatch has one data point, which has no variance");
            return Err(out_of_bounds(
                "normalisation",
                self.normalisation.word(),
                expected,
            ));
        }
        if self.family == FamilyKind::Convolutional {
            if self.stride > self.kernel {
                let given = self.stride.to_string();
                let expected = tr!(
                    "at most the kernel, {kernel}, so that no pixel is left out",
                    kernel = self.kernel
                );
                return Err(out_of_bounds("stride", &given, &expected));
            }
            // Its residual blocks are convolutions of their own.
            return Ok(());
        }
        let mut neighbours = self.hidden.units().windows(2);
        if self.residual && !neighbours.any(|pair| pair[0] == pair[1]) {
            let expected = tr!("no where no two hidden layers behind one another have as many units");
            return Err(out_of_bounds("residual", "yes", expected));
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
            convolutions: self.convolutions(data),
            hidden: self.hidden.clone(),
            latent: self.latent_of_step() * self.time_steps_of(data),
            latents: self.latents(),
            activation: self.activation,
            normalisation: self.normalisation,
            residual: self.residual,
            likelihood: self.likelihood,
            observation: self.observation(data),
            recognition: self.method.recognition(),
            classes: if self.method.has_classes() {
                data.classes.len()
            } else {
                0
            },
            steps: (self.family == FamilyKind::Markov).then(|| Steps {
                count: self.time_steps_of(data),
                recurrent: self.recurrent,
            }),
        }
    }

    /// The convolutions over the images of `data`, where the family has some.
    fn convolutions(&self, data: &Dataset) -> Option<Convolutions> {
        match (self.family, data.shape) {
            (
                FamilyKind::Convolutional,
                ItemShape::Image {
                    height,
                    width,
                    channels,
                },
            ) => Some(Convolutions {
                height,
                width,
                colours: channels,
                channels: self.channels.clone(),
                kernel: self.kernel,
                stride: self.stride,
            }),
            _ => None,
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

    /// Checks that a new run can learn from `data`, on this machine.
    ///
    /// # Errors
    /// What of it does not fit what the data is, or how much memory is missing.
    pub fn check_on(&self, data: &Dataset) -> anyhow::Result<()> {
        self.check_fits(data)?;
        Ok(Needed::by(self, &self.architecture(data)).check_here()?)
    }

    /// Checks that a run is one on what `data` is.
    ///
    /// # Errors
    /// What of it does not fit.
    pub fn check_fits(&self, data: &Dataset) -> anyhow::Result<()> {
        self.check_data(data)?;
        self.check_convolutions(data)?;
        self.check_sequences(data)?;
        Ok(self.check_classes(data)?)
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
        let points = self.trained_on(data);
        if self.labels_of(data, &points).known.is_empty() || data.classes.len() < 2 {
            return Err(out_of_bounds(
                "method",
                self.method.word(),
                tr!("another one, since the data has no labels of two classes or more"),
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
            return Err(out_of_bounds("without-label", unknown, classes));
        }
        if self.trained_on(data).is_empty() {
            let given = self.without_label.join(",");
            return Err(out_of_bounds(
                "without-label",
                given,
                tr!("fewer classes, so that some training point is left"),
            ));
        }
        Ok(())
    }
}

/// What is wrong with a setting: what it is, and what it must be.
pub(super) fn out_of_bounds(name: &str, given: impl ToString, expected: impl Into<String>) -> SettingError {
    SettingError::OutOfBounds {
        name: name.into(),
        given: given.to_string(),
        expected: expected.into(),
    }
}

/// Settings of which the first that is at fault is refused: whether it is, its name, what it is, and what it must be.
fn first_fault<E: Into<String>>(
    settings: impl IntoIterator<Item = (bool, &'static str, String, E)>,
) -> Result<(), SettingError> {
    match settings.into_iter().find(|(is_fault, ..)| *is_fault) {
        None => Ok(()),
        Some((_, name, given, expected)) => Err(out_of_bounds(name, given, expected)),
    }
}
