//! The finished frame brought down to the colours that the terminal has.
//!
//! Everything is drawn in 24-bit colour; only the widget for images asks for the depth, since it draws with other
//! characters where there is no grey.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

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
        match self {
            Self::TrueColour => colour,
            Self::Indexed256 => Color::Indexed(nearest_index(16..=255, [red, green, blue])),
            Self::Ansi16 => Color::Indexed(nearest_index(0..=15, [red, green, blue])),
            Self::Monochrome => Color::Reset,
        }
    }
}

fn is_light(colour: Color) -> bool {
    matches!(colour, Color::Rgb(red, green, blue) if u32::from(red) + u32::from(green) + u32::from(blue) > 300)
}

fn nearest_index(range: std::ops::RangeInclusive<u8>, wanted: [u8; 3]) -> u8 {
    // A grey stays a grey: the cube's tints are never nearer in hue.
    let grey = wanted[0] == wanted[1] && wanted[1] == wanted[2];
    let distance = |index: u8| -> u32 {
        let colour = palette(index);
        wanted
            .iter()
            .zip(colour)
            .map(|(&a, b)| u32::from(a.abs_diff(b)).pow(2))
            .sum()
    };
    let is_grey = |index: u8| palette(index).windows(2).all(|pair| pair[0] == pair[1]);
    range
        .filter(|&index| !grey || is_grey(index))
        .min_by_key(|&index| distance(index))
        .unwrap_or_default()
}

/// The usual red, green and blue of a palette entry (xterm's).
fn palette(index: u8) -> [u8; 3] {
    const ANSI: [[u8; 3]; 16] = [
        [0, 0, 0],
        [205, 0, 0],
        [0, 205, 0],
        [205, 205, 0],
        [0, 0, 238],
        [205, 0, 205],
        [0, 205, 205],
        [229, 229, 229],
        [127, 127, 127],
        [255, 0, 0],
        [0, 255, 0],
        [255, 255, 0],
        [92, 92, 255],
        [255, 0, 255],
        [0, 255, 255],
        [255, 255, 255],
    ];
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match index {
        0..=15 => ANSI[usize::from(index)],
        16..=231 => {
            let index = usize::from(index - 16);
            [LEVELS[index / 36], LEVELS[index / 6 % 6], LEVELS[index % 6]]
        }
        232..=255 => [8 + 10 * (index - 232); 3],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greys_stay_grey_and_cube_colours_stay_themselves() {
        for level in 0..=255 {
            for depth in [ColourDepth::Indexed256, ColourDepth::Ansi16] {
                let Color::Indexed(index) = depth.nearest(Color::Rgb(level, level, level)) else {
                    panic!()
                };
                let [red, green, blue] = palette(index);
                assert!(red == green && green == blue);
            }
        }
        for index in 16..=231 {
            let [red, green, blue] = palette(index);
            let found = ColourDepth::Indexed256.nearest(Color::Rgb(red, green, blue));
            let Color::Indexed(found) = found else { panic!() };
            assert_eq!(palette(found), palette(index));
        }
    }

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
