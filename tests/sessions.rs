//! Sessions: saved and read back, gone on with exactly, and refused with a reason where they are not what they seem.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;
#[path = "common/needs.rs"]
mod needs;

use std::path::{Path, PathBuf};

use common::{configuration, shapes, state, train};
use ron::value::RawValue;
use vae_tui::cancel::Cancel;
use vae_tui::data::{Dataset, ItemPlace, Part};
use vae_tui::evaluation::{Estimates, MarginalLikelihood};
use vae_tui::explore::attribute::{Applied, Attribute, Group};
use vae_tui::learning::settings::Assignment;
use vae_tui::learning::{Configuration, Method, Training, Workers};
use vae_tui::nn::optimizer::OptimizerKind;
use vae_tui::run::RunState;
use vae_tui::run::curve::{HorizontalAxis, MarginalPoint};
use vae_tui::run::protocol::Origin;
use vae_tui::session::{
    Bookmark, Bounds, Comparison, KeptRun, Marked, SessionError, SessionFile, View, folder, load, save,
};
use vae_tui::tui::panes::training;
use vae_tui::tui::panes::traversal::{SheetKind, Traversal};

/// Every number of a run, to the bit.
fn numbers(RunState { training, .. }: &RunState) -> Vec<u32> {
    let parameters = training.model.parameters();
    let values = parameters.iter().flat_map(|named| named.parameter.values());
    let optimizer = &training.optimizer;
    let memory = optimizer.first.iter().chain(&optimizer.second).flatten();
    values.chain(memory).map(|value| value.to_bits()).collect()
}

fn round_trip(state: &RunState, data: &Dataset, path: &Path) -> RunState {
    save(state, &View::default(), path).expect("the folder can be written");
    load(path)
        .and_then(|session| session.into_state(data))
        .expect("what was saved can be read")
}

/// A folder with one good session in it.
fn saved() -> (tempfile::TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("run.ron");
    save(&state(&shapes()), &View::default(), &path).expect("the folder can be written");
    let text = std::fs::read_to_string(&path).expect("a session is text");
    (folder, path, text)
}

/// What is said of a session file with this content.
fn complaint(path: &Path, content: impl AsRef<[u8]>) -> String {
    std::fs::write(path, content).expect("the folder can be written");
    let error = load(path).and_then(|session| session.into_state(&shapes()));
    let text = error.expect_err("a bad file is refused").to_string();
    assert!(text.contains("run.ron"), "the error names the file: {text}");
    assert!(!text.contains('\n'), "the error is one line: {text}");
    text
}

#[test]
fn two_thousand_steps_are_one_thousand_twice() {
    let data = shapes();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (rule, threads, method) in [
        (OptimizerKind::Adam, 2, Method::Aevb),
        (OptimizerKind::Adagrad, 1, Method::WakeSleep),
        (OptimizerKind::Adagrad, 2, Method::Mcem),
        (OptimizerKind::Adam, 2, Method::FullVb),
    ] {
        let configuration = Configuration {
            optimizer: rule,
            method,
            threads,
            hidden: 16.into(),
            weight_prior: rule == OptimizerKind::Adagrad,
            binarisation: vae_tui::data::Binarisation::Dynamic,
            ..configuration()
        };
        let mut whole = RunState::new(Training::new(configuration.clone(), &data));
        train(&mut whole, &data, 2_000);
        let mut half = RunState::new(Training::new(configuration, &data));
        train(&mut half, &data, 1_000);
        let mut resumed = round_trip(&half, &data, &folder.path().join("half.ron"));
        train(&mut resumed, &data, 1_000);
        assert_eq!(numbers(&whole), numbers(&resumed), "{rule:?} {method:?}");
        assert_ne!(numbers(&half), numbers(&whole));
        assert_eq!(whole.log, resumed.log);
        let (whole, resumed) = (whole.training, resumed.training);
        assert_eq!(whole.chains, resumed.chains);
        assert_eq!((whole.samples, whole.steps), (resumed.samples, resumed.steps));
        assert_eq!(whole.since_evaluation, resumed.since_evaluation);
    }
}

