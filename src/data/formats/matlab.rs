//! MATLAB 5 files (`save -v6`, `save -v7`): numeric arrays by their names, plain or packed by zlib, and texts as labels: the rows
//! of a char matrix, the cells of a cell array.
//!
//! Layout: "MAT-File Format", The MathWorks: a header of 128 bytes, then tagged elements, a variable each; arrays have their
//! first dimension fastest. The items of an array are its first or its last dimension: the one that has as many entries as
//! there are labels, or that leaves the shape that a person states, or else the larger one. The Frey faces, as they are
//! passed on, are such an array: `ff` with 560 rows, an image a column, row by row.

use std::io::{BufReader, Read, Take, sink};

use flate2::bufread::ZlibDecoder;

use super::arrays::{self, Head, choose};
use super::{Format, npy, order};
use crate::data::found::{check_memory, check_size, read_numbers};
use crate::data::packed::{Unpacking, fill};
use crate::data::{Announced, Element, ElementKind, Found, ItemShape, ReadingRules, Source, Values};

pub(super) const FORMAT: Format = Format {
    name: "MATLAB 5",
    recognises: |head| head.starts_with(MAGIC),
    endings: &[],
    announce: variables,
};

/// The first bytes of a MATLAB file.
const MAGIC: &[u8] = b"MATLAB";
/// Data types of elements.
const MATRIX: u32 = 14;
const COMPRESSED: u32 = 15;
/// Classes of arrays that are numeric: double to unsigned 64 bits.
const NUMERIC: std::ops::RangeInclusive<u32> = 6..=15;
/// Classes of arrays of cells, and of characters.
const CELLS: u32 = 1;
const CHARACTERS: u32 = 4;
/// The most characters of the texts of one array.
const MOST_CHARACTERS: usize = 1 << 26;
/// The flag of complex numbers.
const COMPLEX: u32 = 1 << 11;
/// Elements begin at multiples of so many bytes.
const ALIGNMENT: usize = 8;
/// The longest name, and list of dimensions, in bytes; MATLAB's own names have 63.
const LONGEST: usize = 256;
/// The most variables that are looked through.
const MOST_VARIABLES: usize = 1_000;

/// The variable of the Frey faces, and rows and columns of an image: 560 pixels in a column, row by row.
const FACES: &str = "ff";
const FACE: (usize, usize) = (28, 20);

/// The items of the variable that is chosen; only reading tells how many there are, since it may be the last one.
fn variables<'a>(source: Source<'a>, rules: &ReadingRules) -> Result<Announced<'a>, String> {
    let mut input = source.bytes;
    let mut header = [0; 128];
    if fill(&mut input, &mut header).map_err(said)? < header.len() {
        return Err("it ends within its MATLAB header".into());
    }
    if !header.starts_with(b"MATLAB 5.0") {
        let version = String::from_utf8_lossy(&header[..10]);
        return Err(format!(
            "it is a {version:?} file, but only MATLAB 5.0 files are read: save -v7 writes them"
        ));
    }
    // The machine wrote the letters MI as one number.
    let order = match &header[126..] {
        b"IM" => ByteOrder { is_big_endian: false },
        b"MI" => ByteOrder { is_big_endian: true },
        _ => return Err("its MATLAB header does not say the order of bytes".into()),
    };
    let rules = rules.clone();
    Ok(Announced {
        head: None,
        read: Box::new(move || {
            let variables = read(input, order, &rules)?;
            found(variables, &rules)
        }),
    })
}

/// A numeric array, and its numbers where they may be needed; or a list of texts.
struct Array {
    head: Head,
    entries: Option<Entries>,
}

/// What an array holds.
enum Entries {
    Numbers(Values),
    Texts(Vec<String>),
}

/// The order of the bytes of a number.
#[derive(Clone, Copy)]
struct ByteOrder {
    is_big_endian: bool,
}

