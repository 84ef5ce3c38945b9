//! The NPY format of NumPy: a magic, a version, and a header that is a Python dictionary; then the numbers.
//!
//! Of the dictionary exactly what NumPy writes is understood: `{'descr': '<f4', 'fortran_order': False, 'shape': (60000,
//! 28, 28), }`. Layout: `numpy.lib.format`, versions 1.0 to 3.0.

use std::io::{Read, Write};

use super::{Format, arrays, order};
use crate::data::found::{check_memory, check_size, read_numbers};
use crate::data::packed::fill;
use crate::data::{
    Announced, Element, ElementKind, Found, ItemShape, Layout, ReadingRules, Scale, Source, Values,
};

pub(super) const FORMAT: Format = Format {
    name: "NPY",
    recognises: |head| head.starts_with(MAGIC),
    endings: &[],
    announce: array,
};

pub(crate) const MAGIC: &[u8] = b"\x93NUMPY";
/// Where the numbers begin in files that are written here is a multiple of this.
const ALIGNMENT: usize = 64;
/// The longest header, in bytes; NumPy's own have about 100.
const LONGEST: usize = 1 << 16;

/// Items in an array whose first dimension counts them.
fn array<'a>(source: Source<'a>, rules: &ReadingRules) -> Result<Announced<'a>, String> {
    let mut input = source.bytes;
    let header = Header::read(&mut input)?;
    let (count, shape) = header.items(rules)?;
    let element = header.element()?;
    let layout = if header.is_fortran {
        Layout::fortran(count, &header.shape[1..])
    } else {
        Layout::Rows(shape.numbers())
    };
    if let Some(stored) = Announced::stored((count, shape), element, layout, source.file, header.length)? {
        return Ok(stored);
    }
    if !header.is_fortran {
        return Announced::numbers((count, shape), element, input, 0, rules);
    }
    check_memory(count, shape, element.size().min(4))?;
    let is_grey = is_grey(shape, rules);
    Ok(Announced {
        head: Some((count, shape)),
        read: Box::new(move || {
            let values = header.numbers(&mut input, is_grey)?;
            Ok(Found::new(shape, values))
        }),
    })
}

/// Whether floats from 0 to 1 stand for grey.
pub(super) fn is_grey(shape: ItemShape, rules: &ReadingRules) -> bool {
    rules.scale == Scale::Usual && matches!(shape, ItemShape::Image { .. })
}

/// One label for each of `points` images, which lie in the file `of`.
pub(super) fn labels(mut input: impl Read, points: usize, of: &str) -> Result<Vec<String>, String> {
    let header = Header::read(&mut input)?;
    header.labels(&mut input, points, of)
}

/// Writes the header of an array of so many sizes; `element` is a type of NumPy's as Python writes it; the
/// numbers follow it.
///
/// # Errors
/// If it can't be written.
pub fn write_header(output: &mut impl Write, element: &str, sizes: &[usize]) -> std::io::Result<()> {
    let mut shape = String::new();
    for size in sizes {
        shape.push_str(&format!("{size}, "));
    }
    let shape = match sizes.len() {
        // A tuple of one has a comma in Python.
        1 => shape.trim_end(),
        _ => shape.trim_end_matches(", "),
    };
    let mut header = format!("{{'descr': {element}, 'fortran_order': False, 'shape': ({shape}), }}");
    let before = MAGIC.len() + 4;
    let length = (before + header.len() + 1).next_multiple_of(ALIGNMENT) - before;
    let padding = length - header.len() - 1;
    header.extend(std::iter::repeat_n(' ', padding));
    header.push('\n');
    let length = u16::try_from(length).map_err(std::io::Error::other)?;
    output.write_all(MAGIC)?;
    output.write_all(&[1, 0])?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(header.as_bytes())
}

