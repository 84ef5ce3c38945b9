//! Data takes the memory that its images need, once. One test, so that nothing else takes memory meanwhile.
#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, reason = "a test that fails says where")]

use std::fs::File;
use std::io::{BufWriter, Write};

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use image::{GrayImage, Luma};
use vae_tui::data::ReadingRules;
use vae_tui::data::file::load;

/// The most kilobytes that the process ever held.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux says it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    kilobytes
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

/// Images of the size of the Frey faces: 252 MB, which is less than what stays in its file.
const COUNT: u32 = 450_000;
const BYTES: usize = COUNT as usize * 560;

fn write_images(file: &mut impl Write) {
    let megabyte: Vec<u8> = (0..1 << 20).map(|at| (at % 251) as u8).collect();
    let mut left = BYTES;
    while left > 0 {
        let count = left.min(megabyte.len());
        file.write_all(&megabyte[..count])
            .expect("the folder can be written");
        left -= count;
    }
}

/// Images of 4 GiB, nearly all of them a hole, and what the process takes more by reading many of them.
fn peak_of_a_file_of_4_gib() -> usize {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("large.npy");
    let text = "{'descr': '|u1', 'fortran_order': False, 'shape': (4194304, 32, 32), }";
    let head = [
        b"\x93NUMPY\x01\0v\0".as_slice(),
        format!("{text:117}\n").as_bytes(),
    ]
    .concat();
    let mut file = File::create(&path).expect("the folder can be written");
    file.write_all(&head)
        .and_then(|()| file.write_all(&[255]))
        .expect("the folder can be written");
    file.set_len(head.len() as u64 + (4 << 30))
        .expect("a file can have a hole");
    let before = peak();
    let data = load(&path, &ReadingRules::default(), |_| {}).expect("images");
    let mut row = vec![0.0; 1_024];
    for index in 0..100_000 {
        data.train.fill_row(index * 37 % data.train.points(), &mut row);
    }
    assert_eq!(data.fault(), None);
    peak() - before
}

/// A folder of images of 256 x 256 pixels, more than stay in memory: five files under many names. What the process takes more
/// by reading it and its items.
fn peak_of_a_large_folder() -> usize {
    const COUNT: usize = 4_200;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let grey = |number: usize| (number * 50) as u8;
    let files: Vec<_> = (0..5)
        .map(|number| folder.path().join(format!("{number:05}.png")))
        .collect();
    for (number, path) in files.iter().enumerate() {
        GrayImage::from_pixel(256, 256, Luma([grey(number)]))
            .save(path)
            .expect("the folder can be written");
    }
    for number in 5..COUNT {
        let name = folder.path().join(format!("{number:05}.png"));
        std::fs::hard_link(&files[number % 5], name).expect("the folder can be written");
    }
    let before = peak();
    let data = load(folder.path(), &ReadingRules::default(), |_| {}).expect("images");
    assert_eq!((data.train.points(), data.test.points()), (3_780, 420));
    let mut row = vec![0.0; 65_536];
    for index in (0..data.test.points()).step_by(7) {
        data.test.fill_row(index, &mut row);
        let expected = f32::from(grey((index * 10 + 9) % 5)) / 255.0;
        assert!(row.iter().all(|&pixel| pixel == expected), "{index}");
    }
    assert_eq!(data.fault(), None);
    peak() - before
}

#[test]
fn images_are_in_memory_once_and_large_ones_not_at_all() {
    let kilobytes = peak_of_a_file_of_4_gib();
    assert!(kilobytes < 16 << 10, "4 GiB took {kilobytes} kB");

    // Beside the images that are decoded at one time: 16 MiB of their pixels.
    let kilobytes = peak_of_a_large_folder();
    assert!(kilobytes < 64 << 10, "275 MB of images took {kilobytes} kB");

    let folder = tempfile::tempdir().expect("a temporary folder");
    let create = |name: &str| {
        let path = folder.path().join(name);
        (
            BufWriter::new(File::create(&path).expect("the folder can be written")),
            path,
        )
    };
    let header: Vec<u8> = [0x803, COUNT, 28, 20]
        .into_iter()
        .flat_map(u32::to_be_bytes)
        .collect();

    let (mut file, plain) = create("a.idx");
    file.write_all(&header).expect("the folder can be written");
    write_images(&mut file);
    file.flush().expect("the folder can be written");

    let (file, packed) = create("a.idx.gz");
    let mut encoder = GzEncoder::new(file, Compression::fast());
    encoder.write_all(&header).expect("the folder can be written");
    write_images(&mut encoder);
    encoder
        .finish()
        .and_then(|mut file| file.flush())
        .expect("the folder can be written");

    let (mut file, matlab) = create("a.mat");
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    let length = BYTES as u32;
    let variable = [
        14,
        56 + length,
        6,
        8,
        9,
        0,
        5,
        8,
        560,
        COUNT,
        1 | 2 << 16,
        u32::from_le_bytes(*b"ff\0\0"),
        2,
        length,
    ];
    let variable: Vec<u8> = variable.into_iter().flat_map(u32::to_le_bytes).collect();
    encoder.write_all(&variable).expect("memory can be written");
    write_images(&mut encoder);
    let variable = encoder.finish().expect("memory can be written");
    let mut header = b"MATLAB 5.0 MAT-file".to_vec();
    header.resize(124, b' ');
    header.extend([0, 1, b'I', b'M', 15, 0, 0, 0]);
    header.extend((variable.len() as u32).to_le_bytes());
    file.write_all(&header)
        .and_then(|()| file.write_all(&variable))
        .expect("the folder can be written");
    file.flush().expect("the folder can be written");
    drop(variable);

    let before = peak();
    for path in [plain, packed, matlab] {
        let data = load(&path, &ReadingRules::default(), |_| {}).expect("images");
        assert_eq!((data.train.points(), data.test.points()), (405_000, 45_000));
        drop(data);
        // The tenth that is held out is there twice for a moment.
        let kilobytes = peak() - before;
        assert!(
            kilobytes < BYTES / 1024 * 5 / 4,
            "{}: {kilobytes} kB",
            path.display()
        );
    }
}