impl ByteOrder {
    fn number(self, bytes: [u8; 4]) -> u32 {
        match self.is_big_endian {
            true => u32::from_be_bytes(bytes),
            false => u32::from_le_bytes(bytes),
        }
    }
}

/// All numeric arrays and lists of texts, up to the end of the file.
fn read<'a>(
    mut input: Box<dyn Read + 'a>,
    order: ByteOrder,
    rules: &ReadingRules,
) -> Result<Vec<Array>, String> {
    let mut arrays = Vec::new();
    for _ in 0..MOST_VARIABLES {
        let Some(tag) = tag(&mut input, order)? else {
            return Ok(arrays);
        };
        let mut element = input.take(tag.length as u64);
        let (array, rest) = match (tag.kind, tag.inline) {
            (MATRIX, None) => (variable(&mut element, order, rules)?, element),
            (COMPRESSED, None) => {
                let mut unpacking = Unpacking {
                    inner: ZlibDecoder::new(BufReader::new(element)),
                    what: "a packed variable",
                };
                let array = packed_variable(&mut unpacking, order, rules)?;
                (array, unpacking.inner.into_inner().into_inner())
            }
            (kind, _) => {
                return Err(format!(
                    "an element of type {kind} stands where a variable should"
                ));
            }
        };
        arrays.extend(array);
        input = behind(rest, tag)?;
    }
    Err(format!("it has more than {MOST_VARIABLES} variables"))
}

/// The items of the array that a person names or that is the only one, with their labels.
fn found(mut arrays: Vec<Array>, rules: &ReadingRules) -> Result<Found, String> {
    let heads: Vec<Head> = arrays.iter().map(|array| array.head.clone()).collect();
    let choice = choose(&heads, rules, false)?;
    let (place, _) = choice.items[0];
    let lists: Vec<usize> = choice.labels.iter().copied().chain(choice.marks).collect();
    let counts: Vec<usize> = lists.iter().filter_map(|&list| heads[list].list()).collect();
    let head = &heads[place];
    let items = Items::of(head, &counts, rules)?;
    let mut take = |place: usize| {
        let entries = arrays[place].entries.take();
        entries.ok_or_else(|| {
            format!(
                "its variable {:?} can't be both items and labels",
                heads[place].name
            )
        })
    };
    let Entries::Numbers(values) = take(place)? else {
        return Err(format!("its variable {:?} holds no numbers", head.name));
    };
    let places = order::places(&items.sizes, if items.are_first { items.count } else { 1 });
    let apart = if items.are_first { 1 } else { places.len() };
    let values = order::row_by_row(values, items.count, &places, apart)?;
    let values = if npy::is_grey(items.shape, rules) {
        arrays::in_grey(values)
    } else {
        values
    };
    let mut list = |place: usize| {
        let list = match take(place)? {
            Entries::Numbers(values) => arrays::labels(values),
            Entries::Texts(texts) => texts,
        };
        if list.len() == items.count {
            return Ok(list);
        }
        Err(format!(
            "its variable {:?} has {} entries, but {:?} has {} items",
            heads[place].name,
            list.len(),
            head.name,
            items.count
        ))
    };
    Ok(Found {
        labels: choice
            .labels
            .first()
            .map_or(Ok(Vec::new()), |&place| list(place))?,
        parts: choice.marks.map_or(Ok(Vec::new()), &mut list)?,
        notes: items.note(head).into_iter().collect(),
        ..Found::new(items.shape, values)
    })
}

/// Which dimension of an array its items are.
struct Items {
    count: usize,
    are_first: bool,
    /// The other dimensions.
    sizes: Vec<usize>,
    shape: ItemShape,
}

