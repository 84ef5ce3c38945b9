//! Learning with classes that are known of some data points only (model M2 of Kingma et al. 2014): the gradient on one shard of a
//! minibatch.
//!
//! Every step sees a minibatch as any other learner does, whose classes it does not look at, and as many labelled points, drawn from
//! those that have a label. The bounds of these count as they would if each were seen once an epoch; the classifier's term counts
//! `alpha` a data point, as in the publication.

use dfdx::prelude::*;
use rand::Rng;
use rand::seq::SliceRandom;

use super::StepContext;
use super::shard::{Shard, ShardGradient, images};
use crate::data::Split;
use crate::dims::Style;
use crate::nn::view::elements;
use crate::objective::semi_supervised::{Labelled, negative};
use crate::random::{Purpose, generator};

/// The labels that learning sees, and what they count.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// Places of labelled training points with their classes.
    pub known: Vec<(usize, usize)>,
    /// The `alpha` of the classifier's term, per data point.
    pub alpha: f32,
    /// Training points of an epoch.
    pub points: usize,
}

impl Labels {
    /// `count` of the labels of `points`, as many of each class as there are, chosen by the seed; all where no number is given.
    pub fn chosen(split: &Split, points: &[u32], count: Option<usize>, seed: u64) -> Vec<(usize, usize)> {
        let with_label = points.iter().filter_map(|&point| {
            let class = split.label(point as usize)?;
            Some((point as usize, usize::from(class)))
        });
        let mut all: Vec<(usize, usize)> = with_label.collect();
        let Some(count) = count else { return all };
        all.shuffle(&mut generator(seed, Purpose::Labels, 0, 0));
        // The first of every class, then the second of every class, and so on.
        let mut of_classes = vec![0_usize; all.iter().map(|(_, class)| class + 1).max().unwrap_or(0)];
        let mut ranked: Vec<(usize, (usize, usize))> = all
            .into_iter()
            .map(|point| {
                of_classes[point.1] += 1;
                (of_classes[point.1], point)
            })
            .collect();
        ranked.sort_by_key(|&(rank, (_, class))| (rank, class));
        ranked.truncate(count);
        ranked.into_iter().map(|(_, point)| point).collect()
    }
}

/// The gradient of the negative objective, summed over the shard, and the terms of the bound on its unlabelled points.
pub fn gradient(shard: &Shard, context: StepContext, labels: &Labels) -> ShardGradient {
    let Shard { model, device, .. } = *shard;
    let x = shard.images(context);
    let rows = shard.first_row..shard.first_row + shard.indices.len();
    let drawn: Vec<(usize, usize)> = rows
        .clone()
        .map(|row| {
            let mut generator = generator(context.seed, Purpose::Labels, context.step + 1, row as u64);
            labels.known[generator.gen_range(0..labels.known.len())]
        })
        .collect();
    let (indices, classes): (Vec<usize>, Vec<usize>) = drawn.into_iter().unzip();
    let known = images(model, device, shard.split, &indices, context);
    let labelled = Labelled {
        x: &known,
        classes: &classes,
        bound_weight: labels.known.len() as f32 / labels.points as f32,
        classifier_weight: labels.alpha,
    };
    let architecture = model.architecture();
    let style = architecture.latent - architecture.classes;
    let noise = shard.noise_of(context, architecture.classes + 1, Style(style));
    let (loss, terms, _) = negative(model, &x, &labelled, elements(&noise), Gradients::leaky());
    (loss.backward(), terms)
}

#[cfg(test)]
mod tests {
    use super::super::{Configuration, Method, Training, Workers};
    use super::*;
    use crate::cancel::Cancel;
    use crate::data::{Dataset, ItemShape, Part};
    use crate::evaluation::classification::predictions;

