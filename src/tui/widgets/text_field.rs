//! A line of text that a person writes: in the palette, the form, the search of the log.

use std::borrow::Cow;

use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use tui_input::{Input, InputRequest};
use unicode_segmentation::UnicodeSegmentation;

use crate::tui::text;

/// The text and the cursor in it.
#[derive(Clone, Debug, Default)]
pub struct TextField(Input);

/// The most characters that can be written: the path of a file has no more.
const LONGEST: usize = 1_000;

impl TextField {
    /// With a text already in it, the cursor behind it.
    pub fn new(text: &str) -> Self {
        Self(Input::new(text.to_owned()))
    }

    /// The text.
    pub fn value(&self) -> &str {
        self.0.value()
    }

    /// Writes, deletes or moves the cursor; false if the key does none of that.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let request = match key.code {
            KeyCode::Char(character) => {
                self.write([character].into_iter());
                return true;
            }
            KeyCode::Backspace => InputRequest::DeletePrevChar,
            KeyCode::Delete => InputRequest::DeleteNextChar,
            KeyCode::Left => InputRequest::GoToPrevChar,
            KeyCode::Right => InputRequest::GoToNextChar,
            KeyCode::Home => InputRequest::GoToStart,
            KeyCode::End => InputRequest::GoToEnd,
            _ => return false,
        };
        self.0.handle(request);
        true
    }

    /// Adds what was pasted, without what is no text.
    pub fn paste(&mut self, pasted: &str) {
        self.write(pasted.chars().filter(|character| !character.is_control()));
    }

    fn write(&mut self, added: impl Iterator<Item = char>) {
        let room = LONGEST.saturating_sub(self.value().chars().count());
        for character in added.take(room) {
            self.0.handle(InputRequest::InsertChar(character));
        }
    }

    /// What stands before the cursor and after it, as it can be shown.
    pub fn around_cursor(&self) -> (Cow<'_, str>, Cow<'_, str>) {
        let value = self.value();
        let cursor = value.char_indices().nth(self.0.cursor());
        let (before, after) = value.split_at(cursor.map_or(value.len(), |(place, _)| place));
        (text::printable(before), text::printable(after))
    }

    /// The text with the cursor on it, in so many columns; what stands before the cursor is seen from its end where it is long.
    pub fn spans(&self, columns: usize) -> Vec<Span<'static>> {
        let (before, after) = self.around_cursor();
        let mut rest = after.graphemes(true);
        // Nothing stands there at the end, and a mark by itself takes no column.
        let under = rest
            .next()
            .filter(|under| text::columns(under) > 0)
            .unwrap_or(" ");
        let room = columns.saturating_sub(text::columns(under));
        vec![
            Span::raw(text::end(&before, room).to_owned()),
            Span::styled(under.to_owned(), Style::new().add_modifier(Modifier::REVERSED)),
            Span::raw(rest.as_str().to_owned()),
        ]
    }
}
