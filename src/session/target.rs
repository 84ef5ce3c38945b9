//! A path as something to save to: what it means, what lies there, and whether that may be replaced.

use std::fs::{File, Metadata};
use std::io::{Error, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::SessionError;
use super::document::FORMAT;
use crate::files::identity;

/// Where a session goes.
#[derive(Debug)]
pub(super) struct Target {
    /// The file; a link is followed to what it points to.
    pub path: PathBuf,
    /// Its folder, which may not exist yet.
    pub folder: PathBuf,
    /// What lies there now: a session, or an empty file.
    pub existing: Option<Metadata>,
}

/// Bytes of a file's beginning that are looked through for the name of the format, which follows the first line.
const HEAD: u64 = 8 << 10;
/// Links that are followed before they are taken for a ring.
const MOST_LINKS: usize = 40;

impl Target {
    /// What `path` means, if it can hold a session.
    ///
    /// # Errors
    /// If it names a folder, a device, something that is no session, or a file that is write-protected.
    pub fn of(path: &Path) -> Result<Self, SessionError> {
        let failed = |cause| SessionError::Write {
            path: path.to_owned(),
            cause,
        };
        let target = followed(path).map_err(failed)?;
        // `run.ron/` and `..` have no file name of their own, though `Path` finds one in the first.
        let ends_in_separator = path
            .as_os_str()
            .as_encoded_bytes()
            .last()
            .is_some_and(|&byte| std::path::is_separator(char::from(byte)));
        if ends_in_separator || target.file_name().is_none() {
            return Err(failed(ErrorKind::IsADirectory.into()));
        }
        let existing = match std::fs::metadata(&target) {
            Ok(metadata) => {
                check_replaceable(&target, &metadata).map_err(failed)?;
                Some(metadata)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        let folder = target
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
            .to_owned();
        Ok(Self {
            path: target,
            folder,
            existing,
        })
    }
}

/// The file that a path means, links followed, whether or not it exists.
fn followed(path: &Path) -> std::io::Result<PathBuf> {
    if let Ok(path) = path.canonicalize() {
        return Ok(path);
    }
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(link) = path.read_link() else {
            return Ok(path);
        };
        path = path.parent().unwrap_or(Path::new("")).join(link);
    }
    Err(Error::other("its links lead in a ring"))
}

fn check_replaceable(path: &Path, metadata: &Metadata) -> std::io::Result<()> {
    if metadata.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        return Err(Error::other(
            "it is no file but a device, a pipe or a socket, which is not replaced",
        ));
    }
    // Whoever may do anything would not be refused by the system.
    if metadata.permissions().readonly() {
        return Err(Error::other("it is write-protected"));
    }
    let mut file = File::options().read(true).write(true).open(path)?;
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    let is_session = head
        .windows(FORMAT.len())
        .any(|window| window == FORMAT.as_bytes());
    if is_session || head.is_empty() {
        Ok(())
    } else {
        Err(Error::other(
            "there is something else that is not a vae-tui session, and it is not replaced",
        ))
    }
}

/// What a session file was like when it was last read or written here, to notice what others did with it since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// What changes with every write; none where only the content is known.
    stamp: Option<Stamp>,
    checksum: u32,
}

impl Identity {
    /// Of a file with that metadata and content.
    pub(super) fn new(metadata: &Metadata, content: &[u8]) -> Self {
        Self {
            stamp: Some(Stamp::of(metadata)),
            ..Self::of_content(content)
        }
    }

    /// Of any file with that content.
    pub(super) fn of_content(content: &[u8]) -> Self {
        Self {
            stamp: None,
            checksum: crc32fast::hash(content),
        }
    }

    /// Of what lies at `path` now.
    pub(super) fn read(path: &Path) -> std::io::Result<Self> {
        Ok(Self::new(&std::fs::metadata(path)?, &std::fs::read(path)?))
    }

    /// Whether what lies at `path` is still the same. A file that was only copied back or touched is.
    pub(super) fn fits(&self, path: &Path, metadata: &Metadata) -> bool {
        self.stamp == Some(Stamp::of(metadata))
            || std::fs::read(path).is_ok_and(|content| crc32fast::hash(&content) == self.checksum)
    }
}

/// What changes with every write.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<std::time::SystemTime>,
    /// Device and number of the file: another after it was replaced.
    file: (u64, u64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            file: identity(metadata),
        }
    }
}
