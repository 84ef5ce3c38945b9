//! Names come from files, where anything may stand: none reaches a terminal as a command to it, and files written with
//! them stay what they are. And what has no value is not shown as one.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;
#[path = "common/program.rs"]
mod program;

use std::path::Path;

use common::{shapes, state, tell};
use program::vae_tui;
use vae_tui::data::Part;
use vae_tui::evaluation::{Estimates, MarginalLikelihood};
use vae_tui::run::Event;
use vae_tui::run::curve::MarginalPoint;
use vae_tui::session::{self, View};

/// A name that clears the screen, rings, breaks lines, quotes, and opens a tag.
const NAME: &str = "a\u{1b}[2J\u{7}\n\"b\" <c> & \u{9b}31m\u{202e}d";
/// The same as people see it.
const SHOWN: &str = "a\\u{1b}[2J\\u{7}\\n\"b\" <c> & \\u{9b}31m\\u{202e}d";

/// Text that a terminal only shows.
fn assert_plain(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    let obeyed = text
        .chars()
        .find(|&c| c.is_control() && c != '\n' || c == '\u{202e}');
    assert_eq!(obeyed, None, "{text:?}");
    text
}

#[test]
fn names_are_shown_and_not_obeyed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = format!("{NAME}.ron");
    session::save(&state(&shapes()), &View::default(), &folder.path().join(&file))
        .expect("the folder can be written");

    let output = vae_tui(folder.path(), &["compare", &file, "--out", "curves"]);
    assert!(output.status.success(), "{output:?}");
    let table = assert_plain(&output.stdout);
    assert!(table.contains(SHOWN), "{table}");

    let csv = assert_plain(&std::fs::read(folder.path().join("curves.csv")).expect("a table"));
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 5, "a head and a line for every evaluation: {csv}");
    let quoted = format!("\"{}\",", SHOWN.replace('"', "\"\""));
    assert!(rows[1..].iter().all(|row| row.starts_with(&quoted)), "{csv}");
    let svg = assert_plain(&std::fs::read(folder.path().join("curves.svg")).expect("a picture"));
    assert!(svg.contains("&lt;c&gt; &amp; ") && !svg.contains("<c>"), "{svg}");

    let json = vae_tui(folder.path(), &["compare", &file, "--json"]);
    let json = assert_plain(&json.stdout);
    let line: serde_json::Value = serde_json::from_str(json.lines().next().expect("a line")).expect("JSON");
    assert_eq!(line["run"], NAME, "a program gets the name itself");
}

/// Ideographs take two columns each: bounds stand below the ends of their names.
#[test]
fn columns_of_a_comparison_stand_below_wide_names() {
    use unicode_width::UnicodeWidthStr;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let names = ["面面面面面面面", "b", "a rather long name"];
    for name in names {
        let path = folder.path().join(name).with_extension("ron");
        session::save(&state(&shapes()), &View::default(), &path).expect("the folder can be written");
    }
    let files = names.map(|name| format!("{name}.ron"));
    let output = vae_tui(
        folder.path(),
        &["compare", &files[0], &files[1], &files[2], "--at", "8000"],
    );
    let table = assert_plain(&output.stdout);
    let rows: Vec<&str> = table.lines().skip(2).collect();
    assert_eq!(rows[0].width(), rows[1].width(), "{table}");
    for name in names {
        let end = rows[0].find(name).map(|at| rows[0][..at + name.len()].width());
        let end = end.expect("every run has a column");
        assert!(rows[1][..end].ends_with("-120.49"), "{table}");
    }
}

#[test]
fn errors_of_every_command_name_files_without_obeying_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let damaged = format!("{NAME}.ron");
    std::fs::write(folder.path().join(&damaged), NAME).expect("the folder can be written");
    let missing = format!("{NAME}-2");
    for arguments in [
        &["compare", &damaged][..],
        &["compare", &missing],
        &["evaluate", &damaged],
        &["evaluate", &missing],
        &["train", "--resume", &damaged],
        &["train", "--data", &missing],
        &["train", "--out", &format!("{damaged}/x.ron")],
        &["reproduce", "figure4", "--panel", "frey-2", "--data", &missing],
        &["reproduce", "figure2", "--panel", &missing],
        &[&damaged],
    ] {
        let output = vae_tui(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let said = assert_plain(&output.stderr);
        assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
        assert!(
            said.contains(SHOWN) || said.contains("needs a terminal"),
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn one_point_has_no_standard_error_on_the_screen() {
    let mut app = common::app(100, 30);
    let estimate = |points| MarginalLikelihood {
        mean: -98.5,
        standard_error: (points > 1).then_some(2.25),
        points,
    };
    for (points, shown) in [(1, "IW -98.5±- D"), (2, "IW -98.5±2.2 D")] {
        let point = MarginalPoint {
            samples: 9_000,
            part: Part::Test,
            estimates: Estimates {
                importance_weighted: estimate(points),
                posterior_samples: Some(estimate(points)),
                annealed: None,
                difference: None,
            },
        };
        tell(&mut app, Event::Estimated(point));
        let screen = common::screen(&app);
        assert!(screen.contains(shown), "{screen}");
    }
}

#[test]
fn one_point_has_no_standard_error_in_words_or_in_json() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("saves/mnist-2d.ron");
    let example = example.to_str().expect("a plain path");
    let measure = |points: &str, more: &[&str]| {
        let all = [
            "--importance-samples",
            "4",
            "--posterior-samples",
            "4",
            "--annealing-stages",
            "2",
            "--points",
        ];
        let arguments = [&["evaluate", example][..], &all, &[points], more].concat();
        let output = vae_tui(folder.path(), &arguments);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    let words = measure("1", &[]);
    let estimates: Vec<&str> = words
        .lines()
        .filter(|line| line.starts_with("log p(x)"))
        .collect();
    assert_eq!(estimates.len(), 3, "{words}");
    for line in estimates {
        assert!(line.contains(" +- - (") && line.contains(", 1 point)"), "{line}");
    }
    for (points, has_error) in [("1", false), ("2", true)] {
        let report: serde_json::Value = serde_json::from_str(&measure(points, &["--json"])).expect("JSON");
        for error in [
            &report["log_likelihood_standard_error"],
            &report["posterior_samples"]["standard_error"],
            &report["annealed"]["standard_error"],
        ] {
            let positive = error.as_f64().is_some_and(|error| error > 0.0);
            assert_eq!(
                (positive, error.is_null()),
                (has_error, !has_error),
                "{points}: {report}"
            );
        }
    }
}
