//! Files that are written before they take their name, and what is left of them after a crash.

use std::fs::{File, Metadata, TryLockError};
use std::io::{ErrorKind, Result, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::disk::{Disk, disk};
use crate::platform::give_to_owner;

const PREFIX: &str = ".vae-tui-";
const SUFFIX: &str = ".saving";

/// A file that nobody holds is left alone for so long: one that was made just now is locked in the next moment.
const SETTLED: Duration = Duration::from_secs(10);
/// Where files can't be locked, nobody can tell who holds one; after so long no save is still under way.
const FORGOTTEN: Duration = Duration::from_secs(86_400);

/// A file that has only a temporary name yet, and goes with it unless it gets another.
pub struct NewFile {
    file: File,
    path: PathBuf,
    is_named: bool,
    disk: Arc<dyn Disk>,
}

impl NewFile {
    /// A new file in `folder`, locked as long as it is open.
    ///
    /// It has the mode and the owner of the file that it will replace; without one, others may read it as the user's
    /// umask allows, unlike the private one that is usual for temporary files.
    ///
    /// # Errors
    /// If the folder can't be written.
    pub fn create(folder: &Path, replaced: Option<&Metadata>) -> Result<Self> {
        let disk = disk();
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX);
        let (file, path) = builder
            .make_in(folder, |path| disk.create(path))?
            .keep()
            .map_err(|kept| kept.error)?;
        // Where the file system has no locks, the age alone says when a file was left. Whoever sweeps may hold it for a moment.
        let _ = file.lock();
        let new = Self {
            file,
            path,
            is_named: false,
            disk,
        };
        if let Some(replaced) = replaced {
            take_over(&new.file, replaced)?;
        }
        Ok(new)
    }

    /// Returns once everything that was written is on the disk.
    ///
    /// # Errors
    /// If it may not be.
    pub fn flush_to_disk(&self) -> Result<()> {
        self.disk.flush(&self.file)
    }

    /// Gives it a name, in place of what lies there; it comes back, still locked.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn replace(mut self, path: &Path) -> Result<File> {
        self.disk.rename(&self.path, path)?;
        self.is_named = true;
        self.file.try_clone()
    }

    /// Gives it the first of `names` in `folder` that is free, in one step: no two programs get the same.
    ///
    /// # Errors
    /// If none is free, or the system refuses.
    pub fn name(mut self, folder: &Path, names: impl Iterator<Item = String>) -> Result<(File, PathBuf)> {
        for name in names {
            let path = folder.join(name);
            if path.symlink_metadata().is_ok() {
                continue;
            }
            match self.disk.rename_to_free(&self.path, &path) {
                Ok(()) => {
                    self.is_named = true;
                    return Ok((self.file.try_clone()?, path));
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.disk.write(&mut self.file, bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Seek for NewFile {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.file.seek(to)
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_named {
            // What can't be removed now is swept later.
            let _ = self.disk.remove(&self.path);
        }
    }
}

/// Has the names in a folder on the disk, once a new one was given there, and sweeps what crashed saves left beside it.
///
/// # Errors
/// If the names may not be on the disk: a loss of power may bring back what had them before.
pub fn settle(folder: &Path) -> Result<()> {
    let settled = disk().flush_folder(folder);
    sweep(folder);
    settled
}

/// Gives `file` the owner and the mode of the one that it will replace.
fn take_over(file: &File, replaced: &Metadata) -> Result<()> {
    give_to_owner(file, replaced)?;
    file.set_permissions(replaced.permissions())
}

/// Removes what crashed saves left in `folder`: files of such a name that nobody holds.
fn sweep(folder: &Path) {
    let Ok(files) = std::fs::read_dir(folder) else {
        return;
    };
    for file in files.flatten() {
        let name = file.file_name();
        let is_ours = name
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        if is_ours && is_left(&file.path()) {
            // Another program may sweep at the same time.
            let _ = disk().remove(&file.path());
        }
    }
}

fn is_left(path: &Path) -> bool {
    let Ok(metadata) = std::fs::symlink_metadata(path) else {
        return false;
    };
    if !metadata.is_file() {
        return false;
    }
    let age = metadata
        .modified()
        .ok()
        .and_then(|modified| modified.elapsed().ok())
        .unwrap_or_default();
    let Ok(file) = File::open(path) else {
        return false;
    };
    match file.try_lock() {
        Ok(()) => age >= SETTLED,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => age >= FORGOTTEN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_crash_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let aged = |name: &str, age: Duration| {
            let file = File::create(at(name)).unwrap();
            file.set_modified(std::time::SystemTime::now() - age).unwrap();
            file
        };
        let (minute, second) = (Duration::from_secs(60), Duration::from_secs(1));
        drop(aged(".vae-tui-left.saving", minute));
        drop(aged(".vae-tui-new.saving", second));
        drop(aged("run.ron", minute));
        drop(aged(".other-left.saving", minute));
        std::fs::create_dir(at(".vae-tui-folder.saving")).unwrap();
        let held = aged(".vae-tui-held.saving", minute);
        held.try_lock().unwrap();

        sweep(folder.path());
        let mut left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let kept = [
            ".other-left.saving",
            ".vae-tui-folder.saving",
            ".vae-tui-held.saving",
            ".vae-tui-new.saving",
            "run.ron",
        ];
        assert_eq!(left, kept);

        drop(held);
        sweep(folder.path());
        assert!(!at(".vae-tui-held.saving").exists(), "nobody holds it any more");
    }
}
