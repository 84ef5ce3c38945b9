//! The workbench in other languages: no text is missing, none is left over, and what takes two columns has them.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::{app, focus, frame, press, screen, type_character, update};
use ratatui::crossterm::event::KeyCode;
use unicode_width::UnicodeWidthStr;
use vae_tui::data::{Part, ReadingRules};
use vae_tui::language::{self, Language};
use vae_tui::learning::settings::TABLE;
use vae_tui::run::curve::HorizontalAxis;
use vae_tui::tui::app::App;
use vae_tui::tui::message::Message;
use vae_tui::tui::overlays::help;
use vae_tui::tui::overlays::sessions::Intent;
use vae_tui::tui::{command, panes, tour};

/// Texts of the screen's code that look like sentences and are never said on the screen: for whoever reads standard error, or for
/// programs.
const NOT_ON_THE_SCREEN: &[&str] = &["page up", "page down", "set {} {}", "set "];

/// Files whose sentences are about other files, of a configuration or a session, or go to standard error.
const OUTSIDE_THE_SCREEN: &[&str] = &[
    "keymap.rs",
    "layout.rs",
    "rescue.rs",
    "saver.rs",
    "signals.rs",
    "terminal.rs",
    "theme.rs",
];

/// What may stand in English on a Japanese screen.
const STAYS_ENGLISH: &[&str] = &["mean real", "free bits"];

/// A string of the source, what stands on its line before it, and where that is.
struct Literal {
    text: String,
    before: String,
    place: String,
}

/// The strings of a file of the program, without comments and the tests at its end.
fn literals(path: &Path, source: &str) -> Vec<Literal> {
    let code: Vec<&str> = source
        .lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .collect();
    let code = code.join("\n");
    let characters: Vec<char> = code.chars().collect();
    let mut found = Vec::new();
    let (mut at, mut line, mut before) = (0, 1, String::new());
    while let Some(&character) = characters.get(at) {
        let rest = |offset: usize| characters.get(at + offset).copied().unwrap_or_default();
        match character {
            '/' if rest(1) == '/' => {
                while characters.get(at).is_some_and(|&character| character != '\n') {
                    at += 1;
                }
                continue;
            }
            // A character, whose quotation mark begins no string; lifetimes are no characters.
            '\'' if rest(2) == '\'' => at += 2,
            '\'' if rest(1) == '\\' => {
                at += 2;
                while characters.get(at).is_some_and(|&character| character != '\'') {
                    at += 1;
                }
            }
            '"' => {
                let (text, end) = string(&characters, at + 1);
                let place = format!("{}:{line}", path.display());
                line += characters[at..end]
                    .iter()
                    .filter(|&&character| character == '\n')
                    .count();
                found.push(Literal {
                    text,
                    before: std::mem::take(&mut before),
                    place,
                });
                at = end;
                continue;
            }
            '\n' => {
                line += 1;
                // A call that is broken over lines is still one.
                if !before.ends_with('(') {
                    before.clear();
                }
            }
            ' ' if before.is_empty() || before.ends_with('(') => {}
            other => before.push(other),
        }
        at += 1;
    }
    found
}

/// The string that begins at a place, and where the code goes on behind it.
fn string(characters: &[char], start: usize) -> (String, usize) {
    let (mut text, mut at) = (String::new(), start);
    loop {
        match characters[at] {
            '"' => return (text, at + 1),
            '\\' => {
                at += 1;
                match characters[at] {
                    '\n' => {
                        while characters[at + 1].is_whitespace() {
                            at += 1;
                        }
                    }
                    'n' => text.push('\n'),
                    // Which character it is does not matter here.
                    'u' => {
                        while characters[at] != '}' {
                            at += 1;
                        }
                    }
                    other => text.push(other),
                }
            }
            other => text.push(other),
        }
        at += 1;
    }
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The strings of all files in a folder.
fn literals_in(folder: &Path) -> Vec<Literal> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of the source") {
        let path = entry.expect("an entry").path();
        let is_code = path.extension().is_some_and(|extension| extension == "rs");
        if path.is_dir() {
            found.extend(literals_in(&path));
        } else if is_code && !path.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).expect("source");
            found.extend(literals(
                path.strip_prefix(source()).expect("a file of the source"),
                &text,
            ));
        }
    }
    found
}

/// Whether what stands before a string is the macro that translates it.
fn is_said(before: &str) -> bool {
    let name = before.strip_suffix("tr!(");
    name.is_some_and(|rest| !rest.ends_with(|before: char| before.is_alphanumeric() || before == '_'))
}

