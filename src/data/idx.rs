//! The IDX format of MNIST: a magic number that says type and dimensions, the sizes, then the bytes; all big-endian.

use super::images::{Images, check_shape};

/// Elements are unsigned bytes.
const BYTES: u8 = 0x08;

/// Images of one byte a pixel.
pub(super) fn images(bytes: &[u8]) -> Result<Images, String> {
    let ([count, height, width], pixels) = parse(bytes)?;
    check_shape(count, height, width, pixels.len())?;
    Ok(Images {
        pixels: pixels.to_vec(),
        height,
        width,
    })
}

/// One label of one byte for each of `points` images.
pub(super) fn labels(bytes: &[u8], points: usize) -> Result<Vec<u8>, String> {
    let ([count], labels) = parse(bytes)?;
    if count != points || labels.len() != points {
        return Err(format!(
            "its header says {count} labels and {} follow, for {points} images",
            labels.len()
        ));
    }
    Ok(labels.to_vec())
}

/// The sizes of `N` dimensions and what follows them.
fn parse<const N: usize>(bytes: &[u8]) -> Result<([usize; N], &[u8]), String> {
    let Some((&[0, 0, kind, dimensions], rest)) = bytes.split_first_chunk::<4>() else {
        return Err("it is neither IDX, plain or packed by gzip, nor a MATLAB 5 file".into());
    };
    if kind != BYTES {
        return Err(format!(
            "its elements have the IDX type {kind:#04x}, but bytes are needed (0x08)"
        ));
    }
    if usize::from(dimensions) != N {
        return Err(format!("it has {dimensions} dimension(s), but {N} are needed"));
    }
    let Some((header, rest)) = rest.split_at_checked(4 * N) else {
        return Err("it ends within its header".into());
    };
    let mut sizes = [0; N];
    for (size, bytes) in sizes.iter_mut().zip(header.as_chunks::<4>().0) {
        *size = u32::from_be_bytes(*bytes) as usize;
    }
    Ok((sizes, rest))
}