/// The element that a type string of NumPy names.
fn element(descr: &str) -> Result<Element, String> {
    let kind = match descr.trim_start_matches(['<', '>', '|', '=']) {
        "b1" => ElementKind::Bool,
        "u1" => ElementKind::U8,
        "i1" => ElementKind::I8,
        "u2" => ElementKind::U16,
        "i2" => ElementKind::I16,
        "u4" => ElementKind::U32,
        "i4" => ElementKind::I32,
        "u8" => ElementKind::U64,
        "i8" => ElementKind::I64,
        "f2" => ElementKind::F16,
        "f4" => ElementKind::F32,
        "f8" => ElementKind::F64,
        _ => {
            return Err(format!(
                "its numbers have the NumPy type {descr:?}, but truth values (b1), whole numbers (u1 to i8) or floats (f2, f4, f8) \
                 are needed"
            ));
        }
    };
    Ok(Element {
        kind,
        is_big_endian: descr.starts_with('>'),
    })
}

/// The longest label that is read, in characters.
const LONGEST_LABEL: usize = 1_000;

/// How the texts of an array are kept, each in as many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Texts {
    /// Characters of the longest, of four bytes each, or bytes.
    length: usize,
    is_unicode: bool,
    is_big_endian: bool,
}

impl Texts {
    /// That a type string of NumPy's names: `<U5`, `|S12`; none where it names no texts.
    fn of(descr: &str) -> Option<Self> {
        let (kind, length) = descr
            .trim_start_matches(['<', '>', '|', '='])
            .split_at_checked(1)?;
        let is_unicode = match kind {
            "U" => true,
            "S" | "a" => false,
            _ => return None,
        };
        Some(Self {
            length: length.parse().ok()?,
            is_unicode,
            is_big_endian: descr.starts_with('>'),
        })
    }

    /// The next `count` texts, which end `input`.
    fn read(self, input: &mut impl Read, count: usize) -> Result<Vec<String>, String> {
        if self.length > LONGEST_LABEL {
            return Err(format!(
                "its labels have up to {} characters, but at most {LONGEST_LABEL} are read",
                self.length
            ));
        }
        let mut bytes = vec![0; self.length * if self.is_unicode { 4 } else { 1 }];
        let mut texts = Vec::new();
        for place in 0..count {
            match fill(input, &mut bytes) {
                Ok(length) if length == bytes.len() => texts.push(self.text(&bytes)?),
                Ok(_) => {
                    return Err(format!(
                        "its header says {count} labels, but it ends within number {place}"
                    ));
                }
                Err(error) => return Err(error.to_string()),
            }
        }
        match fill(input, &mut [0]) {
            Ok(0) => Ok(texts),
            Ok(_) => Err(format!("its header says {count} labels, but more follow")),
            Err(error) => Err(error.to_string()),
        }
    }

    /// One of them; what is shorter ends in zeros.
    fn text(self, bytes: &[u8]) -> Result<String, String> {
        let text = if self.is_unicode {
            let number = |bytes: &[u8; 4]| match self.is_big_endian {
                true => u32::from_be_bytes(*bytes),
                false => u32::from_le_bytes(*bytes),
            };
            let (characters, _) = bytes.as_chunks::<4>();
            characters
                .iter()
                .map(|bytes| char::from_u32(number(bytes)))
                .collect()
        } else {
            std::str::from_utf8(bytes).ok().map(str::to_owned)
        };
        let text: Option<String> = text;
        text.map(|text| text.trim_end_matches('\0').to_owned())
            .ok_or_else(|| "one of its labels is no text".into())
    }
}

/// What stands before the numbers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Its bytes, from the magic to the last before the numbers.
    length: u64,
    descr: String,
    is_fortran: bool,
    pub(super) shape: Vec<usize>,
}

impl Header {
    /// What the numbers are.
    pub(super) fn element(&self) -> Result<Element, String> {
        element(&self.descr)
    }

    /// How many items of what shape there are, the first dimension counting them, where that can be used.
    pub(super) fn items(&self, rules: &ReadingRules) -> Result<(usize, ItemShape), String> {
        let Some((&count, sizes)) = self.shape.split_first().filter(|(_, sizes)| !sizes.is_empty()) else {
            return Err(format!(
                "its array has {} dimension(s), but at least 2 are needed: the items first",
                self.shape.len()
            ));
        };
        let shape = ItemShape::of_sizes(sizes, rules)?;
        check_size(count, shape)?;
        self.element()?;
        Ok((count, shape))
    }

