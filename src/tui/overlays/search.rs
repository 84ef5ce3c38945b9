//! Which entries of a list fit what is typed of them.

use std::cmp::Reverse;

use code_fuzzy_match::FuzzyMatcher;

/// The places of the entries in which the letters of each typed word stand in their order, the best first; of equals, the
/// first.
pub fn fitting<'a>(typed: &str, entries: impl Iterator<Item = &'a str>) -> Vec<usize> {
    let mut matcher = FuzzyMatcher::new();
    let mut score = |entry: &str| -> Option<usize> {
        let mut words = typed.split_whitespace();
        words.try_fold(0, |sum, word| Some(sum + matcher.fuzzy_match(entry, word)?))
    };
    let scored = entries.enumerate();
    let mut found: Vec<(usize, usize)> = scored
        .filter_map(|(place, entry)| Some((score(entry)?, place)))
        .collect();
    found.sort_by_key(|&(score, _)| Reverse(score));
    found.into_iter().map(|(_, place)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_their_order_fit_and_whole_words_are_best() {
        let entries = [
            "reseed the samples",
            "save the session",
            "sessions of the folder",
            "訓練を始める",
        ];
        let fitting = |typed| fitting(typed, entries.into_iter());
        assert_eq!(fitting("session")[0], 2);
        assert_eq!(fitting("session sav"), [1], "words in any order");
        assert_eq!(fitting("svsn"), [1]);
        assert_eq!(fitting("訓練"), [3]);
        assert_eq!(fitting("SAVE"), [1]);
        assert!(fitting("xyz").is_empty());
        assert_eq!(fitting(" "), [0, 1, 2, 3], "nothing typed");
    }
}
