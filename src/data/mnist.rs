//! MNIST, embedded in the program.
//!
//! `assets/mnist/images.xz` holds the pixels of the 60 000 training images and then of the 10 000 test images, without
//! any header; `labels.xz` their labels. Source and licence: `assets/mnist/README.md`.

use std::io::Read;

use lzma_rust2::XzReader;
use thiserror::Error;

use super::labels::classes;
use super::{Dataset, ItemShape, Split};

static IMAGES: &[u8] = include_bytes!("../../assets/mnist/images.xz");
static LABELS: &[u8] = include_bytes!("../../assets/mnist/labels.xz");

/// The name of the data set in sessions and on the command line.
pub const NAME: &str = "mnist";
/// Rows and columns of an image.
pub const SIDE: usize = 28;
/// Training images; the test images follow them.
pub const TRAIN_POINTS: usize = 60_000;
/// Test images.
pub const TEST_POINTS: usize = 10_000;

/// The embedded data does not unpack: the program file is damaged.
#[derive(Debug, Error)]
#[error("the MNIST images inside this program do not unpack: the program file is damaged ({0})")]
pub struct Damaged(#[from] std::io::Error);

/// Unpacks the data set; `progress` hears the fraction done, from 0 to 1.
///
/// # Errors
/// If the embedded data is damaged.
pub fn load(mut progress: impl FnMut(f32)) -> Result<Dataset, Damaged> {
    let mut labels = vec![0; TRAIN_POINTS + TEST_POINTS];
    XzReader::new(LABELS, false).read_exact(&mut labels)?;

    let mut reader = XzReader::new(IMAGES, false);
    let pixels = SIDE * SIDE;
    let mut read = |points: usize, done_before: usize| {
        let mut images = vec![0; points * pixels];
        for (index, thousand) in images.chunks_mut(1_000 * pixels).enumerate() {
            reader.read_exact(thousand)?;
            let done = done_before + (index + 1) * 1_000;
            progress(done as f32 / (TRAIN_POINTS + TEST_POINTS) as f32);
        }
        Ok::<_, std::io::Error>(images)
    };
    let train = read(TRAIN_POINTS, 0)?;
    let test = read(TEST_POINTS, TRAIN_POINTS)?;

    let digits: Vec<String> = labels.iter().map(u8::to_string).collect();
    let (train_digits, test_digits) = digits.split_at(TRAIN_POINTS);
    let (classes, [train_labels, test_labels]) =
        classes([train_digits, test_digits]).map_err(std::io::Error::other)?;
    let split = |pixels, labels| Split::of_bytes(pixels, labels, SIDE * SIDE);
    Ok(Dataset {
        classes,
        ..Dataset::new(
            NAME,
            ItemShape::grey(SIDE, SIDE),
            split(train, train_labels),
            split(test, test_labels),
        )
    })
}

#[cfg(test)]
mod tests {
    use md5::{Digest, Md5};

    use super::*;

    /// The published MD5 sums are of the IDX files: a header of big-endian numbers, then the bytes.
    fn md5_of_idx(header: &[u32], bytes: &[u8]) -> String {
        let mut hash = Md5::new();
        for number in header {
            hash.update(number.to_be_bytes());
        }
        hash.update(bytes);
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_embedded_bytes_are_the_published_ones() {
        let mut heard = Vec::new();
        let mnist = load(|fraction| heard.push(fraction)).expect("the embedded data unpacks");
        let images = |points, split: &Split| {
            let bytes: Vec<u8> = (0..split.points())
                .flat_map(|index| split.shown(index).into_iter().map(|value| value as u8))
                .collect();
            md5_of_idx(&[0x803, points, 28, 28], &bytes)
        };
        let labels = |points, split: &Split| {
            let digits: Vec<u8> = split.labels.iter().map(|&class| class as u8).collect();
            md5_of_idx(&[0x801, points], &digits)
        };
        assert_eq!(mnist.classes.concat(), "0123456789");
        assert_eq!(images(60_000, &mnist.train), "6bbc9ace898e44ae57da46a324031adb");
        assert_eq!(labels(60_000, &mnist.train), "a25bea736e30d166cdddb491f175f624");
        assert_eq!(images(10_000, &mnist.test), "2646ac647ad5339dbf082846283269ea");
        assert_eq!(labels(10_000, &mnist.test), "27ae3e4e09519cfbb04c329615203637");
        assert_eq!(heard.last(), Some(&1.0));
        assert!(heard.is_sorted());
    }
}
