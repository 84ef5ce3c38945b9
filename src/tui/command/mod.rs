//! The one table of commands: it dispatches keys, and the footer, the help, the palette and the README are made from it.
//!
//! A command is one row with the function that it runs. Those that work everywhere stand in [`everywhere`], those of a pane
//! in the pane's own folder.

mod arranging;
mod everywhere;
pub mod keymap;
pub mod keys;
mod pointing;
mod sharing;
mod steering;
mod time;
mod undo;
mod writing;

use super::app::App;
use super::message::Effect;
use super::panes;
use crate::language::said;
use keys::Key;

pub use steering::set;
pub use undo::{History, Undoable, undo};

/// One row of the table.
pub struct Command {
    /// Its name, which stays: `traversal.raise`.
    pub name: &'static str,
    /// The keys that run it unless a person chose others, any of which will do; none for what the palette alone runs.
    pub keys: &'static [Key],
    /// What it does, in one line.
    pub help: &'static str,
    /// One word for the footer, where it is shown there.
    pub footer: Option<&'static str>,
    /// Changes the state, and says what is to be done outside it.
    pub run: fn(&mut App) -> Vec<Effect>,
}

/// Where a command's keys work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In every pane.
    Everywhere,
    /// In the pane of this name.
    In(&'static str),
}

/// Every command with where its keys work, in the order of the help.
pub fn all() -> impl Iterator<Item = (Scope, &'static Command)> {
    let by_panes = panes::KINDS.iter().flat_map(|kind| kind.everywhere);
    let of_panes = panes::KINDS.iter().flat_map(|kind| {
        kind.commands
            .iter()
            .map(|command| (Scope::In(kind.name), command))
    });
    let everywhere = everywhere::COMMANDS
        .iter()
        .chain(by_panes)
        .chain(writing::COMMANDS);
    everywhere
        .map(|command| (Scope::Everywhere, command))
        .chain(of_panes)
}

/// The command of this name.
pub fn named(name: &str) -> Option<&'static Command> {
    all()
        .map(|(_, command)| command)
        .find(|command| command.name == name)
}

/// What a scope is called in the help and the README.
pub fn heading(scope: Scope) -> &'static str {
    match scope {
        Scope::Everywhere => "Everywhere",
        Scope::In(name) => panes::kind(name).map_or(name, |kind| kind.heading),
    }
}

/// The scopes in the order of the help.
pub fn scopes() -> impl Iterator<Item = Scope> {
    let of_panes = panes::KINDS.iter().map(|kind| Scope::In(kind.name));
    std::iter::once(Scope::Everywhere).chain(of_panes)
}

/// Every command with its default keys, as entries of a configuration that are commented out.
pub fn listing() -> String {
    let line = |(_, command): (Scope, &Command)| {
        let keys: Vec<String> = command.keys.iter().map(|key| key.name()).collect();
        format!("//   {:?}: {keys:?}, {}\n", command.name, command.help)
    };
    all().map(line).collect()
}

/// The table with the default keys as the README has it, in the language that the thread speaks.
pub fn markdown() -> String {
    let mut text = String::new();
    for scope in scopes() {
        text.push_str(&format!("| {} | | |\n|---|---|---|\n", said(heading(scope))));
        for (_, command) in all().filter(|(of, _)| *of == scope) {
            let keys: Vec<String> = command
                .keys
                .iter()
                .map(|key| format!("`{}`", key.name()))
                .collect();
            text.push_str(&format!(
                "| {} | `{}` | {} |\n",
                keys.join(" "),
                command.name,
                said(command.help)
            ));
        }
        text.push('\n');
    }
    text
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Command {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_default_key_means_two_things_in_one_pane_and_no_name_two_commands() {
        let all: Vec<_> = all().collect();
        for (index, (scope, first)) in all.iter().enumerate() {
            for (other, second) in &all[index + 1..] {
                assert_ne!(first.name, second.name);
                let meet = scope == other || *scope == Scope::Everywhere || *other == Scope::Everywhere;
                let shared = first.keys.iter().find(|key| second.keys.contains(key));
                assert!(
                    !(meet && shared.is_some()),
                    "{shared:?}: {first:?} and {second:?}"
                );
            }
        }
    }
}
