//! The Frey faces as they are passed on: a MATLAB 5 file with a matrix `ff` of bytes, one image a column.
//!
//! Of the format only what such a file needs is read: numeric matrices of unsigned bytes, plain or packed by zlib,
//! little-endian. Layout: "MAT-File Format", The MathWorks: a header of 128 bytes, then tagged elements.

use std::io::Read;

use flate2::read::ZlibDecoder;

use super::images::{Images, check_shape};

/// Data types of elements.
const UINT8: u32 = 2;
const MATRIX: u32 = 14;
const COMPRESSED: u32 = 15;
/// The largest matrix that is unpacked.
const LARGEST: u64 = 1 << 30;

/// Rows and columns of an image of the Frey faces: 560 pixels in a column of `ff`, row by row.
const FACE: (usize, usize) = (28, 20);

/// The images in the variable `ff`.
pub(super) fn frey_faces(bytes: &[u8]) -> Result<Images, String> {
    let Some((header, mut rest)) = bytes.split_first_chunk::<128>() else {
        return Err("it ends within its MATLAB header".into());
    };
    if !header.starts_with(b"MATLAB 5.0") {
        let version = String::from_utf8_lossy(&header[..10]).into_owned();
        return Err(format!(
            "it is a {version:?} file, but only MATLAB 5.0 files are read"
        ));
    }
    if &header[126..] != b"IM" {
        return Err("its numbers are big-endian, which is not read".into());
    }
    let mut names = Vec::new();
    while !rest.is_empty() {
        let (element, after) = element(rest)?;
        rest = after;
        let unpacked;
        let matrix = match element.kind {
            MATRIX => element.data,
            COMPRESSED => {
                unpacked = unpack(element.data)?;
                let (inner, _) = self::element(&unpacked)?;
                if inner.kind != MATRIX {
                    continue;
                }
                inner.data
            }
            _ => continue,
        };
        let (name, images) = variable(matrix)?;
        if name == "ff" {
            return images;
        }
        names.push(name);
    }
    Err(format!("it has no variable \"ff\", only {names:?}"))
}

/// A tagged element.
struct Element<'a> {
    kind: u32,
    data: &'a [u8],
}

/// The element at the start of `bytes`, and what follows it, which begins at a multiple of eight bytes.
fn element(bytes: &[u8]) -> Result<(Element<'_>, &[u8]), String> {
    let cut_off = || "it ends within an element".to_owned();
    let (tag, rest) = bytes.split_first_chunk::<8>().ok_or_else(cut_off)?;
    let first = u32::from_le_bytes([tag[0], tag[1], tag[2], tag[3]]);
    // A small element has its length in the upper half of the type, and its data within the tag.
    if first >> 16 != 0 {
        let (kind, length) = (first & 0xffff, (first >> 16) as usize);
        let data = bytes[4..8].get(..length).ok_or_else(cut_off)?;
        return Ok((Element { kind, data }, rest));
    }
    let length = u32::from_le_bytes([tag[4], tag[5], tag[6], tag[7]]) as usize;
    let data = rest.get(..length).ok_or_else(cut_off)?;
    let padded = if first == COMPRESSED {
        length
    } else {
        length.next_multiple_of(8)
    };
    Ok((
        Element { kind: first, data },
        rest.get(padded..).unwrap_or_default(),
    ))
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut unpacked = Vec::new();
    ZlibDecoder::new(bytes)
        .take(LARGEST)
        .read_to_end(&mut unpacked)
        .map_err(|error| format!("a packed variable is damaged: {error}"))?;
    Ok(unpacked)
}

/// The name of a variable, and its images if it can hold them: flags, dimensions, name, then the numbers.
fn variable(bytes: &[u8]) -> Result<(String, Result<Images, String>), String> {
    let (_flags, rest) = element(bytes)?;
    let (dimensions, rest) = element(rest)?;
    let (name, rest) = element(rest)?;
    let name = String::from_utf8_lossy(name.data).into_owned();
    Ok((name, faces(&dimensions, rest)))
}

