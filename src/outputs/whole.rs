//! Files that are written as a whole, unless that is broken off.

use std::io::{BufWriter, Error, Result as IoResult, Seek, SeekFrom, Write};
use std::path::Path;

use super::OutputError;
use crate::cancel::Cancel;
use crate::files::{shown, write_whole};

/// Bytes after which the wish is looked at again.
const ROUND: usize = 1 << 20;

/// A writer that refuses whatever comes after a wish that the writing be broken off.
pub struct Watched<'a, W> {
    inner: W,
    cancel: &'a Cancel,
}

impl<'a, W> Watched<'a, W> {
    /// Writes to `inner`.
    pub fn new(inner: W, cancel: &'a Cancel) -> Self {
        Self { inner, cancel }
    }
}

impl<W: Write> Write for Watched<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> IoResult<usize> {
        if self.cancel.is_cancelled() {
            return Err(Error::other("it was broken off"));
        }
        self.inner.write(&bytes[..bytes.len().min(ROUND)])
    }

    fn flush(&mut self) -> IoResult<()> {
        self.inner.flush()
    }
}

impl<W: Seek> Seek for Watched<'_, W> {
    fn seek(&mut self, to: SeekFrom) -> IoResult<u64> {
        self.inner.seek(to)
    }
}

/// Writes a file as a whole, or not at all: what lay there stays if `write` fails or `cancel` is wished before the end.
///
/// # Errors
/// If the file can't be written, `write` fails, or it was broken off.
pub fn write_file(
    path: &Path,
    cancel: &Cancel,
    write: impl FnOnce(&mut Watched<'_, &mut BufWriter<&std::fs::File>>) -> Result<(), OutputError>,
) -> Result<(), OutputError> {
    let written = write_whole(path, |output| {
        let mut watched = Watched::new(output, cancel);
        write(&mut watched)?;
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
