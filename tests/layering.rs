//! The rooms of `src` and their walls: a room imports only rooms above it in the list of `src/lib.rs`.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What may be named only in some rooms: the words, and the rooms.
const RESERVED: [(&str, &[&str]); 4] = [
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("ratatui", &["tui"]),
    ("crossterm", &["tui"]),
];

/// What the screen has no business with: it holds no model, reads no files and knows no formats.
const NOT_IN_THE_SCREEN: [&str; 8] = [
    "crate::model",
    "crate::nn",
    "crate::kernels",
    "crate::data::formats",
    "crate::files",
    "std::fs",
    "File::",
    "OpenOptions",
];

/// By what code asks for which system it is built, and what only some systems have.
const SYSTEMS: [&str; 8] = [
    "(unix)",
    "(unix,",
    "(windows)",
    "target_os",
    "std::os::",
    "rustix::",
    "nix::",
    "signal_hook::iterator",
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The rooms from the ground up, as the documentation of the library lists them.
fn rooms() -> Vec<String> {
    let text = std::fs::read_to_string(source().join("lib.rs")).expect("the library has a root");
    let listed = text
        .lines()
        .filter_map(|line| line.strip_prefix("//! - [`")?.split('`').next());
    let listed: Vec<String> = listed.map(Into::into).collect();
    let declared: BTreeSet<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(Into::into)
        .collect();
    assert_eq!(
        listed.iter().cloned().collect::<BTreeSet<_>>(),
        declared,
        "every module of the library stands in its list of rooms, and nothing else"
    );
    assert_eq!(listed.len(), declared.len(), "no room is listed twice");
    listed
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the source") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The room that a file belongs to; none for the roots of the library and the program.
fn room(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(source()).expect("a file of the source");
    let first = inside.components().next()?.as_os_str().to_str()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (!matches!(name, "lib" | "main")).then(|| name.into())
}

/// The lines of a file that are code: no comments, and none of the tests at its end.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line));
    let code = lines.take_while(|(_, line)| line.trim() != "#[cfg(test)]");
    code.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The rooms that a line names: `crate::nn::…`, and each of `use crate::{nn, data}`.
fn named<'a>(line: &'a str, rooms: &'a [String]) -> Vec<&'a String> {
    let of_path = |rest: &str| -> Vec<String> {
        let word = |text: &str| -> String {
            text.trim()
                .chars()
                .take_while(|character| character.is_alphanumeric() || *character == '_')
                .collect()
        };
        match rest.strip_prefix('{') {
            Some(list) => list.split(',').map(word).collect(),
            None => vec![word(rest)],
        }
    };
    let mentioned: Vec<String> = line.split("crate::").skip(1).flat_map(of_path).collect();
    rooms.iter().filter(|room| mentioned.contains(room)).collect()
}

/// Every fault of a file's imports, each with its place.
fn faults(path: &Path, text: &str, rooms: &[String]) -> Vec<String> {
    let Some(room) = room(path) else {
        return Vec::new();
    };
    let height = |name: &str| rooms.iter().position(|room| room == name);
    let own = height(&room).unwrap_or_else(|| panic!("{} belongs to no room", path.display()));
    let mut faults = Vec::new();
    for (number, line) in code(text) {
        let mut fault =
            |what: String| faults.push(format!("{}:{number}: {what}: {}", path.display(), line.trim()));
        for other in named(line, rooms) {
            if height(other).is_some_and(|other| other > own) {
                fault(format!("{room} imports {other}, which stands above it"));
            }
            if (room == "tui" && other == "cli") || (room == "cli" && other == "tui") {
                fault(format!("{room} names {other}"));
            }
        }
        for (word, allowed) in RESERVED {
            let names_it = line.contains(&format!("{word}::")) || line.contains(&format!("use {word};"));
            if names_it && !allowed.contains(&room.as_str()) {
                fault(format!("{room} names {word}"));
            }
        }
        let asks = SYSTEMS.iter().any(|word| line.contains(word));
        if asks && !matches!(room.as_str(), "platform" | "kernels") {
            fault("only `platform` asks which system this is".into());
        }
        if room == "tui" {
            for word in NOT_IN_THE_SCREEN {
                if line.contains(word) {
                    fault(format!("the screen names {word}"));
                }
            }
        }
    }
    faults
}

#[test]
fn a_room_imports_only_rooms_above_it() {
    let rooms = rooms();
    let mut paths = Vec::new();
    files(&source(), &mut paths);
    assert!(paths.len() > 50, "the source was found");
    let of_file = |path: &PathBuf| faults(path, &std::fs::read_to_string(path).expect("source"), &rooms);
    let faults: Vec<String> = paths.iter().flat_map(of_file).collect();
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// The wall holds: what must not be named is found wherever it may stand.
#[test]
fn what_breaks_a_wall_is_found() {
    let rooms = rooms();
    let found = |file: &str, text: &str| faults(&source().join(file), text, &rooms).len();
    for (file, line) in [
        ("nn/linear.rs", "use crate::model::Vae;"),
        ("nn/linear.rs", "    let x = crate::session::load(path);"),
        ("data/mod.rs", "use crate::{dims, tui};"),
        ("model/mod.rs", "#[derive(Clone, clap::ValueEnum)]"),
        ("session/save.rs", "use ratatui::layout::Rect;"),
        ("run/trainer.rs", "use indicatif::ProgressBar;"),
        ("cli/train.rs", "use crate::tui::app::App;"),
        ("tui/runtime/mod.rs", "use crate::cli::Cli;"),
        ("tui/app.rs", "use crate::model::Vae;"),
        ("tui/app.rs", "use crate::data::formats::idx;"),
        ("tui/app.rs", "let text = std::fs::read_to_string(path);"),
        ("files/mod.rs", "#[cfg(not(unix))]"),
        ("remote/folder.rs", "use std::os::unix::net::UnixStream;"),
    ] {
        assert!(found(file, line) > 0, "{file}: {line}");
    }
    for (file, text) in [
        ("model/mod.rs", "use crate::nn::Linear;\nuse crate::data::Split;"),
        ("model/mod.rs", "// use crate::tui::App;"),
        (
            "tui/app.rs",
            "use crate::run::Summary;\nuse ratatui::layout::Rect;",
        ),
        (
            "nn/mod.rs",
            "#[cfg(test)]\nmod tests {\n    use crate::model::Vae;\n}",
        ),
    ] {
        assert_eq!(found(file, text), 0, "{file}: {text}");
    }
}
