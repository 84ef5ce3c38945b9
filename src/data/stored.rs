//! Values that stay in their file: rows are read from it when they are asked for.

use std::fs::File;
use std::io::Result;
use std::sync::{Arc, OnceLock};

use super::element::Element;

/// The values of a plain file, of which no more is in memory than the row that is asked for.
///
/// The file may change while it is in use. Nothing of it is believed but that it is numbers: a row that can't be read any
/// more becomes numbers that are none (NaN), from which no step is made, and [`Stored::fault`] says why.
#[derive(Debug)]
pub struct Stored {
    /// The file, open for reading.
    pub file: Arc<File>,
    /// Where the first number begins, in bytes.
    pub offset: u64,
    /// What the numbers are.
    pub element: Element,
    /// Items in the file.
    pub count: usize,
    /// Where the numbers of an item stand.
    pub layout: Layout,
    /// Where the values stand for grey, the number that is white: 255 of bytes, 1 of floats.
    pub white: Option<f64>,
    /// Why a row could not be read, once that happened.
    pub fault: OnceLock<String>,
}

/// Where the numbers of an item stand in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One after the other, item by item, so many in each.
    Rows(usize),
    /// Number `j` of item `i` is number `i + places[j]` of the file: items side by side, as Fortran keeps arrays.
    Columns(Vec<u64>),
}

impl Layout {
    /// Numbers of an item.
    fn numbers(&self) -> usize {
        match self {
            Self::Rows(numbers) => *numbers,
            Self::Columns(places) => places.len(),
        }
    }
}

/// Two are the same where they are the same place of the same open file.
impl PartialEq for Stored {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.file, &other.file)
            && (self.offset, self.element, self.count) == (other.offset, other.element, other.count)
            && self.layout == other.layout
            && self.white == other.white
    }
}

impl Stored {
    /// Writes the values of an item to `row`; where they stand for grey, as whole numbers up to 255.
    pub(super) fn fill(&self, item: usize, row: &mut [f32]) {
        if let Err(error) = self.read(item, row) {
            row.fill(f32::NAN);
            // The first one is kept.
            let _ = self.fault.set(error.to_string());
        }
    }

    fn read(&self, item: usize, row: &mut [f32]) -> Result<()> {
        let size = self.element.size();
        let mut bytes = vec![0; row.len() * size];
        match &self.layout {
            Layout::Rows(numbers) => {
                let place = (item * numbers * size) as u64;
                read_at(&self.file, &mut bytes, self.offset + place)?;
            }
            Layout::Columns(places) => {
                for (number, place) in bytes.chunks_exact_mut(size).zip(places) {
                    read_at(
                        &self.file,
                        number,
                        self.offset + (item as u64 + place) * size as u64,
                    )?;
                }
            }
        }
        for (value, bytes) in row.iter_mut().zip(bytes.chunks_exact(size)) {
            let number = self.element.number(bytes);
            *value = match self.white {
                Some(white) => (255.0 * number / white).round() as f32,
                None => number as f32,
            };
        }
        Ok(())
    }

    /// How many numbers there are.
    pub(super) fn len(&self) -> usize {
        self.count * self.layout.numbers()
    }
}

/// Reads all of `bytes` from a place of the file, whoever else reads it.
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset);
    #[cfg(windows)]
    {
        let mut done = 0;
        while done < bytes.len() {
            match std::os::windows::fs::FileExt::seek_read(file, &mut bytes[done..], offset + done as u64)? {
                0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                count => done += count,
            }
        }
        Ok(())
    }
}
