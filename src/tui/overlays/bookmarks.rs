//! Points with a name: the list of them, and the line in which one is written.

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use crate::language::tr;
use crate::run::protocol::Origin;
use crate::session::Bookmark;
use crate::tui::widgets::text_field::TextField;
use crate::tui::{layout, text, theme};

/// Columns of the overlays' frames.
const WIDTH: u16 = 60;

/// The line in which a point's name is written.
#[derive(Debug)]
pub struct BookmarkName {
    field: TextField,
    naming: Naming,
}

/// What the name is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Naming {
    /// A point that has none yet.
    New(Origin),
    /// The bookmark at this place of the list, which has another.
    Again(usize),
}

/// What a key leads to while a name is written.
#[derive(Debug, PartialEq)]
pub enum NameOutcome {
    /// The line stays.
    Open,
    /// Nothing gets a name.
    Cancelled,
    /// This is the name of that.
    Named(String, Naming),
}

impl BookmarkName {
    /// A line with a name in it already, to be kept or changed.
    pub fn new(name: &str, naming: Naming) -> Self {
        let field = TextField::new(name);
        Self { field, naming }
    }

    /// Writes, takes the name, or leaves; an empty name is none.
    pub fn key(&mut self, key: KeyEvent) -> NameOutcome {
        let name = self.field.value().trim();
        match key.code {
            KeyCode::Esc => return NameOutcome::Cancelled,
            KeyCode::Enter if !name.is_empty() => {
                return NameOutcome::Named(name.to_owned(), self.naming.clone());
            }
            _ => self.field.key(key),
        };
        NameOutcome::Open
    }

    /// Adds what was pasted.
    pub fn paste(&mut self, pasted: &str) {
        self.field.paste(pasted);
    }

    /// Draws the line.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let inside = super::frame(
            tr!("Name of the point"),
            tr!("Enter keep, Esc leave"),
            WIDTH,
            3,
            area,
            buffer,
        );
        Line::from(self.field.spans(usize::from(inside.width))).render(inside, buffer);
    }
}

/// The list; the bookmarks themselves are part of the selection.
#[derive(Debug, Default)]
pub struct BookmarkList {
    selected: usize,
}

/// What a key leads to in the list.
#[derive(Debug, PartialEq, Eq)]
pub enum ListOutcome {
    /// The list stays open.
    Open,
    /// The list is closed.
    Cancelled,
    /// The bookmark at this place becomes the point.
    Go(usize),
    /// It becomes the other point.
    Other(usize),
    /// It gets another name.
    Rename(usize),
    /// It is deleted.
    Delete(usize),
    /// What was deleted, or done before, is undone.
    Undo,
}

/// Rows of a list of so many bookmarks, with its frame.
fn height(count: usize) -> u16 {
    u16::try_from(count.max(2)).unwrap_or(u16::MAX).saturating_add(2)
}

impl BookmarkList {
    /// The list with the bookmark at this place selected.
    pub fn at(selected: usize) -> Self {
        Self { selected }
    }

    /// Moves through a list of `count` bookmarks, does something with the selected one, or leaves.
    pub fn key(&mut self, key: KeyEvent, count: usize) -> ListOutcome {
        let last = count.saturating_sub(1);
        let selected = self.selected.min(last);
        self.selected = match key.code {
            KeyCode::Esc | KeyCode::Char('q' | '"') => return ListOutcome::Cancelled,
            KeyCode::Char('u') => return ListOutcome::Undo,
            KeyCode::Enter if count > 0 => return ListOutcome::Go(selected),
            KeyCode::Char('o' | 'O') if count > 0 => return ListOutcome::Other(selected),
            KeyCode::Char('r') if count > 0 => return ListOutcome::Rename(selected),
            KeyCode::Char('d') | KeyCode::Delete if count > 0 => return ListOutcome::Delete(selected),
            KeyCode::Up | KeyCode::Char('k') => selected.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => (selected + 1).min(last),
            KeyCode::PageUp => selected.saturating_sub(10),
            KeyCode::PageDown => (selected + 10).min(last),
            KeyCode::Home => 0,
            KeyCode::End => last,
            _ => selected,
        };
        ListOutcome::Open
    }

    /// Selects the one of `count` bookmarks under the mouse; whether it was selected already.
    pub fn select_at(&mut self, count: usize, area: Rect, at: Position) -> bool {
        let inside = super::inside(WIDTH, height(count), area);
        let shown = usize::from(inside.height).max(1);
        let selected = self.selected.min(count.saturating_sub(1));
        let first = layout::window(selected, shown, count);
        let entry = super::row_at(inside, at).map(|row| first + row);
        super::select(&mut self.selected, entry.filter(|&entry| entry < count))
    }

    /// Draws the list, a line each.
    pub fn render(&self, bookmarks: &[Bookmark], area: Rect, buffer: &mut Buffer) {
        let hint = if bookmarks.is_empty() {
            tr!("Esc close")
        } else {
            tr!("Enter go, o make it B, r rename, d delete, u undo")
        };
        let inside = super::frame(tr!("Points"), hint, WIDTH, height(bookmarks.len()), area, buffer);
        if bookmarks.is_empty() {
            Paragraph::new(tr!("No point has a name yet; ' gives one to what is pointed at."))
                .style(theme::dim())
                .wrap(Default::default())
                .render(inside, buffer);
            return;
        }
        let shown = usize::from(inside.height).max(1);
        let selected = self.selected.min(bookmarks.len() - 1);
        let first = layout::window(selected, shown, bookmarks.len());
        let line = |(index, bookmark): (usize, &Bookmark)| {
            let (marker, style) = if index == selected {
                ("▶ ", theme::selected())
            } else {
                ("  ", theme::plain_text())
            };
            let what = bookmark.point.to_string();
            let what = if what == bookmark.name {
                String::new()
            } else {
                what
            };
            let room = usize::from(inside.width).saturating_sub(4 + text::columns(&what));
            let name = text::padded(&text::printable(&bookmark.name), room);
            Line::from(vec![
                Span::raw(marker),
                Span::styled(name, style),
                Span::styled(format!("  {what}"), theme::dim()),
            ])
        };
        let lines = bookmarks.iter().enumerate().skip(first).take(shown).map(line);
        Paragraph::new(lines.collect::<Vec<_>>()).render(inside, buffer);
    }
}
