//! Data as it lies about: of any size and kind, under any name, moved, changed, damaged, or made to do harm.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod changed;
#[path = "../common/mod.rs"]
mod common;
mod formats;
mod heads;
mod names;
mod places;
#[path = "../common/program.rs"]
mod program;
mod rules;
mod stored;
#[path = "../common/terminal.rs"]
mod terminal;
mod workbench;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use program::errors;

/// Images of 4 x 3 pixels, of which every one is told from the next.
const PIXELS: usize = 12;

/// An IDX file of images.
fn idx(count: usize, pixel: impl Fn(usize) -> u8) -> Vec<u8> {
    let pixels = (0..count * PIXELS).map(pixel).collect::<Vec<_>>();
    [header([count, 4, 3].map(|size| size as u32)), pixels].concat()
}

/// The same with grey values that differ from image to image.
fn images(count: usize) -> Vec<u8> {
    idx(count, |at| 255 - (at / PIXELS) as u8)
}

/// What an IDX file of images begins with.
fn header(sizes: [u32; 3]) -> Vec<u8> {
    let numbers = [[0x803].as_slice(), &sizes].concat();
    numbers.into_iter().flat_map(u32::to_be_bytes).collect()
}

/// An IDX file of labels.
fn labels(count: u8) -> Vec<u8> {
    [vec![0, 0, 8, 1, 0, 0, 0, count], (0..count).collect()].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory can be written");
    encoder.finish().expect("memory can be written")
}

/// What a MATLAB file begins with.
fn matlab_header() -> Vec<u8> {
    let mut bytes = b"MATLAB 5.0 MAT-file".to_vec();
    bytes.resize(124, b' ');
    bytes.extend([0, 1, b'I', b'M']);
    bytes
}

/// The beginning of a variable of bytes, as far as its first number.
fn matlab_variable(name: &str, rows: u32, columns: u32) -> Vec<u8> {
    let length = rows.wrapping_mul(columns);
    let mut padded = name.as_bytes().to_vec();
    padded.resize(8, 0);
    let numbers = [
        14,
        56_u32.wrapping_add(length),
        6,
        8,
        9,
        0,
        5,
        8,
        rows,
        columns,
        1,
        name.len() as u32,
    ];
    let mut bytes: Vec<u8> = numbers.into_iter().flat_map(u32::to_le_bytes).collect();
    bytes.extend(padded);
    bytes.extend([2, length].into_iter().flat_map(u32::to_le_bytes));
    bytes
}

/// A file of Frey faces.
fn faces(count: u32) -> Vec<u8> {
    let pixels = (0..count * 560).map(|at| (at / 560) as u8 | 1).collect();
    [matlab_header(), matlab_variable("ff", 560, count), pixels].concat()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    std::fs::write(folder.join(name), bytes).expect("the folder can be written");
}

/// Runs the program in `folder`, with what it reads from standard input.
fn vae_tui(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vae-tui"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_DATA_HOME", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that does not want its input may have closed it.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    child.wait_with_output().expect("the program ends")
}

/// A small run, into `run.ron`.
const SMALL: [&str; 10] = [
    "--hidden",
    "4",
    "--latent",
    "2",
    "--batch",
    "5",
    "--threads",
    "1",
    "--out",
    "run.ron",
];

/// Trains a little on the data, into `run.ron`.
fn train(folder: &Path, data: &str, input: &[u8]) -> Output {
    let data = format!("--data={data}");
    let arguments = [
        &["train", &data, "--samples", "40", "--evaluate-every", "20"][..],
        &SMALL,
    ];
    vae_tui(folder, &arguments.concat(), input)
}

/// What the program said, which must have succeeded.
fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", errors(output));
    errors(output)
}

/// What the program said, which must have failed with one sentence; notes may stand before it.
fn failed(output: &Output) -> String {
    let said = errors(output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let sentences: Vec<&str> = said.lines().filter(|line| !line.starts_with("note: ")).collect();
    let [sentence] = sentences[..] else {
        panic!("one sentence: {said}");
    };
    sentence.to_owned()
}
