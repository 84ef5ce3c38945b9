//! Runs that wait to be trained: the next one takes the screen when the run there has reached its goal and is saved; others are
//! trained beside it meanwhile, as many as there are threads for. The queue is kept on disk, and a restart goes on with it.

use std::collections::VecDeque;

use super::answering::is_unsaved;
use super::app::App;
use super::message::{BesideNews, Effect};
use super::panes::runs::Runs;
use super::saver::Manner;
use super::text;
use super::workspace::AfterSave;
use crate::language::tr;
use crate::learning::Configuration;
use crate::run::State;
use crate::session::QueuedRun;

/// What waits, and what is trained beside the run on the screen.
#[derive(Default)]
pub struct Queue {
    /// Runs that are to come, the next one first.
    pub waiting: VecDeque<QueuedRun>,
    /// Runs that are trained beside the one on the screen.
    pub beside: Vec<BesideRun>,
    /// Threads that there are for all runs together; with none, all runs are trained on the screen.
    pub threads: usize,
    /// Whether what waits is kept when the program ends.
    pub is_kept: bool,
    /// Whether it waited before the program began, so that the run at its start is none that it has to wait for.
    pub resumes: bool,
    /// The request for the one that takes the screen as soon as it is there.
    begins: Option<u64>,
    /// Runs that were trained beside others so far.
    numbers: u64,
}

/// A run that is trained beside the one on the screen.
pub struct BesideRun {
    /// By which it is known.
    pub number: u64,
    /// What it is, and where it lies.
    pub run: QueuedRun,
    /// Training points seen.
    pub samples: u64,
}

impl Queue {
    /// How many runs wait or are trained beside the one on the screen.
    pub fn len(&self) -> usize {
        self.waiting.len() + self.beside.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a restart has to go on with.
    pub fn kept(&self) -> Vec<QueuedRun> {
        let beside = self.beside.iter().map(|beside| &beside.run);
        beside.chain(&self.waiting).cloned().collect()
    }
}

/// Adds a run behind the others; it begins at once where nothing trains that would have to come before.
pub(super) fn add(app: &mut App, configuration: Configuration) -> Vec<Effect> {
    app.queue.waiting.push_back(configuration.into());
    let count = app.queue.waiting.len();
    app.say(tr!(
        "{count} in the queue; the next one begins when this run has reached its goal, or beside it where threads are left",
        count = count
    ));
    advance(app)
}

/// Lets runs begin: on the screen, and beside it.
pub(super) fn advance(app: &mut App) -> Vec<Effect> {
    if is_screen_free(app) {
        return take_the_screen(app);
    }
    begin_beside(app)
}

/// Whether the run on the screen is none that the next one has to wait for.
fn is_screen_free(app: &App) -> bool {
    app.workspace().is_some_and(|workspace| {
        let is_untouched = workspace.progress.samples == 0 && workspace.progress.state == State::Paused;
        workspace.progress.state == State::Finished || app.queue.resumes && is_untouched
    })
}

/// Saves the run on the screen, and then lets the next one begin there. Nothing is left unsaved: where it can't be saved, the queue
/// waits.
fn take_the_screen(app: &mut App) -> Vec<Effect> {
    let is_parting = app.workspace().is_some_and(|workspace| workspace.is_parting);
    if app.queue.waiting.is_empty() || app.awaited.is_some() || is_parting {
        return Vec::new();
    }
    if is_unsaved(app) {
        return vec![Effect::Save(Manner::Usual, AfterSave::GoOn)];
    }
    let Some(QueuedRun { configuration, file }) = app.queue.waiting.pop_front() else {
        return Vec::new();
    };
    let request = app.await_run(false);
    app.queue.begins = Some(request);
    vec![match file {
        Some(path) => Effect::Open(request, path),
        None => Effect::NewRun(request, Box::new(configuration)),
    }]
}

/// Lets the next runs begin beside the one on the screen, as far as there are threads.
fn begin_beside(app: &mut App) -> Vec<Effect> {
    let on_screen = app
        .workspace()
        .map(|workspace| workspace.progress.configuration.threads);
    if app.awaited.is_some() || on_screen.is_none() {
        return Vec::new();
    }
    let mut effects = Vec::new();
    let queue = &mut app.queue;
    let beside = queue.beside.iter().map(|beside| beside.run.configuration.threads);
    let mut free = queue
        .threads
        .saturating_sub(on_screen.unwrap_or(0) + beside.sum::<usize>());
    let fits = |run: &QueuedRun, free: usize| run.configuration.threads <= free;
    while queue.waiting.front().is_some_and(|run| fits(run, free)) {
        let Some(run) = queue.waiting.pop_front() else {
            break;
        };
        free -= run.configuration.threads;
        queue.numbers += 1;
        effects.push(Effect::TrainBeside(queue.numbers, Box::new(run.clone())));
        queue.beside.push(BesideRun {
            number: queue.numbers,
            run,
            samples: 0,
        });
    }
    effects
}

/// What a run beside the one on the screen told.
pub(super) fn told(app: &mut App, number: u64, news: BesideNews) -> Vec<Effect> {
    let Some(place) = app.queue.beside.iter().position(|beside| beside.number == number) else {
        return Vec::new();
    };
    match news {
        BesideNews::Began(path) => {
            app.say(tr!(
                "a run of the queue trains beside this one: {path}",
                path = shown(&path)
            ));
            app.queue.beside[place].run.file = Some(path);
        }
        BesideNews::At(samples) => app.queue.beside[place].samples = samples,
        BesideNews::Said(words) => app.note(text::printable(&words).into_owned()),
        BesideNews::Ended(ended) => {
            app.queue.beside.remove(place);
            match ended {
                Ok(path) => app.say(tr!("a run of the queue has ended: {path}", path = shown(&path))),
                Err(reason) => app.complain(reason),
            }
            app.pane_mut::<Runs>().is_listed = false;
            return advance(app);
        }
    }
    Vec::new()
}

fn shown(path: &std::path::Path) -> String {
    text::printable(&path.to_string_lossy()).into_owned()
}

/// Whether the run that was awaited comes from the queue.
pub(super) fn is_begun(app: &mut App) -> bool {
    let awaited = app.awaited.map(|awaited| awaited.request);
    let begins = app.queue.begins.take_if(|begins| Some(*begins) == awaited);
    begins.is_some()
}
