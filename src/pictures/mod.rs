//! Pictures: of items, as characters or as PNG, GIF and SVG; and for papers and slides curves, and grids of images. They know
//! nothing of models or runs.

pub mod blocks;
pub mod cell;
pub mod colour_map;
pub mod curves;
pub mod format;
pub mod images;
pub mod item;
pub mod light;
pub mod numbered;
pub mod palette;
pub mod patterns;
pub mod pixels;
pub mod raster;

use std::path::{Path, PathBuf};

/// `<stem>.<extension>`, whatever dots the stem has.
pub fn file(stem: &Path, extension: &str) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}
