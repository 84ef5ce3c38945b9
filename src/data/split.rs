//! One part of a data set: which items it has, and each as the numbers that a model sees.

use std::sync::Arc;

use super::scaling::Scaling;
use super::values::Values;
use crate::kernels;

/// The items of one part of a data set. Both parts of one file share its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    pub(super) values: Arc<Values>,
    pub(super) items: Items,
    pub(super) scaling: Arc<Scaling>,
    /// The place of every item's class in [`Dataset::classes`](super::Dataset::classes), or none at all.
    pub labels: Vec<u16>,
    /// Steps of every sequence; empty where items are no sequences.
    pub lengths: Vec<usize>,
    /// Steps of an item with its padding; 0 where items are no sequences.
    pub longest: usize,
    /// Numbers of one item.
    pub numbers_per_item: usize,
}

/// Which items of a file belong to a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Items {
    /// So many from the first on, of which `first` come before.
    Range { first: usize, count: usize },
    /// Of so many, every `every`th.
    Every { every: usize, of: usize },
    /// Of so many, all but every `every`th.
    AllButEvery { every: usize, of: usize },
    /// Those, in ascending order.
    List(Vec<u32>),
}

impl Items {
    /// The first `count`.
    pub(super) fn all(count: usize) -> Self {
        Self::Range { first: 0, count }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Range { count, .. } => *count,
            Self::Every { every, of } => of / every,
            Self::AllButEvery { every, of } => of - of / every,
            Self::List(items) => items.len(),
        }
    }

    /// The item of the file that stands at `place` of this part.
    pub(super) fn item(&self, place: usize) -> usize {
        match self {
            Self::Range { first, .. } => first + place,
            Self::Every { every, .. } => every * (place + 1) - 1,
            Self::AllButEvery { every, .. } => place + place / (every - 1),
            Self::List(items) => items[place] as usize,
        }
    }

    /// Every item of the file that belongs to it, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).map(|place| self.item(place))
    }

    /// The members of this part in a list of one entry per item of the file; an empty list stays empty.
    pub(super) fn of<T: Clone>(&self, all: &[T]) -> Vec<T> {
        if all.is_empty() {
            return Vec::new();
        }
        self.iter().map(|item| all[item].clone()).collect()
    }
}

impl Split {
    /// Items of bytes, one after the other, with the class of each or without classes; 255 is 1.
    pub fn of_bytes(bytes: Vec<u8>, labels: Vec<u16>, numbers_per_item: usize) -> Self {
        let items = Items::all(bytes.len() / numbers_per_item.max(1));
        Self {
            values: Arc::new(Values::Bytes(bytes)),
            items,
            scaling: Arc::new(Scaling::Bytes),
            labels,
            lengths: Vec::new(),
            longest: 0,
            numbers_per_item,
        }
    }

    /// Items of any numbers, one after the other, as they are.
    pub fn of_floats(floats: Vec<f32>, labels: Vec<u16>, numbers_per_item: usize) -> Self {
        let items = Items::all(floats.len() / numbers_per_item.max(1));
        Self {
            values: Arc::new(Values::Floats(floats)),
            items,
            scaling: Arc::new(Scaling::none()),
            labels,
            lengths: Vec::new(),
            longest: 0,
            numbers_per_item,
        }
    }

    /// How many data points there are.
    pub fn points(&self) -> usize {
        self.items.len()
    }

    /// The numbers that item `index` has before its padding: all but those of the steps that a shorter sequence lacks.
    pub fn numbers_of(&self, index: usize) -> usize {
        match (self.lengths.get(index), self.longest) {
            (Some(&length), longest @ 1..) => self.numbers_per_item / longest * length,
            _ => self.numbers_per_item,
        }
    }

    /// The steps of the first `points` sequences together, without their padding; none where items have no steps.
    pub fn steps_of(&self, points: usize) -> Option<usize> {
        let steps = |lengths: &[usize]| lengths.iter().take(points).sum();
        match (self.longest, &self.lengths[..]) {
            (0, _) => None,
            (longest, []) => Some(longest * points.min(self.points())),
            (_, lengths) => Some(steps(lengths)),
        }
    }

