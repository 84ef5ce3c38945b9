//! The formats of data, one file per format: a format is its file, and its line in [`FORMATS`]. A [`folder`] of images is
//! the one that is no file.
//!
//! A format reads the head of a file and checks everything that it says; how many items of what shape there are is known
//! before the first of them where the head says so, and whether they can be used. Memory is taken for what arrives, never
//! for what a head claims. What a format hands over in the end is a [`Found`](super::Found); its doc comment is the contract.
//!
//! What several formats share: `arrays` (which of several named arrays are the items), `sets` (what training and test sets are
//! called), `order` (arrays as Fortran keeps them), `text` (numbers in text, a bounded piece at a time), `foreign` (what a
//! file is that is not read).

mod arrays;
mod csv;
pub(super) mod folder;
mod foreign;
pub(super) mod idx;
mod json;
mod matlab;
pub mod npy;
mod npz;
pub(super) mod order;
mod sets;
mod text;

use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use super::packed::{fill, unpacked};
use super::{Announced, ImageLayout, ReadingRules, Source, channels};
use crate::files::open_regular;

/// A format of files of data.
pub struct Format {
    /// What people call it.
    pub name: &'static str,
    /// Whether a file that begins so is one: its first bytes, [`HEAD`] of them or all that there are.
    recognises: fn(head: &[u8]) -> bool,
    /// The endings of names, without a dot, by which a file is taken for one whose content no format recognises.
    endings: &'static [&'static str],
    /// Reads the head of a file from its first byte on, and the items where the head tells nothing; what is wrong with it is
    /// said in a sentence that begins with "it" or "its".
    announce: for<'a> fn(Source<'a>, &ReadingRules) -> Result<Announced<'a>, String>,
}

/// Every format that is read; where two recognise a file, the first is taken.
pub static FORMATS: [Format; 6] = [
    idx::FORMAT,
    matlab::FORMAT,
    npy::FORMAT,
    npz::FORMAT,
    json::FORMAT,
    csv::FORMAT,
];

/// Bytes by which a format is recognised: as many as the first row of a table may need, which names hundreds of pixels.
const HEAD: usize = 1 << 14;

/// What people call the formats: "IDX, MATLAB 5, NPY, NPZ, JSON, CSV or a folder of images".
pub fn names() -> String {
    let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    format!("{} or a folder of images", names.join(", "))
}

/// The format of a file: by its first bytes, or else by its name, from which an ending of packed files is left out.
fn of_file(head: &[u8], name: Option<&Path>) -> Option<&'static Format> {
    let by_content = FORMATS.iter().find(|format| (format.recognises)(head));
    let by_name = || {
        let name = name?.file_name()?.to_str()?.to_ascii_lowercase();
        let (_, ending) = name.strip_suffix(".gz").unwrap_or(&name).rsplit_once('.')?;
        FORMATS.iter().find(|format| format.endings.contains(&ending))
    };
    by_content.or_else(by_name)
}

/// What people call the format of a file, as far as its first bytes and its name tell; none where it can't be read, or is in no
/// format that is.
pub(super) fn glance(path: &Path) -> Option<&'static str> {
    let (mut bytes, _) = unpacked(BufReader::new(open_regular(path).ok()?)).ok()?;
    let mut head = vec![0; HEAD];
    let length = fill(&mut bytes, &mut head).ok()?;
    head.truncate(length);
    let format = (!head.is_empty()).then(|| of_file(&head, Some(path)))?;
    format.map(|format| format.name)
}

/// The head of a file that may have a name, with the items still to be read.
///
/// # Errors
/// If it is in no format that is read, or its head can't be used.
pub(super) fn announced<'a>(
    mut source: Source<'a>,
    name: Option<&Path>,
    rules: &ReadingRules,
) -> Result<Announced<'a>, String> {
    let mut head = vec![0; HEAD];
    let length = fill(&mut source.bytes, &mut head).map_err(|error| error.to_string())?;
    head.truncate(length);
    if head.is_empty() {
        return Err("it is empty".into());
    }
    let format = of_file(&head, name).ok_or_else(|| {
        format!(
            "it is in no format that is read, but {}: it would be {}",
            foreign::name(&head),
            names()
        )
    })?;
    let source = Source {
        bytes: Box::new(Cursor::new(head).chain(source.bytes)),
        ..source
    };
    let announced = (format.announce)(source, rules)?;
    match rules.layout {
        ImageLayout::ChannelsLast => Ok(announced),
        ImageLayout::ChannelsFirst => Ok(Announced {
            head: announced.head,
            read: Box::new(move || channels::last((announced.read)()?)),
        }),
    }
}

/// The labels of `points` images that lie in the file `of`, out of a file of its own: IDX or NPY.
///
/// # Errors
/// If it is neither, or has no one label for each image; the sentence begins with "it" or "its".
pub(super) fn labels(mut bytes: impl Read, points: usize, of: &str) -> Result<Vec<String>, String> {
    let mut head = [0; npy::MAGIC.len()];
    let length = fill(&mut bytes, &mut head).map_err(|error| error.to_string())?;
    let whole = Cursor::new(head).take(length as u64).chain(bytes);
    if head == *npy::MAGIC {
        npy::labels(whole, points, of)
    } else {
        idx::labels(whole, points, of)
    }
}
