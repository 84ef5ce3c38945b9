//! Classes out of the labels that a file has: the names in order, and of each item the place of its class.

/// The distinct labels of two parts of a data set in ascending order, and each item's place among them.
pub(super) fn classes_of_bytes(parts: [&[u8]; 2]) -> (Vec<String>, [Vec<u16>; 2]) {
    let mut is_used = [false; 256];
    for &label in parts.into_iter().flatten() {
        is_used[usize::from(label)] = true;
    }
    let used: Vec<u8> = (0..=u8::MAX)
        .filter(|&label| is_used[usize::from(label)])
        .collect();
    let mut places = [0; 256];
    for (place, &label) in (0..).zip(&used) {
        places[usize::from(label)] = place;
    }
    let place_each = |labels: &[u8]| labels.iter().map(|&label| places[usize::from(label)]).collect();
    (used.iter().map(u8::to_string).collect(), parts.map(place_each))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_in_the_order_of_their_labels() {
        let (names, [train, test]) = classes_of_bytes([&[10, 2, 255], &[2, 7]]);
        assert_eq!(names, ["2", "7", "10", "255"]);
        assert_eq!((train, test), (vec![2, 0, 3], vec![0, 1]));
        assert_eq!(classes_of_bytes([&[], &[]]), (vec![], [vec![], vec![]]));
    }
}