#[test]
fn everything_comes_back() {
    let data = shapes();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("new folder").join("run.ron");
    let mut before = state(&data);
    // Adam's memory holds something, and something that no decimal notation would keep by accident.
    let optimizer = &mut before.training.optimizer;
    optimizer.first[0][0] = f32::from_bits(0x0000_0001);
    optimizer.second[1][1] = -0.0;
    optimizer.learning_rate = 3.3e-4;
    let estimate = MarginalLikelihood {
        mean: -98.5,
        standard_error: Some(2.25),
        points: 100,
    };
    before.log.marginals.push(MarginalPoint {
        samples: 9_000,
        part: Part::Test,
        estimates: Estimates {
            importance_weighted: estimate,
            posterior_samples: None,
            annealed: Some(estimate),
            difference: None,
        },
    });
    let comparison = Comparison {
        runs: vec![KeptRun {
            name: "an earlier run".into(),
            configuration: configuration(),
            evaluations: before.log.evaluations.clone(),
        }],
        selected: 1,
        against: HorizontalAxis::Seconds,
        bounds: Bounds::Both,
        cursor: 0.25,
        window: (0.5, 0.75),
    };
    let training = training::Training {
        smoothing: 100,
        first_bar: 0,
        ..training::Training::default()
    };
    let traversal = Traversal {
        sheet: SheetKind::Plane,
        ..Traversal::default()
    };
    let panes = [
        ("comparison", RawValue::from_rust(&comparison)),
        ("training", RawValue::from_rust(&training)),
        ("traversal", RawValue::from_rust(&traversal)),
    ];
    let view = View {
        focus: "traversal".into(),
        zoomed: true,
        log_axis: true,
        paper: false,
        point: Origin {
            item: Some(ItemPlace {
                part: Part::Train,
                item: 7,
            }),
            latent: Some(vec![0.1, -0.2, 0.3, 1e-8, 3.0, -3.0]),
        },
        other: Some(Origin::item(ItemPlace::test(5))),
        marked: Marked {
            towards: [ItemPlace::test(1), ItemPlace::test(3)].into(),
            away: [ItemPlace::test(2)].into(),
        },
        bookmarks: vec![Bookmark {
            name: "a \"ring\"".into(),
            point: Origin::item(ItemPlace::test(4)),
        }],
        attributes: vec![Applied {
            attribute: Attribute {
                towards: Group::Class(1),
                away: Some(Group::Items(vec![ItemPlace::test(7)])),
            },
            strength: -0.5,
        }],
        dimension: Some(4),
        time: Some(12),
        images: vec![5, 6, 7],
        selected_image: 2,
        panes: panes
            .map(|(name, state)| (name.into(), state.expect("it is data")))
            .into(),
    };
    save(&before, &view, &path).expect("the folder is made");
    let session = load(&path).expect("what was saved can be read");
    assert_eq!(session.view(), &view);
    let panes = &session.view().panes;
    assert_eq!(panes["comparison"].into_rust(), Ok(comparison));
    assert_eq!(panes["training"].into_rust(), Ok(training));
    let sheet = panes["traversal"]
        .into_rust()
        .map(|Traversal { sheet, .. }| sheet);
    assert_eq!(sheet, Ok(SheetKind::Plane));
    assert_eq!(session.configuration(), &before.training.configuration);
    let after = session.into_state(&data).expect("the same data");
    assert_eq!(numbers(&after), numbers(&before));
    assert_eq!(after.log, before.log);
    let (before, after) = (before.training, after.training);
    assert_eq!(after.optimizer, before.optimizer);
    assert_eq!(
        (after.samples, after.steps, after.seconds),
        (before.samples, before.steps, before.seconds)
    );
}

