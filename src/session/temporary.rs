//! Files that a session is written to before it takes its name, and what is left of them after a crash.

use std::fs::{File, Metadata, TryLockError};
use std::path::Path;
use std::time::Duration;

use tempfile::NamedTempFile;

const PREFIX: &str = ".vae-tui-";
const SUFFIX: &str = ".saving";

/// A file that nobody holds is left alone for so long: one that was made just now is locked in the next moment.
const SETTLED: Duration = Duration::from_secs(10);
/// Where files can't be locked, nobody can tell who holds one; after so long no save is still under way.
const FORGOTTEN: Duration = Duration::from_secs(86_400);

/// A new file in `folder`, which is made where there is none, locked as long as it is open.
///
/// It has the mode and the owner of the file that it will replace; without one, others may read it as the user's
/// umask allows, unlike the private one that is usual for temporary files.
pub(super) fn create(folder: &Path, replaced: Option<&Metadata>) -> std::io::Result<NamedTempFile> {
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let temporary = builder.tempfile_in(folder)?;
    // Where the file system has no locks, the age alone says when a file was left. Whoever sweeps may hold it for a moment.
    let _ = temporary.as_file().lock();
    if let Some(replaced) = replaced {
        take_over(temporary.as_file(), replaced)?;
    }
    Ok(temporary)
}

/// Gives `file` the owner and the mode of the one that it will replace.
fn take_over(file: &File, replaced: &Metadata) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let own = file.metadata()?;
        if (own.uid(), own.gid()) != (replaced.uid(), replaced.gid()) {
            // Only root may give a file away; for everybody else the content matters more than whose it is.
            let _ = fchown(file, Some(replaced.uid()), Some(replaced.gid()));
        }
    }
    file.set_permissions(replaced.permissions())
}

/// Removes what crashed saves left in `folder`: files of such a name that nobody holds.
pub(super) fn sweep(folder: &Path) {
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
            let _ = std::fs::remove_file(file.path());
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
