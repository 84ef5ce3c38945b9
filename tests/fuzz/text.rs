//! Tables and lists of sequences as text.

use rand::Rng;
use rand::seq::SliceRandom;

use crate::files::DataFile;
use crate::harness::{Random, Target, fuzz};
use crate::mutation::{change, place, rounds};

/// Pieces at which a reader of tables may stumble.
const OF_TABLES: [&str; 14] = [
    "\"",
    "\"\"",
    ",",
    ";",
    "\t",
    "\n",
    "\r\n",
    "NA",
    "inf",
    "1e999",
    "-",
    "\u{feff}",
    "label",
    "\u{1b}[2J",
];
/// Pieces at which a reader of JSON may stumble.
const OF_LISTS: [&str; 16] = [
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "null",
    "true",
    "1e999",
    "-0",
    "[[",
    "\"train\":",
    "[[],[]]",
    "\\u0000",
    "\u{1b}",
];

struct Text<const IS_TABLE: bool> {
    file: DataFile,
    others: Vec<Vec<u8>>,
}

#[test]
fn csv() {
    fuzz(|| Text::<true>::new(&OF_TABLES));
}

#[test]
fn json() {
    fuzz(|| Text::<false>::new(&OF_LISTS));
}

impl<const IS_TABLE: bool> Text<IS_TABLE> {
    fn new(pieces: &[&str]) -> Self {
        Self {
            file: DataFile::new(),
            others: pieces.iter().map(|piece| piece.as_bytes().to_vec()).collect(),
        }
    }
}

impl<const IS_TABLE: bool> Target for Text<IS_TABLE> {
    const NAME: &'static str = if IS_TABLE { "csv" } else { "json" };
    const USUAL: u64 = 20_000;

    fn input(&mut self, random: &mut Random) -> Vec<u8> {
        let mut bytes = if IS_TABLE { table(random) } else { lists(random) }.into_bytes();
        for _ in 0..rounds(random) {
            if random.gen_bool(0.5) {
                let at = place(random, bytes.len());
                let piece = self.others.choose(random).cloned().unwrap_or_default();
                bytes.splice(at..at, piece);
            } else {
                change(&mut bytes, &self.others, random);
            }
        }
        bytes
    }

    fn check(&mut self, input: &[u8]) -> Result<(), String> {
        self.file.check(input, 0)
    }
}

/// A table with a row of names and a column of labels, or without.
fn table(random: &mut Random) -> String {
    let (columns, rows) = (random.gen_range(1..5), random.gen_range(8..20));
    let has_labels = random.r#gen();
    let mut text = String::new();
    if random.r#gen() {
        let names: Vec<String> = (0..columns).map(|column| format!("x{column}")).collect();
        text += &names.join(",");
        text += if has_labels { ",label\n" } else { "\n" };
    }
    for row in 0..rows {
        let fields: Vec<String> = (0..columns)
            .map(|_| match random.gen_range(0..20) {
                0 => String::new(),
                1 => "\"2.5\"".into(),
                _ => random.gen_range(-5..300).to_string(),
            })
            .collect();
        text += &fields.join(",");
        if has_labels {
            text += if row % 2 == 0 { ",a" } else { ",\"b, c\"" };
        }
        text.push('\n');
    }
    text
}

/// Sequences of numbers, of features or of notes; in one list, in sets, or a line each.
fn lists(random: &mut Random) -> String {
    let kind = random.gen_range(0..3);
    let sequence = |random: &mut Random| {
        let steps = (0..random.gen_range(1..5)).map(|_| match kind {
            0 => random.gen_range(0..9).to_string(),
            1 => format!("[{}, 0.5]", random.gen_range(0..9)),
            _ => format!("{:?}", vec![random.gen_range(21..109); random.gen_range(0..4)]),
        });
        format!("[{}]", steps.collect::<Vec<_>>().join(", "))
    };
    let sequences: Vec<String> = (0..random.gen_range(10..15)).map(|_| sequence(random)).collect();
    match random.gen_range(0..3) {
        0 => format!("[{}]", sequences.join(",\n")),
        1 => sequences.join("\n"),
        _ => format!(
            "{{\"train\": [{}], \"test\": [{}]}}",
            sequences.join(","),
            sequences[0]
        ),
    }
}
