//! Training on data that are larger than memory beside the same data in memory: a NPY of 4 GiB whose values stay in their file,
//! and a folder of 100 000 small images, whose pixels are in a file of the cache folder once they are decoded.
//!
//! `cargo bench --bench data` writes both into the folder for temporary files (`TMPDIR`; 5 GiB in all, gone at the end) and prints
//! samples per second in turns with the same run in memory, whose bits must be the same, and the resident memory before
//! anything was copied to memory. `cargo bench --bench data -- 1` makes the NPY 1 GiB large instead; the copy in memory takes as much.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench that fails says where"
)]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use image::{Rgb, RgbImage};
use rand::RngCore;
use vae_tui::cancel::Cancel;
use vae_tui::data::file::load;
use vae_tui::data::{Dataset, ReadingRules, Split};
use vae_tui::learning::{Configuration, Preset, Training, Workers, default_threads};
use vae_tui::random::{Purpose, generator};

/// Rounds in which the two take turns.
const ROUNDS: usize = 9;
/// Steps of a turn.
const STEPS: usize = 300;
/// Small images of the folder, 32 x 32 pixels in colour each.
const IMAGES: usize = 100_000;

fn main() {
    let gibibytes = std::env::args().find_map(|argument| argument.parse().ok());
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let array = folder.path().join("large.npy");
    write_array(&array, gibibytes.unwrap_or(4));
    compare("NPY, 28 x 28 bytes each", &array);
    std::fs::remove_file(&array).expect("the folder can be written");
    let images = folder.path().join("images");
    write_images(&images);
    compare("folder of images, 32 x 32 in colour", &images);
}

fn compare(what: &str, path: &Path) {
    // The peak of memory begins anew, where the system lets it: what was compared before had copies in memory.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let started = Instant::now();
    let data = load(path, &ReadingRules::default(), |_| {}).expect("data");
    println!("\n{what}: {} items", data.train.points() + data.test.points());
    println!(
        "  to open it                     {:>9.2} s",
        started.elapsed().as_secs_f64()
    );
    let mut stored = Run::new(&data);
    if forget(path) {
        println!(
            "  outside the page cache         {:>9.0} samples per second",
            stored.turn()
        );
    } else {
        stored.turn();
    }
    // The whole file into the page cache, whatever is in it by now.
    let mut row = vec![0.0; data.shape.numbers()];
    (0..data.train.points()).for_each(|item| data.train.fill_row(item, &mut row));
    stored.turn();
    if let Some(megabytes) = resident() {
        println!("  the most memory held until now {megabytes:>9.0} MB");
    }
    let copy = in_memory(&data);
    let mut memory = Run::new(&copy);
    (0..2).for_each(|_| {
        memory.turn();
    });
    let mut rounds: Vec<[f64; 2]> = (0..ROUNDS).map(|_| [memory.turn(), stored.turn()]).collect();
    assert!(memory.bits() == stored.bits(), "the same run, the same bits");
    rounds.sort_by(|a, b| (a[1] / a[0]).total_cmp(&(b[1] / b[0])));
    let ratio = |[memory, stored]: [f64; 2]| stored / memory;
    let middle = rounds[ROUNDS / 2];
    println!(
        "  in memory                      {:>9.0} samples per second",
        middle[0]
    );
    println!(
        "  in its file, in the page cache {:>9.0} samples per second",
        middle[1]
    );
    println!(
        "  file / memory                  {:>9.2} ({:.2} to {:.2})",
        ratio(middle),
        ratio(rounds[0]),
        ratio(rounds[ROUNDS - 1])
    );
}

/// A run of 500 hidden units and 20 latent dimensions with minibatches of 100.
struct Run<'a> {
    training: Training,
    workers: Workers,
    data: &'a Dataset,
}

impl<'a> Run<'a> {
    fn new(data: &'a Dataset) -> Self {
        let configuration = Configuration {
            hidden: 500.into(),
            latent: 20,
            batch: 100,
            ..Preset::Mnist.configuration(default_threads())
        };
        Self {
            workers: Workers::new(configuration.threads).expect("threads"),
            training: Training::new(configuration, data),
            data,
        }
    }

    /// Samples per second of the next steps.
    fn turn(&mut self) -> f64 {
        let Self {
            training,
            workers,
            data,
        } = self;
        let (started, before) = (Instant::now(), training.samples);
        for _ in 0..STEPS {
            workers
                .run(|| training.step(data, workers, &Cancel::default()))
                .expect("a finite loss");
        }
        (training.samples - before) as f64 / started.elapsed().as_secs_f64()
    }

    fn bits(&self) -> Vec<u32> {
        let parameters = self.training.model.parameters();
        let values = parameters.iter().flat_map(|named| named.parameter.values());
        values.map(|value| value.to_bits()).collect()
    }
}

/// The same items, all of them in memory.
fn in_memory(data: &Dataset) -> Dataset {
    let bytes = |split: &Split| {
        let of_item = |item| split.shown(item).into_iter().map(|value| value as u8);
        Split::of_bytes(
            (0..split.points()).flat_map(of_item).collect(),
            Vec::new(),
            split.numbers_per_item,
        )
    };
    Dataset::new("copy", data.shape, bytes(&data.train), bytes(&data.test))
}

/// Random bytes, a mebibyte of them over and over.
fn write_array(path: &Path, gibibytes: u64) {
    let mut block = vec![0; 784 << 10];
    generator(1, Purpose::Noise, 0, 0).fill_bytes(&mut block);
    let count = (gibibytes << 30) / 784;
    let text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({count}, 28, 28), }}");
    let mut file = BufWriter::new(File::create(path).expect("the folder can be written"));
    let head = [
        b"\x93NUMPY\x01\0v\0".as_slice(),
        format!("{text:117}\n").as_bytes(),
    ]
    .concat();
    let mut left = count as usize * 784;
    file.write_all(&head).expect("the folder has room");
    while left > 0 {
        let length = left.min(block.len());
        file.write_all(&block[..length]).expect("the folder has room");
        left -= length;
    }
    file.into_inner()
        .expect("the folder has room")
        .sync_all()
        .expect("the folder has room");
}

/// Images with a slope of colour each, no two alike.
fn write_images(folder: &Path) {
    std::fs::create_dir(folder).expect("the folder can be written");
    for number in 0..IMAGES as u32 {
        let shade = |times: u32| (number / times % 256) as u8;
        let image = RgbImage::from_fn(32, 32, |x, y| {
            Rgb([
                shade(1).wrapping_add(x as u8),
                shade(256).wrapping_add(y as u8),
                (x * y % 256) as u8,
            ])
        });
        image
            .save(folder.join(format!("{number:06}.png")))
            .expect("the folder has room");
    }
}

/// Has the system drop a file from the page cache; false where it can't be asked, or where there is no one file.
fn forget(path: &Path) -> bool {
    #[cfg(target_os = "linux")]
    if path.is_file() {
        let file = File::open(path).expect("the file");
        return rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).is_ok();
    }
    let _ = path;
    false
}

/// The most megabytes that the process held since that was begun anew; none where the system doesn't say.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1_024.0)
}
