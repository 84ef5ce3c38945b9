//! Data sets from files and from standard input: what belongs together, and how images without a test set of their own
//! are split.
//!
//! Every header is read, and everything that it says checked, before the first pixel.

use std::fmt::Display;
use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::path::Path;

use thiserror::Error;

use super::classes::classes_of_bytes;
use super::formats::idx;
use super::images::{Announced, HELD_OUT};
use super::names::{ImagesName, first_there};
use super::packed::unpacked;
use super::{Dataset, ItemShape, STANDARD_INPUT, Split, formats, values};
use crate::files::{open_regular, shown};

pub use super::images::Images;

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
trait Named<T> {
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

/// Reads `path`: a file of images in one of the [`formats`], plain or packed by gzip.
///
/// If the name says that these are training images, the test images are looked for beside it under the names that IDX
/// files have; else every tenth image is held out as the test set. Labels are looked for too. `progress` hears the
/// fraction of the file that was read.
///
/// # Errors
/// If the file can't be read or is in none of them, if it is no regular file, or if one beside it does not fit; one sentence
/// that names file and cause.
pub fn load(path: &Path, progress: impl FnMut(f32)) -> Result<Dataset, DataError> {
    let train = open(path, progress)?;
    let shape = train.shape;
    let mut notes = Vec::new();
    let mut labels_of = |path: &Path, points: usize| match ImagesName::of(path) {
        Some(name) => labels(&name, path, points, &mut notes),
        None => Ok(Vec::new()),
    };
    let train_labels = labels_of(path, shape.count)?;
    let training_name = ImagesName::of(path).filter(ImagesName::is_training);
    let candidates = training_name.map_or_else(Vec::new, |name| name.test_images());
    let Some(test_path) = first_there(&candidates) else {
        let images = read(train, path, &mut notes)?;
        let missing = candidates.first().map_or(String::new(), |likeliest| {
            format!(
                "no test images such as {} lie beside it, so ",
                file_name(likeliest)
            )
        });
        notes.push(format!(
            "{}: {missing}{}",
            file_name(path),
            held_out_words(shape.count)
        ));
        return Ok(hold_out(path, images, train_labels, notes));
    };
    let test = open(test_path, |_| {})?;
    if (test.shape.height, test.shape.width) != (shape.height, shape.width) {
        let cause = format!("it has {}, but {} has {shape}", test.shape, shown(path));
        return Err(cause).named(test_path);
    }
    let test_labels = labels_of(test_path, test.shape.count)?;
    let train = read(train, path, &mut notes)?;
    let test = read(test, test_path, &mut notes)?;
    let split = |images: Images, labels| Split::of_bytes(images.pixels, labels, shape.pixels());
    let (classes, [train_labels, test_labels]) = classes_of_bytes([&train_labels, &test_labels]);
    Ok(Dataset {
        name: path.to_string_lossy().into_owned(),
        shape: ItemShape::grey(shape.height, shape.width),
        classes,
        train: split(train, train_labels),
        test: split(test, test_labels),
        notes,
    })
}

/// Reads images as [`load`] does, but from standard input; every tenth is held out as the test set.
///
/// # Errors
/// If standard input is a terminal, can't be read, or has no such images.
pub fn standard_input() -> Result<Dataset, DataError> {
    let name = Path::new("standard input");
    let input = std::io::stdin().lock();
    if input.is_terminal() {
        return Err("it is a terminal; --data - is for a file or a pipe: --data - < FILE").named(name);
    }
    let images = announced(input).named(name)?;
    let mut notes = Vec::new();
    let count = images.shape.count;
    let images = read(images, name, &mut notes)?;
    notes.push(format!("standard input: {}", held_out_words(count)));
    Ok(hold_out(Path::new(STANDARD_INPUT), images, Vec::new(), notes))
}

/// All items of the file `path`, or of standard input under the name `-`: none is held out, and all of them are in the test part,
/// in their order. Labels are looked for beside a file.
///
/// # Errors
/// As [`load`] and [`standard_input`].
pub fn items(path: &Path) -> Result<Dataset, DataError> {
    let mut notes = Vec::new();
    let is_input = path == Path::new(STANDARD_INPUT);
    let (images, labels) = if is_input {
        let name = Path::new("standard input");
        let input = std::io::stdin().lock();
        if input.is_terminal() {
            return Err("it is a terminal; - is for a file or a pipe: - < FILE").named(name);
        }
        (read(announced(input).named(name)?, name, &mut notes)?, Vec::new())
    } else {
        let images = open(path, |_| {})?;
        let labels = match ImagesName::of(path) {
            Some(name) => labels(&name, path, images.shape.count, &mut notes)?,
            None => Vec::new(),
        };
        (read(images, path, &mut notes)?, labels)
    };
    let (classes, [_, labels]) = classes_of_bytes([&[], &labels]);
    let numbers = images.height * images.width;
    Ok(Dataset {
        name: path.to_string_lossy().into_owned(),
        shape: ItemShape::grey(images.height, images.width),
        classes,
        train: Split::of_bytes(Vec::new(), Vec::new(), numbers),
        test: Split::of_bytes(images.pixels, labels, numbers),
        notes,
    })
}

/// The images in a file's bytes, whatever its name, in one of the [`formats`], plain or packed by gzip.
///
/// Reads no further than the header if that can't be used, and takes no more memory than the images do.
///
/// # Errors
/// If it is in none of them, or its header can't be used or does not fit what follows; the sentence begins with "it" or "its".
pub fn parse(bytes: impl BufRead) -> Result<Images, String> {
    announced(bytes)?.read()
}

/// The header of a file's bytes, with the pixels still to be read.
fn announced<'a>(input: impl BufRead + 'a) -> Result<Announced<'a>, String> {
    formats::announced(unpacked(input).map_err(|error| error.to_string())?)
}

