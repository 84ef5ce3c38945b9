//! What a session was before: listed, gone back to, and kept again, from the shell and on the screen.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;
#[path = "common/program.rs"]
mod program;

use std::path::Path;

use common::{app, press, screen, shapes, state, update};
use program::{errors, vae_tui};
use ratatui::crossterm::event::KeyCode;
use vae_tui::run::RunState;
use vae_tui::session::folder::earlier;
use vae_tui::session::{self, RunFiles, View, generations};
use vae_tui::tui::message::{Effect, Message};
use vae_tui::tui::overlays::sessions::Intent;

/// Saves four states to `run.ron`, of 1 000 to 4 000 samples.
fn saved(folder: &Path) -> RunState {
    let mut state = state(&shapes());
    for thousands in 1..=4 {
        state.training.samples = 1_000 * thousands;
        session::save(&state, &View::default(), &folder.join("run.ron")).expect("the folder can be written");
    }
    state
}

fn samples(path: &Path) -> u64 {
    let session = session::load(path).unwrap_or_else(|error| panic!("{error}"));
    session.into_state(&shapes()).expect("its data").training.samples
}

#[test]
fn they_are_listed_and_gone_back_to_from_the_shell() {
    let folder = tempfile::tempdir().expect("a folder");
    saved(folder.path());
    let run = folder.path().join("run.ron");
    let said = |arguments: &[&str]| {
        let output = vae_tui(folder.path(), arguments);
        assert!(output.status.success(), "{}", errors(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let listed = said(&["restore", "run.ron"]);
    assert_eq!(listed.lines().count(), 3);
    assert!(
        listed.starts_with("1  saved ") && listed.contains("3000 samples"),
        "{listed}"
    );
    let json = said(&["restore", "run.ron", "--json"]);
    let numbers = json
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let seen: Vec<u64> = numbers
        .map(|line| line["samples"].as_u64().expect("a number"))
        .collect();
    assert_eq!(seen, [3_000, 2_000, 1_000]);

    let gone_back = said(&["restore", "run.ron", "--to", "3"]);
    assert!(gone_back.contains("1000 samples"), "{gone_back}");
    assert_eq!(samples(&run), 1_000);
    let kept: Vec<u64> = earlier(&run).iter().map(|entry| samples(&entry.path)).collect();
    assert_eq!(kept, [4_000, 3_000, 2_000], "what was replaced is kept too");
    said(&["restore", "run.ron", "--to", "1"]);
    assert_eq!(samples(&run), 4_000);

    for (arguments, words) in [
        (&["restore", "run.ron", "--to", "9"][..], "has 3 earlier states"),
        (&["restore", "nothing"], "there is no earlier state of"),
    ] {
        let output = vae_tui(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(errors(&output).contains(words), "{}", errors(&output));
    }
    // A session in the usual folder is known by its name.
    let usual = folder.path().join("vae-tui/sessions");
    std::fs::create_dir_all(&usual).expect("a folder");
    saved(&usual);
    std::fs::remove_file(&run).expect("it is there");
    std::fs::remove_dir_all(folder.path().join(".vae-tui-earlier")).expect("it is there");
    assert_eq!(said(&["restore", "run"]).lines().count(), 3);
}

#[test]
fn a_state_that_is_damaged_is_refused_and_the_session_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    saved(folder.path());
    let run = folder.path().join("run.ron");
    let newest = &generations::list(&run)[0];
    std::fs::write(&newest.path, "// damaged").expect("it can be written");
    let refused = generations::restore(&run, &newest.path).expect_err("it is no session");
    assert!(refused.to_string().contains("run.3.ron"), "{refused}");
    assert_eq!(samples(&run), 4_000);
}

#[test]
fn one_that_is_opened_is_saved_to_its_session_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut state = saved(folder.path());
    let run = folder.path().join("run.ron");
    let oldest = generations::list(&run).pop().expect("three");
    let known = session::load(&oldest.path).expect("a session").identity().clone();
    let files = RunFiles::opened(&oldest.path, &known);
    state.training.samples = 1_500;
    let lies = files
        .session
        .save(files.session.ticket(), &state, &View::default());
    assert_eq!(lies.expect("it can be written"), run);
    assert_eq!(samples(&run), 1_500);
    assert_eq!(samples(&generations::list(&run)[0].path), 4_000);
}

#[test]
fn the_screen_offers_them() {
    let folder = tempfile::tempdir().expect("a folder");
    saved(folder.path());
    let entries = earlier(&folder.path().join("run.ron"));
    let mut app = app(100, 30);
    update(&mut app, Message::Sessions(entries.clone(), Intent::Restore));
    let shown = screen(&app);
    assert!(
        shown.contains("What this session was before") && shown.contains("3000 samples"),
        "{shown}"
    );
    let effects = press(&mut app, KeyCode::Enter);
    assert!(
        matches!(&effects[..], [Effect::Open(_, path)] if *path == entries[0].path),
        "{effects:?}"
    );
    update(&mut app, Message::Sessions(Vec::new(), Intent::Restore));
    assert!(screen(&app).contains("There is no earlier state"));
}
