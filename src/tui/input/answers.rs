//! What terminals answer to the questions of [`recognition`](crate::tui::recognition) and of [`pace`](crate::tui::pace).
//!
//! ```text
//! ESC [ 0 n                    ready (DSR)               ESC P > | kitty(0.40.1) ESC \    name and version (XTVERSION)
//! ESC [ ? 62 ; 4 ; 22 c        attributes (DA1)          ESC _ G i = 31 ; OK ESC \        kitty's graphics
//! ESC [ ? 2026 ; 2 $ y         a mode (DECRPM)           ESC [ 6 ; 20 ; 10 t              height and width of a cell
//! ```

/// The number of the picture that kitty's graphics are asked about.
pub const ASKED_PICTURE: u32 = 31;

/// An answer of the terminal. Whoever reads it has not necessarily asked: anything that writes to the terminal may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has taken in what was sent before the question.
    Ready,
    /// What it is able to, as DEC numbered it: 4 is sixels.
    Attributes(Vec<u16>),
    /// Its name and version, in its own words.
    Name(String),
    /// Whether it draws pictures by kitty's protocol.
    KittyGraphics(bool),
    /// What it says of a mode: 0 that it doesn't know it, 1 that it is set, 2 that it is not, 3 and 4 that it can't change.
    Mode(u16, u16),
    /// Pixels of a cell, across and down.
    CellPixels(u16, u16),
}

/// The answer that a control sequence with these parameters and this last byte is.
pub fn of_control_sequence(parameters: &[u8], last: u8) -> Option<Answer> {
    let text = std::str::from_utf8(parameters).ok()?;
    let numbers = |text: &str| -> Option<Vec<u16>> {
        text.split(';').map(|number| number.parse::<u16>().ok()).collect()
    };
    match last {
        b'n' => (text == "0").then_some(Answer::Ready),
        // kitty leaves the last number out.
        b'c' => numbers(text.strip_prefix('?')?.trim_end_matches(';')).map(Answer::Attributes),
        b'y' => match numbers(text.strip_prefix('?')?.strip_suffix('$')?)?[..] {
            [mode, state] => Some(Answer::Mode(mode, state)),
            _ => None,
        },
        b't' => match numbers(text)?[..] {
            [6, height, width] => Some(Answer::CellPixels(width, height)),
            _ => None,
        },
        _ => None,
    }
}

/// The answer that a string is, which begins with `ESC` and this letter.
pub fn of_string(introducer: u8, body: &[u8]) -> Option<Answer> {
    let text = std::str::from_utf8(body).ok()?;
    match introducer {
        b'P' => text.strip_prefix(">|").map(|name| Answer::Name(name.into())),
        b'_' => {
            let (keys, said) = text.strip_prefix('G')?.split_once(';')?;
            let asked = format!("i={ASKED_PICTURE}");
            keys.split(',')
                .any(|key| key == asked)
                .then(|| Answer::KittyGraphics(said == "OK"))
        }
        _ => None,
    }
}
