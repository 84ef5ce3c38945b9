//! The steps by which a file reaches a disk, behind one trait: whatever the program saves takes them, and tests put another disk in
//! the place of the system's, on which a step fails, or is the last one before the power goes.

use std::cell::RefCell;
use std::fs::File;
use std::io::{ErrorKind, Result, Write};
use std::path::Path;
use std::sync::Arc;

use crate::platform::create_for_others;

/// What can be done to files and names. A step may fail as the system's can; then nothing of it was done, but for a write, which may
/// have written less than it was given.
pub trait Disk: Send + Sync {
    /// Makes a folder, and those that it lies in.
    ///
    /// # Errors
    /// If the system refuses.
    fn make_folder(&self, folder: &Path) -> Result<()>;

    /// Makes a new, empty file.
    ///
    /// # Errors
    /// If something has that name, or the system refuses.
    fn create(&self, path: &Path) -> Result<File>;

    /// Writes some of `bytes` where the file is at; how many comes back.
    ///
    /// # Errors
    /// If the system refuses.
    fn write(&self, file: &mut File, bytes: &[u8]) -> Result<usize>;

    /// Returns once what was written is on the disk.
    ///
    /// # Errors
    /// If it may not be.
    fn flush(&self, file: &File) -> Result<()>;

    /// Gives a file another name in one step, in place of what has it.
    ///
    /// # Errors
    /// If the system refuses.
    fn rename(&self, from: &Path, to: &Path) -> Result<()>;

    /// Gives a file another name in one step, if nothing has it.
    ///
    /// # Errors
    /// If something has it, or the system refuses.
    fn rename_to_free(&self, from: &Path, to: &Path) -> Result<()>;

    /// Gives a file a second name.
    ///
    /// # Errors
    /// If something has that name, the file system has no hard links, or the system refuses.
    fn link(&self, from: &Path, to: &Path) -> Result<()>;

    /// Takes a name away, and the file with its last one.
    ///
    /// # Errors
    /// If nothing has it, or the system refuses.
    fn remove(&self, path: &Path) -> Result<()>;

    /// Returns once the names in a folder are on the disk.
    ///
    /// # Errors
    /// If they may not be.
    fn flush_folder(&self, folder: &Path) -> Result<()>;
}

/// The system's.
#[derive(Clone, Copy, Debug)]
pub struct System;

impl Disk for System {
    fn make_folder(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder)
    }

    fn create(&self, path: &Path) -> Result<File> {
        let mut options = File::options();
        options.read(true).write(true).create_new(true);
        // Others may read it as the user's umask allows.
        create_for_others(&mut options);
        options.open(path)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> Result<usize> {
        file.write(bytes)
    }

    fn flush(&self, file: &File) -> Result<()> {
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        std::fs::rename(from, to)
    }

    fn rename_to_free(&self, from: &Path, to: &Path) -> Result<()> {
        let from = tempfile::TempPath::try_from_path(from)?;
        from.persist_noclobber(to).map_err(|refused| {
            // It is no temporary file of that crate's, which would remove it.
            let _ = refused.path.keep();
            refused.error
        })
    }

    fn link(&self, from: &Path, to: &Path) -> Result<()> {
        std::fs::hard_link(from, to)
    }

    fn remove(&self, path: &Path) -> Result<()> {
        std::fs::remove_file(path)
    }

    fn flush_folder(&self, folder: &Path) -> Result<()> {
        // Not every system opens folders, nor can each file system say that one is on the disk.
        let Ok(folder) = File::open(folder) else {
            return Ok(());
        };
        match folder.sync_all() {
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::InvalidInput | ErrorKind::Unsupported | ErrorKind::PermissionDenied
                ) =>
            {
                Ok(())
            }
            flushed => flushed,
        }
    }
}

thread_local! {
    static DISK: RefCell<Arc<dyn Disk>> = RefCell::new(Arc::new(System));
}

/// The disk that this thread saves to: the system's, but within [`with_disk`].
pub fn disk() -> Arc<dyn Disk> {
    DISK.with_borrow(Clone::clone)
}

/// Does `work` with another disk in the place of this thread's.
pub fn with_disk<R>(disk: Arc<dyn Disk>, work: impl FnOnce() -> R) -> R {
    /// Puts the disk back, whether or not the work panics.
    struct Before(Option<Arc<dyn Disk>>);
    impl Drop for Before {
        fn drop(&mut self) {
            if let Some(disk) = self.0.take() {
                DISK.set(disk);
            }
        }
    }
    let _before = Before(Some(DISK.replace(disk)));
    work()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_stays_with_what_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        System.create(&at("a")).unwrap().write_all(b"a").unwrap();
        System.create(&at("b")).unwrap().write_all(b"b").unwrap();
        let taken = [
            System.rename_to_free(&at("a"), &at("b")),
            System.link(&at("a"), &at("b")),
            System.create(&at("b")).map(drop),
        ];
        for refused in taken {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::AlreadyExists);
        }
        assert_eq!(std::fs::read(at("a")).unwrap(), b"a");
        System.rename_to_free(&at("a"), &at("c")).unwrap();
        System.rename(&at("c"), &at("b")).unwrap();
        assert_eq!(std::fs::read(at("b")).unwrap(), b"a");
        System.flush_folder(folder.path()).unwrap();
        System.flush_folder(&at("nowhere")).unwrap();
    }
}
