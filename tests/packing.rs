//! `compress` and `decompress` as a script sees them: files and pipes in and out, and nothing written that is wrong.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/program.rs"]
mod program;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use program::{errors, vae_tui};

/// Images of 4 x 3 pixels in MNIST's format: dark below a line that moves, `white` above it.
fn images(white: u8) -> Vec<u8> {
    let header = [0x803_u32, 24, 4, 3].into_iter().flat_map(u32::to_be_bytes);
    let pixel = |index: usize| {
        let (image, place) = (index / 12, index % 12);
        if place / 3 < image % 5 { white } else { 0 }
    };
    header.chain((0..24 * 12).map(pixel)).collect()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    std::fs::write(folder.join(name), bytes).expect("a file in the temporary folder");
}

/// A folder with images and a session that was trained on them.
fn trained(likelihood: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "images.idx", &images(255));
    train(folder.path(), likelihood, "run.ron", "1");
    folder
}

fn train(folder: &Path, likelihood: &str, out: &str, seed: &str) {
    let sizes = [
        "--hidden",
        "8",
        "--latent",
        "2",
        "--samples",
        "4000",
        "--evaluate-every",
        "4000",
        "--threads",
        "1",
    ];
    let named = [
        "train",
        "--data",
        "images.idx",
        "--likelihood",
        likelihood,
        "--out",
        out,
        "--seed",
        seed,
    ];
    let output = vae_tui(folder, &[named.as_slice(), &sizes].concat());
    assert!(output.status.success(), "{}", errors(&output));
}

/// Runs a command that must succeed.
fn done(folder: &Path, arguments: &str) -> Output {
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let output = vae_tui(folder, &arguments);
    assert!(output.status.success(), "{arguments:?}: {}", errors(&output));
    output
}

/// Runs a command that must be refused with one sentence that has these words.
fn refused(folder: &Path, arguments: &str, words: &str) {
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let output = vae_tui(folder, &arguments);
    let said = errors(&output);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    assert!(
        said.contains(words) && said.trim_end().lines().count() == 1,
        "{arguments:?}: {said}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn a_file_comes_back_byte_by_byte() {
    for likelihood in ["bernoulli", "beta-binomial"] {
        let folder = trained(likelihood);
        let folder = folder.path();
        // The data that the session was trained on is not needed.
        std::fs::rename(folder.join("images.idx"), folder.join("moved.idx")).expect("a file");
        let report = done(folder, "compress --session run.ron moved.idx -o packed.bb --json");
        let report: serde_json::Value = serde_json::from_slice(&report.stdout).expect("one JSON object");
        let packed = std::fs::read(folder.join("packed.bb")).expect("the packed file");
        assert_eq!(report["items"], 24);
        assert_eq!(report["bytes"], packed.len());
        let rate = report["bits_per_dimension"].as_f64().expect("a number");
        assert!((rate - packed.len() as f64 * 8.0 / 288.0).abs() < 1e-9);
        assert!(
            report["bound_bits_per_dimension"]
                .as_f64()
                .is_some_and(|bound| bound > 0.0 && bound < rate)
        );
        assert!(report["start_up_bits"].as_u64().is_some_and(|bits| bits >= 32));

        done(folder, "decompress packed.bb --session run.ron -o back.idx");
        assert_eq!(
            std::fs::read(folder.join("back.idx")).expect("the items"),
            images(255)
        );
        done(folder, "decompress packed.bb --session run.ron -o back.npy");
        let npy = std::fs::read(folder.join("back.npy")).expect("the items");
        assert!(npy.ends_with(&images(255)[16..]) && npy.starts_with(b"\x93NUMPY"));
    }
}

#[test]
fn pipes_take_the_place_of_files() {
    let folder = trained("bernoulli");
    let piped = |arguments: &[&str], input: &[u8]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_vae-tui"))
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(input).expect("the program reads");
        drop(stdin);
        child.wait_with_output().expect("the program ends").stdout
    };
    let packed = piped(&["compress", "--session", "run.ron", "-", "-o", "-"], &images(1));
    let back = piped(&["decompress", "-", "--session", "run.ron", "-o", "-"], &packed);
    assert!(back.ends_with(&images(1)[16..]));
}

#[test]
fn the_sessions_own_test_set_is_packed_by_its_name() {
    let folder = trained("beta-binomial");
    let folder = folder.path();
    done(folder, "compress --session run.ron --split test -o packed.bb");
    done(folder, "decompress packed.bb --session run.ron -o back.idx");
    // Every tenth image is held out.
    let expected: Vec<u8> = [9, 19]
        .into_iter()
        .flat_map(|item| images(255)[16 + 12 * item..][..12].to_vec())
        .collect();
    assert_eq!(
        std::fs::read(folder.join("back.idx")).expect("the items")[16..],
        expected
    );
}

#[test]
fn what_was_cut_or_changed_is_one_sentence_and_no_file() {
    let folder = trained("bernoulli");
    let folder = folder.path();
    done(folder, "compress --session run.ron images.idx -o packed.bb");
    let packed = std::fs::read(folder.join("packed.bb")).expect("the packed file");
    let mut changed = packed.clone();
    changed[packed.len() / 2] ^= 4;
    for (name, bytes, words) in [
        ("empty", &[] as &[u8], "no file that vae-tui compress wrote"),
        ("short", &packed[..30], "it was cut or changed"),
        ("shorter", &packed[..packed.len() - 1], "it was cut or changed"),
        ("changed", &changed, "it is damaged"),
        ("images", &images(255), "no file that vae-tui compress wrote"),
    ] {
        write(folder, name, bytes);
        refused(
            folder,
            &format!("decompress {name} --session run.ron -o no.npy"),
            words,
        );
        refused(
            folder,
            &format!("decompress {name} --session run.ron -o no.npy"),
            name,
        );
    }
    train(folder, "bernoulli", "other.ron", "2");
    refused(
        folder,
        "decompress packed.bb --session other.ron -o no.npy",
        "only the same model unpacks it",
    );
    refused(
        folder,
        "decompress packed.bb --session run.ron -o no.txt",
        "neither .npy nor .idx",
    );
    refused(
        folder,
        "decompress packed.bb --session run.ron -o no/no.npy",
        "no/no.npy can't be written",
    );
    refused(folder, "decompress . --session run.ron -o no.npy", "a folder");
    refused(
        folder,
        "decompress packed.bb --session images.idx -o no.npy",
        "images.idx",
    );
    assert!(!folder.join("no.npy").exists());
}

#[test]
fn items_that_the_model_cannot_pack_are_refused() {
    let folder = trained("bernoulli");
    let folder = folder.path();
    let mut grey = images(255);
    grey[40] = 7;
    write(folder, "grey.idx", &grey);
    refused(
        folder,
        "compress --session run.ron grey.idx -o no.bb",
        "neither 0 nor 255",
    );
    let wide = [0x803_u32, 10, 2, 3].into_iter().flat_map(u32::to_be_bytes);
    write(folder, "wide.idx", &wide.chain([0; 60]).collect::<Vec<u8>>());
    refused(
        folder,
        "compress --session run.ron wide.idx -o no.bb",
        "6 numbers each, but the model has 12",
    );
    refused(
        folder,
        "compress --session run.ron missing.idx -o no.bb",
        "missing.idx",
    );
    train(folder, "gaussian", "gaussian.ron", "1");
    refused(
        folder,
        "compress --session gaussian.ron images.idx -o no.bb",
        "gaussian gives bytes no probabilities",
    );
    assert!(!folder.join("no.bb").exists());
}
