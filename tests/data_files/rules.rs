//! The rules by which data is read: what each does, and that a session keeps them.

use std::path::Path;

use vae_tui::data::file::load;
use vae_tui::data::{DataIdentity, Dataset, Part, ReadingRules};

use super::{SMALL, failed, folder, images, succeeded, vae_tui, write};

/// An NPY file of numbers whose type NumPy calls `descr`.
pub fn npy(descr: &str, shape: &str, numbers: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
    let head = [
        b"\x93NUMPY\x01\0".as_slice(),
        &[118, 0],
        format!("{text:117}\n").as_bytes(),
    ]
    .concat();
    head.into_iter().chain(numbers.into_iter().flatten()).collect()
}

/// A table of three features, 40 rows of 1000 r + 10 c and more: no two alike, none of them a byte.
fn table(change: impl Fn(usize, usize) -> Option<f32>) -> Vec<u8> {
    let number = |at: usize| {
        let (row, column) = (at / 3, at % 3);
        change(row, column).unwrap_or((1_000 * row + 10 * column) as f32 - 500.5)
    };
    npy(
        "<f4",
        "40, 3",
        (0..120).map(|at| number(at).to_le_bytes().to_vec()),
    )
}

fn read(folder: &Path, name: &str, rules: &str) -> Result<Dataset, String> {
    let rules = ReadingRules::parse(rules).expect("rules");
    load(&folder.join(name), &rules, |_| {}).map_err(|error| error.to_string())
}

fn row(data: &Dataset, part: Part, index: usize) -> Vec<f32> {
    let mut row = vec![0.5; data.shape.numbers()];
    data.split(part).fill_row(index, &mut row);
    row
}

#[test]
fn values_are_scaled_by_the_rule_fitted_to_the_training_items_and_shown_as_they_were() {
    let folder = folder();
    write(folder.path(), "a.npy", &table(|_, _| None));
    for rules in [
        "usual",
        "scale=none",
        "scale=unit",
        "scale=min-max",
        "scale=standard",
    ] {
        let data = read(folder.path(), "a.npy", rules).expect(rules);
        assert_eq!((data.train.points(), data.test.points()), (36, 4));
        assert_eq!(data.counts_per_unit(), 1.0);
        assert_eq!(data.test.shown(0), [8_499.5, 8_509.5, 8_519.5], "row 9, {rules}");
        let mut back = row(&data, Part::Test, 0);
        data.unscale(&mut back);
        for (back, value) in back.iter().zip(data.test.shown(0)) {
            assert!((back - value).abs() < 0.01, "{rules}: {back} of {value}");
        }
        let first: Vec<f32> = (0..36).map(|index| row(&data, Part::Train, index)[0]).collect();
        let (least, largest) = first
            .iter()
            .fold((f32::MAX, f32::MIN), |(a, b), &x| (a.min(x), b.max(x)));
        match rules {
            "scale=none" => assert_eq!((least, largest), (-500.5, 37_499.5)),
            "scale=standard" => assert!(first.iter().sum::<f32>().abs() < 1e-3),
            "scale=unit" => assert!(least == 0.0 && largest < 1.0),
            _ => assert!(least == 0.0 && (largest - 1.0).abs() < 1e-6, "{rules}: {largest}"),
        }
    }
    let said = read(folder.path(), "a.npy", "scale=log1p").expect_err("there are negative values");
    assert!(said.contains("a.npy") && said.contains("-500.5"), "{said}");
    let data = read(folder.path(), "a.npy", "usual").expect("numbers");
    assert!(
        data.notes.iter().any(|note| note.contains("min-max")),
        "{:?}",
        data.notes
    );
}

