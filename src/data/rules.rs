//! How data is read where more than one way is possible: the rules that a person states once, and a session keeps.

use std::fmt::{Display, Formatter};

use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::found::MOST_NUMBERS;
use super::{ItemShape, absolute_name};
use crate::choices::Choose;

/// How data is read. The defaults ask nothing of a person, and read images as they have always been read.
///
/// As text, which is how the form and a setting write it, the rules that differ from the usual ones stand one after the
/// other: `scale=min-max; label=species`; `usual` says that none does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadingRules {
    /// The shape of an item, where the file doesn't say or says another of as many numbers.
    pub shape: Option<ItemShape>,
    /// The variable of a file that has several.
    pub variable: Option<String>,
    /// The column or the variable that holds the labels.
    pub label: Option<String>,
    /// How values become the numbers that a model sees.
    pub scale: Scale,
    /// What is done with items of which a value is missing.
    pub missing: Missing,
    /// How many items that follow one another become a sequence; none where items stay what they are.
    pub sequence_length: Option<usize>,
    /// Which items are held out for the test set.
    pub split: SplitRule,
    /// The file of the test set.
    pub test_file: Option<String>,
    /// The share of the items that is held out; a tenth where none is stated.
    pub test_fraction: Option<f32>,
    /// The column or the variable that says which items are held out.
    pub split_column: Option<String>,
    /// The seed of a random split.
    pub split_seed: u64,
    /// How images of unlike sizes are made alike.
    pub filter: Filter,
    /// Where the channels of images stand in arrays.
    pub layout: ImageLayout,
}

/// How values become the numbers that a model sees.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Scale {
    /// Whole numbers up to 255, and the floats from 0 to 1 of images, are grey values; all else as unit for images and min-max otherwise.
    #[default]
    Usual,
    /// As they are.
    None,
    /// From the least to the largest of all numbers onto 0 to 1.
    Unit,
    /// Each feature from its least to its largest value onto 0 to 1.
    MinMax,
    /// Each feature with mean 0 and standard deviation 1.
    Standard,
    /// The logarithm of 1 + x, as a share of the largest.
    Log1p,
}

/// What is done with items of which a value is missing.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Missing {
    /// The data is refused, with the place.
    #[default]
    Refuse,
    /// The item is left out.
    Drop,
    /// The mean of the feature over the training items stands for it.
    Mean,
}

/// Which items are held out for the test set.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum SplitRule {
    /// As the data says itself, by a test file beside it or a part that it names; else interleaved.
    #[default]
    Usual,
    /// Every tenth, or as the test fraction says.
    Interleaved,
    /// The last ones.
    Contiguous,
    /// A random choice, by its seed.
    Random,
    /// Those that a column marks with test, or with 1.
    Column,
}

/// How images of unlike sizes are made alike.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Filter {
    /// They are not: unlike sizes are refused.
    #[default]
    Refuse,
    /// The nearest pixel.
    Nearest,
    /// Linear, over the area of a pixel where images shrink.
    Triangle,
    /// The Lanczos window of three lobes.
    Lanczos,
}

/// Where the channels of the images stand in arrays, and in rows of numbers that a shape makes images of.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum ImageLayout {
    /// The channels of a pixel one after the other: rows, columns, channels.
    #[default]
    ChannelsLast,
    /// One channel after the other, as PyTorch and CIFAR-10 have them: channels, rows, columns.
    ChannelsFirst,
}

/// The text of rules that are all as usual.
const USUAL: &str = "usual";

/// The shares of the items that can be held out.
const FRACTIONS: std::ops::RangeInclusive<f32> = 0.001..=0.9;

impl ReadingRules {
    /// What rules may say, for a person who types them.
    pub const EXPECTED: &str = "usual, or rules such as scale=min-max; label=species";

