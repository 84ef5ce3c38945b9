//! IDX files, plain and packed by gzip.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use rand::Rng;
use rand::seq::SliceRandom;

use crate::files::DataFile;
use crate::harness::{Random, Target, fuzz};
use crate::mutation::{EXTREMES, change, rounds};

struct Idx {
    file: DataFile,
    others: Vec<Vec<u8>>,
}

#[test]
fn idx() {
    fuzz(|| {
        let others = vec![
            images(10, 2, 3),
            packed(&images(12, 1, 1)),
            [0, 0, 8, 1, 0, 0, 0, 10].iter().copied().chain(0..10).collect(),
        ];
        Idx {
            file: DataFile::new(),
            others,
        }
    });
}

impl Target for Idx {
    const NAME: &'static str = "idx";
    const USUAL: u64 = 60_000;

    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        let size = |random: &mut Random| random.gen_range(1..6);
        let mut bytes = images(random.gen_range(8..30), size(random), size(random));
        for _ in 0..rounds(random) {
            if random.r#gen() {
                lie(&mut bytes, random);
            } else {
                change(&mut bytes, &self.others, random);
            }
        }
        for _ in 0..random.gen_range(0..3) {
            bytes = match random.gen_range(0..1_000) {
                // A few bytes that unpack to many.
                0 => packed(&[&bytes[..], &vec![0; 16 << 20]].concat()),
                _ => packed(&bytes),
            };
            match random.gen_range(0..4) {
                0 => change(&mut bytes, &self.others, random),
                1 => bytes.extend(std::iter::repeat_n(0, random.gen_range(0..600))),
                2 => bytes.extend(packed(&images(1, 1, 1))),
                _ => {}
            }
        }
        bytes
    }

    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        self.file.check(input, claimed(input))
    }
}

/// The bytes of pixels that the header claims; none where there is no whole header.
fn claimed(input: &[u8]) -> usize {
    let mut header = [0; 16];
    let is_whole = if input.starts_with(&[0x1f, 0x8b]) {
        MultiGzDecoder::new(input).read_exact(&mut header).is_ok()
    } else {
        (&mut &*input).read_exact(&mut header).is_ok()
    };
    let sizes = header[4..].as_chunks::<4>().0.iter();
    let product = sizes
        .map(|size| u32::from_be_bytes(*size) as usize)
        .fold(1, usize::saturating_mul);
    if is_whole { product } else { 0 }
}

/// A valid file.
fn images(count: u32, height: u32, width: u32) -> Vec<u8> {
    let header = [0x803, count, height, width]
        .into_iter()
        .flat_map(u32::to_be_bytes);
    header
        .chain((0..count * height * width).map(|pixel| (pixel * 7) as u8))
        .collect()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// Another word in the header: a kind, a number of dimensions, a size.
fn lie(bytes: &mut [u8], random: &mut Random) {
    let at = 4 * random.gen_range(0..4);
    let Some(word) = bytes.get_mut(at..at + 4) else {
        return;
    };
    if at == 0 {
        word[2] = *[8, 9, 0xb, 0xc, 0xd, 0xe, 0, 0xff].choose(random).unwrap_or(&8);
        word[3] = random.gen_range(0..6);
    } else {
        word.copy_from_slice(&EXTREMES.choose(random).copied().unwrap_or(0).to_be_bytes());
    }
}
