//! How pictures are drawn, and which of the ways the terminal has, as far as its environment says.
//!
//! The characters of [`Blocks`] are drawn by the terminal's font, or by the terminal itself. Which terminal draws which is known
//! by its name and version only; where neither is known, quadrants, which have been in Unicode since 2002.

use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

/// How pictures are drawn.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, EnumMessage, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Graphics {
    /// The best that the terminal is known to have; pixels where it answers that it draws them.
    #[default]
    Auto,
    /// Half blocks: 1 x 2 points per cell, each in its own colour.
    Half,
    /// Quadrants: 2 x 2 points per cell in two colours.
    Quadrant,
    /// Sextants (Unicode 13): 2 x 3 points per cell in two colours.
    Sextant,
    /// Octants (Unicode 16): 2 x 4 points per cell in two colours.
    Octant,
    /// Braille: 2 x 4 dots per cell in two colours, with gaps between them.
    Braille,
    /// Pixels, as kitty and ghostty draw them.
    Kitty,
    /// Pixels, as iTerm2 and WezTerm draw them.
    Iterm2,
    /// Pixels, as foot, Konsole, mlterm, xterm and Windows Terminal draw them.
    Sixel,
}

/// How a terminal is told of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// kitty's graphics protocol.
    Kitty,
    /// iTerm2's inline images.
    Iterm2,
    /// Sixels.
    Sixel,
}

/// The characters that a picture is made of: points of a cell in two colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blocks {
    /// 1 x 2 points.
    Half,
    /// 2 x 2 points.
    Quadrant,
    /// 2 x 3 points.
    Sextant,
    /// 2 x 4 points.
    Octant,
    /// 2 x 4 dots.
    Braille,
}

impl Blocks {
    /// Columns and rows of points in a cell.
    pub const fn grid(self) -> (usize, usize) {
        match self {
            Self::Half => (1, 2),
            Self::Quadrant => (2, 2),
            Self::Sextant => (2, 3),
            Self::Octant | Self::Braille => (2, 4),
        }
    }

    /// The best that the terminal is known to have, and what decided: from the environment (`TMUX`, `TERM`, `TERM_PROGRAM` and
    /// its version, `VTE_VERSION`, `KITTY_WINDOW_ID`).
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> (Self, &'static str) {
        let value = |name: &str| variable(name).unwrap_or_default();
        let term = value("TERM");
        let program = value("TERM_PROGRAM").to_ascii_lowercase();
        let version = value("TERM_PROGRAM_VERSION");
        let is_term = |name: &str| {
            let rest = term.strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let vte: u32 = value("VTE_VERSION").parse().unwrap_or(0);
        if is_multiplexed(&variable) {
            // What the environment says of the terminal is from when the multiplexer was started.
            (Self::Quadrant, "a multiplexer hides the terminal")
        } else if program == "ghostty" && at_least(&version, (1, 2)) {
            (Self::Octant, "TERM_PROGRAM is ghostty 1.2 or later")
        } else if program == "ghostty" || is_term("xterm-ghostty") {
            (
                Self::Sextant,
                "the terminal is ghostty, whose version may be before 1.2",
            )
        } else if is_term("foot") {
            (Self::Sextant, "TERM is foot, whose version it does not say")
        } else if is_term("xterm-kitty") || !value("KITTY_WINDOW_ID").is_empty() {
            (
                Self::Sextant,
                "the terminal is kitty, whose version it does not say",
            )
        } else if program == "wezterm" {
            (Self::Sextant, "TERM_PROGRAM is WezTerm")
        } else if program == "iterm.app" && at_least(&version, (3, 5)) {
            (Self::Sextant, "TERM_PROGRAM is iTerm2 3.5 or later")
        } else if vte >= 7800 {
            (Self::Octant, "VTE_VERSION is 0.78 or later")
        } else if vte >= 6200 {
            (Self::Sextant, "VTE_VERSION is 0.62 or later")
        } else {
            (
                Self::Quadrant,
                "the environment names no terminal that is known for more",
            )
        }
    }
}

impl Blocks {
    /// The best that the terminal of this name and version has, in its own words such as `kitty(0.40.1)`; none where it is known for
    /// no more than the environment tells.
    pub fn of_terminal(name: &str) -> Option<Self> {
        let (name, version) = named(name);
        let octants_from = |least| {
            Some(if at_least(version, least) {
                Self::Octant
            } else {
                Self::Sextant
            })
        };
        match name.as_str() {
            "kitty" => octants_from((0, 40)),
            "ghostty" => octants_from((1, 2)),
            "foot" => octants_from((1, 20)),
            "wezterm" => Some(Self::Sextant),
            "iterm2" => at_least(version, (3, 5)).then_some(Self::Sextant),
            // Its versions are one number: 7800 is 0.78.
            "vte" if at_least(version, (7800, 0)) => Some(Self::Octant),
            "vte" if at_least(version, (6200, 0)) => Some(Self::Sextant),
            _ => None,
        }
    }
}

impl Protocol {
    /// Whether a terminal of this name, in its own words, draws iTerm2's inline images.
    pub fn is_iterm2(name: &str) -> bool {
        matches!(named(name).0.as_str(), "iterm2" | "wezterm")
    }
}

/// A name in small letters and a version, of `kitty(0.40.1)` or `WezTerm 20240203`.
fn named(text: &str) -> (String, &str) {
    let (name, version) = text.split_once(['(', ' ']).unwrap_or((text, ""));
    (name.to_ascii_lowercase(), version)
}

impl Graphics {
    /// The characters that were chosen; none where the terminal's best are to be taken.
    pub fn chosen(self) -> Option<Blocks> {
        match self {
            Self::Auto | Self::Kitty | Self::Iterm2 | Self::Sixel => None,
            Self::Half => Some(Blocks::Half),
            Self::Quadrant => Some(Blocks::Quadrant),
            Self::Sextant => Some(Blocks::Sextant),
            Self::Octant => Some(Blocks::Octant),
            Self::Braille => Some(Blocks::Braille),
        }
    }

