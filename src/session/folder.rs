//! Where sessions lie when nobody says so: the `sessions` folder in the user's data folder.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::SessionError;
use super::generations::{self, Generation};
use crate::data::short_name;
use crate::files::open_regular;
use crate::folders;
use crate::learning::Configuration;

/// One line of a list of sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEntry {
    /// The file.
    pub path: PathBuf,
    /// What the file says of itself in its first line.
    pub summary: String,
    /// When it was last written.
    pub modified: SystemTime,
}

/// The folder for sessions; it may not exist yet.
///
/// # Errors
/// If the user's home folder is not known.
pub fn sessions() -> Result<PathBuf, SessionError> {
    let folder = folders::data().ok_or(SessionError::NoFolder)?;
    Ok(folder.join("sessions"))
}

/// What follows the run's name in that of a copy that is made from time to time.
const AUTOSAVE: &str = ".autosave";
/// Bytes of the data's name in a file name, which has room for 255 in most file systems.
const LONGEST: usize = 60;

/// Names for the file of a run, one after the other until one is free: `mnist-20d-1.ron`, or `mnist-20d-1.autosave.ron`.
pub fn names(configuration: &Configuration, is_autosave: bool) -> impl Iterator<Item = String> + use<> {
    let stem = stem(configuration);
    let ending = if is_autosave { AUTOSAVE } else { "" };
    (1..u32::MAX).map(move |number| format!("{stem}-{number}{ending}.ron"))
}

/// What the name of a run's file begins with: `mnist-20d`.
pub fn stem(configuration: &Configuration) -> String {
    let data = file_name_part(short_name(&configuration.data));
    format!("{data}-{}d", configuration.latent)
}

/// Whether a file is a copy of a run that was made from time to time.
pub fn is_autosave(path: &Path) -> bool {
    path.file_stem()
        .is_some_and(|stem| stem.as_encoded_bytes().ends_with(AUTOSAVE.as_bytes()))
}

/// Whether a program that ended badly left the copy of a run in the usual folder.
pub fn has_left_behind() -> bool {
    sessions().is_ok_and(|folder| files(&folder).any(|path| is_autosave(&path) && entry(path).is_some()))
}

/// What any file system takes as part of a name: letters, digits and dashes, not too many.
fn file_name_part(name: &str) -> String {
    let mut part = String::new();
    for character in name.chars() {
        let character = if character.is_alphanumeric() || character == '_' {
            character
        } else {
            '-'
        };
        if part.len() + character.len_utf8() > LONGEST {
            break;
        }
        part.push(character);
    }
    let part = part.trim_matches('-');
    if part.is_empty() { "run" } else { part }.to_owned()
}

/// The sessions in `folders`, the newest first; none of a folder that can't be read.
pub fn list(folders: &[PathBuf]) -> Vec<SessionEntry> {
    // One folder may be named twice.
    let folders: BTreeSet<PathBuf> = folders
        .iter()
        .filter_map(|folder| folder.canonicalize().ok())
        .collect();
    let mut entries: Vec<SessionEntry> = folders
        .iter()
        .flat_map(|folder| files(folder))
        .filter_map(entry)
        .collect();
    entries.sort_by(|a, b| b.modified.cmp(&a.modified).then_with(|| a.path.cmp(&b.path)));
    entries
}

/// The earlier states of the session `path`, the newest first.
pub fn earlier(path: &Path) -> Vec<SessionEntry> {
    let entry = |earlier: Generation| SessionEntry {
        path: earlier.path,
        summary: earlier.summary,
        modified: earlier.saved,
    };
    generations::list(path).into_iter().map(entry).collect()
}

/// What may be a session by its name; nothing in a folder that can't be read.
fn files(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = files.map(|file| file.path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "ron"))
}

fn entry(path: PathBuf) -> Option<SessionEntry> {
    let file = open_regular(&path).ok()?;
    let modified = file.metadata().ok()?.modified().ok()?;
    // A living program looks after its copies itself.
    if is_autosave(&path) && matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        return None;
    }
    Some(SessionEntry {
        summary: first_line(file)?,
        path,
        modified,
    })
}

/// What a session file says of itself in its first line; none for an empty file and what is not text.
pub fn summary(path: &Path) -> Option<String> {
    first_line(open_regular(path).ok()?).filter(|summary| !summary.is_empty())
}

/// A session says what it is within its first line; a foreign file may have no lines at all.
fn first_line(file: File) -> Option<String> {
    let mut line = String::new();
    BufReader::new(file).take(400).read_line(&mut line).ok()?;
    let line = line.trim_start_matches('\u{feff}').trim();
    Some(line.strip_prefix("// ").unwrap_or("").to_owned())
}
