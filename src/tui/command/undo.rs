//! Undoing what a person did: where he moved, what he selected, what he set.

use crate::learning::Changes;
use crate::model::Estimator;
use crate::run::Command;
use crate::tui::app::{App, Selection, Stage};
use crate::tui::message::Effect;

/// What can be undone, or the part of it that a person changed: the rest may have changed by itself since.
#[derive(Clone, Debug, PartialEq)]
pub struct Undoable {
    selection: Option<Selection>,
    settings: Option<Settings>,
}

/// What a person sets of a run under way.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Settings {
    learning_rate: f32,
    estimator: Estimator,
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
            settings: app.workspace().map(|workspace| Settings {
                learning_rate: workspace.progress.learning_rate,
                estimator: workspace.progress.configuration.estimator,
            }),
        }
    }

    /// The part of this that is different in `other`.
    fn changed_in(self, other: &Self) -> Self {
        Self {
            selection: self
                .selection
                .filter(|selection| Some(selection) != other.selection.as_ref()),
            settings: self
                .settings
                .filter(|settings| Some(settings) != other.settings.as_ref()),
        }
    }

    /// The part of this that `other` has.
    fn part_in(self, other: &Self) -> Self {
        Self {
            selection: self.selection.filter(|_| other.selection.is_some()),
            settings: self.settings.filter(|_| other.settings.is_some()),
        }
    }
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
pub(super) fn undo(app: &mut App) -> Vec<Effect> {
    let present = Undoable::of(app);
    let Some(before) = app.history.done.pop() else {
        app.say("there is nothing to undo");
        return Vec::new();
    };
    app.history.undone.push(present.clone().part_in(&before));
    restore(app, &present, before)
}

/// Does again what was undone last.
pub(super) fn redo(app: &mut App) -> Vec<Effect> {
    let present = Undoable::of(app);
    let Some(after) = app.history.undone.pop() else {
        app.say("there is nothing to do again");
        return Vec::new();
    };
    app.history.done.push(present.clone().part_in(&after));
    restore(app, &present, after)
}

fn restore(app: &mut App, present: &Undoable, wanted: Undoable) -> Vec<Effect> {
    if let Some(selection) = wanted.selection {
        app.selection = selection;
    }
    let (Some(settings), Stage::Ready(workspace)) = (wanted.settings, &mut app.stage) else {
        return Vec::new();
    };
    if present.settings == Some(settings) {
        return Vec::new();
    }
    workspace.progress.learning_rate = settings.learning_rate;
    workspace.progress.configuration.estimator = settings.estimator;
    vec![Effect::Command(Command::Change(Changes {
        learning_rate: Some(settings.learning_rate),
        estimator: Some(settings.estimator),
        ..Changes::default()
    }))]
}
