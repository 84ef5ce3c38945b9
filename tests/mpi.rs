//! One run over several processes, by `mpirun`. Where that can't be had, the tests say so and are skipped.
//! `cargo test --features mpi --test mpi`.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/needs.rs"]
mod needs;
#[path = "common/program.rs"]
mod program;

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use needs::unavailable;
use program::{errors, vae_tui};
use vae_tui::data::ReadingRules;
use vae_tui::data::file::load;
use vae_tui::run::RunState;
use vae_tui::session;

/// Items of 16 numbers, 400 of them.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let line = |item: usize| {
        let numbers = (0..16).map(|place| ((place * item) % 9).to_string());
        numbers.collect::<Vec<_>>().join(",")
    };
    let text = (0..400).map(line).collect::<Vec<_>>().join("\n");
    std::fs::write(folder.path().join("items.csv"), text).expect("data");
    folder
}

const RUN: [&str; 14] = [
    "train",
    "--data",
    "items.csv",
    "--likelihood",
    "gaussian",
    "--hidden",
    "300",
    "--latent",
    "3",
    "--batch",
    "80",
    "--threads",
    "4",
    "--json",
];

/// The program over so many processes in `folder`; none where there is no `mpirun`, which is said.
fn over(ranks: usize, folder: &Path, arguments: &[&str]) -> Option<Command> {
    if Command::new("mpirun").arg("--version").output().is_err() {
        unavailable("mpirun is not there");
        return None;
    }
    let mut command = Command::new("mpirun");
    command
        .args([
            "--allow-run-as-root",
            "--oversubscribe",
            "--bind-to",
            "none",
            "-n",
        ])
        .arg(ranks.to_string())
        .arg(env!("CARGO_BIN_EXE_vae-tui"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_DATA_HOME", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Some(command)
}

fn succeeded(output: Output) -> String {
    assert!(output.status.success(), "{}", errors(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The bits of what a session has learned, and of what its optimizer remembers.
fn bits(path: &Path) -> Vec<u32> {
    let training = state(path).training;
    let parameters = training.model.parameters();
    let values = parameters.iter().flat_map(|named| named.parameter.values());
    let memory = training.optimizer.first.iter().chain(&training.optimizer.second);
    values
        .chain(memory.flatten())
        .map(|value| value.to_bits())
        .collect()
}

fn state(path: &Path) -> RunState {
    let data = load(
        &path.with_file_name("items.csv"),
        &ReadingRules::default(),
        |_| {},
    )
    .expect("items");
    let session = session::load(path).expect("a session");
    session.into_state(&data).expect("the same data")
}

#[test]
fn four_shards_have_the_same_bits_on_any_number_of_processes_and_after_going_on_with_another() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let to =
        |samples: &'static str, out: &'static str| [&RUN[..], &["--samples", samples, "--out", out]].concat();
    succeeded(vae_tui(folder.path(), &to("4000", "alone.ron")));
    let alone = bits(&at("alone.ron"));
    for ranks in [2, 3, 4] {
        let Some(mut command) = over(ranks, folder.path(), &to("4000", "ranks.ron")) else {
            return;
        };
        let said = succeeded(command.output().expect("mpirun"));
        assert_eq!(said.matches("\"event\":\"done\"").count(), 1, "{said}");
        assert!(bits(&at("ranks.ron")) == alone, "{ranks} processes");
    }
    let start = over(2, folder.path(), &to("2000", "half.ron"));
    succeeded(start.expect("mpirun").output().expect("mpirun"));
    let go_on = ["train", "--resume", "half.ron", "--samples", "4000"];
    succeeded(
        over(3, folder.path(), &go_on)
            .expect("mpirun")
            .output()
            .expect("mpirun"),
    );
    assert!(bits(&at("half.ron")) == alone);
}

#[test]
fn more_processes_than_shards_are_refused() {
    let folder = folder();
    let arguments = [&RUN[..], &["--samples", "4000"]].concat();
    let Some(mut command) = over(5, folder.path(), &arguments) else {
        return;
    };
    let output = command.output().expect("mpirun");
    assert!(!output.status.success());
    let said = errors(&output);
    assert!(
        said.contains("has 4 shards") && said.contains("5 processes"),
        "{said}"
    );
}

/// The last process starts where the data is not.
#[test]
fn a_process_that_can_not_begin_ends_all() {
    let folder = folder();
    let there = "if [ $OMPI_COMM_WORLD_RANK = 1 ]; then cd /; fi; exec \"$0\" \"$@\"";
    if over(2, folder.path(), &[]).is_none() {
        return;
    }
    let output = Command::new("mpirun")
        .args([
            "--allow-run-as-root",
            "--oversubscribe",
            "--bind-to",
            "none",
            "-n",
            "2",
            "sh",
            "-c",
            there,
        ])
        .arg(env!("CARGO_BIN_EXE_vae-tui"))
        .args(RUN)
        .args(["--samples", "1e12"])
        .current_dir(folder.path())
        .env("XDG_DATA_HOME", folder.path())
        .output()
        .expect("mpirun");
    let said = errors(&output);
    assert!(
        !output.status.success() && said.contains("items.csv can't be used"),
        "{said}"
    );
}

/// The process of a rank that `mpirun` started in `folder`.
fn process(folder: &Path, rank: &str) -> Option<i32> {
    let entries = std::fs::read_dir("/proc").ok()?.flatten();
    let mut numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let variables = [
        format!("OMPI_COMM_WORLD_RANK={rank}"),
        format!("XDG_DATA_HOME={}", folder.display()),
    ];
    numbers.find(|number: &i32| {
        let environment = std::fs::read(format!("/proc/{number}/environ")).unwrap_or_default();
        let has = |variable: &String| {
            environment
                .split(|&byte| byte == 0)
                .any(|one| one == variable.as_bytes())
        };
        variables.iter().all(has)
    })
}

#[test]
#[cfg(target_os = "linux")]
fn a_process_that_is_lost_ends_the_run_with_a_save() {
    let folder = folder();
    let arguments = [&RUN[..], &["--samples", "1e12", "--out", "run.ron"]].concat();
    let Some(mut command) = over(2, folder.path(), &arguments) else {
        return;
    };
    let mut run = command.spawn().expect("mpirun");
    let patience = Instant::now() + Duration::from_secs(60);
    let lost = loop {
        assert!(Instant::now() < patience, "it never started");
        if let Some(process) = process(folder.path(), "1") {
            break process;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    // Long enough for a state of which the first knows all.
    std::thread::sleep(Duration::from_secs(5));
    let killed = Command::new("kill").args(["-9", &lost.to_string()]).status();
    assert!(killed.expect("kill").success());
    let status = run.wait().expect("mpirun");
    assert!(!status.success());
    let saved = state(&folder.path().join("run.ron")).training;
    assert!(saved.samples > 0 && saved.not_finite().is_none());
}
