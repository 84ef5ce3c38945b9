//! Which items a run is trained and measured on: enough to notice when they are others, and to say how.

use std::fmt::{Display, Formatter};

use serde::{Deserialize, Serialize};

use super::values::Values;
use super::{Dataset, ItemShape, Part, Split};

/// Items of values that stay in their file of which a checksum is made, evenly spread; the first and the last are among
/// them.
const SAMPLED: usize = 4_096;

/// What a data set is known by: a checksum of each part, and beside it what a person can see of them.
///
/// A checksum is the CRC-32 of the size of an item's picture, of the number of items and of their values: bytes as they
/// are, other values as floats. Where values stay in their file, it is of 4 096 items of the part, evenly spread, so that
/// no start has to read all of a large file: a change between them is not noticed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataIdentity {
    /// The checksum of the items that are trained on.
    pub train: u32,
    /// That of the held-out items.
    pub test: u32,
    /// Whether the checksums are of some of the items only.
    #[serde(default)]
    pub is_sampled: bool,
    /// The shape of an item; sessions written before did not say.
    #[serde(default)]
    pub shape: Option<ItemShape>,
    /// Items of both parts; sessions written before did not say.
    #[serde(default)]
    pub counts: Option<[usize; 2]>,
}

impl DataIdentity {
    /// The identity of `data`.
    pub fn of(data: &Dataset) -> Self {
        let is_sampled = [&data.train, &data.test].into_iter().any(is_stored);
        Self::made(data, is_sampled)
    }

    /// The identity of `data`, with checksums of as much of it as this one's are.
    pub fn likewise(&self, data: &Dataset) -> Self {
        Self::made(data, self.is_sampled)
    }

    fn made(data: &Dataset, is_sampled: bool) -> Self {
        Self {
            train: checksum(data.shape, &data.train, is_sampled),
            test: checksum(data.shape, &data.test, is_sampled),
            is_sampled,
            shape: Some(data.shape),
            counts: Some([data.train.points(), data.test.points()]),
        }
    }

    /// The parts whose checksums differ.
    pub fn differences(&self, other: &Self) -> Vec<Part> {
        let differs = |part: &Part| match part {
            Part::Train => self.train != other.train,
            Part::Test => self.test != other.test,
        };
        Part::BOTH.into_iter().filter(differs).collect()
    }
}

impl Display for DataIdentity {
    fn fmt(&self, formatter: &mut Formatter) -> std::fmt::Result {
        if let (Some([train, test]), Some(shape)) = (self.counts, self.shape) {
            write!(formatter, "{train} + {test} {shape}, ")?;
        }
        write!(formatter, "checksums {:08x} and {:08x}", self.train, self.test)
    }
}

fn is_stored(split: &Split) -> bool {
    matches!(&*split.values, Values::Stored(_))
}

fn checksum(shape: ItemShape, split: &Split, is_sampled: bool) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    let ((height, width), points) = (shape.picture(), split.points());
    for size in [height, width, points] {
        hasher.update(&(size as u64).to_le_bytes());
    }
    let as_bytes = split.values.are_bytes();
    let mut update = |index: usize| split.raw(index, as_bytes, |bytes| hasher.update(bytes));
    if is_sampled && points > SAMPLED {
        (0..SAMPLED).for_each(|place| update(place * (points - 1) / (SAMPLED - 1)));
    } else {
        (0..points).for_each(update);
    }
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(shape: ItemShape, train: &[u8], test: &[u8]) -> Dataset {
        let split = |bytes: &[u8]| Split::of_bytes(bytes.to_vec(), Vec::new(), shape.numbers());
        Dataset::new("any", shape, split(train), split(test))
    }

    #[test]
    fn size_number_and_every_pixel_count() {
        let (wide, high) = (ItemShape::grey(2, 3), ItemShape::grey(3, 2));
        let (zeros, one) = ([0; 12], [[0; 11].as_slice(), &[1]].concat());
        let base = DataIdentity::of(&data(wide, &zeros, &zeros));
        let differences = |other: &Dataset| base.differences(&DataIdentity::of(other));
        assert_eq!(differences(&data(wide, &zeros, &zeros)), []);
        assert_eq!(
            differences(&data(high, &zeros, &zeros)),
            [Part::Train, Part::Test]
        );
        assert_eq!(differences(&data(wide, &one, &zeros)), [Part::Train]);
        assert_eq!(differences(&data(wide, &zeros, &zeros[..6])), [Part::Test]);
    }

    #[test]
    fn the_checksum_is_that_of_the_bytes_one_after_the_other() {
        let bytes: Vec<u8> = (0..60).collect();
        let found = DataIdentity::of(&data(ItemShape::grey(2, 3), &bytes, &bytes[..6]));
        let sizes = [2_u64, 3, 10].into_iter().flat_map(u64::to_le_bytes);
        let expected: Vec<u8> = sizes.chain(bytes).collect();
        assert_eq!(found.train, crc32fast::hash(&expected));
    }

    #[test]
    fn an_identity_is_said_in_words() {
        let found = DataIdentity::of(&data(ItemShape::grey(2, 3), &[0; 12], &[0; 6]));
        assert!(
            found
                .to_string()
                .starts_with("2 + 1 images of 2 x 3 pixels, checksums "),
            "{found}"
        );
    }
}
