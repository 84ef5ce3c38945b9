//! The IDX format of MNIST: a magic number that says type and dimensions, the sizes, then the numbers; all big-endian.

use std::io::Read;

use super::{Format, arrays};
use crate::data::found::read_numbers;
use crate::data::packed::fill;
use crate::data::{Announced, Element, ElementKind, ItemShape, Layout, ReadingRules, Source};

pub(super) const FORMAT: Format = Format {
    name: "IDX",
    recognises: |head| matches!(*head, [0, 0, kind, dimensions, ..] if element(kind).is_some() && dimensions > 0),
    endings: &[],
    announce: items,
};

/// Bytes of the magic number, and of each size behind it.
const SIZE: usize = 4;
/// The most dimensions: items of rows, columns and channels.
const MOST_DIMENSIONS: usize = 4;

/// The element of a type in the magic number.
fn element(kind: u8) -> Option<Element> {
    let kind = match kind {
        0x08 => ElementKind::U8,
        0x09 => ElementKind::I8,
        0x0b => ElementKind::I16,
        0x0c => ElementKind::I32,
        0x0d => ElementKind::F32,
        0x0e => ElementKind::F64,
        _ => return None,
    };
    Some(Element {
        kind,
        is_big_endian: true,
    })
}

/// Items, which the first dimension counts.
fn items<'a>(source: Source<'a>, rules: &ReadingRules) -> Result<Announced<'a>, String> {
    let mut input = source.bytes;
    let (element, sizes) = head(&mut input)?;
    let length = SIZE * (1 + sizes.len());
    let Some((&count, sizes)) = sizes.split_first().filter(|(_, sizes)| !sizes.is_empty()) else {
        return Err(format!(
            "it has {} dimension, but at least 2 are needed: the items first",
            sizes.len()
        ));
    };
    let shape = ItemShape::of_sizes(sizes, rules)?;
    let layout = Layout::Rows(sizes.iter().copied().fold(1, usize::saturating_mul));
    match Announced::stored((count, shape), element, layout, source.file, length as u64)? {
        Some(stored) => Ok(stored),
        None => Announced::numbers((count, shape), element, input, 0, rules),
    }
}

/// One label for each of `points` images, which lie in the file `of`: a list, or the first number of each row, as QMNIST
/// keeps the classes of its digits beside who wrote them.
pub(super) fn labels(mut input: impl Read, points: usize, of: &str) -> Result<Vec<String>, String> {
    let (element, sizes) = head(&mut input)?;
    let (count, each) = match sizes[..] {
        [count] => (count, 1),
        [count, each @ 1..=MOST_LABELS] => (count, each),
        _ => {
            return Err(format!(
                "its sizes are {}, but a label for each image is needed",
                arrays::sizes(&sizes)
            ));
        }
    };
    if count != points {
        return Err(format!(
            "its header says {count} labels, but {of} has {points} images"
        ));
    }
    let claim = format!("its header says {count} labels");
    let values = read_numbers(&mut input, element, count.saturating_mul(each), false, &claim, 0)?;
    Ok(arrays::labels(values).into_iter().step_by(each).collect())
}

/// The most numbers that may stand in the row of a label.
const MOST_LABELS: usize = 256;

/// The type of the numbers and the sizes of the dimensions.
fn head(input: &mut impl Read) -> Result<(Element, Vec<usize>), String> {
    let mut magic = [0; SIZE];
    let length = fill(input, &mut magic).map_err(|error| error.to_string())?;
    let (element, dimensions) = match magic {
        [0, 0, kind, dimensions] if length == magic.len() => element(kind).zip(Some(usize::from(dimensions))),
        _ => None,
    }
    .ok_or("it is not IDX, plain or packed by gzip")?;
    if dimensions > MOST_DIMENSIONS {
        return Err(format!(
            "it has {dimensions} dimensions, but at most {MOST_DIMENSIONS} are read"
        ));
    }
    let mut sizes = vec![[0; SIZE]; dimensions];
    let bytes = sizes.as_flattened_mut();
    if fill(input, bytes).map_err(|error| error.to_string())? < bytes.len() {
        return Err("it ends within its header".into());
    }
    let sizes = sizes.into_iter().map(|size| u32::from_be_bytes(size) as usize);
    Ok((element, sizes.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Values;

    fn file(kind: u8, sizes: &[u32], numbers: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, kind, sizes.len() as u8];
        bytes.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
        bytes.extend(numbers);
        bytes
    }

    fn read(bytes: &[u8]) -> Result<crate::data::Found, String> {
        let source = Source {
            bytes: Box::new(bytes),
            file: None,
        };
        (items(source, &ReadingRules::default())?.read)()
    }

    #[test]
    fn every_type_is_read_big_endian() {
        let numbers = || (0..24).map(|number| number - 3);
        let cases: [(u8, Vec<u8>); 5] = [
            (
                0x09,
                numbers()
                    .flat_map(|number| (number as i8).to_be_bytes())
                    .collect(),
            ),
            (
                0x0b,
                numbers()
                    .flat_map(|number| (number as i16).to_be_bytes())
                    .collect(),
            ),
            (0x0c, numbers().flat_map(i32::to_be_bytes).collect()),
            (
                0x0d,
                numbers()
                    .flat_map(|number| (number as f32).to_be_bytes())
                    .collect(),
            ),
            (
                0x0e,
                numbers()
                    .flat_map(|number| f64::from(number).to_be_bytes())
                    .collect(),
            ),
        ];
        for (kind, bytes) in cases {
            let found = read(&file(kind, &[12, 2], &bytes)).unwrap();
            assert_eq!(found.shape, ItemShape::Vector { features: 2 });
            assert_eq!(
                found.values,
                Values::Floats(numbers().map(|number| number as f32).collect())
            );
        }
    }

    #[test]
    fn dimensions_are_those_of_vectors_images_and_colour() {
        for (sizes, shape) in [
            (&[10, 3][..], "3"),
            (&[10, 3, 2], "3x2"),
            (&[10, 2, 2, 3], "2x2x3"),
            (&[10, 5, 1, 1], "5x1"),
        ] {
            let numbers = vec![1; sizes.iter().product::<u32>() as usize];
            assert_eq!(read(&file(8, sizes, &numbers)).unwrap().shape.typed(), shape);
        }
        for (sizes, expected) in [
            (&[10][..], "1 dimension"),
            (&[10, 2, 2, 2], "dimension(s) of sizes [2, 2, 2]"),
            (&[10, 2, 2, 2, 2], "5 dimensions"),
        ] {
            let said = read(&file(8, sizes, &[0; 200])).unwrap_err();
            assert!(said.contains(expected), "{expected}: {said}");
        }
    }

    #[test]
    fn labels_are_a_list_or_begin_the_rows_of_qmnist() {
        let list = file(8, &[3], &[7, 0, 2]);
        assert_eq!(labels(&list[..], 3, "a").unwrap(), ["7", "0", "2"]);
        let rows: Vec<u8> = [7_i32, 100, 0, 200, 2, 300]
            .into_iter()
            .flat_map(i32::to_be_bytes)
            .collect();
        let rows = file(0x0c, &[3, 2], &rows);
        assert_eq!(labels(&rows[..], 3, "a").unwrap(), ["7", "0", "2"]);
        assert!(labels(&rows[..], 4, "a").unwrap_err().contains("a has 4 images"));
        assert!(labels(&rows[..30], 3, "a").unwrap_err().contains("bytes follow"));
        assert!(
            labels(&file(8, &[2, 2, 2], &[])[..], 2, "a")
                .unwrap_err()
                .contains("2 x 2 x 2")
        );
    }
}
