//! Files that others made: only regular ones are opened, and their names are written so that no terminal is disturbed. And
//! files that are made here: written as a whole or not at all.

use std::fs::{File, FileType, Permissions};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::Path;

#[cfg(unix)]
use rustix::fs::OFlags;

use crate::words::plain;

/// Opens a regular file for reading.
///
/// Whatever stands behind the name, the call returns at once: opening a FIFO would wait for someone to write to it, and
/// opening a device can set it going.
///
/// # Errors
/// If the file can't be opened, or is a folder, a FIFO, a socket or a device.
pub fn open_regular(path: &Path) -> Result<File> {
    check_regular(std::fs::metadata(path)?.file_type())?;
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed(),
    );
    let file = options.open(path)?;
    // Something else may have taken the name meanwhile.
    check_regular(file.metadata()?.file_type())?;
    Ok(file)
}

/// Writes `bytes` to `path`, in place of a file that lies there: all of them, or what lay there stays as it was.
///
/// They go to a temporary file beside it, which takes the name in one step. A link keeps pointing where it did.
///
/// # Errors
/// If there is a folder, a FIFO, a socket, a device or a write-protected file, or the folder or the disk takes no file.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let there = path.canonicalize();
    let target = there.as_deref().unwrap_or(path);
    let replaced = match std::fs::metadata(target) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if let Some(replaced) = &replaced {
        check_regular(replaced.file_type())?;
        if replaced.permissions().readonly() {
            return Err(Error::other("it is write-protected"));
        }
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut temporary = builder
        .prefix(".vae-tui-")
        .suffix(".saving")
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    if let Some(replaced) = replaced {
        let permissions: Permissions = replaced.permissions();
        temporary.as_file().set_permissions(permissions)?;
    }
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(target).map_err(|error| error.error)?;
    Ok(())
}

fn check_regular(kind: FileType) -> Result<()> {
    if kind.is_file() {
        return Ok(());
    }
    Err(Error::other(format!("it is {}, not a file", name(kind))))
}

/// What a file that is not regular is called.
fn name(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a FIFO";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "a device";
        }
    }
    if kind.is_dir() {
        "a folder"
    } else {
        "something else"
    }
}

/// A path for a person to read, on one line: control characters in it are written as escapes.
pub fn shown(path: &Path) -> String {
    plain(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_on_one_line_without_control_characters() {
        let name = "a\nb\x1b[2J\u{9b}\u{7f} ü.idx";
        assert_eq!(shown(Path::new(name)), r"a\nb\u{1b}[2J\u{9b}\u{7f} ü.idx");
    }

    #[test]
    fn a_file_is_written_whole_and_nothing_else_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture");
        for bytes in [&b"first"[..], b"2"] {
            write_whole(&path, bytes).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), bytes);
        }
        let refused = |path: &Path| write_whole(path, b"x").unwrap_err().to_string();
        assert_eq!(refused(folder.path()), "it is a folder, not a file");
        assert!(write_whole(&folder.path().join("no/such/folder"), b"x").is_err());
        let mut permissions = std::fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        assert_eq!(refused(&path), "it is write-protected");
        assert_eq!(std::fs::read(&path).unwrap(), b"2");
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }

    #[cfg(unix)]
    #[test]
    fn only_regular_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status();
        assert!(made.is_ok_and(|status| status.success()));
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&fifo, &link).unwrap();
        for (path, kind) in [
            (fifo.as_path(), "a FIFO"),
            (&link, "a FIFO"),
            (&socket, "a socket"),
            (Path::new("/dev/null"), "a device"),
            (folder.path(), "a folder"),
        ] {
            let said = open_regular(path).unwrap_err().to_string();
            assert_eq!(said, format!("it is {kind}, not a file"));
        }
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        assert!(open_regular(&file).is_ok());
    }
}
