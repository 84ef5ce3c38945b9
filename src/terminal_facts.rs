//! What the terminal can show, as far as its environment says.

mod graphics;
mod questions;

use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

pub use graphics::{Blocks, Graphics, Protocol};
pub use questions::Questions;

use crate::platform;

/// How many colours it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumMessage, EnumString, IntoStaticStr, VariantArray)]
pub enum ColourDepth {
    /// 24-bit colour.
    #[strum(to_string = "truecolour", serialize = "truecolor")]
    TrueColour,
    /// The 256-colour palette: a 6 x 6 x 6 cube and 24 greys.
    #[strum(serialize = "256")]
    Indexed256,
    /// The 16 colours of old.
    #[strum(serialize = "16")]
    Ansi16,
    /// No colour at all.
    #[strum(serialize = "none")]
    Monochrome,
}

impl ColourDepth {
    /// Reads the environment (`NO_COLOR`, `COLORTERM`, `TERM`), and says what decided.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> (Self, &'static str) {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let term = variable("TERM").unwrap_or_default();
        let colour_term = variable("COLORTERM").unwrap_or_default();
        if is_set("NO_COLOR") {
            (Self::Monochrome, "NO_COLOR is set")
        } else if term == "dumb" || term.starts_with("vt") || term.ends_with("-mono") {
            (Self::Monochrome, "TERM is a terminal without colours")
        } else if colour_term == "truecolor" || colour_term == "24bit" {
            (Self::TrueColour, "COLORTERM says so")
        } else if term.ends_with("-direct") {
            (Self::TrueColour, "TERM says so")
        } else if term.contains("256color") || term.contains("kitty") || term.contains("ghostty") {
            (Self::Indexed256, "TERM says so, and COLORTERM nothing more")
        } else {
            (Self::Ansi16, "neither COLORTERM nor TERM says more")
        }
    }
}

/// Pixels of a cell of the terminal on standard output, across and down; those of old terminals where it doesn't say.
pub fn cell_pixels() -> (u16, u16) {
    platform::cell_pixels().unwrap_or(USUAL_CELL)
}

/// Pixels of a cell of the VT340, the first terminal with sixels in colour.
const USUAL_CELL: (u16, u16) = (10, 20);

/// How it is told that a run came to its end.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, EnumMessage, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Notify {
    /// Not at all.
    None,
    /// By its bell.
    #[default]
    Bell,
    /// By a notification of the desktop, where it knows one.
    Desktop,
}

/// Which characters it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// All that is drawn here.
    #[default]
    Unicode,
    /// Those of the Linux console and its kin.
    Console,
    /// Those of ASCII.
    Ascii,
}

/// Terminals with the 256 or 512 characters of their own font, as `TERM` names them.
const CONSOLES: [&str; 6] = ["linux", "vt100", "vt102", "vt220", "ansi", "cons25"];

/// Whether `TERM` names one of them.
fn is_console(term: &str) -> bool {
    let is_named = |name: &&str| term == *name || term.starts_with(&format!("{name}-"));
    CONSOLES.iter().any(is_named)
}

impl Glyphs {
    /// Reads the environment (`TERM`, `LC_ALL`, `LC_CTYPE`, `LANG`), and says what decided.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> (Self, &'static str) {
        let term = variable("TERM").unwrap_or_default();
        let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set);
        // Where nothing is set, as in many containers, terminals have all characters nowadays.
        let locale = locale.map(|locale| locale.to_ascii_lowercase());
        if locale.is_some_and(|locale| !locale.contains("utf-8") && !locale.contains("utf8")) {
            return (Self::Ascii, "the locale is not one of UTF-8");
        }
        if is_console(&term) {
            (Self::Console, "TERM is a console with a font of its own")
        } else {
            (Self::Unicode, "TERM is no console")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment<'a>(variables: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| value.to_string())
        }
    }

    #[test]
    fn the_environment_decides_the_colours() {
        for (variables, depth) in [
            (
                &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")][..],
                ColourDepth::TrueColour,
            ),
            (&[("TERM", "xterm-direct")], ColourDepth::TrueColour),
            (&[("TERM", "tmux-256color")], ColourDepth::Indexed256),
            (&[("TERM", "linux")], ColourDepth::Ansi16),
            (&[], ColourDepth::Ansi16),
            (&[("TERM", "vt100")], ColourDepth::Monochrome),
            (
                &[
                    ("TERM", "xterm-256color"),
                    ("COLORTERM", "truecolor"),
                    ("NO_COLOR", "1"),
                ],
                ColourDepth::Monochrome,
            ),
            (
                &[("NO_COLOR", ""), ("TERM", "screen-256color")],
                ColourDepth::Indexed256,
            ),
        ] {
            assert_eq!(
                ColourDepth::detect(environment(variables)).0,
                depth,
                "{variables:?}"
            );
        }
    }

    #[test]
    fn the_environment_decides_the_characters() {
        for (variables, glyphs) in [
            (&[("TERM", "linux")][..], Glyphs::Console),
            (&[("TERM", "vt220-w"), ("LANG", "")], Glyphs::Console),
            (&[("TERM", "xterm-256color")], Glyphs::Unicode),
            (&[("TERM", "linuxish")], Glyphs::Unicode),
            (&[("LANG", "C")], Glyphs::Ascii),
            (&[("LANG", "de_DE.ISO-8859-1"), ("TERM", "linux")], Glyphs::Ascii),
            (&[("LC_ALL", "POSIX"), ("LANG", "en_GB.UTF-8")], Glyphs::Ascii),
            (&[("LC_CTYPE", "C.utf8"), ("LANG", "C")], Glyphs::Unicode),
        ] {
            assert_eq!(Glyphs::detect(environment(variables)).0, glyphs, "{variables:?}");
        }
    }
}
