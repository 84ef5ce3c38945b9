//! Data sets from files and from standard input: what belongs together.
//!
//! Every head is read, and everything that it says checked, before the first item.

use std::fmt::Display;
use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::assembly::{FoundFile, alike, assemble};
use super::formats::folder;
use super::found::check_count;
use super::names::{ImagesName, first_there};
use super::source::Source;
use super::windows::in_windows;
use super::{Announced, Dataset, Found, ItemShape, ReadingRules, STANDARD_INPUT, SplitRule, formats};
use crate::files::{open_regular, shown};

/// How much of a file is read at a time.
const BUFFER: usize = 1 << 16;

/// A data file could not be used.
#[derive(Debug, Error)]
#[error("{name} can't be used as data: {cause}")]
pub struct DataError {
    name: String,
    cause: String,
}

/// Gives an error the name of its file.
pub(super) trait Named<T> {
    /// The same with the error's file.
    fn named(self, path: &Path) -> Result<T, DataError>;
}

impl<T, E: Display> Named<T> for Result<T, E> {
    fn named(self, path: &Path) -> Result<T, DataError> {
        self.map_err(|cause| DataError {
            name: shown(path),
            cause: cause.to_string(),
        })
    }
}

/// Reads `path`: a file in one of the [`formats`], plain or packed by gzip, or a folder of images.
///
/// The test set is the file that the `rules` name. If they name none and the file's name says that these are training images, the
/// test images are looked for beside it under the names that IDX files have; else some items are held out. Labels are
/// looked for too. `progress` hears the fraction of the file that was read.
///
/// # Errors
/// If the file can't be read or is in none of the formats, if it is no regular file, if one beside it does not fit, or if the
/// rules can't be used with it; one sentence that names file and cause.
pub fn load(path: &Path, rules: &ReadingRules, progress: impl FnMut(f32)) -> Result<Dataset, DataError> {
    let train = open(path, rules, progress)?;
    with_test(train, path, path, rules)
}

/// A data set called `name` of what the file or the pipe `path` announces, with its labels and its test set.
fn with_test(train: Announced, path: &Path, name: &Path, rules: &ReadingRules) -> Result<Dataset, DataError> {
    if let Some((count, shape)) = train.head {
        check_count(count, shape).named(path)?;
    }
    let mut notes = Vec::new();
    let train_labels = labels(&train, path, &mut notes)?;
    let candidates = test_candidates(path, rules);
    let Some(test_path) = first_there(&candidates) else {
        if let Some(test_file) = &rules.test_file {
            return Err("there is no such test file").named(Path::new(test_file));
        }
        let train = read(train, path, train_labels, rules)?;
        let why = candidates.first().map_or(String::new(), |likeliest| {
            format!(
                "no test images such as {} lie beside it, so ",
                file_name(likeliest)
            )
        });
        return assemble(name, rules, train, None, &why, notes);
    };
    let test = open(test_path, rules, |_| {})?;
    if let (Some((count, shape)), Some((train_count, train_shape))) = (test.head, train.head)
        && shape != train_shape
    {
        let cause = format!(
            "it has {count} {shape}, but {} has {train_count} {train_shape}",
            shown(path)
        );
        return Err(cause).named(test_path);
    }
    let test_labels = labels(&test, test_path, &mut notes)?;
    let train = read(train, path, train_labels, rules)?;
    let test = read(test, test_path, test_labels, rules)?;
    assemble(name, rules, train, Some(test), "", notes)
}

/// Where the test set may be: where the rules say, or beside training images under the names that are usual.
fn test_candidates(path: &Path, rules: &ReadingRules) -> Vec<PathBuf> {
    if let Some(test_file) = &rules.test_file {
        return vec![PathBuf::from(test_file)];
    }
    if rules.split != SplitRule::Usual || rules.test_fraction.is_some() {
        return Vec::new();
    }
    let training_name = ImagesName::of(path).filter(ImagesName::is_training);
    training_name.map_or_else(Vec::new, |name| name.test_images())
}

/// Reads items as [`load`] does, but from standard input.
///
/// # Errors
/// If standard input is a terminal, can't be read, or has no such items.
pub fn standard_input(rules: &ReadingRules) -> Result<Dataset, DataError> {
    let name = Path::new("standard input");
    let input = std::io::stdin().lock();
    if input.is_terminal() {
        return Err("it is a terminal; --data - is for a file or a pipe: --data - < FILE").named(name);
    }
    let train = announced(input, rules).named(name)?;
    with_test(train, name, Path::new(STANDARD_INPUT), rules)
}

/// All items of the file `path`, or of standard input under the name `-`, read as those of `known` are: by its rules, and
/// scaled as its training items. None is held out: all of them are in the test part, in their order. Labels are looked for
/// beside a file.
///
/// # Errors
/// As [`load`] and [`standard_input`], and if the items are of another shape or kind of values than those of `known`.
pub fn items_like(known: &Dataset, path: &Path) -> Result<Dataset, DataError> {
    let mut notes = Vec::new();
    let found = found(path, &known.rules, &mut notes)?;
    let path = path.to_owned();
    alike(known, FoundFile { path, found }, notes)
}

