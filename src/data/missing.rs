//! Values that are missing or are no numbers: refused with their place, left out with their item, or filled in later.

use super::split::Items;
use super::statistics::Statistics;
use super::values::Values;
use super::{ItemShape, Missing};
use crate::words::plain;

/// What one pass over the items of a part found.
pub(super) struct Survey {
    /// The items that stay.
    pub items: Items,
    /// Of their values.
    pub statistics: Statistics,
    /// How many items were left out.
    pub dropped: usize,
    /// How many values are missing in those that stay.
    pub filled: usize,
}

/// Looks at every value of `items`, whose `lengths` are those of every sequence of the file before its padding.
///
/// # Errors
/// If a value is infinite, or missing where the rule refuses that: its place. The sentence begins with "its".
pub(super) fn survey(
    values: &Values,
    items: Items,
    (shape, features): (ItemShape, &[String]),
    (lengths, rule): (&[usize], Missing),
) -> Result<Survey, String> {
    let mut row = vec![0.0; shape.numbers()];
    let mut statistics = Statistics::new(row.len());
    let mut kept = Vec::new();
    let (mut dropped, mut filled) = (0, 0);
    for item in items.iter() {
        values.fill(item, &mut row);
        if let Some(fault) = values.fault() {
            return Err(format!("its item {} can't be read: {fault}", item + 1));
        }
        // What pads a shorter sequence says nothing of the data, whatever it is.
        let there = lengths
            .get(item)
            .map_or(row.len(), |length| length * shape.of_step().numbers());
        let place = |number: usize| place(shape, features, item, number);
        if let Some(number) = row[..there].iter().position(|value| value.is_infinite()) {
            return Err(format!("its {} is infinite", place(number)));
        }
        let missing = row[..there].iter().filter(|value| value.is_nan()).count();
        if let (Missing::Refuse, Some(number)) = (rule, row[..there].iter().position(|value| value.is_nan()))
        {
            return Err(format!(
                "its {} is missing or no number: --missing drop leaves such items out, and --missing mean fills them in",
                place(number)
            ));
        }
        if missing > 0 && rule == Missing::Drop {
            dropped += 1;
            continue;
        }
        filled += missing;
        row[there..].fill(f32::NAN);
        statistics.take_in(&row);
        kept.push(item as u32);
    }
    Ok(Survey {
        items: if dropped == 0 { items } else { Items::List(kept) },
        statistics,
        dropped,
        filled,
    })
}

/// Where a value stands, counted from 1.
fn place(shape: ItemShape, features: &[String], item: usize, number: usize) -> String {
    let name = features
        .get(number)
        .map_or(String::new(), |name| format!(" ({})", plain(name)));
    match shape {
        ItemShape::Vector { .. } => format!("value in row {}, column {}{name}", item + 1, number + 1),
        ItemShape::Film { .. } => {
            let each = shape.of_step();
            let (frame, number) = (number / each.numbers(), number % each.numbers());
            let of_frame = place(each, &[], frame, number);
            format!("{of_frame} of sequence {}", item + 1)
        }
        ItemShape::Image { width, channels, .. } => {
            let (row, column) = (number / (width * channels) + 1, number / channels % width + 1);
            format!("pixel in row {row}, column {column} of image {}", item + 1)
        }
        ItemShape::Sequence { features: each, .. } => format!(
            "value of feature {} at step {} of sequence {}",
            number % each + 1,
            number / each + 1,
            item + 1
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTOR: ItemShape = ItemShape::Vector { features: 2 };

    fn surveyed(numbers: &[f32], rule: Missing) -> Result<Survey, String> {
        let names = ["age".to_owned(), "height".to_owned()];
        let values = Values::Floats(numbers.to_vec());
        survey(
            &values,
            Items::all(numbers.len() / 2),
            (VECTOR, &names),
            (&[], rule),
        )
    }

    #[test]
    fn a_missing_value_is_refused_with_its_place_or_dropped_or_filled_in() {
        let numbers = [1.0, 2.0, 3.0, f32::NAN, 5.0, 6.0];
        let Err(said) = surveyed(&numbers, Missing::Refuse) else {
            panic!("it is missing")
        };
        assert!(said.contains("row 2, column 2 (height)"), "{said}");
        let dropped = surveyed(&numbers, Missing::Drop).unwrap();
        assert_eq!(
            (dropped.items.iter().collect::<Vec<_>>(), dropped.dropped),
            (vec![0, 2], 1)
        );
        assert_eq!(dropped.statistics.means(), [3.0, 4.0]);
        let filled = surveyed(&numbers, Missing::Mean).unwrap();
        assert_eq!((filled.items.len(), filled.filled), (3, 1));
        assert_eq!(filled.statistics.means(), [3.0, 4.0]);
    }

    #[test]
    fn what_pads_a_sequence_is_neither_missing_nor_infinite() {
        let values = Values::Floats(vec![1.0, 2.0, f32::NAN, f32::INFINITY, 5.0, 6.0, 7.0, 8.0]);
        let shape = ItemShape::Sequence {
            steps: 2,
            features: 2,
        };
        let lengths = [1, 2];
        for rule in [Missing::Refuse, Missing::Drop, Missing::Mean] {
            let found = survey(&values, Items::all(2), (shape, &[]), (&lengths, rule)).unwrap();
            assert_eq!((found.items.len(), found.dropped, found.filled), (2, 0, 0));
            assert_eq!(found.statistics.means(), [3.0, 4.0, 7.0, 8.0]);
        }
    }

    #[test]
    fn infinity_is_refused_whatever_the_rule() {
        for rule in [Missing::Refuse, Missing::Drop, Missing::Mean] {
            let Err(said) = surveyed(&[1.0, f32::NEG_INFINITY], rule) else {
                panic!("it is infinite")
            };
            assert!(said.contains("row 1, column 2"), "{said}");
        }
    }

    #[test]
    fn places_are_those_of_the_kind_of_item() {
        let image = ItemShape::Image {
            height: 2,
            width: 3,
            channels: 3,
        };
        assert_eq!(place(image, &[], 4, 14), "pixel in row 2, column 2 of image 5");
        let sequence = ItemShape::Sequence {
            steps: 4,
            features: 2,
        };
        assert_eq!(
            place(sequence, &[], 0, 5),
            "value of feature 2 at step 3 of sequence 1"
        );
    }
}
