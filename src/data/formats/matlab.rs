//! The Frey faces as they are passed on: a MATLAB 5 file with a matrix `ff` of bytes, one image a column.
//!
//! Of the format only what such a file needs is read: numeric matrices of unsigned bytes, plain or packed by zlib,
//! little-endian. Layout: "MAT-File Format", The MathWorks: a header of 128 bytes, then tagged elements. Of other
//! variables than `ff` only the beginning is unpacked.

use std::io::{BufReader, Read, Take, sink};

use flate2::bufread::ZlibDecoder;

use super::Format;
use crate::data::found::{check_memory, check_size};
use crate::data::packed::{Unpacking, fill};
use crate::data::{Announced, Element, ItemShape, ReadingRules, Source};

pub(super) const FORMAT: Format = Format {
    name: "MATLAB 5",
    recognises: |head| head.starts_with(MAGIC),
    endings: &[],
    announce: frey_faces,
};

/// The first bytes of a MATLAB file.
const MAGIC: &[u8] = b"MATLAB";
/// Data types of elements.
const UINT8: u32 = 2;
const MATRIX: u32 = 14;
const COMPRESSED: u32 = 15;
/// Elements begin at multiples of so many bytes.
const ALIGNMENT: usize = 8;
/// The longest name, and list of dimensions, in bytes; MATLAB's own names have 63.
const LONGEST: usize = 256;
/// The most variables that are looked through.
const MOST_VARIABLES: usize = 1_000;
/// How many of them are named where none is `ff`.
const MOST_NAMED: usize = 5;

/// Rows and columns of an image of the Frey faces: 560 pixels in a column of `ff`, row by row.
const FACE: (usize, usize) = (28, 20);

/// The images in the variable `ff`.
fn frey_faces<'a>(source: Source<'a>, rules: &ReadingRules) -> Result<Announced<'a>, String> {
    let mut input = source.bytes;
    let announced = |count: usize, body: Box<dyn Read + 'a>| {
        let shape = ItemShape::grey(FACE.0, FACE.1);
        Announced::numbers((count, shape), Element::U8, body, ALIGNMENT - 1, rules)
    };
    let mut header = [0; 128];
    if fill(&mut input, &mut header).map_err(said)? < header.len() {
        return Err("it ends within its MATLAB header".into());
    }
    if !header.starts_with(b"MATLAB 5.0") {
        let version = String::from_utf8_lossy(&header[..10]);
        return Err(format!(
            "it is a {version:?} file, but only MATLAB 5.0 files are read"
        ));
    }
    if !header.ends_with(b"IM") {
        return Err("its numbers are big-endian, which is not read".into());
    }
    let mut names = Vec::new();
    while let Some(tag) = tag(&mut input)? {
        if names.len() == MOST_VARIABLES {
            return Err(format!("none of its first {MOST_VARIABLES} variables is \"ff\""));
        }
        let mut element = input.take(tag.length as u64);
        let (name, rest) = match (tag.kind, tag.inline) {
            (MATRIX, None) => match variable(&mut element)? {
                Variable::Faces(count) => return announced(count, Box::new(element)),
                Variable::Other(name) => (name, element),
            },
            (COMPRESSED, None) => {
                let mut unpacking = Unpacking {
                    inner: ZlibDecoder::new(BufReader::new(element)),
                    what: "a packed variable",
                };
                match packed_variable(&mut unpacking)? {
                    Variable::Faces(count) => return announced(count, Box::new(unpacking)),
                    Variable::Other(name) => (name, unpacking.inner.into_inner().into_inner()),
                }
            }
            (kind, _) => {
                return Err(format!(
                    "an element of type {kind} stands where a variable should"
                ));
            }
        };
        names.push(name);
        input = behind(rest, tag)?;
    }
    let more = match names.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    names.truncate(MOST_NAMED);
    Err(format!("it has no variable \"ff\", only {names:?}{more}"))
}

/// What an element begins with.
#[derive(Clone, Copy)]
struct Tag {
    kind: u32,
    /// Bytes of its data.
    length: usize,
    /// The data, where so little follows that it stands within the tag.
    inline: Option<[u8; 4]>,
}

/// The next tag; none at the end.
fn tag(input: &mut impl Read) -> Result<Option<Tag>, String> {
    let mut bytes = [[0; 4]; 2];
    let read = fill(input, bytes.as_flattened_mut()).map_err(said)?;
    if read == 0 {
        return Ok(None);
    }
    if read < ALIGNMENT {
        return Err(cut_off());
    }
    let first = u32::from_le_bytes(bytes[0]);
    // A small element has its length in the upper half of the type, and its data within the tag.
    let tag = match (first >> 16) as usize {
        0 => Tag {
            kind: first,
            length: u32::from_le_bytes(bytes[1]) as usize,
            inline: None,
        },
        length @ 1..=4 => Tag {
            kind: first & 0xffff,
            length,
            inline: Some(bytes[1]),
        },
        length => return Err(format!("a small element claims to have {length} bytes")),
    };
    Ok(Some(tag))
}

