//! Values that stay in their file: rows are read from it when they are asked for.

use std::fs::File;
use std::io::Result;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::element::Element;
use super::formats::order::places;
use crate::platform::{announce_reading, read_exact_at};

/// A row that takes longer was not in memory.
const WAIT: Duration = Duration::from_micros(30);
/// Minibatches that are announced once a row was waited for: those that are read in time show nothing of the disk, so that it is tried
/// again and again.
const ANNOUNCED: u32 = 64;

/// The values of a plain file, of which no more is in memory than the row that is asked for.
///
/// The file may change while it is in use. Nothing of it is believed but that it is numbers: a row that can't be read any
/// more becomes infinities, from which no step is made (what is no number would only be missing), and [`Stored::fault`] says why.
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
    /// How many minibatches are still to be announced.
    pub to_announce: AtomicU32,
}

/// Where the numbers of an item stand in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One after the other, item by item, so many in each.
    Rows(usize),
    /// Number `j` of item `i` is number `i + places[j]` of the file: items side by side, as Fortran keeps arrays.
    Columns(Vec<usize>),
    /// Item by item; number `j` of an item is the number `places[j]` of those that the file has of it.
    Turned(Vec<usize>),
}

impl Layout {
    /// The layout of an array of `count` items in Fortran order, where the first index changes fastest; `sizes` are those of
    /// an item.
    pub fn fortran(count: usize, sizes: &[usize]) -> Self {
        Self::Columns(places(sizes, count))
    }

    /// Numbers of an item.
    fn numbers(&self) -> usize {
        match self {
            Self::Rows(numbers) => *numbers,
            Self::Columns(places) | Self::Turned(places) => places.len(),
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
            row.fill(f32::INFINITY);
            // The first one is kept.
            let _ = self.fault.set(error.to_string());
        }
    }

    fn read(&self, item: usize, row: &mut [f32]) -> Result<()> {
        let size = self.element.size();
        let mut bytes = vec![0; row.len() * size];
        match &self.layout {
            Layout::Rows(numbers) => {
                let place = item as u64 * (numbers * size) as u64;
                self.read_row(&mut bytes, place)?;
            }
            Layout::Turned(places) => {
                let mut whole = vec![0; bytes.len()];
                let place = item as u64 * bytes.len() as u64;
                self.read_row(&mut whole, place)?;
                for (number, place) in bytes.chunks_exact_mut(size).zip(places) {
                    number.copy_from_slice(&whole[place * size..][..size]);
                }
            }
            Layout::Columns(places) => {
                for (number, place) in bytes.chunks_exact_mut(size).zip(places) {
                    read_exact_at(
                        &self.file,
                        number,
                        self.offset + (item as u64 + *place as u64) * size as u64,
                    )?;
                }
            }
        }
        self.element.numbers(&bytes, row);
        if let Some(white) = self.white.filter(|&white| white != 255.0) {
            for value in row {
                *value = (255.0 * f64::from(*value) / white).round() as f32;
            }
        }
        Ok(())
    }