    /// The numbers that follow and end `input`, item after item; floats from 0 to 1 are grey where `is_grey` says so.
    pub(super) fn numbers(&self, input: &mut impl Read, is_grey: bool) -> Result<Values, String> {
        let count = self.shape.iter().copied().fold(1, usize::saturating_mul);
        let claim = format!("its header says {} numbers", arrays::sizes(&self.shape));
        let values = read_numbers(input, self.element()?, count, is_grey, &claim, 0)?;
        match self.shape.split_first() {
            Some((&items, sizes)) if self.is_fortran => {
                order::row_by_row(values, items, &order::places(sizes, items), 1)
            }
            _ => Ok(values),
        }
    }

    /// The numbers that follow as one label for each of `points` items, which lie in `of`.
    pub(super) fn labels(
        &self,
        input: &mut impl Read,
        points: usize,
        of: &str,
    ) -> Result<Vec<String>, String> {
        let count = self.shape.iter().copied().fold(1, usize::saturating_mul);
        if count != points {
            return Err(format!(
                "its labels are {}, but {of} has {points} items",
                arrays::sizes(&self.shape)
            ));
        }
        match Texts::of(&self.descr) {
            Some(texts) => texts.read(input, count),
            None => Ok(arrays::labels(self.numbers(input, false)?)),
        }
    }

    /// Whether its entries are texts.
    pub(super) fn is_text(&self) -> bool {
        Texts::of(&self.descr).is_some()
    }

    /// Reads it, from the magic to its last byte.
    pub(super) fn read(input: &mut impl Read) -> Result<Self, String> {
        let mut start = [0; 8];
        read_whole(input, &mut start)?;
        let [.., major, minor] = start;
        let mut length = [0; 4];
        let length_bytes = match (major, minor) {
            (1, 0) => 2,
            (2 | 3, 0) => 4,
            _ => {
                return Err(format!(
                    "it is NPY of version {major}.{minor}, but up to 3.0 is read"
                ));
            }
        };
        read_whole(input, &mut length[..length_bytes])?;
        let length = u32::from_le_bytes(length) as usize;
        if length > LONGEST {
            return Err(format!(
                "its header has {length} bytes, but at most {LONGEST} are read"
            ));
        }
        let mut text = vec![0; length];
        read_whole(input, &mut text)?;
        let text = std::str::from_utf8(&text).map_err(|_| "its header is not text".to_owned())?;
        let mut text = Text { rest: text };
        let header = text
            .dictionary()
            .ok_or_else(|| format!("its header can't be read from {:?} on", text.beginning()))??;
        Ok(Self {
            length: (start.len() + length_bytes + length) as u64,
            ..header
        })
    }
}

fn read_whole(input: &mut impl Read, bytes: &mut [u8]) -> Result<(), String> {
    match fill(input, bytes) {
        Ok(length) if length == bytes.len() => Ok(()),
        Ok(_) => Err("it ends within its header".into()),
        Err(error) => Err(error.to_string()),
    }
}

/// What is still to be read of a header. What is not as NumPy writes it is `None`, at the place where it stands.
struct Text<'a> {
    rest: &'a str,
}

impl<'a> Text<'a> {
    /// All of it: three entries in any order.
    fn dictionary(&mut self) -> Option<Result<Header, String>> {
        let (mut descr, mut is_fortran, mut shape) = (None, None, None);
        self.skip("{")?;
        while self.skip("}").is_none() {
            let before = self.rest;
            let key = self.string()?;
            self.skip(":")?;
            match key {
                "descr" if descr.is_none() => descr = Some(self.string()?),
                "fortran_order" if is_fortran.is_none() => is_fortran = Some(self.truth()?),
                "shape" if shape.is_none() => shape = Some(self.sizes()?),
                _ => {
                    self.rest = before;
                    return None;
                }
            }
            if self.skip(",").is_none() && !self.rest.trim_start().starts_with('}') {
                return None;
            }
        }
        if !self.rest.trim().is_empty() {
            return None;
        }
        let (Some(descr), Some(is_fortran), Some(shape)) = (descr, is_fortran, shape) else {
            return Some(Err("its header lacks descr, fortran_order or shape".into()));
        };
        Some(Ok(Header {
            length: 0,
            descr: descr.to_owned(),
            is_fortran,
            shape,
        }))
    }

