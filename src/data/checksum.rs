//! Which images a run is trained and measured on: enough to notice when they are others.

use serde::{Deserialize, Serialize};

use super::{Dataset, Part, Split};

/// CRC-32 of the images of each part of a data set: their size, their number and every pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    /// Of the images that are trained on.
    pub train: u32,
    /// Of the held-out images.
    pub test: u32,
}

impl Checksum {
    /// The checksum of `data`.
    pub fn of(data: &Dataset) -> Self {
        let (height, width) = data.shape.picture();
        let of_split = |split: &Split| {
            let mut hasher = crc32fast::Hasher::new();
            for size in [height, width, split.points()] {
                hasher.update(&(size as u64).to_le_bytes());
            }
            hasher.update(&split.pixels);
            hasher.finalize()
        };
        Self {
            train: of_split(&data.train),
            test: of_split(&data.test),
        }
    }

    /// The parts that differ.
    pub fn differences(self, other: Self) -> Vec<Part> {
        let differs = |part: &Part| match part {
            Part::Train => self.train != other.train,
            Part::Test => self.test != other.test,
        };
        Part::BOTH.into_iter().filter(differs).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ItemShape;

    #[test]
    fn size_number_and_every_pixel_count() {
        let split = |pixels: &[u8]| Split::of_bytes(pixels.to_vec(), Vec::new(), 6);
        let data = |(height, width), train: &[u8], test: &[u8]| Dataset {
            name: "any".into(),
            shape: ItemShape::grey(height, width),
            classes: Vec::new(),
            train: split(train),
            test: split(test),
            notes: Vec::new(),
        };
        let (zeros, one) = ([0; 12], [[0; 11].as_slice(), &[1]].concat());
        let base = Checksum::of(&data((2, 3), &zeros, &zeros));
        let differences = |other: &Dataset| base.differences(Checksum::of(other));
        assert_eq!(differences(&data((2, 3), &zeros, &zeros)), []);
        assert_eq!(
            differences(&data((3, 2), &zeros, &zeros)),
            [Part::Train, Part::Test]
        );
        assert_eq!(differences(&data((2, 3), &one, &zeros)), [Part::Train]);
        assert_eq!(differences(&data((2, 3), &zeros, &zeros[..6])), [Part::Test]);
    }
}
