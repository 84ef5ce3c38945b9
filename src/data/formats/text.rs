//! Numbers in text, and text read a bounded piece at a time.

use std::cell::Cell;
use std::io::{Error, Read, Result};
use std::rc::Rc;

/// The most bytes that a piece of text (a row of a table, a value of JSON) may take: more than twice as many as the largest item.
const LONGEST: usize = 2 << 20;
/// What stands for a missing value, whether in capitals or not.
const MISSING: [&str; 6] = ["", "na", "n/a", "nan", "null", "?"];
/// The mark that some programs set before text in UTF-8.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// The number that a field holds, NaN where it says that the value is missing; none where it is another text.
pub(super) fn number(field: &[u8]) -> Option<f32> {
    let text = std::str::from_utf8(field).ok()?.trim();
    match text.parse() {
        Ok(number) => Some(number),
        Err(_) => is_missing(text).then_some(f32::NAN),
    }
}

/// Whether a text says that a value is missing.
pub(super) fn is_missing(text: &str) -> bool {
    MISSING.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A label as classes are called: numbers without needless zeros.
pub(super) fn label(text: &str) -> String {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => number.to_string(),
        _ if is_missing(text) => NO_LABEL.to_owned(),
        _ => text.to_owned(),
    }
}

/// The label of an item that has none, among others that have one.
pub(super) const NO_LABEL: &str = "(none)";

/// How much more may be read before a piece ends.
#[derive(Clone)]
pub(super) struct Allowance(Rc<Cell<usize>>);

impl Allowance {
    /// Says that a piece has ended: the next may be as long.
    pub(super) fn renew(&self) {
        self.0.set(LONGEST);
    }
}

/// Text that is refused where a piece of it, whose ends the reader tells, is too long to be held in memory.
pub(super) struct Bounded<R> {
    inner: R,
    allowance: Allowance,
    piece: &'static str,
}

impl<R: Read> Bounded<R> {
    /// Text in pieces that are called `piece`, and the allowance to renew at the end of each.
    pub(super) fn new(inner: R, piece: &'static str) -> (Self, Allowance) {
        let allowance = Allowance(Rc::new(Cell::new(LONGEST)));
        let bounded = Self {
            inner,
            allowance: allowance.clone(),
            piece,
        };
        (bounded, allowance)
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let left = self.allowance.0.get();
        if left == 0 {
            return Err(Error::other(format!("{} takes more than 2 MiB", self.piece)));
        }
        let room = into.len().min(left);
        let count = self.inner.read(&mut into[..room])?;
        self.allowance.0.set(left - count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_missing_values_are_told_from_other_text() {
        for (field, expected) in [("1.5", 1.5), (" -2e3 ", -2_000.0), ("7", 7.0)] {
            assert_eq!(number(field.as_bytes()), Some(expected));
        }
        for missing in ["", " ", "NA", "n/a", "NaN", "NULL", "?"] {
            assert!(number(missing.as_bytes()).is_some_and(f32::is_nan), "{missing:?}");
        }
        for other in [&b"abc"[..], b"1,5", b"0x10", b"\xff"] {
            assert_eq!(number(other), None);
        }
        assert_eq!([label(" 3.0"), label("a b"), label("NA")], ["3", "a b", NO_LABEL]);
    }

    #[test]
    fn a_piece_that_never_ends_is_refused() {
        let (mut bounded, allowance) = Bounded::new(std::io::repeat(b'1'), "a row");
        let mut bytes = vec![0; LONGEST];
        for _ in 0..3 {
            bounded.read_exact(&mut bytes).expect("a piece may be so long");
            allowance.renew();
        }
        bounded.read_exact(&mut bytes).expect("a piece may be so long");
        let said = bounded.read(&mut bytes).unwrap_err().to_string();
        assert!(said.contains("a row takes more than 2 MiB"), "{said}");
    }
}