/// The texts that are said: where the code says them, and in every table of which texts are shown.
fn said() -> BTreeSet<String> {
    let in_code = literals_in(&source())
        .into_iter()
        .filter(|literal| is_said(&literal.before))
        .map(|literal| literal.text);
    let commands = command::all().flat_map(|(_, command)| [Some(command.help), command.footer]);
    let scopes = command::scopes().map(|scope| Some(command::heading(scope)));
    let kinds = panes::KINDS.iter().flat_map(|kind| [kind.title, kind.heading]);
    let numbers = panes::KINDS.iter().flat_map(|kind| kind.explains);
    let numbers = numbers.flat_map(|number| [number.name, number.unit, number.source, number.text]);
    let steps = tour::STEPS
        .iter()
        .flat_map(|step| [step.title, step.text, step.task]);
    let explained = help::EXPLANATIONS.iter().flat_map(|(word, text)| [*word, *text]);
    let settings = TABLE.iter().flat_map(|setting| [setting.help, setting.unit]);
    let choices = TABLE
        .iter()
        .flat_map(|setting| setting.choices())
        .map(|choice| choice.help.clone());
    let words = Part::BOTH.map(Part::name).into_iter();
    let axes = [HorizontalAxis::Samples, HorizontalAxis::Seconds].map(HorizontalAxis::name);
    let named = words
        .chain(axes)
        .chain([ReadingRules::EXPECTED, help::LIKELIHOODS, "encoder", "decoder"]);
    let of_tables = kinds.chain(numbers).chain(steps).chain(explained).chain(settings);
    let of_tables = of_tables.chain(named).chain(commands.chain(scopes).flatten());
    let all = of_tables.map(str::to_owned).chain(choices).chain(in_code);
    all.filter(|text| !text.is_empty()).collect()
}

fn languages() -> impl Iterator<Item = (&'static str, &'static std::collections::BTreeMap<String, String>)> {
    let all = [("ja", Language::Japanese)].into_iter();
    all.map(|(name, language)| (name, language.texts().expect("another language than English")))
}

#[test]
fn every_text_is_translated_and_every_translation_is_used() {
    let said = said();
    assert!(said.len() > 200, "the texts were found");
    for (name, texts) in languages() {
        let missing: Vec<_> = said.iter().filter(|text| !texts.contains_key(*text)).collect();
        assert!(
            missing.is_empty(),
            "{name} lacks {}:\n{missing:#?}",
            missing.len()
        );
        let unused: Vec<_> = texts.keys().filter(|text| !said.contains(*text)).collect();
        assert!(unused.is_empty(), "{name} has what nobody says:\n{unused:#?}");
    }
}

/// The names in braces of a text, in order of the alphabet.
fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = text
        .split('{')
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('}')?.0))
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn translations_have_the_same_values_in_them() {
    for (name, texts) in languages() {
        for (english, other) in texts {
            assert_eq!(placeholders(english), placeholders(other), "{name}: {english}");
            assert!(!other.is_empty() && !other.contains('\n'), "{name}: {english}");
        }
    }
}

/// Whether a text has two words beside one another, and so is meant for people.
fn is_sentence(text: &str) -> bool {
    let is_word = |word: &str| {
        word.len() > 1
            && word
                .chars()
                .all(|c| c.is_ascii_alphabetic() || matches!(c, '\'' | ',' | ':' | ';' | '.'))
    };
    let words: Vec<&str> = text.split(' ').collect();
    words.windows(2).any(|pair| pair.iter().all(|word| is_word(word)))
}

/// A sentence that somebody writes into the screen's code without `tr!` is found.
#[test]
fn no_sentence_of_the_screen_is_said_without_its_translation() {
    let said = said();
    let is_meant_for_the_screen = |literal: &Literal| {
        let for_developers = [
            "reason = ",
            ".expect(",
            "panic!(",
            "log::error!(",
            "log::warn!(",
            "log::info!(",
            "log::debug!(",
            "log::trace!(",
            "context(",
            "context(|| format!(",
        ];
        let is_for_developers = for_developers.iter().any(|end| literal.before.ends_with(end));
        let is_error = OUTSIDE_THE_SCREEN.iter().any(|file| literal.place.contains(file));
        !is_for_developers && !is_error && !NOT_ON_THE_SCREEN.contains(&&*literal.text)
    };
    let forgotten: Vec<String> = literals_in(&source().join("tui"))
        .iter()
        .filter(|literal| is_sentence(&literal.text) && is_meant_for_the_screen(literal))
        .filter(|literal| !said.contains(&literal.text))
        .map(|literal| format!("{}: {:?}", literal.place, literal.text))
        .collect();
    assert!(forgotten.is_empty(), "{}", forgotten.join("\n"));
}

#[test]
fn strings_are_found_in_code_and_nowhere_else() {
    let code = r#"
        // "not this"
        let a = tr!("one \"two\" {three}", three = '"');
        let b = tr!(
            "four \
             five"
        );
        #[cfg(test)]
        mod tests { const C: &str = "nor this"; }
    "#;
    let found = literals(Path::new("x.rs"), code);
    let texts: Vec<&str> = found.iter().map(|literal| &*literal.text).collect();
    assert_eq!(texts, ["one \"two\" {three}", "four five"]);
    assert!(found.iter().all(|literal| is_said(&literal.before)));
    assert!(!is_said("include_str!("));
    assert!(is_sentence("two words") && !is_sentence("word") && !is_sentence("{a} b 12"));
}

