//! The IDX format of MNIST: a magic number that says type and dimensions, the sizes, then the bytes; all big-endian.

use std::io::Read;

use super::images::{Announced, Shape, read_claimed};
use super::packed::fill;

/// Elements are unsigned bytes.
const BYTES: u8 = 0x08;
/// What elements may be: bytes of two kinds, and numbers of four.
const TYPES: [u8; 6] = [BYTES, 0x09, 0x0b, 0x0c, 0x0d, 0x0e];

/// Images of one byte a pixel, after the first four bytes of their file, which are `magic`.
pub(super) fn images<'a>(magic: &[u8], mut input: impl Read + 'a) -> Result<Announced<'a>, String> {
    let [count, height, width] = sizes(magic, &mut input)?;
    Ok(Announced {
        shape: Shape::checked(count, height, width)?,
        body: Box::new(input),
        padding: 0,
    })
}

/// One label of one byte for each of `points` images, which lie in the file `of`.
pub(super) fn labels(mut input: impl Read, points: usize, of: &str) -> Result<Vec<u8>, String> {
    let mut magic = [0; 4];
    let length = fill(&mut input, &mut magic).map_err(|error| error.to_string())?;
    let [count] = sizes(&magic[..length], &mut input)?;
    if count != points {
        return Err(format!(
            "its header says {count} labels, but {of} has {points} images"
        ));
    }
    read_claimed(&mut input, count, 0, &format!("its header says {count} labels"))
}

/// The sizes of `N` dimensions.
fn sizes<const N: usize>(magic: &[u8], input: &mut impl Read) -> Result<[usize; N], String> {
    let (kind, dimensions) = match *magic {
        [0, 0, kind, dimensions] if TYPES.contains(&kind) => (kind, dimensions),
        _ => return Err("it is neither IDX, plain or packed by gzip, nor a MATLAB 5 file".into()),
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
