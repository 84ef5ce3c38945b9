//! What can't be trained with is refused on every way in, by name and with what is expected, and a session on disk stays
//! as it was.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;
#[path = "common/program.rs"]
mod program;

use std::process::Output;
use std::time::Duration;

use common::{app, press, screen, shapes, tell, type_character, workspace};
use program::vae_tui;
use ratatui::crossterm::event::KeyCode;
use strum::VariantArray;
use vae_tui::cancel::Cancel;
use vae_tui::learning::settings::{Assignment, TABLE};
use vae_tui::learning::{Configuration, Preset, Training};
use vae_tui::run::{Command, Event, RunHandle, RunState, Told};
use vae_tui::session::{self, View};
use vae_tui::tui::message::Effect;

/// Step sizes that nothing can be trained with, as they are typed, and what is said of them.
const BAD_RATES: [(&str, &str); 7] = [
    (
        "nan",
        "learning-rate is NaN, but must be a positive, finite number",
    ),
    ("0", "learning-rate is 0, but must be"),
    ("-0", "learning-rate is -0, but must be"),
    ("-1", "learning-rate is -1, but must be"),
    ("inf", "learning-rate is inf, but must be"),
    ("-inf", "learning-rate is -inf, but must be"),
    ("1e39", "learning-rate is inf, but must be"),
];

/// A folder with 20 images of 4 x 4 pixels and a session that was trained on them.
fn trained() -> (tempfile::TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let header = [0x803_u32, 20, 4, 4].into_iter().flat_map(u32::to_be_bytes);
    let images: Vec<u8> = header.chain((0..320).map(|i| (i * 7 % 256) as u8)).collect();
    std::fs::write(folder.path().join("images.idx"), images).expect("the folder can be written");
    let small =
        "train --data images.idx --hidden 4 --latent 2 --batch 6 --samples 60 --threads 1 --out r.ron";
    let output = vae_tui(folder.path(), &small.split(' ').collect::<Vec<_>>());
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let session = std::fs::read(folder.path().join("r.ron")).expect("a session");
    (folder, session)
}

fn assert_refused(output: &Output, said: &str, what: &str) {
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{what} went through");
    assert!(errors.contains(said), "{what}: {errors:?} without {said:?}");
    assert!(output.stdout.is_empty(), "{what}");
}

#[test]
fn a_session_is_not_gone_on_with_as_no_new_run_could_be() {
    let (folder, before) = trained();
    let resume = |flag: &str, value: &str, said: &str| {
        for more in [&["--samples", "600"][..], &[]] {
            let arguments = [&["train", "--resume", "r.ron", flag, value][..], more].concat();
            if more.first() == Some(&flag) {
                continue;
            }
            assert_refused(&vae_tui(folder.path(), &arguments), said, &arguments.join(" "));
        }
        let after = std::fs::read(folder.path().join("r.ron")).expect("a session");
        assert!(after == before, "{flag} {value} changed the session");
    };
    for (rate, said) in BAD_RATES {
        resume("--learning-rate", rate, said);
    }
    resume(
        "--evaluate-every",
        "0",
        "evaluate-every is 0, but must be at least 1",
    );
    resume("--evaluate-every", "-5", "--evaluate-every");
    resume("--samples", "0", "samples is 0, but must be at least 1");
    resume("--samples", "-1", "--samples");
    resume("--samples", "60", "nothing to do: 60 samples");
    resume("--estimator", "c", "--estimator");
    let epochs = vae_tui(folder.path(), &["train", "--resume", "r.ron", "--epochs", "0"]);
    assert_refused(&epochs, "epochs is 0, but must be at least 1", "--epochs 0");
}

#[test]
fn a_session_goes_on_with_what_may_change_and_nothing_else() {
    let (folder, _) = trained();
    let more =
        "train --resume r.ron --samples 1.2e2 --batch 12 --mc-samples 2 --binarize dynamic --estimator a";
    let output = vae_tui(folder.path(), &more.split(' ').collect::<Vec<_>>());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let session = session::load(&folder.path().join("r.ron")).expect("a session");
    let Configuration {
        batch, mc_samples, ..
    } = session.configuration();
    assert_eq!((*batch, *mc_samples), (12, 2));
    let output = vae_tui(folder.path(), &["train", "--resume", "r.ron", "--latent", "2"]);
    assert_refused(&output, "cannot be used with '--latent", "--latent");
}

