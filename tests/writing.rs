//! What the palette writes of the run on the screen: the questions, the answers, and the files, which are what the commands
//! without a screen write.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use std::path::Path;

use anyhow::anyhow;
use common::{app, press, screen, shapes, state, type_character, update};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use vae_tui::cancel::Cancel;
use vae_tui::coding::Codec;
use vae_tui::learning::Training;
use vae_tui::outputs::{Output, OutputError, Watch};
use vae_tui::run::{Command, RunState};
use vae_tui::tui::app::App;
use vae_tui::tui::message::{Effect, Message, Written};
use vae_tui::tui::overlays::Overlay;

/// Runs a command of the palette, and takes the name that is offered.
fn ask_for(app: &mut App, command: &str) -> Vec<Effect> {
    type_character(app, ':');
    update(app, Message::Pasted(command.into()));
    press(app, KeyCode::Enter);
    press(app, KeyCode::Enter)
}

fn said(app: &App) -> &str {
    app.notice.as_ref().map_or("", |notice| &notice.text)
}

#[test]
fn a_name_is_offered_and_what_lies_there_is_replaced_only_if_entered_twice() {
    let mut app = app(100, 30);
    let effects = ask_for(&mut app, "export.scores");
    let [
        Effect::Write {
            output,
            name,
            replace,
        },
    ] = &effects[..]
    else {
        panic!("{effects:?}")
    };
    assert_eq!(
        (*output, name.as_str(), *replace),
        (Output::Scores, "shapes-scores.csv", false)
    );
    update(
        &mut app,
        Message::Written(Output::Scores, Written::Asked(name.clone(), name.into())),
    );
    assert!(
        screen(&app).contains("is there already: Enter replaces it"),
        "{}",
        screen(&app)
    );
    let effects = press(&mut app, KeyCode::Enter);
    assert!(
        matches!(effects[..], [Effect::Write { replace: true, .. }]),
        "{effects:?}"
    );

    // Once it is being written the question is gone, and keys go to the run.
    update(&mut app, Message::Writing(Output::Scores, 0));
    assert!(app.overlay.is_none());
    update(&mut app, Message::Writing(Output::Scores, 34));
    assert!(said(&app).contains("34 %"), "{}", said(&app));
    let effects = ask_for(&mut app, "pack.items");
    assert!(
        app.overlay.is_none()
            && !effects
                .iter()
                .any(|effect| matches!(effect, Effect::Write { .. }))
    );
    let effects = common::press_with(&mut app, KeyCode::Char('g'), KeyModifiers::CONTROL);
    assert!(matches!(
        effects[..],
        [Effect::Command(Command::BreakOff), Effect::BreakOffWriting]
    ));
    update(
        &mut app,
        Message::Written(Output::Scores, Written::BrokenOff("broken off".into())),
    );
    assert_eq!(said(&app), "broken off");
    assert!(app.writing.is_none() && !app.has_failure());
}

#[test]
fn a_name_that_is_none_keeps_the_question_open_and_a_later_fault_is_an_error() {
    let mut app = app(100, 30);
    ask_for(&mut app, "export.embedding");
    let fault = || Written::Failed(anyhow!("z.txt ends in neither .npy nor .csv"));
    update(&mut app, Message::Written(Output::Embedding, fault()));
    assert!(matches!(app.overlay, Some(Overlay::Naming(_))));
    assert!(screen(&app).contains("ends in neither"), "{}", screen(&app));
    press(&mut app, KeyCode::Esc);
    update(&mut app, Message::Written(Output::Embedding, fault()));
    assert!(app.has_failure() && said(&app).contains("ends in neither"));
}

fn written(output: Output, path: &Path, state: &RunState, cancel: &Cancel) -> Result<String, OutputError> {
    let watch = Watch {
        cancel,
        progress: &|done, all| assert!(done <= all),
    };
    output.write(path, "shapes", state, &shapes(), watch)
}

fn succeeds(output: Output, path: &Path, state: &RunState) -> String {
    written(output, path, state, &Cancel::default()).unwrap_or_else(|error| panic!("{output:?}: {error}"))
}

