//! The IDX format of MNIST: a magic number that says type and dimensions, the sizes, then the bytes; all big-endian.

use std::io::Read;

use super::Format;
use crate::data::found::read_claimed;
use crate::data::packed::fill;
use crate::data::{Announced, Element, ItemShape, Layout, ReadingRules, Source};

/// Elements are unsigned bytes.
const BYTES: u8 = 0x08;
/// What elements may be: bytes of two kinds, and numbers of four.
const TYPES: [u8; 6] = [BYTES, 0x09, 0x0b, 0x0c, 0x0d, 0x0e];

/// Bytes before the pixels of images: the magic number and three sizes.
const IMAGES_HEAD: u64 = 16;

pub(super) const FORMAT: Format = Format {
    name: "IDX",
    recognises: |head| matches!(*head, [0, 0, kind, _, ..] if TYPES.contains(&kind)),
    endings: &[],
    announce: images,
};

/// Images of one byte a pixel.
fn images<'a>(source: Source<'a>, rules: &ReadingRules) -> Result<Announced<'a>, String> {
    let mut input = source.bytes;
    let [count, height, width] = sizes(&mut input)?;
    let shape = ItemShape::of_sizes(&[height, width], rules.shape)?;
    let layout = Layout::Rows(height.saturating_mul(width));
    match Announced::stored((count, shape), Element::U8, layout, source.file, IMAGES_HEAD)? {
        Some(stored) => Ok(stored),
        None => Announced::numbers((count, shape), Element::U8, input, 0, rules),
    }
}

/// One label of one byte for each of `points` images, which lie in the file `of`.
pub(in crate::data) fn labels(mut input: impl Read, points: usize, of: &str) -> Result<Vec<u8>, String> {
    let [count] = sizes(&mut input)?;
    if count != points {
        return Err(format!(
            "its header says {count} labels, but {of} has {points} images"
        ));
    }
    read_claimed(&mut input, count, 0, &format!("its header says {count} labels"))
}

/// The sizes of `N` dimensions.
fn sizes<const N: usize>(input: &mut impl Read) -> Result<[usize; N], String> {
    let mut magic = [0; 4];
    let length = fill(input, &mut magic).map_err(|error| error.to_string())?;
    let (kind, dimensions) = match magic {
        [0, 0, kind, dimensions] if length == magic.len() && TYPES.contains(&kind) => (kind, dimensions),
        _ => return Err("it is not IDX, plain or packed by gzip".into()),
    };
    if kind != BYTES {
        return Err(format!(
            "its elements have the IDX type {kind:#04x}, but bytes are needed (0x08)"
        ));
    }
    if usize::from(dimensions) != N {
        return Err(format!("it has {dimensions} dimension(s), but {N} are needed"));
    }
    let mut header = [[0; 4]; N];
    let bytes = header.as_flattened_mut();
    if fill(input, bytes).map_err(|error| error.to_string())? < bytes.len() {
        return Err("it ends within its header".into());
    }
    Ok(header.map(|size| u32::from_be_bytes(size) as usize))
}
