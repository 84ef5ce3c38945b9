//! NPZ: several arrays of NumPy by their names (`numpy.savez`, `numpy.savez_compressed`), each an NPY file in a ZIP archive.
//!
//! The archive's directory stands at its end, so that what comes as a stream is first held in memory, packed.

use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use super::Format;
use super::arrays::{Choice, Head, choose, in_grey, joined};
use super::npy::{Header, is_grey};
use crate::data::found::{check_memory, check_size};
use crate::data::{Announced, Found, ImageLayout, ItemShape, ReadingRules, Source};
use crate::words::plain;

pub(super) const FORMAT: Format = Format {
    name: "NPZ",
    recognises: |head| head.starts_with(b"PK\x03\x04") || head.starts_with(EMPTY),
    endings: &[],
    announce: arrays,
};

/// What an archive of nothing begins with.
const EMPTY: &[u8] = b"PK\x05\x06";
/// The end of an array's name.
const ENDING: &str = ".npy";
/// The most that is held of an archive that comes as a stream: 1 GiB.
const MOST_STREAMED: u64 = 1 << 30;
/// The most arrays that are looked at.
const MOST_ARRAYS: usize = 1_000;
/// What a large archive has near its end, and where its number of files stands behind that.
const LARGE_END: &[u8] = b"PK\x06\x06";
const FILES: std::ops::Range<usize> = 32..40;
/// The most files in an archive, of which memory is taken for a list.
const MOST_FILES: u64 = 1 << 16;
/// How much of the end of an archive is looked through: the longest comment, and what stands around it.
const END: u64 = (1 << 16) + 512;

/// What an archive is read from.
trait Place: Read + Seek {}

impl<T: Read + Seek> Place for T {}

/// The arrays of an archive, with their heads.
struct Archive<'a> {
    zip: ZipArchive<Box<dyn Place + 'a>>,
    /// The places of the arrays in the archive, with what stands before their numbers.
    arrays: Vec<(usize, Header)>,
    heads: Vec<Head>,
}

/// The items of the arrays that are chosen.
fn arrays<'a>(source: Source<'a>, rules: &ReadingRules) -> Result<Announced<'a>, String> {
    let mut archive = Archive::open(source)?;
    let choice = choose(&archive.heads, rules, true)?;
    let has_lengths = !choice.lengths.is_empty();
    let shapes = choice.items.iter().map(|(place, _)| {
        let header = &archive.arrays[*place].1;
        let sequences = ReadingRules {
            shape: rules
                .shape
                .or_else(|| sequences(&header.shape, rules.layout).filter(|_| has_lengths)),
            ..rules.clone()
        };
        let (count, shape) = header.items(&sequences)?;
        check_memory(count, shape, header.element()?.size().min(4))?;
        Ok((count, shape))
    });
    let shapes = shapes
        .collect::<Result<Vec<(usize, ItemShape)>, String>>()
        .map_err(|said| archive.of_array(choice.items[0].0, &said))?;
    let (count, shape) = (shapes.iter().map(|(count, _)| count).sum::<usize>(), shapes[0].1);
    check_size(count, shape)?;
    let rules = rules.clone();
    Ok(Announced {
        head: Some((count, shape)),
        read: Box::new(move || archive.read(&choice, &shapes, &rules)),
    })
}

