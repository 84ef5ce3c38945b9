//! Undoing what a person did: where he moved, what he selected, what he set.

use super::steering;
use crate::learning::settings::{Assignment, TABLE};
use crate::tui::app::{App, Selection};
use crate::tui::message::Effect;

/// What can be undone.
#[derive(Clone, Debug, PartialEq)]
pub struct Undoable {
    selection: Selection,
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
            selection: app.selection.clone(),
            settings: live_settings(app),
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
        self.done.push(before);
    }
}

/// Goes back to how it was before the last thing.
pub(super) fn undo(app: &mut App) -> Vec<Effect> {
    let present = Undoable::of(app);
    let Some(before) = app.history.done.pop() else {
        app.say("there is nothing to undo");
        return Vec::new();
    };
    app.history.undone.push(present.clone());
    restore(app, &present, before)
}

/// Does again what was undone last.
pub(super) fn redo(app: &mut App) -> Vec<Effect> {
    let present = Undoable::of(app);
    let Some(after) = app.history.undone.pop() else {
        app.say("there is nothing to do again");
        return Vec::new();
    };
    app.history.done.push(present.clone());
    restore(app, &present, after)
}

fn restore(app: &mut App, present: &Undoable, wanted: Undoable) -> Vec<Effect> {
    app.selection = wanted.selection;
    let different = wanted
        .settings
        .into_iter()
        .filter(|setting| !present.settings.contains(setting));
    steering::set(app, different.collect())
}
