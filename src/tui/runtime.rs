//! The loop that joins the state to the world: messages in, effects out, a frame when something visible changed.
//!
//! Nothing that takes time happens on this thread. Keys are read on one thread, signals on another; data is unpacked,
//! sessions are read and written on threads of their own; the trainer has its own too. All of them send messages.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use crossbeam_channel::{Receiver, Sender, after, never, select, tick, unbounded};

use super::app::App;
use super::asking::Asking;
use super::beside::Beside;
use super::colour::ColourDepth;
use super::command::keymap::Keymap;
use super::frame;
use super::glyphs::Glyphs;
use super::input;
use super::layout::Plan;
use super::message::{Effect, Message, Opened, Tidied, Written};
use super::notification;
use super::opening::{ForkSource, Ready, RunSource, open};
use super::overlays::Overlay;
use super::overlays::form::Fork;
use super::overlays::running::RunningList;
use super::overlays::sessions::Intent;
use super::panes::runs;
use super::rescue::{Cause, Outcome, Rescue, SaveOnPanic, SharedRescue};
use super::saver::{Manner, Request, Saver};
use super::signals;
use super::terminal::{Screen, window_size};
use super::theme::Theme;
use super::tour::Tour;
use super::update::update;
use super::workspace::{AfterSave, Workspace};
use super::writer::{Job, Writer};
use crate::cancel::Cancel;
use crate::config::{Config, HangUp, layout};
use crate::data::{Dataset, ItemPlace, STANDARD_INPUT, listing, load, short_name};
use crate::language::{self, Language, tr};
use crate::learning::advice::{Advice, Basis};
use crate::learning::default_threads;
use crate::outputs::Output;
use crate::panics::{guarded, switch};
use crate::pictures::numbered::write_numbered;
use crate::pictures::raster::Raster;
use crate::process::say;
use crate::remote::{Link, News, StateSource, hand_over, running};
use crate::run::{Event, RunHandle, Told};
use crate::session::{self, Catalogue, KeptQueue, OtherModels, QueuedRun, SessionError, folder};
use crate::sweep::SweepFolder;
use crate::terminal_facts::{Blocks, Graphics, Notify, Questions};

/// The least time between two frames that no key asked for.
const FRAME_INTERVAL: Duration = Duration::from_millis(100);
/// The least time between two looks at the size of a window that is being dragged: each is followed by a whole screen.
const WINDOW_INTERVAL: Duration = Duration::from_millis(250);
/// The least time between two copies of an unsaved run before something risky: a key that is held down makes no heap of them.
const BETWEEN_COPIES: Duration = Duration::from_secs(5);
/// Messages that are taken in at once, at most, before the next frame.
const QUEUED: usize = 64;
/// Time between two steps of a dimension that moves by itself.
const TICK: Duration = Duration::from_millis(50);

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

/// When the next frame is due.
#[derive(Clone, Copy)]
struct Due {
    /// When the last one was drawn.
    drawn_at: Instant,
    /// Whether somebody waits for the next one.
    urgent: bool,
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

impl Runtime {
    /// Stays until the program is to end.
    fn serve(&mut self, screen: &mut Screen) -> Ending {
        match self.serve_terminal(screen) {
            Ok(ending) => ending,
            // The terminal is gone: nobody is left to be told.
            Err(_) => Ending::HungUp,
        }
    }

