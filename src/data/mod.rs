//! What a model learns from: images as bytes, split into train and test, with labels where there are any.
//!
//! A [`Dataset`] keeps pixels as `u8` (MNIST: 55 MB) and hands out rows as `f32` in `[0, 1]` only for the data points
//! asked for. [`mnist`] is the data set that travels inside the program; [`mod@file`] reads others, in one of the [`formats`].

mod binarisation;
mod checksum;
mod classes;
pub mod file;
pub mod formats;
mod images;
pub mod mnist;
mod names;
mod packed;
mod shape;
mod values;

use std::borrow::Cow;
use std::path::Path;

pub use binarisation::Binarisation;
pub use checksum::Checksum;
pub use shape::ItemShape;
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};
use thiserror::Error;

use crate::kernels;

/// Items of one shape, split into train and test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// What a session keeps, to find the data again: `mnist`, or the path of a file.
    pub name: String,
    /// The kind and the size of every item.
    pub shape: ItemShape,
    /// The names of the classes that labels stand for, where the data has labels.
    pub classes: Vec<String>,
    /// What the model is trained on.
    pub train: Split,
    /// What it is only measured on.
    pub test: Split,
    /// What a person should know of how it was read, a sentence each.
    pub notes: Vec<String>,
}

/// One part of a data set.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Split {
    /// Pixels of all images, one image after the other, each row by row; 255 is white.
    pub pixels: Vec<u8>,
    /// The place of every item's class in [`Dataset::classes`], or none at all.
    pub labels: Vec<u16>,
    /// Numbers of one item.
    pub numbers_per_item: usize,
}

/// Which part of a data set is meant.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Part {
    /// The points that the model is trained on.
    Train,
    /// The held-out points.
    Test,
}

impl Part {
    /// Both, in the order of tables and legends.
    pub const BOTH: [Self; 2] = [Self::Train, Self::Test];

    /// Its name in tables and legends.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}

/// A data set could not be loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The embedded data is damaged.
    #[error(transparent)]
    Mnist(#[from] mnist::Damaged),
    /// A file can't be used.
    #[error(transparent)]
    File(#[from] file::DataError),
}

/// The name that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// Loads the data set of that name: `mnist`, `-` for standard input, or the path of a file; `progress` hears the
/// fraction done.
///
/// # Errors
/// If the file can't be read or used.
pub fn load(name: &str, progress: impl FnMut(f32)) -> Result<Dataset, LoadError> {
    match name {
        mnist::NAME => Ok(mnist::load(progress)?),
        STANDARD_INPUT => Ok(file::standard_input()?),
        path => Ok(file::load(Path::new(path), progress)?),
    }
}

/// The name under which data is found from any folder: a path becomes absolute, and `~` at its start is the home folder,
/// as a shell would have it.
pub fn absolute_name(name: &str) -> String {
    if [mnist::NAME, STANDARD_INPUT].contains(&name) {
        return name.into();
    }
    let absolute = std::path::absolute(with_home(name).as_ref()).ok();
    absolute
        .and_then(|path| path.to_str().map(str::to_owned))
        .unwrap_or_else(|| name.into())
}

fn with_home(path: &str) -> Cow<'_, str> {
    let home =
        || directories::BaseDirs::new().and_then(|folders| folders.home_dir().to_str().map(str::to_owned));
    match path.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            home().map_or(Cow::Borrowed(path), |home| Cow::Owned(home + rest))
        }
        _ => Cow::Borrowed(path),
    }
}

/// A data set's name as it is shown: without folders and endings. Never a path, whatever the file is called.
pub fn short_name(name: &str) -> &str {
    if name == STANDARD_INPUT {
        return "stdin";
    }
    let file = Path::new(name).file_name().and_then(|name| name.to_str());
    let file = file.unwrap_or("data").trim_start_matches('.');
    match file.split('.').next() {
        None | Some("") => "data",
        Some(stem) => stem,
    }
}

impl Dataset {
    /// The name of the class of item `index` of a part, where the data has labels.
    pub fn class(&self, part: Part, index: usize) -> Option<&str> {
        let label = self.split(part).label(index)?;
        self.classes.get(usize::from(label)).map(String::as_str)
    }

    /// The counts that a model's `x = 1` stands for: likelihoods over whole numbers are of `round(x * counts_per_unit)`.
    pub fn counts_per_unit(&self) -> f32 {
        f32::from(u8::MAX)
    }

    /// The train or the test split.
    pub fn split(&self, part: Part) -> &Split {
        match part {
            Part::Train => &self.train,
            Part::Test => &self.test,
        }
    }
}

impl Split {
    /// Items of bytes, one after the other, with the class of each or without classes.
    pub fn of_bytes(pixels: Vec<u8>, labels: Vec<u16>, numbers_per_item: usize) -> Self {
        Self {
            pixels,
            labels,
            numbers_per_item,
        }
    }

    /// How many data points there are.
    pub fn points(&self) -> usize {
        self.pixels.len() / self.numbers_per_item.max(1)
    }

    /// The bytes of image `index`.
    pub fn image(&self, index: usize) -> &[u8] {
        &self.pixels[index * self.numbers_per_item..][..self.numbers_per_item]
    }

    /// Writes image `index` to `row` as intensities in `[0, 1]`.
    pub fn fill_row(&self, index: usize, row: &mut [f32]) {
        kernels::u8_to_unit(self.image(index), row);
    }

    /// The place of the class of item `index` in [`Dataset::classes`], where the data has labels.
    pub fn label(&self, index: usize) -> Option<u16> {
        self.labels.get(index).copied()
    }
}