#[test]
fn whole_numbers_up_to_255_are_the_same_items_whatever_their_type() {
    let folder = folder();
    let value = |at: usize| (at * 37 % 256) as u8;
    write(
        folder.path(),
        "bytes.npy",
        &npy("|u1", "20, 2, 3", (0..120).map(|at| vec![value(at)])),
    );
    write(
        folder.path(),
        "wide.npy",
        &npy(
            "<i8",
            "20, 2, 3",
            (0..120).map(|at| i64::from(value(at)).to_le_bytes().to_vec()),
        ),
    );
    let [bytes, wide] = ["bytes.npy", "wide.npy"].map(|name| read(folder.path(), name, "usual").expect(name));
    assert_eq!(DataIdentity::of(&bytes), DataIdentity::of(&wide));
    assert_eq!(
        (wide.counts_per_unit(), row(&wide, Part::Train, 0)[1]),
        (255.0, 37.0 / 255.0)
    );
    // A stated rule holds for them too.
    let standard = read(folder.path(), "bytes.npy", "scale=none").expect("bytes");
    assert_eq!(
        (standard.counts_per_unit(), row(&standard, Part::Train, 0)[1]),
        (1.0, 37.0)
    );
}

#[test]
fn missing_values_are_refused_with_their_place_or_dropped_or_filled_in() {
    let folder = folder();
    let hole = |row, column| ((row, column) == (16, 1)).then_some(f32::NAN);
    write(folder.path(), "holes.npy", &table(hole));
    let said = read(folder.path(), "holes.npy", "usual").expect_err("one is missing");
    assert!(
        said.contains("holes.npy") && said.contains("row 17, column 2"),
        "{said}"
    );

    let dropped = read(folder.path(), "holes.npy", "missing=drop").expect("numbers");
    assert_eq!((dropped.train.points(), dropped.test.points()), (35, 4));
    assert_eq!(dropped.train.shown(15)[0], 16_499.5, "the row before is gone");
    assert!(
        dropped
            .notes
            .iter()
            .any(|note| note.contains("1 vectors with missing values are left out"))
    );

    let filled = read(folder.path(), "holes.npy", "missing=mean").expect("numbers");
    let others: Vec<f32> = (0..36)
        .filter(|&row| row != 15)
        .map(|row| filled.train.shown(row)[1])
        .collect();
    let mean = others.iter().sum::<f32>() / 35.0;
    assert!(
        (filled.train.shown(15)[1] - mean).abs() < 0.1,
        "{} of {mean}",
        filled.train.shown(15)[1]
    );

    write(
        folder.path(),
        "inf.npy",
        &table(|row, column| (row + column == 0).then_some(f32::INFINITY)),
    );
    for rules in ["usual", "missing=drop", "missing=mean"] {
        let said = read(folder.path(), "inf.npy", rules).expect_err(rules);
        assert!(said.contains("row 1, column 1 is infinite"), "{said}");
    }
}

#[test]
fn the_split_is_as_the_rules_say() {
    let folder = folder();
    write(folder.path(), "train-images.idx", &images(40));
    write(folder.path(), "t10k-images.idx", &images(10));
    write(folder.path(), "others.idx", &images(20));
    let others = folder.path().join("others.idx");
    for (rules, points) in [
        ("usual", (40, 10)),
        ("split=interleaved", (36, 4)),
        ("split=contiguous; test-fraction=0.25", (30, 10)),
        ("split=random; split-seed=3", (36, 4)),
        ("test-fraction=0.5", (20, 20)),
        (&format!("test-file={}", others.display()), (40, 20)),
    ] {
        let data = read(folder.path(), "train-images.idx", rules).expect(rules);
        assert_eq!((data.train.points(), data.test.points()), points, "{rules}");
    }
    let last = read(folder.path(), "train-images.idx", "split=contiguous").expect("images");
    assert_eq!(last.test.shown(0)[0], (255 - 36) as f32);
    let said =
        read(folder.path(), "train-images.idx", "test-file=/no/such.idx").expect_err("it is not there");
    assert!(said.contains("/no/such.idx"), "{said}");
    let said = read(folder.path(), "train-images.idx", "split=column").expect_err("there is no column");
    assert!(said.contains("--split-column"), "{said}");
}