    fn read_row(&self, bytes: &mut [u8], place: u64) -> Result<()> {
        let started = Instant::now();
        read_exact_at(&self.file, bytes, self.offset + place)?;
        if started.elapsed() > WAIT {
            self.to_announce.store(ANNOUNCED, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Has the system fetch rows that will be read soon, all at once, where rows were waited for lately.
    pub(super) fn announce(&self, items: impl Iterator<Item = usize>) {
        let lies_together = matches!(self.layout, Layout::Rows(_) | Layout::Turned(_));
        let left = self.to_announce.load(Ordering::Relaxed);
        if left == 0 || !lies_together {
            return;
        }
        self.to_announce.store(left - 1, Ordering::Relaxed);
        let length = (self.layout.numbers() * self.element.size()) as u64;
        for item in items {
            announce_reading(&self.file, self.offset + item as u64 * length, length);
        }
    }

    /// How many numbers there are.
    pub(super) fn len(&self) -> usize {
        self.count * self.layout.numbers()
    }

    /// Whether all values lie in a range and, where asked, are whole: found out by reading items until one does not.
    pub(super) fn all_within(&self, range: RangeInclusive<f32>, are_whole: bool) -> bool {
        let mut row = vec![0.0; self.layout.numbers()];
        (0..self.count).all(|item| {
            self.fill(item, &mut row);
            let fits = |value: &f32| range.contains(value) && (!are_whole || value.fract() == 0.0);
            row.iter().all(fits)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::data::element::ElementKind;

    /// Values in a file of their own, behind three bytes.
    fn stored(element: Element, bytes: &[u8], count: usize, layout: Layout) -> Stored {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[&[9; 3], bytes].concat()).unwrap();
        Stored {
            file: Arc::new(file),
            offset: 3,
            element,
            count,
            layout,
            white: None,
            fault: OnceLock::new(),
            to_announce: AtomicU32::new(0),
        }
    }

    fn rows(stored: &Stored) -> Vec<Vec<f32>> {
        let row = |item| {
            let mut row = vec![0.5; stored.layout.numbers()];
            stored.fill(item, &mut row);
            row
        };
        (0..stored.count).map(row).collect()
    }

    #[test]
    fn rows_are_read_in_any_type_and_both_orders() {
        let expected: Vec<Vec<f32>> = vec![vec![0.0, 1.0, 2.0], vec![10.0, 11.0, 12.0]];
        let numbers = || expected.iter().flatten().copied();
        let kinds: [(ElementKind, Vec<u8>); 3] = [
            (ElementKind::U8, numbers().map(|number| number as u8).collect()),
            (ElementKind::F32, numbers().flat_map(f32::to_le_bytes).collect()),
            (
                ElementKind::I64,
                numbers()
                    .flat_map(|number| (number as i64).to_le_bytes())
                    .collect(),
            ),
        ];
        for (kind, bytes) in kinds {
            let element = Element {
                kind,
                is_big_endian: false,
            };
            let rows_of = stored(element, &bytes, 2, Layout::Rows(3));
            assert_eq!(rows(&rows_of), expected, "{kind:?}");
            assert_eq!(rows_of.len(), 6);
        }
    }

    #[test]
    fn an_array_in_fortran_order_gives_the_same_rows() {
        // Item i, row r, column c has the number 100 i + 10 r + c; the first index changes fastest.
        let at = |index: u8| (index % 2) * 100 + (index / 2 % 2) * 10 + index / 4;
        let bytes: Vec<u8> = (0..12).map(at).collect();
        let stored = stored(Element::U8, &bytes, 2, Layout::fortran(2, &[2, 3]));
        assert_eq!(
            rows(&stored),
            [
                [0.0, 1.0, 2.0, 10.0, 11.0, 12.0],
                [100.0, 101.0, 102.0, 110.0, 111.0, 112.0]
            ]
        );
    }

    #[test]
    fn grey_values_are_whole_numbers_up_to_255() {
        let floats: Vec<u8> = [0.0_f32, 0.5, 1.0]
            .into_iter()
            .flat_map(f32::to_le_bytes)
            .collect();
        let element = Element {
            kind: ElementKind::F32,
            is_big_endian: false,
        };
        let mut stored = stored(element, &floats, 1, Layout::Rows(3));
        assert!(stored.all_within(0.0..=1.0, false));
        assert!(!stored.all_within(0.0..=1.0, true) && !stored.all_within(0.0..=0.9, false));
        stored.white = Some(1.0);
        assert_eq!(rows(&stored), [[0.0, 128.0, 255.0]]);
    }

    #[test]
    fn announcing_ends_by_itself_and_changes_no_row() {
        let stored = stored(Element::U8, &[1, 2, 3, 4], 2, Layout::Rows(2));
        stored.to_announce.store(2, Ordering::Relaxed);
        // The last one is not there.
        (0..5).for_each(|_| stored.announce(0..3));
        assert_eq!(stored.to_announce.load(Ordering::Relaxed), 0);
        assert_eq!(rows(&stored), [[1.0, 2.0], [3.0, 4.0]]);
    }

    #[test]
    fn a_file_that_was_cut_gives_no_numbers_and_says_so() {
        let stored = stored(Element::U8, &[1; 12], 2, Layout::Rows(6));
        stored.file.set_len(10).unwrap();
        let rows = rows(&stored);
        assert_eq!(rows[0], [1.0; 6]);
        assert!(rows[1].iter().all(|value| value.is_infinite()));
        assert!(stored.fault.get().is_some());
    }

    #[test]
    fn a_turned_row_has_its_numbers_in_the_order_that_is_asked_for() {
        let element = Element {
            kind: ElementKind::U16,
            is_big_endian: true,
        };
        let bytes: Vec<u8> = (0..6_u16).flat_map(u16::to_be_bytes).collect();
        let turned = stored(element, &bytes, 2, Layout::Turned(vec![2, 0, 1]));
        assert_eq!(rows(&turned), [[2.0, 0.0, 1.0], [5.0, 3.0, 4.0]]);
    }
}