/// Version 1 of the schema had the states of the panes beside one another.
#[test]
fn the_view_of_the_first_schema_is_read_and_what_is_saved_then_is_of_the_second() {
    let (_folder, path, text) = saved();
    let start = text.find("    view: (").expect("a view");
    let end = start + text[start..].find("\n    ),").expect("its end");
    let view = "    view: (pane: Traversal, zoomed: true, log_axis: true, smoothing: 100, paper: false, \
                start_image: Some(7), latent: [0.5, 0, 0, 0, 0, -3], dimension: Some(4), images: [5, 6, 7], \
                selected_image: 2, sheet: Plane, comparison: (selected: 0, against: Seconds, bounds: Both, \
                cursor: 0.25, window: (0.5, 0.75))";
    let first = format!("{}{view}{}", &text[..start], &text[end..]).replacen("version: 2", "version: 1", 1);
    std::fs::write(&path, first).expect("the folder can be written");
    let session = load(&path).expect("the first schema is still read");
    let view = session.view().clone();
    let selected = View {
        focus: "traversal".into(),
        zoomed: true,
        log_axis: true,
        paper: false,
        point: Origin {
            item: Some(ItemPlace::test(7)),
            latent: Some(vec![0.5, 0.0, 0.0, 0.0, 0.0, -3.0]),
        },
        other: None,
        marked: Marked::default(),
        bookmarks: Vec::new(),
        attributes: Vec::new(),
        dimension: Some(4),
        time: None,
        images: vec![5, 6, 7],
        selected_image: 2,
        panes: view.panes.clone(),
    };
    assert_eq!(view, selected);
    let comparison: Comparison = view.panes["comparison"].into_rust().expect("a comparison");
    assert_eq!(
        (comparison.against, comparison.bounds),
        (HorizontalAxis::Seconds, Bounds::Both)
    );
    assert_eq!((comparison.cursor, comparison.window), (0.25, (0.5, 0.75)));
    let training: training::Training = view.panes["training"].into_rust().expect("a state");
    assert_eq!(training.smoothing, 100);
    let traversal: Traversal = view.panes["traversal"].into_rust().expect("a state");
    assert_eq!(traversal.sheet, SheetKind::Plane);

    let state = session.into_state(&shapes()).expect("the same data");
    save(&state, &view, &path).expect("the folder can be written");
    let text = std::fs::read_to_string(&path).expect("a session is text");
    assert!(text.contains("version: 2"), "{text:.300}");
    assert_eq!(load(&path).expect("it was just saved").view(), &view);
}

#[test]
fn chains_that_do_not_fit_the_run_are_refused() {
    let data = shapes();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("run.ron");
    let configuration = Configuration {
        method: Method::Mcem,
        ..configuration()
    };
    let mut run = RunState::new(Training::new(configuration, &data));
    train(&mut run, &data, 1);
    save(&run, &View::default(), &path).expect("the folder can be written");
    let text = std::fs::read_to_string(&path).expect("a session is text");
    let said = complaint(&path, text.replace("step_size: ", "step_size: -"));
    assert!(said.contains("step_size is -"), "{said}");

    let chains = run.training.chains.as_mut().expect("a step was made");
    chains.positions.pop();
    save(&run, &View::default(), &path).expect("the folder can be written");
    let text = std::fs::read_to_string(&path).expect("a session is text");
    let said = complaint(&path, text);
    assert!(
        said.contains("chains: expected 1200 numbers, found 1199"),
        "{said}"
    );
}