    /// Items of two classes, bright on the left or on the right; every third pixel says nothing.
    fn data(points: usize) -> Dataset {
        let split = |points: usize, of: usize| {
            let pixel = move |place: usize| {
                let (item, pixel) = (place / 8, place % 8);
                let noise = (item * 31 + pixel * 17 + of) % 100;
                let is_bright = pixel % 3 == 2 || (pixel < 4) == (item % 2 == 0);
                (if is_bright { 155 + noise } else { noise }) as u8
            };
            Split::of_bytes(
                (0..points * 8).map(pixel).collect(),
                (0..points).map(|item| (item % 2) as u16).collect(),
                8,
            )
        };
        Dataset {
            classes: vec!["left".into(), "right".into()],
            ..Dataset::new("sides", ItemShape::grey(2, 4), split(points, 0), split(40, 50))
        }
    }

    fn configuration() -> Configuration {
        Configuration {
            method: Method::M2,
            data: "sides".into(),
            hidden: 8.into(),
            latent: 4,
            labels: Some(2),
            batch: 20,
            learning_rate: 1e-2,
            threads: 2,
            ..Configuration::default()
        }
    }

    #[test]
    fn labels_are_as_many_of_each_class_and_the_seeds() {
        let data = data(50);
        let points: Vec<u32> = (0..50).collect();
        let chosen = |count, seed| Labels::chosen(&data.train, &points, Some(count), seed);
        for count in [2, 10, 50] {
            let labels = chosen(count, 1);
            let of_first = labels.iter().filter(|(_, class)| *class == 0).count();
            assert_eq!((labels.len(), of_first), (count, count / 2));
            assert!(labels.iter().all(|&(point, class)| point % 2 == class));
        }
        assert_ne!(chosen(10, 1), chosen(10, 2));
        assert_eq!(Labels::chosen(&data.train, &points, None, 1).len(), 50);
    }

    #[test]
    fn two_labels_tell_two_sides_apart_and_the_bound_rises() {
        let data = data(200);
        let mut training = Training::new(configuration(), &data);
        let workers = Workers::new(2).expect("threads");
        let mut terms = Vec::new();
        for _ in 0..150 {
            let report = training.step(&data, &workers, &Cancel::default());
            terms.push(report.expect("a finite loss").terms.lower_bound());
        }
        let mean = |terms: &[f64]| terms.iter().sum::<f64>() / terms.len() as f64;
        assert!(mean(&terms[130..]) > mean(&terms[..20]) + 0.5, "{terms:?}");
        let items: Vec<usize> = (0..40).collect();
        let context = training.noise();
        let said = predictions(&training.model, &data.test, &items, context, &Cancel::default());
        let said = said.expect("a model with classes");
        let wrong = (0..40).filter(|&item| said[item] != usize::from(data.test.label(item).unwrap_or(9)));
        assert!(wrong.count() <= 2, "{said:?}");
    }

    #[test]
    fn what_is_missing_is_said_in_a_sentence() {
        let without_labels = Dataset::new(
            "none",
            ItemShape::grey(2, 4),
            data(20).train.first(0),
            data(20).test,
        );
        let labelled = data(20);
        let said = |configuration: Configuration, data: &Dataset| {
            configuration
                .check_classes(data)
                .expect_err("something is missing")
                .to_string()
        };
        assert!(said(configuration(), &without_labels).contains("no labels"));
        let one = Configuration {
            labels: Some(1),
            ..configuration()
        };
        assert!(said(one, &labelled).contains("labels is 1, but must be at least 2"));
        let narrow = Configuration {
            latent: 2,
            ..configuration()
        };
        assert!(said(narrow, &labelled).contains("latent is 2, but must be more than the 2 classes"));
        assert!(configuration().check_classes(&labelled).is_ok());
        let heavy = Configuration {
            kl_weight: 4.0,
            ..configuration()
        };
        let refused = heavy.check().expect_err("m2 has the plain bound").to_string();
        assert!(refused.contains("another one for a weighed KL term"), "{refused}");
        assert_eq!(labelled.class(Part::Test, 1), Some("right"));
    }
}
