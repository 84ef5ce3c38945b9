//! Telling somebody who looks elsewhere that a run came to its end: by the terminal's bell, or by a notification of the desktop.
//! Nothing of what is sent comes from a file, a name or a run.

use crate::language::tr;
use crate::terminal_facts::Notify;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It reached its goal.
    Finished,
    /// It diverged.
    Diverged,
}

const BELL: &str = "\x07";

/// What is sent to the terminal, of which the environment says which notifications it knows: OSC 777 those that follow rxvt, OSC 9
/// the others. tmux and screen let neither pass, but hand the bell on.
pub fn sequence(notify: Notify, ended: Ended, variable: impl Fn(&str) -> Option<String>) -> String {
    let words = match ended {
        Ended::Finished => tr!("the run reached its goal"),
        Ended::Diverged => tr!("the run diverged and stopped"),
    };
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let term = variable("TERM").unwrap_or_default();
    let begins = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
    match notify {
        Notify::None => String::new(),
        Notify::Desktop if is_set("TMUX") || is_set("STY") || begins(&["tmux", "screen"]) => BELL.into(),
        Notify::Desktop if is_set("VTE_VERSION") || begins(&["rxvt", "foot"]) => {
            format!("\x1b]777;notify;vae-tui;{words}{BELL}")
        }
        Notify::Desktop => format!("\x1b]9;vae-tui: {words}{BELL}"),
        Notify::Bell => BELL.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_which_notification_the_terminal_knows() {
        let sent = |notify, variables: &[(&str, &str)]| {
            sequence(notify, Ended::Finished, |name| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| value.to_string())
            })
        };
        let osc_9 = "\x1b]9;vae-tui: the run reached its goal\x07";
        let osc_777 = "\x1b]777;notify;vae-tui;the run reached its goal\x07";
        for (variables, expected) in [
            (&[("TERM", "xterm-kitty")][..], osc_9),
            (&[], osc_9),
            (&[("TERM", "foot")], osc_777),
            (&[("TERM", "rxvt-unicode-256color")], osc_777),
            (&[("TERM", "xterm-256color"), ("VTE_VERSION", "7800")], osc_777),
            (&[("TERM", "tmux-256color")], BELL),
            (&[("TERM", "xterm-kitty"), ("TMUX", "/tmp/tmux,1,0")], BELL),
            (&[("TERM", "screen.xterm"), ("VTE_VERSION", "7800")], BELL),
        ] {
            assert_eq!(sent(Notify::Desktop, variables), expected, "{variables:?}");
            assert_eq!(sent(Notify::Bell, variables), BELL);
            assert_eq!(sent(Notify::None, variables), "");
        }
    }
}
