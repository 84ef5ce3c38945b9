//! The loop that joins the state to the world: messages in, effects out, a frame when something visible changed.
//!
//! Nothing that takes time happens on this thread. Keys are read on one thread, signals on another; data is unpacked,
//! sessions are read and written on threads of their own; the trainer has its own too. All of them send messages.

mod effects;
mod errands;
mod keeping;
mod turns;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use crossbeam_channel::{Receiver, Sender, tick, unbounded};

use super::app::App;
use super::asking::Asking;
use super::beside::Beside;
use super::colour::ColourDepth;
use super::command::keymap::Keymap;
use super::glyphs::Glyphs;
use super::layout::Plan;
use super::message::Message;
use super::opening::{Ready, RunSource};
use super::overlays::Overlay;
use super::overlays::running::RunningList;
use super::panes::runs;
use super::rescue::{Outcome, SaveOnPanic, SharedRescue};
use super::saver::Saver;
use super::terminal::Screen;
use super::theme::Theme;
use super::tour::Tour;
use super::writer::Writer;
use super::{input, signals};
use crate::cancel::Cancel;
use crate::config::{Config, HangUp, layout};
use crate::data::Dataset;
use crate::language::{self, Language};
use crate::process::say;
use crate::remote::Link;
use crate::session::{Catalogue, KeptQueue, OtherModels, QueuedRun};
use crate::terminal_facts::{Blocks, Graphics, Notify, Questions};

/// What the workbench opens with.
#[derive(Debug)]
pub struct Options {
    /// The run that is opened first.
    pub run: RunSource,
    /// Sessions whose curves are drawn beside the run's own.
    pub compare: Vec<PathBuf>,
    /// Time between two copies of an unsaved run.
    pub autosave: Duration,
    /// The colours to use; what the environment says where none are given.
    pub colours: Option<ColourDepth>,
    /// The language; that of the locale where none is given.
    pub language: Option<Language>,
    /// Whether the tour begins.
    pub tour: bool,
    /// How pictures are drawn.
    pub graphics: Graphics,
    /// What a person set for every start: theme and keys.
    pub config: Config,
    /// What was wrong with that.
    pub faults: Vec<String>,
}

/// What can't be done of what a configuration asks for, a sentence each.
pub fn faults(config: &Config) -> Vec<String> {
    let (_, of_theme) = Theme::chosen(&config.theme, config.theme_file.as_ref());
    let (_, of_keys) = Keymap::rebound(&config.keys);
    let of_layout = config.layout.as_ref().and_then(|layout| Plan::of(layout).err());
    of_theme.into_iter().chain(of_keys).chain(of_layout).collect()
}

/// Opens the workbench and stays until it is left.
///
/// # Errors
/// If there is no terminal, the session that was asked for can't be opened, or the run could not be saved where it
/// belongs when the program was made to end.
pub fn run(options: Options) -> anyhow::Result<()> {
    let depth = options
        .colours
        .unwrap_or_else(|| ColourDepth::detect(|name| std::env::var(name).ok()).0);
    let (sender, messages) = unbounded();
    let rescue = SharedRescue::new((options.config.hang_up == HangUp::Detach).then_some(options.autosave));
    let questions = Questions::detect(|name| std::env::var(name).ok()).0;
    let mut screen = Screen::enter(depth, questions, &sender)?;
    log::info!("the screen has {depth:?} and may be asked {questions:?}");
    signals::listen(sender.clone(), rescue.clone()).context("listening for signals")?;
    spawn("keys", {
        let sender = sender.clone();
        move || input::read(&sender)
    })?;

    let mut app = App::new(screen.area(), depth);
    app.glyphs = Glyphs::detect(|name| std::env::var(name).ok()).0;
    app.tour = options.tour.then(Tour::default);
    app.language = options.language.unwrap_or_else(|| usual_language(app.glyphs));
    language::speak(app.language);
    app.best_blocks = Blocks::detect(|name| std::env::var(name).ok()).0;
    app.graphics = options.graphics.here(|name| std::env::var(name).ok());
    app.colour_map = options.config.colour_map;
    // A console has no mouse, or a program of its own for it.
    app.mouse = options.config.mouse && app.glyphs != Glyphs::Console;
    app.keymap = Keymap::rebound(&options.config.keys).0;
    app.theme = Theme::chosen(&options.config.theme, options.config.theme_file.as_ref()).0;
    let planned = options.config.layout.as_ref();
    app.plan = planned
        .and_then(|layout| Plan::of(layout).ok())
        .unwrap_or_default();
    let plan = app.plan.clone();
    for fault in options.faults.into_iter().chain(faults(&options.config)) {
        app.complain(fault);
    }
    let mut runtime = Runtime {
        app,
        saver: Saver::start(sender.clone())?,
        beside: Beside::new(sender.clone()),
        kept_queue: None,
        kept: Vec::new(),
        catalogue: Arc::default(),
        sender,
        messages,
        run: None,
        data: None,
        attached_data: Arc::default(),
        writer: None,
        advising: Cancel::default(),
        asking: Asking::default(),
        models: Arc::default(),
        waiting: Arc::default(),
        rescue: rescue.clone(),
        notify: options.config.notify,
        autosave: tick(options.autosave),
        looks: tick(runs::LOOK),
        between_saves: options.autosave,
        autosaved_at: None,
        copied_at: None,
        window_changed: false,
        window_read_at: Instant::now(),
    };
    // Dropped before the run that it asks.
    let _save_on_panic = SaveOnPanic(rescue);
    runtime.take_up_queue();
    match options.run {
        RunSource::Running(runs) if runs.len() > 1 => {
            runtime.app.overlay = Some(Overlay::Running(RunningList::new(runs)));
        }
        run => {
            let request = runtime.app.await_run(true);
            runtime.begin(request, run);
        }
    }
    for path in options.compare {
        runtime.read_curve(path);
    }
    let ending = runtime.serve(&mut screen);
    log::info!(
        "the screen closes; the line takes {:?} bytes per second",
        screen.rate()
    );
    if !matches!(ending, Ending::HungUp) {
        runtime.await_answers(&mut screen);
    }
    let outcome = runtime.leave(&ending);
    drop(screen);
    if runtime.app.plan != plan
        && let Err(error) = layout::keep(&runtime.app.plan.file())
    {
        say(format_args!("vae-tui: {error:#}"));
    }
    let farewell = runtime.app.farewell.take();
    // What is being saved now is saved to its end.
    drop(runtime);
    if let Some(words) = farewell {
        say(format_args!("vae-tui: {words}"));
    }
    match (ending, outcome) {
        (Ending::Failed(reason), Outcome::Nothing) => Err(anyhow!(reason)),
        (Ending::Failed(reason), Outcome::Saved(words) | Outcome::Failed(words)) => {
            Err(anyhow!("{reason}; {words}"))
        }
        (_, Outcome::Failed(words)) => Err(anyhow!(words)),
        (_, Outcome::Saved(words)) => {
            say(format_args!("vae-tui: {words}"));
            Ok(())
        }
        (_, Outcome::Nothing) => Ok(()),
    }
}

