//! The last numbers of a series in one line of eighth blocks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

const LEVELS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// Draws the newest numbers of `values`, one a column, the newest at the right; numbers that are not finite leave a
/// gap, and a series that does not change runs along the middle.
pub fn render(values: &[f64], style: Style, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let shown = &values[values.len().saturating_sub(usize::from(area.width))..];
    let finite = || shown.iter().copied().filter(|value| value.is_finite());
    let (low, high) = (
        finite().fold(f64::INFINITY, f64::min),
        finite().fold(f64::NEG_INFINITY, f64::max),
    );
    let start = area.right() - shown.len() as u16;
    for (x, value) in (start..).zip(shown) {
        if value.is_finite() {
            let height = if high > low {
                (value - low) / (high - low)
            } else {
                0.5
            };
            let level = (height * 7.0).round() as usize;
            buffer[(x, area.y)].set_symbol(LEVELS[level]).set_style(style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(values: &[f64]) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 5, 1));
        render(values, Style::new(), buffer.area, &mut buffer);
        buffer.content.iter().map(|cell| cell.symbol()).collect()
    }

    #[test]
    fn the_newest_stand_at_the_right_with_gaps_and_constants() {
        assert_eq!(drawn(&[9.0, 0.0, 1.0, f64::NAN, 7.0, 3.5]), "▁▂ █▅");
        assert_eq!(drawn(&[4.0, 4.0]), "   ▅▅");
        assert_eq!(drawn(&[]), "     ");
        render(
            &[1.0],
            Style::new(),
            Rect::new(0, 0, 0, 0),
            &mut Buffer::empty(Rect::new(0, 0, 1, 1)),
        );
    }
}
