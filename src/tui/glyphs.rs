//! The finished frame brought down to the characters that the terminal has.
//!
//! The Linux console has the 256 or 512 characters of its font: lines, half blocks and shades of the old code pages,
//! but neither braille nor rounded corners. Where the locale has no UTF-8 there is ASCII only. As with colours, everything is drawn with all characters; only the widget
//! for images asks, since it draws shades where it has neither dots nor colours.

use ratatui::buffer::Buffer;

pub use crate::terminal_facts::Glyphs;

impl Glyphs {
    /// Replaces what this terminal lacks by the nearest that it has.
    pub fn reduce(self, buffer: &mut Buffer) {
        for cell in &mut buffer.content {
            if self == Self::Unicode || cell.symbol().is_ascii() {
                continue;
            }
            let mut characters = cell.symbol().chars();
            let (first, is_one) = (characters.next().unwrap_or(' '), characters.next().is_none());
            match self {
                Self::Ascii => cell.set_char(in_ascii(first)),
                _ if is_one => cell.set_char(on_the_console(first)),
                _ => continue,
            };
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

/// The nearest character of ASCII.
fn in_ascii(character: char) -> char {
    match on_the_console(character) {
        console if console.is_ascii() => console,
        '─' | '═' | '╌' | '╍' => '-',
        '│' | '║' | '┃' | '▌' | '▐' => '|',
        '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' => '+',
        '▀' => '\'',
        '▄' => '.',
        '░' => ':',
        '▒' => '+',
        '█' | '▓' | '■' => '#',
        '•' | '·' => '*',
        '►' | '→' => '>',
        '◄' | '←' => '<',
        '↑' | '▲' => '^',
        '↓' | '▼' => 'v',
        '±' => '+',
        '−' => '-',
        '×' => 'x',
        '≈' => '~',
        'σ' => 's',
        'μ' => 'm',
        'ε' => 'e',
        'ω' => 'w',
        '²' => '2',
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        _ => '?',
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
    fn in_ascii_nothing_else_is_left() {
        let mut buffer = Buffer::with_lines(["╭─▶é日│μ=±2 ⣿a"]);
        Glyphs::Ascii.reduce(&mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["+->?? |m=+2 #a"]));
    }

    #[test]
    fn dots_become_the_half_that_they_are_in_and_corners_are_square() {
        let mut buffer = Buffer::with_lines(["╭⠉⣀⡇⢸⣿⠀╯日"]);
        Glyphs::Console.reduce(&mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["┌▀▄▌▐█ ┘日"]));
        let mut buffer = Buffer::empty(Rect::new(0, 0, 0, 0));
        Glyphs::Console.reduce(&mut buffer);
    }
}
