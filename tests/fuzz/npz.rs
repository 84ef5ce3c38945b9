//! Archives of NumPy's arrays.

use std::io::{Cursor, Write};

use rand::Rng;
use rand::seq::SliceRandom;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::files::DataFile;
use crate::harness::{Random, Target, fuzz};
use crate::mutation::{change, rounds};

struct Npz {
    file: DataFile,
    others: Vec<Vec<u8>>,
}

#[test]
fn npz() {
    fuzz(|| {
        let others = vec![
            b"PK\x06\x06".to_vec(),
            b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff".to_vec(),
            array("<f4", "(10, 2)", 80),
        ];
        Npz {
            file: DataFile::new(),
            others,
        }
    });
}

impl Target for Npz {
    const NAME: &'static str = "npz";
    const USUAL: u64 = 20_000;

    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        let count = random.gen_range(9..14);
        let names = ["x_train", "x_test", "y_train", "a", "labels", "a\nb", ""];
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for number in 0..random.gen_range(1..4) {
            let (descr, size) = [("|u1", 1), ("<f4", 4), (">i8", 8), ("<U3", 12)][random.gen_range(0..4)];
            let shape = match random.gen_range(0..4) {
                0 => format!("({count},)"),
                1 => format!("({count}, 1000000000, 1000000000)"),
                _ => format!("({count}, 2)"),
            };
            let mut bytes = array(descr, &shape, 2 * count * size);
            if random.gen_bool(0.3) {
                change(&mut bytes, &self.others, random);
            }
            let method = if random.r#gen() {
                CompressionMethod::Stored
            } else {
                CompressionMethod::Deflated
            };
            let options = SimpleFileOptions::default().compression_method(method);
            let name = names.choose(random).copied().unwrap_or("a");
            let place = ["", "b/", "c "][number];
            writer
                .start_file(format!("{place}{name}.npy"), options)
                .expect("memory takes everything");
            writer.write_all(&bytes).expect("memory takes everything");
        }
        let mut bytes = writer.finish().expect("memory takes everything").into_inner();
        if random.gen_bool(0.7) {
            for _ in 0..rounds(random) {
                change(&mut bytes, &self.others, random);
            }
        }
        bytes
    }

    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        self.file.check(input, 0)
    }
}

/// An array as NumPy saves it, with so many bytes of numbers.
fn array(descr: &str, shape: &str, bytes: usize) -> Vec<u8> {
    let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = (text.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\0", &length[..], text.as_bytes(), &vec![1; bytes]].concat()
}
