//! Saved runs renamed, thrown away and brought back.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use super::file::lock;
use super::save::failed;
use super::{SessionError, generations};
use crate::files::disk::disk;
use crate::files::{make_folder, settle};

/// The folder beside sessions for those that were thrown away.
const TRASH: &str = "trash";

/// Gives the session `path` another name in its folder; the ending `.ron` need not be typed. Returns where it lies then.
///
/// # Errors
/// If the name is none, something has it already, another program saves to the file, or the system refuses.
pub fn rename(path: &Path, name: &str) -> Result<PathBuf, SessionError> {
    let name = name.trim();
    let stem = name.strip_suffix(".ron").unwrap_or(name);
    let is_name = !stem.is_empty()
        && !stem.starts_with('.')
        && !stem.contains(|character: char| character.is_control() || std::path::is_separator(character));
    if !is_name {
        let cause = Error::other("a name has letters, and no separators of folders");
        return Err(failed(path, cause));
    }
    let to = path.with_file_name(format!("{stem}.ron"));
    moved(path, &to)?;
    Ok(to)
}

/// Puts the session `path` into the folder for what was thrown away, beside it. Returns where it lies then.
///
/// # Errors
/// If another program saves to the file, or the system refuses.
pub fn throw_away(path: &Path) -> Result<PathBuf, SessionError> {
    let folder = path.parent().unwrap_or(Path::new("")).join(TRASH);
    make_folder(&folder).map_err(|cause| failed(&folder, cause))?;
    let to = free(&folder.join(path.file_name().unwrap_or_default()));
    moved(path, &to)?;
    Ok(to)
}

/// Brings a session that was thrown away back to `to`.
///
/// # Errors
/// If something lies there by now, or the system refuses.
pub fn bring_back(thrown: &Path, to: &Path) -> Result<(), SessionError> {
    moved(thrown, to)
}

/// Where a run that goes on apart from the one at `path` is saved: `NAME-fork.ron` beside it, or with a number if there is one.
pub fn fork_of(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    free(&path.with_file_name(format!("{stem}-fork.ron")))
}

/// This path, or with the first number behind its name with which nothing lies there.
fn free(path: &Path) -> PathBuf {
    let stem = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let numbered = (2_u32..).map(|number| path.with_file_name(format!("{stem}-{number}.ron")));
    let mut paths = std::iter::once(path.to_owned()).chain(numbered);
    let found = paths.find(|path| path.symlink_metadata().is_err());
    found.unwrap_or_else(|| path.to_owned())
}

/// Moves a file that nobody saves to, to where nothing lies.
fn moved(from: &Path, to: &Path) -> Result<(), SessionError> {
    let _lock = lock(from, from)?;
    disk()
        .rename_to_free(from, to)
        .map_err(|cause| match cause.kind() {
            ErrorKind::AlreadyExists => failed(to, cause),
            _ => failed(from, cause),
        })?;
    generations::follow(from, to);
    [to, from]
        .into_iter()
        .filter_map(Path::parent)
        .try_for_each(|folder| settle(folder).map_err(|cause| failed(to, cause)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_renamed_thrown_away_and_brought_back_and_nothing_is_ever_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["a.ron", "b.ron"] {
            std::fs::write(at(name), name).unwrap();
        }
        assert!(rename(&at("a.ron"), "b").is_err());
        for name in ["", "../c", "x/y", ".ron", ".hidden", "\u{1b}"] {
            assert!(rename(&at("a.ron"), name).is_err(), "{name:?}");
        }
        assert_eq!(rename(&at("a.ron"), "c.ron").unwrap(), at("c.ron"));
        let thrown = throw_away(&at("c.ron")).unwrap();
        assert_eq!(thrown, at("trash").join("c.ron"));
        std::fs::write(at("c.ron"), "another").unwrap();
        assert_eq!(throw_away(&at("c.ron")).unwrap(), at("trash").join("c-2.ron"));
        bring_back(&thrown, &at("c.ron")).unwrap();
        assert_eq!(std::fs::read_to_string(at("c.ron")).unwrap(), "a.ron");
        assert!(bring_back(&at("trash").join("c-2.ron"), &at("b.ron")).is_err());
        let held = std::fs::File::open(at("b.ron")).unwrap();
        held.lock().unwrap();
        assert!(matches!(
            throw_away(&at("b.ron")),
            Err(SessionError::InUse { .. })
        ));
    }

    #[test]
    fn a_fork_has_the_name_of_its_run() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run.ron");
        assert_eq!(fork_of(&run), folder.path().join("run-fork.ron"));
        std::fs::write(fork_of(&run), "").unwrap();
        assert_eq!(fork_of(&run), folder.path().join("run-fork-2.ron"));
    }
}
