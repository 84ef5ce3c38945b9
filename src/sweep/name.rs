//! What a run of a sweep is called: its file, in every list, and to the engines. A name is made from the run's settings alone, so
//! that it stays when the sweep grows; it has nothing in it that a shell or a file system takes for something else.

use crate::data::short_name;

/// Bytes of a name at most; with its ending and what is written beside it, file systems have room for 255.
const LONGEST: usize = 200;

/// The name of a run with these values of the axes, by their settings: `latent-20_learning-rate-0.001_seed-1`.
pub fn of(values: &[(String, String)]) -> String {
    let parts = values
        .iter()
        .map(|(setting, value)| format!("{setting}-{}", part(setting, value)));
    let name = parts.collect::<Vec<_>>().join("_");
    if name.len() <= LONGEST {
        return name;
    }
    format!(
        "{}-{:08x}",
        &name[..LONGEST - 9],
        crc32fast::hash(name.as_bytes())
    )
}

/// A value in small letters, digits, dots and dashes; a checksum follows it where that says less than the value.
fn part(setting: &str, value: &str) -> String {
    let shown = if setting == "data" {
        short_name(value)
    } else {
        value
    };
    let is_plain = |character: char| {
        character.is_ascii_lowercase() || character.is_ascii_digit() || ".-".contains(character)
    };
    let readable: String = shown
        .chars()
        .map(|character| if is_plain(character) { character } else { '-' })
        .take(40)
        .collect();
    if readable == value {
        return readable;
    }
    format!("{readable}-{:08x}", crc32fast::hash(value.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn named(setting: &str, value: &str) -> String {
        of(&[(setting.into(), value.into()), ("seed".into(), "1".into())])
    }

    #[test]
    fn plain_values_stand_as_they_are() {
        assert_eq!(named("learning-rate", "0.001"), "learning-rate-0.001_seed-1");
        assert_eq!(named("data", "mnist"), "data-mnist_seed-1");
    }

    #[test]
    fn unlike_values_have_unlike_legal_names_whatever_they_are() {
        let values = [
            "200,200",
            "200-200",
            "200;200",
            "a/b",
            "A/b",
            "a b",
            "\u{1b}[2J",
            "é",
            "e",
            &"x".repeat(999),
            &"x".repeat(998),
        ];
        let names: BTreeSet<String> = values
            .iter()
            .map(|value| named("hidden", value).to_lowercase())
            .collect();
        assert_eq!(names.len(), values.len());
        for name in &names {
            assert!(name.len() <= LONGEST && !name.starts_with(['-', '.']), "{name}");
            assert!(
                name.chars()
                    .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)),
                "{name}"
            );
        }
        let two_files = [named("data", "/a/digits.npz"), named("data", "/b/digits.npz")];
        assert_ne!(two_files[0], two_files[1]);
    }

    #[test]
    fn many_axes_still_fit_into_a_file_name() {
        let axes = |last: &str| -> Vec<(String, String)> {
            (0..30)
                .map(|index| (format!("setting-{index}"), "value".into()))
                .chain([("seed".into(), last.into())])
                .collect()
        };
        let (one, two) = (of(&axes("1")), of(&axes("2")));
        assert!(one.len() == LONGEST && two.len() == LONGEST && one != two);
    }
}
