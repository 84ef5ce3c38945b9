//! A thread panics, whichever it is: the terminal is as it was, what was learned is kept, and a report says where, with no data in it.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/terminal.rs"]
mod terminal;

use std::path::Path;
use std::process::Command;

use terminal::{Terminal, data, sessions};

const PROGRAM: &str = env!("CARGO_BIN_EXE_vae-tui");

/// The workbench, in which a place fails as soon as it is reached.
fn workbench(data: &Path, place: &str) -> Terminal {
    let state = data.to_str().expect("a name");
    let variables = [("VAE_TUI_PANIC", place), ("XDG_STATE_HOME", state)];
    Terminal::start_with(data, (100, 30), PROGRAM, &["--threads", "1"], &variables)
}

/// The report of the only panic, or of the first.
fn report(data: &Path, thread: &str) {
    let files = std::fs::read_dir(data.join("vae-tui"))
        .expect("a folder")
        .flatten();
    let reports = files
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|end| end == "txt"));
    let mut reports: Vec<_> = reports.collect();
    reports.sort();
    let text = std::fs::read_to_string(reports.first().expect("a report")).expect("text");
    assert!(text.contains(&format!("thread: {thread}")), "{text}");
    assert!(text.contains("panics.rs") && text.lines().count() > 8, "{text}");
    assert!(
        !text.contains("secret"),
        "what was said at run time may be anybody's data: {text}"
    );
}

#[test]
fn a_trainer_that_panics_without_a_screen_saves_what_it_had() {
    let data = data();
    let trained = |panic: &str| {
        Command::new(PROGRAM)
            .args("train --hidden 8 --latent 2 --threads 1 --samples 2000 --out run.ron".split(' '))
            .current_dir(data.path())
            .env("XDG_STATE_HOME", data.path())
            .env("VAE_TUI_PANIC", panic)
            .output()
            .expect("the program starts")
    };
    let output = trained("trainer");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("a fault in the program ended training after 0 of 2000"),
        "{said}"
    );
    assert!(said.contains("saved to run.ron"), "{said}");
    vae_tui::session::load(&data.path().join("run.ron")).unwrap_or_else(|error| panic!("{error}"));
    report(data.path(), "worker 0");
    assert!(trained("nothing").status.success());
}

#[test]
fn a_trainer_or_a_probe_that_panics_takes_nothing_with_it() {
    for (place, thread) in [("trainer", "worker 0"), ("probe", "probe")] {
        let data = data();
        let mut terminal = workbench(data.path(), place);
        terminal.wait_for("Training");
        if place == "trainer" {
            terminal.wait_for("space starts training");
            terminal.press(".");
        }
        terminal.wait_for(&format!("stopped the {place}"));
        terminal.press("s");
        terminal.wait_for("saved to");
        terminal.press("q");
        assert!(terminal.end().0.success(), "{place}");
        assert_eq!(sessions(data.path()).len(), 1);
        report(data.path(), thread);
    }
}

#[test]
fn a_save_that_panics_is_said_and_the_next_way_is_open() {
    let data = data();
    let mut terminal = workbench(data.path(), "saver");
    terminal.wait_for("space starts training");
    terminal.press(".");
    terminal.wait_for("100/");
    terminal.press("s");
    terminal.wait_for("broke the save off");
    terminal.press("\x1b");
    // Whoever ends the program saves without that thread.
    terminal.signal("-TERM");
    terminal.end();
    assert_eq!(sessions(data.path()).len(), 1);
    report(data.path(), "saver");
}

#[test]
fn a_drawing_or_reading_of_keys_that_panics_restores_the_terminal_and_saves() {
    let data = data();
    let mut terminal = workbench(data.path(), "drawing");
    terminal.wait_for("space starts training");
    terminal.press(".");
    assert!(!terminal.end().0.success());
    assert_eq!(sessions(data.path()).len(), 1, "what was learned is saved");
    report(data.path(), "main");

    let data = self::data();
    let mut terminal = workbench(data.path(), "keys");
    terminal.wait_for("space starts training");
    terminal.press(".");
    let (status, screen) = terminal.end();
    assert!(
        !status.success() && screen.contains("a fault in the program ended it"),
        "{screen}"
    );
    report(data.path(), "keys");
}

#[test]
fn a_reading_of_a_session_that_panics_is_said() {
    let data = data();
    let (status, screen) = workbench(data.path(), "reader").end();
    assert!(
        !status.success() && screen.contains("asked the reader to fail"),
        "{screen}"
    );
    report(data.path(), "open");
}