    /// The rules in their text; none where it is no such text.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rules = Self::default();
        let mut rest = text.trim();
        if rest == USUAL {
            return Some(rules);
        }
        while !rest.is_empty() {
            let (key, after) = rest.split_once('=')?;
            let (value, after) = value(after.trim_start())?;
            rules.set(key.trim(), &value)?;
            rest = after.trim_start();
        }
        (!text.trim().is_empty()).then_some(rules)
    }

    /// Gives the rule of that name its value as text.
    fn set(&mut self, key: &str, value: &str) -> Option<()> {
        let text = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match key {
            "shape" => self.shape = Some(value.parse().ok()?),
            "variable" => self.variable = Some(text()?),
            "label" => self.label = Some(text()?),
            "scale" => self.scale = value.parse().ok()?,
            "missing" => self.missing = value.parse().ok()?,
            "sequence-length" => self.sequence_length = Some(sequence_length(value)?),
            "split" => self.split = value.parse().ok()?,
            // A session is opened from other folders too.
            "test-file" => self.test_file = Some(absolute_name(&text()?)),
            "test-fraction" => self.test_fraction = Some(fraction(value)?),
            "split-column" => self.split_column = Some(text()?),
            "split-seed" => self.split_seed = value.parse().ok()?,
            "filter" => self.filter = value.parse().ok()?,
            "layout" => self.layout = value.parse().ok()?,
            _ => return None,
        }
        Some(())
    }

    /// Every rule that differs from the usual one, by its name, as text.
    pub fn stated(&self) -> Vec<(&'static str, String)> {
        let usual = Self::default();
        let word = |is_usual: bool, word: &'static str| (!is_usual).then(|| word.to_owned());
        let rules = [
            ("shape", self.shape.map(ItemShape::typed)),
            ("variable", self.variable.clone()),
            ("label", self.label.clone()),
            ("scale", word(self.scale == usual.scale, self.scale.word())),
            (
                "missing",
                word(self.missing == usual.missing, self.missing.word()),
            ),
            (
                "sequence-length",
                self.sequence_length.map(|length| length.to_string()),
            ),
            ("split", word(self.split == usual.split, self.split.word())),
            ("test-file", self.test_file.clone()),
            ("test-fraction", self.test_fraction.map(|share| share.to_string())),
            ("split-column", self.split_column.clone()),
            (
                "split-seed",
                Some(self.split_seed)
                    .filter(|&seed| seed != 0)
                    .map(|seed| seed.to_string()),
            ),
            ("filter", word(self.filter == usual.filter, self.filter.word())),
            ("layout", word(self.layout == usual.layout, self.layout.word())),
        ];
        let stated = rules.into_iter().filter_map(|(key, value)| Some((key, value?)));
        stated.collect()
    }
}

impl Display for ReadingRules {
    fn fmt(&self, formatter: &mut Formatter) -> std::fmt::Result {
        let stated = self.stated();
        if stated.is_empty() {
            return formatter.write_str(USUAL);
        }
        for (place, (key, value)) in stated.iter().enumerate() {
            let separator = if place == 0 { "" } else { "; " };
            write!(formatter, "{separator}{key}=")?;
            let is_plain = |character: char| !character.is_control() && !matches!(character, ';' | '"');
            if value.trim() == value && value.chars().all(is_plain) {
                formatter.write_str(value)?;
            } else {
                // A quoted text as JSON writes it.
                write!(formatter, "{}", serde_json::Value::from(value.as_str()))?;
            }
        }
        Ok(())
    }
}

/// A share of the items, as it is typed.
pub(crate) fn fraction(text: &str) -> Option<f32> {
    let share = text.parse().ok()?;
    FRACTIONS.contains(&share).then_some(share)
}

/// How many items become a sequence, as it is typed: two at least.
pub(crate) fn sequence_length(text: &str) -> Option<usize> {
    let length = text.parse().ok()?;
    (2..=MOST_NUMBERS).contains(&length).then_some(length)
}

/// The value at the start of `text`, quoted or up to a semicolon, and what follows.
fn value(text: &str) -> Option<(String, &str)> {
    if text.starts_with('"') {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
        let value = values.next()?.ok()?;
        let rest = text[values.byte_offset()..].trim_start();
        let rest = if rest.is_empty() {
            rest
        } else {
            rest.strip_prefix(';')?
        };
        return Some((value, rest));
    }
    let (value, rest) = text.split_once(';').unwrap_or((text, ""));
    Some((value.trim().to_owned(), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_usual_rules_are_one_word() {
        assert_eq!(ReadingRules::default().to_string(), "usual");
        assert_eq!(ReadingRules::parse(" usual "), Some(ReadingRules::default()));
    }

    #[test]
    fn rules_are_read_as_they_are_written() {
        let text = "shape=32x32x3; label=a b; scale=min-max; missing=mean; sequence-length=20; split=random; test-fraction=0.25; split-seed=7";
        let rules = ReadingRules::parse(text).expect("rules");
        assert_eq!(rules.to_string(), text);
        assert_eq!((rules.scale, rules.split_seed), (Scale::MinMax, 7));
        for wrong in [
            "",
            "scale",
            "scale=",
            "scale=loud",
            "size=3",
            "test-fraction=1.5",
            "label=",
            "label=\"a\" b",
            "shape=3x",
            "sequence-length=1",
        ] {
            assert_eq!(ReadingRules::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn any_name_survives_its_text(label in ".{1,12}", file in "/[a-z;=\"\\\\ ]{1,12}") {
            let rules = ReadingRules {
                label: Some(label),
                test_file: Some(file),
                ..ReadingRules::default()
            };
            prop_assert_eq!(ReadingRules::parse(&rules.to_string()), Some(rules));
        }
    }
}
