//! Choices among a few words: how an enumeration is written on the command line, in the form and in the command palette.
//!
//! The words and their help are those of the enumeration itself, derived by `strum`: a variant in kebab case, and its doc
//! comment.

use std::str::FromStr;

use strum::{EnumMessage, VariantArray};

/// A word that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// As it is typed.
    pub name: &'static str,
    /// What it stands for, in one sentence without its full stop.
    pub help: String,
    /// Every way to type it, the name included.
    pub spellings: &'static [&'static str],
}

/// An enumeration whose variants are words.
pub trait Choose:
    VariantArray + EnumMessage + FromStr<Err = strum::ParseError> + Into<&'static str> + Copy + PartialEq
{
    /// The word for this variant.
    fn word(self) -> &'static str {
        self.into()
    }

    /// The word for every variant, in the order in which they are declared.
    fn choices() -> Vec<Choice> {
        let of_variant = |variant: &Self| Choice {
            name: variant.word(),
            help: sentence(variant.get_documentation().unwrap_or_default()),
            spellings: variant.get_serializations(),
        };
        Self::VARIANTS.iter().map(of_variant).collect()
    }
}

impl<T> Choose for T where
    T: VariantArray + EnumMessage + FromStr<Err = strum::ParseError> + Into<&'static str> + Copy + PartialEq
{
}

/// A doc comment of several lines as one sentence.
fn sentence(documentation: &str) -> String {
    let words: Vec<&str> = documentation.split_whitespace().collect();
    words.join(" ").trim_end_matches('.').to_owned()
}
