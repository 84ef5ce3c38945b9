//! Items that a model makes up: from the prior, hotter or colder, from where the data lies, or around a point.

use rand::Rng;
use serde::{Deserialize, Serialize};

use dfdx::prelude::*;

use super::neighbours::{self, Neighbour};
use super::traversal::{self, prior_sample};
use super::{attribute, browse, encoding};
use crate::cancel::Cancel;
use crate::data::Dataset;
use crate::dims::{Batch, Latent};
use crate::evaluation::MeasurementContext;
use crate::model::Vae;
use crate::nn::view::elements;
use crate::random::{Purpose, generator};

/// Where latent vectors are drawn from; `eps` is drawn from `N(0, I)`, and `t` is the temperature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// The prior: `t eps`, or of a learned prior `mu_k + t sigma_k eps` of a component drawn at random.
    #[default]
    Prior,
    /// The aggregate posterior, the mean of `q(z|x)` over the training data: `mu(x) + t sigma(x) eps` of a training item drawn at
    /// random.
    Posterior,
    /// The same, of the training items of one class, by its place among the data's.
    Class(u16),
    /// Around a point: `z + t eps`.
    Around,
    /// The point itself, by decoders that are drawn from the distribution of the weights, where they have one: how sure a model is
    /// of what it says there.
    Decoders,
    /// The point's style in every class that the model knows.
    Classes,
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draws {
    /// Where from.
    pub source: Source,
    /// The standard deviation of the noise: 1 as the model has it, less for what is more typical.
    pub temperature: f32,
    /// How many.
    pub count: usize,
    /// The same seed gives the same draws, the first ones whatever the count.
    pub seed: u64,
    /// Whether values are drawn from `p(x|z)`; else its mean is shown.
    pub draws_values: bool,
    /// Whether the nearest training item of each is wanted.
    pub nearest: bool,
    /// Latent vectors that were drawn before, and are decoded before the others.
    pub kept: Vec<Vec<f32>>,
}

/// An item that a model made up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Where it lies.
    pub latent: Vec<f32>,
    /// Its values.
    pub values: Vec<f32>,
    /// The training item that it is most like, where that was asked for and there is one.
    pub nearest: Option<Neighbour>,
}

/// Rows of the generator of each draw: what one row gives, no other depends on. Row 0 is that of [`prior_sample`].
const ITEM_ROW: u64 = 1;
const VALUES_ROW: u64 = 2;
const COMPONENT_ROW: u64 = 4;

/// `count` latent vectors from the prior of `model`, at a temperature: 1 for the prior itself, less for what is more typical, of
/// `N(0, I)` or of the component that each is drawn from. The same seed gives the same draws, the first ones whatever the count.
pub fn draws(model: &Vae, count: usize, temperature: f32, seed: u64) -> Vec<Vec<f32>> {
    let (prior, latent) = (model.prior(), model.architecture().latent);
    let draw = |index: usize| {
        let eps = prior_sample(latent, seed, index as u64);
        let mut generator = generator(seed, Purpose::Exploration, index as u64, COMPONENT_ROW);
        prior.draw(&eps, temperature, &mut generator)
    };
    (0..count).map(draw).collect()
}

/// `count` latent vectors from `N(z, temperature^2 I)`.
fn around(z: &[f32], count: usize, temperature: f32, seed: u64) -> Vec<Vec<f32>> {
    let draw = |index: usize| {
        let eps = prior_sample(z.len(), seed, index as u64);
        attribute::moved(z, &eps, temperature)
    };
    (0..count).map(draw).collect()
}

/// `count` latent vectors from the posteriors of training items drawn at random, of a class or of all; none where there are none.
fn posterior(
    model: &Vae,
    data: &Dataset,
    class: Option<u16>,
    draws: &Draws,
    context: MeasurementContext,
    cancel: &Cancel,
) -> Option<Vec<Vec<f32>>> {
    let members: Vec<usize> = browse::members(&data.train, class).collect();
    if members.is_empty() {
        return Some(Vec::new());
    }
    let chosen = |index: usize| {
        let mut generator = generator(draws.seed, Purpose::Exploration, index as u64, ITEM_ROW);
        members[generator.gen_range(0..members.len())]
    };
    let items: Vec<usize> = (0..draws.count).map(chosen).collect();
    let moments = encoding::posterior_moments(model, &data.train, &items, context, cancel)?;
    let draw = |(index, moments): (usize, Vec<f32>)| {
        let (mean, log_variance) = moments.split_at(moments.len() / 2);
        let eps = prior_sample(mean.len(), draws.seed, index as u64);
        let noise = log_variance
            .iter()
            .zip(eps)
            .map(|(log_variance, eps)| (0.5 * log_variance).exp() * eps);
        attribute::moved(mean, &noise.collect::<Vec<_>>(), draws.temperature)
    };
    Some(moments.into_iter().enumerate().map(draw).collect())
}

