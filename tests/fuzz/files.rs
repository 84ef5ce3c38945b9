//! What must hold of data files, whatever their format.

use std::path::PathBuf;

use vae_tui::data::{Dataset, ReadingRules, file};

use crate::harness;

/// The file that every input is written to.
pub struct DataFile {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

/// The name of that file, which errors must have.
const NAME: &str = "images.data";

impl DataFile {
    pub fn new() -> Self {
        let folder = harness::folder();
        Self {
            path: folder.path().join(NAME),
            _folder: folder,
        }
    }

    /// Reads the input as data: a whole data set or one sentence, in memory that the input and the bytes that its header
    /// claims account for.
    pub fn check(&self, input: &[u8], claimed: usize) -> Result<(), String> {
        std::fs::write(&self.path, input).map_err(|error| error.to_string())?;
        // A packed file may be a thousand times as large unpacked; a reader needs its buffers, which grow by doubling.
        let most = (2 << 20) + 1_100 * input.len();
        let accounted = claimed.saturating_mul(4).saturating_add(8 << 20);
        match harness::within(most.min(accounted), || {
            file::load(&self.path, &ReadingRules::default(), |_| {})
        })? {
            Ok(data) => whole(&data),
            Err(error) => harness::check_sentence(&error.to_string(), NAME),
        }
    }
}

/// Whether every part of a data set has what belongs to it.
pub fn whole(data: &Dataset) -> Result<(), String> {
    let pixels = data.shape.numbers();
    for split in [&data.train, &data.test] {
        let fits = pixels > 0
            && split.numbers_per_item == pixels
            && split.points() > 0
            && (split.labels.is_empty() || split.labels.len() == split.points());
        if !fits {
            return Err(format!(
                "{}, but {} items of {} numbers and {} labels",
                data.shape,
                split.points(),
                split.numbers_per_item,
                split.labels.len()
            ));
        }
        split.fill_row(split.points() - 1, &mut vec![0.0; pixels]);
    }
    Ok(())
}
