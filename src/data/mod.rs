//! What a model learns from: items of one shape, split into train and test, with labels where there are any.
//!
//! A [`Dataset`] keeps values as the data has them, bytes as bytes (MNIST: 55 MB), large files in their file, and hands out
//! rows as `f32`, scaled, only for the data points asked for. [`mnist`] is the data set that travels inside the program, [`sprites`] the one that it draws;
//! [`mod@file`] reads others, in one of the [`formats`]. A format hands over what a file holds ([`Found`]); what becomes of it,
//! by the [`ReadingRules`], is the same for all formats and has a file each: `labels`, `missing`, `scaling` (and `grey`),
//! `windows` (items that follow one another as a sequence), `splitting`, `duplicates`, `identity`; `assembly` puts it together.

mod assembly;
mod binarisation;
mod channels;
pub mod description;
pub mod duplicates;
mod element;
pub mod file;
pub mod formats;
mod found;
mod grey;
mod identity;
mod labels;
pub mod listing;
pub mod mirrors;
mod missing;
pub mod mnist;
mod names;
mod packed;
mod place;
mod rules;
mod scaling;
mod shape;
mod source;
mod spill;
mod split;
mod splitting;
pub mod sprites;
mod statistics;
mod stored;
mod values;
mod windows;

use std::path::Path;

pub use binarisation::Binarisation;
pub use element::{Element, ElementKind};
pub use found::{Announced, Found};
pub use identity::DataIdentity;
pub use place::ItemPlace;
pub use rules::{Filter, ImageLayout, Missing, ReadingRules, Scale, SplitRule};
pub(crate) use rules::{fraction, sequence_length};
pub use scaling::Scaling;
pub use shape::{ItemShape, NoShape};
pub use source::Source;
pub use split::Split;
pub use stored::{Layout, Stored};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};
use thiserror::Error;

use crate::folders::with_home;
use crate::words::plain;
pub use values::Values;

/// Items of one shape, split into train and test.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// What a session keeps, to find the data again: `mnist`, or the path of a file.
    pub name: String,
    /// The kind and the size of every item.
    pub shape: ItemShape,
    /// The names of the classes that labels stand for, where the data has labels.
    pub classes: Vec<String>,
    /// The names of the numbers of an item, where the data names them.
    pub features: Vec<String>,
    /// What the model is trained on.
    pub train: Split,
    /// What it is only measured on.
    pub test: Split,
    /// What a person should know of how it was read, a sentence each.
    pub notes: Vec<String>,
    /// The rules by which it was read.
    pub rules: ReadingRules,
}

/// Which part of a data set is meant.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
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

    /// The one that this is not.
    pub fn other(self) -> Self {
        match self {
            Self::Train => Self::Test,
            Self::Test => Self::Train,
        }
    }

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

/// Loads the data set of that name: `mnist` or `sprites`, which are read in one way only, `-` for standard input, or the path of a file,
/// read by the `rules`; `progress` hears the fraction done.
///
/// # Errors
/// If the file can't be read or used.
pub fn load(name: &str, rules: &ReadingRules, progress: impl FnMut(f32)) -> Result<Dataset, LoadError> {
    let in_one_way = |mut data: Dataset| {
        if *rules != data.rules {
            let note = format!(
                "{} is read in one way only, so that {rules} changes nothing",
                data.name
            );
            data.notes.push(plain(&note));
            data.rules = rules.clone();
        }
        data
    };
    if let Some(points) = sprites::training_points(name) {
        return Ok(in_one_way(sprites::load(name, points, progress)));
    }
    match name {
        mnist::NAME => Ok(in_one_way(mnist::load(progress)?)),
        STANDARD_INPUT => Ok(file::standard_input(rules)?),
        path => Ok(file::load(Path::new(path), rules, progress)?),
    }
}

/// Whether data of that name is part of the program, or is drawn by it, and is no file.
pub fn is_own(name: &str) -> bool {
    name == mnist::NAME || sprites::training_points(name).is_some()
}

/// The name under which data is found from any folder: a path becomes absolute, and `~` at its start is the home folder,
/// as a shell would have it.
pub fn absolute_name(name: &str) -> String {
    if is_own(name) || name == STANDARD_INPUT {
        return name.into();
    }
    let absolute = std::path::absolute(with_home(name).as_ref()).ok();
    absolute
        .and_then(|path| path.to_str().map(str::to_owned))
        .unwrap_or_else(|| name.into())
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
    /// A data set of these parts, without classes, notes and names of features, and as the usual rules read it.
    pub fn new(name: impl Into<String>, shape: ItemShape, train: Split, test: Split) -> Self {
        Self {
            name: name.into(),
            shape,
            classes: Vec::new(),
            features: Vec::new(),
            train,
            test,
            notes: Vec::new(),
            rules: ReadingRules::default(),
        }
    }

    /// The name of the class of item `index` of a part, where the data has labels.
    pub fn class(&self, part: Part, index: usize) -> Option<&str> {
        let label = self.split(part).label(index)?;
        self.classes.get(usize::from(label)).map(String::as_str)
    }

    /// The train or the test split.
    pub fn split(&self, part: Part) -> &Split {
        match part {
            Part::Train => &self.train,
            Part::Test => &self.test,
        }
    }

    /// How many counts a model's `x` of 1 stands for: 255 where items are bytes, 1 otherwise. The whole number behind `x` is
    /// `round(x * counts_per_unit)`.
    pub fn counts_per_unit(&self) -> f32 {
        self.train.scaling.counts_per_unit()
    }

    /// Makes values, as the data has them, of a model's numbers for one item: what is shown and written.
    pub fn unscale(&self, row: &mut [f32]) {
        self.train.scaling.undo(row);
    }

    /// Why items could not be read since the data was opened, where their values stay in their file.
    pub fn fault(&self) -> Option<&str> {
        self.train.fault().or_else(|| self.test.fault())
    }
}