    /// Goes on behind `expected`, and space before it.
    fn skip(&mut self, expected: &str) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(expected)?;
        Some(())
    }

    /// A string without escapes.
    fn string(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start();
        let quote = rest.chars().next().filter(|quote| ['\'', '"'].contains(quote))?;
        let (string, rest) = rest[1..].split_once(quote)?;
        self.rest = rest;
        Some(string)
    }

    fn truth(&mut self) -> Option<bool> {
        match self.skip("True") {
            Some(()) => Some(true),
            None => self.skip("False").map(|()| false),
        }
    }

    /// Whole numbers in brackets; Python 2 wrote some with an L.
    fn sizes(&mut self) -> Option<Vec<usize>> {
        self.skip("(")?;
        let mut sizes = Vec::new();
        while self.skip(")").is_none() {
            let rest = self.rest.trim_start();
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = rest.split_at(digits);
            sizes.push(number.parse().ok()?);
            self.rest = rest.strip_prefix('L').unwrap_or(rest);
            if self.skip(",").is_none() && !self.rest.trim_start().starts_with(')') {
                return None;
            }
        }
        Some(sizes)
    }

    /// Some of what follows, for a person to see where it is.
    fn beginning(&self) -> String {
        self.rest.trim_start().chars().take(20).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A file with that dictionary, as NumPy fills it up.
    fn file(version: u8, dictionary: &str, numbers: &[u8]) -> Vec<u8> {
        let start = if version == 1 { 10 } else { 12 };
        let length = (start + dictionary.len() + 1).next_multiple_of(64) - start;
        let mut bytes = [MAGIC, &[version, 0]].concat();
        match version {
            1 => bytes.extend((length as u16).to_le_bytes()),
            _ => bytes.extend((length as u32).to_le_bytes()),
        }
        bytes.extend(format!("{dictionary:0$}\n", length - 1).bytes());
        bytes.extend(numbers);
        bytes
    }

    fn dictionary(descr: &str, shape: &str) -> String {
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}")
    }

    fn read(bytes: &[u8]) -> Result<Found, String> {
        let source = Source {
            bytes: Box::new(bytes),
            file: None,
        };
        (array(source, &ReadingRules::default())?.read)()
    }

    #[test]
    fn every_type_and_version_gives_the_same_images() {
        let pixels: Vec<u8> = (0..10 * 6).map(|pixel| pixel * 4).collect();
        let unit = || pixels.iter().map(|&pixel| f64::from(pixel) / 255.0);
        let files: [(&str, Vec<u8>); 6] = [
            ("|u1", pixels.clone()),
            ("u1", pixels.clone()),
            (
                "<f4",
                unit().flat_map(|number| (number as f32).to_le_bytes()).collect(),
            ),
            (
                ">f4",
                unit().flat_map(|number| (number as f32).to_be_bytes()).collect(),
            ),
            ("<f8", unit().flat_map(f64::to_le_bytes).collect()),
            (">f8", unit().flat_map(f64::to_be_bytes).collect()),
        ];
        for (descr, numbers) in files {
            for version in 1..=3 {
                let images = read(&file(version, &dictionary(descr, "(10, 2, 3)"), &numbers)).unwrap();
                assert_eq!(images.shape, ItemShape::grey(2, 3), "{descr}");
                assert_eq!(images.values, Values::Bytes(pixels.clone()), "{descr}");
            }
        }
        let truth = read(&file(
            1,
            &dictionary("|b1", "(10, 1, 1)"),
            &[0, 1, 0, 1, 1, 1, 0, 0, 0, 1],
        ))
        .unwrap();
        assert_eq!(truth.values, Values::Bytes(vec![0, 1, 0, 1, 1, 1, 0, 0, 0, 1]));
    }

    #[test]
    fn fortran_order_gives_the_same_items() {
        let number = |place: usize| (place / 6, place / 3 % 2, place % 3);
        let in_order = (0..60).map(|place| place as u8).collect::<Vec<_>>();
        let mut fortran = vec![0; 60];
        for (place, value) in in_order.iter().enumerate() {
            let (item, row, column) = number(place);
            fortran[item + 10 * (row + 2 * column)] = *value;
        }
        let text = dictionary("|u1", "(10, 2, 3)").replace("False", "True");
        let images = read(&file(1, &text, &fortran)).unwrap();
        assert_eq!(images.shape, ItemShape::grey(2, 3));
        assert_eq!(images.values, Values::Bytes(in_order));
    }

    #[test]
    fn whole_numbers_and_halves_are_read() {
        let numbers = [-3_i16, 700, 0, 1];
        let bytes: Vec<u8> = (0..5).flat_map(|_| numbers).flat_map(i16::to_be_bytes).collect();
        let found = read(&file(1, &dictionary(">i2", "(10, 2)"), &bytes)).unwrap();
        assert_eq!(found.shape, ItemShape::Vector { features: 2 });
        let Values::Floats(floats) = found.values else {
            panic!("some are negative")
        };
        assert_eq!(floats[..4], [-3.0, 700.0, 0.0, 1.0]);
        let halves = 0x3c00_u16.to_le_bytes().repeat(20);
        let found = read(&file(1, &dictionary("<f2", "(10, 2)"), &halves)).unwrap();
        assert_eq!(found.values, Values::Floats(vec![1.0; 20]));
    }

    #[test]
    fn a_list_is_labels() {
        let list = file(
            1,
            &dictionary("<i8", "(3, 1)"),
            &[7_i64, 0, -2].map(i64::to_le_bytes).concat(),
        );
        assert_eq!(labels(&list[..], 3, "a").unwrap(), ["7", "0", "-2"]);
        assert!(labels(&list[..], 4, "a").unwrap_err().contains("a has 4 items"));
    }

    #[test]
    fn labels_may_be_texts() {
        let unicode = |number: fn(u32) -> [u8; 4]| {
            let texts = ["dog\0", "häh\0", "cat!"];
            let characters = texts.iter().flat_map(|text| text.chars());
            characters
                .flat_map(|character| number(u32::from(character)))
                .collect::<Vec<u8>>()
        };
        let expected = ["dog", "häh", "cat!"];
        for (descr, bytes) in [
            ("<U4", unicode(u32::to_le_bytes)),
            (">U4", unicode(u32::to_be_bytes)),
            ("|S5", "dog\0\0häh\0cat!\0".as_bytes().to_vec()),
        ] {
            let whole = file(1, &dictionary(descr, "(3,)"), &bytes);
            assert_eq!(labels(&whole[..], 3, "a").unwrap(), expected, "{descr}");
            let cut = labels(&whole[..whole.len() - 1], 3, "a").unwrap_err();
            assert!(cut.contains("ends within number 2"), "{cut}");
            let longer = [&whole[..], &[0]].concat();
            assert!(labels(&longer[..], 3, "a").unwrap_err().contains("more follow"));
        }
        for (descr, bytes, said) in [
            ("<U1", vec![0xff; 12], "no text"),
            ("|S1", vec![0xff; 3], "no text"),
            ("<U4294967295", Vec::new(), "at most 1000 are read"),
        ] {
            let found = labels(&file(1, &dictionary(descr, "(3,)"), &bytes)[..], 3, "a").unwrap_err();
            assert!(found.contains(said), "{descr}: {found}");
        }
    }

    #[test]
    fn rows_of_pixels_are_square_where_they_can_be() {
        for (shape, size) in [
            ("(12, 16)", (4, 4)),
            ("(12L, 15L)", (1, 15)),
            ("(12,8,2)", (8, 2)),
            ("( 12 , 1 , 1 , )", (1, 1)),
        ] {
            let pixels = vec![7; 12 * size.0 * size.1];
            let images = read(&file(1, &dictionary("|u1", shape), &pixels)).unwrap();
            assert_eq!(images.shape.picture(), size, "{shape}");
        }
    }

    #[test]
    fn the_entries_stand_in_any_order() {
        let swapped = "{\"shape\": (10, 4), \"fortran_order\": False, \"descr\": \"|u1\"}";
        assert!(read(&file(2, swapped, &[9; 40])).is_ok());
    }

    #[test]
    fn a_bad_file_is_told_apart() {
        let good = |numbers: &[u8]| file(1, &dictionary("|u1", "(10, 2, 2)"), numbers);
        let floats = |numbers: &[f32]| {
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            file(1, &dictionary("<f4", "(10, 1)"), &bytes)
        };
        let of_version = |major, minor| [MAGIC, &[major, minor], &[0; 8]].concat();
        let lying = [MAGIC, &[2, 0], &u32::MAX.to_le_bytes()].concat();
        let with = |text: &str| file(1, text, &[]);
        for (bytes, expected) in [
            (good(&[0; 40])[..60].to_vec(), "ends within its header"),
            (good(&[0; 39]), "10 images of 2 x 2 pixels, but 39 bytes follow"),
            (good(&[0; 41]), "more than 40 bytes follow"),
            (floats(&[0.5; 9]), "but 36 bytes follow"),
            (floats(&[0.5; 10])[..131].to_vec(), "but 3 bytes follow"),
            (floats(&[0.5; 11]), "more than 40 bytes follow"),
            (of_version(4, 0), "version 4.0"),
            (of_version(1, 1), "version 1.1"),
            (lying, "4294967295 bytes"),
            (with(""), "can't be read"),
            (with("{}"), "lacks descr"),
            (with(&"(".repeat(60_000)), "can't be read from \"((("),
            (with(&dictionary("<c8", "(10, 4)")), "NumPy type \"<c8\""),
            (with(&dictionary("|O", "(10, 4)")), "NumPy type \"|O\""),
            (with(&dictionary("|u1", "(10,)")), "1 dimension"),
            (
                with(&dictionary("|u1", "(10, 1, 2, 2)")),
                "3 dimension(s) of sizes [1, 2, 2]",
            ),
            (with(&dictionary("|u1", "()")), "0 dimension"),
            (with(&dictionary("|u1", "(9, 4)")), "9 images"),
            (with(&dictionary("|u1", "(10, 0)")), "0 x 0 pixels"),
            (with(&dictionary("|u1", "(10, -4)")), "can't be read from \"-4"),
            (with(&dictionary("|u1", "(10 4)")), "can't be read from \"4)"),
            (
                with(&dictionary(
                    "|u1",
                    "(18446744073709551615, 18446744073709551615, 18446744073709551615)",
                )),
                "18446744073709551615 x 18446744073709551615",
            ),
            (
                with(&dictionary("|u1", "(18446744073709551616, 4)")),
                "can't be read",
            ),
            (with(&dictionary("|u1", "(1000000000, 65536)")), "4 GiB"),
            (
                with("{'descr': '|u1', 'fortran_order': True, 'shape': (10, 4), }"),
                "its header says 10 x 4 numbers, but 0 bytes follow",
            ),
            (
                with("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (10, 4), }"),
                "can't be read from \"[('a'",
            ),
            (
                with("{'descr': '|u1', 'descr': '|u1'}"),
                "can't be read from \"'descr'",
            ),
            (
                with(&format!("{} x", dictionary("|u1", "(10, 4)"))),
                "can't be read from \"x",
            ),
        ] {
            let Err(said) = read(&bytes) else {
                panic!("{expected}: it was read")
            };
            assert!(said.contains(expected), "{expected}: {said}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_changed_is_read_or_refused(
            changes in proptest::collection::vec((0_usize..200, any::<u8>()), 1..6),
            cut in 0_usize..200,
        ) {
            let mut bytes = file(1, &dictionary("<f4", "(10, 1, 2)"), &[0; 80]);
            for (place, byte) in changes {
                if let Some(changed) = bytes.get_mut(place) {
                    *changed = byte;
                }
            }
            bytes.truncate(bytes.len() - cut.min(bytes.len() / 2));
            if let Ok(images) = read(&bytes) {
                prop_assert!(images.values.len() >= 10 * images.shape.numbers());
            }
        }
    }
}