/// The header of a file; `progress` hears later how much of the file was read.
fn open<'a>(path: &Path, progress: impl FnMut(f32) + 'a) -> Result<Announced<'a>, DataError> {
    let file = open_regular(path).named(path)?;
    let length = file.metadata().named(path)?.len();
    let watched = Watched {
        file,
        length,
        read: 0,
        progress,
    };
    announced(BufReader::with_capacity(BUFFER, watched)).named(path)
}

/// The pixels of a file, with what is worth saying of their values.
fn read(images: Announced, path: &Path, notes: &mut Vec<String>) -> Result<Images, DataError> {
    let mut images = images.read().named(path)?;
    if let Some(note) = values::scale(&mut images.pixels) {
        notes.push(format!("{}: {note}", file_name(path)));
    }
    Ok(images)
}

/// The labels of the images in `path`, where they lie beside it.
fn labels(
    name: &ImagesName,
    path: &Path,
    points: usize,
    notes: &mut Vec<String>,
) -> Result<Vec<u8>, DataError> {
    let candidates = name.labels();
    if let Some(labels_path) = first_there(&candidates) {
        let file = open_regular(labels_path).named(labels_path)?;
        let input = unpacked(BufReader::with_capacity(BUFFER, file)).named(labels_path)?;
        return idx::labels(input, points, &shown(path)).named(labels_path);
    }
    let note = match (first_there(&name.qmnist_labels()), candidates.first()) {
        (Some(labels), _) => format!(
            "the labels in {} are of another kind and are not read",
            file_name(labels)
        ),
        (None, Some(likeliest)) => format!("no labels such as {} lie beside it", file_name(likeliest)),
        (None, None) => return Ok(Vec::new()),
    };
    notes.push(format!("{}: {note}", file_name(path)));
    Ok(Vec::new())
}

/// The name of a file without its folder, for a person to read.
fn file_name(path: &Path) -> String {
    shown(path.file_name().map_or(path, Path::new))
}

fn held_out_words(count: usize) -> String {
    format!(
        "every tenth image is held out as the test set, {} of {count}",
        count / HELD_OUT
    )
}

