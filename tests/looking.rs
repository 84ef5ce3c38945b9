//! The commands that look into a saved model, on a small data set with two classes: what they show, write and refuse.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/program.rs"]
mod program;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use program::{errors, vae_tui};
use serde_json::Value;

const SIDE: usize = 6;
const TRAIN: usize = 60;
const TEST: usize = 20;

/// A bar that lies, in items with an even number, or stands, somewhere in the image.
fn pixel(item: usize, pixel: usize) -> u8 {
    let (row, column) = (pixel / SIDE, pixel % SIDE);
    let along = if item.is_multiple_of(2) { row } else { column };
    if along == item / 2 % SIDE {
        200 + (item % 50) as u8
    } else {
        0
    }
}

fn idx(magic: u8, sizes: &[usize], bytes: Vec<u8>) -> Vec<u8> {
    let sizes = sizes.iter().flat_map(|&size| (size as u32).to_be_bytes());
    [0, 0, 8, magic].into_iter().chain(sizes).chain(bytes).collect()
}

fn images(first: usize, count: usize) -> Vec<u8> {
    let items = first..first + count;
    let bytes = items.flat_map(|item| (0..SIDE * SIDE).map(move |place| pixel(item, place)));
    idx(3, &[count, SIDE, SIDE], bytes.collect())
}

fn labels(first: usize, count: usize) -> Vec<u8> {
    idx(
        1,
        &[count],
        (first..first + count).map(|item| (item % 2) as u8).collect(),
    )
}

/// A folder with the data, another file of the same kind, and a session with three latent dimensions.
static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in [
        ("train-images-idx3-ubyte", images(0, TRAIN)),
        ("train-labels-idx1-ubyte", labels(0, TRAIN)),
        ("t10k-images-idx3-ubyte", images(TRAIN, TEST)),
        ("t10k-labels-idx1-ubyte", labels(TRAIN, TEST)),
        ("others.idx", images(TRAIN, 15)),
        ("wide.idx", idx(3, &[12, 2, 18], vec![7; 12 * 36])),
    ] {
        std::fs::write(folder.path().join(name), bytes).expect("it can be written");
    }
    let arguments = [
        "train",
        "--data",
        "train-images-idx3-ubyte",
        "--hidden",
        "8",
        "--latent",
        "3",
        "--samples",
        "3000",
        "--batch",
        "20",
        "--learning-rate",
        "0.01",
        "--evaluate-every",
        "3000",
        "--threads",
        "1",
        "--out",
        "run.ron",
    ];
    let output = vae_tui(folder.path(), &arguments);
    assert!(output.status.success(), "{}", errors(&output));
    folder
});

fn at(name: &str) -> PathBuf {
    FOLDER.path().join(name)
}

/// Runs a command that works, on the session.
fn run(command: &str, arguments: &[&str]) -> Output {
    let arguments = [&[command, "run.ron"], arguments].concat();
    let output = vae_tui(FOLDER.path(), &arguments);
    assert!(output.status.success(), "{arguments:?}: {}", errors(&output));
    output
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("standard output is text")
}

/// Width, height and pixels of a PNG file.
fn png(path: &Path) -> (usize, usize, Vec<[u8; 3]>) {
    let file = std::io::BufReader::new(std::fs::File::open(path).expect("a picture"));
    let mut reader = png::Decoder::new(file).read_info().expect("a PNG file");
    let mut bytes = vec![0; reader.output_buffer_size().expect("it fits into memory")];
    let info = reader.next_frame(&mut bytes).expect("its pixels");
    let pixels = bytes.chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]]);
    (info.width as usize, info.height as usize, pixels.collect())
}

/// Width and pixels of every frame of a GIF file.
fn gif(path: &Path) -> Vec<(usize, Vec<[u8; 3]>)> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let file = std::fs::File::open(path).expect("a picture");
    let mut decoder = options.read_info(file).expect("a GIF file");
    let mut frames = Vec::new();
    while let Some(frame) = decoder.read_next_frame().expect("a frame") {
        let pixels = frame
            .buffer
            .chunks_exact(4)
            .map(|pixel| [pixel[0], pixel[1], pixel[2]]);
        frames.push((usize::from(frame.width), pixels.collect()));
    }
    frames
}

/// The item at a place of a sheet that was not enlarged.
fn tile((width, _, pixels): &(usize, usize, Vec<[u8; 3]>), column: usize, row: usize) -> Vec<[u8; 3]> {
    let place = |index: usize| {
        let (x, y) = (
            column * (SIDE + 1) + index % SIDE,
            row * (SIDE + 1) + index / SIDE,
        );
        pixels[y * width + x]
    };
    (0..SIDE * SIDE).map(place).collect()
}

