//! Which questions a terminal may be asked. One that doesn't know a question should swallow it; some write a part of it on the
//! screen instead, and are not asked.

use super::{graphics::is_multiplexed, is_console};
use crate::platform::ANSWERS_ARE_READ;

/// What may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Questions {
    /// Nothing.
    Nothing,
    /// Whether it has taken in what was sent (DSR), which a VT100 answers already.
    Readiness,
    /// What it is able to (DA1) as well.
    Attributes,
    /// Whatever there is to know.
    Everything,
}

impl Questions {
    /// Reads the environment (`TERM`, `TERM_PROGRAM`, `TMUX`, `STY`), and says what decided.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> (Self, &'static str) {
        let term = variable("TERM").unwrap_or_default();
        if !ANSWERS_ARE_READ {
            (Self::Nothing, "answers are only read on Unix")
        } else if term.is_empty() || term == "dumb" {
            (Self::Nothing, "TERM names no terminal that answers")
        } else if is_console(&term) {
            (Self::Readiness, "TERM is a console")
        } else if is_multiplexed(&variable) {
            // It answers for itself; what is behind it may change while the program runs.
            (Self::Attributes, "a multiplexer answers")
        } else if variable("TERM_PROGRAM").as_deref() == Some("Apple_Terminal") {
            (
                Self::Attributes,
                "Terminal.app writes other questions on the screen",
            )
        } else {
            (
                Self::Everything,
                "TERM is a terminal that swallows what it does not know",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides_what_is_asked() {
        for (variables, questions) in [
            (&[][..], Questions::Nothing),
            (&[("TERM", "dumb")], Questions::Nothing),
            (&[("TERM", "linux")], Questions::Readiness),
            (&[("TERM", "vt100")], Questions::Readiness),
            (&[("TERM", "xterm-256color")], Questions::Everything),
            (&[("TERM", "screen-256color")], Questions::Attributes),
            (
                &[("TERM", "xterm-kitty"), ("TMUX", "/tmp/tmux,1,0")],
                Questions::Attributes,
            ),
            (
                &[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Apple_Terminal")],
                Questions::Attributes,
            ),
        ] {
            let variable = |name: &str| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(Questions::detect(variable).0, questions, "{variables:?}");
        }
    }
}
