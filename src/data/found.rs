//! What a format hands over: first what a file's head says, and then, if that can be used, the items.

use std::cmp::Ordering;
use std::fs::File;
use std::io::Read;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, OnceLock};

use super::element::Element;
use super::packed::fill;
use super::stored::{Layout, Stored};
use super::values::Values;
use super::{ItemShape, ReadingRules, Scale};

/// The fewest items that can be split into two parts.
pub(super) const FEWEST: usize = 10;
/// The most numbers that an item may have.
pub(super) const MOST_NUMBERS: usize = 1 << 16;
/// The most that the values of one file may take in memory: 4 GiB.
const MOST_BYTES: u64 = 4 << 30;
/// How much memory is asked for at the least while reading.
const STRETCH: usize = 1 << 20;

/// The items of one file as its format understands them: everything that a format knows, and nothing that it decides.
///
/// This is the contract between a format and the rest of the room. A format fills in what its files say and leaves the
/// other fields empty, as [`Found::new`] does. What follows is the same for all formats and stands elsewhere: classes out
/// of labels, missing values, scaling, the split, duplicates and the identity. The lists hold either nothing or one entry
/// per item (features: one per number of an item), in the order of the items.
#[derive(Debug, PartialEq)]
pub struct Found {
    /// Of every item.
    pub shape: ItemShape,
    /// The numbers of all items, in the order of the items; NaN where a value is missing.
    pub values: Values,
    /// The label of every item, as it is written; numbers without needless zeros.
    pub labels: Vec<String>,
    /// What the file says of the part to which an item belongs, such as `train` and `test`, or 0 and 1.
    pub parts: Vec<String>,
    /// The names of the features.
    pub features: Vec<String>,
    /// The steps of every sequence before its padding with zeros.
    pub lengths: Vec<usize>,
    /// What a person should know of how it was read, a sentence each without the file's name.
    pub notes: Vec<String>,
}

impl Found {
    /// Items with nothing but their values.
    pub fn new(shape: ItemShape, values: Values) -> Self {
        Self {
            shape,
            values,
            labels: Vec::new(),
            parts: Vec::new(),
            features: Vec::new(),
            lengths: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// How many items there are.
    pub fn count(&self) -> usize {
        self.values.len() / self.shape.numbers().max(1)
    }

    /// Whether there are items enough for two parts, of a size that can be used, and the lists fit them.
    ///
    /// # Errors
    /// What does not fit; the sentence begins with "it" or "its".
    pub(super) fn check(&self) -> Result<(), String> {
        check_count(self.count(), self.shape)?;
        self.check_lists()
    }

    /// The same for items that are not split.
    ///
    /// # Errors
    /// As for [`check`](Self::check).
    pub(super) fn check_lists(&self) -> Result<(), String> {
        let count = self.count();
        check_size(count, self.shape)?;
        if self.values.len() != count * self.shape.numbers() {
            return Err(format!(
                "it has {} numbers, which are no whole {}",
                self.values.len(),
                self.shape
            ));
        }
        let steps = self.shape.steps();
        if let Some(item) = self
            .lengths
            .iter()
            .position(|length| !(1..=steps).contains(length))
        {
            return Err(format!(
                "its sequence {} has {} steps, but 1 to {steps} are possible",
                item + 1,
                self.lengths[item]
            ));
        }
        for (what, length, expected) in [
            ("labels", self.labels.len(), count),
            ("marks of parts", self.parts.len(), count),
            ("lengths", self.lengths.len(), count),
            ("names of features", self.features.len(), self.shape.numbers()),
        ] {
            if length != 0 && length != expected {
                return Err(format!(
                    "it has {length} {what}, but {expected} are needed for its {count} {}",
                    self.shape
                ));
            }
        }
        Ok(())
    }
}

/// Whether so many items can be split: fewer would leave no test set.
///
/// # Errors
/// How many are needed; the sentence begins with "it".
pub(super) fn check_count(count: usize, shape: ItemShape) -> Result<(), String> {
    if count < FEWEST {
        return Err(format!(
            "it has {count} {}, but at least {FEWEST} are needed",
            shape.noun()
        ));
    }
    Ok(())
}

/// Whether so many items of that shape can be used, as far as a head can tell.
///
/// # Errors
/// What can't be used; the sentence begins with "it" or "its".
pub(super) fn check_size(count: usize, shape: ItemShape) -> Result<(), String> {
    if count == 0 {
        return Err(format!("it has 0 {}", shape.noun()));
    }
    let numbers = shape
        .checked_numbers()
        .filter(|numbers| (1..=MOST_NUMBERS).contains(numbers));
    if numbers.is_none() {
        return Err(format!(
            "it has {shape}, but 1 to {MOST_NUMBERS} numbers an item can be used"
        ));
    }
    Ok(())
}

/// Whether the values of so many items of a shape fit in memory.
///
/// # Errors
/// If they are more than can be read; the sentence begins with "its".
pub(super) fn check_memory(count: usize, shape: ItemShape, bytes_each: usize) -> Result<(), String> {
    let bytes = count
        .checked_mul(shape.numbers())
        .and_then(|numbers| numbers.checked_mul(bytes_each));
    match bytes {
        Some(bytes) if bytes as u64 <= MOST_BYTES => Ok(()),
        _ => Err(format!(
            "its {count} {shape} are more than the 4 GiB that are read"
        )),
    }
}

/// Items whose head was read; the items themselves are still to come, or were read with it where nothing else is possible.
pub struct Announced<'a> {
    /// How many items of what shape the head says there are; none where only reading tells.
    pub head: Option<(usize, ItemShape)>,
    /// Reads the items; what is wrong is said in a sentence that begins with "it" or "its".
    pub read: Box<dyn FnOnce() -> Result<Found, String> + 'a>,
}

/// From this many bytes on, values are not held in memory: those of a plain file stay in it, decoded pixels are written to one.
pub(super) const STAYS_FROM: u64 = 256 << 20;

impl<'a> Announced<'a> {
    /// The numbers of a plain file from `offset` on, up to its end, of which no more is read than is asked for later; none
    /// where they are so few that they are better read at once.
    ///
    /// # Errors
    /// If so many items of that shape can't be used, or the file has more or fewer numbers.
    pub(super) fn stored(
        (count, shape): (usize, ItemShape),
        element: Element,
        layout: Layout,
        file: Option<File>,
        offset: u64,
    ) -> Result<Option<Self>, String> {
        check_size(count, shape)?;
        let bytes = (count as u64)
            .checked_mul((shape.numbers() * element.size()) as u64)
            .filter(|&bytes| bytes >= STAYS_FROM && u32::try_from(count).is_ok());
        let (Some(file), Some(bytes)) = (file, bytes) else {
            return Ok(None);
        };
        let length = file.metadata().map_err(|error| error.to_string())?.len();
        let follow = length.saturating_sub(offset);
        let claim = format!("its header says {count} {shape}");
        match follow.cmp(&bytes) {
            Ordering::Less => return Err(format!("{claim}, but {follow} bytes follow")),
            Ordering::Greater => return Err(format!("{claim}, but more than {bytes} bytes follow")),
            Ordering::Equal => {}
        }
        let values = Values::Stored(Stored {
            file: Arc::new(file),
            offset,
            element,
            count,
            layout,
            white: None,
            fault: OnceLock::new(),
            to_announce: AtomicU32::new(0),
        });
        Ok(Some(Self {
            head: Some((count, shape)),
            read: Box::new(move || Ok(Found::new(shape, values))),
        }))
    }

