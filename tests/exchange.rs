//! Parameters, posteriors and curves for other programs: what is written, what is read back, and what is refused.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/program.rs"]
mod program;

use std::path::Path;
use std::process::Output;

use program::{errors, vae_tui};

/// A folder with a small trained session `run.ron` and its data.
fn folder_with_run(more: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("data.npy"), data()).expect("the folder can be written");
    let small = "train --data data.npy --hidden 6-4 --latent 2 --batch 10 --samples 400 --evaluate-every 200 --threads 2";
    let mut arguments: Vec<&str> = small.split(' ').collect();
    arguments.extend_from_slice(more);
    arguments.extend(["--out", "run.ron"]);
    succeeds(folder.path(), &arguments);
    folder
}

/// 60 images of 4 x 3 pixels in NumPy's format.
fn data() -> Vec<u8> {
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (60, 4, 3), }\n";
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend_from_slice(header.as_bytes());
    file.extend((0..60 * 12).map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8));
    file
}

fn succeeds(folder: &Path, arguments: &[&str]) -> Output {
    let output = vae_tui(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", errors(&output));
    output
}

/// The one sentence of a command that fails, with nothing in it that a terminal obeys.
fn fails(folder: &Path, arguments: &[&str]) -> String {
    let output = vae_tui(folder, arguments);
    assert_eq!(
        output.status.code(),
        Some(1),
        "{arguments:?}: {}",
        errors(&output)
    );
    let said = errors(&output);
    // What is worth knowing of the data is said beside it.
    let faults = said.lines().filter(|line| !line.starts_with("note: data.npy: "));
    assert_eq!(faults.count(), 1, "{said}");
    assert!(
        !said.lines().any(|line| line.contains(char::is_control)),
        "{said:?}"
    );
    said
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn words(arguments: &str) -> Vec<&str> {
    arguments.split(' ').collect()
}

#[test]
fn an_export_comes_back_as_a_session_that_is_worth_the_same() {
    for more in [
        &[][..],
        &[
            "--likelihood",
            "gaussian",
            "--variance",
            "shared",
            "--activation",
            "relu",
        ],
        &["--likelihood", "beta-binomial", "--method", "mcem"],
        &["--activation", "gated"],
    ] {
        let folder = folder_with_run(more);
        let folder = folder.path();
        let elbo = |session: &str| {
            let output = succeeds(folder, &["evaluate", session, "--json"]);
            let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
            report["elbo"].as_f64().expect("a bound")
        };
        for file in ["model.safetensors", "model.npz"] {
            succeeds(folder, &["export", "run.ron", "-o", file]);
            succeeds(folder, &["import", file, "--like", "run.ron", "-o", "new.ron"]);
            assert_eq!(elbo("new.ron"), elbo("run.ron"), "{more:?} {file}");
            let again = format!("again-{file}");
            succeeds(folder, &["export", "new.ron", "-o", &again]);
            assert_eq!(read(folder, &again), read(folder, file));
            std::fs::remove_file(folder.join("new.ron")).expect("the session is there");
        }
    }
}

#[test]
fn a_preset_with_settings_makes_a_session_too() {
    let folder = folder_with_run(&[]);
    let folder = folder.path();
    succeeds(folder, &words("export run.ron -o model.npz"));
    let sizes = "import model.npz --preset mnist --set hidden=6-4 --set latent=2 --data data.npy -o new.ron";
    succeeds(folder, &words(sizes));
    succeeds(folder, &words("train --resume new.ron --samples 100"));
    let other =
        "import model.npz --preset mnist --set hidden=6-5 --set latent=2 --data data.npy -o other.ron";
    let said = fails(folder, &words(other));
    let expected = "model.npz can't be imported: encoder.2.weight has the shape [4, 6], but [5, 6] is needed";
    assert!(said.contains(expected), "{said}");
    assert!(!folder.join("other.ron").exists());
}

#[test]
fn graphs_are_of_both_networks_or_of_the_one_there_is() {
    let folder = folder_with_run(&[]);
    succeeds(
        folder.path(),
        &words("export run.ron --onnx graphs --check check.npz"),
    );
    for name in ["graphs/encoder.onnx", "graphs/decoder.onnx", "check.npz"] {
        assert!(!read(folder.path(), name).is_empty(), "{name}");
    }
    let folder = folder_with_run(&["--method", "mcem"]);
    let output = succeeds(folder.path(), &words("export run.ron --onnx graphs"));
    assert!(errors(&output).contains("no encoder"), "{}", errors(&output));
    assert!(!folder.path().join("graphs/encoder.onnx").exists());
    assert!(!read(folder.path(), "graphs/decoder.onnx").is_empty());
}

#[test]
fn every_item_is_embedded_in_order() {
    let folder = folder_with_run(&[]);
    let folder = folder.path();
    for (split, items) in [("test", 6), ("train", 54)] {
        let output = succeeds(folder, &["embed", "run.ron", "--split", split, "-o", "-"]);
        let csv = String::from_utf8(output.stdout).expect("text");
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines[0], "item,label,mean_0,mean_1,log_variance_0,log_variance_1");
        assert_eq!(lines.len(), 1 + items);
        succeeds(folder, &["embed", "run.ron", "--split", split, "-o", "z.npy"]);
        let npy = read(folder, "z.npy");
        let start = 10 + usize::from(u16::from_le_bytes([npy[8], npy[9]]));
        let rows: Vec<&[u8]> = npy[start..].chunks(8 + 4 + 4 * 4).collect();
        assert_eq!(rows.len(), items);
        for (item, (row, line)) in rows.iter().zip(&lines[1..]).enumerate() {
            let moments = row[12..]
                .chunks(4)
                .map(|number| f32::from_le_bytes([number[0], number[1], number[2], number[3]]).to_string());
            let moments: Vec<String> = moments.collect();
            assert_eq!(*line, format!("{item},,{}", moments.join(",")));
        }
        succeeds(folder, &["embed", "run.ron", "--split", split, "-o", "z.csv"]);
        assert_eq!(read(folder, "z.csv"), csv.as_bytes());
    }
}

#[test]
fn curves_are_a_line_per_evaluation_and_a_folder_per_run() {
    let folder = folder_with_run(&[]);
    let folder = folder.path();
    std::fs::create_dir(folder.join("other")).expect("the folder can be written");
    std::fs::copy(folder.join("run.ron"), folder.join("other/run.ron")).expect("the session is there");
    succeeds(
        folder,
        &words("curves run.ron other/run.ron --tensorboard logs -o curves.csv"),
    );
    let csv = String::from_utf8(read(folder, "curves.csv")).expect("text");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "run,samples,seconds,elbo_train,elbo_test,reconstruction,kl,learning_rate"
    );
    let ends: Vec<bool> = lines[1..].iter().map(|line| line.ends_with(",0.001")).collect();
    assert_eq!(ends, [true; 4], "two evaluations per run: {csv}");
    assert!(
        lines[1].starts_with("\"run\",200,") && lines[2].starts_with("\"run\",400,"),
        "{csv}"
    );
    let events = read(folder, "logs/run/events.out.tfevents.vae-tui");
    assert_eq!(events, read(folder, "logs/run-2/events.out.tfevents.vae-tui"));
    let output = succeeds(folder, &words("curves run.ron -o -"));
    assert_eq!(output.stdout, [lines[..3].join("\n").as_bytes(), b"\n"].concat());
}