#[test]
fn samples_are_shown_and_written() {
    let shown = text(&run("sample", &["--count", "4"]));
    assert!(
        shown
            .chars()
            .all(|character| character == '\n' || ('\u{2800}'..='\u{28ff}').contains(&character))
    );
    // Four items of six pixels with lines between them; six pixels are three cells high.
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!((lines.len(), lines[0].chars().count()), (3, 4 * (SIDE + 1) - 1));
    let coloured = text(&run("sample", &["--count", "4", "--colours", "truecolour"]));
    assert!(coloured.contains("\u{1b}[38;2;") && coloured.lines().all(|line| line.ends_with("\u{1b}[0m")));

    run("sample", &["--count", "5", "--out", "samples.png"]);
    let (width, height, first) = png(&at("samples.png"));
    assert_eq!(
        (width, height),
        (4 * (2 * (SIDE + 1) - 1), 4 * (3 * (SIDE + 1) - 1))
    );
    run("sample", &["--count", "5", "--seed", "2", "--out", "samples.png"]);
    assert_ne!(
        png(&at("samples.png")).2,
        first,
        "another seed, other samples, in the place of the first"
    );
    run(
        "sample",
        &[
            "--count",
            "4",
            "--temperature",
            "0",
            "--enlarge",
            "1",
            "--out",
            "same.png",
        ],
    );
    let same = png(&at("same.png"));
    assert_eq!(
        tile(&same, 0, 0),
        tile(&same, 1, 1),
        "without heat all are the same"
    );
    run("sample", &["--count", "4", "--out", "samples.svg"]);
    assert!(
        std::fs::read_to_string(at("samples.svg"))
            .expect("text")
            .starts_with("<svg")
    );
}

#[test]
fn a_traversal_moves_in_a_gif_and_lies_side_by_side_in_a_png() {
    let arguments = [
        "--item",
        "test:3",
        "--dimension",
        "1",
        "--steps",
        "5",
        "--enlarge",
        "1",
        "--out",
    ];
    run("traverse", &[&arguments[..], &["row.png"]].concat());
    run("traverse", &[&arguments[..], &["row.gif"]].concat());
    let (row, frames) = (png(&at("row.png")), gif(&at("row.gif")));
    assert_eq!((row.0, row.1), (5 * (SIDE + 1) - 1, SIDE));
    assert_eq!(frames.len(), 8, "there and back");
    for (frame, step) in frames.iter().zip([0, 1, 2, 3, 4, 3, 2, 1]) {
        assert_eq!(frame.0, SIDE);
        assert_eq!(frame.1, tile(&row, step, 0), "step {step}");
    }
    assert_ne!(tile(&row, 0, 0), tile(&row, 4, 0));
    run(
        "traverse",
        &["--steps", "3", "--enlarge", "1", "--out", "all.png"],
    );
    let all = png(&at("all.png"));
    assert_eq!(all.1, 3 * (SIDE + 1) - 1, "a row for each of three dimensions");
    assert_eq!(
        tile(&all, 1, 0),
        tile(&all, 1, 2),
        "all of them meet in the centre"
    );
}

#[test]
fn the_plane_goes_through_the_centre() {
    run(
        "manifold",
        &[
            "--dimensions",
            "2,0",
            "--side",
            "3",
            "--enlarge",
            "1",
            "--out",
            "plane.png",
        ],
    );
    run(
        "sample",
        &[
            "--count",
            "1",
            "--temperature",
            "0",
            "--enlarge",
            "1",
            "--out",
            "centre.png",
        ],
    );
    let plane = png(&at("plane.png"));
    assert_eq!((plane.0, plane.1), (3 * (SIDE + 1) - 1, 3 * (SIDE + 1) - 1));
    assert_eq!(tile(&plane, 1, 1), tile(&png(&at("centre.png")), 0, 0));
    assert!(!text(&run("manifold", &["--side", "2"])).is_empty());
}

