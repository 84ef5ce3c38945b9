//! Every kind of save, in a folder of its own: what lies there before, and the save.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock};

use vae_tui::cancel::Cancel;
use vae_tui::config::layout::{self, LayoutFile};
use vae_tui::data::Dataset;
use vae_tui::outputs::{Output, Watch};
use vae_tui::pictures::numbered::write_numbered;
use vae_tui::pictures::raster::Raster;
use vae_tui::run::RunState;
use vae_tui::session::{self, SessionFile, View, generations};

use crate::common;

/// A kind of save.
pub struct Kind {
    pub name: &'static str,
    /// Makes what lies in the folder before.
    pub before: fn(&Path),
    /// Saves there; the message of what went wrong.
    pub save: fn(&Path) -> Result<(), String>,
}

/// All of them.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "a session",
        before: a_session,
        save: save_over,
    },
    Kind {
        name: "a session with three earlier states",
        before: saved_often,
        save: save_over,
    },
    Kind {
        name: "a new session with a name",
        before: nothing,
        save: save_new,
    },
    Kind {
        name: "a new session in the usual folder",
        before: nothing,
        save: save_unnamed,
    },
    Kind {
        name: "the first copy of an unsaved run",
        before: nothing,
        save: first_copy,
    },
    Kind {
        name: "another copy of an unsaved run",
        before: a_copy,
        save: another_copy,
    },
    Kind {
        name: "a session that gets an earlier state back",
        before: saved_often,
        save: restore,
    },
    Kind {
        name: "the first layout",
        before: nothing,
        save: keep_layout,
    },
    Kind {
        name: "another layout",
        before: a_layout,
        save: keep_layout,
    },
    Kind {
        name: "exported parameters",
        before: other_outputs,
        save: |to| write(Output::Parameters, to, "run.safetensors"),
    },
    Kind {
        name: "exported parameters for NumPy",
        before: other_outputs,
        save: |to| write(Output::Parameters, to, "run.npz"),
    },
    Kind {
        name: "posteriors",
        before: other_outputs,
        save: |to| write(Output::Embedding, to, "run.npy"),
    },
    Kind {
        name: "curves",
        before: other_outputs,
        save: |to| write(Output::Curves, to, "run.csv"),
    },
    Kind {
        name: "scores",
        before: other_outputs,
        save: |to| write(Output::Scores, to, "run.csv"),
    },
    Kind {
        name: "packed items",
        before: other_outputs,
        save: |to| write(Output::Packed, to, "run.bb"),
    },
    Kind {
        name: "a picture",
        before: nothing,
        save: a_picture,
    },
    Kind {
        name: "a session that is renamed",
        before: saved_often,
        save: rename,
    },
    Kind {
        name: "a session that is thrown away",
        before: saved_often,
        save: throw_away,
    },
    Kind {
        name: "a session that is brought back",
        before: thrown_away,
        save: bring_back,
    },
];

/// A run and its data, made once.
static RUN: LazyLock<(Arc<Dataset>, RunState)> = LazyLock::new(|| {
    let data = common::shapes();
    let state = common::state(&data);
    (data, state)
});

fn state() -> RunState {
    RUN.1.clone()
}

fn nothing(_: &Path) {}

fn run_file(folder: &Path) -> PathBuf {
    folder.join("run.ron")
}

/// A run that saw more than the one before.
fn later() -> RunState {
    let mut state = state();
    state.training.samples += 1_000;
    state
}

fn a_session(folder: &Path) {
    session::save(&state(), &View::default(), &run_file(folder)).expect("a good disk");
}

fn saved_often(folder: &Path) {
    (0..=generations::KEPT).for_each(|_| a_session(folder));
}

fn save_over(folder: &Path) -> Result<(), String> {
    let path = run_file(folder);
    let known = session::load(&path).expect("a session").identity().clone();
    save(&SessionFile::opened(path, known))
}

fn save_new(folder: &Path) -> Result<(), String> {
    let file = SessionFile::chosen(folder.join("not there yet").join("run.ron"));
    file.claim().map_err(|error| error.to_string())?;
    save(&file)
}

fn save_unnamed(_: &Path) -> Result<(), String> {
    save(&SessionFile::unnamed())
}

fn first_copy(_: &Path) -> Result<(), String> {
    save(&SessionFile::autosave())
}

fn copy(folder: &Path) -> PathBuf {
    folder.join("vae-tui/sessions/shapes-6d-1.autosave.ron")
}

fn a_copy(folder: &Path) {
    let file = SessionFile::autosave();
    let saved = file.save(file.ticket(), &state(), &View::default());
    assert_eq!(saved.expect("a good disk"), copy(folder));
}

fn another_copy(folder: &Path) -> Result<(), String> {
    let path = copy(folder);
    let known = session::load(&path).expect("a session").identity().clone();
    let file = SessionFile::left_behind(path, known).map_err(|error| error.to_string())?;
    save(&file)
}

fn save(file: &SessionFile) -> Result<(), String> {
    let saved = file.save(file.ticket(), &later(), &View::default());
    saved.map(drop).map_err(|error| error.to_string())
}

fn restore(folder: &Path) -> Result<(), String> {
    let path = run_file(folder);
    let oldest = generations::list(&path).pop().expect("saved often");
    generations::restore(&path, &oldest.path).map_err(|error| error.to_string())
}

