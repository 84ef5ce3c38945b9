//! Text as it stands on the screen: measured in columns, of which a character may take none, one or two; cut and
//! wrapped to fit; without anything that a terminal would obey.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::words::is_obeyed;

/// What stands for text that was left out, and for a character that can't be shown.
const ELLIPSIS: &str = "…";
const UNSHOWN: char = '�';
/// The fewest columns in which a name that was cut still says something.
const LEAST_OF_A_NAME: usize = 8;

/// Takes away wide characters whose second cell was drawn over: terminals would show them whole, and everything behind them a column
/// too far to the right.
pub fn mend(buffer: &mut Buffer) {
    let width = usize::from(buffer.area.width);
    for place in 0..buffer.content.len() {
        let symbol = buffer.content[place].symbol();
        // No character of fewer bytes is wide.
        if symbol.len() < 3 || symbol.width() < 2 {
            continue;
        }
        let is_last = (place + 1).is_multiple_of(width);
        if is_last || buffer.content[place + 1].symbol() != " " {
            buffer.content[place].set_symbol(" ");
        }
    }
}

/// The columns that a text takes: those of its graphemes, each of which goes into a cell of its own.
pub fn columns(text: &str) -> usize {
    // As most of what a screen says, in lists of thousands too.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// The beginning of a text that fits into so many columns.
fn start(text: &str, most: usize) -> &str {
    let mut used = 0;
    let fitting = text.graphemes(true).take_while(|grapheme| {
        used += grapheme.width();
        used <= most
    });
    &text[..fitting.map(str::len).sum()]
}

/// The end of a text that fits into so many columns: what is typed is looked at where it grows.
pub fn end(text: &str, most: usize) -> &str {
    let mut used = 0;
    let fitting = text.graphemes(true).rev().take_while(|grapheme| {
        used += grapheme.width();
        used <= most
    });
    &text[text.len() - fitting.map(str::len).sum::<usize>()..]
}

/// A text from outside (a name, a path, an error) without control characters, and without those that reorder or hide
/// what stands beside them: a terminal, or a person, would take them for something else.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.contains(is_obeyed) {
        Cow::Owned(text.replace(is_obeyed, &UNSHOWN.to_string()))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text in at most so many columns, its end cut.
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if columns(text) <= most {
        return Cow::Borrowed(text);
    }
    match most.checked_sub(1) {
        Some(room) => Cow::Owned(format!("{}{ELLIPSIS}", start(text, room))),
        None => Cow::Borrowed(""),
    }
}

/// The text in at most so many columns, its middle cut: beginnings and ends of names tell most.
pub fn cut_middle(text: &str, most: usize) -> Cow<'_, str> {
    if columns(text) <= most {
        return Cow::Borrowed(text);
    }
    let Some(room) = most.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    let start = start(text, room / 2);
    let end = end(text, room - columns(start));
    Cow::Owned(format!("{start}{ELLIPSIS}{end}"))
}

/// The text in exactly so many columns, cut or followed by spaces.
pub fn padded(text: &str, exactly: usize) -> String {
    let text = cut(text, exactly);
    let missing = exactly - columns(&text);
    format!("{text}{}", " ".repeat(missing))
}

/// The text in exactly so many columns, cut or after spaces.
pub fn padded_left(text: &str, exactly: usize) -> String {
    let text = cut(text, exactly);
    let missing = exactly - columns(&text);
    format!("{}{text}", " ".repeat(missing))
}

/// The text in at most so many columns: paths are cut in the middle first, so that what is said of them stays.
pub fn brief(text: &str, most: usize) -> String {
    let mut words: Vec<Cow<str>> = text.split(' ').map(Cow::Borrowed).collect();
    let mut paths: Vec<usize> = (0..words.len())
        .filter(|&word| words[word].contains('/'))
        .collect();
    paths.sort_by_key(|&word| std::cmp::Reverse(columns(&words[word])));
    let mut excess = columns(text).saturating_sub(most);
    for path in paths {
        let long = columns(&words[path]);
        let short = long.saturating_sub(excess).max(LEAST_OF_A_NAME).min(long);
        words[path] = Cow::Owned(cut_middle(&words[path], short).into_owned());
        // A wide character more may have gone than was needed.
        excess = excess.saturating_sub(long - columns(&words[path]));
        if excess == 0 {
            break;
        }
    }
    cut_middle(&words.join(" "), most).into_owned()
}

/// What no line begins with, and what none ends with, where lines are broken between wide characters.
const NOT_FIRST: &str = "、。，．・：；？！ー）」』】〉》〕々ゝっゃゅょァィゥェォッャュョ,.:;!?)]}%…";
const NOT_LAST: &str = "（「『【〈《〔([{";

