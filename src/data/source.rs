//! Where the bytes of data come from, as a format sees it.

use std::fs::File;
use std::io::{BufRead, Read, Result};

use super::packed::unpacked;

/// The bytes of one file or of standard input, from the first on.
pub struct Source<'a> {
    /// Unpacked where gzip packed them.
    pub bytes: Box<dyn Read + 'a>,
    /// The file itself, where `bytes` are exactly its own: values can stay in it, and a format can look at any place.
    pub file: Option<File>,
}

impl<'a> Source<'a> {
    /// The bytes of `input`, which are those of `file` where there is one.
    pub(super) fn new(input: impl BufRead + 'a, file: Option<File>) -> Result<Self> {
        let (bytes, is_packed) = unpacked(input)?;
        Ok(Self {
            bytes,
            file: file.filter(|_| !is_packed),
        })
    }
}
