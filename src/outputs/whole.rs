//! Files that are written as a whole, unless that is broken off.

use std::io::{BufWriter, Error, ErrorKind, Result as IoResult, Seek, SeekFrom, Write};
use std::path::Path;

use super::OutputError;
use crate::cancel::Cancel;
use crate::files::{NewFile, shown, write_whole};

/// Bytes after which the wish is looked at again.
const ROUND: usize = 1 << 20;

/// A writer that fails as soon as somebody wishes that the writing be broken off.
///
/// What is written after the first fault, whichever that is, goes nowhere: an archive that is dropped would complain on
/// standard error, in the middle of the screen, that it can't be finished, or panic where the file is shorter than it was.
pub struct Watched<'a, W> {
    inner: W,
    cancel: &'a Cancel,
    has_failed: bool,
    /// Where in the file it is.
    position: u64,
    /// How long the file is; after a fault it is always at its end.
    length: u64,
}

impl<'a, W> Watched<'a, W> {
    /// Writes to `inner`, from its beginning.
    pub fn new(inner: W, cancel: &'a Cancel) -> Self {
        Self {
            inner,
            cancel,
            has_failed: false,
            position: 0,
            length: 0,
        }
    }

    fn noted<T>(&mut self, result: IoResult<T>) -> IoResult<T> {
        // What was interrupted is tried again.
        self.has_failed |= matches!(&result, Err(error) if error.kind() != ErrorKind::Interrupted);
        result
    }
}

impl<W: Write> Write for Watched<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> IoResult<usize> {
        let written = match self.cancel.is_cancelled() {
            _ if self.has_failed => Ok(bytes.len()),
            true => Err(Error::other("it was broken off")),
            false => self.inner.write(&bytes[..bytes.len().min(ROUND)]),
        };
        let count = self.noted(written)?;
        self.position = self.position.saturating_add(count as u64);
        self.length = self.length.max(self.position);
        Ok(count)
    }

    fn flush(&mut self) -> IoResult<()> {
        if self.has_failed {
            return Ok(());
        }
        let flushed = self.inner.flush();
        self.noted(flushed)
    }
}

impl<W: Seek> Seek for Watched<'_, W> {
    fn seek(&mut self, to: SeekFrom) -> IoResult<u64> {
        if self.has_failed {
            return Ok(self.length);
        }
        let sought = self.inner.seek(to);
        self.position = self.noted(sought)?;
        Ok(self.position)
    }
}

/// Writes a file as a whole, or not at all: what lay there stays if `write` fails or `cancel` is wished before the end.
///
/// # Errors
/// If the file can't be written, `write` fails, or it was broken off.
pub fn write_file(
    path: &Path,
    cancel: &Cancel,
    write: impl FnOnce(&mut Watched<'_, &mut BufWriter<NewFile>>) -> Result<(), OutputError>,
) -> Result<(), OutputError> {
    let written = write_whole(path, |output| {
        let mut watched = Watched::new(output, cancel);
        write(&mut watched)?;
        if watched.has_failed {
            return Err(Error::other("a fault on the way was not told").into());
        }
        // Nothing is left to be written, which a wish can no longer refuse.
        if cancel.is_cancelled() {
            return Err(broken_off(path));
        }
        Ok(())
    });
    written.map_err(|error| match error {
        _ if cancel.is_cancelled() => broken_off(path),
        OutputError::Io(source) => OutputError::unwritten(path)(source),
        other => other,
    })
}

/// That it was broken off.
pub(super) fn broken_off(path: &Path) -> OutputError {
    OutputError::BrokenOff { path: shown(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_off_leaves_what_lay_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "before").unwrap();
        // The wish comes after so many rounds: at the beginning, in the middle, before the last.
        for looks in [0, 1, 3] {
            let cancel = Cancel::after_looks(looks);
            let written = write_file(
                &path,
                &cancel,
                |output| Ok(output.write_all(&vec![1; 4 * ROUND])?),
            );
            let said = written.unwrap_err().to_string();
            assert_eq!(said, format!("broken off: {} is not written", shown(&path)));
            assert_eq!(std::fs::read(&path).unwrap(), b"before");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        }
        write_file(
            &path,
            &Cancel::default(),
            |output| Ok(output.write_all(b"after")?),
        )
        .unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"after");
        let said = write_file(folder.path(), &Cancel::default(), |_| Ok(())).unwrap_err();
        assert!(matches!(said, OutputError::Unwritten { .. }));
    }
}
