//! The finished frame brought down to the colours that the terminal has.
//!
//! Everything is drawn in 24-bit colour; only the widget for images asks for the depth, since it draws with other
//! characters where there is no grey.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use crate::pictures::palette::{self, TerminalColour};
pub use crate::terminal_facts::ColourDepth;

impl ColourDepth {
    /// Maps every colour of a finished frame to the nearest that this depth has.
    pub fn reduce(self, buffer: &mut Buffer) {
        if self == Self::TrueColour {
            return;
        }
        for cell in &mut buffer.content {
            if self == Self::Monochrome && is_light(cell.bg) {
                // A light bar on which dark text stands is the one thing that a background says by itself.
                cell.modifier.insert(Modifier::REVERSED);
            }
            cell.fg = self.nearest(cell.fg);
            cell.bg = self.nearest(cell.bg);
        }
    }

    /// Those of `colours` that still differ from one another in this depth, in order; one where none does.
    pub fn distinct(self, colours: &[Color]) -> Vec<Color> {
        let mut seen = Vec::new();
        let is_new = |colour: &&Color| {
            let nearest = self.nearest(**colour);
            let is_new = !seen.contains(&nearest);
            seen.push(nearest);
            is_new
        };
        colours.iter().filter(is_new).copied().collect()
    }

    /// The nearest colour that this depth has.
    pub fn nearest(self, colour: Color) -> Color {
        let Color::Rgb(red, green, blue) = colour else {
            return if self == Self::Monochrome {
                Color::Reset
            } else {
                colour
            };
        };
        match palette::nearest(self, [red, green, blue]) {
            TerminalColour::Rgb(_) => colour,
            TerminalColour::Indexed(index) => Color::Indexed(index),
            TerminalColour::Own => Color::Reset,
        }
    }
}

fn is_light(colour: Color) -> bool {
    matches!(colour, Color::Rgb(red, green, blue) if u32::from(red) + u32::from(green) + u32::from(blue) > 300)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_without_colour_keeps_its_selections() {
        let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 2, 1));
        buffer[(0, 0)]
            .set_fg(Color::Rgb(255, 0, 0))
            .set_bg(Color::Rgb(0, 0, 0));
        buffer[(1, 0)]
            .set_fg(Color::Rgb(0, 0, 0))
            .set_bg(Color::Rgb(215, 175, 95));
        ColourDepth::Monochrome.reduce(&mut buffer);
        assert!(
            buffer
                .content
                .iter()
                .all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
        );
        assert!(!buffer[(0, 0)].modifier.contains(Modifier::REVERSED));
        assert!(buffer[(1, 0)].modifier.contains(Modifier::REVERSED));
    }
}
