//! Sessions that version 0.1 wrote open, and go on as they did there: each of two was trained on by that version too.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use vae_tui::data::mnist;
use vae_tui::run::RunState;
use vae_tui::session;

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