#[test]
fn a_new_run_and_a_figure_name_the_flag() {
    let (folder, _) = trained();
    for (rate, said) in BAD_RATES {
        let train = [
            "train",
            "--data",
            "images.idx",
            "--out",
            "n.ron",
            "--learning-rate",
            rate,
        ];
        assert_refused(&vae_tui(folder.path(), &train), said, rate);
        let reproduce = [
            "reproduce",
            "figure2",
            "--panel",
            "mnist-3",
            "--samples",
            "100",
            "--learning-rate",
            rate,
        ];
        assert_refused(&vae_tui(folder.path(), &reproduce), said, rate);
    }
    for epochs in ["-1", "NaN", "inf"] {
        let reproduce = ["reproduce", "ladder", "--samples", "100", "--warm-up", epochs];
        assert_refused(&vae_tui(folder.path(), &reproduce), "warm-up is", epochs);
    }
    for (flag, value, said) in [
        ("--train-size", "0", "train-size is 0"),
        ("--evaluate-every", "0", "evaluate-every is 0"),
        ("--samples", "0", "samples is 0"),
        ("--epochs", "0", "epochs is 0"),
        ("--batch", "0", "batch is 0, but must be from 1 to 10000"),
        ("--mc-samples", "0", "mc-samples is 0, but must be from 1 to 1000"),
        ("--threads", "0", "threads is 0, but must be from 1 to 256"),
        // What is no number at all is a matter of usage, and names the flag too.
        ("--latent", "-3", "--latent"),
        ("--hidden", "1.5", "--hidden"),
        ("--seed", "-1", "--seed"),
    ] {
        let train = ["train", "--data", "images.idx", "--out", "n.ron", flag, value];
        assert_refused(&vae_tui(folder.path(), &train), said, &format!("{flag} {value}"));
    }
    let mut left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("the folder can be read")
        .map(|file| file.expect("an entry").file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["images.idx", "r.ron"], "nothing was begun");
}

#[test]
fn a_stored_session_is_checked_as_a_new_run_is() {
    let (folder, session) = trained();
    let text = String::from_utf8(session).expect("a session is text");
    let path = folder.path().join("changed.ron");
    for (from, to, said) in [
        (
            "\n    learning_rate: 0.001,",
            "\n    learning_rate: NaN,",
            "learning-rate is NaN",
        ),
        (
            "\n    learning_rate: 0.001,",
            "\n    learning_rate: 1e39,",
            "learning-rate is inf",
        ),
        (
            "\n        learning_rate: 0.001,",
            "\n        learning_rate: -inf,",
            "learning-rate is -inf",
        ),
        (
            "evaluate_every: 60000",
            "evaluate_every: 0",
            "evaluate-every is 0",
        ),
        ("goal: 60,", "goal: 0,", "samples is 0"),
        ("train_size: None", "train_size: Some(0)", "train-size is 0"),
        ("batch: 6", "batch: 0", "batch is 0"),
        ("mc_samples: 1", "mc_samples: 0", "mc-samples is 0"),
        ("threads: 1", "threads: 0", "threads is 0"),
    ] {
        assert!(text.contains(from), "the file has {from:?}");
        std::fs::write(&path, text.replacen(from, to, 1)).expect("the folder can be written");
        let error = session::load(&path)
            .err()
            .unwrap_or_else(|| panic!("{to} was read"));
        let error = error.to_string();
        assert!(
            error.contains(said) && error.contains("changed.ron"),
            "{to}: {error}"
        );
    }
}

/// Sizes that the numbers in the file are nowhere near to take no memory; others are named by the first that differs.
#[test]
fn a_stored_session_is_no_larger_than_its_numbers() {
    let (folder, session) = trained();
    let text = String::from_utf8(session).expect("a session is text");
    let path = folder.path().join("changed.ron");
    let images = folder.path().join("images.idx");
    let data = vae_tui::data::file::load(&images, &Default::default(), |_| {}).expect("images");
    for (to, said) in [
        ("hidden: 4096", "for 16-4096-2-4096-16 tanh, found "),
        (
            "hidden: 5",
            "expected encoder.hidden.weight of shape [16, 5], found encoder.hidden.weight of shape [16, 4]",
        ),
    ] {
        std::fs::write(&path, text.replacen("hidden: 4", to, 1)).expect("the folder can be written");
        let state = session::load(&path).and_then(|session| session.into_state(&data));
        let error = state.expect_err("the sizes are wrong").to_string();
        assert!(error.contains(said), "{to}: {error}");
    }
}

#[test]
fn a_run_under_way_changes_as_a_whole_or_not_at_all() {
    let data = shapes();
    let mut training = common::state(&data).training;
    let before = (training.configuration.clone(), training.optimizer.learning_rate);
    let wishes = |wishes: [(&str, &str); 2]| wishes.map(|(name, value)| Assignment::new(name, value));
    for (name, value, said) in [
        ("learning-rate", "NaN", "learning-rate is NaN, but must be"),
        ("samples", "0", "samples is 0, but must be at least 1"),
        ("estimator", "c", "estimator is \"c\", but must be a or b"),
        ("latent", "3", "latent can't change while a run is under way"),
        ("depth", "3", "there is no setting \"depth\""),
        (
            "mc-samples",
            "1001",
            "mc-samples is 1001, but must be from 1 to 1000",
        ),
    ] {
        let refused = training.change(&wishes([("batch", "200"), (name, value)]));
        let error = refused.expect_err(name).to_string();
        assert!(error.contains(said), "{error}");
    }
    assert_eq!(
        (training.configuration.clone(), training.optimizer.learning_rate),
        before
    );
    let good = wishes([("learning-rate", "5e-4"), ("samples", "50000")]);
    training.change(&good).expect("a usual rate");
    assert_eq!(
        (training.configuration.goal, training.optimizer.learning_rate),
        (50_000, 5e-4)
    );
    assert_eq!(
        training.configuration.learning_rate, before.0.learning_rate,
        "where it began stays"
    );
}

