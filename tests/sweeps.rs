//! Sweeps as a script sees them: what is trained, what is not trained twice, what is kept, refused and reported.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/program.rs"]
mod program;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use program::{errors, vae_tui};
use serde_json::Value;
use vae_tui::data::{self, ReadingRules};
use vae_tui::session;

/// Items of 16 numbers, two stripes of which one is bright.
fn write_data(folder: &Path) {
    let line = |item: usize| {
        let number = |place: usize| {
            if (place / 4 + item).is_multiple_of(2) {
                (item % 7) as f32 / 8.0
            } else {
                0.9
            }
        };
        (0..16)
            .map(|place| number(place).to_string())
            .collect::<Vec<_>>()
            .join(",")
    };
    let text = (0..200).map(line).collect::<Vec<_>>().join("\n");
    std::fs::write(folder.join("stripes.csv"), text).expect("a folder for the data");
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_data(folder.path());
    folder
}

/// What all runs have in common.
const COMMON: [&str; 12] = [
    "--data",
    "stripes.csv",
    "--likelihood",
    "gaussian",
    "--hidden",
    "8",
    "--batch",
    "20",
    "--samples",
    "800",
    "--evaluate-every",
    "200",
];

fn sweep(folder: &Path, arguments: &[&str]) -> std::process::Output {
    vae_tui(folder, &[&["sweep"], arguments, &COMMON].concat())
}

/// What the sweep's last JSON object says.
fn report(output: &std::process::Output) -> Value {
    assert!(output.status.success(), "{}", errors(output));
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.lines().last().unwrap_or_default()).expect("a JSON object")
}

/// When each of the runs' files was written last, by its name.
fn written(folder: &Path) -> Vec<(String, SystemTime)> {
    let files = std::fs::read_dir(folder.join("runs")).expect("runs").flatten();
    let of_file = |file: std::fs::DirEntry| {
        let modified = file
            .metadata()
            .and_then(|metadata| metadata.modified())
            .expect("a time");
        (file.file_name().to_string_lossy().into_owned(), modified)
    };
    let mut files: Vec<_> = files.map(of_file).collect();
    files.sort();
    files
}

#[test]
fn each_run_is_what_train_makes_of_its_settings_and_is_trained_once() {
    let folder = folder();
    let grid = [
        "--grid",
        "latent=1,2",
        "--grid",
        "learning-rate=1e-3..1e-2:log:2",
        "--seeds",
        "2",
        "--json",
    ];
    let report = report(&sweep(folder.path(), &grid));
    assert_eq!(
        (&report["ended"], report["runs"].as_array().map(Vec::len)),
        (&Value::from(8), Some(8))
    );
    let settings = report["settings"].as_array().expect("combinations");
    assert_eq!(settings.len(), 4);
    assert!(
        settings
            .iter()
            .all(|setting| setting["runs"] == 2 && setting["least"].as_f64() <= setting["mean"].as_f64())
    );
    let here = folder.path().join("sweep");
    let before = written(&here);
    assert_eq!(before.len(), 8);
    assert_eq!(before[0].0, "latent-1_learning-rate-0.001_seed-1.ron");
    let table = std::fs::read_to_string(here.join("results.csv")).expect("a table");
    assert_eq!(table.lines().count(), 9);

    // The same parameters as those of the command that trains one run.
    let alone = [
        &[
            "train",
            "--latent",
            "2",
            "--learning-rate",
            "0.01",
            "--seed",
            "2",
            "--threads",
            "1",
            "--out",
            "alone.ron",
        ],
        &COMMON[..],
    ];
    assert!(vae_tui(folder.path(), &alone.concat()).status.success());
    let data = data::load(
        &folder.path().join("stripes.csv").to_string_lossy(),
        &ReadingRules::default(),
        |_| {},
    )
    .expect("data");
    let parameters = |path: &Path| {
        let state = session::load(path)
            .and_then(|session| session.into_state(&data))
            .expect("a session");
        let named = state.training.model.parameters();
        named
            .iter()
            .flat_map(|named| named.parameter.values().to_vec())
            .map(f32::to_bits)
            .collect::<Vec<_>>()
    };
    let in_sweep = here.join("runs/latent-2_learning-rate-0.01_seed-2.ron");
    assert_eq!(
        parameters(&in_sweep),
        parameters(&folder.path().join("alone.ron"))
    );

    // Again, and with more of them: only what is missing is trained.
    assert!(vae_tui(folder.path(), &["sweep"]).status.success());
    assert_eq!(written(&here), before);
    let more = [
        "--grid",
        "latent=1,2,3",
        "--grid",
        "learning-rate=1e-3..1e-2:log:2",
        "--seeds",
        "2",
    ];
    let output = sweep(folder.path(), &more);
    assert!(
        output.status.success() && errors(&output).contains("from 8 to 12 runs"),
        "{}",
        errors(&output)
    );
    let after = written(&here);
    assert_eq!((after.len(), &after[..8]), (12, &before[..]));

    let output = sweep(folder.path(), &["--grid", "latent=1"]);
    assert!(
        !output.status.success() && errors(&output).contains("holds another sweep"),
        "{}",
        errors(&output)
    );
}