    /// Stays until the program is to end, or the terminal is gone.
    fn serve_terminal(&mut self, screen: &mut Screen) -> std::io::Result<Ending> {
        let mut due = Due {
            drawn_at: Instant::now(),
            urgent: false,
        };
        let ticks = tick(TICK);
        loop {
            if let Some(ending) = self.app.ending.take() {
                return Ok(ending.map_or_else(Ending::Failed, |()| Ending::Asked));
            }
            if self.window_changed && self.window_read_at.elapsed() >= WINDOW_INTERVAL {
                self.window_changed = false;
                self.window_read_at = Instant::now();
                let (width, height) = window_size();
                self.carry_out(Message::Resized(width, height), screen)?;
            }
            screen.listen_to_mouse(self.app.mouse);
            if self.app.changed && !self.window_changed && screen.wait() == Some(Duration::ZERO) {
                let complete = screen.draw(self.app.protocol(), |area, buffer| {
                    if self.app.workspace().is_some_and(Workspace::is_unsaved) {
                        switch("drawing");
                    }
                    frame::render(&self.app, area, buffer);
                });
                // What was too much for now follows with the next frame.
                self.app.changed = !complete;
                due = Due {
                    drawn_at: Instant::now(),
                    urgent: false,
                };
            }
            // A key is answered at once, and so is a step of what moves by itself; everything else waits until the
            // next frame is due.
            let mut urgent = false;
            while !urgent && self.time_left(due, screen) != Some(Duration::ZERO) {
                let Some(message) = self.next(&ticks, due, screen) else {
                    break;
                };
                urgent = message.is_urgent();
                if let Some(ending) = self.answer(message, screen)? {
                    return Ok(ending);
                }
            }
            // Keys that came faster than frames are all answered by the next one.
            for _ in 0..QUEUED {
                let Some(message) = urgent.then(|| self.messages.try_recv().ok()).flatten() else {
                    break;
                };
                if let Some(ending) = self.answer(message, screen)? {
                    return Ok(ending);
                }
            }
            due.urgent |= urgent;
            if let Some(run) = &self.run {
                self.asking.ask_around(&self.app, run);
            }
            self.keep_rescue();
            self.keep_queue();
        }
    }

    /// Carries a message out; on a slow line, what a key changes is noted, to be sent first.
    fn answer(&mut self, message: Message, screen: &mut Screen) -> std::io::Result<Option<Ending>> {
        let preview =
            |app: &App, screen: &Screen| screen.preview(|area, buffer| frame::render(app, area, buffer));
        let before = message
            .is_of_a_person()
            .then(|| preview(&self.app, screen))
            .flatten();
        let ending = self.carry_out(message, screen)?;
        if before.is_some() {
            let after = preview(&self.app, screen);
            screen.touched(before, after);
        }
        Ok(ending)
    }

    /// Waits a little for the answers of the terminal that are still to come: a shell would take them for typed.
    fn await_answers(&mut self, screen: &mut Screen) {
        let Some(longest) = screen.farewell() else {
            return;
        };
        let until = Instant::now() + longest;
        let mut others = Vec::new();
        while screen.farewell().is_some() {
            match self.messages.recv_deadline(until) {
                Ok(Message::TerminalAnswered(answer, at)) => {
                    others.extend(screen.answered(answer, at).map(Message::Recognised));
                }
                Ok(other) => others.push(other),
                Err(_) => break,
            }
        }
        for other in others {
            let _ = self.sender.send(other);
        }
    }

    /// Time until the next frame is due, the next question, or the next look at the window; none while none is.
    fn time_left(&self, due: Due, screen: &mut Screen) -> Option<Duration> {
        let until = |since: Instant, interval: Duration| interval.saturating_sub(since.elapsed());
        if self.window_changed {
            return Some(until(self.window_read_at, WINDOW_INTERVAL));
        }
        let interval = if due.urgent {
            Duration::ZERO
        } else {
            FRAME_INTERVAL
        };
        let frame = self.app.changed.then(|| screen.wait()).flatten();
        let frame = frame.map(|wait| wait.max(until(due.drawn_at, interval)));
        let samples = self.app.workspace().map(|workspace| workspace.progress.samples);
        let question = samples.and_then(|samples| self.asking.next(samples));
        let question = question.map(|due| due.saturating_duration_since(Instant::now()));
        frame.into_iter().chain(question).min()
    }