#[test]
fn grey_values_and_others_are_not_mixed_without_a_word() {
    let folder = folder();
    let floats = |largest: f32| {
        let number = move |at: usize| if at == 5 { largest } else { (at % 7) as f32 / 7.0 };
        npy(
            "<f4",
            "12, 2, 2",
            (0..48).map(move |at| number(at).to_le_bytes().to_vec()),
        )
    };
    write(folder.path(), "train.npy", &floats(1.0));
    write(folder.path(), "test.npy", &floats(1.5));
    let test = format!("test-file={}", folder.path().join("test.npy").display());
    let said = read(folder.path(), "train.npy", &test).expect_err("one is larger than white");
    assert!(
        said.contains("test.npy") && said.contains("--scale reads both alike"),
        "{said}"
    );
    let data = read(folder.path(), "train.npy", &format!("scale=none; {test}")).expect("a stated rule");
    assert_eq!((data.train.shown(1)[1], data.test.shown(1)[1]), (1.0, 1.5));
}

#[test]
fn a_shape_is_taken_where_it_has_as_many_numbers() {
    let folder = folder();
    write(
        folder.path(),
        "a.npy",
        &npy("|u1", "12, 12", (0..144).map(|at| vec![at as u8])),
    );
    for (rules, said) in [
        ("usual", "vectors of 12 features"),
        ("shape=3x4", "images of 3 x 4 pixels"),
        ("shape=2x2x3", "images of 2 x 2 pixels in 3 channels"),
    ] {
        assert_eq!(
            read(folder.path(), "a.npy", rules)
                .expect(rules)
                .shape
                .to_string(),
            said
        );
    }
    let said = read(folder.path(), "a.npy", "shape=5x5").expect_err("25 are not 12");
    assert!(said.contains("can't be images of 5 x 5 pixels"), "{said}");
}

#[test]
fn a_session_keeps_the_rules_and_refuses_what_they_make_of_other_data() {
    let folder = folder();
    write(folder.path(), "a.npy", &table(|_, _| None));
    let rules = [
        "--scale",
        "standard",
        "--split",
        "random",
        "--split-seed",
        "5",
        "--likelihood",
        "gaussian",
        "--mean",
        "real",
    ];
    let start = ["train", "--data", "a.npy", "--samples", "40"];
    let said = succeeded(&vae_tui(
        folder.path(),
        &[&start[..], &rules, &SMALL].concat(),
        b"",
    ));
    assert!(
        said.contains("by chance with seed 5") && said.contains("standard deviation 1"),
        "{said}"
    );
    let resume = |more: &[&str]| {
        let arguments = [&["train", "--resume", "run.ron", "--samples", "80"], more].concat();
        vae_tui(folder.path(), &arguments, b"")
    };
    let said = succeeded(&resume(&[]));
    assert!(
        said.contains("by chance with seed 5") && !said.contains("are others than those"),
        "{said}"
    );
    assert_eq!(
        resume(&["--scale", "none"]).status.code(),
        Some(2),
        "a run keeps its rules"
    );

    write(
        folder.path(),
        "a.npy",
        &table(|row, _| (row == 20).then_some(0.5)),
    );
    let said = failed(&vae_tui(folder.path(), &["evaluate", "run.ron"], b""));
    assert_eq!(
        said.matches("36 + 4 vectors of 3 features, checksums ").count(),
        2,
        "{said}"
    );
    assert!(said.contains("--data PATH says where"), "{said}");
}

#[test]
fn what_is_no_rule_is_a_matter_of_usage() {
    let folder = folder();
    for wrong in [
        ["--scale", "loud"],
        ["--shape", "3x"],
        ["--test-fraction", "0"],
        ["--missing", "guess"],
    ] {
        let output = vae_tui(folder.path(), &[&["train"][..], &wrong].concat(), b"");
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
}
