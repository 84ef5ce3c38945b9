//! Pictures under names of their own, so that none takes the place of another.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::format::png;
use super::raster::Raster;
use crate::files::{shown, write_whole};

/// Pixels of the file for each pixel of the picture, along each side, where the picture does not get larger than [`LARGE`].
const ENLARGED: usize = 4;
const LARGE: usize = 4_000;

/// Writes a picture as the first of `<stem>-1.png`, `<stem>-2.png` and so on in `folder` that is free, and returns its path.
///
/// # Errors
/// If the file can't be written, or there are a million pictures already.
pub fn write_numbered(folder: &Path, stem: &str, picture: &Raster) -> anyhow::Result<PathBuf> {
    let mut paths = (1..=1_000_000).map(|number| folder.join(format!("{stem}-{number}.png")));
    let path = paths
        .find(|path| path.symlink_metadata().is_err())
        .with_context(|| format!("{} has no free name for a picture", shown(folder)))?;
    let longest = picture.width.max(picture.height()).max(1);
    let bytes = png(&picture.enlarged(ENLARGED.min(LARGE / longest).max(1)))?;
    write_whole(&path, |file| file.write_all(&bytes))
        .with_context(|| format!("{} can't be written", shown(&path)))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_picture_has_a_file_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let picture = Raster::filled(3, 2, [1, 2, 3]);
        let names: Vec<PathBuf> = (0..2)
            .map(|_| write_numbered(folder.path(), "run-traversal", &picture).unwrap())
            .collect();
        assert_eq!(
            names,
            [1, 2].map(|number| folder.path().join(format!("run-traversal-{number}.png")))
        );
        let file = std::fs::File::open(&names[1]).unwrap();
        let info = png::Decoder::new(std::io::BufReader::new(file))
            .read_info()
            .unwrap();
        assert_eq!(info.info().size(), (12, 8));
        let nowhere = folder.path().join("nowhere");
        let error = write_numbered(&nowhere, "run", &picture).unwrap_err();
        assert!(
            format!("{error:#}").contains("run-1.png can't be written"),
            "{error:#}"
        );
    }
}