#[test]
fn the_way_between_two_items_begins_and_ends_with_what_comes_back_of_them() {
    run(
        "reconstruct",
        &["--item", "test:1,train:4", "--enlarge", "1", "--out", "both.png"],
    );
    let both = png(&at("both.png"));
    let input: Vec<[u8; 3]> = (0..SIDE * SIDE)
        .map(|place| [pixel(TRAIN + 1, place); 3])
        .collect();
    assert_eq!(tile(&both, 0, 0), input, "above stands what went in");
    for spherical in [&[][..], &["--spherical"]] {
        let arguments = [
            &[
                "test:1",
                "train:4",
                "--steps",
                "4",
                "--enlarge",
                "1",
                "--out",
                "way.png",
            ],
            spherical,
        ];
        run("interpolate", &arguments.concat());
        let way = png(&at("way.png"));
        assert_eq!(tile(&way, 0, 0), tile(&both, 0, 1));
        assert_eq!(tile(&way, 3, 0), tile(&both, 1, 1));
    }
}

#[test]
fn items_come_from_files_and_standard_input() {
    let of = |arguments: &[&str]| -> Vec<Value> {
        let text = text(&run("reconstruct", &[&["--json"], arguments].concat()));
        text.lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    };
    let lines = of(&["--item", "test:2,others.idx:3,others.idx"]);
    assert_eq!(lines.len(), 3);
    assert_eq!(
        (&lines[0]["item"], &lines[0]["label"]),
        (&"test:2".into(), &"0".into())
    );
    // The third item of the file is the same image, read the same way.
    let elbo = |line: &Value| line["elbo"].as_f64().expect("a number");
    assert!((elbo(&lines[0]) - elbo(&lines[1])).abs() < 1e-6);
    for line in &lines {
        let terms =
            line["reconstruction"].as_f64().expect("a number") - line["kl"].as_f64().expect("a number");
        assert!((terms - elbo(line)).abs() < 1e-9);
    }
    assert_eq!(of(&["--data", "others.idx"]).len(), 15);

    let child = Command::new(env!("CARGO_BIN_EXE_vae-tui"))
        .args(["reconstruct", "run.ron", "--item", "-:3,-:1", "--json"])
        .current_dir(FOLDER.path())
        .stdin(Stdio::from(
            std::fs::File::open(at("others.idx")).expect("a file"),
        ))
        .output()
        .expect("the program starts");
    let piped: Vec<Value> = text(&child)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert!((elbo(&piped[0]) - elbo(&lines[1])).abs() < 1e-9 && piped.len() == 2);
}

#[test]
fn an_edit_goes_from_the_item_along_the_difference_of_two_means() {
    let edit = |strength: &str, out: &str| {
        let arguments = [
            "--item",
            "test:0",
            "--towards",
            "label:1",
            "--away",
            "label:0",
            "--strength",
            strength,
            "--steps",
            "3",
            "--enlarge",
            "1",
            "--out",
            out,
        ];
        run("edit", &arguments);
    };
    run(
        "reconstruct",
        &["--item", "test:0", "--enlarge", "1", "--out", "before.png"],
    );
    let before = tile(&png(&at("before.png")), 0, 1);
    edit("0", "still.png");
    let still = png(&at("still.png"));
    assert!((0..3).all(|step| tile(&still, step, 0) == before));
    edit("1.5", "edited.png");
    let edited = png(&at("edited.png"));
    assert_eq!(tile(&edited, 0, 0), before);
    assert_ne!(tile(&edited, 2, 0), before);
    edit("-1.5", "edited.gif");
    assert_eq!(gif(&at("edited.gif")).len(), 4);
    // The training items themselves, as a file, are the same set as both labels together.
    run(
        "edit",
        &[
            "--item",
            "test:0",
            "--towards",
            "train-images-idx3-ubyte",
            "--away",
            "train-images-idx3-ubyte",
            "--strength",
            "9",
            "--steps",
            "2",
            "--enlarge",
            "1",
            "--out",
            "nowhere.png",
        ],
    );
    assert_eq!(
        tile(&png(&at("nowhere.png")), 1, 0),
        before,
        "a set has no difference from itself"
    );
}

