//! Cells as the bytes that draw them: what the terminal's pen has already is not said again.

use std::fmt::Write;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// Modifiers with the numbers that switch them on (ECMA-48, SGR).
const MODIFIERS: [(Modifier, &str); 9] = [
    (Modifier::BOLD, "1"),
    (Modifier::DIM, "2"),
    (Modifier::ITALIC, "3"),
    (Modifier::UNDERLINED, "4"),
    (Modifier::SLOW_BLINK, "5"),
    (Modifier::RAPID_BLINK, "6"),
    (Modifier::REVERSED, "7"),
    (Modifier::HIDDEN, "8"),
    (Modifier::CROSSED_OUT, "9"),
];

/// Where the terminal writes next, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pen {
    /// Column and row; none where that is not known.
    at: Option<(u16, u16)>,
    /// Foreground, background and modifiers; none where they are not known.
    style: Option<(Color, Color, Modifier)>,
    /// Columns of the terminal: behind the last one nothing is sure.
    columns: u16,
}

impl Pen {
    /// A pen of which nothing is known, on a terminal of so many columns.
    pub fn new(columns: u16) -> Self {
        Self {
            at: None,
            style: None,
            columns,
        }
    }

    /// Something else moved the cursor.
    pub fn moved(&mut self) {
        self.at = None;
    }

    /// Its foreground and its background, where they are known.
    pub fn colours(&self) -> Option<(Color, Color)> {
        self.style
            .map(|(foreground, background, _)| (foreground, background))
    }

    /// Writes what draws a cell at this column and row.
    pub fn draw(&mut self, (x, y): (u16, u16), cell: &Cell, out: &mut String) {
        self.go_to((x, y), out);
        self.take_style(cell, out);
        out.push_str(cell.symbol());
        let next = x.saturating_add(cell.symbol().width() as u16);
        // In the last column terminals differ about where the cursor is.
        self.at = (next < self.columns && next > x).then_some((next, y));
    }

    fn go_to(&mut self, (x, y): (u16, u16), out: &mut String) {
        // Writing to text can't fail.
        let _ = match self.at {
            Some(at) if at == (x, y) => Ok(()),
            Some((before, row)) if row == y && before < x => match x - before {
                1 => write!(out, "\x1b[C"),
                more => write!(out, "\x1b[{more}C"),
            },
            // Raw mode leaves a line feed in its column.
            Some((before, row)) if row + 1 == y => {
                out.push('\n');
                match (before.checked_sub(x), x.checked_sub(before)) {
                    (Some(back @ ..=4), _) => {
                        (0..back).for_each(|_| out.push('\x08'));
                        Ok(())
                    }
                    (Some(back), _) => write!(out, "\x1b[{back}D"),
                    (None, Some(1)) => write!(out, "\x1b[C"),
                    (None, on) => write!(out, "\x1b[{}C", on.unwrap_or(0)),
                }
            }
            _ => write!(out, "\x1b[{};{}H", y + 1, x + 1),
        };
    }

    fn take_style(&mut self, cell: &Cell, out: &mut String) {
        let wanted = (cell.fg, cell.bg, cell.modifier);
        if self.style == Some(wanted) {
            return;
        }
        let mut codes: Vec<String> = Vec::new();
        let (mut foreground, mut background, mut modifier) = (Color::Reset, Color::Reset, Modifier::empty());
        match self.style {
            Some(style) if cell.modifier.contains(style.2) => (foreground, background, modifier) = style,
            // Modifiers go with everything else only.
            _ => codes.push("0".into()),
        }
        for (one, code) in MODIFIERS {
            if (cell.modifier - modifier).contains(one) {
                codes.push(code.into());
            }
        }
        // The ink of an empty cell is not seen, unless a line or a reversal shows it.
        let is_empty = cell.symbol() == " " && cell.modifier.is_empty();
        if cell.fg != foreground && !is_empty {
            foreground = cell.fg;
            codes.push(code(3, foreground));
        }
        if cell.bg != background {
            background = cell.bg;
            codes.push(code(4, background));
        }
        self.style = Some((foreground, background, cell.modifier));
        if !codes.is_empty() {
            let _ = write!(out, "\x1b[{}m", codes.join(";"));
        }
    }
}

/// The numbers that choose a colour, of the foreground (3) or the background (4).
fn code(ground: u8, colour: Color) -> String {
    match colour {
        Color::Reset => format!("{ground}9"),
        Color::Rgb(red, green, blue) => format!("{ground}8;2;{red};{green};{blue}"),
        Color::Indexed(index) => format!("{ground}8;5;{index}"),
        named => format!("{ground}8;5;{}", index(named)),
    }
}