/// All items of the file `path`, or of standard input under the name `-`, with the labels that lie beside it; `notes` are what a
/// person should know of how they were read.
///
/// # Errors
/// As [`load`] and [`standard_input`].
pub fn found(path: &Path, rules: &ReadingRules, notes: &mut Vec<String>) -> Result<Found, DataError> {
    let file = if path == Path::new(STANDARD_INPUT) {
        let name = Path::new("standard input");
        let input = std::io::stdin().lock();
        if input.is_terminal() {
            return Err("it is a terminal; - is for a file or a pipe: - < FILE").named(name);
        }
        read(announced(input, rules).named(name)?, name, Vec::new(), rules)?
    } else {
        let items = open(path, rules, |_| {})?;
        let labels = labels(&items, path, notes)?;
        read(items, path, labels, rules)?
    };
    Ok(file.found)
}

/// The items in a file's bytes, whatever its name, in one of the [`formats`], plain or packed by gzip, as the usual rules
/// read them.
///
/// Reads no further than the head if that can't be used, and takes no more memory than the items do.
///
/// # Errors
/// If it is in none of them, or its head can't be used or does not fit what follows; the sentence begins with "it" or "its".
pub fn parse(bytes: impl BufRead) -> Result<Found, String> {
    (announced(bytes, &ReadingRules::default())?.read)()
}

/// The head of bytes without a file, with the items still to be read.
fn announced<'a>(input: impl BufRead + 'a, rules: &ReadingRules) -> Result<Announced<'a>, String> {
    let source = Source::new(input, None).map_err(|error| error.to_string())?;
    formats::announced(source, None, rules)
}

/// The head of a file; `progress` hears later how much of the file was read.
fn open<'a>(
    path: &Path,
    rules: &ReadingRules,
    progress: impl FnMut(f32) + 'a,
) -> Result<Announced<'a>, DataError> {
    if path.is_dir() {
        return folder::announced(path, rules, progress).named(path);
    }
    let file = open_regular(path).named(path)?;
    let length = file.metadata().named(path)?.len();
    let same = file.try_clone().named(path)?;
    let watched = Watched {
        file,
        length,
        read: 0,
        progress,
    };
    let source = Source::new(BufReader::with_capacity(BUFFER, watched), Some(same)).named(path)?;
    formats::announced(source, Some(path), rules).named(path)
}

/// The items of a file, with the labels that lie beside it where it has none of its own.
fn read(
    announced: Announced,
    path: &Path,
    labels: Vec<String>,
    rules: &ReadingRules,
) -> Result<FoundFile, DataError> {
    let mut found = (announced.read)().named(path)?;
    if found.labels.is_empty() {
        found.labels = labels;
    }
    if let Some(length) = rules.sequence_length {
        found = in_windows(found, length).named(path)?;
    }
    Ok(FoundFile {
        path: path.to_owned(),
        found,
    })
}

/// The labels of the images in `path`, where they lie beside it under the names that are usual.
fn labels(images: &Announced, path: &Path, notes: &mut Vec<String>) -> Result<Vec<String>, DataError> {
    // A folder has the labels of its images within it.
    let name = ImagesName::of(path).filter(|_| !path.is_dir());
    let (Some(name), Some((points, ItemShape::Image { .. }))) = (name, images.head) else {
        return Ok(Vec::new());
    };
    let candidates = name.labels();
    if let Some(labels_path) = first_there(&candidates) {
        let file = open_regular(labels_path).named(labels_path)?;
        let source = Source::new(BufReader::with_capacity(BUFFER, file), None).named(labels_path)?;
        return formats::labels(source.bytes, points, &shown(path)).named(labels_path);
    }
    let note = |likeliest| format!("no labels such as {} lie beside it", file_name(likeliest));
    notes.extend(
        candidates
            .first()
            .map(|likeliest| format!("{}: {}", file_name(path), note(likeliest))),
    );
    Ok(Vec::new())
}

/// The name of a file without its folder, for a person to read.
pub(super) fn file_name(path: &Path) -> String {
    shown(path.file_name().map_or(path, Path::new))
}

/// A file that tells how much of it was read, a hundred times at most.
struct Watched<P> {
    file: File,
    length: u64,
    read: u64,
    progress: P,
}