    /// The next message; none when something else is due.
    fn next(&mut self, ticks: &Receiver<Instant>, due: Due, screen: &mut Screen) -> Option<Message> {
        let frame = self.time_left(due, screen).map_or_else(never, after);
        let nothing = never();
        let tick = if self.app.motions().is_empty() {
            &nothing
        } else {
            ticks
        };
        let looks = if runs::looks_on(&self.app) {
            &self.looks
        } else {
            &nothing
        };
        let here = self.run.as_ref().and_then(Link::here);
        let events = here.map_or_else(never, |run| run.events().clone());
        let news = self.run.as_ref().and_then(Link::news);
        let news = news.map_or_else(never, Clone::clone);
        select! {
            recv(self.messages) -> message => message.ok(),
            recv(events) -> told => told.ok().map(Message::Told),
            recv(news) -> news => news.ok().map(Message::News),
            recv(tick) -> _ => Some(Message::Tick),
            recv(looks) -> _ => Some(Message::LookDue),
            recv(self.autosave) -> _ => Some(Message::AutosaveDue),
            recv(frame) -> _ => None,
        }
    }

    /// Takes in a message and carries out what it leads to; something comes back if the program is to end.
    ///
    /// # Errors
    /// If the terminal is gone.
    fn carry_out(&mut self, message: Message, screen: &mut Screen) -> std::io::Result<Option<Ending>> {
        match &message {
            Message::Told(Told {
                event: Event::Answered(answered),
                ..
            })
            | Message::News(News::Told(Told {
                event: Event::Answered(answered),
                ..
            })) => self.asking.answered(answered),
            Message::Panicked(_) => {
                log::error!("a thread panicked");
                drop(self.rescue.save(Cause::Other));
            }
            Message::Recognised(recognised) => log::info!("the terminal answers: {recognised:?}"),
            Message::Resized(width, height) => log::debug!("the window has {width} x {height}"),
            Message::Saved { samples, .. } => log::info!("a run was saved at {samples} samples"),
            Message::SaveFailed { .. } => log::warn!("a save failed"),
            Message::Continued => screen.reenter()?,
            Message::TerminalGone => return Ok(Some(Ending::HungUp)),
            Message::WindowChanged => {
                self.window_changed = true;
                return Ok(None);
            }
            Message::TerminalAnswered(answer, at) => {
                return match screen.answered(answer.clone(), *at) {
                    Some(recognised) => self.carry_out(Message::Recognised(recognised), screen),
                    None => Ok(None),
                };
            }
            Message::Sent(bytes, took) => {
                screen.sent(*bytes, *took);
                return Ok(None);
            }
            Message::AutosaveDue => {
                self.copy_unsaved();
                return Ok(None);
            }
            _ => {}
        }
        for effect in update(&mut self.app, message) {
            let is_copied = self.copied_at.is_some_and(|at| at.elapsed() < BETWEEN_COPIES);
            if effect.is_risky() && !is_copied {
                self.copy_unsaved();
            }
            match effect {
                Effect::Command(command) => {
                    if let Some(run) = &self.run {
                        run.send(command);
                    }
                }
                Effect::NewRun(request, configuration) => self.begin(request, RunSource::New(configuration)),
                Effect::Fork(request, fork) => self.fork(request, *fork),
                Effect::Attach(request, name) => self.begin(request, RunSource::Attached(name)),
                Effect::ListRunning => self.list_running(),
                Effect::HandOver { session, trains } => self.hand_over(session, trains),
                Effect::Steer => {
                    if let Some(run) = &self.run {
                        run.steer();
                    }
                }
                Effect::Stop => {
                    if let Some(run) = &self.run {
                        run.stop();
                    }
                }
                Effect::Open(request, path) => self.begin(request, RunSource::Saved(path, None)),
                Effect::Show(request) => {
                    if let Some(opened) = self.take_up(request)
                        && let Some(ending) = self.carry_out(Message::Opened(opened), screen)?
                    {
                        return Ok(Some(ending));
                    }
                }
                Effect::Forget(request) => drop(waiting(&self.waiting).remove(&request)),
                Effect::Save(manner, after) => self.save(manner, after),
                Effect::ListSessions(intent) => self.list_sessions(intent),
                Effect::ListFiles(near) => self.list_files(near),
                Effect::TrainBeside(number, run) => self.beside.start(number, *run, self.data.clone()),
                Effect::ReadRuns => self.read_runs(),
                Effect::LookInto { number, paths, item } => self.look_into(number, paths, item),
                Effect::Rename(from, name) => self.tidy(move || {
                    let to = session::rename(&from, &name)?;
                    Ok(Tidied::Renamed { from, to })
                }),
                Effect::ThrowAway(from) => self.tidy(move || {
                    let to = session::throw_away(&from)?;
                    Ok(Tidied::ThrownAway { from, to })
                }),
                Effect::BringBack(thrown, to) => self.tidy(move || {
                    session::bring_back(&thrown, &to)?;
                    Ok(Tidied::BroughtBack(to))
                }),
                Effect::ReadCurve(path) => self.read_curve(path),
                Effect::Advise(basis) => self.advise(basis),
                Effect::Write {
                    output,
                    name,
                    replace,
                } => self.write(output, name, replace),
                Effect::BreakOffWriting => {
                    if let Some(writer) = &self.writer {
                        writer.break_off();
                    }
                }
                Effect::SavePicture {
                    beside,
                    stem,
                    picture,
                } => self.save_picture(beside, stem, picture),
                Effect::Copy(text) => screen.copy(&text),
                Effect::Notify(ended) => {
                    let variable = |name: &str| std::env::var(name).ok();
                    screen.send(&notification::sequence(self.notify, ended, variable));
                }
                Effect::Suspend => {
                    self.await_answers(screen);
                    if !screen.suspend()? {
                        self.app.say(tr!(
                            "nothing here could continue a stopped program: Ctrl-Z does nothing"
                        ));
                    }
                    self.app.changed = true;
                }
                Effect::Repaint => screen.repaint(),
                Effect::Quit => return Ok(Some(Ending::Left)),
            }
        }
        Ok(None)
    }

