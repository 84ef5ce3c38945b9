//! What a run looked like on its way: the same items sent through the model, a dimension and the same draws from the prior, at one
//! measurement after the other. Of some of these moments the [model](super::past) is kept too.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::past::{MOST_MODEL_BYTES, bytes_of};
use crate::cancel::Cancel;
use crate::data::Dataset;
use crate::evaluation::LowerBound;
use crate::explore::{samples, traversal};
use crate::learning::Training;

/// Pictures of each kind in a frame.
pub const PICTURES: usize = 8;
/// Kinds of pictures in a frame.
const KINDS: usize = 3;
/// Training points between two frames at least: learning from one costs more than a picture, so that frames take less than a
/// hundredth of the time.
const LEAST_BETWEEN: u64 = (100 * KINDS * PICTURES) as u64;
/// Frames that are kept.
pub const MOST_FRAMES: usize = 100;
/// Bytes of pictures that are kept.
pub const MOST_BYTES: usize = 4 << 20;
/// Frames that have room at least; of items too large for that there is no film.
const LEAST_FRAMES: usize = 8;

/// Frames of a run in the order of their making, in bounded memory: when there are too many, every second of the older half goes,
/// and when the models of theirs that are kept take too much, every second of the older half of those.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Film {
    frames: Vec<Frame>,
}

/// What a run looked like at one moment. Pictures stand one behind the other, a byte for every number of an item: 0 is what is
/// drawn black, 255 white.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Training points that it had seen.
    pub samples: u64,
    /// The first test items, decoded from their posterior means: [`PICTURES`], or as many as there are.
    pub reconstructed: Bytes,
    /// The latent dimension that was the most informative then.
    pub dimension: usize,
    /// [`PICTURES`] pictures along it, from -[`REACH`](traversal::REACH) to [`REACH`](traversal::REACH), around the posterior mean of
    /// the first test item.
    pub traversed: Bytes,
    /// [`PICTURES`] draws from the prior, decoded: the same latent vectors in every frame.
    pub drawn: Bytes,
    /// Bytes of its model among the [past ones](super::past::PastModels); 0 where that is not kept.
    #[serde(default)]
    pub model_bytes: usize,
}

/// Bytes that are shared by all copies, and written as one string in base64.
#[derive(Clone, Debug, PartialEq)]
pub struct Bytes(Arc<[u8]>);

impl Film {
    /// The frames, the oldest first.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Bytes that the pictures take.
    pub fn bytes(&self) -> usize {
        self.frames.iter().map(Frame::bytes).sum()
    }

    /// Bytes that the models take.
    pub fn model_bytes(&self) -> usize {
        let bytes = self.frames.iter().map(|frame| frame.model_bytes);
        bytes.fold(0, usize::saturating_add)
    }

    /// The moments whose models are kept, the oldest first, in training points seen.
    pub fn moments(&self) -> impl DoubleEndedIterator<Item = u64> {
        let kept = self.frames.iter().filter(|frame| frame.model_bytes > 0);
        kept.map(|frame| frame.samples)
    }

    /// The moment whose model shows what the run was at this one: the last one until then, or the first of all; none where no
    /// model is kept.
    pub fn moment(&self, samples: u64) -> Option<u64> {
        let until = self.moments().rfind(|&moment| moment <= samples);
        until.or_else(|| self.moments().next())
    }

    /// Whether the model of this moment is kept.
    pub fn keeps_model(&self, samples: u64) -> bool {
        self.moment(samples) == Some(samples)
    }

    /// Lets go of the models that are not among the past ones.
    pub fn forget_models(&mut self, is_kept: impl Fn(u64) -> bool) {
        for frame in &mut self.frames {
            if !is_kept(frame.samples) {
                frame.model_bytes = 0;
            }
        }
    }

    /// The frame of a moment: the last one that was made until then, or the first of all; without a moment the newest.
    pub fn at(&self, samples: Option<u64>) -> Option<usize> {
        let last = self.frames.len().checked_sub(1)?;
        let Some(samples) = samples else {
            return Some(last);
        };
        let until = self.frames.partition_point(|frame| frame.samples <= samples);
        Some(until.saturating_sub(1))
    }

    /// Whether a run that has seen so many training points is to be filmed now.
    pub fn is_due(&self, samples: u64) -> bool {
        let last = self.frames.last();
        last.is_none_or(|last| samples >= last.samples.saturating_add(LEAST_BETWEEN))
    }

