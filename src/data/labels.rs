//! Classes out of the labels that a file has: the names in order, and of each item the place of its class.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use crate::words::plain;

/// The most classes that there may be.
const MOST_CLASSES: usize = 1 << 10;

/// The distinct labels of two parts of a data set, numbers in ascending order and else as text, and each item's place
/// among them.
///
/// # Errors
/// If there are so many that they can't be classes; the sentence begins with "its".
pub(super) fn classes(parts: [&[String]; 2]) -> Result<(Vec<String>, [Vec<u16>; 2]), String> {
    let mut distinct = HashSet::new();
    for label in parts.into_iter().flatten() {
        distinct.insert(label.as_str());
        if distinct.len() > MOST_CLASSES {
            return Err(format!(
                "its labels are more than {MOST_CLASSES} different ones, which can't be classes"
            ));
        }
    }
    let mut names: Vec<&str> = distinct.into_iter().collect();
    names.sort_unstable_by(|one, other| by_number(one, other));
    let places: HashMap<&str, u16> = names.iter().copied().zip(0..).collect();
    let place_each = |labels: &[String]| labels.iter().map(|label| places[label.as_str()]).collect();
    Ok((names.into_iter().map(plain).collect(), parts.map(place_each)))
}

/// Numbers by their value and before all others, which are in the order of their characters.
fn by_number(one: &str, other: &str) -> Ordering {
    let number = |label: &str| label.parse::<f64>().ok().filter(|number| number.is_finite());
    match (number(one), number(other)) {
        (Some(one_number), Some(other_number)) => {
            one_number.total_cmp(&other_number).then_with(|| one.cmp(other))
        }
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => one.cmp(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn classes_are_in_the_order_of_their_numbers_or_else_of_their_text() {
        let (names, [train, test]) = classes([&labels("10 2 255"), &labels("2 7")]).unwrap();
        assert_eq!(names, ["2", "7", "10", "255"]);
        assert_eq!((train, test), (vec![2, 0, 3], vec![0, 1]));
        let (names, _) = classes([&labels("setosa 3 virginica 20"), &[]]).unwrap();
        assert_eq!(names, ["3", "20", "setosa", "virginica"]);
        assert_eq!(classes([&[], &[]]).unwrap(), (vec![], [vec![], vec![]]));
    }

    #[test]
    fn a_name_has_nothing_that_a_terminal_obeys() {
        let (names, _) = classes([&["\u{1b}[2J".to_owned()], &[]]).unwrap();
        assert_eq!(names, [r"\u{1b}[2J"]);
    }

    #[test]
    fn labels_that_are_no_classes_are_refused() {
        let many: Vec<String> = (0..5_000).map(|label| label.to_string()).collect();
        assert!(classes([&many, &[]]).unwrap_err().contains("1024"));
    }
}