/// Also where its shards are fewer than before: the same bits, whether it went on at once or after a save.
#[test]
fn a_run_whose_minibatch_changed_goes_on_exactly() {
    let data = shapes();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for method in [Method::Aevb, Method::WakeSleep, Method::Mcem] {
        let workers = Workers::new(2).expect("threads can be started");
        let training = Training::new(
            Configuration {
                method,
                batch: 40,
                ..configuration()
            },
            &data,
        );
        let mut run = RunState::new(training);
        let steps = |run: &mut RunState, workers: &Workers| {
            for _ in 0..5 {
                workers
                    .run(|| run.training.step(&data, workers, &Cancel::default()))
                    .expect("it stays finite");
            }
        };
        steps(&mut run, &workers);
        let changes = [("batch", "10"), ("mc-samples", "2"), ("binarize", "dynamic")];
        let changes = changes.map(|(name, value)| Assignment::new(name, value));
        run.training.change(&changes).expect("they may change");
        steps(&mut run, &workers);
        assert_eq!((run.training.samples, run.training.steps), (250, 10));
        let mut resumed = round_trip(&run, &data, &folder.path().join("run.ron"));
        steps(&mut run, &workers);
        steps(&mut resumed, &Workers::new(2).expect("threads can be started"));
        assert_eq!(numbers(&run), numbers(&resumed), "{method:?}");
        assert_eq!(run.training.configuration, resumed.training.configuration);
    }
}

#[test]
fn a_bad_file_is_refused_with_its_name_and_the_cause() {
    let (_folder, path, text) = saved();
    assert!(complaint(&path, "").contains("not a vae-tui session"));
    assert!(complaint(&path, b"\x7fELF\x02\xff\xfe").contains("not text"));
    assert!(complaint(&path, "(name: \"a game\", level: 3)").contains("not a vae-tui session"));
    assert!(complaint(&path, &text[..text.len() / 2]).contains("damaged"));

    let newer = text.replacen("version: 2", "version: 99", 1);
    let said = complaint(&path, newer);
    assert!(
        said.contains("format 99") && said.contains("formats up to 2"),
        "{said}"
    );

    let first_values = text.find("values: \"").expect("parameters") + 30;
    let mut flipped = text.clone().into_bytes();
    flipped[first_values] = if flipped[first_values] == b'A' { b'B' } else { b'A' };
    assert!(complaint(&path, flipped).contains("checksum"));

    for (from, to, cause) in [
        ("hidden: 8", "hidden: 1000000000", "hidden is 1000000000"),
        ("latent: 6", "latent: 0", "latent is 0"),
        ("batch: 20", "batch: 0", "batch is 0"),
        ("threads: 2", "threads: 100000", "threads is 100000"),
        (
            "hidden: 8",
            "hidden: 9",
            "expected encoder.hidden.weight of shape [784, 9]",
        ),
        (
            "samples: 9000,",
            "samples: 18446744073709551615,",
            "samples is 18446744073709551615",
        ),
        (
            "steps: 450,",
            "steps: 18446744073709551615,",
            "steps is 18446744073709551615",
        ),
        (
            "\n    learning_rate: 0.001,",
            "\n    learning_rate: -1.0,",
            "learning-rate is -1",
        ),
        ("seconds: 9.0,", "seconds: inf,", "seconds is inf"),
    ] {
        assert!(text.contains(from), "the file has {from:?}");
        let said = complaint(&path, text.replace(from, to));
        assert!(said.contains("damaged") && said.contains(cause), "{to}: {said}");
    }

    let said = complaint(&path, text.replace("data: \"shapes\"", "data: \"faces\""));
    assert!(said.contains("trained on \"faces\", not on \"shapes\""), "{said}");

    let missing = load(Path::new("no/such/run.ron"))
        .err()
        .expect("there is no such file");
    assert!(
        missing.to_string().starts_with("no/such/run.ron can't be read: "),
        "{missing}"
    );
    let folder = load(path.parent().expect("a folder"))
        .err()
        .expect("a folder is no session");
    assert!(folder.to_string().contains("not a file"), "{folder}");
}

#[test]
fn a_save_that_fails_leaves_the_old_file_as_it_was() {
    let (folder, path, text) = saved();
    let state = state(&shapes());

    // A file where a folder is needed.
    let under_a_file = path.join("deeper.ron");
    let error = save(&state, &View::default(), &under_a_file).expect_err("a file is no folder");
    assert!(error.to_string().contains("deeper.ron can't be saved"), "{error}");
    // A folder where the file should stand.
    let taken = folder.path().join("taken.ron");
    std::fs::create_dir_all(taken.join("x")).expect("the folder can be written");
    assert!(save(&state, &View::default(), &taken).is_err());

    assert_eq!(std::fs::read_to_string(&path).expect("still there"), text);
    let mut left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("the folder can be read")
        .map(|file| file.expect("an entry").file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["run.ron", "taken.ron"], "no temporary file stays behind");
}

