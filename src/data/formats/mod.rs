//! The formats of files of data, one file per format: a format is its file, and its line in [`FORMATS`].
//!
//! A format reads the head of a file and checks everything that it says; how many items of what shape there are is known
//! before the first of them where the head says so, and whether they can be used. Memory is taken for what arrives, never
//! for what a head claims. What a format hands over in the end is a [`Found`](super::Found); its doc comment is the contract.

pub(super) mod idx;
mod matlab;
mod npy;

use std::io::{Cursor, Read};
use std::path::Path;

use super::packed::fill;
use super::{Announced, ReadingRules, Source};

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

/// Every format that is read.
pub static FORMATS: [Format; 3] = [idx::FORMAT, matlab::FORMAT, npy::FORMAT];

/// Bytes by which a format is recognised.
const HEAD: usize = 512;

/// What people call the formats: "IDX, MATLAB 5 or NPY".
pub fn names() -> String {
    let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
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

/// The head of a file that may have a name, with the items still to be read.
///
/// # Errors
/// If it is in no format that is read, or its head can't be used.
pub(super) fn announced<'a>(
    mut source: Source<'a>,
    name: Option<&Path>,
    rules: &ReadingRules,
) -> Result<Announced<'a>, String> {
    let mut head = [0; HEAD];
    let length = fill(&mut source.bytes, &mut head).map_err(|error| error.to_string())?;
    if length == 0 {
        return Err("it is empty".into());
    }
    let format = of_file(&head[..length], name).ok_or_else(|| {
        format!(
            "it is in no format that is read, plain or packed by gzip: it would be {}",
            names()
        )
    })?;
    let whole = Cursor::new(head).take(length as u64).chain(source.bytes);
    let source = Source {
        bytes: Box::new(whole),
        ..source
    };
    (format.announce)(source, rules)
}