/// The parts of a word between which a line may be broken: beside each wide character, as Japanese is written, but for marks that
/// belong to their neighbour.
fn parts(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut before: Option<&str> = None;
    for (place, grapheme) in word.grapheme_indices(true) {
        let may_break = before.is_some_and(|before| {
            before.width().max(grapheme.width()) > 1
                && !NOT_LAST.contains(before)
                && !NOT_FIRST.contains(grapheme)
        });
        if may_break {
            parts.push(&word[start..place]);
            start = place;
        }
        before = Some(grapheme);
    }
    parts.push(&word[start..]);
    parts
}

/// The text in lines of at most so many columns, broken between words where it can be.
pub fn wrapped(text: &str, most: usize) -> Vec<String> {
    let most = most.max(2);
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            for (place, mut part) in parts(word).into_iter().enumerate() {
                let gap = usize::from(place == 0 && !line.is_empty());
                if columns(&line) + gap + columns(part) > most && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                while columns(part) > most {
                    let fitting = start(part, most);
                    if fitting.is_empty() {
                        break;
                    }
                    lines.push(fitting.to_owned());
                    part = &part[fitting.len()..];
                }
                if place == 0 && !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(part);
            }
        }
        lines.push(line);
    }
    lines
}

/// The text in at most `rows` lines of at most so many columns, made brief where it has to be.
pub fn fitted(text: &str, most: usize, rows: usize) -> Vec<String> {
    let lines = wrapped(text, most);
    if lines.len() <= rows {
        return lines;
    }
    // Broken between words, lines hold less than they could.
    let single = text.lines().collect::<Vec<_>>().join(" ");
    let budgets = (1..=most * rows).rev().step_by((most / 8).max(1));
    let fitting = budgets.map(|budget| wrapped(&brief(&single, budget), most));
    fitting
        .into_iter()
        .find(|lines| lines.len() <= rows)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wide_and_combining_characters_are_cut_by_columns() {
        assert_eq!(columns("日本語"), 6);
        assert_eq!(columns("e\u{301}"), 1);
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(padded("日本語", 4), "日… ");
        assert_eq!(padded("e\u{301}a", 4), "e\u{301}a  ");
        assert_eq!(end("日本語x", 4), "語x");
    }

    #[test]
    fn half_a_wide_character_is_not_shown() {
        let mut buffer = Buffer::with_lines(["日本語x", "x日本語"]);
        buffer[(1, 0)].set_symbol("│");
        buffer[(1, 1)].set_symbol("│");
        mend(&mut buffer);
        assert_eq!(buffer, Buffer::with_lines([" │本語x", "x│ 本語"]));
    }

    #[test]
    fn the_reason_stays_where_a_path_is_long() {
        let path = format!("/home/{}/run.ron", "folder/".repeat(30));
        let message = format!("{path} can't be read: No such file or directory (os error 2)");
        for most in [80, 64] {
            let text = brief(&message, most);
            assert!(columns(&text) <= most, "{text}");
            assert!(
                text.ends_with(".ron can't be read: No such file or directory (os error 2)"),
                "{text}"
            );
        }
        assert_eq!(brief("short", 80), "short");
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        let hostile = "a\x1b[31mb\u{9b}2Jc\r\n\u{202e}d\x7f\0";
        assert_eq!(printable(hostile), "a�[31mb�2Jc���d��");
        assert_eq!(printable("👩\u{200d}👩 é"), "👩\u{200d}👩 é");
    }

    #[test]
    fn what_does_not_fit_into_the_lines_is_made_brief() {
        let message = format!("saved to /{}run.ron", "folder/".repeat(30));
        assert_eq!(fitted(&message, 40, 1), [brief(&message, 40)]);
        assert_eq!(fitted("one\ntwo", 40, 2), ["one", "two"]);
        assert_eq!(fitted("one\ntwo", 40, 1), ["one two"]);
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrapped("one two three\nfour", 7), ["one two", "three", "four"]);
        assert_eq!(wrapped("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        // Japanese between any two characters, but no line begins with a full stop or ends with an opening bracket.
        assert_eq!(wrapped("事前分布からの標本。", 10), ["事前分布か", "らの標本。"]);
        assert_eq!(wrapped("これは標本。次", 10), ["これは標", "本。次"]);
        assert_eq!(wrapped("下界「ELBO」と KL", 8), ["下界", "「ELBO」", "と KL"]);
    }

    proptest! {
        #[test]
        fn any_text_fits_anywhere(text in "[a-z/ 日本👩\u{200d}\u{301}é]{0,40}|.{0,40}", most in 0_usize..50) {
            prop_assert!(columns(&cut(&text, most)) <= most);
            prop_assert!(columns(&cut_middle(&text, most)) <= most);
            prop_assert!(columns(end(&text, most)) <= most);
            prop_assert!(columns(&brief(&text, most)) <= most);
            prop_assert_eq!(columns(&padded(&text, most)), most);
            if most >= 2 {
                prop_assert!(wrapped(&text, most).iter().all(|line| columns(line) <= most));
                for rows in 0..4 {
                    let lines = fitted(&text, most, rows);
                    prop_assert!(lines.len() <= rows && lines.iter().all(|line| columns(line) <= most));
                }
            }
        }
    }
}
