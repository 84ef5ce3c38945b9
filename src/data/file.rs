//! Data sets from files: what a path means, and how images without a test set of their own are split.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use thiserror::Error;

use super::images::{HELD_OUT, Images};
use super::{Dataset, Split, idx, matlab};

/// The largest file that is read, unpacked.
const LARGEST: u64 = 4 << 30;

/// A data file could not be used.
#[derive(Debug, Error)]
#[error("{} can't be used as data: {cause}", path.display())]
pub struct DataError {
    path: PathBuf,
    cause: String,
}

/// Reads `path`: a MATLAB file with the Frey faces, or an IDX file of images, plain or packed by gzip.
///
/// If the name has `train-images` in it, the test images and the labels are looked for beside it under MNIST's names.
/// Else every tenth image is held out as the test set.
///
/// # Errors
/// If the file can't be read or is neither; one sentence that names file and cause.
pub fn load(path: &Path) -> Result<Dataset, DataError> {
    let name = path.to_string_lossy().into_owned();
    let at = |path: &Path| {
        let path = path.to_owned();
        move |cause: String| DataError { path, cause }
    };
    let images = read(path).and_then(|bytes| images(&bytes)).map_err(at(path))?;
    let (height, width) = (images.height, images.width);
    let Some(test_path) = sibling(path, "train-images", "t10k-images") else {
        return Ok(held_out(name, images));
    };
    let test = read(&test_path)
        .and_then(|bytes| self::images(&bytes))
        .map_err(at(&test_path))?;
    if (test.height, test.width) != (height, width) {
        let cause = format!(
            "its images have {} x {} pixels, those of {} {height} x {width}",
            test.height,
            test.width,
            path.display()
        );
        return Err(at(&test_path)(cause));
    }
    let split = |images: Images, images_path: &Path| -> Result<Split, DataError> {
        let pixels_per_image = height * width;
        let labels = match sibling(images_path, "images-idx3", "labels-idx1") {
            Some(labels_path) => {
                let points = images.pixels.len() / pixels_per_image;
                let labels = read(&labels_path).and_then(|bytes| idx::labels(&bytes, points));
                labels.map_err(at(&labels_path))?
            }
            None => Vec::new(),
        };
        Ok(Split {
            pixels: images.pixels,
            labels,
            pixels_per_image,
        })
    };
    Ok(Dataset {
        name,
        height,
        width,
        train: split(images, path)?,
        test: split(test, &test_path)?,
    })
}

/// The file beside `path` with another part in its name, if it is there.
fn sibling(path: &Path, part: &str, other: &str) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let sibling = path.with_file_name(name.replace(part, other));
    (name.contains(part) && sibling.is_file()).then_some(sibling)
}

/// The bytes of a file, unpacked where they are packed.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let said = |error: std::io::Error| error.to_string();
    let file = File::open(path).map_err(said)?;
    if !file.metadata().map_err(said)?.is_file() {
        return Err("it is not a file".into());
    }
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).map_err(said)?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = Vec::new();
        let unpacking = MultiGzDecoder::new(&bytes[..])
            .take(LARGEST)
            .read_to_end(&mut unpacked);
        unpacking.map_err(|error| format!("its gzip stream is damaged: {error}"))?;
        bytes = unpacked;
    }
    if bytes.len() as u64 == LARGEST {
        return Err("it is larger than 4 GiB".into());
    }
    Ok(bytes)
}

fn images(bytes: &[u8]) -> Result<Images, String> {
    if bytes.starts_with(b"MATLAB") {
        matlab::frey_faces(bytes)
    } else {
        idx::images(bytes)
    }
}

fn held_out(name: String, images: Images) -> Dataset {
    let Images {
        pixels,
        height,
        width,
    } = images;
    let empty = Split {
        pixels_per_image: height * width,
        ..Split::default()
    };
    let (mut train, mut test) = (empty.clone(), empty);
    for (index, image) in pixels.chunks_exact(height * width).enumerate() {
        let split = if index % HELD_OUT == HELD_OUT - 1 {
            &mut test
        } else {
            &mut train
        };
        split.pixels.extend_from_slice(image);
    }
    Dataset {
        name,
        height,
        width,
        train,
        test,
    }
}

#[cfg(test)]
mod tests {
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
            let data = load(&path).unwrap();
            assert_eq!(
                (data.height, data.width, data.name.as_str()),
                (2, 3, path.to_str().unwrap())
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
        let data = load(&path).unwrap();
        assert_eq!((data.train.points(), data.test.points()), (12, 10));
        assert_eq!((data.train.label(0), data.test.label(0)), (Some(3), None));

        write("t10k-images-idx3-ubyte", idx_of(10, 1, 2, &[9; 20]));
        let said = load(&path).unwrap_err().to_string();
        assert!(
            said.contains("its images have 1 x 2 pixels") && said.contains("t10k"),
            "{said}"
        );
    }

    #[test]
    fn a_bad_file_is_one_clear_sentence() {
        let good = idx_of(12, 2, 2, &[0; 48]);
        let cases: &[(&str, Vec<u8>, &str)] = &[
            ("empty", vec![], "neither"),
            ("text", b"hello, world".to_vec(), "neither"),
            ("header only", good[..10].to_vec(), "header"),
            ("short", good[..40].to_vec(), "24 bytes follow"),
            ("long", [good.clone(), vec![0]].concat(), "49 bytes follow"),
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
            let said = load(&path).unwrap_err().to_string();
            assert!(said.contains(expected) && said.contains(name), "{name}: {said}");
        }
        let said = load(Path::new("no/such/file")).unwrap_err().to_string();
        assert!(said.starts_with("no/such/file can't be used as data: "), "{said}");
    }
}
