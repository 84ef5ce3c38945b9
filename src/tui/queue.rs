//! Runs that are trained one after the other: when the run on the screen has reached its goal it is saved, and the next one begins.

use std::collections::VecDeque;

use super::answering::is_unsaved;
use super::app::App;
use super::message::Effect;
use super::saver::Manner;
use crate::language::tr;
use crate::learning::Configuration;
use crate::run::State;

/// What waits.
#[derive(Default)]
pub struct Queue {
    /// Runs that are to come, the next one first.
    pub waiting: VecDeque<Configuration>,
    /// The request for the one that begins to train as soon as it is there.
    begins: Option<u64>,
}

/// Adds a run behind the others; it begins at once where nothing trains that would have to come before.
pub(super) fn add(app: &mut App, configuration: Configuration) -> Vec<Effect> {
    app.queue.waiting.push_back(configuration);
    let count = app.queue.waiting.len();
    app.say(tr!(
        "{count} in the queue; the next one begins when this run has reached its goal",
        count = count
    ));
    advance(app)
}

/// Saves the run on the screen once it has reached its goal, and then lets the next one begin. Nothing is left unsaved: where it
/// can't be saved, the queue waits.
pub(super) fn advance(app: &mut App) -> Vec<Effect> {
    let is_finished = app
        .workspace()
        .is_some_and(|workspace| workspace.progress.state == State::Finished);
    if !is_finished || app.queue.waiting.is_empty() || app.awaited.is_some() {
        return Vec::new();
    }
    if is_unsaved(app) {
        return vec![Effect::Save(Manner::Usual)];
    }
    let Some(configuration) = app.queue.waiting.pop_front() else {
        return Vec::new();
    };
    let request = app.await_run(false);
    app.queue.begins = Some(request);
    vec![Effect::NewRun(request, Box::new(configuration))]
}

/// Whether the run that was awaited comes from the queue.
pub(super) fn is_begun(app: &mut App) -> bool {
    let awaited = app.awaited.map(|awaited| awaited.request);
    let begins = app.queue.begins.take_if(|begins| Some(*begins) == awaited);
    begins.is_some()
}
