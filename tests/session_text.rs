//! The text of a session as editors and accidents leave it: read where it can be, else refused in words for people.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use std::path::{Path, PathBuf};

use common::{shapes, state};
use vae_tui::session::{View, load, save};

/// A folder with one good session in it.
fn saved() -> (tempfile::TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("run.ron");
    save(&state(&shapes()), &View::default(), &path).expect("the folder can be written");
    let text = std::fs::read_to_string(&path).expect("a session is text");
    (folder, path, text)
}

/// What is said of a session with this text.
fn complaint(path: &Path, text: &str) -> String {
    std::fs::write(path, text).expect("the folder can be written");
    let error = load(path).and_then(|session| session.into_state(&shapes()));
    error.expect_err("a bad file is refused").to_string()
}

#[test]
fn what_editors_do_to_a_session_is_no_damage() {
    let (_folder, path, text) = saved();
    let (summary, document) = text.split_once('\n').expect("a line for lists");
    for edited in [
        format!("\u{feff}{text}"),
        text.replace('\n', "\r\n"),
        format!("\u{feff}{}", text.replace('\n', "\r\n")),
        document.to_owned(),
        format!("{summary}\n\n// notes of a person\n{document}"),
        // Programs before this one let the name of the data break the line.
        format!("{summary}\n(the second line of a name)\n{document}"),
        format!("{text}\n\n// the end"),
    ] {
        std::fs::write(&path, &edited).expect("the folder can be written");
        let read = load(&path).and_then(|session| session.into_state(&shapes()));
        let read = read.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.training.samples, 9_000);
    }
}

#[test]
fn faults_are_told_in_words_with_their_place() {
    let (_folder, path, text) = saved();
    let line_of = |part: &str| 1 + text[..text.find(part).expect(part)].matches('\n').count();
    for (from, to, expected) in [
        ("    samples: 9000,", "    samples: \"many\",", "a whole number"),
        ("    samples: 9000,", "    samples: -1,", "too large or too small"),
        (
            "    samples: 9000,",
            "    samples: 99999999999999999999999,",
            "too large",
        ),
        ("    samples: 9000,", "    samples 9000,", "a colon is missing"),
        ("    samples: 9000,", "    samples: 9000", "a comma is missing"),
        (
            "    samples: 9000,",
            "    samples: ,",
            "',' should not stand there",
        ),
        ("    seconds: 9.0,", "    seconds: soon,", "a number is missing"),
        (
            "optimizer: Adam,",
            "optimizer: Sgd,",
            "Sgd is none of Adagrad, Adam",
        ),
        (
            "weight_prior: false,",
            "weight_prior: maybe,",
            "true or false is missing",
        ),
        (
            "    pixels: 784,",
            "    pixels: 784,\n    pixels: 784,",
            "the field pixels stands there twice",
        ),
    ] {
        assert!(text.contains(from), "the file has {from:?}");
        let said = complaint(&path, &text.replacen(from, to, 1));
        assert!(
            said.contains("run.ron is damaged: line ") && said.contains(expected),
            "{to}: {said}"
        );
        let line: usize = said
            .split_once("line ")
            .and_then(|(_, rest)| rest.split(',').next()?.parse().ok())
            .expect("a line");
        assert!(line.abs_diff(line_of(from)) <= 1, "{to}: {said}");
    }
    let nested = format!("view: {}", "[".repeat(1_000));
    for (bad, expected) in [
        (
            text.replacen("    samples: 9000,\n", "", 1),
            "the field samples is missing",
        ),
        (text.replacen("view: ", &nested, 1), "nested too deeply"),
        (text[..text.len() / 2].to_owned(), "it ends too early"),
        (text[..text.len() - 4].to_owned(), "it ends too early"),
        (format!("{text}more"), "something follows after its end"),
        (
            text.replacen("values: \"", "values: \"!", 1),
            "some numbers are not in base64",
        ),
    ] {
        let said = complaint(&path, &bad);
        assert!(
            said.contains("run.ron is damaged: line ") && said.contains(expected),
            "{said}"
        );
    }
}

/// Faults of every kind in many places never make the program speak of its own insides.
#[test]
fn no_fault_speaks_of_the_program() {
    let (_folder, path, text) = saved();
    let marks = text
        .char_indices()
        .filter(|(_, character)| " (),:\n\".[]-".contains(*character));
    let insides = [
        "RON",
        "struct",
        "enum",
        "variant",
        "identifier",
        "usize",
        "u64",
        "u32",
        "f32",
        "f64",
        "recursion",
        "serde",
    ];
    for (at, mark) in marks.step_by(101).collect::<Vec<_>>() {
        for put in ["", "\"", "(", ")", "x", "7"] {
            let edited = [&text[..at], put, &text[at + mark.len_utf8()..]].concat();
            std::fs::write(&path, edited).expect("the folder can be written");
            let Err(error) = load(&path).and_then(|session| session.into_state(&shapes())) else {
                continue;
            };
            let said = error.to_string();
            let mut words = said.split(|character: char| !character.is_alphanumeric());
            assert!(!words.any(|word| insides.contains(&word)), "{said}");
        }
    }
}
