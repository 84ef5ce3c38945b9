//! What a person wants to know of data before training on it.

use serde::Serialize;

use super::duplicates::{self, Duplicates};
use super::statistics::Statistics;
use super::{Dataset, Part};

/// A data set in numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Description {
    /// What items are: images, vectors or sequences.
    pub kind: &'static str,
    /// The size of an item, as `--shape` takes it.
    pub shape: String,
    /// Items to train on.
    pub train_items: usize,
    /// Held-out items.
    pub test_items: usize,
    /// The least and the largest value of the training items, as the data has them.
    pub range: (f32, f32),
    /// Whether all values are whole numbers up to 255.
    pub are_bytes: bool,
    /// The places of the numbers that are the same in every training item.
    pub constant: Vec<usize>,
    /// Every class with its items in each part; empty where the data has no labels.
    pub classes: Vec<Class>,
    /// The fewest and the most steps of a sequence, where items are sequences.
    pub lengths: Option<(usize, usize)>,
    /// Items that are there more than once.
    pub duplicates: Duplicates,
}

/// A class and how many items it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Items to train on.
    pub train_items: usize,
    /// Held-out items.
    pub test_items: usize,
}

impl Description {
    /// Of all items of `data`; every item is read twice.
    pub fn of(data: &Dataset) -> Self {
        let mut statistics = Statistics::new(data.shape.numbers());
        for index in 0..data.train.points() {
            statistics.take_in(&data.train.shown(index));
        }
        let (least, largest) = statistics.range();
        let constant = statistics.features().enumerate();
        let constant = constant.filter(|(_, feature)| feature.least >= feature.largest);
        let lengths = data.train.lengths.iter().chain(&data.test.lengths).copied();
        Self {
            kind: data.shape.noun(),
            shape: data.shape.typed(),
            train_items: data.train.points(),
            test_items: data.test.points(),
            range: (least as f32, largest as f32),
            are_bytes: data.counts_per_unit() == f32::from(u8::MAX),
            constant: constant.map(|(place, _)| place).collect(),
            classes: classes(data),
            lengths: lengths.clone().min().zip(lengths.max()),
            duplicates: duplicates::of(data),
        }
    }
}

fn classes(data: &Dataset) -> Vec<Class> {
    let count = |part: Part| {
        let mut counts = vec![0; data.classes.len()];
        for &class in &data.split(part).labels {
            counts[usize::from(class)] += 1;
        }
        counts
    };
    let counts = count(Part::Train).into_iter().zip(count(Part::Test));
    let classes = data.classes.iter().zip(counts);
    classes
        .map(|(name, (train_items, test_items))| Class {
            name: name.clone(),
            train_items,
            test_items,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{ItemShape, Split};

    #[test]
    fn a_description_counts_what_is_there() {
        let train = Split::of_bytes(vec![1, 7, 3, 7, 1, 7], vec![0, 1, 0], 2);
        let test = Split::of_bytes(vec![1, 7, 9, 9], vec![1, 1], 2);
        let mut data = Dataset::new("any", ItemShape::Vector { features: 2 }, train, test);
        data.classes = vec!["a".into(), "b".into()];
        let description = Description::of(&data);
        assert_eq!((description.train_items, description.test_items), (3, 2));
        assert_eq!((description.range, description.are_bytes), ((1.0, 7.0), true));
        assert_eq!(description.constant, [1]);
        let counts = |class: &Class| (class.train_items, class.test_items);
        assert_eq!(
            description.classes.iter().map(counts).collect::<Vec<_>>(),
            [(2, 0), (1, 2)]
        );
        assert_eq!(
            description.duplicates,
            Duplicates {
                within_train: 1,
                within_test: 0,
                in_both: 1
            }
        );
        assert_eq!(description.lengths, None);
    }
}