impl<P: FnMut(f32)> Read for Watched<P> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(into)?;
        let percent = |read: u64| (100 * read).checked_div(self.length).unwrap_or(100);
        let before = percent(self.read);
        self.read += count as u64;
        let now = percent(self.read);
        if now != before {
            (self.progress)(now as f32 / 100.0);
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Part;

    fn idx_of(count: u32, height: u32, width: u32, pixels: &[u8]) -> Vec<u8> {
        let header = [0x803, count, height, width];
        let header = header.into_iter().flat_map(u32::to_be_bytes);
        header.chain(pixels.iter().copied()).collect()
    }

    fn written(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_tenth_image_is_held_out() {
        let pixels: Vec<u8> = (0..25).flat_map(|image| [image; 6]).collect();
        let bytes = idx_of(25, 2, 3, &pixels);
        for (name, bytes) in [("a.idx", bytes.clone()), ("a.idx.gz", packed(&bytes))] {
            let (_folder, path) = written(name, &bytes);
            let data = load(&path, &ReadingRules::default(), |_| {}).unwrap();
            assert_eq!(
                (data.shape, data.name.as_str()),
                (ItemShape::grey(2, 3), path.to_str().unwrap())
            );
            assert_eq!((data.train.points(), data.test.points()), (23, 2));
            assert_eq!([data.test.shown(0)[0], data.test.shown(1)[5]], [9.0, 19.0]);
            assert_eq!(data.train.shown(9), [10.0; 6]);
        }
    }

    #[test]
    fn test_images_and_labels_are_found_by_their_names() {
        let (folder, path) = written("train-images-idx3-ubyte", &idx_of(12, 1, 1, &[7; 12]));
        let write = |name: &str, bytes: Vec<u8>| std::fs::write(folder.path().join(name), bytes).unwrap();
        write("t10k-images-idx3-ubyte", idx_of(10, 1, 1, &[9; 10]));
        write(
            "train-labels-idx1-ubyte",
            [[0, 0, 8, 1, 0, 0, 0, 12].to_vec(), vec![3; 12]].concat(),
        );
        let data = load(&path, &ReadingRules::default(), |_| {}).unwrap();
        assert_eq!((data.train.points(), data.test.points()), (12, 10));
        assert_eq!((data.train.label(0), data.test.label(0)), (Some(0), None));

        write("t10k-images-idx3-ubyte", idx_of(10, 1, 2, &[9; 20]));
        let said = load(&path, &ReadingRules::default(), |_| {})
            .unwrap_err()
            .to_string();
        assert!(
            said.contains("10 images of 1 x 2 pixels") && said.contains("t10k"),
            "{said}"
        );
    }

    #[test]
    fn all_items_of_a_file_are_there_in_their_order() {
        let pixels: Vec<u8> = (0..25).flat_map(|image| [image; 6]).collect();
        let (_folder, path) = written("a.idx", &idx_of(25, 2, 3, &pixels));
        let known = Dataset {
            classes: vec!["7".into()],
            ..load(&path, &ReadingRules::default(), |_| {}).unwrap()
        };
        let (_folder, single) = written("images-idx3-ubyte", &idx_of(1, 2, 3, &[9; 6]));
        let labels = [[0, 0, 8, 1, 0, 0, 0, 1].as_slice(), &[5]].concat();
        std::fs::write(single.with_file_name("labels-idx1-ubyte"), labels).unwrap();
        for (path, count, value, class) in [(&path, 25, 24, None), (&single, 1, 9, Some("5"))] {
            let data = items_like(&known, path).unwrap();
            assert_eq!((data.test.points(), data.train.points()), (count, 0));
            assert_eq!(data.test.shown(count - 1), [value as f32; 6]);
            assert_eq!(data.class(Part::Test, count - 1), class);
            assert_eq!(data.classes.is_empty(), class.is_none());
        }
        let (_folder, other) = written("other.idx", &idx_of(1, 3, 2, &[9; 6]));
        let said = items_like(&known, &other).unwrap_err().to_string();
        assert!(said.contains("3 x 2") && said.contains("2 x 3"), "{said}");
    }

    #[test]
    fn a_bad_file_is_one_clear_sentence() {
        let good = idx_of(12, 2, 2, &[0; 48]);
        let cases: &[(&str, Vec<u8>, &str)] = &[
            ("empty", vec![], "it is empty"),
            (
                "text",
                b"hello, world".to_vec(),
                "but text: it would be IDX, MATLAB 5",
            ),
            ("header only", good[..10].to_vec(), "header"),
            ("short", good[..40].to_vec(), "24 bytes follow"),
            (
                "long",
                [good.clone(), vec![0]].concat(),
                "more than 48 bytes follow",
            ),
            (
                "lying",
                idx_of(u32::MAX, u32::MAX, u32::MAX, &[0; 48]),
                "4294967295 x 4294967295",
            ),
            ("no pixels", idx_of(12, 0, 5, &[]), "0 x 5 pixels"),
            ("few", idx_of(3, 2, 2, &[0; 12]), "3 images"),
            ("none", idx_of(0, 2, 2, &[]), "0 images"),
            ("labels", [0, 0, 8, 1, 0, 0, 0, 1, 5].to_vec(), "1 dimension"),
            (
                "floats",
                [0, 0, 0x0d, 3, 0, 0, 0, 1].to_vec(),
                "ends within its header",
            ),
            ("torn", packed(&good)[..30].to_vec(), "gzip"),
        ];
        for (name, bytes, expected) in cases {
            let (_folder, path) = written(name, bytes);
            let said = load(&path, &ReadingRules::default(), |_| {})
                .unwrap_err()
                .to_string();
            assert!(said.contains(expected) && said.contains(name), "{name}: {said}");
        }
        let said = load(Path::new("no/such/file"), &ReadingRules::default(), |_| {})
            .unwrap_err()
            .to_string();
        assert!(said.starts_with("no/such/file can't be used as data: "), "{said}");
    }
}
