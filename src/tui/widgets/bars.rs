//! Horizontal bars with labels and values, one a line.
//!
//! ```text
//!  z3 ████████▌       1.92
//!  z0 ██▎             0.55
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::text;

const EIGHTHS: [&str; 8] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A label, a bar as long as its value, and the value.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What stands before it.
    pub label: String,
    /// Its length, and what stands behind it.
    pub value: f64,
    /// How all of it is drawn.
    pub style: Style,
}

/// Columns of the value behind a bar.
const VALUE: u16 = 6;

/// Draws as many bars as there are lines; the longest of all bars, shown or not, fills its line. Where there is no room for bars, the
/// labels and values stand alone.
pub fn render(bars: &[Bar], first: usize, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    let Some(room) = area.width.checked_sub(VALUE + 1).filter(|&room| room > 0) else {
        return;
    };
    let widest = bars.iter().map(|bar| text::columns(&bar.label)).max();
    let label_width = widest.unwrap_or(0).min(usize::from(room)) as u16;
    let bar_width = (room - label_width).saturating_sub(1);
    let longest = bars
        .iter()
        .map(|bar| bar.value)
        .filter(|value| value.is_finite())
        .fold(0.0, f64::max);
    for (y, bar) in (area.y..area.bottom()).zip(bars.iter().skip(first)) {
        buffer.set_string(
            area.x,
            y,
            text::padded_left(&bar.label, usize::from(label_width)),
            bar.style,
        );
        let share = if longest > 0.0 {
            (bar.value / longest).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let eighths = (share * f64::from(bar_width) * 8.0).round() as usize;
        let drawn = "█".repeat(eighths / 8) + EIGHTHS[eighths % 8];
        buffer.set_stringn(
            area.x + label_width + 1,
            y,
            drawn,
            usize::from(bar_width),
            bar.style,
        );
        buffer.set_string(
            area.right() - VALUE,
            y,
            format!("{:>1$.2}", bar.value, usize::from(VALUE)),
            bar.style,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_values_and_scroll() {
        let bar = |label: &str, value| Bar {
            label: label.into(),
            value,
            style: Style::new(),
        };
        let bars = [bar("z3", 2.0), bar("z0", 1.0), bar("z12", 0.0)];
        let mut buffer = Buffer::empty(Rect::new(0, 0, 16, 2));
        render(&bars, 0, buffer.area, &mut buffer);
        assert_eq!(
            buffer,
            Buffer::with_lines([" z3 █████   2.00", " z0 ██▌     1.00"])
        );
        let mut buffer = Buffer::empty(Rect::new(0, 0, 16, 2));
        render(&bars, 2, buffer.area, &mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["z12         0.00", ""]));
        let narrow = |label: &str| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 16, 1));
            render(&[bar(label, 7.21)], 0, buffer.area, &mut buffer);
            buffer
        };
        assert_eq!(narrow("z[153].74"), Buffer::with_lines(["z[153].74   7.21"]));
        assert_eq!(
            narrow("class ankle boot"),
            Buffer::with_lines(["class an…   7.21"])
        );
    }
}
