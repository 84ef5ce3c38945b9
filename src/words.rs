//! Text for people.

/// `text` with nothing in it that a terminal obeys or a line ends at: control characters, and those that turn the
/// direction of writing, are shown as their escapes. Names come from files and folders, where anything may stand.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if is_obeyed(character) {
            plain.extend(character.escape_default());
        } else {
            plain.push(character);
        }
    }
    plain
}

/// The same of JSON text, which stays the same JSON: some of those characters need no escape there.
pub fn plain_json(json: &str) -> String {
    let mut plain = String::with_capacity(json.len());
    for character in json.chars() {
        if is_obeyed(character) {
            // Every one of them is one unit of UTF-16.
            plain.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            plain.push(character);
        }
    }
    plain
}

/// Whether a character does something instead of being seen.
pub fn is_obeyed(character: char) -> bool {
    let turns_or_breaks = matches!(
        character,
        '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    );
    character.is_control() || turns_or_breaks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(
            plain("run\u{1b}[31m\nred\u{7}\u{9b}2J\u{202e}"),
            "run\\u{1b}[31m\\nred\\u{7}\\u{9b}2J\\u{202e}"
        );
        assert_eq!(
            plain("faces/ü 面 \"1\" \\ ±0.5.ron"),
            "faces/ü 面 \"1\" \\ ±0.5.ron"
        );
    }

    proptest! {
        #[test]
        fn nothing_is_obeyed_and_what_is_plain_stays(text in any::<String>()) {
            let once = plain(&text);
            prop_assert!(!once.chars().any(char::is_control));
            prop_assert_eq!(plain(&once), once);
        }

        #[test]
        fn json_stays_the_same_value(text in any::<String>()) {
            let json = plain_json(&serde_json::to_string(&text).expect("a string"));
            prop_assert!(!json.chars().any(is_obeyed));
            prop_assert_eq!(serde_json::from_str::<String>(&json).ok(), Some(text));
        }
    }
}