    /// The mean over the first `points` sequences of a number of nats as nats per time step: their sum divided by all their steps, without
    /// padding; none where items have no steps.
    pub fn per_step(&self, mean: f64, points: usize) -> Option<f64> {
        Some(mean * points as f64 / self.steps_of(points)? as f64)
    }

    /// Writes item `index` to `row` as the model's `x`: bytes as `x / 255`, other values as the scaling has them.
    pub fn fill_row(&self, index: usize, row: &mut [f32]) {
        let item = self.items.item(index);
        if let (Values::Bytes(bytes), Scaling::Bytes) = (&*self.values, &*self.scaling) {
            let bytes = &bytes[item * self.numbers_per_item..][..self.numbers_per_item];
            return kernels::u8_to_unit(bytes, row);
        }
        self.values.fill(item, row);
        self.scaling.apply(row);
    }

    /// Says which items will be read soon: values that stay in their file are fetched meanwhile.
    pub fn announce(&self, indices: impl Iterator<Item = usize>) {
        self.values.announce(indices.map(|index| self.items.item(index)));
    }

    /// The values of item `index` as the data has them: what is shown and written.
    pub fn shown(&self, index: usize) -> Vec<f32> {
        let mut row = vec![0.0; self.numbers_per_item];
        self.values.fill(self.items.item(index), &mut row);
        self.scaling.fill_in(&mut row);
        row
    }

    /// The place of the class of item `index` in [`Dataset::classes`](super::Dataset::classes), where the data has labels.
    pub fn label(&self, index: usize) -> Option<u16> {
        self.labels.get(index).copied()
    }

    /// Why an item could not be read since the data was opened, where its values stay in their file.
    pub fn fault(&self) -> Option<&str> {
        self.values.fault()
    }

    /// Hands over the values of item `index` as bytes: one for each value where `as_bytes` says that all are whole numbers
    /// up to 255, else the four of a float, the least significant first.
    pub(super) fn raw(&self, index: usize, as_bytes: bool, take: impl FnOnce(&[u8])) {
        let (item, numbers) = (self.items.item(index), self.numbers_per_item);
        if let (Values::Bytes(bytes), true) = (&*self.values, as_bytes) {
            return take(&bytes[item * numbers..][..numbers]);
        }
        let mut row = vec![0.0; numbers];
        self.values.fill(item, &mut row);
        let bytes: Vec<u8> = if as_bytes {
            row.iter().map(|&value| value as u8).collect()
        } else {
            row.iter().flat_map(|value| value.to_le_bytes()).collect()
        };
        take(&bytes);
    }

    /// The first `count` items, or all where there are fewer.
    pub fn first(&self, count: usize) -> Self {
        let count = count.min(self.points());
        let kept = |length: usize| length.min(count);
        Self {
            items: Items::List(self.items.iter().take(count).map(|item| item as u32).collect()),
            labels: self.labels[..kept(self.labels.len())].to_vec(),
            lengths: self.lengths[..kept(self.lengths.len())].to_vec(),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_the_items_that_they_say() {
        let items = |items: Items| items.iter().collect::<Vec<_>>();
        assert_eq!(items(Items::Every { every: 3, of: 8 }), [2, 5]);
        assert_eq!(items(Items::AllButEvery { every: 3, of: 8 }), [0, 1, 3, 4, 6, 7]);
        assert_eq!(items(Items::Range { first: 4, count: 2 }), [4, 5]);
        assert_eq!(Items::List(vec![1, 3]).of(&['a', 'b', 'c', 'd']), ['b', 'd']);
    }

    #[test]
    fn bytes_are_shares_of_255_and_shown_as_they_are() {
        let split = Split::of_bytes(vec![0, 51, 255, 1], Vec::new(), 2);
        let mut row = [0.5; 2];
        split.fill_row(0, &mut row);
        assert_eq!(row, [0.0, 0.2]);
        assert_eq!((split.points(), split.shown(1)), (2, vec![255.0, 1.0]));
        assert_eq!(split.first(1).shown(0), [0.0, 51.0]);
    }
}