    /// What holds of the choice here: pixels don't pass tmux and screen, which keep the terminal to themselves, so they are the
    /// best characters there.
    pub fn here(self, variable: impl Fn(&str) -> Option<String>) -> Self {
        if self.protocol().is_some() && is_multiplexed(&variable) {
            Self::Auto
        } else {
            self
        }
    }

    /// The protocol that was chosen; none where pictures are to be characters.
    pub fn protocol(self) -> Option<Protocol> {
        match self {
            Self::Kitty => Some(Protocol::Kitty),
            Self::Iterm2 => Some(Protocol::Iterm2),
            Self::Sixel => Some(Protocol::Sixel),
            Self::Auto | Self::Half | Self::Quadrant | Self::Sextant | Self::Octant | Self::Braille => None,
        }
    }
}

/// Whether tmux or screen stands between this program and the terminal.
pub fn is_multiplexed(variable: &impl Fn(&str) -> Option<String>) -> bool {
    let term = variable("TERM").unwrap_or_default();
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    is_set("TMUX") || is_set("STY") || term.starts_with("tmux") || term.starts_with("screen")
}

/// Whether a version such as `1.2.3` is at least this one; text that is no version is older than any.
fn at_least(version: &str, least: (u32, u32)) -> bool {
    let mut parts = version.split(|c: char| !c.is_ascii_digit());
    let mut next = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    (next(), next()) >= least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides_the_blocks() {
        for (variables, blocks) in [
            (&[][..], Blocks::Quadrant),
            (&[("TERM", "xterm-256color")], Blocks::Quadrant),
            (
                &[("TERM_PROGRAM", "ghostty"), ("TERM_PROGRAM_VERSION", "1.2.0")],
                Blocks::Octant,
            ),
            (
                &[("TERM_PROGRAM", "ghostty"), ("TERM_PROGRAM_VERSION", "1.1.3-dev")],
                Blocks::Sextant,
            ),
            (&[("TERM", "xterm-ghostty")], Blocks::Sextant),
            (&[("TERM", "foot")], Blocks::Sextant),
            (&[("TERM", "footprint")], Blocks::Quadrant),
            (&[("TERM", "xterm-kitty")], Blocks::Sextant),
            (&[("VTE_VERSION", "7802")], Blocks::Octant),
            (&[("VTE_VERSION", "7603")], Blocks::Sextant),
            (&[("VTE_VERSION", "5202")], Blocks::Quadrant),
            (&[("VTE_VERSION", "a b")], Blocks::Quadrant),
            (
                &[("TERM_PROGRAM", "iTerm.app"), ("TERM_PROGRAM_VERSION", "3.5.14")],
                Blocks::Sextant,
            ),
            (&[("TERM_PROGRAM", "WezTerm")], Blocks::Sextant),
            // What is left of the terminal in which tmux was started says nothing.
            (
                &[("TMUX", "/tmp/tmux-0/default,1,0"), ("VTE_VERSION", "7802")],
                Blocks::Quadrant,
            ),
            (
                &[("TERM", "screen-256color"), ("KITTY_WINDOW_ID", "1")],
                Blocks::Quadrant,
            ),
        ] {
            let variable = |name: &str| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(Blocks::detect(variable).0, blocks, "{variables:?}");
        }
    }

    #[test]
    fn the_name_of_a_terminal_decides_the_blocks() {
        for (name, blocks) in [
            ("kitty(0.40.1)", Some(Blocks::Octant)),
            ("kitty(0.39.9)", Some(Blocks::Sextant)),
            ("foot(1.20.0)", Some(Blocks::Octant)),
            ("foot(1.9.0)", Some(Blocks::Sextant)),
            ("ghostty 1.2.3", Some(Blocks::Octant)),
            ("WezTerm 20240203-110809-5046fc22", Some(Blocks::Sextant)),
            ("iTerm2 3.5.0", Some(Blocks::Sextant)),
            ("iTerm2 3.4.23", None),
            ("VTE(7802)", Some(Blocks::Octant)),
            ("VTE(6003)", None),
            ("XTerm(390)", None),
            ("tmux 3.4", None),
            ("", None),
        ] {
            assert_eq!(Blocks::of_terminal(name), blocks, "{name}");
        }
        assert!(Protocol::is_iterm2("iTerm2 3.4") && !Protocol::is_iterm2("kitty(0.40.1)"));
    }

    #[test]
    fn pixels_do_not_pass_a_multiplexer() {
        let inside = |name: &str| (name == "TMUX").then(|| "/tmp/tmux-0/default,1,0".to_owned());
        assert_eq!(Graphics::Kitty.here(inside), Graphics::Auto);
        assert_eq!(Graphics::Octant.here(inside), Graphics::Octant);
        assert_eq!(Graphics::Kitty.here(|_| None), Graphics::Kitty);
    }
}
