//! Values that are made while they are read, such as the pixels of packed images: in memory where they are few, else in a file
//! without a name.

use std::fs::File;
use std::io::{BufWriter, IntoInnerError, Write};
use std::path::PathBuf;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, OnceLock};

use super::ItemShape;
use super::element::Element;
use super::found::STAYS_FROM;
use super::stored::{Layout, Stored};
use super::values::Values;
use crate::files::{make_folder, shown};
use crate::folders;

/// Bytes, item after item, that are still being made.
pub(super) struct Spill {
    shape: ItemShape,
    count: usize,
    place: Place,
}

enum Place {
    Memory(Vec<u8>),
    /// The file has no name, so that nobody else changes it and nothing is left of it when the program ends, however that is.
    File {
        file: BufWriter<File>,
        folder: PathBuf,
    },
}

impl Spill {
    /// Room for `count` items of a shape, a byte for each of their numbers.
    ///
    /// # Errors
    /// If there is no memory for them, or no file can be made; the sentence begins with "there" or "its".
    pub(super) fn for_items(count: usize, shape: ItemShape) -> Result<Self, String> {
        let bytes = count as u64 * shape.numbers() as u64;
        let place = if bytes < STAYS_FROM {
            let mut memory = Vec::new();
            memory
                .try_reserve_exact(bytes as usize)
                .map_err(|_| format!("there is not enough memory for its {count} {shape}"))?;
            Place::Memory(memory)
        } else {
            let folder = folders::cache().unwrap_or_else(std::env::temp_dir);
            let file = make_folder(&folder).and_then(|()| tempfile::tempfile_in(&folder));
            let file = file.map_err(|error| no_room(count, shape, &folder, &error))?;
            Place::File {
                file: BufWriter::with_capacity(1 << 20, file),
                folder,
            }
        };
        Ok(Self {
            shape,
            count: 0,
            place,
        })
    }

    /// Takes in the bytes of one more item.
    ///
    /// # Errors
    /// If the file can't be written; the sentence begins with "its".
    pub(super) fn push(&mut self, item: &[u8]) -> Result<(), String> {
        self.count += 1;
        match &mut self.place {
            Place::Memory(memory) => memory.extend(item),
            Place::File { file, folder } => file
                .write_all(item)
                .map_err(|error| no_room(self.count, self.shape, folder, &error))?,
        }
        Ok(())
    }

    /// The values of all items that were taken in.
    ///
    /// # Errors
    /// If the file can't be written; the sentence begins with "its".
    pub(super) fn into_values(self) -> Result<Values, String> {
        let Self { shape, count, place } = self;
        match place {
            Place::Memory(memory) => Ok(Values::Bytes(memory)),
            Place::File { file, folder } => {
                let file = file.into_inner().map_err(IntoInnerError::into_error);
                Ok(Values::Stored(Stored {
                    file: Arc::new(file.map_err(|error| no_room(count, shape, &folder, &error))?),
                    offset: 0,
                    element: Element::U8,
                    count,
                    layout: Layout::Rows(shape.numbers()),
                    white: None,
                    fault: OnceLock::new(),
                    to_announce: AtomicU32::new(0),
                }))
            }
        }
    }
}

fn no_room(count: usize, shape: ItemShape, folder: &std::path::Path, error: &std::io::Error) -> String {
    format!(
        "its {count} {shape} are more than stays in memory, and the folder {} can't take them: {error}",
        shown(folder)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_items_are_in_memory_and_many_in_a_file_with_the_same_values() {
        let shape = ItemShape::Vector { features: 3 };
        let many = (STAYS_FROM / 3 + 1) as usize;
        for (count, is_stored) in [(10, false), (many, true)] {
            let mut spill = Spill::for_items(count, shape).unwrap();
            spill.push(&[1, 2, 3]).unwrap();
            spill.push(&[4, 5, 255]).unwrap();
            // Those that can't be read are left out: there may be fewer than there is room for.
            let values = spill.into_values().unwrap();
            assert_eq!(
                (matches!(values, Values::Stored(_)), values.len()),
                (is_stored, 6)
            );
            assert!(values.are_bytes());
            let mut row = [0.5; 3];
            values.fill(1, &mut row);
            assert_eq!(row, [4.0, 5.0, 255.0]);
        }
    }
}
