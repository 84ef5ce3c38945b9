//! `vae-tui data`: data in numbers, and published data sets from the network.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::choice::choice;
use super::data_flags::DataFlags;
use super::download::fetch;
use super::picture_output::{Picture, PictureOutput};
use super::{dataset, print_line};
use crate::choices::Choose;
use crate::data::description::Description;
use crate::data::mirrors::Published;
use crate::data::{Dataset, ReadingRules, absolute_name, mnist};
use crate::model::Likelihood;
use crate::model::likelihood::Suggestion;
use crate::pictures::item;
use crate::pictures::raster::Raster;
use crate::words::{plain, plain_json};

/// The flags of `vae-tui data`.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  vae-tui data measurements.csv --label species\n  vae-tui data --get fashion-mnist"
)]
pub struct Arguments {
    /// What to describe: mnist, the path of data, or - for standard input
    #[arg(required_unless_present = "get")]
    path: Option<String>,
    /// Fetch a data set that is published
    #[arg(long, value_name = "NAME", value_parser = choice::<Published>(), conflicts_with_all = ["path", "json", "PictureOutput"])]
    get: Option<Published>,
    /// The folder to fetch it into [default: a folder of its name]
    #[arg(long, value_name = "FOLDER", requires = "get")]
    to: Option<PathBuf>,
    /// The address of a folder with the same files, for a mirror nearer than the published one
    #[arg(long, value_name = "ADDRESS", requires = "get")]
    from: Option<String>,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reading: DataFlags,
    #[command(flatten)]
    sheet: PictureOutput,
}

/// Classes and features that are named one by one.
const MOST_NAMED: usize = 12;
/// Items of the contact sheet.
const SHOWN: usize = 40;

/// Describes or fetches.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if let Some(published) = arguments.get {
        return get(published, arguments);
    }
    let name = absolute_name(arguments.path.as_deref().unwrap_or(mnist::NAME));
    let rules = arguments.reading.over(&ReadingRules::default());
    let data = dataset(&name, &rules)?;
    arguments.sheet.check()?;
    let description = Description::of(&data);
    let suggestion = Likelihood::suggested(&data);
    if arguments.json {
        let report = Report {
            name: &data.name,
            description: &description,
            likelihood: suggestion.likelihood.word(),
            features: &data.features,
            notes: &data.notes,
        };
        return print_line(&plain_json(&serde_json::to_string(&report)?));
    }
    print_line(&words(&data, &description, &suggestion, &rules))?;
    arguments.sheet.show(&Picture {
        items: contact_sheet(&data),
        columns: None,
        moves: false,
    })
}

/// Training items from the first to the last, evenly spaced.
fn contact_sheet(data: &Dataset) -> Vec<Raster> {
    let points = data.train.points();
    let shown = SHOWN.min(points);
    let mut row = vec![0.0; data.shape.numbers()];
    let mut of_item = |index: usize| {
        data.train.fill_row(index, &mut row);
        item::picture(&row, data.shape)
    };
    (0..shown).map(|place| of_item(place * points / shown)).collect()
}

/// The description for a program.
#[derive(Serialize)]
struct Report<'a> {
    name: &'a str,
    #[serde(flatten)]
    description: &'a Description,
    /// The likelihood that suits its values.
    likelihood: &'static str,
    features: &'a [String],
    notes: &'a [String],
}

fn get(published: Published, arguments: &Arguments) -> anyhow::Result<()> {
    let folder = arguments.to.clone();
    let folder = folder.unwrap_or_else(|| PathBuf::from(published.word()));
    let address = arguments.from.as_deref().unwrap_or(published.address());
    let mut paths = Vec::new();
    for file in published.files() {
        paths.push(fetch(address, file, &folder)?);
    }
    // The first is the one that a model is trained on; those beside it are found by their names.
    match paths.first() {
        Some(path) => print_line(&training_command(path, published)),
        None => Ok(()),
    }
}

/// What a person types next.
fn training_command(path: &Path, published: Published) -> String {
    let preset = match published {
        Published::Frey => "--preset paper-frey ",
        Published::Mnist | Published::FashionMnist | Published::Kmnist => "",
    };
    format!("vae-tui {preset}--data {}", quoted(&path.to_string_lossy()))
}

/// The description for a person.
fn words(data: &Dataset, description: &Description, suggestion: &Suggestion, rules: &ReadingRules) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing into a string can't fail.
        let _ = writeln!(text, "{name:<12} {value}");
    };
    line("items", &data.shape.to_string());
    line(
        "parts",
        &format!(
            "{} to train on, {} held out",
            description.train_items, description.test_items
        ),
    );
    if let Some((fewest, most)) = description.lengths {
        line("lengths", &format!("{fewest} to {most} steps"));
    }
    let (least, largest) = description.range;
    let kind = if description.are_bytes {
        "whole numbers"
    } else {
        "numbers"
    };
    line("values", &format!("{kind} from {least} to {largest}"));
    if !description.constant.is_empty() {
        let count = description.constant.len();
        let named = description.constant.iter().take(MOST_NAMED);
        let named: Vec<&str> = named
            .filter_map(|&place| data.features.get(place))
            .map(String::as_str)
            .collect();
        let named = match (named.len(), count - named.len()) {
            (0, _) => String::new(),
            (_, 0) => format!(": {}", named.join(", ")),
            (_, others) => format!(": {} and {others} more", named.join(", ")),
        };
        line(
            "constant",
            &format!("{count} of {} numbers of an item{named}", data.shape.numbers()),
        );
    }
    let same = description.duplicates;
    line(
        "duplicates",
        &format!(
            "{} within the training items, {} within the held-out ones, {} in both parts",
            same.within_train, same.within_test, same.in_both
        ),
    );
    let classes = &description.classes;
    if !classes.is_empty() {
        line("classes", &classes.len().to_string());
    }
    for class in classes.iter().take(MOST_NAMED) {
        line(
            "",
            &format!(
                "{}: {} to train on, {} held out",
                class.name, class.train_items, class.test_items
            ),
        );
    }
    if classes.len() > MOST_NAMED {
        line("", &format!("and {} more", classes.len() - MOST_NAMED));
    }
    line(
        "likelihood",
        &format!("{}: {}", suggestion.likelihood.word(), suggestion.reason),
    );
    let mut command = String::new();
    if data.name != mnist::NAME {
        let _ = write!(command, " --data {}", quoted(&data.name));
    }
    for (rule, value) in rules.stated() {
        let _ = write!(command, " --{rule} {}", quoted(&value));
    }
    line("open it", &format!("vae-tui{command}"));
    for (setting, value) in suggestion.settings() {
        let _ = write!(command, " --{setting} {value}");
    }
    line("train on it", &format!("vae-tui train{command} --out run.ron"));
    text
}

/// A word as a shell takes it, on one line.
fn quoted(word: &str) -> String {
    let word = plain(word);
    let is_plain = |character: char| character.is_alphanumeric() || "-_./~:+,@%".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word;
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