    /// Takes up the queue that was kept when the workbench was left.
    fn take_up_queue(&mut self) {
        let queue = &mut self.app.queue;
        queue.threads = default_threads();
        let opened = folder::sessions()
            .map_err(Error::other)
            .and_then(|folder| KeptQueue::open(&folder));
        match opened {
            Ok(Some((file, runs))) => {
                (queue.is_kept, queue.resumes) = (true, !runs.is_empty());
                queue.waiting.extend(runs.iter().cloned());
                (self.kept_queue, self.kept) = (Some(Arc::new(file)), runs);
            }
            // Another workbench has it.
            Ok(None) => {}
            Err(error) if error.kind() == ErrorKind::InvalidData => self
                .app
                .complain(tr!("the queue can't be kept: {reason}", reason = error)),
            // A folder that can't be written is of no matter to who queues nothing; whoever does is asked before it is lost.
            Err(_) => {}
        }
    }

    /// Keeps the queue as it is now, where that changed.
    fn keep_queue(&mut self) {
        let Some(file) = &self.kept_queue else { return };
        let queue = self.app.queue.kept();
        if queue == self.kept {
            return;
        }
        self.saver.ask(Request::KeepQueue(file.clone(), queue.clone()));
        self.kept = queue;
    }

    /// Takes up a run that arrived, in place of the one before, which ends.
    fn take_up(&mut self, request: u64) -> Option<Box<Opened>> {
        let Ready { run, data, opened } = waiting(&self.waiting).remove(&request)?;
        // Whoever left the run before was asked about it.
        if let Some(workspace) = self.app.workspace() {
            self.saver.ask(Request::Discard(workspace.files.clone()));
        }
        self.leave_attached();
        self.run = Some(run);
        self.data = data;
        self.attached_data = Arc::default();
        self.asking = Asking::default();
        self.autosaved_at = None;
        Some(Box::new(opened))
    }

    /// Tells a run in another process how it was looked at, before it is left.
    fn leave_attached(&self) {
        if let Some(run) = &self.run {
            run.leave(&self.app.view());
        }
    }