#[test]
fn anomalies_are_scored_against_the_training_items() {
    let report = |arguments: &[&str]| -> Value {
        serde_json::from_str(&text(&run("anomalies", &[&["--json"], arguments].concat()))).expect("JSON")
    };
    let plain = report(&["--quantile", "0.1"]);
    let items = plain["items"].as_array().expect("items");
    assert_eq!((items.len(), &plain["training_items"]), (TEST, &TRAIN.into()));
    let threshold = plain["threshold"].as_f64().expect("a number");
    for item in items {
        let score = item["score"].as_f64().expect("a number");
        assert!((score + item["elbo"].as_f64().expect("a number")).abs() < 1e-9);
        assert_eq!(item["is_anomaly"], score > threshold);
    }
    // A tenth of the training items lie beyond the threshold: of sixty, six.
    let train = report(&["--quantile", "0.1", "--split", "train"]);
    assert_eq!(train["anomalies"], TRAIN / 10);

    // Against itself every item scores 0, which tells nothing apart.
    let even = report(&[
        "--against",
        "run.ron",
        "--anomalous",
        "label:1",
        "--pca",
        "--importance-samples",
        "5",
    ]);
    assert!(
        even["items"]
            .as_array()
            .expect("items")
            .iter()
            .all(|item| item["score"] == 0.0)
    );
    let found = even["detection"].as_array().expect("figures");
    let by: Vec<&str> = found.iter().filter_map(|one| one["by"].as_str()).collect();
    assert_eq!(
        by,
        [
            "elbo",
            "reconstruction",
            "kl",
            "importance-weighted",
            "against",
            "pca"
        ]
    );
    assert_eq!(
        (&found[4]["auroc"], &found[4]["average_precision"]),
        (&0.5.into(), &0.5.into())
    );
    // With complexity the scores are what a least-squares fit leaves: over the training items they add up to nothing.
    let fitted = report(&["--complexity", "--split", "train"]);
    let items = fitted["items"].as_array().expect("items");
    assert!(
        items
            .iter()
            .all(|item| item["complexity"].as_u64().is_some_and(|bytes| bytes > 8))
    );
    let left: f64 = items.iter().filter_map(|item| item["score"].as_f64()).sum();
    assert!(left.abs() < 1e-6, "{left}");
    // The other class, by its label: the areas add up to 1.
    let other = report(&["--normal-label", "1"]);
    let area = |report: &Value| report["detection"][0]["auroc"].as_f64().expect("a number");
    let this = report(&["--anomalous", "1"]);
    assert!((area(&this) + area(&other) - 1.0).abs() < 1e-9);
}

#[test]
fn anomalies_are_tables_sheets_and_words() {
    let table = text(&run("anomalies", &["--csv", "--data", "others.idx"]));
    assert_eq!(table.lines().count(), 1 + 15);
    assert!(
        table.starts_with("item,label,elbo,")
            && table
                .lines()
                .nth(1)
                .is_some_and(|line| line.starts_with("0,\"\",-"))
    );
    let words = text(&run(
        "anomalies",
        &[
            "--worst",
            "3",
            "--out",
            "worst.png",
            "--enlarge",
            "1",
            "--anomalous",
            "0",
        ],
    ));
    assert!(words.contains("threshold") && words.contains("of 20 items") && words.contains("AUROC"));
    let worst: usize = words
        .lines()
        .rev()
        .nth(2)
        .and_then(|line| line.split_whitespace().next()?.parse().ok())
        .expect("the worst three stand at the end");
    let expected: Vec<[u8; 3]> = (0..SIDE * SIDE)
        .map(|place| [pixel(TRAIN + worst, place); 3])
        .collect();
    assert_eq!(tile(&png(&at("worst.png")), 0, 0), expected);
}

#[test]
fn what_is_left_out_of_training_is_anomalous() {
    let arguments = [
        "train",
        "--data",
        "train-images-idx3-ubyte",
        "--hidden",
        "16",
        "--latent",
        "3",
        "--samples",
        "20000",
        "--batch",
        "20",
        "--learning-rate",
        "0.01",
        "--evaluate-every",
        "20000",
        "--threads",
        "1",
        "--without-label",
        "1",
        "--out",
        "without.ron",
    ];
    let output = vae_tui(FOLDER.path(), &arguments);
    assert!(output.status.success(), "{}", errors(&output));
    let arguments = ["anomalies", "without.ron", "--anomalous", "1", "--json"];
    let report: Value = serde_json::from_str(&text(&vae_tui(FOLDER.path(), &arguments))).expect("JSON");
    assert_eq!(report["training_items"], TRAIN / 2);
    let area = report["detection"][0]["auroc"].as_f64().expect("a number");
    assert!(area > 0.95, "{area}");
}