    /// Numbers of one type, item after item, up to the end of `body`, where at most `padding` bytes may follow.
    ///
    /// # Errors
    /// If so many items of that shape can't be used.
    pub(super) fn numbers(
        (count, shape): (usize, ItemShape),
        element: Element,
        mut body: impl Read + 'a,
        padding: usize,
        rules: &ReadingRules,
    ) -> Result<Self, String> {
        check_size(count, shape)?;
        // In memory, numbers are bytes or single floats.
        check_memory(count, shape, element.size().min(4))?;
        let is_grey = rules.scale == Scale::Usual && matches!(shape, ItemShape::Image { .. });
        let read = move || {
            let claim = format!("its header says {count} {shape}");
            let numbers = count * shape.numbers();
            let values = read_numbers(&mut body, element, numbers, is_grey, &claim, padding)?;
            Ok(Found::new(shape, values))
        };
        Ok(Self {
            head: Some((count, shape)),
            read: Box::new(read),
        })
    }
}

/// The `count` numbers that a header claims, after which at most `padding` more bytes may come.
///
/// Whole numbers that are all up to 255 become bytes, whatever their type, and so do floats from 0 to 1 where they stand
/// for grey: in 256 steps.
pub(super) fn read_numbers(
    input: &mut impl Read,
    element: Element,
    count: usize,
    is_grey: bool,
    claim: &str,
    padding: usize,
) -> Result<Values, String> {
    if element.is_byte() {
        return read_claimed(input, count, padding, claim).map(Values::Bytes);
    }
    let size = element.size();
    let mut floats = Vec::new();
    let mut bytes = Some(Vec::new());
    let mut raw = vec![0; STRETCH.min(count * size)];
    let mut left = count;
    while left > 0 {
        let room = left.min(raw.len() / size);
        let stretch = &mut raw[..room * size];
        let arrived = fill(input, stretch).map_err(|error| error.to_string())?;
        if arrived < stretch.len() {
            let arrived = (count - left) * size + arrived;
            return Err(format!("{claim}, but {arrived} bytes follow"));
        }
        left -= room;
        if reserve(&mut floats, room, left).is_err() {
            return Err(format!("{claim}, for which there is not enough memory"));
        }
        let numbers = || stretch.chunks_exact(size).map(|bytes| element.number(bytes));
        floats.extend(numbers().map(|number| number as f32));
        bytes = bytes.and_then(|bytes| with_bytes(bytes, numbers(), element, is_grey));
    }
    end(
        input,
        padding,
        &format!("{claim}, but more than {} bytes follow", count * size),
    )?;
    Ok(bytes.map_or(Values::Floats(floats), Values::Bytes))
}

/// `bytes` with more of them, where all of `numbers` are bytes.
fn with_bytes(
    mut bytes: Vec<u8>,
    numbers: impl Iterator<Item = f64>,
    element: Element,
    is_grey: bool,
) -> Option<Vec<u8>> {
    for number in numbers {
        let byte = match element.is_float() {
            true if is_grey && (0.0..=1.0).contains(&number) => (255.0 * number).round(),
            false if (0.0..=255.0).contains(&number) => number,
            _ => return None,
        };
        bytes.push(byte as u8);
    }
    Some(bytes)
}

/// Asks for the memory of `room` more entries, of which `left` come later: little at first, and never more than all.
fn reserve<T>(
    entries: &mut Vec<T>,
    room: usize,
    left: usize,
) -> Result<(), std::collections::TryReserveError> {
    if entries.capacity() - entries.len() >= room {
        return Ok(());
    }
    entries.try_reserve_exact((room + left).min(room.max(entries.len())))
}

/// The `count` bytes that a header claims, after which at most `padding` more may come.
///
/// Memory grows with what arrives, so that a claim alone takes none, and is never more than `count`.
pub(super) fn read_claimed(
    input: &mut impl Read,
    count: usize,
    padding: usize,
    claim: &str,
) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while bytes.len() < count {
        let room = (count - bytes.len()).min(bytes.len().max(STRETCH));
        if bytes.try_reserve_exact(room).is_err() {
            return Err(format!("{claim}, for which there is not enough memory"));
        }
        let read = input.take(room as u64).read_to_end(&mut bytes);
        if read.map_err(|error| error.to_string())? < room {
            return Err(format!("{claim}, but {} bytes follow", bytes.len()));
        }
    }
    end(
        input,
        padding,
        &format!("{claim}, but more than {count} bytes follow"),
    )?;
    Ok(bytes)
}

