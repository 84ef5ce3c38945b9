//! What is wrong with the text of a session, in words: where, and what should stand there.

use ron::error::{Error, SpannedError};

/// The longest piece of the file that is quoted.
const LONGEST: usize = 60;

/// An error of the parser of `text` as one sentence; `skipped` lines of the file stand before that text.
pub(super) fn words(error: &SpannedError, text: &str, skipped: usize) -> String {
    let (place, reached) = (error.span.start, error.span.end);
    let text = text.trim_end();
    let end = (
        1 + text.matches('\n').count(),
        1 + text
            .chars()
            .rev()
            .take_while(|&character| character != '\n')
            .count(),
    );
    let cause = if (reached.line, reached.col) >= end && error.code != Error::TrailingCharacters {
        "it ends too early".into()
    } else {
        cause(&error.code)
    };
    format!("line {}, column {}: {cause}", place.line + skipped, place.col)
}

fn cause(error: &Error) -> String {
    let missing = |what: &str| format!("{what} is missing");
    match error {
        Error::Message(said) => quoted(said),
        Error::Eof | Error::ExpectedStringEnd | Error::UnclosedBlockComment => "it ends too early".into(),
        Error::ExpectedArray => missing("["),
        Error::ExpectedArrayEnd => missing("]"),
        Error::ExpectedMap => missing("{"),
        Error::ExpectedMapEnd => missing("}"),
        Error::ExpectedMapColon => missing("a colon"),
        Error::ExpectedComma => missing("a comma"),
        Error::ExpectedStructLike | Error::ExpectedNamedStructLike(_) | Error::ExpectedUnit => missing("("),
        Error::ExpectedStructLikeEnd | Error::ExpectedOptionEnd => missing(")"),
        Error::ExpectedBoolean => missing("true or false"),
        Error::ExpectedInteger | Error::UnderscoreAtBeginning | Error::InvalidIntegerDigit { .. } => {
            missing("a whole number")
        }
        Error::ExpectedFloat | Error::FloatUnderscore => missing("a number"),
        Error::ExpectedString | Error::ExpectedChar => missing("a text in quotation marks"),
        Error::ExpectedOption => missing("None or Some(...)"),
        Error::ExpectedIdentifier => missing("a name"),
        Error::IntegerOutOfBounds => "the number is too large or too small".into(),
        Error::UnexpectedChar(character) => format!("{character:?} should not stand there"),
        Error::TrailingCharacters => "something follows after its end".into(),
        Error::ExceededRecursionLimit => "it is nested too deeply".into(),
        Error::InvalidValueForType { expected, found } => {
            format!("{} should stand there, not {}", kind(expected), quoted(found))
        }
        Error::ExpectedDifferentLength { .. } => "there are too many or too few values".into(),
        Error::NoSuchEnumVariant { expected, found, .. } => {
            format!("{} is none of {}", quoted(found), expected.join(", "))
        }
        Error::MissingStructField { field, .. } => format!("before it the field {field} is missing"),
        Error::DuplicateStructField { field, .. } => format!("the field {field} stands there twice"),
        _ => "it can't be understood from there on".into(),
    }
}

/// What stands in a session where the parser expects `expected`.
fn kind(expected: &str) -> &str {
    match expected {
        "bool" | "a boolean" => "true or false",
        "f32" | "f64" => "a number",
        "a string" | "a string or byte array" => "a text",
        number if number.starts_with(['u', 'i']) && number.len() <= 5 => "a whole number",
        _ => "another kind of value",
    }
}

/// A piece of the file on one line.
fn quoted(text: &str) -> String {
    let shown = crate::files::shown(text.as_ref());
    if shown.chars().count() <= LONGEST {
        return shown;
    }
    shown.chars().take(LONGEST).chain("...".chars()).collect()
}
