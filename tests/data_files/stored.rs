//! Files so large that their values stay in them: most of these are holes, which take no room on a disk.
#![cfg(unix)]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use vae_tui::cancel::Cancel;
use vae_tui::data::file::load;
use vae_tui::data::{DataIdentity, Dataset, Part, ReadingRules};
use vae_tui::learning::{Configuration, Preset, Training, Workers};

use super::rules::npy;
use super::{SMALL, failed, folder, header, idx, succeeded, vae_tui, write};

/// So many images of 32 x 32 bytes take more than the memory that is given to a file.
const COUNT: u32 = 300_000;
const ITEM: u64 = 32 * 32;

/// Writes a file of images that are black but for the first pixel of some.
fn sparse(path: &Path, head: &[u8], bright: &[(u64, u8)]) {
    std::fs::write(path, head).expect("the folder can be written");
    let file = File::options().write(true).open(path).expect("the file");
    file.set_len(head.len() as u64 + u64::from(COUNT) * ITEM)
        .expect("a file can have a hole");
    for &(item, byte) in bright {
        file.write_all_at(&[byte], head.len() as u64 + item * ITEM)
            .expect("the file can be written");
    }
}

fn read(path: &Path) -> Dataset {
    load(path, &ReadingRules::default(), |_| {}).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn rows_come_from_the_file_when_they_are_asked_for() {
    let folder = folder();
    let (array, images) = (folder.path().join("a.npy"), folder.path().join("a.idx"));
    let bright = [(0, 255), (9, 51), (u64::from(COUNT) - 1, 7)];
    sparse(&array, &npy("|u1", "300000, 32, 32", []), &bright);
    sparse(&images, &header([COUNT, 32, 32]), &bright);
    let [array, images] = [read(&array), read(&images)];
    assert_eq!(DataIdentity::of(&array), DataIdentity::of(&images));
    for data in [array, images] {
        assert_eq!((data.train.points(), data.test.points()), (270_000, 30_000));
        assert_eq!(data.counts_per_unit(), 255.0);
        let mut row = vec![0.5; 1_024];
        data.test.fill_row(0, &mut row);
        assert_eq!((row[0], row[1]), (0.2, 0.0));
        assert_eq!(data.test.shown(29_999)[0], 7.0);
        assert!(DataIdentity::of(&data).is_sampled);
        assert_eq!(data.split(Part::Train).fault(), None);
    }
}

#[test]
fn a_file_that_is_longer_or_shorter_than_its_head_says_is_refused_from_its_head() {
    let folder = folder();
    let path = folder.path().join("a.npy");
    sparse(&path, &npy("|u1", "300000, 32, 32", []), &[]);
    let file = File::options().write(true).open(&path).expect("the file");
    let length = file.metadata().expect("a file").len();
    for (length, expected) in [
        (length - 1, "but 307199999 bytes follow"),
        (length + 1, "but more than 307200000 bytes follow"),
    ] {
        file.set_len(length).expect("the file can be written");
        let said = load(&path, &ReadingRules::default(), |_| {})
            .expect_err("it lies")
            .to_string();
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn a_session_goes_on_with_its_file_and_not_with_a_changed_one() {
    let folder = folder();
    let path = folder.path().join("a.npy");
    let bright = [(0, 255), (1, 9)];
    sparse(&path, &npy("|u1", "300000, 32, 32", []), &bright);
    let start = [
        "train",
        "--data",
        "a.npy",
        "--samples",
        "40",
        "--train-size",
        "100",
        "--evaluate-every",
        "1000000",
    ];
    // The whole test set is measured at the end, so that it is better a small one.
    write(
        folder.path(),
        "test.npy",
        &npy("|u1", "10, 32, 32", (0..10).map(|_| vec![3; 1_024])),
    );
    let test = ["--test-file", "test.npy"];
    succeeded(&vae_tui(
        folder.path(),
        &[&start[..], &test, &SMALL].concat(),
        b"",
    ));
    let resume = |samples: &str| {
        vae_tui(
            folder.path(),
            &["train", "--resume", "run.ron", "--samples", samples],
            b"",
        )
    };
    succeeded(&resume("80"));
    sparse(
        &path,
        &npy("|u1", "300000, 32, 32", []),
        &[(0, 255), (1, 9), (u64::from(COUNT) - 1, 1)],
    );
    let said = failed(&resume("120"));
    assert!(
        said.contains("the training images of") && said.contains("300000 + 10 images of 32 x 32"),
        "{said}"
    );
}

#[test]
fn an_item_that_can_not_be_read_any_more_makes_no_step() {
    let folder = folder();
    let path = folder.path().join("a.npy");
    sparse(&path, &npy("|u1", "300000, 32, 32", []), &[(0, 255)]);
    let data = read(&path);
    write(folder.path(), "a.npy", &idx(10, |_| 0));
    let mut row = vec![0.5; 1_024];
    data.train.fill_row(200_000, &mut row);
    assert!(row.iter().all(|value| value.is_infinite()));
    assert!(data.fault().is_some());
}

/// The bits of the parameters after some steps on the first hundred training items.
fn trained(path: &Path) -> Vec<Vec<u32>> {
    let rules = ReadingRules {
        test_file: Some(path.with_file_name("test.npy").to_string_lossy().into_owned()),
        ..ReadingRules::default()
    };
    let data = load(path, &rules, |_| {}).unwrap_or_else(|error| panic!("{error}"));
    let configuration = Configuration {
        hidden: 5.into(),
        latent: 2,
        batch: 30,
        train_size: Some(100),
        ..Preset::Mnist.configuration(2)
    };
    let workers = Workers::new(configuration.threads).expect("threads");
    let mut training = Training::new(configuration, &data);
    for _ in 0..8 {
        training
            .step(&data, &workers, &Cancel::default())
            .expect("a finite loss");
    }
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect();
    let parameters = training.model.parameters();
    parameters
        .iter()
        .map(|named| bits(named.parameter.values()))
        .collect()
}

/// The same items at the start of a file that is read at once and of one whose values stay in it.
#[test]
fn a_run_has_the_same_bits_whether_its_data_are_in_memory_or_not() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let byte = |number: u64| (number * 57 % 251) as u8;
    for (descr, count, whites) in [("|u1", COUNT, false), ("<f4", COUNT / 4, true)] {
        let head = |count: u32| npy(descr, &format!("{count}, 32, 32"), []);
        let numbers: Vec<u8> = (0..100 * ITEM)
            .flat_map(|number| match whites {
                true => (f32::from(byte(number)) / 250.0).to_le_bytes().to_vec(),
                false => vec![byte(number)],
            })
            .collect();
        write(folder.path(), "small.npy", &[head(100), numbers.clone()].concat());
        write(folder.path(), "test.npy", &[head(100), numbers.clone()].concat());
        sparse(&at("large.npy"), &head(COUNT), &[]);
        let file = File::options()
            .write(true)
            .open(at("large.npy"))
            .expect("the file");
        let length = head(count).len() as u64;
        file.write_all_at(&head(count), 0)
            .expect("the file can be written");
        file.write_all_at(&numbers, length)
            .expect("the file can be written");
        assert_eq!(trained(&at("small.npy")), trained(&at("large.npy")), "{descr}");
    }
}
