//! Promises that every format keeps.

use vae_tui::data::file::parse;
use vae_tui::data::formats::{FORMATS, names};

use super::{faces, gzip, images};

/// A small file of the format, of which nothing may be missing.
fn example(format: &str) -> Vec<u8> {
    match format {
        "IDX" => images(12),
        "MATLAB 5" => faces(12),
        "NPY" => floats(12),
        other => panic!("{other} needs an example"),
    }
}

/// An array of floats as NumPy saves it.
fn floats(count: usize) -> Vec<u8> {
    let text = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, 4, 3), }}");
    let pixels = (0..12 * count).flat_map(|pixel| ((pixel % 7) as f32 / 6.0).to_le_bytes());
    let head = [
        b"\x93NUMPY\x01\0".as_slice(),
        &[118, 0],
        format!("{text:117}\n").as_bytes(),
    ]
    .concat();
    head.into_iter().chain(pixels).collect()
}

#[test]
fn every_format_is_read_plain_and_packed() {
    for format in &FORMATS {
        let bytes = example(format.name);
        let images = parse(&bytes[..]).unwrap_or_else(|error| panic!("{}: {error}", format.name));
        assert_eq!(images.values.len(), 12 * images.shape.numbers());
        assert_eq!(parse(&gzip(&bytes)[..]), Ok(images), "{}", format.name);
    }
}

#[test]
fn whatever_is_cut_off_is_refused_with_a_sentence() {
    for format in &FORMATS {
        let bytes = example(format.name);
        for length in 0..bytes.len() {
            let Err(said) = parse(&bytes[..length]) else {
                panic!("{length} bytes of {} were read", format.name);
            };
            assert!(said.starts_with("it"), "{}: {said}", format.name);
        }
    }
}

#[test]
fn whatever_is_cut_off_of_a_packed_file_is_refused_or_was_not_needed() {
    for format in &FORMATS {
        let bytes = example(format.name);
        let (whole, packed) = (parse(&bytes[..]).ok(), gzip(&bytes));
        for length in 0..packed.len() {
            if let Ok(images) = parse(&packed[..length]) {
                assert!(Some(images) == whole, "{length} packed bytes of {}", format.name);
            }
        }
    }
}

#[test]
fn what_is_in_no_format_is_told_what_would_be() {
    let said = parse(&b"no data at all"[..]).expect_err("no format");
    for format in &FORMATS {
        assert!(said.contains(format.name), "{said}");
    }
    assert!(said.ends_with(&names()), "{said}");
}
