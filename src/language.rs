//! The languages that the workbench speaks, and its texts in each of them.
//!
//! The English stands where it is used, and is the key to the others, as with gettext:
//! `tr!("goal raised to {goal} samples", goal = short(goal))`. A text that is data, such as the help of a command, goes through
//! [`said`] where it is shown. `assets/texts/ja.ron` has the Japanese; where a text is missing there, the English is shown, and
//! `tests/language.rs` fails.
//!
//! A thread speaks English until [`speak`] says otherwise: what is said for programs and for files stays English, and so do errors
//! of files and of the run, which come from threads of their own.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::LazyLock;

use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

/// A language.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, EnumMessage, EnumString, IntoStaticStr, VariantArray,
)]
pub enum Language {
    /// English
    #[default]
    #[strum(serialize = "en")]
    English,
    /// 日本語
    #[strum(serialize = "ja")]
    Japanese,
}

impl Language {
    /// The language of the locale for messages, by the order in which the system looks for it: `LC_ALL`, `LC_MESSAGES`, `LANG`.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let locales = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter();
        let locale = locales
            .filter_map(variable)
            .find(|locale| !locale.is_empty())
            .unwrap_or_default();
        match locale.split(['_', '.', '@']).next() {
            Some("ja") => Self::Japanese,
            _ => Self::English,
        }
    }

    /// The texts of the language by the English ones; none for English itself.
    pub fn texts(self) -> Option<&'static BTreeMap<String, String>> {
        match self {
            Self::English => None,
            Self::Japanese => Some(&JAPANESE),
        }
    }
}

#[allow(
    clippy::expect_used,
    reason = "the file is part of the program, and a test reads it"
)]
static JAPANESE: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| ron::from_str(include_str!("../assets/texts/ja.ron")).expect("a map of texts"));

thread_local! {
    static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
}

/// Chooses the language of what this thread says from now on.
pub fn speak(language: Language) {
    SPOKEN.set(language);
}

/// The language that this thread speaks.
pub fn spoken() -> Language {
    SPOKEN.get()
}

/// A text in the language that this thread speaks.
pub fn said(english: &str) -> &str {
    let texts = spoken().texts();
    texts
        .and_then(|texts| texts.get(english))
        .map_or(english, String::as_str)
}

/// The same with `values` in the place of their names in braces; what stands in a value is not looked at.
pub fn filled(english: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut rest = said(english);
    let mut text = String::with_capacity(2 * rest.len());
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            return text + "{" + after;
        };
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => text.push_str(&value.to_string()),
            None => text.push_str(&format!("{{{name}}}")),
        }
        rest = after;
    }
    text + rest
}

/// A text in the language that this thread speaks: `tr!("New run")`, or with values for the names in braces:
/// `tr!("saved to {path}", path = path.display())`.
macro_rules! tr {
    ($english:literal) => {
        $crate::language::said($english)
    };
    ($english:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::language::filled($english, &[$((stringify!($name), &$value)),+])
    };
}
pub(crate) use tr;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_decides_by_the_first_variable_that_says_something() {
        let language = |variables: &[(&str, &str)]| {
            Language::detect(|name| {
                let found = variables.iter().find(|(variable, _)| *variable == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(language(&[]), Language::English);
        assert_eq!(language(&[("LANG", "ja_JP.UTF-8")]), Language::Japanese);
        assert_eq!(language(&[("LANG", "ja")]), Language::Japanese);
        assert_eq!(language(&[("LANG", "jam_JM")]), Language::English);
        assert_eq!(
            language(&[("LC_ALL", ""), ("LC_MESSAGES", "ja_JP.eucJP"), ("LANG", "de_DE")]),
            Language::Japanese
        );
        assert_eq!(
            language(&[("LC_ALL", "C"), ("LANG", "ja_JP.UTF-8")]),
            Language::English
        );
    }

    #[test]
    fn values_take_the_place_of_their_names_and_are_not_looked_into() {
        assert_eq!(
            tr!("{first} of {second}", first = "{second}", second = 2),
            "{second} of 2"
        );
        assert_eq!(
            filled("{unknown} stays, and so does {", &[]),
            "{unknown} stays, and so does {"
        );
        assert_eq!(tr!("no such text"), "no such text");
    }

    #[test]
    fn what_is_said_follows_the_language_of_the_thread() {
        speak(Language::Japanese);
        assert_eq!(tr!("Help"), "ヘルプ");
        assert_eq!(
            tr!("a text that nobody translated"),
            "a text that nobody translated"
        );
        speak(Language::English);
        assert_eq!(tr!("Help"), "Help");
    }
}
