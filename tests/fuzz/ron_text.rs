//! Changes to RON that know what stands in it.

use rand::Rng;
use rand::seq::SliceRandom;

use crate::harness::Random;
use crate::mutation::{change, place, range, rounds};

/// A text like one of the `valid` ones, changed in some places: mostly still RON, not always text.
pub fn mutated(valid: &[String], random: &mut Random) -> Vec<u8> {
    let mut text = valid.choose(random).cloned().unwrap_or_default();
    for _ in 0..rounds(random) {
        match changed(text, valid, random) {
            Ok(changed) => text = changed,
            Err(no_text) => return no_text,
        }
    }
    text.into_bytes()
}

/// One change; bytes where it leaves no text.
pub fn changed(text: String, others: &[String], random: &mut Random) -> Result<String, Vec<u8>> {
    Ok(match random.gen_range(0..10) {
        0..=4 => token(&text, random),
        5 | 6 => line(&text, others, random),
        7 => nested(text, random),
        8 => ended(text, random),
        _ => {
            let mut bytes = text.into_bytes();
            change(&mut bytes, &[], random);
            return String::from_utf8(bytes).map_err(std::string::FromUtf8Error::into_bytes);
        }
    })
}

/// What stands in RON: a number, a word, a text in quotes, or a mark.
pub fn tokens(text: &str) -> Vec<std::ops::Range<usize>> {
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'+');
    let (mut tokens, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let length = match rest[0] {
            b'"' => rest
                .iter()
                .skip(1)
                .position(|&byte| byte == b'"')
                .map_or(rest.len(), |end| end + 2),
            byte if is_word(byte) => rest.iter().position(|&byte| !is_word(byte)).unwrap_or(rest.len()),
            _ => 1,
        };
        let end = (at + length..=text.len())
            .find(|&end| text.is_char_boundary(end))
            .unwrap_or(text.len());
        if !rest[0].is_ascii_whitespace() && text.is_char_boundary(at) {
            tokens.push(at..end);
        }
        at = end;
    }
    tokens
}

/// Numbers that no run has.
const NUMBERS: [&str; 26] = [
    "512",
    "4096",
    "0",
    "1",
    "-1",
    "2",
    "7",
    "12",
    "255",
    "10000",
    "65536",
    "4294967295",
    "4294967296",
    "1099511627776",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "0.0",
    "-0.0",
    "1e-46",
    "1e39",
    "1e309",
    "-1e308",
    "NaN",
    "inf",
    "-inf",
];
/// Words that mean something somewhere.
const WORDS: [&str; 18] = [
    "true",
    "false",
    "None",
    "Some(1)",
    "Some(0)",
    "Adam",
    "Adagrad",
    "Mcem",
    "WakeSleep",
    "Aevb",
    "Gaussian",
    "Relu",
    "Dynamic",
    "Plane",
    "Comparison",
    "Seconds",
    "()",
    "[]",
];
/// Texts that no name is.
const TEXTS: [&str; 8] = [
    "\"\"",
    "\"mnist\"",
    "\"/dev/null\"",
    "\"a\\nb\"",
    "\"\\u{1b}[2J\"",
    "\"\u{202e}\u{1f600}\"",
    "\"AAAA\"",
    "\"AAAAAAAAAAA\"",
];

/// One token in the place of another.
fn token(text: &str, random: &mut Random) -> String {
    let tokens = tokens(text);
    let (Some(at), Some(other)) = (tokens.choose(random), tokens.choose(random)) else {
        return text.into();
    };
    let present = &text[at.clone()];
    let new = match (present.as_bytes()[0], random.gen_range(0..8)) {
        (_, 0) => &text[other.clone()],
        (_, 1) => "",
        (b'"', _) => TEXTS.choose(random).copied().unwrap_or_default(),
        (b'0'..=b'9' | b'-' | b'+' | b'.', _) => NUMBERS.choose(random).copied().unwrap_or_default(),
        (b'a'..=b'z' | b'A'..=b'Z' | b'_', _) => WORDS.choose(random).copied().unwrap_or_default(),
        _ => ["(", ")", "[", "]", ",", ":", "{", "}"]
            .choose(random)
            .copied()
            .unwrap_or_default(),
    };
    [&text[..at.start], new, &text[at.end..]].concat()
}

/// A line deleted, doubled, moved, or taken from another session.
fn line(text: &str, others: &[String], random: &mut Random) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return String::new();
    }
    let (at, to) = (random.gen_range(0..lines.len()), random.gen_range(0..lines.len()));
    let other = others.choose(random).map_or("", String::as_str);
    match random.gen_range(0..5) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[to]),
        2 => lines.swap(at, to),
        3 => lines[at] = other.lines().nth(at).unwrap_or(""),
        _ => {
            let count = lines.len();
            let theirs: Vec<&str> = other.lines().collect();
            let part = range(random, theirs.len());
            lines.splice(range(random, count), theirs[part].iter().copied());
        }
    }
    lines.join("\n")
}

/// Marks that open and never close, or a very long text, somewhere.
fn nested(mut text: String, random: &mut Random) -> String {
    let at = tokens(&text).choose(random).map_or(0, |token| token.start);
    let count = [1, 100, 300, 5_000].choose(random).copied().unwrap_or(1);
    let repeated = ["(", "[", "Some(", "{", "/*", "\"", "#![enable(", "9", "r#"]
        .choose(random)
        .copied();
    text.insert_str(at, &repeated.unwrap_or("(").repeat(count));
    text
}

/// Other ends of lines and of the file.
fn ended(text: String, random: &mut Random) -> String {
    match random.gen_range(0..5) {
        0 => format!("\u{feff}{text}"),
        1 => text.replace('\n', "\r\n"),
        2 => text.replacen("version: 1", "version: 0", 1),
        3 => text.replacen("version: 1", "version: 4294967295", 1),
        _ => {
            let at = place(random, text.len());
            text[..(at..).find(|&at| text.is_char_boundary(at)).unwrap_or(0)].into()
        }
    }
}
