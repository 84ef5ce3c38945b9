//! Where sessions lie when nobody says so: the `sessions` folder in the user's data folder.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use directories::ProjectDirs;

use super::SessionError;
use crate::data::short_name;
use crate::learning::Configuration;

/// One line of a list of sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
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
    let folders = ProjectDirs::from("", "", "vae-tui").ok_or(SessionError::NoFolder)?;
    Ok(folders.data_dir().join("sessions"))
}

/// Where a run is saved when nobody says where: a new file in the usual folder.
///
/// # Errors
/// If the user's home folder is not known.
pub fn new_file(configuration: &Configuration) -> Result<PathBuf, SessionError> {
    Ok(free_name(&sessions()?, configuration))
}

/// A file name in `folder` that is not taken: `mnist-20d-1.ron`.
pub fn free_name(folder: &Path, configuration: &Configuration) -> PathBuf {
    let data = short_name(&configuration.data);
    let name = |number: u32| format!("{data}-{}d-{number}.ron", configuration.latent);
    let mut candidates = (1..u32::MAX).map(|number| folder.join(name(number)));
    candidates
        .find(|path| !path.exists())
        .unwrap_or_else(|| folder.join(name(u32::MAX)))
}

/// The sessions in `folders`, the newest first; none of a folder that can't be read.
pub fn list(folders: &[PathBuf]) -> Vec<Entry> {
    // One folder may be named twice.
    let folders: BTreeSet<PathBuf> = folders
        .iter()
        .filter_map(|folder| folder.canonicalize().ok())
        .collect();
    let files = folders
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten()
        .flatten();
    let paths = files.map(|file| file.path());
    let mut entries: Vec<Entry> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "ron"))
        .filter_map(entry)
        .collect();
    entries.sort_by(|a, b| b.modified.cmp(&a.modified).then_with(|| a.path.cmp(&b.path)));
    entries
}

fn entry(path: PathBuf) -> Option<Entry> {
    let modified = std::fs::metadata(&path).ok()?.modified().ok()?;
    let mut first_line = String::new();
    // A session says what it is within its first line; a foreign file may have no lines at all.
    BufReader::new(File::open(&path).ok()?)
        .take(400)
        .read_line(&mut first_line)
        .ok()?;
    let summary = first_line.trim().strip_prefix("// ").unwrap_or("").to_owned();
    Some(Entry {
        path,
        summary,
        modified,
    })
}
