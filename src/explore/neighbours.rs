//! The training items that something is most like.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cancel::Cancel;
use crate::data::Split;

/// Items that are searched at most: so many are compared in some tenths of a second, and among more the nearest is hardly nearer.
pub const MOST_SEARCHED: usize = 10_000;

/// Items that one thread compares before it looks whether it is cancelled.
const BLOCK: usize = 100;

/// An item of a split that is near to something.
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

/// The `count` nearest items of a split to each row of `rows`, the nearest first, by the Euclidean distance of their values, on the
/// threads of the pool it is called in: of all its items, or of [`MOST_SEARCHED`] that are spread evenly over it. Fewer where the
/// split has fewer; `None` as soon as it is cancelled.
pub fn nearest(split: &Split, rows: &[f32], count: usize, cancel: &Cancel) -> Option<Vec<Vec<Neighbour>>> {
    let width = split.numbers_per_item.max(1);
    let rows: Vec<&[f32]> = rows.chunks_exact(width).collect();
    let among = searched(split.points());
    let items: Vec<usize> = (0..among).map(|place| place * split.points() / among).collect();
    let none = || vec![Nearest::new(count); rows.len()];
    let of_block = |items: &[usize]| {
        let mut found = none();
        let mut values = vec![0.0; split.numbers_per_item];
        for &item in items {
            split.fill_row(item, &mut values);
            for (found, row) in found.iter_mut().zip(&rows) {
                found.take(squared_distance(row, &values), item);
            }
        }
        (!cancel.is_cancelled()).then_some(found)
    };
    let blocks: Option<Vec<Vec<Nearest>>> = items.par_chunks(BLOCK).map(of_block).collect();
    let mut found = none();
    for block in blocks? {
        for (found, of_block) in found.iter_mut().zip(block) {
            for (squared, item) in of_block.items {
                found.take(squared, item);
            }
        }
    }
    let neighbour = |(squared, item): (f32, usize)| {
        let mut values = vec![0.0; split.numbers_per_item];
        split.fill_row(item, &mut values);
        Neighbour {
            item,
            values,
            distance: squared.sqrt(),
        }
    };
    let of_row = |found: Nearest| found.items.into_iter().map(neighbour).collect();
    Some(found.into_iter().map(of_row).collect())
}

/// The nearest items so far.
#[derive(Clone)]
struct Nearest {
    /// How many are wanted.
    count: usize,
    /// The square of the distance of each, the nearest first.
    items: Vec<(f32, usize)>,
}

impl Nearest {
    fn new(count: usize) -> Self {
        let items = Vec::new();
        Self { count, items }
    }

    /// Takes an item that is nearer than another, or for which there is room; of equal ones the first stays in front. What has no
    /// distance is never near.
    fn take(&mut self, squared: f32, item: usize) {
        let is_full = self.items.len() >= self.count;
        let farthest = self.items.last().map_or(f32::INFINITY, |&(farthest, _)| farthest);
        if squared.is_nan() || self.count == 0 || is_full && squared >= farthest {
            return;
        }
        self.items.truncate(self.count - 1);
        let place = self.items.partition_point(|&(nearer, _)| nearer <= squared);
        self.items.insert(place, (squared, item));
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
        let found = nearest(&split, &rows, 3, &Cancel::default()).expect("nobody cancels");
        let items = found
            .iter()
            .map(|row| row.iter().map(|found| found.item).collect::<Vec<_>>());
        assert!(
            items.eq([vec![7, 8, 6], vec![0, 1, 2], vec![299, 298, 297]]),
            "{found:?}"
        );
        let first = &found[0][0];
        assert!((first.distance - 0.4 * 11.0_f32.sqrt()).abs() < 1e-4);
        assert_eq!(first.values, [7.0; 11]);
        let all = nearest(&split, &rows, 1_000, &Cancel::default()).expect("nobody cancels");
        assert_eq!(all[0].len(), 300);
        let none = nearest(&split.first(0), &rows, 1, &Cancel::default()).expect("nobody cancels");
        assert_eq!(none, vec![Vec::new(); 3]);
        let cancel = Cancel::default();
        cancel.cancel();
        assert_eq!(nearest(&split, &rows, 1, &cancel), None);
    }

    #[test]
    fn of_many_items_some_from_everywhere_are_searched() {
        let split = Split::of_floats((0..35_000).map(|item| item as f32).collect(), Vec::new(), 1);
        let rows = [0.0, 17_000.2, 34_999.0];
        let found = nearest(&split, &rows, 1, &Cancel::default()).expect("nobody cancels");
        for (found, exact) in found.iter().flatten().zip([0, 17_000, 34_999]) {
            assert!(found.item.abs_diff(exact) <= 4, "{}", found.item);
        }
        assert_eq!((searched(35_000), searched(9)), (MOST_SEARCHED, 9));
    }
}