/// Why the workbench closes.
enum Ending {
    /// A person left it, and decided about what is not saved.
    Left,
    /// A signal asked for it.
    Asked,
    /// The terminal is gone.
    HungUp,
    /// Something is wrong.
    Failed(String),
}

struct Runtime {
    app: App,
    sender: Sender<Message>,
    messages: Receiver<Message>,
    saver: Saver,
    /// The run on the screen.
    run: Option<Link>,
    data: Option<Arc<Dataset>>,
    /// What a run in another process trains on, once something here needs it; none where it can't be read.
    attached_data: Arc<OnceLock<Option<Arc<Dataset>>>>,
    /// What writes something of a run; dropped after the run, whose state it may wait for.
    writer: Option<Writer>,
    /// A wish that looking at data which nobody asks about any more be broken off.
    advising: Cancel,
    asking: Asking,
    /// Runs of the queue that are trained meanwhile.
    beside: Beside,
    /// Where the queue is kept; none where it can't be.
    kept_queue: Option<Arc<KeptQueue>>,
    /// What is kept there.
    kept: Vec<QueuedRun>,
    /// What saved runs were when they were read.
    catalogue: Arc<Mutex<Catalogue>>,
    /// Models of saved runs that were looked into.
    models: Arc<OtherModels>,
    /// Runs that were asked for and are ready, with the numbers of their requests: [`Message::Arrived`] says so of each, in the
    /// order of the news about it.
    waiting: Arc<Mutex<BTreeMap<u64, Ready>>>,
    rescue: SharedRescue,
    /// How somebody is told that a run came to its end.
    notify: Notify,
    autosave: Receiver<Instant>,
    /// Saved runs that somebody else may be training are looked at.
    looks: Receiver<Instant>,
    /// The time between two saves.
    between_saves: Duration,
    /// Training points that the run had seen when it was last copied.
    autosaved_at: Option<u64>,
    /// When that was.
    copied_at: Option<Instant>,
    /// Whether the window changed since its size was read, and when that was.
    window_changed: bool,
    window_read_at: Instant,
}

/// The language of the locale, as far as the terminal has its characters: neither a console nor ASCII has Japanese ones.
fn usual_language(glyphs: Glyphs) -> Language {
    match glyphs {
        Glyphs::Unicode => Language::detect(|name| std::env::var(name).ok()),
        Glyphs::Console | Glyphs::Ascii => Language::English,
    }
}

/// The runs that wait to be shown: whole, whoever panicked while looking at them.
fn waiting(runs: &Mutex<BTreeMap<u64, Ready>>) -> MutexGuard<'_, BTreeMap<u64, Ready>> {
    runs.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a thread that speaks the language of this one.
pub(super) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> anyhow::Result<JoinHandle<()>> {
    let language = language::spoken();
    std::thread::Builder::new()
        .name(name.into())
        .spawn(move || {
            language::speak(language);
            work();
        })
        .with_context(|| format!("starting the {name} thread"))
}
