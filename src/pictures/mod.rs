//! Pictures for papers and slides: curves, and grids of images, each as PNG and as SVG. They know nothing of models or
//! runs.

pub mod curves;
pub mod images;

use std::path::{Path, PathBuf};

/// `<stem>.<extension>`, whatever dots the stem has.
pub fn file(stem: &Path, extension: &str) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}