/// The screen in Japanese, with what stands in front of it one after the other.
fn in_japanese(width: u16, height: u16, mut look: impl FnMut(&App, &str)) {
    for kind in panes::KINDS {
        let mut app = app(width, height);
        app.language = Language::Japanese;
        focus(&mut app, kind.name);
        press(&mut app, KeyCode::Esc);
        update(&mut app, Message::Resized(width, height));
        look(&app, kind.name);
        app.zoomed = true;
        update(&mut app, Message::Resized(width, height));
        look(&app, kind.name);
        // The others are the same behind every pane.
        let is_first = kind.name == panes::KINDS[0].name;
        let keys: &[char] = if is_first {
            &['?', 'I', 'n', 'q', 'r', ':', 'f']
        } else {
            &['I']
        };
        for &key in keys {
            type_character(&mut app, key);
            look(&app, &format!("{} behind {key}", kind.name));
            let down = if matches!(key, '?' | 'I') {
                KeyCode::PageDown
            } else {
                KeyCode::Down
            };
            for _ in 0..if is_first { 40 } else { 5 } {
                press(&mut app, down);
                look(&app, &format!("{} behind {key}, further down", kind.name));
            }
            press(&mut app, KeyCode::Esc);
        }
        if !is_first {
            continue;
        }
        update(&mut app, Message::Sessions(Vec::new(), Intent::Open));
        look(&app, "no sessions");
        press(&mut app, KeyCode::Esc);
        press(&mut app, KeyCode::F(1));
        for step in tour::STEPS {
            look(&app, step.title);
            press(&mut app, KeyCode::Esc);
        }
    }
    language::speak(Language::English);
}

/// A wide character takes two cells; whatever stands in the second one cuts it in half.
#[test]
fn no_wide_character_is_cut_in_half() {
    for (width, height) in [(80, 24), (100, 30), (31, 13)] {
        in_japanese(width, height, |app, what| {
            let buffer = frame(app);
            for position in buffer.area.positions() {
                if buffer[position].symbol().width() < 2 {
                    continue;
                }
                let beside = buffer.cell((position.x + 1, position.y));
                let beside = beside.map(|cell| cell.symbol());
                assert_eq!(beside, Some(" "), "{what} at {position}:\n{}", screen(app));
            }
        });
    }
}

/// Names, commands and formulas stay; sentences do not.
#[test]
fn no_english_sentence_is_left_on_a_japanese_screen() {
    for (width, height) in [(80, 24), (200, 60)] {
        in_japanese(width, height, |app, what| {
            let shown = screen(app);
            // Behind a wide character stands a cell of its own, which is no space between words.
            let without_code: String = shown.split('`').step_by(2).collect::<Vec<_>>().join(" | ");
            for line in without_code.lines() {
                let is_lower = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
                let words: Vec<&str> = line.split(' ').collect();
                let pair = words
                    .windows(2)
                    .find(|pair| pair.iter().all(|word| is_lower(word)));
                let is_meant = |pair: &[&str]| STAYS_ENGLISH.contains(&&*pair.join(" "));
                assert!(pair.is_none_or(is_meant), "{what}: {pair:?}\n{shown}");
            }
        });
    }
}

/// The lines between those that begin with ``` of a text, without what stands behind their comment signs.
fn commands(text: &str) -> Vec<&str> {
    let mut is_inside = false;
    let mut commands = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            is_inside = !is_inside;
        } else if is_inside {
            let code = line.split(" #").next().unwrap_or_default();
            commands.push(code.split("//").next().unwrap_or_default().trim());
        }
    }
    commands
}

#[test]
fn the_japanese_readme_has_the_commands_and_keys_of_the_english_one() {
    let read = |name: &str| std::fs::read_to_string(name).expect("a README in the package's folder");
    let (english, japanese) = (read("README.md"), read("README.ja.md"));
    assert!(english.contains("(README.ja.md)") && japanese.contains("(README.md)"));
    let of_both = commands(&english).into_iter().zip(commands(&japanese));
    for (english, japanese) in of_both {
        assert_eq!(english, japanese);
    }
    assert_eq!(commands(&english).len(), commands(&japanese).len());
    let count = |text: &str, sign: &str| text.lines().filter(|line| line.starts_with(sign)).count();
    for sign in ["## ", "- ", "| `--", "!["] {
        assert_eq!(count(&english, sign), count(&japanese, sign), "{sign}");
    }
    language::speak(Language::Japanese);
    let table = command::markdown();
    language::speak(Language::English);
    let table = table.trim();
    assert!(
        japanese.contains(table),
        "the table of README.ja.md should be:\n{table}\n"
    );
}