    /// Adds a frame, and makes room for it.
    pub fn push(&mut self, frame: Frame) {
        self.frames.push(frame);
        while self.frames.len() > MOST_FRAMES || self.bytes() > MOST_BYTES {
            let older = self.frames.len().div_ceil(2);
            let mut place = 0;
            self.frames.retain(|_| {
                place += 1;
                place > older || place % 2 == 1
            });
            if older < 2 {
                self.frames.remove(0);
            }
        }
        while self.model_bytes() > MOST_MODEL_BYTES {
            let older = self.moments().count().div_ceil(2);
            let kept = self.frames.iter_mut().filter(|frame| frame.model_bytes > 0);
            for (place, frame) in kept.take(older).enumerate() {
                if place % 2 == 1 || older < 2 {
                    frame.model_bytes = 0;
                }
            }
        }
    }

    /// Whether these are frames of items of so many numbers, in order.
    ///
    /// # Errors
    /// Which frame is not, and why.
    pub fn check(&self, numbers: usize, latent: usize) -> Result<(), String> {
        if self.frames.len() > MOST_FRAMES || self.bytes() > MOST_BYTES {
            return Err(format!(
                "film has more than {MOST_FRAMES} frames or {MOST_BYTES} bytes"
            ));
        }
        let models = self.model_bytes();
        if models > MOST_MODEL_BYTES {
            return Err(format!(
                "the models of the film have {models} bytes, but may have {MOST_MODEL_BYTES}"
            ));
        }
        if !self.frames.is_sorted_by(|a, b| a.samples < b.samples) {
            return Err("the frames of the film are not in order".into());
        }
        for (index, frame) in self.frames.iter().enumerate() {
            let whole = [&frame.traversed, &frame.drawn].map(|bytes| bytes.0.len());
            let items = frame.reconstructed.0.len();
            let expected = PICTURES * numbers;
            if whole != [expected; 2] || items > expected || items % numbers.max(1) != 0 {
                return Err(format!(
                    "frame {index} of the film has {items}, {} and {} bytes, but pictures have {numbers}",
                    whole[0], whole[1]
                ));
            }
            if frame.dimension >= latent {
                return Err(format!(
                    "frame {index} of the film moves dimension {} of {latent}",
                    frame.dimension
                ));
            }
        }
        Ok(())
    }
}

impl Frame {
    /// What a run looks like now, whose test set was just measured; none where items are too large for a film, or as soon as it
    /// is cancelled.
    pub fn of(training: &Training, data: &Dataset, test: &LowerBound, cancel: &Cancel) -> Option<Self> {
        let (model, context) = (&training.model, training.noise());
        let numbers = data.shape.numbers();
        if LEAST_FRAMES * KINDS * PICTURES * numbers > MOST_BYTES {
            return None;
        }
        let latent = model.architecture().latent;
        let mean = |item| traversal::posterior_mean(model, &data.test, item, context, cancel);
        let means: Vec<Vec<f32>> = (0..PICTURES.min(data.test.points()))
            .map(mean)
            .collect::<Option<_>>()?;
        let start = means.first().cloned().unwrap_or_else(|| vec![0.0; latent]);
        let informative = |&a: &usize, &b: &usize| {
            let kl = |dimension: usize| test.kl_per_dimension.get(dimension).copied().unwrap_or(0.0);
            // Of equals the first.
            kl(a).total_cmp(&kl(b)).then(b.cmp(&a))
        };
        let dimension = (0..latent).max_by(informative)?;
        let steps = traversal::steps(PICTURES);
        let draws = samples::draws(model, PICTURES, 1.0, context.seed);
        let decode = |points: &[Vec<f32>]| Some(Bytes::of(&traversal::decode(model, points, cancel)?));
        Some(Self {
            samples: training.samples,
            reconstructed: decode(&means)?,
            dimension,
            traversed: Bytes::of(&traversal::traverse(model, &start, &[dimension], &steps, cancel)?),
            drawn: decode(&draws)?,
            model_bytes: bytes_of(model),
        })
    }

    fn bytes(&self) -> usize {
        [&self.reconstructed, &self.traversed, &self.drawn]
            .map(|bytes| bytes.0.len())
            .iter()
            .sum()
    }
}

impl Bytes {
    /// Of values from 0 to 1; what lies outside becomes the nearest of those.
    pub fn of(values: &[f32]) -> Self {
        // NaN becomes 0.
        Self(values.iter().map(|value| (255.0 * value).round() as u8).collect())
    }

