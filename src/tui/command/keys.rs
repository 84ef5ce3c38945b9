//! Keys as they are pressed and as they are written.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key as it is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(pub KeyCode, pub KeyModifiers);

/// A key that writes a character.
pub const fn character(character: char) -> Key {
    Key(KeyCode::Char(character), KeyModifiers::NONE)
}
/// The same together with Control.
pub const fn control(character: char) -> Key {
    Key(KeyCode::Char(character), KeyModifiers::CONTROL)
}
/// Any key together with Shift.
pub const fn shift(code: KeyCode) -> Key {
    Key(code, KeyModifiers::SHIFT)
}
/// Any key together with Control.
pub const fn with_control(code: KeyCode) -> Key {
    Key(code, KeyModifiers::CONTROL)
}
/// Any key by itself.
pub const fn plain(code: KeyCode) -> Key {
    Key(code, KeyModifiers::NONE)
}

/// Whether a key is pressed without Control, Alt and the like; only such keys are text, or answer a question.
pub fn is_plain(key: KeyEvent) -> bool {
    KeyModifiers::SHIFT.contains(key.modifiers)
}

impl Key {
    /// The key of an event: a shifted character is itself, and so is Tab to the left; other keys keep Shift, and all keep
    /// other modifiers.
    pub fn of(event: KeyEvent) -> Self {
        match event.code {
            KeyCode::Char(_) | KeyCode::BackTab => Self(event.code, event.modifiers - KeyModifiers::SHIFT),
            _ => Self(event.code, event.modifiers),
        }
    }

    /// The key as it is written on keyboards.
    pub fn name(self) -> String {
        let Self(code, modifiers) = self;
        let name = match code {
            KeyCode::Char(' ') => "space".into(),
            KeyCode::Char(character) => character.to_string(),
            KeyCode::Up => "↑".into(),
            KeyCode::Down => "↓".into(),
            KeyCode::Left => "←".into(),
            KeyCode::Right => "→".into(),
            KeyCode::BackTab => "Shift-Tab".into(),
            KeyCode::PageUp => "PgUp".into(),
            KeyCode::PageDown => "PgDn".into(),
            other => format!("{other}"),
        };
        match modifiers {
            KeyModifiers::CONTROL => format!("Ctrl-{}", name.to_uppercase()),
            KeyModifiers::SHIFT => format!("Shift-{name}"),
            _ => name,
        }
    }

    /// The key that is written like this, in words or as on keyboards: `x`, `Ctrl-R`, `Shift-Left`, `PgDn`, `F5`, `space`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text.trim();
        loop {
            let lower = rest.to_lowercase();
            let prefixes = [
                ("ctrl-", KeyModifiers::CONTROL),
                ("shift-", KeyModifiers::SHIFT),
                ("alt-", KeyModifiers::ALT),
            ];
            // A character by itself is that character, also a minus.
            let Some((prefix, modifier)) = prefixes
                .into_iter()
                .find(|(prefix, _)| lower.starts_with(prefix) && lower.len() > prefix.len())
            else {
                break;
            };
            modifiers |= modifier;
            rest = &rest[prefix.len()..];
        }
        let code = match rest.to_lowercase().as_str() {
            "space" => KeyCode::Char(' '),
            "up" | "↑" => KeyCode::Up,
            "down" | "↓" => KeyCode::Down,
            "left" | "←" => KeyCode::Left,
            "right" | "→" => KeyCode::Right,
            "tab" if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            "tab" => KeyCode::Tab,
            "enter" => KeyCode::Enter,
            "esc" => KeyCode::Esc,
            "backspace" => KeyCode::Backspace,
            "delete" | "del" => KeyCode::Delete,
            "insert" => KeyCode::Insert,
            "home" => KeyCode::Home,
            "end" => KeyCode::End,
            "pgup" | "pageup" | "page up" => KeyCode::PageUp,
            "pgdn" | "pagedown" | "page down" => KeyCode::PageDown,
            lower => {
                let mut characters = rest.chars();
                match (characters.next(), characters.next()) {
                    (Some(one), None) if modifiers.contains(KeyModifiers::CONTROL) => {
                        KeyCode::Char(one.to_ascii_lowercase())
                    }
                    (Some(one), None) => KeyCode::Char(one),
                    _ => {
                        let number = lower.strip_prefix('f')?.parse().ok()?;
                        (1..=24).contains(&number).then_some(KeyCode::F(number))?
                    }
                }
            }
        };
        Some(Self::of(KeyEvent::new(code, modifiers)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::command;

    #[test]
    fn every_default_key_can_be_written_as_it_is_shown() {
        for (_, command) in command::all() {
            for key in command.keys {
                assert_eq!(Key::parse(&key.name()), Some(*key), "{}", key.name());
            }
        }
        assert_eq!(Key::parse("Ctrl-r"), Some(control('r')));
        assert_eq!(Key::parse("-"), Some(character('-')));
        for nothing in ["", "Ctrl-", "F99", "two", "Hyper-x"] {
            assert_eq!(Key::parse(nothing), None, "{nothing}");
        }
    }
}