#[test]
fn what_can_t_be_done_is_one_sentence_and_leaves_nothing() {
    std::fs::write(at("text.idx"), "hello").expect("it can be written");
    std::fs::write(at("kept.png"), "mine").expect("it can be written");
    let before = std::fs::read_dir(FOLDER.path()).expect("a folder").count();
    let cases: &[(&[&str], &str)] = &[
        (
            &["traverse", "run.ron", "--item", "test:20"],
            "test has 20 items, so there is no item 20",
        ),
        (
            &["traverse", "run.ron", "--item", "others.idx:16"],
            "others.idx has 15 items, so there is no item 16",
        ),
        (
            &["traverse", "run.ron", "--item", "none.idx"],
            "none.idx can't be used as data",
        ),
        (
            &["traverse", "run.ron", "--item", "text.idx"],
            "text.idx can't be used as data",
        ),
        (
            &["traverse", "run.ron", "--item", "wide.idx"],
            "images of 2 x 18 pixels",
        ),
        (&["traverse", "run.ron", "--item", "."], "kept.png can't be read"),
        (
            &["traverse", "run.ron", "--dimension", "3"],
            "dimension is 3, but must be from 0 to 2",
        ),
        (
            &["traverse", "run.ron", "--range", "0"],
            "range is 0, but must be positive",
        ),
        (&["traverse", "none.ron"], "none.ron"),
        (&["manifold", "run.ron", "--dimensions", "1"], "must be two"),
        (
            &["manifold", "run.ron", "--dimensions", "1,1"],
            "must be two different ones",
        ),
        (&["manifold", "run.ron", "--dimensions", "0,9"], "dimension is 9"),
        (&["sample", "run.ron", "--temperature", "-1"], "temperature is -1"),
        (
            &["sample", "run.ron", "--out", "picture.jpg"],
            "ends in none of .png, .gif and .svg",
        ),
        (
            &["sample", "run.ron", "--out", "no/such/picture.png"],
            "no/such/picture.png can't be written",
        ),
        (
            &["interpolate", "run.ron", "test:0", "train:60"],
            "train has 60 items",
        ),
        (
            &["edit", "run.ron", "--item", "test:0", "--towards", "label:7"],
            "the data has no label 7: its labels are 0, 1",
        ),
        (
            &["edit", "run.ron", "--item", "test:0", "--towards", "none.idx"],
            "none.idx can't be used",
        ),
        (
            &["anomalies", "run.ron", "--anomalous", "9"],
            "the data has no label 9",
        ),
        (
            &["anomalies", "run.ron", "--data", "others.idx", "--anomalous", "1"],
            "the data has no labels",
        ),
        (&["anomalies", "run.ron", "--against", "none.ron"], "none.ron"),
        (
            &["reconstruct", "run.ron", "--data", "wide.idx"],
            "images of 2 x 18 pixels",
        ),
        (
            &[
                "train",
                "--data",
                "train-images-idx3-ubyte",
                "--without-label",
                "5",
            ],
            "without-label is 5, but must be among the classes of the data, 0, 1",
        ),
        (
            &[
                "train",
                "--data",
                "train-images-idx3-ubyte",
                "--without-label",
                "0,1",
            ],
            "some training point is left",
        ),
        (
            &["train", "--data", "others.idx", "--without-label", "1"],
            "the data has no labels",
        ),
    ];
    for (arguments, expected) in cases {
        let output = vae_tui(FOLDER.path(), arguments);
        let said = errors(&output);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        let sentence = said.lines().last().unwrap_or_default();
        assert!(
            sentence.starts_with("vae-tui: ") && sentence.contains(expected),
            "{arguments:?}: {said}"
        );
        assert!(
            !said.contains('\u{1b}') && output.stdout.is_empty(),
            "{arguments:?}: {said:?}"
        );
    }
    for arguments in [
        &["sample", "run.ron", "--temperature", "NaN"][..],
        &["sample", "run.ron", "--count", "0"],
        &["traverse", "run.ron", "--item", "test:x"],
        &["traverse", "run.ron", "--range", "inf"],
        &["edit", "run.ron", "--item", "test:0", "--towards", "label:"],
        &["anomalies", "run.ron", "--quantile", "1.5"],
        &["anomalies", "run.ron", "--json", "--csv"],
    ] {
        assert_eq!(
            vae_tui(FOLDER.path(), arguments).status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
    let refused = vae_tui(FOLDER.path(), &["sample", "run.ron", "--out", "."]);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(std::fs::read(at("kept.png")).expect("it is there"), b"mine");
    let left = std::fs::read_dir(FOLDER.path()).expect("a folder");
    let left = left.filter(|entry| {
        entry
            .as_ref()
            .is_ok_and(|entry| entry.file_name().to_string_lossy().ends_with(".saving"))
    });
    assert_eq!(left.count(), 0);
    assert!(std::fs::read_dir(FOLDER.path()).expect("a folder").count() >= before);
}
