//! Undoing what a person did: where he moved, what he selected, what he set.

use super::steering;
use crate::language::tr;
use crate::learning::settings::{Assignment, TABLE};
use crate::tui::app::{App, Selection};
use crate::tui::message::Effect;

/// What can be undone, or the part of it that a person changed: the rest may have changed by itself since.
#[derive(Clone, Debug, PartialEq)]
pub struct Undoable {
    selection: Option<Selection>,
    /// What can be set of a run under way.
    settings: Vec<Assignment>,
}

/// How it was before each thing that a person did.
#[derive(Default)]
pub struct History {
    undone: Vec<Undoable>,
    done: Vec<Undoable>,
}

/// States that are remembered.
const MOST: usize = 1_000;

impl Undoable {
    /// As it is now.
    pub fn of(app: &App) -> Self {
        Self {
            selection: Some(app.selection.clone()),
            settings: live_settings(app),
        }
    }

    /// The part of this that is different in `other`.
    fn changed_in(self, other: &Self) -> Self {
        Self {
            selection: self
                .selection
                .filter(|selection| Some(selection) != other.selection.as_ref()),
            settings: {
                let different = |setting: &Assignment| !other.settings.contains(setting);
                self.settings.into_iter().filter(different).collect()
            },
        }
    }

    /// The part of this that `other` has.
    fn part_in(self, other: &Self) -> Self {
        Self {
            selection: self.selection.filter(|_| other.selection.is_some()),
            settings: {
                let is_named = |name: &str| other.settings.iter().any(|other| other.setting == name);
                let named = |setting: &Assignment| is_named(&setting.setting);
                self.settings.into_iter().filter(named).collect()
            },
        }
    }
}

/// What can be set of the run under way, and what it is.
pub(super) fn live_settings(app: &App) -> Vec<Assignment> {
    let Some(workspace) = app.workspace() else {
        return Vec::new();
    };
    let present = workspace.progress.present();
    let live = TABLE.iter().filter(|setting| setting.is_live());
    live.map(|setting| Assignment::new(setting.name, setting.value(&present)))
        .collect()
}

impl History {
    /// Remembers how it was `before` a person did something, if that changed anything.
    pub fn remember(&mut self, before: Undoable, after: &Undoable) {
        if before == *after {
            return;
        }
        self.undone.clear();
        if self.done.len() == MOST {
            self.done.remove(0);
        }
        self.done.push(before.changed_in(after));
    }
}

/// Goes back to how it was before the last thing.
pub fn undo(app: &mut App) -> Vec<Effect> {
    let present = Undoable::of(app);
    let Some(before) = app.history.done.pop() else {
        app.say(tr!("there is nothing to undo"));
        return Vec::new();
    };
    app.history.undone.push(present.clone().part_in(&before));
    restore(app, &present, before)
}

/// Does again what was undone last.
pub(super) fn redo(app: &mut App) -> Vec<Effect> {
    let present = Undoable::of(app);
    let Some(after) = app.history.undone.pop() else {
        app.say(tr!("there is nothing to do again"));
        return Vec::new();
    };
    app.history.done.push(present.clone().part_in(&after));
    restore(app, &present, after)
}

fn restore(app: &mut App, present: &Undoable, wanted: Undoable) -> Vec<Effect> {
    if let Some(selection) = wanted.selection {
        app.selection = selection;
    }
    let different = wanted
        .settings
        .into_iter()
        .filter(|setting| !present.settings.contains(setting));
    steering::set(app, different.collect())
}