#[test]
fn what_can_t_be_written_or_read_is_said_in_one_sentence_and_leaves_nothing() {
    let folder = folder_with_run(&[]);
    let folder = folder.path();
    std::fs::create_dir(folder.join("folder.npz")).expect("the folder can be written");
    succeeds(folder, &words("export run.ron -o model.npz"));
    let cut = read(folder, "model.npz");
    std::fs::write(folder.join("cut.npz"), &cut[..cut.len() / 2]).expect("the folder can be written");
    let before = std::fs::read_dir(folder).expect("a folder").count();
    for (arguments, words) in [
        (
            "export run.ron -o model.pt",
            "model.pt ends in neither .safetensors nor .npz",
        ),
        (
            "export run.ron -o folder.npz",
            "folder.npz can't be written: it is a folder, not a file",
        ),
        (
            "export run.ron -o nowhere/model.npz",
            "nowhere/model.npz can't be written: ",
        ),
        (
            "export run.ron --check model.safetensors",
            "model.safetensors does not end in .npz",
        ),
        ("export missing.ron -o model.npz", "missing.ron can't be read: "),
        (
            "import cut.npz --like run.ron -o new.ron",
            "cut.npz can't be imported: ",
        ),
        (
            "import data.npy --like run.ron -o new.ron",
            "data.npy can't be imported: it is neither",
        ),
        (
            "import folder.npz --like run.ron -o new.ron",
            "folder.npz can't be imported: it is a folder",
        ),
        (
            "import model.npz --preset mnist --set colour=1 -o new.ron",
            "there is no setting \"colour\"",
        ),
        (
            "import model.npz --like run.ron -o model.npz",
            "model.npz can't be saved: ",
        ),
        ("embed run.ron -o z.txt", "z.txt ends in neither .npy nor .csv"),
        ("embed run.ron -o folder.npz/", "ends in neither .npy nor .csv"),
        (
            "embed run.ron -o nowhere/z.npy",
            "nowhere/z.npy can't be written: ",
        ),
        (
            "curves run.ron -o folder.npz",
            "folder.npz can't be written: it is a folder",
        ),
        (
            "curves run.ron --tensorboard data.npy",
            "data.npy/run can't be written: ",
        ),
        ("curves data.npy -o -", "data.npy is not a vae-tui session: "),
    ] {
        let said = fails(folder, &arguments.split(' ').collect::<Vec<&str>>());
        assert!(said.contains(words), "{arguments}: {said}");
        assert_eq!(
            std::fs::read_dir(folder).expect("a folder").count(),
            before,
            "{arguments}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_fifo_is_neither_waited_for_nor_replaced() {
    let folder = folder_with_run(&[]);
    let fifo = folder.path().join("fifo.npz");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.is_ok_and(|status| status.success()));
    let said = fails(folder.path(), &words("import fifo.npz --like run.ron -o new.ron"));
    assert!(said.contains("it is a FIFO, not a file"), "{said}");
    let said = fails(folder.path(), &words("export run.ron -o fifo.npz"));
    assert!(said.contains("it is a FIFO, not a file"), "{said}");
}

#[cfg(unix)]
#[test]
fn names_that_are_not_text_are_files_like_others() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = folder_with_run(&[]);
    let name = OsStr::from_bytes(b"m\xff\x1b.npz");
    let run = |arguments: &[&OsStr]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_vae-tui"))
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .expect("the program starts")
    };
    let output = run(&["export", "run.ron", "-o"]
        .map(OsStr::new)
        .into_iter()
        .chain([name])
        .collect::<Vec<_>>());
    assert!(output.status.success(), "{}", errors(&output));
    assert!(folder.path().join(name).exists());
    std::fs::write(folder.path().join(name), b"").expect("the folder can be written");
    let rest = ["--like", "run.ron", "-o", "new.ron"].map(OsStr::new);
    let output = run(&[OsStr::new("import"), name]
        .into_iter()
        .chain(rest)
        .collect::<Vec<_>>());
    let said = errors(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("\\u{1b}.npz can't be imported: it is empty"),
        "{said}"
    );
}