    /// The values from 0 to 1 of each picture of so many numbers.
    pub fn pictures(&self, numbers: usize) -> impl Iterator<Item = Vec<f32>> {
        let pictures = self.0.chunks_exact(numbers.max(1));
        pictures.map(|picture| picture.iter().map(|&byte| f32::from(byte) / 255.0).collect())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let bytes = BASE64_STANDARD_NO_PAD.decode(text.as_bytes());
        let bytes = bytes.map_err(|_| D::Error::custom("a picture of the film is not in base64"))?;
        Ok(Self(bytes.into()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(samples: u64, numbers: usize) -> Frame {
        let pictures = Bytes::of(&vec![0.5; PICTURES * numbers]);
        Frame {
            samples,
            reconstructed: pictures.clone(),
            dimension: 0,
            traversed: pictures.clone(),
            drawn: pictures,
            model_bytes: 0,
        }
    }

    proptest! {
        #[test]
        fn a_film_stays_in_its_bounds_with_its_first_and_its_newest_frame(frames in 1_u64..600, numbers in 1_usize..20_000) {
            let mut film = Film::default();
            let one = frame(0, numbers);
            for samples in 0..frames {
                film.push(Frame { samples: 10 * samples, ..one.clone() });
            }
            prop_assert!(film.frames().len() <= MOST_FRAMES && film.bytes() <= MOST_BYTES);
            prop_assert_eq!(film.frames().last().map(|frame| frame.samples), Some(10 * (frames - 1)));
            prop_assert_eq!(film.frames()[0].samples, 0);
            prop_assert_eq!(film.check(numbers, 1), Ok(()));
            // No more than half of what there is room for goes at once.
            let room = MOST_FRAMES.min(MOST_BYTES / one.bytes());
            prop_assert!(film.frames().len() as u64 >= frames.min(room as u64 / 2));
        }

        #[test]
        fn a_moment_has_the_last_frame_before_it(samples in 0_u64..400) {
            let mut film = Film::default();
            prop_assert_eq!(film.at(Some(samples)), None);
            for made in [100, 200, 300] {
                film.push(frame(made, 1));
            }
            let expected = (samples / 100).clamp(1, 3) as usize - 1;
            prop_assert_eq!(film.at(Some(samples)), Some(expected));
            prop_assert_eq!(film.at(None), Some(2));
        }
    }

    proptest! {
        #[test]
        fn models_stay_in_their_bounds_with_the_first_and_the_newest(frames in 1_u64..200, bytes in 1_usize..(MOST_MODEL_BYTES / 4)) {
            let mut film = Film::default();
            for samples in 0..frames {
                film.push(Frame { model_bytes: bytes, ..frame(10 * samples, 1) });
            }
            let moments: Vec<u64> = film.moments().collect();
            prop_assert!(film.model_bytes() <= MOST_MODEL_BYTES);
            prop_assert_eq!((moments[0], moments[moments.len() - 1]), (0, 10 * (frames - 1)));
            prop_assert!(moments.len() as u64 >= frames.min(MOST_FRAMES.min(MOST_MODEL_BYTES / bytes) as u64 / 2));
            // Every moment has the model of the last one before it.
            for samples in 0..10 * frames {
                let before = moments.iter().rfind(|&&moment| moment <= samples);
                prop_assert_eq!(film.moment(samples), before.copied());
                prop_assert_eq!(film.keeps_model(samples), moments.contains(&samples));
            }
            film.forget_models(|samples| samples == 0);
            prop_assert_eq!(film.moments().collect::<Vec<_>>(), [0]);
            film.forget_models(|_| false);
            prop_assert_eq!(film.moment(0), None);
        }
    }

    #[test]
    fn what_a_file_may_hold_wrongly_is_named() {
        let mut film = Film::default();
        film.push(frame(5, 4));
        assert_eq!(film.check(4, 1), Ok(()));
        assert!(
            film.check(5, 1)
                .is_err_and(|said| said.contains("32 bytes, but pictures have 5"))
        );
        assert!(
            film.check(4, 0)
                .is_err_and(|said| said.contains("dimension 0 of 0"))
        );
        film.push(frame(5, 4));
        assert!(film.check(4, 1).is_err_and(|said| said.contains("not in order")));
    }

    #[test]
    fn bytes_are_one_string_and_come_back() {
        let bytes = Bytes::of(&[0.0, 1.0, 0.5, -3.0, 7.0, f32::NAN]);
        let text = ron::to_string(&bytes).expect("a string");
        assert_eq!(ron::from_str::<Bytes>(&text).expect("the same string"), bytes);
        let values: Vec<Vec<f32>> = bytes.pictures(3).collect();
        assert_eq!(values, [vec![0.0, 1.0, 128.0 / 255.0], vec![0.0, 1.0, 0.0]]);
        assert!(ron::from_str::<Bytes>("\"*\"").is_err());
    }
}