/// What is wanted, what was kept first; `z` is the point around which [`Source::Around`] draws. `None` as soon as it is cancelled.
pub fn sample(
    model: &Vae,
    data: &Dataset,
    z: &[f32],
    draws: &Draws,
    context: MeasurementContext,
    cancel: &Cancel,
) -> Option<Vec<Sample>> {
    let Draws {
        count,
        temperature,
        seed,
        ..
    } = *draws;
    let drawn = match draws.source {
        Source::Prior => self::draws(model, count, temperature, seed),
        Source::Around => around(z, count, temperature, seed),
        Source::Posterior => posterior(model, data, None, draws, context, cancel)?,
        Source::Class(class) => posterior(model, data, Some(class), draws, context, cancel)?,
        Source::Decoders => vec![z.to_vec(); count],
        Source::Classes => model.in_every_class(z),
    };
    let latents = [draws.kept.clone(), drawn].concat();
    let values_of = |model: &Vae, latents: &[Vec<f32>]| {
        if draws.draws_values {
            draw_values(model, latents, context.seed, cancel)
        } else {
            traversal::decode(model, latents, cancel)
        }
    };
    let values = if draws.source == Source::Decoders {
        let (kept, drawn) = latents.split_at(draws.kept.len());
        let mut values = values_of(model, kept)?;
        for (draw, z) in (0..).zip(drawn) {
            let decoder = cancel.run(|| model.drawn(seed, draw))?;
            values.extend(values_of(&decoder, std::slice::from_ref(z))?);
        }
        values
    } else {
        values_of(model, &latents)?
    };
    let nearest = if draws.nearest {
        neighbours::nearest(&data.train, &values, 1, cancel)?
    } else {
        vec![Vec::new(); latents.len()]
    };
    let rows = values.chunks_exact(data.train.numbers_per_item.max(1));
    let of_row = |((latent, values), nearest): ((Vec<f32>, &[f32]), Vec<Neighbour>)| Sample {
        latent,
        values: values.to_vec(),
        nearest: nearest.into_iter().next(),
    };
    Some(latents.into_iter().zip(rows).zip(nearest).map(of_row).collect())
}

