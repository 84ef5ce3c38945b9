//! The training items that something is most like.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cancel::Cancel;
use crate::data::Split;

/// Items that are searched at most: so many are compared in some tenths of a second, and among more the nearest is hardly nearer.
pub const MOST_SEARCHED: usize = 10_000;

/// Items that one thread compares before it looks whether it is cancelled.
const BLOCK: usize = 100;

/// The item of a split that is nearest to something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    /// Its place in the split.
    pub item: usize,
    /// Its values as a model reads them, before any is drawn anew.
    pub values: Vec<f32>,
    /// The Euclidean distance of the values.
    pub distance: f32,
}

/// How many of so many items are searched.
pub fn searched(items: usize) -> usize {
    items.min(MOST_SEARCHED)
}

/// The nearest item of a split to each row of `rows`, by the Euclidean distance of their values, on the threads of the pool it is
/// called in: of all its items, or of [`MOST_SEARCHED`] that are spread evenly over it. No neighbour where the split is empty;
/// `None` as soon as it is cancelled.
pub fn nearest(split: &Split, rows: &[f32], cancel: &Cancel) -> Option<Vec<Option<Neighbour>>> {
    let width = split.numbers_per_item.max(1);
    let rows: Vec<&[f32]> = rows.chunks_exact(width).collect();
    let count = searched(split.points());
    let items: Vec<usize> = (0..count)
        .map(|place| place * split.points() / count.max(1))
        .collect();
    let of_block = |items: &[usize]| {
        let mut best = vec![Best::NONE; rows.len()];
        let mut values = vec![0.0; split.numbers_per_item];
        for &item in items {
            split.fill_row(item, &mut values);
            for (best, row) in best.iter_mut().zip(&rows) {
                best.take(Best {
                    squared: squared_distance(row, &values),
                    item: Some(item),
                });
            }
        }
        (!cancel.is_cancelled()).then_some(best)
    };
    let blocks: Option<Vec<Vec<Best>>> = items.par_chunks(BLOCK).map(of_block).collect();
    let mut best = vec![Best::NONE; rows.len()];
    for block in blocks? {
        for (best, of_block) in best.iter_mut().zip(block) {
            best.take(of_block);
        }
    }
    let neighbour = |Best { squared, item }: Best| {
        let item = item?;
        let mut values = vec![0.0; split.numbers_per_item];
        split.fill_row(item, &mut values);
        let distance = squared.sqrt();
        Some(Neighbour {
            item,
            values,
            distance,
        })
    };
    Some(best.into_iter().map(neighbour).collect())
}

/// The nearest item so far.
#[derive(Clone, Copy)]
struct Best {
    /// The square of its distance.
    squared: f32,
    /// None before the first that has a distance.
    item: Option<usize>,
}

impl Best {
    const NONE: Self = Self {
        squared: f32::INFINITY,
        item: None,
    };

    /// Takes another in its place that is nearer; of equal ones the first stays.
    fn take(&mut self, other: Self) {
        if other.squared < self.squared {
            *self = other;
        }
    }
}

/// `sum (a - b)^2`, in eight sums side by side, which a processor adds at once.
fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 8;
    let mut sums = [0.0_f32; LANES];
    let (a, b) = (a.chunks(LANES), b.chunks(LANES));
    for (a, b) in a.zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += (a - b) * (a - b);
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_item_is_found_with_its_distance() {
        // 300 items of 11 values: item i is i everywhere.
        let split = Split::of_floats((0..300 * 11).map(|at| (at / 11) as f32).collect(), Vec::new(), 11);
        let rows = [vec![7.4_f32; 11], vec![-3.0; 11], vec![1_000.0; 11]].concat();
        let found = nearest(&split, &rows, &Cancel::default()).expect("nobody cancels");
        let items: Vec<usize> = found.iter().flatten().map(|found| found.item).collect();
        assert_eq!(items, [7, 0, 299]);
        let first = found[0].as_ref().expect("there are items");
        assert!((first.distance - 0.4 * 11.0_f32.sqrt()).abs() < 1e-4);
        assert_eq!(first.values, [7.0; 11]);
        let none = nearest(&split.first(0), &rows, &Cancel::default()).expect("nobody cancels");
        assert_eq!(none, [None, None, None]);
        let cancel = Cancel::default();
        cancel.cancel();
        assert_eq!(nearest(&split, &rows, &cancel), None);
    }

    #[test]
    fn of_many_items_some_from_everywhere_are_searched() {
        let split = Split::of_floats((0..35_000).map(|item| item as f32).collect(), Vec::new(), 1);
        let found = nearest(&split, &[0.0, 17_000.2, 34_999.0], &Cancel::default()).expect("nobody cancels");
        for (found, exact) in found.iter().flatten().zip([0, 17_000, 34_999]) {
            assert!(found.item.abs_diff(exact) <= 4, "{}", found.item);
        }
        assert_eq!((searched(35_000), searched(9)), (MOST_SEARCHED, 9));
    }
}