impl Items {
    /// The dimension that has one of `counts` entries, or that leaves the shape that a person states, or the larger one.
    fn of(head: &Head, counts: &[usize], rules: &ReadingRules) -> Result<Self, String> {
        let (Some((&first, after_first)), Some((&last, before_last))) =
            (head.sizes.split_first(), head.sizes.split_last())
        else {
            return Err(format!("its variable {:?} has no dimensions", head.name));
        };
        let numbers = |sizes: &[usize]| {
            sizes
                .iter()
                .try_fold(1, |product: usize, &size| product.checked_mul(size))
        };
        let wanted = rules.shape.map(ItemShape::numbers);
        let fits = |size: usize, others: &[usize]| {
            (
                counts.contains(&size),
                wanted.is_some() && numbers(others) == wanted,
            )
        };
        let are_faces = head.name == FACES && before_last == [FACE.0 * FACE.1] && wanted.is_none();
        let are_first = !are_faces && (fits(first, after_first), first) > (fits(last, before_last), last);
        let (count, sizes) = if are_first {
            (first, after_first)
        } else {
            (last, before_last)
        };
        let shape = if are_faces {
            ItemShape::grey(FACE.0, FACE.1)
        } else {
            ItemShape::of_sizes(sizes, rules)?
        };
        check_size(count, shape)?;
        Ok(Self {
            count,
            are_first,
            sizes: sizes.to_vec(),
            shape,
        })
    }

