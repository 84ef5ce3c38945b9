//! The models that a run had at moments of its film, so that what is asked now can be asked of each of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use half::f16;
use half::slice::HalfFloatSliceExt;

use super::film::Film;
use crate::learning::Training;
use crate::model::Vae;

/// Bytes of the numbers of past models that are kept.
pub const MOST_MODEL_BYTES: usize = 16 << 20;
/// Models that have room at least; of larger ones none is kept.
const LEAST_MODELS: usize = 4;

/// Models by the training points that they had seen; which are kept, the [`Film`] decides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PastModels(BTreeMap<u64, PastModel>);

/// The numbers of a model, rounded to half precision: to 11 significant bits, of which a picture with its 8 shows nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct PastModel {
    /// Minibatches that it had learned from.
    pub steps: u64,
    /// Every number, in the order of [`Vae::parameters`].
    pub numbers: Arc<[f16]>,
}

impl PastModels {
    /// As they were kept, by the training points that each had seen.
    pub fn new(models: impl IntoIterator<Item = (u64, PastModel)>) -> Self {
        Self(models.into_iter().collect())
    }

    /// Each with the training points that it had seen, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &PastModel)> {
        self.0.iter().map(|(samples, model)| (*samples, model))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The model of a moment.
    pub fn get(&self, samples: u64) -> Option<&PastModel> {
        self.0.get(&samples)
    }

    /// Those that the film still has, the numbers shared.
    pub fn of(&self, film: &Film) -> Self {
        let kept = self.0.iter().filter(|(samples, _)| film.keeps_model(**samples));
        Self::new(kept.map(|(samples, model)| (*samples, model.clone())))
    }

    /// Keeps the model as it is now, where the film says so, and lets go of those that the film has none of any more.
    pub fn keep(&mut self, training: &Training, film: &Film) {
        if film.keeps_model(training.samples) {
            self.0.insert(training.samples, PastModel::of(training));
        }
        *self = self.of(film);
    }
}

impl PastModel {
    /// As it is now.
    fn of(training: &Training) -> Self {
        let parameters = training.model.parameters();
        let mut numbers = vec![f16::ZERO; count(&training.model)];
        let mut rest = &mut numbers[..];
        for named in &parameters {
            let (here, after) = rest.split_at_mut(named.parameter.values().len());
            here.convert_from_f32_slice(named.parameter.values());
            rest = after;
        }
        for number in &mut numbers {
            if number.is_infinite() {
                *number = f16::MAX.copysign(*number);
            }
        }
        Self {
            steps: training.steps,
            numbers: numbers.into(),
        }
    }

    /// The model, of the same architecture as `present`; none where that has another number of parameters.
    pub fn model(&self, present: &Vae) -> Option<Vae> {
        if count(present) != self.numbers.len() {
            return None;
        }
        let mut model = present.clone();
        let mut rest = &self.numbers[..];
        for named in model.parameters_mut() {
            let values = named.parameter.values_mut();
            let (here, after) = rest.split_at(values.len());
            here.convert_to_f32_slice(values);
            rest = after;
        }
        Some(model)
    }
}

/// Bytes that a model takes among the past ones; 0 where it is too large to be one of them.
pub fn bytes_of(model: &Vae) -> usize {
    let bytes = count(model) * size_of::<f16>();
    if bytes * LEAST_MODELS > MOST_MODEL_BYTES {
        0
    } else {
        bytes
    }
}

fn count(model: &Vae) -> usize {
    let parameters = model.parameters();
    parameters
        .iter()
        .map(|named| named.parameter.values().len())
        .sum()
}