impl<'a> Archive<'a> {
    fn open(source: Source<'a>) -> Result<Self, String> {
        let Source { mut bytes, file } = source;
        let mut place: Box<dyn Place + 'a> = match file {
            Some(file) => Box::new(BufReader::new(file)),
            None => {
                let mut held = Vec::new();
                let read = bytes.by_ref().take(MOST_STREAMED + 1).read_to_end(&mut held);
                if read.map_err(|error| error.to_string())? as u64 > MOST_STREAMED {
                    return Err("it is an archive of more than 1 GiB, which is read from a file only".into());
                }
                Box::new(Cursor::new(held))
            }
        };
        check_end(&mut place)?;
        let mut zip = ZipArchive::new(place).map_err(said)?;
        let name = |place: usize| match zip.name_for_index(place) {
            Some(Ok(name)) => name.into_owned(),
            _ => String::new(),
        };
        let names: Vec<String> = (0..zip.len()).map(name).collect();
        let (mut arrays, mut heads) = (Vec::new(), Vec::new());
        for (place, name) in names.iter().enumerate() {
            let Some(name) = name.strip_suffix(ENDING) else {
                continue;
            };
            if arrays.len() == MOST_ARRAYS {
                return Err(format!("it has more than {MOST_ARRAYS} arrays"));
            }
            let mut member = zip.by_index(place).map_err(said)?;
            let header = Header::read(&mut member).map_err(|said| of_array(name, &said))?;
            // Texts are labels; objects are neither those nor numbers.
            if header.element().is_ok() || header.is_text() {
                heads.push(Head {
                    name: name.to_owned(),
                    sizes: header.shape.clone(),
                    is_text: header.is_text(),
                });
                arrays.push((place, header));
            }
        }
        if heads.iter().all(|head| head.is_text) {
            return Err("it is a ZIP archive without arrays of numbers (NPY files) in it".into());
        }
        Ok(Self { zip, arrays, heads })
    }

    fn of_array(&self, place: usize, said: &str) -> String {
        of_array(&self.heads[place].name, said)
    }

    fn read(
        &mut self,
        choice: &Choice,
        shapes: &[(usize, ItemShape)],
        rules: &ReadingRules,
    ) -> Result<Found, String> {
        let mut sets = Vec::new();
        for (at, (&(place, mark), &(count, shape))) in choice.items.iter().zip(shapes).enumerate() {
            // Whether floats are grey, all sets say together.
            let values = self.member(place, |header, mut member| header.numbers(&mut member, false))?;
            let mut found = Found::new(shape, values);
            if let Some(&labels) = choice.labels.get(at) {
                found.labels = self.list(labels, count, place)?;
            }
            // Beside what a person reads as images they say nothing.
            if let Some(&lengths) = choice.lengths.get(at).filter(|_| shape.steps() > 0) {
                found.lengths = self.lengths(lengths, count, place)?;
            }
            sets.push((found, mark));
        }
        let mut found = joined(sets)?;
        if is_grey(found.shape, rules) {
            found.values = in_grey(found.values);
        }
        if let Some(marks) = choice.marks {
            found.parts = self.list(marks, found.count(), choice.items[0].0)?;
        }
        found.notes.extend(choice.notes.iter().cloned());
        Ok(found)
    }

    /// The steps of every sequence, of `count` in the array `of`.
    fn lengths(&mut self, place: usize, count: usize, of: usize) -> Result<Vec<usize>, String> {
        let list = self.list(place, count, of)?;
        let name = plain(&self.heads[place].name);
        let parsed = list.iter().enumerate().map(|(item, length)| {
            length.parse().map_err(|_| {
                format!(
                    "its array {name:?} says {length:?} of sequence {}, which is no number of steps",
                    item + 1
                )
            })
        });
        parsed.collect()
    }

    /// A list with an entry for each of `count` items, which the array `of` holds.
    fn list(&mut self, place: usize, count: usize, of: usize) -> Result<Vec<String>, String> {
        let of = format!("its array {:?}", self.heads[of].name);
        self.member(place, |header, mut member| header.labels(&mut member, count, &of))
    }

    /// What `read` makes of an array behind its header.
    fn member<T>(
        &mut self,
        place: usize,
        read: impl FnOnce(&Header, &mut dyn Read) -> Result<T, String>,
    ) -> Result<T, String> {
        let (index, header) = &self.arrays[place];
        let mut member = self.zip.by_index(*index).map_err(said)?;
        Header::read(&mut member)
            .and_then(|_| read(header, &mut member))
            .map_err(|said| of_array(&self.heads[place].name, &said))
    }
}

/// Sequences of the sizes of an array that has the items first: their steps, and the features of each, or the rows and columns of
/// grey images, or those of images in colour with the channels last or first.
fn sequences(sizes: &[usize], layout: ImageLayout) -> Option<ItemShape> {
    let films = |frames, height, width, channels| {
        let image = ItemShape::Image {
            height,
            width,
            channels,
        };
        image.in_sequences(frames)
    };
    match *sizes {
        [_, steps] => Some(ItemShape::Sequence { steps, features: 1 }),
        [_, steps, features] => Some(ItemShape::Sequence { steps, features }),
        [_, frames, height, width] => films(frames, height, width, 1),
        [_, frames, height, width, channels @ (1 | 3)] if layout == ImageLayout::ChannelsLast => {
            films(frames, height, width, channels)
        }
        [_, frames, channels @ (1 | 3), height, width] if layout == ImageLayout::ChannelsFirst => {
            films(frames, height, width, channels)
        }
        _ => None,
    }
}