fn keep(left: u16) -> Result<(), String> {
    let layout = LayoutFile {
        upper_left: "map".into(),
        lower_left: "training".into(),
        right: "data".into(),
        left,
        lower: None,
    };
    layout::keep(&layout).map_err(|error| format!("{error:#}"))
}

fn a_layout(_: &Path) {
    keep(400).expect("a good disk");
}

fn keep_layout(_: &Path) -> Result<(), String> {
    keep(700)
}

fn other_outputs(folder: &Path) {
    for name in ["run.safetensors", "run.npz", "run.npy", "run.csv", "run.bb"] {
        std::fs::write(folder.join(name), "an earlier file").expect("a good disk");
    }
}

fn write(output: Output, folder: &Path, name: &str) -> Result<(), String> {
    let (data, mut state) = (&RUN.0, state());
    state.training.configuration.binarisation = vae_tui::data::Binarisation::Static;
    let watch = Watch {
        cancel: &Cancel::default(),
        progress: &|_, _| (),
    };
    let written = output.write(&folder.join(name), "run", &state, data, watch);
    written
        .map(drop)
        .map_err(|error| format!("{:#}", anyhow::Error::new(error)))
}

fn a_picture(folder: &Path) -> Result<(), String> {
    let picture = Raster::filled(3, 2, [1, 2, 3]);
    let written = write_numbered(folder, "run-traversal", &picture);
    written.map(drop).map_err(|error| format!("{error:#}"))
}

fn rename(folder: &Path) -> Result<(), String> {
    let renamed = session::rename(&run_file(folder), "better");
    renamed.map(drop).map_err(|error| error.to_string())
}

fn throw_away(folder: &Path) -> Result<(), String> {
    let thrown = session::throw_away(&run_file(folder));
    thrown.map(drop).map_err(|error| error.to_string())
}

fn thrown_away(folder: &Path) {
    saved_often(folder);
    throw_away(folder).expect("a good disk");
}

fn bring_back(folder: &Path) -> Result<(), String> {
    let thrown = folder.join("trash").join("run.ron");
    session::bring_back(&thrown, &run_file(folder)).map_err(|error| error.to_string())
}

/// Files by their names in a folder.
pub type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// Every file in a folder and below.
pub fn tree(folder: &Path) -> Tree {
    fn walk(at: &Path, below: &Path, found: &mut Tree) {
        for entry in std::fs::read_dir(at).expect("a folder").flatten() {
            let (path, name) = (entry.path(), below.join(entry.file_name()));
            if path.is_dir() {
                walk(&path, &name, found);
            } else {
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    let mut found = Tree::new();
    walk(folder, Path::new(""), &mut found);
    found
}

/// Whether a file has not got its name yet.
pub fn is_temporary(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "saving")
}

/// Whether a file holds an earlier state of a session.
pub fn is_earlier(path: &Path) -> bool {
    path.iter().any(|part| part == ".vae-tui-earlier")
}

/// What a person finds: neither temporary files nor earlier states, nor names that were taken for a file to come.
pub fn found(tree: &Tree) -> Tree {
    let mut found = tree.clone();
    found.retain(|path, content| !is_temporary(path) && !is_earlier(path) && !content.is_empty());
    found
}

/// The content of `tree`, if what a person finds is all of one state; earlier states must be whole whatever it is.
pub fn state_of(tree: &Tree, old: &Tree, new: &Tree) -> Result<State, String> {
    let whole: Vec<&Vec<u8>> = old.values().chain(new.values()).collect();
    for (path, content) in tree
        .iter()
        .filter(|(path, _)| is_earlier(path) && !is_temporary(path))
    {
        if !whole.contains(&content) {
            return Err(format!("{} is not whole", path.display()));
        }
    }
    let now = found(tree);
    match (now == found(old), now == found(new)) {
        (_, true) => Ok(State::New),
        (true, _) => Ok(State::Old),
        _ => Err(format!("neither the old nor the new state: {:?}", now.keys())),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Old,
    New,
}

/// Empties the folder and puts the files of a tree there.
pub fn put(folder: &Path, files: &Tree) {
    clear(folder);
    for (path, content) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a good disk");
        std::fs::write(path, content).expect("a good disk");
    }
}

fn clear(folder: &Path) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let removed = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        removed.expect("a good disk");
    }
}

/// The trees before and after a save that nothing disturbs.
pub fn old_and_new(folder: &Path, kind: &Kind) -> (Tree, Tree) {
    clear(folder);
    (kind.before)(folder);
    let old = tree(folder);
    (kind.save)(folder).unwrap_or_else(|error| panic!("{}: {error}", kind.name));
    let new = tree(folder);
    assert!(!new.keys().any(|path| is_temporary(path)), "{}", kind.name);
    (old, new)
}

/// Runs a test in a process whose home is an empty folder.
pub fn at_home(test: &str, work: impl FnOnce(&Path)) {
    const HOME: &str = "VAE_TUI_TEST_HOME";
    if let Some(home) = std::env::var_os(HOME) {
        return work(Path::new(&home));
    }
    // In memory, where there is a place: a real disk takes its time to flush.
    let memory = Path::new("/dev/shm");
    let home = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    let home = home.expect("a folder");
    let ended = Command::new(std::env::current_exe().expect("a program"))
        .args([test, "--exact", "--nocapture"])
        .env(HOME, home.path())
        .env("XDG_DATA_HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path())
        .status()
        .expect("the program starts");
    assert!(ended.success(), "{test}");
}
