//! The finished frame brought down to the characters that the terminal has.
//!
//! The Linux console has the 256 or 512 characters of its font: lines, half blocks and shades of the old code pages,
//! but neither braille nor rounded corners. As with colours, everything is drawn with all characters; only the widget
//! for images asks, since it draws shades where it has neither dots nor colours.

use ratatui::buffer::Buffer;

pub use crate::terminal_facts::Glyphs;

impl Glyphs {
    /// Replaces what this terminal lacks by the nearest that it has.
    pub fn reduce(self, buffer: &mut Buffer) {
        if self == Self::Unicode {
            return;
        }
        for cell in &mut buffer.content {
            let mut characters = cell.symbol().chars();
            if let (Some(character), None) = (characters.next(), characters.next()) {
                cell.set_char(on_the_console(character));
            }
        }
    }
}

/// The nearest character of code page 437.
fn on_the_console(character: char) -> char {
    match character {
        '\u{2800}'..='\u{28ff}' => block(character as u32 - 0x2800),
        '╭' => '┌',
        '╮' => '┐',
        '╰' => '└',
        '╯' => '┘',
        '━' => '═',
        '╍' => '-',
        '┊' => ':',
        '‖' => '║',
        '▶' | '▸' => '►',
        '◂' => '◄',
        '●' => '•',
        '▁' => '_',
        '▂'..='▃' => '▄',
        '▅'..='▇' | '▉' | '▊' => '█',
        '▋' | '▍' => '▌',
        '▎' | '▏' => '│',
        '…' => '~',
        '�' => '?',
        other => other,
    }
}

/// Braille dots as a block: the half that they are in, or all of the cell.
fn block(dots: u32) -> char {
    const UPPER: u32 = 0x01 | 0x02 | 0x08 | 0x10;
    const LEFT: u32 = 0x01 | 0x02 | 0x04 | 0x40;
    match dots {
        0 => ' ',
        _ if dots & !UPPER == 0 => '▀',
        _ if dots & UPPER == 0 => '▄',
        _ if dots & !LEFT == 0 => '▌',
        _ if dots & LEFT == 0 => '▐',
        _ => '█',
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn dots_become_the_half_that_they_are_in_and_corners_are_square() {
        let mut buffer = Buffer::with_lines(["╭⠉⣀⡇⢸⣿⠀╯日"]);
        Glyphs::Console.reduce(&mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["┌▀▄▌▐█ ┘日"]));
        let mut buffer = Buffer::empty(Rect::new(0, 0, 0, 0));
        Glyphs::Console.reduce(&mut buffer);
    }
}