/// Every tenth image becomes the test set.
fn hold_out(name: &Path, images: Images, labels: Vec<u8>, notes: Vec<String>) -> Dataset {
    let Images {
        pixels,
        height,
        width,
    } = images;
    let (train, test) = every_tenth(pixels, height * width);
    let (train_labels, test_labels) = every_tenth(labels, 1);
    let (classes, [train_labels, test_labels]) = classes_of_bytes([&train_labels, &test_labels]);
    let split = |pixels, labels| Split::of_bytes(pixels, labels, height * width);
    Dataset {
        name: name.to_string_lossy().into_owned(),
        shape: ItemShape::grey(height, width),
        classes,
        train: split(train, train_labels),
        test: split(test, test_labels),
        notes,
    }
}

/// What stays, and every tenth item of `size` bytes: without a second copy of what stays, which may be large.
fn every_tenth(mut bytes: Vec<u8>, size: usize) -> (Vec<u8>, Vec<u8>) {
    let count = bytes.len() / size;
    let mut taken = Vec::with_capacity(count / HELD_OUT * size);
    let mut kept = 0;
    for item in 0..count {
        let place = item * size..(item + 1) * size;
        if item % HELD_OUT == HELD_OUT - 1 {
            taken.extend_from_slice(&bytes[place]);
        } else {
            bytes.copy_within(place, kept);
            kept += size;
        }
    }
    bytes.truncate(kept);
    bytes.shrink_to_fit();
    (bytes, taken)
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
    use std::path::PathBuf;

    use super::*;

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
            let data = load(&path, |_| {}).unwrap();
            assert_eq!(
                (data.shape, data.name.as_str()),
                (ItemShape::grey(2, 3), path.to_str().unwrap())
            );
            assert_eq!((data.train.points(), data.test.points()), (23, 2));
            assert_eq!([data.test.image(0)[0], data.test.image(1)[5]], [9, 19]);
            assert_eq!(data.train.image(9), [10; 6]);
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
        let data = load(&path, |_| {}).unwrap();
        assert_eq!((data.train.points(), data.test.points()), (12, 10));
        assert_eq!((data.train.label(0), data.test.label(0)), (Some(0), None));

        write("t10k-images-idx3-ubyte", idx_of(10, 1, 2, &[9; 20]));
        let said = load(&path, |_| {}).unwrap_err().to_string();
        assert!(
            said.contains("10 images of 1 x 2 pixels") && said.contains("t10k"),
            "{said}"
        );
    }

    #[test]
    fn all_items_of_a_file_are_there_in_their_order() {
        let pixels: Vec<u8> = (0..25).flat_map(|image| [image; 6]).collect();
        let (_folder, path) = written("a.idx", &idx_of(25, 2, 3, &pixels));
        let data = items(&path).unwrap();
        assert_eq!(
            (data.test.points(), data.train.points(), data.shape),
            (25, 0, ItemShape::grey(2, 3))
        );
        assert!((0..25).all(|item| data.test.image(item) == [item as u8; 6]));
    }

    #[test]
    fn a_bad_file_is_one_clear_sentence() {
        let good = idx_of(12, 2, 2, &[0; 48]);
        let cases: &[(&str, Vec<u8>, &str)] = &[
            ("empty", vec![], "it is empty"),
            ("text", b"hello, world".to_vec(), "IDX, MATLAB 5 or NPY"),
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
            ("floats", [0, 0, 0x0d, 3, 0, 0, 0, 1].to_vec(), "bytes"),
            ("torn", packed(&good)[..30].to_vec(), "gzip"),
        ];
        for (name, bytes, expected) in cases {
            let (_folder, path) = written(name, bytes);
            let said = load(&path, |_| {}).unwrap_err().to_string();
            assert!(said.contains(expected) && said.contains(name), "{name}: {said}");
        }
        let said = load(Path::new("no/such/file"), |_| {}).unwrap_err().to_string();
        assert!(said.starts_with("no/such/file can't be used as data: "), "{said}");
    }
}
