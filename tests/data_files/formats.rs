//! Promises that every format keeps.

use std::io::{Cursor, Write};

use vae_tui::data::file::parse;
use vae_tui::data::formats::{FORMATS, names};
use vae_tui::data::{Found, ItemShape};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::{faces, gzip, images};

/// A small file of the format, with 12 items.
fn example(format: &str) -> Vec<u8> {
    match format {
        "IDX" => images(12),
        "MATLAB 5" => faces(12),
        "NPY" => floats(12),
        "NPZ" => archive(&[("x_train", floats(10)), ("x_test", floats(2))]),
        "JSON" => b"{\"train\": [[1, 2, 3, 4.5], [2], [3], [4], [5], [6], [7], [8], [9], [10]], \"test\": [[1], [2]]}".to_vec(),
        "CSV" => (0..12).fold(b"length,width\n".to_vec(), |text, row| {
            [text, format!("{row},{}.5\n", 10 * row).into_bytes()].concat()
        }),
        other => panic!("{other} needs an example"),
    }
}

/// Whether a file of the format can't be told from its beginning: a table ends where its rows do.
fn may_end_anywhere(format: &str) -> bool {
    format == "CSV"
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

/// Arrays as NumPy saves several.
fn archive(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in arrays {
        writer
            .start_file(format!("{name}.npy"), options)
            .expect("memory can be written");
        writer.write_all(bytes).expect("memory can be written");
    }
    writer.finish().expect("memory can be written").into_inner()
}

/// Either items that fit, or a sentence that disturbs no terminal.
fn check(read: Result<Found, String>, what: &str) {
    match read {
        Ok(found) => assert_eq!(
            found.values.len(),
            found.count() * found.shape.numbers(),
            "{what}"
        ),
        Err(said) => {
            assert!(
                !said.is_empty() && !said.chars().any(char::is_control),
                "{what}: {said:?}"
            );
        }
    }
}

#[test]
fn every_format_is_read_plain_and_packed() {
    for format in &FORMATS {
        let bytes = example(format.name);
        let items = parse(&bytes[..]).unwrap_or_else(|error| panic!("{}: {error}", format.name));
        assert_eq!(items.count(), 12, "{}", format.name);
        assert_eq!(parse(&gzip(&bytes)[..]), Ok(items), "{}", format.name);
    }
}

#[test]
fn whatever_is_cut_off_is_refused_with_a_sentence() {
    for format in &FORMATS {
        let bytes = example(format.name);
        for length in 0..bytes.len() {
            match parse(&bytes[..length]) {
                Ok(found) if may_end_anywhere(format.name) => check(Ok(found), format.name),
                Ok(_) => panic!("{length} bytes of {} were read", format.name),
                Err(said) => {
                    assert!(said.starts_with("it"), "{}: {said}", format.name);
                    check(Err(said), format.name);
                }
            }
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
fn one_changed_bit_is_read_or_refused_with_a_sentence() {
    for format in &FORMATS {
        let bytes = example(format.name);
        // Pixels are like each other: the head, the end, and some between.
        let places =
            (0..bytes.len()).filter(|place| *place < 600 || place % 97 == 0 || place + 300 > bytes.len());
        for place in places {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[place] ^= 1 << bit;
                check(
                    parse(&changed[..]),
                    &format!("{}, bit {bit} of byte {place}", format.name),
                );
            }
        }
    }
}

#[test]
fn what_follows_the_end_is_refused() {
    for format in FORMATS.iter().filter(|format| !may_end_anywhere(format.name)) {
        // An archive may have a comment, and its directory stands at the end.
        if format.name == "NPZ" {
            continue;
        }
        let bytes = [example(format.name), vec![b'x'; 9]].concat();
        assert!(parse(&bytes[..]).is_err(), "{}", format.name);
    }
}

#[test]
fn what_is_in_no_format_is_told_what_it_is_and_what_would_be_read() {
    for (bytes, kind) in [
        (&b"no data at all"[..], "text"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b"\x01\x02\x03", "of an unknown kind"),
    ] {
        let said = parse(bytes).expect_err("no format");
        assert!(said.contains(kind), "{said}");
        assert!(said.ends_with(&names()), "{said}");
        for format in &FORMATS {
            assert!(said.contains(format.name), "{said}");
        }
    }
}

#[test]
fn text_that_never_ends_is_refused_in_little_memory() {
    use std::io::{BufReader, Read};
    for (start, rest) in [
        ("1,2\n\"", b'1'),
        ("1,2\n", b'1'),
        ("[[", b'1'),
        ("[[\"", b'a'),
        ("[[1,", b' '),
        ("{\"", b'a'),
    ] {
        let endless = Cursor::new(start.as_bytes().to_vec()).chain(std::io::repeat(rest));
        let said = parse(BufReader::new(endless)).expect_err("it never ends");
        assert!(said.contains("2 MiB"), "{start}: {said}");
    }
}

/// The chorales of the Python notebooks, where they are at hand.
#[test]
fn chorales_are_piano_rolls_with_the_split_of_publications() {
    let path = std::path::Path::new("../shared/data/jsb/jsb-chorales-quarter.json");
    let Ok(bytes) = std::fs::read(path) else { return };
    let found = parse(&bytes[..]).expect("chorales");
    assert!(matches!(found.shape, ItemShape::Sequence { features: 88, .. }));
    let count = |mark: &str| found.parts.iter().filter(|part| *part == mark).count();
    assert_eq!((count("train"), count("test")), (229, 77));
}