    /// Which of several readings was taken; the Frey faces are known.
    fn note(&self, head: &Head) -> Option<String> {
        let which = if self.are_first { "first" } else { "last" };
        (head.name != FACES).then(|| {
            format!(
                "its variable {:?} is {}: the {which} dimension is taken as the {} items",
                head.name,
                arrays::sizes(&head.sizes),
                self.count
            )
        })
    }
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
fn tag(input: &mut impl Read, order: ByteOrder) -> Result<Option<Tag>, String> {
    let mut bytes = [[0; 4]; 2];
    let read = fill(input, bytes.as_flattened_mut()).map_err(said)?;
    if read == 0 {
        return Ok(None);
    }
    if read < ALIGNMENT {
        return Err(cut_off());
    }
    let first = order.number(bytes[0]);
    // A small element has its length in the upper half of the type, and its data within the tag.
    let tag = match (first >> 16) as usize {
        0 => Tag {
            kind: first,
            length: order.number(bytes[1]) as usize,
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
fn short(input: &mut impl Read, order: ByteOrder) -> Result<Vec<u8>, String> {
    let Tag { length, inline, .. } = tag(input, order)?.ok_or_else(cut_off)?;
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

fn packed_variable(
    input: &mut impl Read,
    order: ByteOrder,
    rules: &ReadingRules,
) -> Result<Option<Array>, String> {
    match tag(input, order)? {
        Some(Tag { kind: MATRIX, .. }) => variable(input, order, rules),
        _ => Err("a packed element holds no variable".into()),
    }
}

/// A variable that is a numeric array or a list of texts; of others only the beginning is read.
fn variable(input: &mut impl Read, order: ByteOrder, rules: &ReadingRules) -> Result<Option<Array>, String> {
    let class = class(input, order)?;
    if !matches!(class, CELLS | CHARACTERS) && !NUMERIC.contains(&class) {
        return Ok(None);
    }
    let (name, sizes) = name_and_sizes(input, order)?;
    let texts = match class {
        CELLS => cells(&sizes, input, order)?,
        // One row is a text by itself, and no list.
        CHARACTERS if sizes.first().is_some_and(|&rows| rows > 1) => {
            Some(rows_of_text(&sizes, input, order)?)
        }
        CHARACTERS => None,
        _ => {
            let head = Head {
                name,
                sizes,
                is_text: false,
            };
            let entries = match is_needed(&head, rules) {
                true => Some(Entries::Numbers(numbers(&head, input, order)?)),
                false => None,
            };
            return Ok(Some(Array { head, entries }));
        }
    };
    Ok(texts.map(|texts| Array {
        head: Head {
            name,
            sizes: vec![texts.len()],
            is_text: true,
        },
        entries: Some(Entries::Texts(texts)),
    }))
}

/// The class of the array that begins here; 0 for one that is complex.
fn class(input: &mut impl Read, order: ByteOrder) -> Result<u32, String> {
    let flags = short(input, order)?;
    let flags = flags.first_chunk().map_or(0, |flags| order.number(*flags));
    Ok(if flags & COMPLEX == 0 { flags & 0xff } else { 0 })
}

/// What stands behind the class of an array.
fn name_and_sizes(input: &mut impl Read, order: ByteOrder) -> Result<(String, Vec<usize>), String> {
    let dimensions = short(input, order)?;
    let name = short(input, order)?;
    let sizes = dimensions.as_chunks::<4>().0.iter();
    let sizes = sizes.map(|size| order.number(*size) as usize).collect();
    Ok((String::from_utf8_lossy(&name).into_owned(), sizes))
}

/// The texts of a cell array, one per cell; none where a cell holds something else.
fn cells(sizes: &[usize], input: &mut impl Read, order: ByteOrder) -> Result<Option<Vec<String>>, String> {
    let mut texts = Vec::new();
    let count = sizes.iter().copied().fold(1, usize::saturating_mul);
    for _ in 0..count {
        let tag = tag(input, order)?.ok_or_else(cut_off)?;
        if (tag.kind, tag.inline) != (MATRIX, None) {
            return Ok(None);
        }
        let mut cell = input.take(tag.length as u64);
        if class(&mut cell, order)? != CHARACTERS {
            return Ok(None);
        }
        let (_, sizes) = name_and_sizes(&mut cell, order)?;
        let mut rows = rows_of_text(&sizes, &mut cell, order)?;
        behind(cell, tag)?;
        match (rows.pop(), rows.is_empty()) {
            (text, true) => texts.push(text.unwrap_or_default()),
            _ => return Ok(None),
        }
    }
    Ok((!texts.is_empty()).then_some(texts))
}

/// The rows of a char matrix of `sizes`, without the spaces that fill them up; the first dimension is the fastest.
fn rows_of_text(sizes: &[usize], input: &mut impl Read, order: ByteOrder) -> Result<Vec<String>, String> {
    let (rows, columns) = match *sizes {
        [rows, columns] => (rows, columns),
        _ => return Err(format!("a text has {} dimensions, but 2 are needed", sizes.len())),
    };
    let count = rows
        .checked_mul(columns)
        .filter(|&count| count <= MOST_CHARACTERS);
    let count = count.ok_or_else(|| {
        format!(
            "its texts claim to have {rows} x {columns} characters, but at most {MOST_CHARACTERS} are read"
        )
    })?;
    if count == 0 {
        return Ok(Vec::new());
    }
    let tag = tag(input, order)?.ok_or_else(cut_off)?;
    let mut data = Vec::new();
    match tag.inline {
        Some(inline) => data.extend(&inline[..tag.length]),
        // As much as there is, whatever the tag claims.
        None => drop(
            input
                .take(4 * count as u64)
                .take(tag.length as u64)
                .read_to_end(&mut data)
                .map_err(said)?,
        ),
    }
    let wide = |bytes: &[u8; 2]| match order.is_big_endian {
        true => u16::from_be_bytes(*bytes),
        false => u16::from_le_bytes(*bytes),
    };
    let text = match tag.kind {
        // Signed or unsigned bytes, and UTF-8.
        1 | 2 | 16 => String::from_utf8(data).ok(),
        // Unsigned shorts, and UTF-16.
        4 | 17 => String::from_utf16(&data.as_chunks::<2>().0.iter().map(wide).collect::<Vec<u16>>()).ok(),
        _ => None,
    };
    let characters: Vec<char> = text.as_deref().unwrap_or_default().chars().collect();
    if characters.len() != count {
        return Err(format!(
            "its texts claim to have {rows} x {columns} characters, but {} follow",
            characters.len()
        ));
    }
    let row = |row: usize| characters.iter().skip(row).step_by(rows).collect::<String>();
    Ok((0..rows).map(|place| row(place).trim_end().to_owned()).collect())
}

/// Whether the numbers of an array may be needed: where a person names another, only as its labels.
fn is_needed(head: &Head, rules: &ReadingRules) -> bool {
    let is_named = [&rules.variable, &rules.label, &rules.split_column].contains(&&Some(head.name.clone()));
    is_named || rules.variable.is_none() || head.list().is_some()
}

/// The numbers of an array, which end the variable.
fn numbers(head: &Head, input: &mut impl Read, order: ByteOrder) -> Result<Values, String> {
    let name = &head.name;
    let tag = tag(input, order)?.ok_or_else(cut_off)?;
    let kind = match tag.kind {
        1 => ElementKind::I8,
        2 => ElementKind::U8,
        3 => ElementKind::I16,
        4 => ElementKind::U16,
        5 => ElementKind::I32,
        6 => ElementKind::U32,
        7 => ElementKind::F32,
        9 => ElementKind::F64,
        12 => ElementKind::I64,
        13 => ElementKind::U64,
        other => {
            return Err(format!(
                "its variable {name:?} has numbers of the unknown type {other}"
            ));
        }
    };
    let element = Element {
        kind,
        is_big_endian: order.is_big_endian,
    };
    let count = head
        .sizes
        .iter()
        .try_fold(1, |product: usize, &size| product.checked_mul(size));
    let claim = format!(
        "its variable {name:?} claims to have {} numbers",
        arrays::sizes(&head.sizes)
    );
    let bytes = count.and_then(|count| count.checked_mul(element.size()));
    let (Some(count), true) = (count, bytes == Some(tag.length)) else {
        return Err(format!("{claim}, but then that {} bytes follow", tag.length));
    };
    check_memory(count, ItemShape::Vector { features: 1 }, element.size().min(4))?;
    match tag.inline {
        Some(data) => read_numbers(&mut &data[..tag.length], element, count, false, &claim, 0),
        None => read_numbers(input, element, count, false, &claim, ALIGNMENT - 1),
    }
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

    /// A variable of any class, sizes and type of numbers.
    fn array(name: &[u8], class: u8, sizes: &[u32], kind: u32, data: &[u8]) -> Vec<u8> {
        let sizes: Vec<u8> = sizes.iter().flat_map(|size| size.to_le_bytes()).collect();
        let parts = [
            tagged(6, &[class, 0, 0, 0, 0, 0, 0, 0]),
            tagged(5, &sizes),
            tagged(1, name),
            tagged(kind, data),
        ];
        tagged(MATRIX, &parts.concat())
    }

    fn read_by(bytes: &[u8], rules: &str) -> Result<Found, String> {
        let source = Source {
            bytes: Box::new(bytes),
            file: None,
        };
        (variables(source, &ReadingRules::parse(rules).unwrap())?.read)()
    }

    fn read(bytes: &[u8]) -> Result<Found, String> {
        read_by(bytes, "usual")
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
            assert!(images.notes.is_empty());
        }
    }

    #[test]
    fn items_are_the_dimension_that_labels_or_a_shape_or_its_size_say() {
        // Every number says its row and its column.
        let number = |place: u32| (place % 12 * 16 + place / 12) as f64;
        let numbers: Vec<u8> = (0..12 * 3)
            .flat_map(|place| number(place).to_le_bytes())
            .collect();
        let rows = array(b"rows", 6, &[12, 3], 9, &numbers);
        let found = read(&file(std::slice::from_ref(&rows))).unwrap();
        assert_eq!(found.shape, ItemShape::Vector { features: 3 });
        let expected = (0..36).map(|at| (at / 3 * 16 + at % 3) as f32);
        assert_eq!(found.values, Values::Floats(expected.collect()));
        assert!(found.notes[0].contains("12 x 3: the first dimension"));
        let found = read_by(&file(std::slice::from_ref(&rows)), "shape=12").unwrap();
        assert_eq!(
            (found.count(), found.shape),
            (3, ItemShape::Vector { features: 12 })
        );

        let square = array(b"square", 6, &[12, 12], 2, &(0..144).collect::<Vec<u8>>());
        let found = read(&file(std::slice::from_ref(&square))).unwrap();
        assert!(found.notes[0].contains("the last dimension"));
        let labels = array(b"y", 6, &[12, 1], 2, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3]);
        let found = read(&file(&[packed(&rows), packed(&labels)])).unwrap();
        assert_eq!(found.labels[..3], ["1", "2", "3"]);
        let wide = array(b"wide", 6, &[10, 64], 2, &[1; 640]);
        let ten = array(b"y", 6, &[1, 10], 2, &[3; 10]);
        assert_eq!(
            read(&file(&[wide.clone(), ten])).unwrap().shape,
            ItemShape::grey(8, 8)
        );
        assert_eq!(
            read_by(&file(&[wide]), "shape=4x16").unwrap().shape,
            ItemShape::grey(4, 16)
        );
    }

    #[test]
    fn images_are_turned_and_colour_is_read() {
        // Rows, columns, channels, images: each number says the first three.
        let number = |place: u32| (place % 2 * 100 + place / 2 % 4 * 10 + place / 8 % 3) as u8;
        let numbers: Vec<u8> = (0..24 * 30).map(number).collect();
        let found = read(&file(&[packed(&array(b"X", 9, &[2, 4, 3, 30], 2, &numbers))])).unwrap();
        let shape = ItemShape::Image {
            height: 2,
            width: 4,
            channels: 3,
        };
        assert_eq!((found.shape, found.count()), (shape, 30));
        let Values::Bytes(bytes) = found.values else {
            panic!("all are bytes")
        };
        assert_eq!(bytes[24..30], [0, 1, 2, 10, 11, 12]);
        assert_eq!(bytes[24 + 12], 100);
        let unit: Vec<u8> = (0..40).flat_map(|at| (f64::from(at % 2)).to_le_bytes()).collect();
        let grey = read(&file(&[array(b"X", 6, &[2, 2, 10], 9, &unit)])).unwrap();
        assert_eq!(
            grey.values,
            Values::Bytes([0, 0, 255, 255].repeat(10)),
            "0 to 1 is grey"
        );
    }

    #[test]
    fn variables_are_named_where_several_could_be_meant() {
        let (one, two) = (matrix(b"one", 30, 2, &[1; 60]), matrix(b"two", 30, 2, &[2; 60]));
        let cell = array(b"cell", 1, &[2, 2], 2, &[0; 4]);
        let both = file(&[cell, one, two]);
        let said = read(&both).unwrap_err();
        assert!(
            said.contains("one (30 x 2) and two (30 x 2)") && said.contains("--variable"),
            "{said}"
        );
        assert_eq!(
            read_by(&both, "variable=two").unwrap().values,
            Values::Bytes(vec![2; 60])
        );
        let said = read_by(&both, "variable=cell").unwrap_err();
        assert!(said.contains("no array \"cell\", only one"), "{said}");
        let said = read_by(&both, "variable=one; label=two").unwrap_err();
        assert!(said.contains("60 entries") && said.contains("30 items"), "{said}");
        assert!(
            read_by(&both, "variable=one; label=one")
                .unwrap_err()
                .contains("both")
        );
    }

    /// An array of characters.
    fn characters(name: &[u8], rows: u32, columns: u32, text: &str) -> Vec<u8> {
        let data: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        array(name, CHARACTERS as u8, &[rows, columns], 17, &data)
    }

    #[test]
    fn labels_may_be_texts() {
        let items = matrix(b"X", 12, 2, &[7; 24]);
        let names =
            ["cat", "", "dög", "cat"].map(|name| characters(b"", 1, name.chars().count() as u32, name));
        let parts = [
            tagged(6, &[1, 0, 0, 0, 0, 0, 0, 0]),
            tagged(5, &[12, 0, 0, 0, 1, 0, 0, 0]),
            tagged(1, b"labels"),
            names.concat().repeat(3),
        ];
        let cells = tagged(MATRIX, &parts.concat());
        // First dimension fastest: all first letters, then all second ones.
        let rows = characters(
            b"labels",
            12,
            2,
            &format!("{}{}", "abc".repeat(4), "x y".repeat(4)),
        );
        for (labels, expected) in [
            (cells.clone(), ["cat", "", "dög"]),
            (packed(&cells), ["cat", "", "dög"]),
            (rows.clone(), ["ax", "b", "cy"]),
            (packed(&rows), ["ax", "b", "cy"]),
        ] {
            let found = read(&file(&[items.clone(), labels])).unwrap();
            assert_eq!((found.count(), found.labels.len()), (12, 12));
            assert_eq!(found.labels[..3], expected);
        }
        let said = read_by(&file(&[items.clone(), cells]), "variable=labels").unwrap_err();
        assert!(said.contains("\"labels\" holds texts"), "{said}");
        let lying = characters(b"labels", 12, 3, "abc");
        let said = read(&file(&[items, lying])).unwrap_err();
        assert!(said.contains("12 x 3 characters, but 3 follow"), "{said}");
    }

    #[test]
    fn the_bytes_of_numbers_may_stand_in_the_other_order() {
        let number = |value: u32| value.to_be_bytes();
        let element = |kind: u32, data: &[u8]| {
            let mut bytes = [number(kind), number(data.len() as u32)].concat();
            bytes.extend(data);
            bytes.resize(bytes.len().next_multiple_of(8), 0);
            bytes
        };
        let reals: Vec<u8> = (0..24)
            .flat_map(|place| (f64::from(place) - 0.5).to_be_bytes())
            .collect();
        let parts = [
            element(6, &[number(6), number(0)].concat()),
            element(5, &[number(12), number(2)].concat()),
            // A small element: its length and its type are one number.
            [&number(1 << 16 | 1)[..], b"X\0\0\0"].concat(),
            element(9, &reals),
        ];
        let mut bytes = file(&[element(MATRIX, &parts.concat())]);
        bytes[126..128].copy_from_slice(b"MI");
        let found = read(&bytes).unwrap();
        let Values::Floats(values) = found.values else {
            panic!("they are no whole numbers")
        };
        assert_eq!(values[..4], [-0.5, 11.5, 0.5, 12.5]);
    }

    #[test]
    fn a_bad_file_is_told_apart() {
        let good = file(&[matrix(b"ff", 560, 12, &[0; 12 * 560])]);
        let lying = file(&[matrix(b"ff", 560, u32::MAX, &[0; 560])]);
        let mut other_version = good.clone();
        other_version[7] = b'7';
        let mut unordered = good.clone();
        unordered[126..128].copy_from_slice(b"II");
        for (bytes, expected) in [
            (good[..100].to_vec(), "header"),
            (good[..150].to_vec(), "ends within an element"),
            (
                good[..1_000].to_vec(),
                "\"ff\" claims to have 560 x 12 numbers, but 816 bytes follow",
            ),
            (
                file(&[tagged(MATRIX, &[0; 8]), vec![0; 8]]),
                "an element of type 0",
            ),
            (file(&[vec![0; 64]]), "an element of type 0"),
            (file(&vec![matrix(b"x", 1, 1, &[5]); 2_000]), "1000 variables"),
            (file(&[]), "no array of numbers"),
            (file(&[matrix(b"gg", 1, 9, &[0; 9])]), "only gg (1 x 9)"),
            (lying, "560 x 4294967295 numbers, but then that 560 bytes follow"),
            (
                file(&[matrix(b"ff", 560, 12, &[0; 11 * 560])]),
                "560 x 12 numbers, but then that 6160 bytes",
            ),
            (
                file(&[torn(packed(&matrix(b"ff", 560, 12, &[7; 12 * 560])))]),
                "packed variable is damaged",
            ),
            (file(&[array(b"x", 6, &[12, 3], 8, &[0; 36])]), "unknown type 8"),
            (other_version, "MATLAB 7.0"),
            (unordered, "the order of bytes"),
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
