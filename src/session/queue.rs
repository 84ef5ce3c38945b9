//! The queue of the workbench on disk: runs that wait to be trained, kept in the folder of the sessions so that a restart goes on.

use std::fs::{File, TryLockError};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

use ron::ser::PrettyConfig;
use serde::{Deserialize, Serialize};

use crate::files::{read_text, write_whole};
use crate::learning::Configuration;

/// A folder of its own, since whatever else lies in that of the sessions is taken for one.
const FOLDER: &str = "queue";
/// The runs.
const RUNS: &str = "queue.ron";
/// Locked by the program whose queue it is.
const LOCK: &str = "lock";
/// Bytes that are read of it at most.
const LARGEST: u64 = 16 << 20;

/// A run that waits to be trained, or to be trained further.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueuedRun {
    /// What it computes.
    pub configuration: Configuration,
    /// Where it lies, once it was begun.
    #[serde(default)]
    pub file: Option<PathBuf>,
}

impl From<Configuration> for QueuedRun {
    fn from(configuration: Configuration) -> Self {
        Self {
            configuration,
            file: None,
        }
    }
}

/// The queue on disk, this program's alone for as long as it is open.
#[derive(Debug)]
pub struct KeptQueue {
    path: PathBuf,
    _lock: File,
}

impl KeptQueue {
    /// The queue beside the sessions in `folder`, and the runs that wait in it; none where another program has it open.
    ///
    /// # Errors
    /// If it can't be read, or is no queue; it stays as it is then.
    pub fn open(folder: &Path) -> Result<Option<(Self, Vec<QueuedRun>)>> {
        let folder = folder.join(FOLDER);
        std::fs::create_dir_all(&folder)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(LOCK))?;
        match lock.try_lock() {
            // A file system without locks has nobody else to share it with that could be known of.
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
        }
        let path = folder.join(RUNS);
        let runs = match read_text(&path, LARGEST) {
            Ok(text) => ron::from_str(&text).map_err(|error| Error::new(ErrorKind::InvalidData, error))?,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(Some((Self { path, _lock: lock }, runs)))
    }

    /// Keeps these runs in place of those before.
    ///
    /// # Errors
    /// If the file can't be written; it is then as it was.
    pub fn keep(&self, runs: &[QueuedRun]) -> Result<()> {
        let text =
            ron::ser::to_string_pretty(runs, PrettyConfig::new().depth_limit(3)).map_err(Error::other)?;
        write_whole(&self.path, |file| writeln!(file, "{text}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::Preset;

    #[test]
    fn what_is_kept_is_there_again_and_belongs_to_one_program() {
        let folder = tempfile::tempdir().unwrap();
        let (queue, runs) = KeptQueue::open(folder.path()).unwrap().unwrap();
        assert_eq!(runs, []);
        let waiting: QueuedRun = Preset::PaperMnist.configuration(2).into();
        let begun = QueuedRun {
            file: Some("/a/b.ron".into()),
            ..waiting.clone()
        };
        queue.keep(&[begun.clone(), waiting.clone()]).unwrap();
        assert!(
            KeptQueue::open(folder.path()).unwrap().is_none(),
            "another program has it"
        );
        drop(queue);
        let (_, runs) = KeptQueue::open(folder.path()).unwrap().unwrap();
        assert_eq!(runs, [begun, waiting]);
    }

    #[test]
    fn what_is_no_queue_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        drop(KeptQueue::open(folder.path()).unwrap());
        let path = folder.path().join(FOLDER).join(RUNS);
        std::fs::write(&path, "(something: else)").unwrap();
        assert!(KeptQueue::open(folder.path()).is_err());
        assert_eq!(std::fs::read_to_string(path).unwrap(), "(something: else)");
    }
}