/// The place of a named colour in the palette.
fn index(colour: Color) -> u8 {
    match colour {
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    const AREA: Rect = Rect::new(0, 0, 12, 6);

    fn draw(frames: &[Buffer]) -> (vt100::Parser, Vec<usize>) {
        let cells = |count: u16| NonZero::new(count).unwrap();
        let mut terminal = vt100::Parser::new(cells(AREA.height), cells(AREA.width), 0);
        let mut shown = Buffer::empty(AREA);
        let mut pen = Pen::new(AREA.width);
        let mut sizes = Vec::new();
        for frame in frames {
            let mut out = String::new();
            for (x, y, cell) in shown.diff(frame) {
                pen.draw((x, y), cell, &mut out);
            }
            terminal.process(out.as_bytes());
            sizes.push(out.len());
            shown = frame.clone();
        }
        (terminal, sizes)
    }

    #[test]
    fn what_the_pen_has_is_not_said_again() {
        let mut frame = Buffer::empty(AREA);
        let style = Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Indexed(240));
        frame.set_string(2, 1, "abc", style);
        frame.set_string(2, 2, "de", style);
        let mut out = String::new();
        let mut pen = Pen::new(AREA.width);
        for (x, y, cell) in Buffer::empty(AREA).diff(&frame) {
            pen.draw((x, y), cell, &mut out);
        }
        assert_eq!(out, "\x1b[2;3H\x1b[0;38;2;1;2;3;48;5;240mabc\n\x08\x08\x08de");
        // To the next line the shortest way.
        for (to, way) in [
            ((11, 3), "\n\x1b[6C"),
            ((6, 3), "\n\x1b[C"),
            ((0, 3), "\n\x1b[5D"),
            ((1, 3), "\n\x08\x08\x08\x08"),
            ((5, 4), "\x1b[5;6H"),
        ] {
            let mut out = String::new();
            Pen {
                at: Some((5, 2)),
                ..pen.clone()
            }
            .go_to(to, &mut out);
            assert_eq!(out, way);
        }
    }

    proptest! {
        #[test]
        fn a_terminal_shows_the_frame(
            frames in prop::collection::vec(
                prop::collection::vec((0_u16..12, 0_u16..6, 0_usize..5, 0_usize..4, 0_usize..4, 0_usize..4), 0..20),
                1..6,
            ),
        ) {
            let colours = [Color::Reset, Color::Rgb(9, 8, 7), Color::Indexed(240), Color::Red];
            let modifiers = [
                Modifier::empty(), Modifier::BOLD, Modifier::UNDERLINED, Modifier::BOLD.union(Modifier::REVERSED),
            ];
            let mut frame = Buffer::empty(AREA);
            let mut all = Vec::new();
            for cells in frames {
                for (x, y, symbol, fg, bg, modifier) in cells {
                    let style = Style::new().fg(colours[fg]).bg(colours[bg]).add_modifier(modifiers[modifier]);
                    let symbol = ["a", " ", "▚", "é", "─"][symbol];
                    frame[(x, y)].reset();
                    frame[(x, y)].set_symbol(symbol).set_style(style);
                }
                all.push(frame.clone());
            }
            let (terminal, _) = draw(&all);
            let shown = |colour| match colour {
                Color::Rgb(red, green, blue) => vt100::Color::Rgb(red, green, blue),
                Color::Indexed(index) => vt100::Color::Idx(index),
                Color::Red => vt100::Color::Idx(1),
                _ => vt100::Color::Default,
            };
            for position in AREA.positions() {
                let (cell, drawn) = (&frame[position], terminal.screen().cell(position.y, position.x).unwrap());
                let symbol = if drawn.contents().is_empty() { " " } else { drawn.contents() };
                prop_assert_eq!(symbol, cell.symbol());
                prop_assert_eq!(drawn.bgcolor(), shown(cell.bg));
                prop_assert_eq!(drawn.bold(), cell.modifier.contains(Modifier::BOLD));
                prop_assert_eq!(drawn.inverse(), cell.modifier.contains(Modifier::REVERSED));
                if symbol != " " || !cell.modifier.is_empty() {
                    prop_assert_eq!(drawn.fgcolor(), shown(cell.fg));
                }
            }
        }
    }
}
