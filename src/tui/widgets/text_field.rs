//! A line of text that a person writes.

use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use tui_input::{Input, InputRequest};

use crate::tui::text;

/// The text and the cursor in it.
#[derive(Clone, Debug, Default)]
pub struct TextField(Input);

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
            KeyCode::Char(character) => InputRequest::InsertChar(character),
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
        for character in pasted.chars().filter(|character| !character.is_control()) {
            self.0.handle(InputRequest::InsertChar(character));
        }
    }

    /// The text with its cursor, as much of it as fits into so many columns.
    pub fn spans(&self, columns: usize) -> Vec<Span<'static>> {
        let first = self.0.visual_scroll(columns.saturating_sub(1));
        let cursor = self.0.cursor();
        let (mut before, mut under, mut after) = (String::new(), " ".to_owned(), String::new());
        let mut column = 0;
        for (place, character) in text::printable(self.value()).chars().enumerate() {
            let width = text::columns(character.encode_utf8(&mut [0; 4]));
            column += width;
            if column <= first {
                continue;
            }
            match place.cmp(&cursor) {
                std::cmp::Ordering::Less => before.push(character),
                std::cmp::Ordering::Equal => under = character.to_string(),
                std::cmp::Ordering::Greater => after.push(character),
            }
        }
        vec![
            Span::raw(before),
            Span::styled(under, Style::new().add_modifier(Modifier::REVERSED)),
            Span::raw(after),
        ]
    }
}