#[test]
fn halving_trains_the_best_further_and_the_rest_not_at_all() {
    let folder = folder();
    let grid = [
        "--grid",
        "latent=1,2,4",
        "--grid",
        "learning-rate=1e-7,1e-2",
        "--halving",
        "2",
        "--seeds",
        "2",
        "--json",
    ];
    let first = report(&sweep(folder.path(), &grid));
    let runs = first["runs"].as_array().expect("runs");
    let samples = |stage: &str| -> Vec<u64> {
        let of_stage = runs.iter().filter(|run| run["stage"] == stage);
        let mut samples: Vec<u64> = of_stage.filter_map(|run| run["samples"].as_u64()).collect();
        samples.sort_unstable();
        samples
    };
    assert_eq!(samples("finished"), [800, 800], "one combination with both seeds");
    assert_eq!(
        samples("left behind"),
        [200, 200, 200, 200, 200, 200, 400, 400, 400, 400]
    );
    let best = runs
        .iter()
        .find(|run| run["stage"] == "finished")
        .expect("a finished run");
    assert_eq!(
        best["settings"]["learning-rate"], "0.01",
        "the other learns nothing"
    );
    let before = written(&folder.path().join("sweep"));
    assert_eq!(report(&sweep(folder.path(), &grid)), first);
    assert_eq!(
        written(&folder.path().join("sweep")),
        before,
        "nothing was trained again"
    );
    let output = sweep(
        folder.path(),
        &[
            "--grid",
            "likelihood=gaussian,bernoulli",
            "--halving",
            "--out",
            "other",
        ],
    );
    assert!(errors(&output).contains("likelihood"), "{}", errors(&output));
}

#[test]
fn a_sweep_that_is_ended_goes_on_where_each_run_was() {
    let folder = folder();
    let endless = [
        "sweep",
        "--grid",
        "latent=1,2",
        "--data",
        "stripes.csv",
        "--likelihood",
        "gaussian",
        "--hidden",
        "8",
    ];
    let endless = [
        &endless[..],
        &["--samples", "1e12", "--evaluate-every", "1e12", "--jobs", "2"],
    ]
    .concat();
    let files = [1, 2].map(|latent| {
        folder
            .path()
            .join(format!("sweep/runs/latent-{latent}_seed-1.ron"))
    });
    let mut before = [0, 0];
    for _ in 0..2 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_vae-tui"))
            .args(&endless)
            .current_dir(folder.path())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        while !files.iter().all(|file| is_claimed(file)) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let output = vae_tui(folder.path(), &["sweep", "--only", "latent-1_seed-1"]);
        assert!(
            errors(&output).contains("another vae-tui trains latent-1_seed-1"),
            "{}",
            errors(&output)
        );
        let ended = Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .status();
        assert!(ended.is_ok_and(|status| status.success()));
        assert!(!child.wait().expect("it ends").success());
        let samples = files
            .each_ref()
            .map(|file| session::RunFacts::read(file).expect("it was saved").samples);
        assert!(
            samples.iter().zip(&before).all(|(now, before)| now > before),
            "{samples:?} after {before:?}"
        );
        before = samples;
    }
}

/// Whether somebody holds the file.
fn is_claimed(path: &Path) -> bool {
    let file = std::fs::File::open(path);
    file.is_ok_and(|file| matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock)))
}

#[test]
fn the_command_lines_that_are_printed_train_the_sweep() {
    let folder = folder();
    let output = sweep(
        folder.path(),
        &["--grid", "latent=1,2", "--out", "two words", "--engine", "print"],
    );
    assert!(output.status.success(), "{}", errors(&output));
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(lines.lines().count(), 2);
    let watch = ["sweep", "--watch", "two words", "--json"];
    for line in lines.lines() {
        let status = Command::new("sh").args(["-c", line]).current_dir("/").status();
        assert!(status.is_ok_and(|status| status.success()), "{line}");
    }
    let report = report(&vae_tui(folder.path(), &watch));
    assert_eq!(report["ended"], 2);
    let output = vae_tui(
        folder.path(),
        &["sweep", "--watch", "two words", "--sort", "latent"],
    );
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        table.starts_with("2 of 2 runs ended") && table.contains("mean"),
        "{table}"
    );
}

#[test]
fn a_specification_in_a_file_says_the_same_as_flags() {
    let folder = folder();
    let text = r#"(
        // A comment stays in the person's file.
        grid: {"latent": "1,2", "hidden": "[6,4],8"},
        set: {"data": "stripes.csv", "likelihood": "gaussian", "samples": "4e2", "batch": "20"},
    )"#;
    std::fs::write(folder.path().join("asked.ron"), text).expect("a file");
    let report = report(&vae_tui(folder.path(), &["sweep", "asked.ron", "--json"]));
    assert_eq!(report["ended"], 4);
    let output = vae_tui(folder.path(), &["sweep", "missing.ron"]);
    assert!(
        errors(&output).contains("missing.ron can't be read"),
        "{}",
        errors(&output)
    );
    let output = vae_tui(folder.path(), &["sweep", "--out", "nothing"]);
    assert!(
        errors(&output).contains("nothing is asked for"),
        "{}",
        errors(&output)
    );
}

#[test]
fn what_goes_wrong_with_one_run_leaves_the_others_alone() {
    let folder = folder();
    let runs = folder.path().join("sweep/runs");
    std::fs::create_dir_all(&runs).expect("a folder");
    std::fs::write(runs.join("latent-1_seed-1.ron"), "something else").expect("a file");
    let output = sweep(folder.path(), &["--grid", "latent=1,2"]);
    let said = errors(&output);
    assert!(
        !output.status.success()
            && said.contains("latent-1_seed-1: ")
            && said.contains("not a vae-tui session"),
        "{said}"
    );
    assert!(session::load(&runs.join("latent-2_seed-1.ron")).is_ok());
}
