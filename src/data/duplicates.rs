//! Items that are there more than once: what is measured on items that are trained on says less than it seems to.

use std::hash::{DefaultHasher, Hasher};

use serde::Serialize;

use super::{Dataset, Split};

/// Items that have exactly the values of another. Two are taken for the same where a hash of 64 bits is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Duplicates {
    /// Training items that repeat an earlier one.
    pub within_train: usize,
    /// Items of the test set that repeat an earlier one.
    pub within_test: usize,
    /// Items of the test set that are trained on.
    pub in_both: usize,
}

/// How many items of `data` are there more than once.
pub fn of(data: &Dataset) -> Duplicates {
    let as_bytes = [&data.train, &data.test]
        .into_iter()
        .all(|split| split.values.are_bytes());
    let hashes = |split: &Split| {
        let mut hashes: Vec<u64> = (0..split.points())
            .map(|index| {
                let mut hasher = DefaultHasher::new();
                split.raw(index, as_bytes, |bytes| hasher.write(bytes));
                hasher.finish()
            })
            .collect();
        hashes.sort_unstable();
        hashes
    };
    let (train, test) = (hashes(&data.train), hashes(&data.test));
    let repeats = |hashes: &[u64]| hashes.windows(2).filter(|pair| pair[0] == pair[1]).count();
    let is_trained_on = |hash: &&u64| train.binary_search(hash).is_ok();
    Duplicates {
        within_train: repeats(&train),
        within_test: repeats(&test),
        in_both: test.iter().filter(is_trained_on).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ItemShape;

    #[test]
    fn what_is_there_again_is_counted() {
        let split = |items: &[[u8; 2]]| Split::of_bytes(items.concat(), Vec::new(), 2);
        let train = split(&[[1, 2], [3, 4], [1, 2], [9, 9]]);
        let test = split(&[[1, 2], [2, 1], [1, 2], [9, 9], [0, 0]]);
        let data = Dataset::new("any", ItemShape::Vector { features: 2 }, train, test);
        let expected = Duplicates {
            within_train: 1,
            within_test: 1,
            in_both: 3,
        };
        assert_eq!(of(&data), expected);
    }
}
