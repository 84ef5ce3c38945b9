//! What training and test sets are called inside one file or folder: `train` and `test`, `x_train`, `val_images`.

/// Which set a name speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// To train on.
    Train,
    /// To be measured on.
    Test,
    /// To choose settings by.
    Validation,
}

/// What sets are called; the longer names before those that they begin with.
const NAMES: [(&str, Set); 6] = [
    ("training", Set::Train),
    ("train", Set::Train),
    ("test", Set::Test),
    ("validation", Set::Validation),
    ("valid", Set::Validation),
    ("val", Set::Validation),
];
/// What may stand between the parts of a name.
const SEPARATORS: [char; 4] = ['_', '-', '.', ' '];

impl Set {
    /// The set of a name that says nothing else.
    pub(super) fn called(name: &str) -> Option<Self> {
        Self::in_name(name)
            .filter(|(_, rest)| rest.is_empty())
            .map(|(set, _)| set)
    }

    /// The set that a name begins or ends with, and the rest of the name in small letters: `x_train` is `x` of the
    /// training set.
    pub(super) fn in_name(name: &str) -> Option<(Self, String)> {
        let lower = name.to_ascii_lowercase();
        NAMES.iter().find_map(|(word, set)| {
            let (rest, is_first) = match (lower.strip_prefix(word), lower.strip_suffix(word)) {
                (Some(rest), _) => (rest, true),
                (None, Some(rest)) => (rest, false),
                (None, None) => return None,
            };
            let bare = rest.trim_matches(SEPARATORS);
            // Short words stand in many others: latest, values.
            let is_apart = rest.is_empty()
                || if is_first {
                    rest.starts_with(SEPARATORS)
                } else {
                    rest.ends_with(SEPARATORS)
                };
            (is_apart || bare.len() == 1).then(|| (*set, bare.to_owned()))
        })
    }

    /// How its items are marked: those to choose settings by are the test set where there is no other, and else left out.
    pub(super) fn mark(self, has_test: bool) -> Option<&'static str> {
        match (self, has_test) {
            (Self::Train, _) => Some("train"),
            (Self::Test, _) | (Self::Validation, false) => Some("test"),
            (Self::Validation, true) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_which_set_they_are() {
        for (name, set, rest) in [
            ("train", Set::Train, ""),
            ("X_train", Set::Train, "x"),
            ("XTrain", Set::Train, "x"),
            ("test_images", Set::Test, "images"),
            ("y-test", Set::Test, "y"),
            ("val_labels", Set::Validation, "labels"),
            ("Training", Set::Train, ""),
            ("validation", Set::Validation, ""),
        ] {
            assert_eq!(Set::in_name(name), Some((set, rest.to_owned())), "{name}");
        }
        for other in ["latest", "values", "x", "", "trained", "contest"] {
            assert_eq!(Set::in_name(other), None, "{other}");
        }
        assert_eq!(Set::called("TEST"), Some(Set::Test));
        assert_eq!(Set::called("x_test"), None);
    }
}
