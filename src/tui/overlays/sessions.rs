//! The list of saved sessions.

use std::path::PathBuf;
use std::time::SystemTime;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use crate::language::tr;
use crate::session::folder::SessionEntry;
use crate::tui::{layout, text, theme};

/// Columns of the list with its frame.
const WIDTH: u16 = 90;

/// What a session is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// To go on with it.
    Open,
    /// To compare its curve with the open run's.
    Compare,
    /// To go back to what the open session was before.
    Restore,
}

/// The sessions of some folders, one of them selected, and what it is chosen for.
#[derive(Debug)]
pub struct SessionList {
    intent: Intent,
    entries: Vec<SessionEntry>,
    selected: usize,
}

/// What a key leads to.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The list stays open.
    Open,
    /// The list is closed.
    Cancelled,
    /// A session was chosen.
    Chosen(Intent, PathBuf),
}

impl SessionList {
    /// A list of `entries`, the first selected.
    pub fn new(entries: Vec<SessionEntry>, intent: Intent) -> Self {
        Self {
            intent,
            entries,
            selected: 0,
        }
    }

    /// Moves through the list, chooses the selected session, or leaves.
    pub fn key(&mut self, key: KeyEvent) -> Outcome {
        let last = self.entries.len().saturating_sub(1);
        match key.code {
            KeyCode::Esc | KeyCode::Char('q' | 'o') => return Outcome::Cancelled,
            KeyCode::Up | KeyCode::Char('k') => self.selected = self.selected.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.selected = (self.selected + 1).min(last),
            KeyCode::PageUp => self.selected = self.selected.saturating_sub(10),
            KeyCode::PageDown => self.selected = (self.selected + 10).min(last),
            KeyCode::Enter => {
                if let Some(entry) = self.entries.get(self.selected) {
                    return Outcome::Chosen(self.intent, entry.path.clone());
                }
            }
            _ => {}
        }
        Outcome::Open
    }

    /// Selects the session under the mouse; whether it was selected already.
    pub fn select_at(&mut self, area: Rect, at: Position) -> bool {
        let inside = super::inside(WIDTH, self.height(), area);
        let shown = usize::from(inside.height / 2).max(1);
        let first = layout::window(self.selected, shown, self.entries.len());
        let entry = super::row_at(inside, at).map(|row| first + row / 2);
        let entry = entry.filter(|&entry| entry < self.entries.len().min(first + shown));
        super::select(&mut self.selected, entry)
    }

    /// Rows of the list with its frame.
    fn height(&self) -> u16 {
        let lines = u16::try_from(2 * self.entries.len()).unwrap_or(u16::MAX);
        lines.max(2).saturating_add(2)
    }

    /// Draws the list, two lines a session.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let (title, hint) = match self.intent {
            Intent::Open => (tr!("Sessions"), tr!("Enter open, Esc close")),
            Intent::Compare => (tr!("Add a curve"), tr!("Enter add, Esc close")),
            Intent::Restore => (
                tr!("What this session was before"),
                tr!("Enter open, Esc close; a save then replaces what it is now"),
            ),
        };
        let inside = super::frame(title, hint, WIDTH, self.height(), area, buffer);
        if self.entries.is_empty() {
            let none = match self.intent {
                Intent::Restore => tr!("There is no earlier state: one is kept whenever a save replaces it."),
                Intent::Open | Intent::Compare => {
                    tr!("No session was saved yet; s saves one. `vae-tui FILE.ron` opens any other file.")
                }
            };
            Paragraph::new(none)
                .style(theme::dim())
                .wrap(Default::default())
                .render(inside, buffer);
            return;
        }
        let shown = usize::from(inside.height / 2).max(1);
        let first = layout::window(self.selected, shown, self.entries.len());
        let width = usize::from(inside.width);
        let mut lines = Vec::new();
        for (index, entry) in self.entries.iter().enumerate().skip(first).take(shown) {
            let selected = index == self.selected;
            let (marker, style) = if selected {
                ("▶ ", theme::selected())
            } else {
                ("  ", theme::plain_text())
            };
            let name = entry.path.file_name().unwrap_or_default().to_string_lossy();
            let age = format!("  {}", age(entry.modified));
            let room = width.saturating_sub(text::columns(marker) + text::columns(&age));
            let name = text::cut_middle(&text::printable(&name), room).into_owned();
            lines.push(Line::from(vec![
                Span::raw(marker),
                Span::styled(name, style),
                Span::styled(age, theme::dim()),
            ]));
            let summary = text::printable(&entry.summary);
            let summary = text::cut(&summary, width.saturating_sub(4));
            lines.push(Line::styled(format!("    {summary}"), theme::dim()));
        }
        Paragraph::new(lines).render(inside, buffer);
    }
}

fn age(modified: SystemTime) -> String {
    let seconds = modified.elapsed().map_or(0, |age| age.as_secs());
    match seconds {
        0..60 => tr!("just now").into(),
        60..3_600 => tr!("{minutes} min ago", minutes = seconds / 60),
        3_600..86_400 => tr!("{hours} h ago", hours = seconds / 3_600),
        86_400..172_800 => tr!("1 day ago").into(),
        _ => tr!("{days} days ago", days = seconds / 86_400),
    }
}
