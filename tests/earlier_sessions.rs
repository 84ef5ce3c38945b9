//! Files that earlier programs wrote are read.
//!
//! Version 1 of a session's schema was that of the program 0.1: such sessions go on as they did there, each of two was trained on by
//! that version too. Version 2 is the present one, of which fields are only ever added; `version-2/` holds a session as it was written
//! first, and everything else that the program writes for itself, none of which has another version yet: a change that can't read it
//! fails here.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use vae_tui::coding::{self, Codec};
use vae_tui::config;
use vae_tui::data::{ItemPlace, load, mnist};
use vae_tui::exchange::import;
use vae_tui::learning::Preset;
use vae_tui::model::Vae;
use vae_tui::run::RunState;
use vae_tui::session::{self, KeptQueue};
use vae_tui::sweep;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

fn state(path: &Path) -> RunState {
    let data = Arc::new(mnist::load(|_| ()).expect("MNIST travels inside"));
    let resumed = session::resume(path, None, |_, _| Ok(data)).expect("the session opens");
    resumed.state
}

#[test]
fn they_go_on_as_they_did() {
    for (before, after) in [
        ("aevb-of-0.1.ron", "aevb-of-0.1-later.ron"),
        ("mcem-of-0.1.ron", "mcem-of-0.1-later.ron"),
    ] {
        let expected = state(&fixture(after));
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("later.ron");
        let ended = Command::new(env!("CARGO_BIN_EXE_vae-tui"))
            .args([
                "train",
                "--samples",
                &expected.training.samples.to_string(),
                "--resume",
            ])
            .arg(fixture(before))
            .arg("--out")
            .arg(&out)
            .output()
            .expect("the program runs");
        assert!(ended.status.success(), "{ended:?}");
        let ours = state(&out);
        let (training, expected_training) = (&ours.training, &expected.training);
        assert_eq!(
            (training.samples, training.steps),
            (expected_training.samples, expected_training.steps)
        );
        assert_eq!(training.configuration, expected_training.configuration);
        assert_eq!(ours.log.evaluations.len(), expected.log.evaluations.len());
        for (ours, expected) in ours.log.evaluations.iter().zip(&expected.log.evaluations) {
            assert_eq!(ours.samples, expected.samples);
            // Another processor's vector width rounds sums elsewhere.
            assert!(
                (ours.elbo_test - expected.elbo_test).abs() < 1e-3,
                "{ours:?} {expected:?}"
            );
            assert!(
                (ours.elbo_train - expected.elbo_train).abs() < 1e-3,
                "{ours:?} {expected:?}"
            );
        }
        let ours = training.model.parameters().into_iter();
        let expected = expected_training.model.parameters().into_iter();
        for (ours, expected) in ours.zip(expected) {
            assert_eq!(ours.name, expected.name);
            let pairs = ours.parameter.values().iter().zip(expected.parameter.values());
            for (ours, expected) in pairs {
                assert!((ours - expected).abs() < 1e-5, "{ours} for {expected}");
            }
        }
    }
}

/// A file of version 2.
fn second(name: &str) -> PathBuf {
    fixture("version-2").join(name)
}

#[test]
fn a_session_of_version_2_is_what_it_was() {
    let data = second("images.idx");
    let resumed = session::resume(&second("session.ron"), data.to_str(), |name, rules| {
        Ok(Arc::new(load(name, rules, |_| {})?))
    });
    let resumed = resumed.expect("the session opens");
    let (training, log) = (&resumed.state.training, &resumed.state.log);
    assert_eq!((training.samples, training.steps), (50, 10));
    assert_eq!((training.configuration.latent, training.optimizer.steps), (2, 10));
    assert_eq!(log.evaluations.len(), 1);
    assert!((log.evaluations[0].elbo_test + 89.21).abs() < 0.01);
    let view = resumed.view;
    assert_eq!(
        (view.focus.as_str(), view.zoomed, view.dimension),
        ("comparison", true, Some(1))
    );
    assert_eq!(view.bookmarks[0].point.latent, Some(vec![0.25, 0.0]));
    assert_eq!(view.marked.towards, [ItemPlace::test(0)].into());
    assert_eq!(
        view.panes["a pane that is gone"].get_ron(),
        "(of: [another, version])"
    );
}

#[test]
fn what_a_model_of_version_2_packed_and_exported_is_what_it_was() {
    let session = || session::load(&second("session.ron")).expect("the session is read");
    let model = session().into_model_of_bytes().expect("a model");
    let packed = std::fs::read(second("items.packed")).expect("a file");
    let packed = coding::read(&packed[..]).expect("packed items");
    let codec = Codec::new(&model).expect("bytes have probabilities");
    let items = codec.unpack(&packed, |_| {}, || {}).expect("the same model");
    let images = std::fs::read(second("images.idx")).expect("a file");
    assert_eq!(items.bytes, images[16..]);

    let values = |model: &Vae| -> Vec<f32> {
        let parameters = model.parameters().into_iter();
        parameters
            .flat_map(|named| named.parameter.values().to_vec())
            .collect()
    };
    for name in ["parameters.safetensors", "parameters.npz"] {
        let mut read = Vae::zeros(model.architecture().clone());
        import(&second(name), &mut read).expect("parameters");
        assert_eq!(values(&read), values(&model), "{name}");
    }
}

#[test]
fn lists_and_settings_of_version_2_are_what_they_were() {
    // Opening the queue locks it, and so writes beside it.
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("queue")).expect("a folder");
    std::fs::copy(second("queue/queue.ron"), folder.path().join("queue/queue.ron")).expect("a file");
    let (_, runs) = KeptQueue::open(folder.path())
        .expect("it is a queue")
        .expect("nobody else has it");
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0].file.as_deref(), Some(Path::new("/runs/begun.ron")));
    assert_eq!(
        (runs[1].configuration.latent, runs[1].configuration.goal),
        (2, 50)
    );

    let specification = sweep::read(&second("sweep.ron")).expect("it is a sweep");
    assert_eq!((specification.seeds, specification.halving), (3, Some(3)));
    assert_eq!(specification.runs().expect("runs").len(), 12);

    let loaded = config::load_from(&fixture("version-2"));
    assert_eq!(loaded.faults, Vec::<String>::new());
    assert_eq!(vae_tui::tui::faults(&loaded.config), Vec::<String>::new());
    let config = loaded.config;
    assert_eq!(config.keys["session.save"], ["Ctrl-S", "F2"]);
    assert_eq!((config.preset, config.threads), (Preset::PaperMnist, Some(3)));
    assert_eq!((config.autosave, config.hang_up), (30, config::HangUp::Detach));
    assert_eq!(
        config.layout.map(|layout| (layout.left, layout.right)),
        Some((612, "data".into()))
    );
    let theme = config.theme_file.expect("a theme");
    assert_eq!(theme.colours["accent"], "#5fd7ff");
}