/// One draw from `p(x|z)` for each of some latent vectors; which one depends on the vector alone, so that what was drawn comes back.
fn draw_values(model: &Vae, latents: &[Vec<f32>], seed: u64, cancel: &Cancel) -> Option<Vec<f32>> {
    if latents.is_empty() {
        return Some(Vec::new());
    }
    let shape = (Batch(latents.len()), Latent(model.architecture().latent));
    let points = Cpu::default().tensor_from_vec(latents.concat(), shape);
    let of_bits = |z: &Vec<f32>| {
        z.iter()
            .fold(0_u64, |bits, z| bits.rotate_left(13) ^ u64::from(z.to_bits()))
    };
    let noise = |row: usize| generator(seed, Purpose::Exploration, of_bits(&latents[row]), VALUES_ROW);
    let values = cancel.run(|| model.decode(points).sample(noise))?;
    Some(elements(&values).to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Binarisation, ItemShape, Split};

    const CONTEXT: MeasurementContext = MeasurementContext {
        seed: 3,
        binarisation: Binarisation::None,
    };

    fn model() -> Vae {
        Vae::small((4, 5, 2), 1)
    }

    /// 20 training items of two classes in turn: the first dark, the second bright.
    fn data() -> Dataset {
        let split = |items: u8| {
            let bytes = (0..items).flat_map(|item| [if item % 2 == 0 { item } else { 255 - item }; 4]);
            Split::of_bytes(
                bytes.collect(),
                (0..items).map(|item| u16::from(item % 2)).collect(),
                4,
            )
        };
        Dataset {
            classes: vec!["dark".into(), "bright".into()],
            ..Dataset::new("two", ItemShape::grey(2, 2), split(20), split(2))
        }
    }

    fn wanted(source: Source) -> Draws {
        Draws {
            source,
            temperature: 1.0,
            count: 3,
            seed: 7,
            draws_values: false,
            nearest: false,
            kept: Vec::new(),
        }
    }

    fn samples(draws: &Draws) -> Vec<Sample> {
        sample(
            &model(),
            &data(),
            &[0.5, -2.0],
            draws,
            CONTEXT,
            &Cancel::default(),
        )
        .expect("nobody cancels")
    }

    #[test]
    fn temperature_scales_the_same_draws() {
        let model = Vae::small((4, 5, 5), 1);
        let (warm, cold) = (draws(&model, 3, 1.0, 7), draws(&model, 4, 0.5, 7));
        for (warm, cold) in warm.iter().zip(&cold) {
            assert!(warm.iter().zip(cold).all(|(warm, cold)| *cold == 0.5 * warm));
        }
        assert_eq!(draws(&model, 2, 0.0, 7), vec![vec![0.0; 5]; 2]);
        assert_ne!(draws(&model, 1, 1.0, 8), draws(&model, 1, 1.0, 7));
    }

    #[test]
    fn without_noise_draws_are_the_point_and_the_posterior_means_of_the_class() {
        let cold = |source| {
            samples(&Draws {
                temperature: 0.0,
                ..wanted(source)
            })
        };
        assert!(
            cold(Source::Around)
                .iter()
                .all(|sample| sample.latent == [0.5, -2.0])
        );
        let means = |class| {
            let items: Vec<usize> = browse::members(&data().train, class).collect();
            encoding::posterior_means(&model(), &data().train, &items, CONTEXT, &Cancel::default())
                .expect("nobody cancels")
        };
        for (source, class) in [(Source::Posterior, None), (Source::Class(1), Some(1))] {
            let means = means(class);
            let is_near = |z: &[f32], mean: &Vec<f32>| z.iter().zip(mean).all(|(a, b)| (a - b).abs() < 1e-6);
            for sample in cold(source) {
                assert!(
                    means.iter().any(|mean| is_near(&sample.latent, mean)),
                    "{source:?}"
                );
            }
        }
        assert!(cold(Source::Class(9)).is_empty());
    }

    #[test]
    fn posterior_noise_has_the_posterior_s_spread() {
        let of_one = Dataset {
            train: data().train.first(1),
            ..data()
        };
        let cancel = Cancel::default();
        let moments = encoding::posterior_moments(&model(), &of_one.train, &[0], CONTEXT, &cancel).unwrap();
        let many = Draws {
            count: 2_000,
            ..wanted(Source::Posterior)
        };
        let samples = sample(&model(), &of_one, &[0.0; 2], &many, CONTEXT, &cancel).unwrap();
        for dimension in 0..2 {
            let (mean, variance) = (moments[0][dimension], moments[0][2 + dimension].exp());
            let squares = samples
                .iter()
                .map(|sample| (sample.latent[dimension] - mean).powi(2));
            let ratio = squares.sum::<f32>() / 2_000.0 / variance;
            // Five standard errors of a variance: 5 sqrt(2 / n).
            assert!((ratio - 1.0).abs() < 0.16, "{ratio}");
        }
    }

    #[test]
    fn what_was_kept_comes_first_and_values_are_drawn_by_the_point_alone() {
        let prior = Draws {
            draws_values: true,
            ..wanted(Source::Prior)
        };
        let first = samples(&prior);
        assert!(
            first
                .iter()
                .all(|sample| sample.values.iter().all(|&value| value == 0.0 || value == 1.0))
        );
        let again = samples(&Draws {
            kept: vec![first[1].latent.clone()],
            seed: 8,
            ..prior.clone()
        });
        assert_eq!((again.len(), &again[0]), (4, &first[1]));
        assert_ne!(again[1].latent, first[0].latent);
    }

    #[test]
    fn each_has_its_nearest_training_item_on_demand() {
        let found = samples(&Draws {
            nearest: true,
            ..wanted(Source::Prior)
        });
        let data = data();
        for sample in found {
            let nearest = sample.nearest.expect("there are training items");
            let mut row = [0.0; 4];
            data.train.fill_row(nearest.item, &mut row);
            assert_eq!(nearest.values, row);
        }
    }

    /// Where weights are Gaussians, every draw is another decoder's answer at the same place; where they are numbers, all agree.
    #[test]
    fn decoders_differ_as_far_as_the_weights_are_unsure() {
        let answers = |model: &Vae| -> Vec<Vec<f32>> {
            let samples = sample(
                model,
                &data(),
                &[0.5, -2.0],
                &wanted(Source::Decoders),
                CONTEXT,
                &Cancel::default(),
            );
            let samples = samples.expect("nobody cancels").into_iter();
            samples
                .map(|sample| {
                    assert_eq!(sample.latent, [0.5, -2.0]);
                    sample.values
                })
                .collect()
        };
        let numbers = answers(&model());
        assert!(numbers.iter().all(|values| *values == numbers[0]));
        let mut spread = model();
        spread.spread_weights();
        let drawn = answers(&spread);
        assert_ne!(drawn[0], drawn[1]);
        assert_eq!(drawn, answers(&spread), "the same seed draws the same decoders");
        let apart = drawn[0].iter().zip(&numbers[0]).map(|(a, b)| (a - b).abs());
        assert!(
            apart.fold(0.0, f32::max) < 0.2,
            "a standard deviation of 0.03 moves little"
        );
    }
}
