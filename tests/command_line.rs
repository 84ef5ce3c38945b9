//! The commands without a screen, as a script sees them: lines, files, exit statuses, error messages.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/program.rs"]
mod program;

use std::path::Path;
use std::process::{Command, Output};

use program::{errors, vae_tui};
use serde_json::Value;
use vae_tui::cancel::Cancel;
use vae_tui::evaluation::lower_bound;
use vae_tui::{data, session};

fn objects(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).expect("standard output is text");
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
    text.lines().map(parse).collect()
}

/// The lines of this kind.
fn of_event(output: &Output, event: &str) -> Vec<Value> {
    let mut lines = objects(output);
    lines.retain(|line| line["event"] == event);
    lines
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

const SMALL: [&str; 11] = [
    "train",
    "--hidden",
    "16",
    "--latent",
    "3",
    "--samples",
    "4000",
    "--evaluate-every",
    "2000",
    "--threads",
    "2",
];

#[test]
fn train_resume_and_evaluate() {
    let folder = folder();
    let mut arguments = SMALL.to_vec();
    arguments.extend(["--json", "--out", "run.ron"]);
    let output = vae_tui(folder.path(), &arguments);
    assert!(output.status.success(), "{}", errors(&output));
    assert_eq!(errors(&output), "", "a bar is only for terminals");
    let lines = objects(&output);
    let events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!(events, ["log", "metrics", "metrics", "log", "done"]);
    for (line, samples) in lines[1..3].iter().zip([2_000, 4_000]) {
        assert_eq!(line["samples"], samples);
        for field in [
            "seconds",
            "elbo_train",
            "elbo_test",
            "reconstruction",
            "kl",
            "learning_rate",
        ] {
            assert!(line[field].is_f64(), "{field} in {line}");
        }
        let difference = |field: &str| line[field].as_f64().unwrap_or(f64::NAN);
        assert!((difference("reconstruction") - difference("kl") - difference("elbo_test")).abs() < 1e-6);
    }
    for (line, (kind, text, samples)) in [&lines[0], &lines[3]].into_iter().zip([
        ("started", "training goes on", 0),
        ("finished", "goal reached", 4_000),
    ]) {
        assert_eq!(
            (&line["kind"], &line["text"], &line["samples"]),
            (&kind.into(), &text.into(), &samples.into())
        );
        assert!(line["seconds"].is_f64(), "{line}");
    }
    assert!(
        lines[4]["samples_per_second"]
            .as_f64()
            .is_some_and(|speed| speed > 0.0)
    );

    let output = vae_tui(
        folder.path(),
        &["train", "--resume", "run.ron", "--samples", "6000", "--json"],
    );
    assert!(output.status.success(), "{}", errors(&output));
    assert_eq!(of_event(&output, "metrics")[0]["samples"], 6_000);

    let output = vae_tui(folder.path(), &["evaluate", "run.ron", "--json"]);
    assert!(output.status.success(), "{}", errors(&output));
    let report = &objects(&output)[0];
    assert_eq!(report["points"], 10_000);
    let mnist = data::load("mnist", &data::ReadingRules::default(), |_| {}).expect("MNIST is built in");
    let state = session::load(&folder.path().join("run.ron")).and_then(|run| run.into_state(&mnist));
    let training = state.expect("what was trained").training;
    let test = lower_bound(
        &training.model,
        &mnist.test,
        training.noise(),
        &Cancel::default(),
        |_| true,
    )
    .expect("test points");
    assert_eq!(report["active_units"], test.active_units());
    assert_eq!(report["elbo"], test.terms.lower_bound());
    assert!(test.terms.lower_bound() < -100.0);
    assert!(report.get("log_likelihood").is_none());

    let importance = [
        "evaluate",
        "run.ron",
        "--importance-samples",
        "20",
        "--importance-points",
        "50",
        "--json",
    ];
    let output = vae_tui(folder.path(), &importance);
    let report = &objects(&output)[0];
    assert_eq!(report["log_likelihood_points"], 50);
    let log_likelihood = report["log_likelihood"].as_f64().expect("a number");
    assert!(
        log_likelihood > test.terms.lower_bound() && log_likelihood < -100.0,
        "{log_likelihood}"
    );

    let annealing = [
        "evaluate",
        "run.ron",
        "--annealing-stages",
        "5",
        "--points",
        "10",
        "--json",
    ];
    let report = &objects(&vae_tui(folder.path(), &annealing))[0];
    assert_eq!(report["annealed"]["points"], 10);
    assert!(
        report["annealed"]["standard_error"]
            .as_f64()
            .is_some_and(|error| error > 0.0)
    );

    let output = vae_tui(folder.path(), &["evaluate", "run.ron", "--split", "train"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("60000 points"));
}

#[test]
fn the_same_seed_gives_the_same_numbers() {
    let folder = folder();
    let run = |seed| {
        let mut arguments = SMALL.to_vec();
        arguments.extend(["--json", "--seed", seed]);
        of_event(&vae_tui(folder.path(), &arguments), "metrics")[1]["elbo_test"].clone()
    };
    assert_eq!(run("3"), run("3"));
    assert_ne!(run("3"), run("4"));
}

#[test]
fn a_flag_beside_a_preset_overrides_it() {
    let folder = folder();
    let arguments = [
        "train",
        "--preset",
        "paper-mnist",
        "--latent",
        "2",
        "--hidden",
        "10",
        "--samples",
        "500",
        "--initialisation",
        "paper-variance",
        "--activation",
        "relu",
        "--weight-prior",
        "no",
        "--out",
        "paper.ron",
    ];
    let output = vae_tui(folder.path(), &arguments);
    assert!(output.status.success(), "{}", errors(&output));
    let text = std::fs::read_to_string(folder.path().join("paper.ron")).expect("a session");
    for expected in [
        "optimizer: Adagrad",
        "weight_prior: false",
        "activation: Relu",
        "latent: 2",
        "hidden: 10",
        "initialisation: PaperVariance",
    ] {
        assert!(text.contains(expected), "{expected}");
    }
}

#[test]
fn usage_errors_are_2_and_other_failures_1() {
    let folder = folder();
    std::fs::write(folder.path().join("foreign.ron"), "(a: 1)").expect("the folder can be written");
    for (arguments, status, said) in [
        (&["train", "--no-such-flag"][..], 2, "--no-such-flag"),
        (
            &["train", "--epochs", "1", "--samples", "5"],
            2,
            "cannot be used with",
        ),
        (&["train", "--optimizer", "sgd"], 2, "adagrad, adam"),
        (&["evaluate"], 2, "<FILE>"),
        (&["evaluate", "x.ron", "--importance-samples", "0"], 2, "0"),
        (
            &["train", "--latent", "0"],
            1,
            "latent is 0, but must be from 1 to 512",
        ),
        (
            &["train", "--hidden", "5000"],
            1,
            "hidden is 5000, but must be from 1 to 4096",
        ),
        (&["train", "--learning-rate", "nan"], 1, "learning-rate is NaN"),
        (
            &["train", "--data", "faces"],
            1,
            "faces can't be used as data: No such file",
        ),
        (&["train", "--preset", "paper-frey"], 1, "needs --data"),
        (
            &["train", "--resume", "missing.ron"],
            1,
            "missing.ron can't be read",
        ),
        (
            &["evaluate", "foreign.ron"],
            1,
            "foreign.ron is not a vae-tui session",
        ),
        (&["foreign.ron"], 1, "needs a terminal"),
        (&[], 1, "needs a terminal"),
    ] {
        let output = vae_tui(folder.path(), arguments);
        assert_eq!(
            output.status.code(),
            Some(status),
            "{arguments:?}: {}",
            errors(&output)
        );
        assert!(
            errors(&output).contains(said),
            "{arguments:?}: {}",
            errors(&output)
        );
        assert!(output.stdout.is_empty(), "{arguments:?}");
        if status == 1 {
            assert_eq!(
                errors(&output).lines().count(),
                1,
                "one sentence: {}",
                errors(&output)
            );
        }
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_told_before_any_work() {
    let folder = folder();
    std::fs::write(folder.path().join("file"), "").expect("the folder can be written");
    let mut arguments = SMALL.to_vec();
    arguments.extend(["--out", "file/run.ron", "--samples", "100000000"]);
    arguments.drain(5..7);
    let output = vae_tui(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors(&output).contains("file/run.ron can't be saved"),
        "{}",
        errors(&output)
    );
}

#[test]
fn a_run_that_diverges_is_saved_as_it_last_was() {
    let folder = folder();
    let mut arguments = SMALL.to_vec();
    arguments.extend(["--learning-rate", "1e30", "--out", "run.ron"]);
    let output = vae_tui(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors(&output).contains("no longer finite"),
        "{}",
        errors(&output)
    );
    assert!(vae_tui(folder.path(), &["evaluate", "run.ron"]).status.success());
}

/// SIGTERM saves what was learned.
#[cfg(unix)]
#[test]
fn a_request_to_end_saves_first() {
    use std::io::{BufRead, BufReader};
    let folder = folder();
    let mut arguments = SMALL.to_vec();
    arguments.extend(["--json", "--out", "run.ron"]);
    arguments[6] = "1000000000";
    let mut child = Command::new(env!("CARGO_BIN_EXE_vae-tui"))
        .args(&arguments)
        .current_dir(folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    for event in ["log", "metrics"] {
        let line = lines.next().expect("a line").expect("text");
        assert!(line.contains(event), "{line}");
    }
    let killed = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(killed.is_ok_and(|status| status.success()));
    for line in lines {
        assert!(!line.expect("text").contains("done"));
    }
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors(&output).contains("saved to run.ron"),
        "{}",
        errors(&output)
    );
    assert!(vae_tui(folder.path(), &["evaluate", "run.ron"]).status.success());
}

#[test]
fn curves_of_saved_runs_are_compared_in_words_lines_and_files() {
    let folder = folder();
    let saves = Path::new(env!("CARGO_MANIFEST_DIR")).join("saves");
    let path = |name: &str| saves.join(name).display().to_string();
    let (two, twenty) = (path("mnist-2d.ron"), path("mnist-20d.ron"));

    let output = vae_tui(
        folder.path(),
        &["compare", &two, &twenty, "--json", "--out", "curves.v1"],
    );
    assert!(output.status.success(), "{}", errors(&output));
    let lines = objects(&output);
    let of_run = |name: &str| -> Vec<&Value> { lines.iter().filter(|line| line["run"] == name).collect() };
    let (two_dimensions, twenty_dimensions) = (of_run("mnist-2d"), of_run("mnist-20d"));
    assert_eq!(two_dimensions.len() + twenty_dimensions.len(), lines.len());
    let table = std::fs::read_to_string(folder.path().join("curves.v1.csv")).expect("a table");
    assert_eq!(table.lines().count(), lines.len() + 1);
    for picture in ["curves.v1.png", "curves.v1.svg"] {
        assert!(folder.path().join(picture).exists());
    }

    // Half-way between two evaluations lies the mean of both.
    let number = |line: &Value, field: &str| line[field].as_f64().expect("a number");
    let middle = |field: &str| {
        let [before, after] = [3, 4].map(|index| number(twenty_dimensions[index], field));
        (before + after) / 2.0
    };
    let (place, bound) = (middle("seconds"), middle("elbo_train"));
    let output = vae_tui(
        folder.path(),
        &[
            "compare",
            &twenty,
            &two,
            "--against",
            "seconds",
            "--split",
            "train",
            "--at",
            &place.to_string(),
            "--at",
            "1e9",
        ],
    );
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    let rows: Vec<Vec<&str>> = words
        .lines()
        .skip(3)
        .map(|row| row.split_whitespace().collect())
        .collect();
    assert_eq!(rows[0][1], format!("{bound:.2}"), "{words}");
    assert_eq!(rows[1][1..], ["-", "-"], "no curve goes on for ever: {words}");

    let fresh = folder.path().join("fresh.ron");
    let mut arguments = SMALL.to_vec();
    arguments.extend(["--out", "fresh.ron"]);
    vae_tui(folder.path(), &arguments);
    let text = std::fs::read_to_string(&fresh).expect("a session is text");
    let (before, rest) = text.split_once("evaluations: [").expect("it was measured");
    let (_, after) = rest.split_once("\n    ],").expect("a list ends");
    std::fs::write(&fresh, format!("{before}evaluations: [],{after}")).expect("the folder can be written");
    let output = vae_tui(folder.path(), &["compare", &two, "fresh.ron"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors(&output).contains("fresh.ron was never measured"),
        "{}",
        errors(&output)
    );
}

#[test]
fn a_shell_is_told_every_command_and_flag() {
    let folder = folder();
    for shell in ["bash", "zsh", "fish"] {
        let output = vae_tui(folder.path(), &["completions", shell]);
        assert!(output.status.success(), "{}", errors(&output));
        let script = String::from_utf8_lossy(&output.stdout).into_owned();
        for word in [
            "vae-tui",
            "train",
            "reproduce",
            "doctor",
            "learning-rate",
            "weight-prior",
        ] {
            assert!(script.contains(word), "{shell} lacks {word}");
        }
    }
    assert_eq!(
        vae_tui(folder.path(), &["completions", "abacus"]).status.code(),
        Some(2)
    );
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = folder();
    let output = vae_tui(folder.path(), &["man", "share/man1"]);
    assert!(output.status.success(), "{}", errors(&output));
    for (page, word) in [
        ("vae-tui", "autosave"),
        ("vae-tui-train", "weight\\-prior"),
        ("vae-tui-evaluate", "annealing\\-stages"),
        ("vae-tui-compare", "against"),
        ("vae-tui-reproduce", "figure2"),
        ("vae-tui-doctor", "terminal"),
        ("vae-tui-completions", "fish"),
        ("vae-tui-man", "DIR"),
    ] {
        let path = folder.path().join(format!("share/man1/{page}.1"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{page}: {error}"));
        assert!(text.contains(word), "{page} lacks {word}");
    }
    std::fs::write(folder.path().join("file"), "").expect("the folder can be written");
    let output = vae_tui(folder.path(), &["man", "file"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors(&output).contains("can't be written to file"),
        "{}",
        errors(&output)
    );
}

/// What `doctor` says under some environment, by the name of each line.
fn diagnosis(folder: &Path, variables: &[(&str, &str)]) -> impl Fn(&str) -> String + use<> {
    let output = Command::new(env!("CARGO_BIN_EXE_vae-tui"))
        .arg("doctor")
        .env_clear()
        .env("HOME", folder)
        .envs(variables.iter().copied())
        .stdin(std::process::Stdio::null())
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", errors(&output));
    let text = String::from_utf8(output.stdout).expect("text");
    move |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {text}"))
            .trim()
            .to_owned()
    }
}

#[test]
fn doctor_says_what_it_finds_and_why() {
    let folder = folder();
    let found = diagnosis(
        folder.path(),
        &[
            ("TERM", "xterm-256color"),
            ("COLORTERM", "truecolor"),
            ("LANG", "de_DE.UTF-8"),
        ],
    );
    assert!(found("version").contains(env!("CARGO_PKG_VERSION")));
    assert!(
        found("colours").starts_with("truecolour (COLORTERM"),
        "{}",
        found("colours")
    );
    assert!(found("characters").starts_with("Unicode"));
    assert_eq!(found("locale"), "de_DE.UTF-8 (LANG)");
    assert!(found("terminal").starts_with("none on standard input"));
    assert!(found("threads").parse::<usize>().is_ok_and(|threads| threads > 0));
    assert!(!found("processor").is_empty());
    for name in ["sessions", "configuration"] {
        assert!(
            found(name).ends_with("(not there yet, can be made)"),
            "{}",
            found(name)
        );
    }
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        0,
        "it leaves nothing"
    );

    let found = diagnosis(
        folder.path(),
        &[("TERM", "linux"), ("LC_ALL", "C"), ("NO_COLOR", "\u{1b}[31m")],
    );
    assert!(found("characters").starts_with("those of ASCII"));
    assert!(found("colours").starts_with("none (NO_COLOR"));
    assert!(!found("NO_COLOR").contains('\u{1b}'));
    assert!(found("locale").contains("not UTF-8"));
    assert!(found("COLORTERM").contains("not set"));
    let found = diagnosis(folder.path(), &[("TERM", "linux"), ("LC_ALL", "C.UTF-8")]);
    assert!(found("characters").starts_with("those of the console"));

    std::fs::write(folder.path().join("file"), "").expect("the folder can be written");
    let data = folder.path().join("file").display().to_string();
    let found = diagnosis(folder.path(), &[("XDG_DATA_HOME", &data)]);
    assert!(
        found("sessions").contains("can't be written"),
        "{}",
        found("sessions")
    );
}

#[test]
fn the_journal_is_written_where_it_is_asked_for_bounded_and_without_data() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let train = |levels: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_vae-tui"))
            .args([
                "train",
                "--samples",
                "200",
                "--train-size",
                "100",
                "--latent",
                "2",
                "--hidden",
                "4",
                "--out",
                "secret-name.ron",
            ])
            .current_dir(folder.path())
            .env("XDG_DATA_HOME", folder.path())
            .env("XDG_STATE_HOME", folder.path().join("state"))
            .env("VAE_TUI_LOG", levels)
            .output()
            .expect("the program starts");
        assert!(output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let state = folder.path().join("state").join("vae-tui");
    train("off");
    let written = || std::fs::read_to_string(state.join("vae-tui_rCURRENT.log")).unwrap_or_default();
    assert_eq!(written(), "", "off");
    train("info");
    let info = written();
    assert!(
        info.contains(" INFO  vae_tui begins") || info.contains("begins"),
        "{info}"
    );
    assert!(
        info.contains("the run is Running") && !info.contains("steps"),
        "{info}"
    );
    assert!(!info.contains("secret-name"), "{info}");
    assert!(train("loud").contains("no journal is written: \"loud\" names no levels"));
    // What is too long gives way, the oldest first.
    let old = vec![b'x'; 2 << 20];
    std::fs::write(state.join("vae-tui_rCURRENT.log"), old).expect("the folder can be written");
    for _ in 0..6 {
        train("vae_tui::run=trace");
    }
    let files = std::fs::read_dir(&state).expect("the folder").flatten();
    let sizes: Vec<u64> = files.map(|file| file.metadata().expect("a file").len()).collect();
    assert!(
        sizes.len() <= 5 && sizes.iter().sum::<u64>() < 5 << 20,
        "{sizes:?}"
    );
    assert!(written().contains("steps, "), "{}", written());
}