/// The data of the next element, which is a short one.
fn short(input: &mut impl Read) -> Result<Vec<u8>, String> {
    let Tag { length, inline, .. } = tag(input)?.ok_or_else(cut_off)?;
    if let Some(data) = inline {
        return Ok(data[..length].to_vec());
    }
    if length > LONGEST {
        return Err(format!(
            "a name or the dimensions of a variable take {length} bytes"
        ));
    }
    let mut data = vec![0; length.next_multiple_of(ALIGNMENT)];
    if fill(input, &mut data).map_err(said)? < data.len() {
        return Err(cut_off());
    }
    data.truncate(length);
    Ok(data)
}

/// The file behind an element of which `rest` was not read.
fn behind<R: Read>(mut rest: Take<R>, tag: Tag) -> Result<R, String> {
    std::io::copy(&mut rest, &mut sink()).map_err(said)?;
    if rest.limit() > 0 {
        return Err(cut_off());
    }
    let mut input = rest.into_inner();
    if tag.kind != COMPRESSED {
        let padding = tag.length.next_multiple_of(ALIGNMENT) - tag.length;
        fill(&mut input, &mut [0; ALIGNMENT][..padding]).map_err(said)?;
    }
    Ok(input)
}

/// A variable, as far as it was read.
enum Variable {
    /// `ff` with so many faces, and their pixels next.
    Faces(usize),
    /// Another, with its name.
    Other(String),
}

fn packed_variable(input: &mut impl Read) -> Result<Variable, String> {
    match tag(input)? {
        Some(Tag { kind: MATRIX, .. }) => variable(input),
        _ => Err("a packed element holds no variable".into()),
    }
}

/// The beginning of a variable: flags, dimensions, name, and of `ff` the tag of its numbers.
fn variable(input: &mut impl Read) -> Result<Variable, String> {
    let _flags = short(input)?;
    let dimensions = short(input)?;
    let name = short(input)?;
    if name != b"ff" {
        return Ok(Variable::Other(String::from_utf8_lossy(&name).into_owned()));
    }
    let sizes: Vec<usize> = dimensions
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
    let shape = ItemShape::grey(height, width);
    check_size(count, shape)?;
    check_memory(count, shape, 1)?;
    let numbers = tag(input)?.ok_or_else(cut_off)?;
    if numbers.kind != UINT8 {
        return Err(format!(
            "\"ff\" has numbers of MATLAB type {}, but bytes are needed",
            numbers.kind
        ));
    }
    if Some(numbers.length) != count.checked_mul(pixels) {
        return Err(format!(
            "its header says {count} {shape}, but then that {} bytes follow",
            numbers.length
        ));
    }
    Ok(Variable::Faces(count))
}

fn cut_off() -> String {
    "it ends within an element".into()
}

fn said(error: std::io::Error) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Found, Values};

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

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let packed = zlib(bytes);
        let length = (packed.len() as u32).to_le_bytes();
        [&COMPRESSED.to_le_bytes()[..], &length, &packed].concat()
    }

    /// The same with another checksum at its end.
    fn torn(mut packed: Vec<u8>) -> Vec<u8> {
        if let Some(last) = packed.last_mut() {
            *last ^= 1;
        }
        packed
    }

    fn read(bytes: &[u8]) -> Result<Found, String> {
        let source = Source {
            bytes: Box::new(bytes),
            file: None,
        };
        (frey_faces(source, &ReadingRules::default())?.read)()
    }

    #[test]
    fn ff_is_found_plain_and_packed_among_other_variables() {
        let pixels: Vec<u8> = (0..12 * 560).map(|i| (i / 560) as u8).collect();
        let (other, ff) = (matrix(b"x", 1, 1, &[5]), matrix(b"ff", 560, 12, &pixels));
        let compressed = packed(&ff);
        for elements in [
            vec![ff.clone()],
            vec![other.clone(), ff],
            vec![packed(&other), other, compressed],
        ] {
            let images = read(&file(&elements)).unwrap();
            assert_eq!(images.shape, ItemShape::grey(28, 20));
            assert_eq!(images.values, Values::Bytes(pixels.clone()));
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
            (good[..150].to_vec(), "ends within an element"),
            (
                good[..1_000].to_vec(),
                "12 images of 28 x 20 pixels, but 816 bytes follow",
            ),
            (
                file(&[tagged(MATRIX, &[0; 8]), vec![0; 8]]),
                "ends within an element",
            ),
            (file(&[vec![0; 64]]), "an element of type 0"),
            (file(&vec![matrix(b"x", 1, 1, &[5]); 2_000]), "1000 variables"),
            (file(&[]), "no variable \"ff\""),
            (file(&[matrix(b"gg", 560, 12, &[0; 12 * 560])]), "only [\"gg\"]"),
            (file(&[matrix(b"ff", 561, 12, &[0; 12 * 561])]), "561 rows"),
            (lying, "4294967295 images"),
            (
                file(&[matrix(b"ff", 560, 12, &[0; 11 * 560])]),
                "12 images of 28 x 20 pixels, but then that 6160 bytes",
            ),
            (
                file(&[torn(packed(&matrix(b"ff", 560, 12, &[7; 12 * 560])))]),
                "packed variable is damaged",
            ),
            (other_version, "MATLAB 7.0"),
            (big_endian, "big-endian"),
            (
                file(&[tagged(COMPRESSED, &[1, 2, 3])]),
                "packed variable is damaged",
            ),
        ] {
            let said = read(&bytes).unwrap_err();
            assert!(said.contains(expected), "{expected}: {said}");
        }
    }
}
