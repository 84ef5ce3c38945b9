//! The only place where the state of the screen changes: something happened, so this is different, and that is to be
//! done. One file for the keys of every pane, one for those of dialogs, one for those that steer the training.

mod comparison;
mod dialogs;
mod reconstruction;
mod steering;
mod training;
mod traversal;

use std::sync::Arc;

use ratatui::crossterm::event::KeyEventKind;
use ratatui::layout::Rect;

use self::dialogs::{answer, ask, is_unsaved};
use super::app::{App, Stage, Workspace};
use super::dialogs::Dialog;
use super::dialogs::confirm::Question;
use super::dialogs::sessions::{Intent, SessionList};
use super::keymap::{self, Action};
use super::message::{Effect, Message};
use crate::learning::trainer::{Command, Event, State};
use crate::session::Pane;

/// Takes in what happened, decodes what is visible anew where needed, and returns what is to be done.
pub fn update(app: &mut App, message: Message) -> Vec<Effect> {
    app.changed = true;
    match message {
        Message::Key(key) if key.kind != KeyEventKind::Press => {
            app.changed = false;
            Vec::new()
        }
        Message::Key(key) => {
            app.notice = None;
            let effects = match app.dialog.take() {
                Some(dialog) => answer(app, dialog, key),
                None => keymap::action(key, app.view.pane).map_or_else(Vec::new, |action| act(app, action)),
            };
            app.decode();
            effects
        }
        Message::Resized(width, height) => {
            app.area = Rect::new(0, 0, width, height);
            app.decode();
            vec![Effect::Repaint]
        }
        Message::Continued => vec![Effect::Repaint],
        Message::Unpacking(fraction) => {
            match &mut app.stage {
                Stage::Loading(done) => *done = fraction,
                Stage::Ready(_) => app.say(format!("unpacking MNIST {:.0} %", 100.0 * fraction)),
            }
            Vec::new()
        }
        Message::Opened(opened) => {
            let fresh = opened.training.steps == 0;
            let (workspace, mut view) = Workspace::new(*opened);
            // Curves stay until they are removed, whatever run is opened next.
            let kept = std::mem::take(&mut app.view.comparison.runs);
            if app.workspace().is_none() && !kept.is_empty() {
                view.pane = Pane::Comparison;
            }
            for run in kept {
                view.comparison.keep(run);
            }
            app.stage = Stage::Ready(Box::new(workspace));
            app.view = view;
            app.playing = None;
            app.decode();
            app.say(if fresh {
                "space starts training, ? shows all keys"
            } else {
                "space goes on with training"
            });
            vec![Effect::Trainer(Command::Evaluate)]
        }
        Message::OpenFailed(reason) => {
            match app.stage {
                Stage::Loading(_) => app.ending = Some(Err(reason)),
                Stage::Ready(_) => app.complain(reason),
            }
            Vec::new()
        }
        Message::Trainer(event) => {
            trained(app, event);
            Vec::new()
        }
        Message::Panicked(panic) => {
            let reason = format!("a fault in the program ended it; what could be saved was saved; {panic}");
            app.ending = Some(Err(reason));
            Vec::new()
        }
        Message::Snapshot(model) => {
            if let Stage::Ready(workspace) = &mut app.stage {
                workspace.set_model(model);
                app.decode();
            }
            Vec::new()
        }
        Message::Saved(path, samples) => {
            app.say(format!("saved to {}", path.display()));
            let Stage::Ready(workspace) = &mut app.stage else {
                return Vec::new();
            };
            workspace.saved_at = samples;
            workspace.path = Some(path);
            if workspace.quit_when_saved {
                vec![Effect::Quit]
            } else {
                Vec::new()
            }
        }
        Message::SaveFailed(reason) => {
            app.complain(reason);
            if let Stage::Ready(workspace) = &mut app.stage {
                workspace.quit_when_saved = false;
            }
            Vec::new()
        }
        Message::Sessions(entries, intent) => {
            app.dialog = Some(Dialog::Sessions(SessionList::new(entries, intent)));
            Vec::new()
        }
        Message::CurveRead(run) => {
            if run.evaluations.is_empty() {
                app.complain(format!("{} was never measured, so it has no curve", run.name));
            } else {
                app.view.comparison.keep(*run);
                app.view.pane = Pane::Comparison;
            }
            Vec::new()
        }
        Message::CurveUnread(reason) => {
            app.complain(reason);
            Vec::new()
        }
        Message::Tick => {
            traversal::play(app);
            app.decode();
            Vec::new()
        }
        Message::End => {
            app.ending = Some(Ok(()));
            Vec::new()
        }
    }
}

/// A key while no dialog is open.
fn act(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit if is_unsaved(app) => return ask(app, Question::Quit),
        Action::Quit => return vec![Effect::Quit],
        Action::Suspend => return vec![Effect::Suspend],
        Action::Repaint => return vec![Effect::Repaint],
        Action::Help => app.dialog = Some(Dialog::Help(0)),
        Action::OpenSessions => return vec![Effect::ListSessions(Intent::Open)],
        Action::NextPane | Action::PreviousPane => {
            let panes = [
                Pane::Training,
                Pane::Traversal,
                Pane::Reconstruction,
                Pane::Comparison,
            ];
            let step = if action == Action::NextPane { 1 } else { 3 };
            app.view.pane = panes[(app.view.pane as usize + step) % 4];
        }
        Action::Zoom(Pane::Comparison) => {
            app.view.pane = match app.view.pane {
                Pane::Comparison => Pane::Training,
                _ => Pane::Comparison,
            };
        }
        Action::Zoom(pane) => {
            app.view.zoomed = !(app.view.zoomed && app.view.pane == pane);
            app.view.pane = pane;
        }
        Action::KeepCurve => comparison::keep_curve(app),
        _ => match app.view.pane {
            _ if steering::steers_training(action) => return steering::steer(app, action),
            Pane::Training => training::look_at_training(app, action),
            Pane::Traversal => traversal::traverse(app, action),
            Pane::Reconstruction => reconstruction::browse(app, action),
            Pane::Comparison => return comparison::compare(app, action),
        },
    }
    Vec::new()
}

/// What the trainer told.
fn trained(app: &mut App, event: Event) {
    let Stage::Ready(workspace) = &mut app.stage else {
        return;
    };
    let progress = &mut workspace.progress;
    match event {
        Event::Steps { reports, seconds } => {
            for report in reports {
                progress.push(report);
            }
            progress.clock(seconds);
        }
        Event::Evaluated { point, test, seconds } => {
            progress.evaluations.extend(point);
            progress.test = Some(test);
            progress.evaluation_seconds = seconds;
            app.decode();
        }
        Event::Estimated(point) => {
            progress.marginal = Some(point);
            app.notice = None;
        }
        Event::EstimateEnded => app.say("the estimate of log p(x) was broken off"),
        Event::State(state) => {
            progress.state = state;
            progress.reports.clear();
            if state == State::Finished {
                app.say("goal reached: everything stays; space goes on, s saves");
            }
        }
        Event::Refused(error) => app.complain(error.to_string()),
        Event::Diverged(diverged) => app.complain(diverged.to_string()),
    }
}

impl App {
    /// Takes the newest parameters, if they are not the ones that are shown already.
    pub(super) fn offer(&mut self, model: Arc<crate::model::Vae>) {
        let shown = self
            .workspace()
            .is_none_or(|workspace| Arc::ptr_eq(&workspace.model, &model));
        if !shown {
            update(self, Message::Snapshot(model));
        }
    }
}