/// A file system that is full: the old file stays. Only root on Linux may make one.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_old_file_as_it_was() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1m", "none"])
        .arg(folder.path())
        .output()
        .is_ok_and(|output| output.status.success());
    if !mounted {
        return needs::skipped("this user may not mount a small file system");
    }
    let path = folder.path().join("run.ron");
    let small = state(&shapes());
    let saved = save(&small, &View::default(), &path).and_then(|()| save(&small, &View::default(), &path));
    let before = std::fs::read(&path);
    let large = Configuration {
        hidden: 300.into(),
        ..configuration()
    };
    let large = RunState::new(Training::new(large, &shapes()));
    let failed = save(&large, &View::default(), &path);
    let after = std::fs::read(&path);
    let unmounted = std::process::Command::new("umount").arg(folder.path()).status();
    saved.expect("there is room for a small session and its successor");
    assert!(unmounted.is_ok_and(|status| status.success()));
    let error = failed.expect_err("there is no room for a large one");
    assert!(error.to_string().contains("run.ron can't be saved"), "{error}");
    assert_eq!(
        before.expect("the file is there"),
        after.expect("the file is still there")
    );
}

#[cfg(unix)]
#[test]
fn a_link_keeps_pointing_where_it_did_and_a_file_keeps_its_usual_rights() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path, _) = saved();
    let link = folder.path().join("link.ron");
    std::os::unix::fs::symlink(&path, &link).expect("links can be made");
    let mut state = state(&shapes());
    state.training.samples = 9_020;
    save(&state, &View::default(), &link).expect("the folder can be written");
    assert!(std::fs::symlink_metadata(&link).expect("the link").is_symlink());
    let text = std::fs::read_to_string(&path).expect("the file");
    assert!(text.contains("samples: 9020,"));
    let mode = std::fs::metadata(&path).expect("the file").permissions().mode();
    assert_ne!(mode & 0o044, 0, "others may read it as the umask says: {mode:o}");
}

#[test]
fn the_list_has_the_newest_first_and_says_what_each_is() {
    let (directory, path, _) = saved();
    let second = directory.path().join("shapes-6d-1.ron");
    std::fs::copy(&path, &second).expect("the folder can be written");
    std::fs::write(directory.path().join("other.ron"), [0xff; 1_000]).expect("the folder can be written");
    std::fs::write(directory.path().join("notes.txt"), "not a session").expect("the folder can be written");
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(10);
    let file = std::fs::File::options()
        .append(true)
        .open(&path)
        .expect("the file");
    file.set_modified(later).expect("its time can be set");

    let entries = folder::list(&[directory.path().to_owned(), directory.path().join(".")]);
    assert_eq!(entries.len(), 2, "a folder that is named twice is listed once");
    assert_eq!(entries[0].path.file_name(), path.file_name());
    assert_eq!(
        entries[0].summary,
        "shapes 784-8-6-8-784 tanh, 9000 samples, test ELBO -120.49"
    );
    assert!(entries.iter().any(|entry| entry.path == second));
    assert!(!entries.iter().any(|entry| entry.path.ends_with("notes.txt")));
    assert!(folder::list(&["no/such/folder".into()]).is_empty());
}

#[test]
fn the_examples_open() {
    let mnist = Dataset {
        name: "mnist".into(),
        ..Dataset::clone(&shapes())
    };
    for (name, latent, worst) in [("mnist-2d.ron", 2, -155.0), ("mnist-20d.ron", 20, -106.0)] {
        let session = load(&Path::new("saves").join(name)).expect("the examples are sessions");
        assert_eq!(session.configuration().latent, latent);
        let state = session.into_state(&mnist).expect("images of the same size");
        let last = state.log.evaluations.last().expect("the examples were measured");
        assert!(last.elbo_test > worst, "{name}: {}", last.elbo_test);
    }
}

