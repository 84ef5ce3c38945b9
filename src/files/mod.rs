//! Files: only regular ones are opened, new ones are written as a whole or not at all, and their names are shown so that no
//! terminal is disturbed.

pub mod disk;
mod new_file;

use std::fs::{File, FileType};
use std::io::{BufWriter, Error, ErrorKind, IntoInnerError, Read, Result};
use std::path::Path;

pub use crate::platform::identity;
pub use new_file::{NewFile, settle};

use crate::platform::{open_at_once, special_name};
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
    open_at_once(&mut options);
    let file = options.open(path)?;
    // Something else may have taken the name meanwhile.
    check_regular(file.metadata()?.file_type())?;
    Ok(file)
}

/// The text of a regular file that has no more than `most` bytes.
///
/// # Errors
/// If the file can't be opened or read, is no text in UTF-8, or has more bytes.
pub fn read_text(path: &Path, most: u64) -> Result<String> {
    let mut text = String::new();
    open_regular(path)?.take(most + 1).read_to_string(&mut text)?;
    if text.len() as u64 > most {
        return Err(Error::new(
            ErrorKind::InvalidData,
            format!("it has more than {most} bytes"),
        ));
    }
    Ok(text)
}

fn check_regular(kind: FileType) -> Result<()> {
    if kind.is_file() {
        return Ok(());
    }
    Err(Error::other(format!("it is {}, not a file", name(kind))))
}

/// Writes a file as a whole or not at all: `write` fills a new one beside it, which takes the name in one step. What lay
/// there before is replaced; a link keeps pointing where it did.
///
/// # Errors
/// If the folder or the file can't be written, something else than a file has that name, or `write` fails; what lay there is
/// then as it was. If only the new name may not be on the disk yet, that is an error too.
pub fn write_whole<E: From<Error>>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<NewFile>) -> std::result::Result<(), E>,
) -> std::result::Result<(), E> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let replaced = match std::fs::metadata(&target) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    if let Some(replaced) = &replaced {
        check_regular(replaced.file_type())?;
        if replaced.permissions().readonly() {
            return Err(Error::other("it is write-protected").into());
        }
    }
    let folder = holder(&target);
    let mut output = BufWriter::new(NewFile::create(folder, replaced.as_ref())?);
    write(&mut output)?;
    let file = output.into_inner().map_err(IntoInnerError::into_error)?;
    file.flush_to_disk()?;
    file.replace(&target)?;
    Ok(settle(folder)?)
}

/// Makes a folder, and those that it lies in, and returns once their names are on the disk.
///
/// # Errors
/// If the system refuses.
pub fn make_folder(folder: &Path) -> Result<()> {
    let disk = disk::disk();
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<&Path> = folder.ancestors().take_while(is_missing).collect();
    for folder in missing.into_iter().rev() {
        disk.make_folder(folder)?;
        disk.flush_folder(holder(folder))?;
    }
    Ok(())
}

/// The folder that something lies in.
fn holder(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// What a file that is not regular is called.
fn name(kind: FileType) -> &'static str {
    special_name(kind).unwrap_or(if kind.is_dir() {
        "a folder"
    } else {
        "something else"
    })
}

/// A path for a person to read, on one line: control characters in it are written as escapes.
pub fn shown(path: &Path) -> String {
    plain(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn names_are_shown_on_one_line_without_control_characters() {
        let name = "a\nb\x1b[2J\u{9b}\u{7f} ü.idx";
        assert_eq!(shown(Path::new(name)), r"a\nb\u{1b}[2J\u{9b}\u{7f} ü.idx");
    }

    #[test]
    fn a_file_is_written_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let write = |words: &'static str, fails: bool| {
            write_whole(&path, |file| {
                file.write_all(words.as_bytes())?;
                if fails { Err(Error::other("full")) } else { Ok(()) }
            })
        };
        assert!(write("half", true).is_err() && !path.exists());
        write("first", false).unwrap();
        assert!(write("half", true).is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        write("second", false).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "nothing lies beside it");
        assert!(write_whole(folder.path(), |_| Ok::<(), Error>(())).is_err());
        let mut permissions = std::fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        let said = write("third", false).unwrap_err().to_string();
        assert_eq!(said, "it is write-protected");
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
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
