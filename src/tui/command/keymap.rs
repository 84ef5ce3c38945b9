//! Which command a key runs: the defaults of the table, and what a person put in their place.

use std::collections::BTreeMap;

use ratatui::crossterm::event::KeyEvent;

use super::keys::Key;
use super::{Command, Scope, all, heading, named};

/// Keys and their commands.
pub struct Keymap {
    bindings: Vec<Binding>,
}

/// A command with the keys that run it.
struct Binding {
    scope: Scope,
    keys: Vec<Key>,
    command: &'static Command,
}

impl Default for Keymap {
    fn default() -> Self {
        let binding = |(scope, command): (Scope, &'static Command)| Binding {
            scope,
            keys: command.keys.to_vec(),
            command,
        };
        Self {
            bindings: all().map(binding).collect(),
        }
    }
}

impl Keymap {
    /// The defaults, with other keys for the commands that are named. What can't be done is left at its default, and is said
    /// in a sentence each.
    pub fn rebound(wanted: &BTreeMap<String, Vec<String>>) -> (Self, Vec<String>) {
        let mut keymap = Self::default();
        let mut faults = Vec::new();
        for (name, keys) in wanted {
            let Some(command) = named(name) else {
                faults.push(format!("keys: there is no command {name:?}"));
                continue;
            };
            let parsed: Result<Vec<Key>, &String> =
                keys.iter().map(|key| Key::parse(key).ok_or(key)).collect();
            match parsed {
                Err(key) => faults.push(format!("keys: {name}: there is no key {key:?}")),
                Ok(keys) => {
                    for binding in &mut keymap.bindings {
                        if binding.command == command {
                            binding.keys.clone_from(&keys);
                        }
                    }
                }
            }
        }
        faults.extend(keymap.give_way(wanted));
        (keymap, faults)
    }

    /// Takes keys that a person gave to one command from those that had them by default; where a person gave one key twice, the
    /// command that stands first in the table keeps it.
    fn give_way(&mut self, wanted: &BTreeMap<String, Vec<String>>) -> Vec<String> {
        let mut faults = Vec::new();
        let is_chosen: Vec<bool> = self
            .bindings
            .iter()
            .map(|binding| wanted.contains_key(binding.command.name))
            .collect();
        for first in (0..is_chosen.len()).filter(|&first| is_chosen[first]) {
            for (second, &is_second_chosen) in is_chosen.iter().enumerate() {
                let (a, b) = (&self.bindings[first], &self.bindings[second]);
                let meet = a.scope == b.scope || a.scope == Scope::Everywhere || b.scope == Scope::Everywhere;
                if first == second || !meet || (is_second_chosen && second < first) {
                    continue;
                }
                let Some(&shared) = a.keys.iter().find(|key| b.keys.contains(key)) else {
                    continue;
                };
                if is_second_chosen {
                    faults.push(format!(
                        "keys: {} is given to both {} and {}",
                        shared.name(),
                        a.command.name,
                        b.command.name
                    ));
                }
                let keys = a.keys.clone();
                self.bindings[second].keys.retain(|key| !keys.contains(key));
            }
        }
        faults
    }

    /// The command that a key runs while the pane of this name has the focus.
    pub fn command(&self, key: KeyEvent, focus: &str) -> Option<&'static Command> {
        let works = |scope| match scope {
            Scope::Everywhere => true,
            Scope::In(pane) => pane == focus,
        };
        self.find(key, works)
    }

    /// The command that a key runs whatever has the focus.
    pub fn command_everywhere(&self, key: KeyEvent) -> Option<&'static Command> {
        self.find(key, |scope| scope == Scope::Everywhere)
    }

    fn find(&self, key: KeyEvent, works: impl Fn(Scope) -> bool) -> Option<&'static Command> {
        let pressed = Key::of(key);
        let binding = self
            .bindings
            .iter()
            .find(|binding| works(binding.scope) && binding.keys.contains(&pressed));
        binding.map(|binding| binding.command)
    }

    /// The keys that run a command.
    pub fn keys(&self, command: &Command) -> &[Key] {
        let binding = self.bindings.iter().find(|binding| binding.command == command);
        binding.map_or(&[], |binding| &binding.keys)
    }

    /// The keys of a command as they are written on keyboards: `← h`.
    pub fn label(&self, command: &Command) -> String {
        let names: Vec<String> = self.keys(command).iter().map(|key| key.name()).collect();
        names.join(" ")
    }

    /// The same of the command of this name.
    pub fn label_of(&self, name: &str) -> String {
        named(name).map_or_else(String::new, |command| self.label(command))
    }

    /// What the help says of a scope: its heading, and its commands.
    pub fn of_scope(&self, scope: Scope) -> (&'static str, impl Iterator<Item = &'static Command>) {
        let of_scope = all().filter(move |(of, _)| *of == scope);
        (heading(scope), of_scope.map(|(_, command)| command))
    }
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    fn event(key: Key) -> KeyEvent {
        KeyEvent::new(key.0, key.1)
    }

    #[test]
    fn every_default_key_reaches_its_command() {
        let keymap = Keymap::default();
        for (scope, command) in all() {
            let focus = match scope {
                Scope::In(pane) => pane,
                Scope::Everywhere => "traversal",
            };
            for &key in command.keys {
                assert_eq!(keymap.command(event(key), focus), Some(command));
            }
        }
        let shifted = KeyEvent::new(KeyCode::Char('?'), KeyModifiers::SHIFT);
        assert_eq!(keymap.command(shifted, "training"), named("help"));
    }

    #[test]
    fn other_keys_take_the_place_of_the_defaults_and_what_cant_be_is_said() {
        let wanted = [
            ("session.save", vec!["Ctrl-S", "F2"]),
            ("traversal.raise", vec!["s"]),
            ("run.new", vec!["Hyper-3"]),
            ("no.such", vec!["x"]),
            ("session.open", vec!["F2"]),
        ];
        let wanted = wanted
            .into_iter()
            .map(|(name, keys)| (name.into(), keys.into_iter().map(Into::into).collect()))
            .collect();
        let (keymap, faults) = Keymap::rebound(&wanted);
        let command = |key: &str, focus| keymap.command(event(Key::parse(key).expect("a key")), focus);
        assert_eq!(command("Ctrl-S", "training"), named("session.save"));
        assert_eq!(command("F2", "training"), named("session.save"));
        assert_eq!(command("s", "training"), None);
        assert_eq!(command("s", "traversal"), named("traversal.raise"));
        assert_eq!(command("→", "traversal"), None);
        assert_eq!(command("n", "traversal"), named("run.new"));
        assert_eq!(faults.len(), 3, "{faults:?}");
        for words in ["no.such", "Hyper-3", "F2"] {
            assert!(faults.iter().any(|fault| fault.contains(words)), "{faults:?}");
        }
    }
}
