//! What is said on the lower edge of a pane's frame, of what is selected in it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use crate::tui::{text, theme};

/// Draws the parts that there are, one after the other, on the edge below `inside`, the inside of the frame; their end is cut where
/// there is no room.
pub fn render(parts: &[Option<String>], inside: Rect, buffer: &mut Buffer) {
    let parts: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
    let edge = Rect {
        x: inside.x.saturating_add(1),
        y: inside.bottom(),
        width: inside.width.saturating_sub(2),
        height: 1,
    };
    let room = usize::from(edge.width).saturating_sub(2);
    let said = text::cut(&parts.join("  "), room).into_owned();
    if !said.is_empty() {
        Line::styled(format!(" {said} "), theme::plain_text()).render(edge.intersection(buffer.area), buffer);
    }
}