    /// Decides what becomes of the run when the workbench closes.
    fn leave(&mut self, ending: &Ending) -> Outcome {
        self.leave_attached();
        self.keep_queue();
        self.beside.end();
        match ending {
            Ending::Left => {
                self.rescue.set(None);
                if let Some(workspace) = self.app.workspace() {
                    self.saver.ask(Request::Discard(workspace.files.clone()));
                }
                // A signal may have come at the same time, and what it saves is saved to its end.
                self.rescue.save(Cause::Other)
            }
            Ending::HungUp => {
                self.keep_rescue();
                self.rescue.save(Cause::HangUp)
            }
            Ending::Asked | Ending::Failed(_) => {
                self.keep_rescue();
                self.rescue.save(Cause::Other)
            }
        }
    }

    /// Opens a session, or makes a new run, on a thread; the data is unpacked first where that was not done yet.
    fn begin(&mut self, request: u64, run: RunSource) {
        let (sender, ready, data) = (self.sender.clone(), self.waiting.clone(), self.data.clone());
        let is_first = self.app.workspace().is_none();
        let failed = move |error: anyhow::Error| Message::OpenFailed(request, format!("{error:#}"));
        let started = spawn("open", move || {
            // If the screen is gone, nobody waits for what is told here.
            let tell = |message| drop(sender.send(message));
            let reading = |what: &str, fraction| {
                tell(Message::Reading {
                    request,
                    what: what.into(),
                    fraction,
                });
            };
            let opened = guarded(|| {
                switch("reader");
                open(run, data, is_first, &reading)
            });
            match opened.unwrap_or_else(|words| Err(anyhow!(words))) {
                Ok(run) => {
                    waiting(&ready).insert(request, run);
                    tell(Message::Arrived(request));
                }
                Err(error) => tell(failed(error)),
            }
        });
        if let Err(error) = started {
            update(&mut self.app, failed(error));
        }
    }

    /// Goes on apart from the run on the screen.
    fn fork(&mut self, request: u64, fork: Fork) {
        let (Some(run), Some(workspace)) = (&self.run, self.app.workspace()) else {
            return;
        };
        let kept = |run: &RunHandle, samples| {
            let data = self.data.clone()?;
            Some(StateSource::Here(run.kept_checkpoint(samples), data))
        };
        let source = match (fork.at, run.here()) {
            (Some(samples), Some(run)) => kept(run, samples),
            _ => run.state(self.data.as_ref()),
        };
        let Some(source) = source else {
            return;
        };
        let usual = || {
            let configuration = &workspace.progress.configuration;
            let folder = folder::sessions().unwrap_or_default();
            folder::names(configuration, false)
                .next()
                .map(|name| folder.join(name))
        };
        let source = ForkSource {
            source,
            changes: fork.changes,
            from: workspace.path.clone().or_else(usual).unwrap_or_default(),
            view: self.app.view(),
        };
        self.begin(request, RunSource::Fork(Box::new(source)));
    }

    /// Looks for saved runs on a thread, and reads what they are.
    fn read_runs(&mut self) {
        let (sender, folders) = (self.sender.clone(), self.session_folders());
        let catalogue = self.catalogue.clone();
        self.start("runs", move || {
            // Only a panic, which was reported, leaves it locked.
            let mut catalogue = catalogue.lock().unwrap_or_else(PoisonError::into_inner);
            let (runs, faults) = catalogue.list(&folders);
            let sweep = folders.iter().find_map(|folder| SweepFolder::of_runs(folder));
            let _ = sender.send(Message::Sweep(sweep.map(|sweep| sweep.progress(&mut catalogue))));
            let _ = sender.send(Message::Runs(runs, faults));
        });
    }

    /// Sends an item through the models of saved runs on a thread.
    fn look_into(&mut self, number: u64, paths: Vec<PathBuf>, item: ItemPlace) {
        let Some(data) = self.data_source() else {
            return;
        };
        let (sender, models) = (self.sender.clone(), self.models.clone());
        self.start("models", move || {
            let data = data();
            let look = |path: &PathBuf| {
                let data = data
                    .as_ref()
                    .ok_or_else(|| tr!("the data can't be read").to_owned())?;
                models
                    .reconstruct(path, data, item)
                    .map_err(|error| error.to_string())
            };
            let found = paths.iter().map(look).collect();
            let _ = sender.send(Message::LookedInto(number, found));
        });
    }

