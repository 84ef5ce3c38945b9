//! Items of bytes: from a split or a file, black and white where the model is, and to files that NumPy or MNIST's readers
//! take.

use std::io::Write;

use super::CodingError;
use crate::data::formats::npy::write_header;
use crate::data::{Binarisation, Dataset, ItemShape, Part, Split};
use crate::evaluation::MeasurementContext;

/// Items of one shape, a byte for every number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items {
    /// The shape of each.
    pub shape: ItemShape,
    /// One item after the other.
    pub bytes: Vec<u8>,
}

impl Items {
    /// All items of a part of a data set.
    ///
    /// # Errors
    /// If they are not bytes.
    pub fn of(data: &Dataset, part: Part) -> Result<Self, CodingError> {
        if data.counts_per_unit() != f32::from(u8::MAX) {
            return Err(CodingError::NoBytes);
        }
        let split = data.split(part);
        let mut row = vec![0.0; data.shape.numbers()];
        let mut bytes = Vec::new();
        for item in 0..split.points() {
            split.fill_row(item, &mut row);
            bytes.extend(row.iter().map(|value| (255.0 * value).round() as u8));
        }
        Ok(Self {
            shape: data.shape,
            bytes,
        })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.bytes.len() / self.shape.numbers().max(1)
    }

    /// The items as a run that makes its data black and white sees them: item `i` as the `i`th of a split, white is 255.
    pub fn binarised(self, context: MeasurementContext) -> Self {
        if context.binarisation == Binarisation::None {
            return self;
        }
        let (shape, count) = (self.shape, self.count());
        let split = Split::of_bytes(self.bytes, Vec::new(), shape.numbers());
        let white = |value: f32| if value > 0.5 { u8::MAX } else { 0 };
        let items = (0..count).flat_map(|item| context.item(&split, item));
        Self {
            shape,
            bytes: items.map(white).collect(),
        }
    }

    /// The byte that stands for white in items that are black and white.
    ///
    /// # Errors
    /// If a third value occurs: which item has it, and where.
    pub(super) fn white(&self) -> Result<u8, CodingError> {
        let white = self.bytes.iter().copied().max().unwrap_or(0).max(1);
        match self.bytes.iter().position(|&byte| byte != 0 && byte != white) {
            None => Ok(white),
            Some(place) => Err(CodingError::Grey {
                item: place / self.shape.numbers(),
                number: place % self.shape.numbers(),
                value: self.bytes[place],
                white,
            }),
        }
    }

    /// Writes the items in NumPy's format, as unsigned bytes: one axis for the items, then those of an item.
    ///
    /// # Errors
    /// If they can't be written.
    pub fn write_npy(&self, output: &mut impl Write) -> std::io::Result<()> {
        write_header(output, "'|u1'", &self.sizes())?;
        output.write_all(&self.bytes)
    }

    /// Writes the items in MNIST's format: a magic number, the sizes, the bytes.
    ///
    /// # Errors
    /// If they can't be written, or there are too many for the format.
    pub fn write_idx(&self, output: &mut impl Write) -> std::io::Result<()> {
        let sizes = self.sizes();
        output.write_all(&[0, 0, 0x08, sizes.len() as u8])?;
        for size in sizes {
            let size = u32::try_from(size).map_err(std::io::Error::other)?;
            output.write_all(&size.to_be_bytes())?;
        }
        output.write_all(&self.bytes)
    }

    /// The items' axis, and those of an item.
    fn sizes(&self) -> Vec<usize> {
        let count = self.count();
        match self.shape {
            ItemShape::Image {
                height,
                width,
                channels: 1,
            } => vec![count, height, width],
            ItemShape::Image {
                height,
                width,
                channels,
            } => vec![count, height, width, channels],
            ItemShape::Vector { features } => vec![count, features],
            ItemShape::Sequence { steps, features } => vec![count, steps, features],
            ItemShape::Film {
                frames,
                height,
                width,
                channels,
            } => vec![count, frames, height, width, channels],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Values, file};

    fn items(count: u8) -> Items {
        Items {
            shape: ItemShape::grey(2, 3),
            bytes: (0..count * 6).collect(),
        }
    }

    #[test]
    fn both_formats_are_read_back() {
        let items = items(12);
        let (mut npy, mut idx) = (Vec::new(), Vec::new());
        items.write_npy(&mut npy).unwrap();
        items.write_idx(&mut idx).unwrap();
        assert_eq!((npy.len() - items.bytes.len()) % 64, 0);
        for bytes in [npy, idx] {
            let found = file::parse(bytes.as_slice()).unwrap();
            assert_eq!(found.shape, items.shape);
            assert_eq!(found.values, Values::Bytes(items.bytes.clone()));
        }
    }

    #[test]
    fn white_is_the_second_value_and_a_third_has_its_place() {
        let of = |bytes: &[u8]| {
            Items {
                bytes: bytes.to_vec(),
                ..items(0)
            }
            .white()
        };
        assert!(matches!(of(&[0, 255, 255, 0, 0, 0]), Ok(255)));
        assert!(matches!(of(&[0, 1, 1, 0, 0, 0]), Ok(1)));
        assert!(matches!(of(&[0; 6]), Ok(1)));
        let grey = of(&[0, 0, 0, 0, 0, 255, 0, 0, 7, 0, 0, 0]);
        assert!(matches!(
            grey,
            Err(CodingError::Grey {
                item: 1,
                number: 2,
                value: 7,
                white: 255
            })
        ));
    }
}