/// Whether its end claims a number of files for which memory can be taken.
fn check_end(place: &mut (impl Read + Seek)) -> Result<(), String> {
    let mut end = Vec::new();
    let read = place.seek(SeekFrom::End(0)).and_then(|length| {
        place.seek(SeekFrom::Start(length.saturating_sub(END)))?;
        place.by_ref().take(END).read_to_end(&mut end)?;
        place.rewind()
    });
    read.map_err(|error| error.to_string())?;
    let claims = (0..end.len())
        .filter(|&at| end[at..].starts_with(LARGE_END))
        .filter_map(|at| {
            let files = end[at..].get(FILES)?.try_into().ok()?;
            Some(u64::from_le_bytes(files))
        });
    match claims.max() {
        Some(files) if files > MOST_FILES => Err(format!(
            "it is a ZIP archive that claims to have {files} files, but at most {MOST_FILES} are read"
        )),
        _ => Ok(()),
    }
}

fn of_array(name: &str, said: &str) -> String {
    format!("its array {name:?} can't be used: {said}")
}

fn said(error: ZipError) -> String {
    format!("its ZIP archive can't be read: {}", plain(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::super::announced;
    use super::*;
    use crate::data::Values;

    fn npy(descr: &str, shape: &str, numbers: &[u8]) -> Vec<u8> {
        let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        let length = (text.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\0", &length[..], text.as_bytes(), numbers].concat()
    }

    fn archive(method: zip::CompressionMethod, members: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(method);
        for (name, bytes) in members {
            writer.start_file(*name, options).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn read(bytes: &[u8], rules: &str) -> Result<Found, String> {
        let source = Source {
            bytes: Box::new(bytes),
            file: None,
        };
        (arrays(source, &ReadingRules::parse(rules).unwrap())?.read)()
    }

    fn sets() -> Vec<(&'static str, Vec<u8>)> {
        vec![
            ("x_test.npy", npy("|u1", "(3, 2, 1)", &[9; 6])),
            (
                "y_test.npy",
                npy("<i8", "(3,)", &[3_i64, 4, 5].map(i64::to_le_bytes).concat()),
            ),
            ("x_train.npy", npy("|u1", "(12, 2, 1)", &[7; 24])),
            ("y_train.npy", npy("|u1", "(12, 1)", &[1; 12])),
            ("about.txt", b"any".to_vec()),
            ("names.npy", npy("<U5", "(2,)", &[0; 40])),
        ]
    }

    #[test]
    fn sets_and_labels_are_found_stored_and_packed() {
        for method in [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated] {
            let found = read(&archive(method, &sets()), "usual").unwrap();
            assert_eq!(found.shape, ItemShape::grey(2, 1));
            assert_eq!(found.values, Values::Bytes([vec![7; 24], vec![9; 6]].concat()));
            assert_eq!(
                (found.parts[11].as_str(), found.parts[12].as_str()),
                ("train", "test")
            );
            assert_eq!((found.labels[11].as_str(), found.labels[12].as_str()), ("1", "3"));
        }
    }

    #[test]
    fn lengths_beside_the_items_make_sequences_of_them() {
        let members = |lengths: [i64; 12]| {
            let lengths = lengths.map(i64::to_le_bytes).concat();
            vec![
                ("x.npy", npy("|u1", "(12, 4, 2)", &[3; 96])),
                ("lengths.npy", npy("<i8", "(12,)", &lengths)),
            ]
        };
        let read_of = |lengths| {
            read(
                &archive(zip::CompressionMethod::Stored, &members(lengths)),
                "usual",
            )
        };
        let found = read_of([4, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4]).unwrap();
        assert_eq!(found.shape.typed(), "4:2");
        assert_eq!(found.lengths[..4], [4, 1, 2, 3]);
        assert_eq!(found.check_lists(), Ok(()));
        for wrong in [0, 5] {
            let found = read_of([4, 4, wrong, 4, 4, 4, 4, 4, 4, 4, 4, 4]).unwrap();
            let said = found.check_lists().unwrap_err();
            assert!(
                said.contains(&format!("sequence 3 has {wrong} steps, but 1 to 4")),
                "{said}"
            );
        }
        assert!(
            read_of([4, -1, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4])
                .unwrap_err()
                .contains("no number of steps")
        );
    }

    #[test]
    fn lengths_beside_images_make_films_of_them_in_grey_and_in_colour() {
        let numbers: Vec<u8> = (0..12 * 36).map(|number| number as u8).collect();
        let lengths = npy("<i8", "(12,)", &[2_i64; 12].map(i64::to_le_bytes).concat());
        for (sizes, rules, expected) in [
            ("(12, 2, 3, 6)", "usual", "2:3x6"),
            ("(12, 2, 3, 2, 3)", "usual", "2:3x2x3"),
            ("(12, 2, 3, 3, 2)", "layout=channels-first", "2:3x2x3"),
        ] {
            let members = [
                ("x.npy", npy("|u1", sizes, &numbers)),
                ("lengths.npy", lengths.clone()),
            ];
            let source = Source {
                bytes: Box::new(Cursor::new(archive(zip::CompressionMethod::Stored, &members))),
                file: None,
            };
            let rules = ReadingRules::parse(rules).unwrap();
            let found = (announced(source, None, &rules).unwrap().read)().unwrap();
            assert_eq!((found.shape.typed().as_str(), found.lengths[0]), (expected, 2));
            let Values::Bytes(values) = found.values else {
                panic!("bytes")
            };
            // The first pixel of the second frame of the second film, of which the channels lie 6 apart where they come first.
            let pixel = if expected == "2:3x6" { 0 } else { 1 };
            let apart = if sizes.ends_with("3, 2)") { 6 } else { 1 };
            let at = 36 + 18 + pixel;
            assert_eq!(values[36 + 18], numbers[36 + 18]);
            assert_eq!(values[at], numbers[36 + 18 + pixel * apart], "{sizes}");
        }
    }

    #[test]
    fn grey_of_one_set_is_grey_of_both_or_of_none() {
        let floats = |numbers: &[f32]| {
            numbers
                .iter()
                .flat_map(|number| number.to_le_bytes())
                .collect::<Vec<_>>()
        };
        let members = |bright: f32| {
            vec![
                ("x_train.npy", npy("<f4", "(10, 1, 1)", &floats(&[0.5; 10]))),
                ("x_test.npy", npy("<f4", "(1, 1, 1)", &floats(&[bright]))),
            ]
        };
        let read = |bright| {
            read(
                &archive(zip::CompressionMethod::Stored, &members(bright)),
                "usual",
            )
            .unwrap()
        };
        assert!(read(1.0).values.are_bytes());
        assert_eq!(
            read(2.0).values,
            Values::Floats([vec![0.5; 10], vec![2.0]].concat())
        );
    }

    #[test]
    fn a_person_names_arrays() {
        let bytes = archive(zip::CompressionMethod::Stored, &sets());
        let found = read(&bytes, "variable=x_train; label=y_train; split-column=y_train").unwrap();
        assert_eq!(
            (found.count(), found.labels.len(), found.parts.len()),
            (12, 12, 12)
        );
        let said = read(&bytes, "variable=x_train; label=y_test").unwrap_err();
        assert!(said.contains("y_test") && said.contains("has 12 items"), "{said}");
        let said = read(&bytes, "variable=names").unwrap_err();
        assert!(said.contains("\"names\" holds texts"), "{said}");
        assert_eq!(read(&bytes, "variable=x_test").unwrap().count(), 3);
    }

    #[test]
    fn labels_may_be_texts_by_their_usual_names() {
        let texts: Vec<u8> = (0..12).flat_map(|item| [b'a' + item % 2, 0, 0, 0]).collect();
        for (items, label, length) in [
            ("x.npy", "label.npy", 12),
            ("x_train.npy", "train_labels.npy", 12),
        ] {
            let members = [
                ("train_names.npy", npy("<U1", "(12,)", &texts)),
                (items, npy("|u1", "(12, 2, 1)", &[7; 24])),
                (label, npy("<U1", "(12,)", &texts)),
            ];
            let found = read(&archive(zip::CompressionMethod::Deflated, &members), "usual").unwrap();
            assert_eq!((found.count(), found.labels.len()), (12, length), "{items}");
            assert_eq!(found.labels[..2], ["a", "b"]);
        }
    }

    #[test]
    fn a_bad_archive_is_told_apart() {
        let with = |bytes| archive(zip::CompressionMethod::Deflated, &[("a.npy", bytes)]);
        let good = with(npy("|u1", "(10, 2)", &[7; 20]));
        let mut damaged = good.clone();
        damaged[70] ^= 0x10;
        for (bytes, expected) in [
            (good[..good.len() - 30].to_vec(), "can't be read"),
            (archive(zip::CompressionMethod::Stored, &[]), "without arrays"),
            (
                archive(zip::CompressionMethod::Stored, &[("a.txt", vec![1])]),
                "without arrays",
            ),
            (
                with(npy("|u1", "(10, 2)", &[7; 19])),
                "\"a\" can't be used: its header says 10 x 2 numbers, but 19 bytes follow",
            ),
            (with(npy("|u1", "(10, 2)", &[7; 21])), "more than 20 bytes"),
            (with(npy("<f4", "(1000000000, 60000)", &[7; 21])), "4 GiB"),
            (with(b"no array".to_vec()), "\"a\" can't be used"),
            ([LARGE_END, &[0xff; 36], &good].concat(), "claims to have"),
        ] {
            let said = read(&bytes, "usual").unwrap_err();
            assert!(said.contains(expected), "{expected}: {said}");
        }
        assert!(read(&damaged, "usual").is_err());
    }
}