    /// Renames, removes or restores a saved run on a thread.
    fn tidy(&mut self, work: impl FnOnce() -> Result<Tidied, SessionError> + Send + 'static) {
        let sender = self.sender.clone();
        self.start("tidy", move || {
            let _ = sender.send(Message::Kept(work().map_err(|error| error.to_string())));
        });
    }

    /// Looks for sessions on a thread: a folder may be far away.
    fn list_sessions(&mut self, intent: Intent) {
        let (sender, folders) = (self.sender.clone(), self.session_folders());
        let open = self.app.workspace().and_then(|workspace| workspace.path.clone());
        self.start("list", move || {
            let found = match intent {
                Intent::Restore => open.map_or_else(Vec::new, |open| folder::earlier(&open)),
                Intent::Open | Intent::Compare => folder::list(&folders),
            };
            let _ = sender.send(Message::Sessions(found, intent));
        });
    }

    /// Looks for runs that go on in other processes, on a thread: each is asked.
    fn list_running(&mut self) {
        let sender = self.sender.clone();
        self.start("list", move || {
            let found = running().map_err(|error| format!("{error:#}"));
            let _ = sender.send(Message::Running(found));
        });
    }

    /// Lets another process go on with the run, which is saved, on a thread: that reads its data first.
    fn hand_over(&mut self, session: PathBuf, trains: bool) {
        if let Some(workspace) = self.app.workspace() {
            // The other process writes it from now on.
            workspace.files.session.release();
        }
        let (sender, between_saves) = (self.sender.clone(), self.between_saves);
        self.start("handover", move || {
            let handed = hand_over(&session, trains, between_saves);
            let handed = handed.map_err(|error| format!("{error:#}"));
            let _ = sender.send(Message::HandedOver { trains, handed });
        });
    }

    /// What the run on the screen trains on, for another thread: that of a run in another process is read when it is needed.
    fn data_source(&self) -> Option<impl FnOnce() -> Option<Arc<Dataset>> + Send + use<>> {
        let workspace = self.app.workspace()?;
        let (here, read) = (self.data.clone(), self.attached_data.clone());
        let name = workspace.data.name.clone();
        let rules = workspace.progress.configuration.reading.clone();
        Some(move || {
            let reading = || load(&name, &rules, |_| {}).ok().map(Arc::new);
            here.or_else(|| read.get_or_init(reading).clone())
        })
    }

    /// Looks for data on a thread, for the same reason.
    fn list_files(&mut self, near: String) {
        let sender = self.sender.clone();
        self.start("list", move || {
            let listed = listing::list(&near);
            let _ = sender.send(Message::Files(near, listed));
        });
    }

    /// Looks which likelihood suits data on a thread; whoever asked before about other data waits no longer. What can't be read
    /// is said when a run is to begin with it.
    fn advise(&mut self, basis: Basis) {
        self.advising.cancel();
        self.advising = Cancel::default();
        let (sender, cancel, loaded) = (self.sender.clone(), self.advising.clone(), self.data.clone());
        let advised = spawn("advise", move || {
            let advice = cancel.run(|| {
                let is_loaded = |data: &Arc<Dataset>| data.name == basis.data && data.rules == *basis.reading;
                let data = match loaded.filter(is_loaded) {
                    Some(data) => data,
                    None if basis.data == STANDARD_INPUT => return None,
                    None => Arc::new(load(&basis.data, &basis.reading, |_| {}).ok()?),
                };
                Some(Advice::of(&basis, &data))
            });
            if let Some(Some(advice)) = advice {
                let _ = sender.send(Message::Advised(basis, advice));
            }
        });
        // It is a courtesy: where there is no thread for it, a run goes as well without.
        drop(advised);
    }

    /// Where sessions are looked for: the usual folder, and the one of the open session.
    fn session_folders(&self) -> Vec<PathBuf> {
        let open = self
            .app
            .workspace()
            .and_then(|workspace| workspace.path.as_deref());
        let beside = open
            .and_then(Path::parent)
            .map(|folder| match folder.as_os_str() {
                nothing if nothing.is_empty() => PathBuf::from("."),
                _ => folder.to_owned(),
            });
        folder::sessions().ok().into_iter().chain(beside).collect()
    }