#[test]
fn what_may_change_does_and_what_belongs_to_the_start_does_not() {
    let data = shapes();
    for setting in TABLE.iter() {
        let mut training = common::state(&data).training;
        let value = match setting.choices().last() {
            Some(choice) => choice.name.to_owned(),
            None => "2".to_owned(),
        };
        let changed = training.change(&[Assignment::new(setting.name, &value)]);
        assert_eq!(changed.is_ok(), setting.is_live(), "{}", setting.name);
        if setting.is_live() {
            let present = Configuration {
                learning_rate: training.optimizer.learning_rate,
                ..training.configuration
            };
            assert_eq!(setting.value(&present), value);
        }
    }
}

#[test]
fn a_command_that_cannot_be_obeyed_is_told_and_changes_nothing() {
    let data = shapes();
    let state = RunState::new(Training::new(common::configuration(), &data));
    let (run, _) = RunHandle::start(state, data).expect("threads can be started");
    let before = run.checkpoint().recv().expect("the run answers");
    for (setting, value, said) in [
        ("learning-rate", "nan", "learning-rate is NaN"),
        ("learning-rate", "0", "learning-rate is 0"),
        ("learning-rate", "-inf", "learning-rate is -inf"),
        ("samples", "0", "is 0, but must be at least 1"),
        ("seed", "2", "seed can't change while a run is under way"),
    ] {
        let sent = run.send(Command::Change(vec![Assignment::new(setting, value)]));
        let told = run.events().recv_timeout(Duration::from_secs(120));
        let Ok(Told {
            event: Event::Refused { number, reason },
            ..
        }) = told
        else {
            panic!("{said}: {told:?}")
        };
        assert_eq!(number, sent);
        assert!(reason.contains(said), "{reason}");
        // The screen says it where a person looks.
        let mut app = app(100, 30);
        tell(&mut app, Event::Refused { number, reason });
        assert!(screen(&app).contains(said));
    }
    let after = run.checkpoint().recv().expect("the run answers");
    assert_eq!(after.training.configuration, before.training.configuration);
    assert_eq!(after.training.optimizer, before.training.optimizer);
}

#[test]
fn the_form_begins_nothing_that_cannot_be_trained() {
    for (setting, typed, said) in [
        ("learning-rate", "nan", "learning-rate is NaN"),
        ("learning-rate", "0", "learning-rate is 0"),
        ("learning-rate", "1e39", "learning-rate is inf"),
        ("learning-rate", "-1", "learning-rate is -1"),
        ("train-size", "0", "train-size is 0"),
        ("samples", "0", "samples is 0, but must be at least 1"),
        ("batch", "0", "batch is 0"),
        (
            "threads",
            "none",
            "threads is \"none\", but must be a whole number",
        ),
    ] {
        let mut app = app(100, 30);
        let samples = workspace(&app).progress.samples;
        type_character(&mut app, 'n');
        for _ in 0..common::field_of(setting) {
            press(&mut app, KeyCode::Down);
        }
        for character in typed.chars() {
            type_character(&mut app, character);
        }
        let effects = press(&mut app, KeyCode::Enter);
        assert!(
            !effects.iter().any(|effect| matches!(effect, Effect::NewRun(..))),
            "{typed}: {effects:?}"
        );
        assert!(app.overlay.is_some(), "{typed} leaves the form open");
        assert!(screen(&app).contains(said), "{typed}:\n{}", screen(&app));
        assert_eq!(workspace(&app).progress.samples, samples);
    }
}

/// More points in a minibatch than there are to train on: some are seen twice, as in the walk over the epochs.
#[test]
fn a_minibatch_may_be_larger_than_the_training_set() {
    let data = shapes();
    for method in [
        vae_tui::learning::Method::Aevb,
        vae_tui::learning::Method::WakeSleep,
        vae_tui::learning::Method::Mcem,
    ] {
        let configuration = Configuration {
            method,
            batch: 50,
            train_size: Some(7),
            ..common::configuration()
        };
        let workers = vae_tui::learning::Workers::new(2).expect("threads can be started");
        let mut state = RunState::new(Training::new(configuration, &data));
        for _ in 0..20 {
            let step = workers.run(|| state.training.step(&data, &workers, &Cancel::default()));
            step.expect("it learns");
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("run.ron");
        session::save(&state, &View::default(), &path).expect("the folder can be written");
        let again = session::load(&path).and_then(|session| session.into_state(&data));
        assert_eq!(again.expect("it is a session").training.samples, 1_000);
    }
}

#[test]
fn every_preset_passes_its_own_check() {
    for preset in Preset::VARIANTS {
        assert_eq!(preset.configuration(2).check(), Ok(()), "{preset:?}");
    }
}
