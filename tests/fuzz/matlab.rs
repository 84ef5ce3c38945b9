//! MATLAB files with a variable of images, plain and packed by zlib.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use rand::Rng;
use rand::seq::SliceRandom;

use crate::files::DataFile;
use crate::harness::{Random, Target, fuzz};
use crate::mutation::{EXTREMES, change, place, rounds};

struct Matlab {
    file: DataFile,
    others: Vec<Vec<u8>>,
}

#[test]
fn matlab() {
    fuzz(|| {
        let others = vec![
            file(&[matrix(b"x", (1, 1), &[5])]),
            tagged(2, &[1, 2, 3]),
            tagged(15, b"no zlib"),
        ];
        Matlab {
            file: DataFile::new(),
            others,
        }
    });
}

impl Target for Matlab {
    const NAME: &'static str = "matlab";
    const USUAL: u64 = 20_000;

    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        let count = random.gen_range(9..13);
        let pixels: Vec<u8> = (0..560 * count).map(|pixel| (pixel % 251) as u8).collect();
        let name: &[u8] = [&b"ff"[..], b"ff", b"ff", b"gg", b"", b"a\nb"]
            .choose(random)
            .copied()
            .unwrap_or(b"ff");
        let mut elements = vec![matrix(name, (560, count), &pixels)];
        if random.gen_bool(0.3) {
            elements.insert(place(random, 1), matrix(b"x", (2, 3), &[1, 2, 3, 4, 5, 6]));
        }
        for element in &mut elements {
            if random.gen_bool(0.5) {
                self.damage(element, random);
            }
            if random.gen_bool(0.4) {
                let mut packed = zlib(element);
                if random.gen_bool(0.002) {
                    // A few bytes that unpack to many.
                    packed = zlib(&[&element[..], &vec![0; 16 << 20]].concat());
                }
                if random.gen_bool(0.2) {
                    change(&mut packed, &self.others, random);
                }
                *element = tagged(15, &packed);
            }
        }
        let mut bytes = file(&elements);
        if random.gen_bool(0.3) {
            self.damage(&mut bytes, random);
        }
        bytes
    }

    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        // What a packed variable claims is little beside the buffers: the bombs among them claim no more.
        self.file.check(input, 0)
    }
}

impl Matlab {
    /// Changes words near the start, where tags, flags, sizes and names stand, or anything.
    fn damage(&self, bytes: &mut Vec<u8>, random: &mut Random) {
        for _ in 0..rounds(random) {
            let words = bytes.len().min(200) / 4;
            if random.gen_bool(0.6) && words > 0 {
                let at = 4 * random.gen_range(0..words);
                let kinds = [1, 2, 5, 6, 9, 14, 15, 0x0004_0001, 0x0002_0001, 560];
                let number = EXTREMES.iter().chain(&kinds).copied().collect::<Vec<u32>>();
                let number = number.choose(random).copied().unwrap_or(0);
                bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
            } else {
                change(bytes, &self.others, random);
            }
        }
    }
}

fn tagged(kind: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = [kind.to_le_bytes(), (data.len() as u32).to_le_bytes()].concat();
    bytes.extend(data);
    if kind != 15 {
        bytes.resize(bytes.len().next_multiple_of(8), 0);
    }
    bytes
}

/// A valid variable.
fn matrix(name: &[u8], (rows, columns): (u32, u32), data: &[u8]) -> Vec<u8> {
    let dimensions = [rows.to_le_bytes(), columns.to_le_bytes()].concat();
    let parts = [
        tagged(6, &[9, 0, 0, 0, 0, 0, 0, 0]),
        tagged(5, &dimensions),
        tagged(1, name),
        tagged(2, data),
    ];
    tagged(14, &parts.concat())
}

/// A valid file.
fn file(elements: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"MATLAB 5.0 MAT-file".to_vec();
    bytes.resize(124, b' ');
    bytes.extend([0, 1, b'I', b'M']);
    bytes.extend(elements.concat());
    bytes
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}