#[test]
fn a_state_that_was_overtaken_is_not_written_over_a_newer_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("run.ron");
    let file = SessionFile::chosen(path.clone());
    let (earlier, later) = (file.ticket(), file.ticket());
    let mut state = state(&shapes());
    (state.training.samples, state.training.steps) = (9_020, 451);
    file.save(later, &state, &View::default())
        .expect("the folder can be written");
    (state.training.samples, state.training.steps) = (9_000, 450);
    let saved = file.save(earlier, &state, &View::default());
    assert_eq!(saved.expect("a newer state is saved"), path);
    let text = std::fs::read_to_string(&path).expect("the file");
    assert!(text.contains("samples: 9020,"));

    // A copy that was given up does not come back.
    let copy = SessionFile::chosen(folder.path().join("copy.ron"));
    copy.save(copy.ticket(), &state, &View::default())
        .expect("the folder can be written");
    let asked_before = copy.ticket();
    copy.discard();
    assert!(copy.save(asked_before, &state, &View::default()).is_err());
    assert!(!folder.path().join("copy.ron").exists());
}

#[test]
fn what_others_do_to_a_file_is_noticed_by_what_it_holds() {
    let (folder, path, text) = saved();
    let state = state(&shapes());
    let opened = || {
        let session = load(&path).expect("a session");
        SessionFile::opened(path.clone(), session.identity().clone())
    };
    let save = |file: &SessionFile| file.save(file.ticket(), &state, &View::default());

    // Written here: it may be written again.
    let file = opened();
    for _ in 0..2 {
        save(&file).expect("nobody else wrote it");
    }
    // Copied back or touched, the content is the same.
    let again = std::fs::read(&path).expect("the file");
    std::fs::remove_file(&path).expect("it can be removed");
    std::fs::write(&path, &again).expect("the folder can be written");
    save(&file).expect("it holds the same");
    // Removed: nothing can be lost.
    std::fs::remove_file(&path).expect("it can be removed");
    save(&file).expect("nothing lies there");

    // Changed, with the same length and the same time.
    let file = opened();
    let time = std::fs::metadata(&path)
        .and_then(|file| file.modified())
        .expect("a time");
    let changed = text.replace("seed: 1", "seed: 2");
    let other = folder.path().join("other.ron");
    std::fs::write(&other, &changed).expect("the folder can be written");
    let handle = std::fs::File::options()
        .append(true)
        .open(&other)
        .expect("the file");
    handle.set_modified(time).expect("its time can be set");
    std::fs::rename(&other, &path).expect("it can be replaced");
    assert!(matches!(save(&file), Err(SessionError::Changed { .. })));
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), changed);
    let elsewhere = file
        .save_elsewhere(file.ticket(), &state, &View::default())
        .expect("the folder can be written");
    assert_eq!(elsewhere, folder.path().join("shapes-6d-1.ron"));
    save(&file).expect("the run has that file now");
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), changed);

    // Claimed by another: it is not written, not even on purpose.
    let (holder, file) = (opened(), opened());
    holder.claim().expect("nobody holds it");
    let replaced = file.replace(file.ticket(), &state, &View::default());
    assert!(matches!(replaced, Err(SessionError::InUse { .. })));
    let other = text.replace("seed: 1", "seed: 3");
    std::fs::write(&path, &other).expect("the folder can be written");
    drop(holder);
    let (saved, asked) = (save(&file), save(&file));
    assert!(
        matches!(
            (saved, asked),
            (
                Err(SessionError::Changed { .. }),
                Err(SessionError::Changed { .. })
            )
        ),
        "a decision that came to nothing is no decision about later changes"
    );
    let (holder, file) = (opened(), opened());
    holder.claim().expect("nobody holds it");
    assert!(matches!(file.claim(), Err(SessionError::InUse { .. })));
    drop(holder);
    file.claim().expect("nobody holds it any more");
}

