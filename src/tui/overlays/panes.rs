//! The list of panes: one letter goes to each.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget};

use crate::language::{said, tr};
use crate::tui::command::keymap::Keymap;
use crate::tui::panes::{KINDS, Kind};
use crate::tui::{text, theme};

/// Columns of the longest name of a pane and its keys.
const COLUMN: usize = 30;

/// The pane that a letter chooses.
pub fn chosen(letter: char) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.letter == letter)
}

/// The pane under the mouse.
pub fn at(area: Rect, at: Position) -> Option<&'static Kind> {
    let (width, height, rows) = size(area);
    let inside = super::inside(width, height, area);
    let row = super::row_at(inside, at).filter(|&row| row < rows)?;
    let column = usize::from(at.x - inside.x) / COLUMN;
    KINDS.get(column * rows + row).copied()
}

/// Columns and rows of the list with its frame, and rows of panes: in two columns where there is little height.
fn size(area: Rect) -> (u16, u16, usize) {
    let columns = if usize::from(area.height) >= KINDS.len() + 4 {
        1
    } else {
        2
    };
    let rows = KINDS.len().div_ceil(columns);
    ((COLUMN * columns + 4) as u16, (rows + 2) as u16, rows)
}

/// Draws the list, in two columns where there is little height.
pub fn render(keymap: &Keymap, focus: &Kind, area: Rect, buffer: &mut Buffer) {
    let (width, height, rows) = size(area);
    let inside = super::frame(
        tr!("Panes"),
        tr!("press its letter, Esc stays"),
        width,
        height,
        area,
        buffer,
    );
    let line = |row: usize| {
        let kinds = KINDS.iter().skip(row).step_by(rows);
        Line::from(
            kinds
                .flat_map(|kind| entry(keymap, kind, kind.name == focus.name))
                .collect::<Vec<_>>(),
        )
    };
    Paragraph::new((0..rows).map(line).collect::<Vec<_>>()).render(inside, buffer);
}

/// A pane's letter, its name, and the key that shows it from anywhere.
fn entry(keymap: &Keymap, kind: &Kind, is_focused: bool) -> [Span<'static>; 3] {
    let keys = kind
        .everywhere
        .first()
        .map_or(&[][..], |command| keymap.keys(command));
    let key = keys.first().map_or(String::new(), |key| key.name());
    let style = if is_focused {
        theme::strong()
    } else {
        theme::plain_text()
    };
    [
        Span::styled(format!("{} ", kind.letter), theme::selected()),
        Span::styled(text::padded(said(kind.heading), COLUMN - 6), style),
        Span::styled(text::padded(&key, 4), theme::dim()),
    ]
}