/// Makes sure that no more than `padding` bytes follow.
fn end(input: &mut impl Read, padding: usize, complaint: &str) -> Result<(), String> {
    let mut rest = vec![0; padding + 1];
    if fill(input, &mut rest).map_err(|error| error.to_string())? > padding {
        return Err(complaint.to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::element::ElementKind;

    fn read(element: Element, bytes: &[u8], is_grey: bool) -> Result<Values, String> {
        let count = bytes.len() / element.size();
        read_numbers(&mut &bytes[..], element, count, is_grey, "it says so", 0)
    }

    #[test]
    fn whole_numbers_up_to_255_and_grey_floats_become_bytes() {
        let element = |kind| Element {
            kind,
            is_big_endian: false,
        };
        let wide: Vec<u8> = [0_i64, 7, 255].into_iter().flat_map(i64::to_le_bytes).collect();
        assert_eq!(
            read(element(ElementKind::I64), &wide, false),
            Ok(Values::Bytes(vec![0, 7, 255]))
        );
        let wider: Vec<u8> = [0_i64, 256].into_iter().flat_map(i64::to_le_bytes).collect();
        assert_eq!(
            read(element(ElementKind::I64), &wider, false),
            Ok(Values::Floats(vec![0.0, 256.0]))
        );
        let grey: Vec<u8> = [0.0_f32, 0.5, 1.0]
            .into_iter()
            .flat_map(f32::to_le_bytes)
            .collect();
        let floats = element(ElementKind::F32);
        assert_eq!(read(floats, &grey, true), Ok(Values::Bytes(vec![0, 128, 255])));
        assert_eq!(
            read(floats, &grey, false),
            Ok(Values::Floats(vec![0.0, 0.5, 1.0]))
        );
    }

    #[test]
    fn what_a_format_hands_over_must_fit() {
        let found = Found::new(ItemShape::Vector { features: 2 }, Values::Bytes(vec![0; 20]));
        assert_eq!(found.check(), Ok(()));
        let with_labels = |count| Found {
            labels: vec!["a".into(); count],
            ..Found::new(found.shape, Values::Bytes(vec![0; 20]))
        };
        assert_eq!(with_labels(10).check(), Ok(()));
        assert!(with_labels(9).check().unwrap_err().contains("9 labels"));
        let few = Found::new(found.shape, Values::Bytes(vec![0; 18]));
        assert!(few.check().unwrap_err().contains("at least 10"));
    }
}
