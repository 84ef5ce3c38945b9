//! What a session's file held before: the last states that a save replaced, in a hidden folder beside it, to go back to.
//!
//! A state is kept by giving its file a second name before another takes the first, so nothing is copied, and the session itself is
//! never without a file. Where a file system has no hard links, nothing is kept.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::SessionError;
use super::file::lock;
use super::folder;
use super::load::{parse, read};
use super::save::{failed, put};
use super::target::Target;
use crate::files::disk::disk;
use crate::files::{make_folder, settle};

/// States that are kept of a session, beside the one that it has.
pub const KEPT: usize = 3;

/// The folder beside a session for what it was before.
const FOLDER: &str = ".vae-tui-earlier";

/// An earlier state of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// The file.
    pub path: PathBuf,
    /// What it says of itself in its first line: what was trained, how far, how well.
    pub summary: String,
    /// When it was saved.
    pub saved: SystemTime,
    /// Its place among all states of its session: a later one has a larger number.
    number: u64,
}

/// The earlier states of the session `path`, the newest first.
pub fn list(path: &Path) -> Vec<Generation> {
    let Some(name) = stem(path) else {
        return Vec::new();
    };
    let files = std::fs::read_dir(beside(path)).into_iter().flatten().flatten();
    let mut found: Vec<Generation> = files
        .filter_map(|file| {
            let (path, number) = (file.path(), number(&file.file_name().to_string_lossy(), &name)?);
            let saved = file.metadata().ok()?.modified().ok()?;
            let summary = folder::summary(&path)?;
            Some(Generation {
                path,
                summary,
                saved,
                number,
            })
        })
        .collect();
    found.sort_by_key(|generation| std::cmp::Reverse(generation.number));
    found
}

/// Keeps what lies at `target` before something else takes its name, and forgets what is too old. The save is worth more: whatever
/// stands in the way of keeping an earlier state stands in the way of nothing else.
pub(super) fn keep(target: &Target) {
    let is_session = target
        .existing
        .as_ref()
        .is_some_and(|existing| existing.len() > 0);
    if !is_session {
        return;
    }
    let (disk, earlier, before) = (disk(), beside(&target.path), list(&target.path));
    let Some(next) = next(&target.path, &before) else {
        return;
    };
    let kept = make_folder(&earlier)
        .and_then(|()| disk.link(&target.path, &next))
        .and_then(|()| disk.flush_folder(&earlier));
    if kept.is_ok() {
        for generation in before.iter().skip(KEPT - 1) {
            // It is forgotten with a later save.
            let _ = disk.remove(&generation.path);
        }
    }
}

/// Has the earlier states go where their session went.
pub(super) fn follow(from: &Path, to: &Path) {
    let before = list(from);
    if before.is_empty() || make_folder(&beside(to)).is_err() {
        return;
    }
    for generation in before.into_iter().rev() {
        if let Some(next) = next(to, &list(to)) {
            // One that stays is found again under the session's old name.
            let _ = disk().rename_to_free(&generation.path, &next);
        }
    }
}

/// Gives the session `path` one of its earlier states, which is a [`Generation::path`]; the present one is kept among them.
///
/// # Errors
/// If the earlier state is damaged, another program saves to the session, or it can't be written; it is then as it was.
pub fn restore(path: &Path, earlier: &Path) -> Result<(), SessionError> {
    let failed = |cause| failed(path, cause);
    let target = Target::of(path)?;
    let _lock: Option<File> = match target.existing {
        Some(_) => lock(path, &target.path)?,
        None => None,
    };
    let (content, _) = read(earlier)?;
    parse(content.clone(), earlier)?;
    put(&content, &target, true).map_err(failed)?;
    settle(&target.folder).map_err(failed)
}

/// The session of which `path` is an earlier state, if it is one.
pub fn session_of(path: &Path) -> Option<PathBuf> {
    let earlier = path.parent().filter(|folder| folder.ends_with(FOLDER))?;
    let (stem, number) = path.file_stem()?.to_str()?.rsplit_once('.')?;
    let is_state = number.bytes().all(|byte| byte.is_ascii_digit());
    is_state.then(|| earlier.with_file_name(format!("{stem}.ron")))
}

/// The folder for what was at `path` before.
fn beside(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).join(FOLDER)
}

/// The session's name without its ending.
fn stem(path: &Path) -> Option<String> {
    Some(path.file_stem()?.to_string_lossy().into_owned())
}

/// The name for the next state of the session `path`, of which there were these before.
fn next(path: &Path, before: &[Generation]) -> Option<PathBuf> {
    let number = before.first().map_or(0, |newest| newest.number).checked_add(1)?;
    Some(beside(path).join(format!("{}.{number}.ron", stem(path)?)))
}

/// The number in the name of a file that holds an earlier state of the session with that stem.
fn number(file: &str, stem: &str) -> Option<u64> {
    let rest = file.strip_prefix(stem)?.strip_prefix('.')?.strip_suffix(".ron")?;
    let is_number = rest.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| rest.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn save(path: &Path, words: &str) {
        let target = Target::of(path).unwrap();
        let content = format!("// {words}\n(format: \"vae-tui session\")");
        put(content.as_bytes(), &target, true).unwrap();
    }

    fn summaries(path: &Path) -> Vec<String> {
        list(path)
            .into_iter()
            .map(|generation| generation.summary)
            .collect()
    }

    #[test]
    fn the_last_three_are_kept_and_go_with_their_session() {
        let folder = tempfile::tempdir().unwrap();
        let (run, other) = (folder.path().join("run.ron"), folder.path().join("run.1.ron"));
        for number in 1..=6 {
            save(&run, &number.to_string());
            assert_eq!(list(&run).len(), KEPT.min(number - 1));
        }
        assert_eq!(summaries(&run), ["5", "4", "3"]);
        save(&other, "a");
        save(&other, "b");
        assert_eq!((summaries(&other), summaries(&run).len()), (vec!["a".into()], 3));

        let renamed = super::super::rename(&run, "better").unwrap();
        assert_eq!(
            (summaries(&renamed), list(&run).len()),
            (vec!["5".into(), "4".into(), "3".into()], 0)
        );
        let thrown = super::super::throw_away(&renamed).unwrap();
        assert_eq!(summaries(&thrown), ["5", "4", "3"]);
        super::super::bring_back(&thrown, &renamed).unwrap();
        assert_eq!(summaries(&renamed), ["5", "4", "3"]);
    }

    #[test]
    fn names_of_states_are_told_from_those_of_other_sessions() {
        assert_eq!(number("run.12.ron", "run"), Some(12));
        for (file, stem) in [
            ("run.1.2.ron", "run"),
            ("run.ron", "run"),
            ("run..ron", "run"),
            ("run.-1.ron", "run"),
            ("run.99999999999999999999.ron", "run"),
            ("running.1.ron", "run"),
        ] {
            assert_eq!(number(file, stem), None, "{file}");
        }
        assert_eq!(number("run.1.2.ron", "run.1"), Some(2));
    }
}
