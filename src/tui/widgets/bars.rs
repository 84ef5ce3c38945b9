//! Horizontal bars with labels and values, one a line.
//!
//! ```text
//!  z3 ████████▌       1.92
//!  z0 ██▎             0.55
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

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

/// Draws as many bars as there are lines; the longest of all bars, shown or not, fills its line.
pub fn render(bars: &[Bar], first: usize, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    let label_width = bars.iter().map(|bar| bar.label.len()).max().unwrap_or(0) as u16;
    let Some(bar_width) = area.width.checked_sub(label_width + 8).filter(|&width| width > 0) else {
        return;
    };
    let longest = bars
        .iter()
        .map(|bar| bar.value)
        .filter(|value| value.is_finite())
        .fold(0.0, f64::max);
    for (y, bar) in (area.y..area.bottom()).zip(bars.iter().skip(first)) {
        buffer.set_string(
            area.x,
            y,
            format!("{:>1$}", bar.label, usize::from(label_width)),
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
        buffer.set_string(area.right() - 6, y, format!("{:>6.2}", bar.value), bar.style);
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
    }
}
