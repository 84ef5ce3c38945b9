//! Which items are held out as the test set, by the rules and by what the data says itself.

use rand::seq::index::sample;

use super::split::Items;
use super::{ItemShape, ReadingRules, SplitRule};
use crate::random::{Purpose, generator};

/// The share of the items that is held out where nobody states one.
const USUAL_FRACTION: f64 = 0.1;

/// The items to train on, those that are held out, and words for it.
pub(super) struct Parts {
    pub items: [Items; 2],
    pub words: String,
}

/// Splits `count` items; `marks` is what the data says itself of the part of each.
///
/// # Errors
/// If the rules ask for marks that are not there or can't be understood, or a part would be empty; the sentence begins
/// with "it" or "its".
pub(super) fn parts(
    count: usize,
    shape: ItemShape,
    marks: &[String],
    rules: &ReadingRules,
) -> Result<Parts, String> {
    let item = shape.noun_of_one();
    let fraction = rules.test_fraction.map_or(USUAL_FRACTION, f64::from);
    let held_out = ((count as f64 * fraction).round() as usize).clamp(1, count - 1);
    let parts = match rules.split {
        SplitRule::Usual if !marks.is_empty() => marked(marks)?,
        SplitRule::Column => marked(marks)?,
        SplitRule::Usual | SplitRule::Interleaved => interleaved(count, fraction, held_out, item),
        SplitRule::Contiguous => Parts {
            items: [
                Items::all(count - held_out),
                Items::Range {
                    first: count - held_out,
                    count: held_out,
                },
            ],
            words: format!(
                "the last {held_out} of {count} {} are held out as the test set",
                shape.noun()
            ),
        },
        SplitRule::Random => {
            let mut generator = generator(rules.split_seed, Purpose::Split, 0, 0);
            let mut is_held_out = vec![false; count];
            sample(&mut generator, count, held_out)
                .iter()
                .for_each(|item| is_held_out[item] = true);
            Parts {
                items: lists(&is_held_out),
                words: format!(
                    "{held_out} of {count} {} are held out as the test set, by chance with seed {}",
                    shape.noun(),
                    rules.split_seed
                ),
            }
        }
    };
    if parts.items.iter().any(|items| items.len() == 0) {
        return Err("its parts would be one without items: train and test both need some".into());
    }
    Ok(parts)
}

/// Every so many; or, where the fraction is none of that kind, spread as evenly.
fn interleaved(count: usize, fraction: f64, held_out: usize, item: &str) -> Parts {
    let every = fraction.recip().round() as usize;
    let is_whole = (fraction.recip() - every as f64).abs() < 1e-4 && every > 1 && every <= count;
    if is_whole {
        let order = match every {
            2 => "second".to_owned(),
            3 => "third".to_owned(),
            10 => "tenth".to_owned(),
            other => format!("{other}th"),
        };
        return Parts {
            items: [
                Items::AllButEvery { every, of: count },
                Items::Every { every, of: count },
            ],
            words: format!(
                "every {order} {item} is held out as the test set, {} of {count}",
                count / every
            ),
        };
    }
    let before = |items: usize| items * held_out / count;
    let is_held_out: Vec<bool> = (0..count).map(|item| before(item + 1) > before(item)).collect();
    let items = lists(&is_held_out);
    let words = format!(
        "{} of {count} items, evenly spread, are held out as the test set",
        items[1].len()
    );
    Parts { items, words }
}

/// As the data marks its items.
fn marked(marks: &[String]) -> Result<Parts, String> {
    if marks.is_empty() {
        return Err("it has nothing that says which items are held out: --split-column names it".into());
    }
    let is_held_out = |(place, mark): (usize, &String)| match mark.to_ascii_lowercase().as_str() {
        "test" | "1" | "true" | "yes" => Ok(true),
        "train" | "0" | "false" | "no" => Ok(false),
        _ => Err(format!(
            "its item {} is marked {mark:?} where train or test, or 0 or 1, is expected",
            place + 1
        )),
    };
    let is_held_out = marks
        .iter()
        .enumerate()
        .map(is_held_out)
        .collect::<Result<Vec<bool>, String>>()?;
    let items = lists(&is_held_out);
    let words = format!(
        "{} of {} items are marked as the test set",
        items[1].len(),
        marks.len()
    );
    Ok(Parts { items, words })
}

/// The items that stay, and those that are held out.
fn lists(is_held_out: &[bool]) -> [Items; 2] {
    [false, true].map(|wanted| {
        let items = (0..).zip(is_held_out).filter(|(_, is)| **is == wanted);
        Items::List(items.map(|(item, _)| item).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(count: usize, rules: ReadingRules, marks: &[&str]) -> Result<[Vec<usize>; 2], String> {
        let marks: Vec<String> = marks.iter().map(|mark| (*mark).to_owned()).collect();
        let parts = parts(count, ItemShape::Vector { features: 1 }, &marks, &rules)?;
        Ok(parts.items.map(|items| items.iter().collect()))
    }

    fn rules(split: SplitRule, test_fraction: Option<f32>) -> ReadingRules {
        ReadingRules {
            split,
            test_fraction,
            ..ReadingRules::default()
        }
    }

    #[test]
    fn every_item_is_in_one_part_and_as_many_are_held_out_as_the_fraction_says() {
        for kind in [
            SplitRule::Usual,
            SplitRule::Interleaved,
            SplitRule::Contiguous,
            SplitRule::Random,
        ] {
            for (fraction, expected) in [(None, 4), (Some(0.25), 10), (Some(0.7), 28), (Some(0.45), 18)] {
                let [train, test] = split(40, rules(kind, fraction), &[]).unwrap();
                assert_eq!(test.len(), expected, "{kind:?} {fraction:?}");
                let mut all = [&train[..], &test].concat();
                all.sort_unstable();
                assert_eq!(all, (0..40).collect::<Vec<_>>(), "{kind:?} {fraction:?}");
                assert!(train.is_sorted() && test.is_sorted());
            }
        }
        assert_eq!(split(25, rules(SplitRule::Usual, None), &[]).unwrap()[1], [9, 19]);
        assert_eq!(
            split(10, rules(SplitRule::Contiguous, Some(0.3)), &[]).unwrap()[1],
            [7, 8, 9]
        );
    }

    #[test]
    fn a_random_split_is_a_function_of_its_seed() {
        let with_seed = |split_seed| {
            let rules = ReadingRules {
                split_seed,
                ..rules(SplitRule::Random, Some(0.5))
            };
            split(60, rules, &[]).unwrap()
        };
        assert_eq!(with_seed(3), with_seed(3));
        assert_ne!(with_seed(3), with_seed(4));
    }

    #[test]
    fn marks_decide_where_the_data_has_them() {
        for kind in [SplitRule::Usual, SplitRule::Column] {
            let parts = split(4, rules(kind, None), &["train", "TEST", "0", "1"]).unwrap();
            assert_eq!(parts, [[0, 2], [1, 3]]);
        }
        let said = split(2, rules(SplitRule::Column, None), &[]).unwrap_err();
        assert!(said.contains("--split-column"), "{said}");
        let said = split(2, rules(SplitRule::Column, None), &["train", "later"]).unwrap_err();
        assert!(said.contains("item 2") && said.contains("later"), "{said}");
        let said = split(2, rules(SplitRule::Column, None), &["train", "train"]).unwrap_err();
        assert!(said.contains("both need some"), "{said}");
    }
}
