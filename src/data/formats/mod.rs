//! The formats of files of images, one file a format: a format is its file, and its line in [`FORMATS`].
//!
//! A format reads the header and checks everything that it says; how many images of what size there are is known before
//! the first pixel, and whether they can be used. Memory is taken for what arrives, never for what a header claims.

pub(super) mod idx;
mod matlab;
mod npy;

use std::io::{Cursor, Read};

use super::images::Announced;
use super::packed::fill;

/// A format of files of images.
pub struct Format {
    /// What people call it.
    pub name: &'static str,
    /// Whether a file that begins so is one: its first bytes, [`HEAD`] of them or all that there are.
    recognises: fn(head: &[u8]) -> bool,
    /// Reads the header of a file from its first byte on; what is wrong with it is said in a sentence that begins with
    /// "it" or "its".
    images: for<'a> fn(Box<dyn Read + 'a>) -> Result<Announced<'a>, String>,
}

/// Every format that is read.
pub static FORMATS: [Format; 3] = [idx::FORMAT, matlab::FORMAT, npy::FORMAT];

/// Bytes by which a format is recognised.
const HEAD: usize = 6;

/// What people call the formats: "IDX, MATLAB 5 or NPY".
pub fn names() -> String {
    let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
}

/// The header of a file's bytes, with the pixels still to be read.
///
/// # Errors
/// If it is in no format that is read, or its header can't be used.
pub(super) fn announced<'a>(mut input: impl Read + 'a) -> Result<Announced<'a>, String> {
    let mut head = [0; HEAD];
    let length = fill(&mut input, &mut head).map_err(|error| error.to_string())?;
    if length == 0 {
        return Err("it is empty".into());
    }
    let format = FORMATS.iter().find(|format| (format.recognises)(&head[..length]));
    let format = format.ok_or_else(|| {
        format!(
            "it is in no format that is read, plain or packed by gzip: it would be {}",
            names()
        )
    })?;
    let whole = Cursor::new(head).take(length as u64).chain(input);
    (format.images)(Box::new(whole))
}
