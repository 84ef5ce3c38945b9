//! Items that follow one another, as sequences of so many of them.

use super::found::check_size;
use super::{Found, Values};

/// Cuts items in their order into sequences of `length` each, of which the last may be shorter.
///
/// # Errors
/// If they are sequences already, are fewer, stay in their file, or would be too large together; the sentence begins with "it".
pub(super) fn in_windows(found: Found, length: usize) -> Result<Found, String> {
    let (count, each) = (found.count(), found.shape.numbers());
    let Some(shape) = found.shape.in_sequences(length) else {
        return Err(format!(
            "it has {} already, of which --sequence-length makes none",
            found.shape.noun()
        ));
    };
    if count < length {
        return Err(format!(
            "it has {count} {}, of which no sequence of {length} can be made",
            found.shape.noun()
        ));
    }
    let windows = count.div_ceil(length);
    check_size(windows, shape)?;
    let padded = windows * shape.numbers();
    let values = match found.values {
        Values::Bytes(mut bytes) => {
            bytes.truncate(count * each);
            bytes.resize(padded, 0);
            Values::Bytes(bytes)
        }
        Values::Floats(mut floats) => {
            floats.truncate(count * each);
            floats.resize(padded, 0.0);
            Values::Floats(floats)
        }
        Values::Stored(_) => {
            return Err(
                "it has more than 256 MiB of values, which stay in their file and can't be cut into sequences".into(),
            );
        }
    };
    let mut notes = found.notes;
    notes.push(format!(
        "{count} {} make {windows} sequences of {length}",
        found.shape.noun()
    ));
    if !found.labels.is_empty() || !found.parts.is_empty() {
        notes.push(
            "its labels and marks are of items, not of the sequences made of them, and left out".into(),
        );
    }
    Ok(Found {
        lengths: (0..windows)
            .map(|window| length.min(count - window * length))
            .collect(),
        notes,
        ..Found::new(shape, values)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ItemShape;

    #[test]
    fn items_become_sequences_in_their_order_and_the_last_is_padded() {
        let images = || Found::new(ItemShape::grey(1, 2), Values::Bytes((1..=10).collect()));
        let found = in_windows(images(), 2).unwrap();
        assert_eq!(found.shape.typed(), "2:1x2");
        assert_eq!(found.lengths, [2, 2, 1]);
        assert_eq!(
            found.values,
            Values::Bytes(vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0])
        );
        assert!(in_windows(images(), 6).unwrap_err().contains("5 images"));
        assert!(
            in_windows(in_windows(images(), 2).unwrap(), 2)
                .unwrap_err()
                .contains("sequences already")
        );
        let large = Found::new(
            ItemShape::Vector { features: 40_000 },
            Values::Bytes(vec![0; 120_000]),
        );
        assert!(in_windows(large, 2).unwrap_err().contains("65536 numbers"));
    }
}
