//! Items that stand in both parts of a data set: what is measured on them says less than it seems to.

use std::hash::{DefaultHasher, Hasher};

use super::{Dataset, Split};

/// How many items of the test set have exactly the values of an item that is trained on. Two items are taken for the same
/// where a hash of 64 bits is.
pub fn in_both_parts(data: &Dataset) -> usize {
    let as_bytes = [&data.train, &data.test]
        .into_iter()
        .all(|split| split.values.are_bytes());
    let hash = |split: &Split, index: usize| {
        let mut hasher = DefaultHasher::new();
        split.raw(index, as_bytes, |bytes| hasher.write(bytes));
        hasher.finish()
    };
    let mut test: Vec<(u64, bool)> = (0..data.test.points())
        .map(|index| (hash(&data.test, index), false))
        .collect();
    test.sort_unstable();
    for index in 0..data.train.points() {
        let found = hash(&data.train, index);
        let first = test.partition_point(|&(hash, _)| hash < found);
        let same = test[first..].iter_mut().take_while(|(hash, _)| *hash == found);
        // Those that were seen before are marked already, and so are those behind them.
        for (_, is_seen) in same.take_while(|(_, is_seen)| !*is_seen) {
            *is_seen = true;
        }
    }
    test.iter().filter(|(_, is_seen)| *is_seen).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ItemShape;

    #[test]
    fn every_test_item_that_is_trained_on_is_counted_once() {
        let split = |items: &[[u8; 2]]| Split::of_bytes(items.concat(), Vec::new(), 2);
        let train = split(&[[1, 2], [3, 4], [1, 2], [9, 9]]);
        let test = split(&[[1, 2], [2, 1], [1, 2], [9, 9], [0, 0]]);
        let data = Dataset::new("any", ItemShape::Vector { features: 2 }, train, test);
        assert_eq!(in_both_parts(&data), 3);
    }
}
