//! How data is read, as flags: those of every command that reads data.

use clap::Args;

use super::choice::choice;
use crate::data::{
    Filter, ImageLayout, ItemShape, Missing, ReadingRules, Scale, SplitRule, absolute_name, fraction,
    sequence_length,
};

/// The rules that differ from the usual ones.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Reading data")]
pub struct DataFlags {
    /// The shape of an item, where the file doesn't say: 28x28, 32x32x3 (colour), 64 (a vector), 20:88 (20 steps of 88)
    #[arg(long, value_name = "SHAPE")]
    shape: Option<ItemShape>,
    /// The variable to read, where the file has several
    #[arg(long, value_name = "NAME")]
    variable: Option<String>,
    /// The column or the variable that holds the labels
    #[arg(long, value_name = "NAME")]
    label: Option<String>,
    /// How values become the numbers that a model sees
    #[arg(long, value_parser = choice::<Scale>())]
    scale: Option<Scale>,
    /// What is done with items of which a value is missing
    #[arg(long, value_parser = choice::<Missing>())]
    missing: Option<Missing>,
    /// How many items that follow one another become a sequence, for --family markov
    #[arg(long, value_name = "N", value_parser = length)]
    sequence_length: Option<usize>,
    /// Which items are held out as the test set
    #[arg(long, value_parser = choice::<SplitRule>())]
    split: Option<SplitRule>,
    /// The file of the test set
    #[arg(long, value_name = "PATH", conflicts_with_all = ["split", "test_fraction"])]
    test_file: Option<String>,
    /// The share of the items that is held out [default: 0.1]
    #[arg(long, value_name = "X", value_parser = share)]
    test_fraction: Option<f32>,
    /// The column or the variable that says which items are held out, by test and train or 1 and 0
    #[arg(long, value_name = "NAME", conflicts_with_all = ["split", "test_fraction", "test_file"])]
    split_column: Option<String>,
    /// The seed of a random split [default: 0]
    #[arg(long, value_name = "N")]
    split_seed: Option<u64>,
    /// How images of unlike sizes are made alike
    #[arg(long, value_parser = choice::<Filter>())]
    filter: Option<Filter>,
    /// Where the channels of images stand in arrays, and in rows of numbers that --shape makes images of
    #[arg(long, value_parser = choice::<ImageLayout>())]
    layout: Option<ImageLayout>,
}

impl DataFlags {
    /// `rules` with those that were given in their places.
    pub(super) fn over(&self, rules: &ReadingRules) -> ReadingRules {
        let Self {
            shape,
            variable,
            label,
            scale,
            missing,
            sequence_length,
            split,
            test_file,
            test_fraction,
            split_column,
            split_seed,
            filter,
            layout,
        } = self.clone();
        let of_column = split_column.is_some().then_some(SplitRule::Column);
        ReadingRules {
            shape: shape.or(rules.shape),
            variable: variable.or(rules.variable.clone()),
            label: label.or(rules.label.clone()),
            scale: scale.unwrap_or(rules.scale),
            missing: missing.unwrap_or(rules.missing),
            sequence_length: sequence_length.or(rules.sequence_length),
            split: split.or(of_column).unwrap_or(rules.split),
            test_file: test_file
                .map(|path| absolute_name(&path))
                .or(rules.test_file.clone()),
            test_fraction: test_fraction.or(rules.test_fraction),
            split_column: split_column.or(rules.split_column.clone()),
            split_seed: split_seed.unwrap_or(rules.split_seed),
            filter: filter.unwrap_or(rules.filter),
            layout: layout.unwrap_or(rules.layout),
        }
    }
}

/// A share of the items as it is typed.
fn share(text: &str) -> Result<f32, String> {
    fraction(text).ok_or_else(|| "it must be a number from 0.001 to 0.9".into())
}

/// A number of items as it is typed.
fn length(text: &str) -> Result<usize, String> {
    sequence_length(text).ok_or_else(|| "it must be a whole number from 2 to 65536".into())
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;

    fn rules(arguments: &[&str]) -> Result<ReadingRules, clap::Error> {
        let command = DataFlags::augment_args(Command::new("any"));
        let matches = command.try_get_matches_from([&["any"], arguments].concat())?;
        Ok(DataFlags::from_arg_matches(&matches)?.over(&ReadingRules::default()))
    }

    #[test]
    fn what_is_given_is_the_rule_and_all_else_is_as_usual() {
        assert_eq!(rules(&[]).unwrap(), ReadingRules::default());
        let text = "shape=32x32x3; label=species; scale=standard; missing=drop; sequence-length=5; split=random; test-fraction=0.25; split-seed=3; filter=lanczos; layout=channels-first";
        let flags: Vec<String> = text.split("; ").map(|rule| format!("--{rule}")).collect();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        assert_eq!(rules(&flags).unwrap().to_string(), text);
        let column = rules(&["--split-column", "part"]).unwrap();
        assert_eq!(
            (column.split, column.split_column.as_deref()),
            (SplitRule::Column, Some("part"))
        );
    }

    #[test]
    fn what_is_no_rule_is_a_matter_of_usage() {
        for wrong in [["--shape", "3x"], ["--test-fraction", "2"], ["--scale", "loud"]] {
            assert!(rules(&wrong).is_err(), "{wrong:?}");
        }
    }
}