#[test]
fn runs_that_are_saved_at_once_never_share_a_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let state = state(&shapes());
    let start = std::sync::Barrier::new(8);
    let paths: std::collections::BTreeSet<_> = std::thread::scope(|scope| {
        let save = || {
            let file = SessionFile::chosen(folder.path().join("run.ron"));
            start.wait();
            file.save_elsewhere(file.ticket(), &state, &View::default())
                .expect("the folder can be written")
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(save)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .collect()
    });
    assert_eq!(paths.len(), 8, "{paths:?}");
    for path in &paths {
        load(path).expect("each is whole");
    }
}

#[cfg(unix)]
#[test]
fn mode_and_owner_stay_and_write_protection_is_respected() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    let (folder, path, _) = saved();
    let state = state(&shapes());
    for mode in [0o600, 0o640, 0o664] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("its owner may");
        save(&state, &View::default(), &path).expect("the folder can be written");
        let found = std::fs::metadata(&path).expect("the file").permissions().mode();
        assert_eq!(found & 0o7777, mode, "{found:o}");
    }
    // Only root may give a file away.
    if chown(&path, Some(12_345), Some(23_456)).is_ok() {
        save(&state, &View::default(), &path).expect("root may write it");
        let found = std::fs::metadata(&path).expect("the file");
        assert_eq!((found.uid(), found.gid()), (12_345, 23_456));
        assert_eq!(found.mode() & 0o7777, 0o664);
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).expect("its owner may");
    let before = std::fs::read(&path).expect("the file");
    let error = save(&state, &View::default(), &path).expect_err("it is protected");
    assert!(error.to_string().contains("write-protected"), "{error}");
    assert_eq!(std::fs::read(&path).expect("the file"), before);

    // A link to what is not there yet is followed.
    let (link, target) = (folder.path().join("link.ron"), folder.path().join("target.ron"));
    std::os::unix::fs::symlink("target.ron", &link).expect("links can be made");
    save(&state, &View::default(), &link).expect("the folder can be written");
    assert!(std::fs::symlink_metadata(&link).expect("the link").is_symlink());
    assert!(target.is_file());
}

#[test]
fn the_name_of_the_data_never_decides_whether_a_save_works() {
    let long = "x".repeat(250);
    for (name, stem) in [
        ("/data/two\nlines.idx", "two-lines-6d-1.ron"),
        ("/data/bell\u{7}\u{1b}[31m.gz", "bell---31m-6d-1.ron"),
        ("/data/.hidden", "hidden-6d-1.ron"),
        ("/data/..", "data-6d-1.ron"),
        ("/data/", "data-6d-1.ron"),
        ("", "data-6d-1.ron"),
        ("-", "stdin-6d-1.ron"),
        ("a/b\\c:d*e?.idx", "b-c-d-e-6d-1.ron"),
        ("/data/\u{6570}\u{5b57}.idx", "\u{6570}\u{5b57}-6d-1.ron"),
        (&long, &format!("{}-6d-1.ron", "x".repeat(60))),
    ] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut state = state(&shapes());
        state.training.configuration.data = name.into();
        let file = SessionFile::chosen(folder.path().join("taken.ron"));
        let path = file
            .save_elsewhere(file.ticket(), &state, &View::default())
            .unwrap_or_else(|error| panic!("{name:?}: {error}"));
        assert_eq!(path, folder.path().join(stem), "{name:?}");
        let data = Dataset {
            name: name.into(),
            ..Dataset::clone(&shapes())
        };
        let session = load(&path).unwrap_or_else(|error| panic!("{name:?}: {error}"));
        assert_eq!(session.configuration().data, name);
        session
            .into_state(&data)
            .unwrap_or_else(|error| panic!("{name:?}: {error}"));
        let summary = &folder::list(&[folder.path().to_owned()])[0].summary;
        assert!(summary.contains("784-8-6-8-784"), "{name:?}: {summary}");
    }
}
