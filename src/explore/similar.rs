//! The items of a split that are most like some values.

use rayon::prelude::*;

use crate::cancel::Cancel;
use crate::data::Split;

/// Items that are looked at, evenly spread where there are more.
const MOST_ITEMS: usize = 10_000;
/// Numbers that are compared at most.
const MOST_NUMBERS: usize = 1 << 24;
/// Items that one thread looks at between two looks at the wish to end.
const BLOCK: usize = 100;

/// The `count` items nearest to `values` by the Euclidean distance of their values, the nearest first, among [`MOST_ITEMS`] at most
/// and fewer of large items; on the threads of the pool it is called in. `None` as soon as it is cancelled.
pub fn similar(split: &Split, values: &[f32], count: usize, cancel: &Cancel) -> Option<Vec<usize>> {
    let all = split.points();
    let looked_at = all.min(MOST_ITEMS).min(MOST_NUMBERS / values.len().max(1) + 1);
    let items: Vec<usize> = (0..looked_at).map(|place| place * all / looked_at).collect();
    let of_block = |items: &[usize]| {
        if cancel.is_cancelled() {
            return None;
        }
        let mut row = vec![0.0; split.numbers_per_item];
        let distance = |&item: &usize| {
            split.fill_row(item, &mut row);
            let squares = row.iter().zip(values).map(|(a, b)| (a - b) * (a - b));
            (squares.sum::<f32>(), item)
        };
        Some(items.iter().map(distance).collect())
    };
    let blocks: Option<Vec<Vec<(f32, usize)>>> = items.par_chunks(BLOCK).map(of_block).collect();
    let mut found: Vec<(f32, usize)> = blocks?.concat();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    Some(found.into_iter().take(count).map(|(_, item)| item).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_nearest_to_itself_and_then_to_its_neighbours() {
        let bytes = (0..=255_u8).flat_map(|item| [item, 255 - item, 7]).collect();
        let split = Split::of_bytes(bytes, Vec::new(), 3);
        let mut values = vec![0.0; 3];
        split.fill_row(90, &mut values);
        let cancel = Cancel::default();
        let found = similar(&split, &values, 3, &cancel).unwrap();
        assert_eq!(found[0], 90);
        assert!(found[1..] == [89, 91] || found[1..] == [91, 89], "{found:?}");
        assert_eq!(similar(&split, &values, 1_000, &cancel).unwrap().len(), 256);
        cancel.cancel();
        assert_eq!(similar(&split, &values, 3, &cancel), None);
        let empty = Split::of_bytes(Vec::new(), Vec::new(), 3);
        assert_eq!(similar(&empty, &values, 3, &Cancel::default()), Some(Vec::new()));
    }
}