#[test]
fn parameters_are_written_by_the_end_of_the_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = state(&shapes());
    let at = |name: &str| folder.path().join(name);
    succeeds(Output::Parameters, &at("m.safetensors"), &state);
    let bytes = std::fs::read(at("m.safetensors")).expect("a file");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("safetensors");
    assert_eq!(
        tensors.tensor("encoder.0.weight").expect("a weight").shape(),
        [8, 784]
    );
    succeeds(Output::Parameters, &at("m.npz"), &state);
    assert!(std::fs::read(at("m.npz")).expect("a file").starts_with(b"PK"));
    let said = succeeds(Output::Parameters, &at("m.onnx"), &state);
    assert!(said.starts_with("encoder and decoder as graphs"), "{said}");
    for graph in ["m.onnx/encoder.onnx", "m.onnx/decoder.onnx"] {
        assert!(std::fs::metadata(at(graph)).expect("a graph").len() > 8 * 784 * 4);
    }
    let said = written(Output::Parameters, &at("m.txt"), &state, &Cancel::default());
    assert!(
        said.expect_err("no format")
            .to_string()
            .ends_with("ends in none of .safetensors, .npz and .onnx")
    );
}

#[test]
fn tables_have_a_line_per_test_item_or_evaluation() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = state(&shapes());
    let at = |name: &str| folder.path().join(name);
    let lines = |name: &str| {
        let text = std::fs::read_to_string(at(name)).expect("a table");
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    succeeds(Output::Embedding, &at("z.csv"), &state);
    assert_eq!(lines("z.csv").len(), 61);
    assert!(lines("z.csv")[0].starts_with("item,label,mean_0") && lines("z.csv")[60].starts_with("59,3,"));
    succeeds(Output::Embedding, &at("z.npy"), &state);
    assert!(
        std::fs::read(at("z.npy"))
            .expect("a file")
            .starts_with(b"\x93NUMPY")
    );

    let said = succeeds(Output::Scores, &at("s.csv"), &state);
    assert!(said.starts_with("scores of 60 items"), "{said}");
    let scores = lines("s.csv");
    assert_eq!(scores.len(), 61);
    for line in &scores[1..] {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |place: usize| fields[place].parse::<f64>().expect("a number");
        assert_eq!(number(9), -number(2), "the score is minus the bound");
        assert!((number(2) - (number(3) - number(4))).abs() < 1e-3);
    }

    succeeds(Output::Curves, &at("c.csv"), &state);
    assert_eq!(lines("c.csv").len(), 5);
    assert!(lines("c.csv")[1].starts_with("\"shapes\",2000,2,"));
    succeeds(Output::Curves, &at("logs"), &state);
    let events = std::fs::read_dir(at("logs/shapes"))
        .expect("a folder of the run's name")
        .count();
    assert_eq!(events, 1);
}

/// A run that makes the shapes black and white, which a Bernoulli packs.
fn black_and_white() -> RunState {
    let mut state = state(&shapes());
    let mut configuration = state.training.configuration.clone();
    configuration.binarisation = vae_tui::data::Binarisation::Static;
    let model = state.training.model.clone();
    state.training = Training::new(configuration, &shapes());
    state.training.model = model;
    state
}

#[test]
fn packed_items_unpack_to_what_the_run_sees() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.bb");
    let state = black_and_white();
    let said = succeeds(Output::Packed, &path, &state);
    assert!(said.starts_with("60 black-and-white items in "), "{said}");
    let bytes = std::fs::read(&path).expect("a file");
    let codec = Codec::new(&state.training.model).expect("a model that packs");
    let items = codec.unpack(&bytes, |_| (), || ()).expect("what was packed");
    let data = shapes();
    let seen = (0..60).flat_map(|item| state.training.noise().item(&data.test, item));
    let seen: Vec<u8> = seen.map(|value| if value > 0.5 { 255 } else { 0 }).collect();
    assert_eq!(items.bytes, seen);
}

#[test]
fn what_is_broken_off_leaves_nothing() {
    let state = black_and_white();
    let cancel = Cancel::default();
    cancel.cancel();
    for (output, name) in [
        (Output::Parameters, "m.npz"),
        (Output::Embedding, "z.npy"),
        (Output::Curves, "c.csv"),
        (Output::Scores, "s.csv"),
        (Output::Packed, "t.bb"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let said = written(output, &folder.path().join(name), &state, &cancel).expect_err("broken off");
        assert!(
            matches!(said, OutputError::BrokenOff { .. }),
            "{output:?}: {said}"
        );
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("a folder").count(),
            0,
            "{output:?}"
        );
    }
}