fn faces(dimensions: &Element, rest: &[u8]) -> Result<Images, String> {
    let sizes: Vec<usize> = dimensions
        .data
        .as_chunks::<4>()
        .0
        .iter()
        .map(|size| u32::from_le_bytes(*size) as usize)
        .collect();
    let (height, width) = FACE;
    let &[pixels, count] = sizes.as_slice() else {
        return Err(format!("\"ff\" has {} dimensions, but 2 are needed", sizes.len()));
    };
    if pixels != height * width {
        return Err(format!(
            "\"ff\" has {pixels} rows, but {} are needed: a face a column",
            height * width
        ));
    }
    let (numbers, _) = element(rest)?;
    if numbers.kind != UINT8 {
        return Err(format!(
            "\"ff\" has numbers of MATLAB type {}, but bytes are needed",
            numbers.kind
        ));
    }
    check_shape(count, height, width, numbers.data.len())?;
    Ok(Images {
        pixels: numbers.data.to_vec(),
        height,
        width,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tagged(kind: u32, data: &[u8]) -> Vec<u8> {
        let mut bytes = [kind.to_le_bytes(), (data.len() as u32).to_le_bytes()].concat();
        bytes.extend(data);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes
    }

    fn small(kind: u32, data: &[u8]) -> Vec<u8> {
        let mut bytes = (kind | (data.len() as u32) << 16).to_le_bytes().to_vec();
        bytes.extend(data);
        bytes.resize(8, 0);
        bytes
    }

    fn matrix(name: &[u8], rows: u32, columns: u32, data: &[u8]) -> Vec<u8> {
        let dimensions = [rows.to_le_bytes(), columns.to_le_bytes()].concat();
        let parts = [
            tagged(6, &[9, 0, 0, 0, 0, 0, 0, 0]),
            tagged(5, &dimensions),
            small(1, name),
            tagged(2, data),
        ];
        tagged(MATRIX, &parts.concat())
    }

    fn file(elements: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = b"MATLAB 5.0 MAT-file".to_vec();
        bytes.resize(124, b' ');
        bytes.extend([0, 1, b'I', b'M']);
        bytes.extend(elements.concat());
        bytes
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        use std::io::Write;
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn ff_is_found_plain_and_packed_among_other_variables() {
        let pixels: Vec<u8> = (0..12 * 560).map(|i| (i / 560) as u8).collect();
        let (other, ff) = (matrix(b"x", 1, 1, &[5]), matrix(b"ff", 560, 12, &pixels));
        let packed = zlib(&ff);
        let compressed = [
            &15_u32.to_le_bytes()[..],
            &(packed.len() as u32).to_le_bytes(),
            &packed,
        ]
        .concat();
        for elements in [vec![ff.clone()], vec![other.clone(), ff], vec![other, compressed]] {
            let images = frey_faces(&file(&elements)).unwrap();
            assert_eq!((images.height, images.width), (28, 20));
            assert_eq!(images.pixels, pixels);
        }
    }

    #[test]
    fn a_bad_file_is_told_apart() {
        let good = file(&[matrix(b"ff", 560, 12, &[0; 12 * 560])]);
        let lying = file(&[matrix(b"ff", 560, u32::MAX, &[0; 560])]);
        let mut other_version = good.clone();
        other_version[7] = b'7';
        let mut big_endian = good.clone();
        big_endian[126..128].copy_from_slice(b"MI");
        for (bytes, expected) in [
            (good[..100].to_vec(), "header"),
            (good[..1_000].to_vec(), "ends within an element"),
            (file(&[]), "no variable \"ff\""),
            (file(&[matrix(b"gg", 560, 12, &[0; 12 * 560])]), "only [\"gg\"]"),
            (file(&[matrix(b"ff", 561, 12, &[0; 12 * 561])]), "561 rows"),
            (lying, "4294967295 images"),
            (other_version, "MATLAB 7.0"),
            (big_endian, "big-endian"),
            (
                file(&[tagged(COMPRESSED, &[1, 2, 3])]),
                "packed variable is damaged",
            ),
        ] {
            let said = frey_faces(&bytes).unwrap_err();
            assert!(said.contains(expected), "{expected}: {said}");
        }
    }
}