    /// Reads the curve of a saved run on a thread.
    fn read_curve(&mut self, path: PathBuf) {
        let sender = self.sender.clone();
        self.start("curve", move || {
            let message = match session::load(&path) {
                Ok(session) => Message::CurveRead(Box::new(session.into_kept_run())),
                Err(error) => Message::CurveUnread(error.to_string()),
            };
            let _ = sender.send(message);
        });
    }

    /// Has something of the run written as it is now.
    fn write(&mut self, output: Output, name: String, replace: bool) {
        let (Some(run), Some(workspace)) = (&self.run, self.app.workspace()) else {
            return;
        };
        let Some(source) = run.state(self.data.as_ref()) else {
            return;
        };
        let stem = workspace.path.as_deref().and_then(Path::file_stem);
        let job = Job {
            output,
            name,
            replace,
            run: stem.map_or_else(
                || short_name(&workspace.data.name).into(),
                |stem| stem.to_string_lossy().into_owned(),
            ),
            source,
        };
        match Writer::start(job, self.sender.clone()) {
            Ok(writer) => self.writer = Some(writer),
            Err(error) => drop(update(
                &mut self.app,
                Message::Written(output, Written::Failed(error)),
            )),
        }
    }

    /// Writes a picture on a thread.
    fn save_picture(&mut self, beside: Option<PathBuf>, stem: String, picture: Raster) {
        let sender = self.sender.clone();
        self.start("picture", move || {
            let folder = beside.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
            let written = write_numbered(folder, &stem, &picture);
            let _ = sender.send(Message::PictureSaved(
                written.map_err(|error| format!("{error:#}")),
            ));
        });
    }

    /// Has a run copied that has something to lose, unless it learned nothing since that was done last.
    fn copy_unsaved(&mut self) {
        let unsaved = self.app.workspace().filter(|workspace| workspace.is_unsaved());
        let samples = unsaved.map(|workspace| workspace.progress.samples);
        if samples.is_some() && samples != self.autosaved_at {
            self.autosaved_at = samples;
            self.copied_at = Some(Instant::now());
            self.save(Manner::Autosave, AfterSave::GoOn);
        }
    }

    /// Has the run saved as it is now, and something done then.
    fn save(&self, manner: Manner, after: AfterSave) {
        let (Some(run), Some(workspace)) = (&self.run, self.app.workspace()) else {
            return;
        };
        let Some(run) = run.here() else {
            return run.save(&self.app.view());
        };
        let files = workspace.files.clone();
        let file = match manner {
            Manner::Autosave => &files.autosave,
            Manner::Usual | Manner::Replace | Manner::NewFile => &files.session,
        };
        self.saver.ask(Request::Save {
            manner,
            after,
            ticket: file.ticket(),
            checkpoint: run.checkpoint(),
            view: Box::new(self.app.view()),
            files,
        });
    }

    /// Tells whoever may have to end the program what to save then.
    fn keep_rescue(&self) {
        let rescue = self
            .app
            .workspace()
            // A running one may be further than it has told.
            .filter(|workspace| workspace.is_unsaved() || self.app.is_running())
            .and_then(|workspace| {
                Some(Rescue {
                    checkpoint: Box::new(self.run.as_ref()?.here()?.checkpoints()),
                    trains: self.app.is_running(),
                    view: self.app.view(),
                    files: workspace.files.clone(),
                })
            });
        self.rescue.set(rescue);
    }

    /// Does something on a thread of its own; if there can be none, that is said, and the run goes on.
    fn start(&mut self, name: &str, work: impl FnOnce() + Send + 'static) {
        let sender = self.sender.clone();
        let work = move || {
            if let Err(words) = guarded(work) {
                let _ = sender.send(Message::Faulted(words));
            }
        };
        if let Err(error) = spawn(name, work) {
            self.app.complain(format!("{error:#}"));
        }
    }
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
