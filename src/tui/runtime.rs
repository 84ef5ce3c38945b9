//! The loop that joins the state to the world: messages in, effects out, a frame when something visible changed.
//!
//! Nothing that takes time happens on this thread. Keys are read on one thread, signals on another; data is unpacked,
//! sessions are read and written on threads of their own; the trainer has its own too. All of them send messages.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use crossbeam_channel::{Receiver, Sender, after, never, select, tick, unbounded};
use ratatui::crossterm::event::{self, Event as TerminalEvent};

use super::app::App;
use super::colour::ColourDepth;
use super::message::{Effect, Message, Opened};
use super::panes;
use super::signals::{self, Rescue, SaveOnPanic, SharedRescue};
use super::terminal::Screen;
use super::update::update;
use crate::cli::{WorkbenchArguments, default_threads, with_data};
use crate::data::{self, Dataset, LoadError, STANDARD_INPUT, mnist};
use crate::learning::trainer::Trainer;
use crate::learning::{Configuration, Training};
use crate::session::{self, Resumed, SessionError, View, folder};

/// The least time between two frames that no key asked for.
const FRAME_INTERVAL: Duration = Duration::from_millis(100);
/// The least time between two looks at the newest parameters while training: every look changes every image, and
/// each change goes over the wire.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);
/// How many times as long as a look takes the next one waits at least: where chains stand for an encoder, each takes long,
/// and training needs the processor more.
const LOOK_SHARE: u32 = 20;
/// Time between two steps of a dimension that moves by itself.
const TICK: Duration = Duration::from_millis(50);

/// Opens the workbench and stays until it is left.
///
/// # Errors
/// If there is no terminal, or the session that was asked for can't be opened.
pub fn run(arguments: &WorkbenchArguments) -> anyhow::Result<()> {
    let depth = arguments
        .colours
        .unwrap_or_else(|| ColourDepth::detect(|name| std::env::var(name).ok()));
    let (sender, messages) = unbounded();
    let rescue = SharedRescue::default();
    let threads = arguments.threads.map_or_else(default_threads, usize::from);
    let run = match &arguments.session {
        Some(path) => Run::Saved(path.clone(), arguments.data.clone()),
        None => {
            let preset = arguments.preset.configuration(threads);
            Run::New(with_data(preset, arguments.data.as_deref())?)
        }
    };
    let mut screen = Screen::enter(depth, {
        let sender = sender.clone();
        move |panic| drop(sender.send(Message::Panicked(panic)))
    })?;
    #[cfg(unix)]
    signals::listen(sender.clone(), rescue.clone()).context("listening for signals")?;
    spawn("keys", {
        let sender = sender.clone();
        move || read_keys(&sender)
    })?;

    let app = App::new(screen.area(), depth);
    let mut runtime = Runtime {
        app,
        sender,
        trainer: None,
        data: None,
        rescue: rescue.clone(),
    };
    // Dropped before the trainer that it asks.
    let _save_on_panic = SaveOnPanic(rescue);
    runtime.begin(run)?;
    for path in &arguments.compare {
        runtime.read_curve(path.clone())?;
    }
    let ending = runtime.serve(&mut screen, &messages);
    drop(screen);
    ending
}

struct Runtime {
    app: App,
    sender: Sender<Message>,
    trainer: Option<Trainer>,
    data: Option<Arc<Dataset>>,
    rescue: SharedRescue,
}

impl Runtime {
    fn serve(&mut self, screen: &mut Screen, messages: &Receiver<Message>) -> anyhow::Result<()> {
        let mut drawn_at = Instant::now();
        let mut next_look = Instant::now();
        let ticks = tick(TICK);
        loop {
            if self.app.changed {
                screen
                    .draw(|area, buffer| panes::render(&self.app, area, buffer))
                    .context("the terminal is gone")?;
                self.app.changed = false;
                drawn_at = Instant::now();
            }
            // A key is answered at once, and so is a step of what moves by itself; everything else waits until the
            // next frame is due.
            let mut urgent = false;
            while !(urgent || self.app.changed && drawn_at.elapsed() >= FRAME_INTERVAL) {
                let Some(message) = self.next(messages, &ticks, drawn_at) else {
                    break;
                };
                urgent = matches!(
                    message,
                    Message::Key(_) | Message::Tick | Message::Resized(..) | Message::Continued
                );
                if self.handle(message, screen)? {
                    return Ok(());
                }
            }
            let is_due = Instant::now() >= next_look || !self.app.is_running();
            if let Some(trainer) = self.trainer.as_ref().filter(|_| is_due) {
                let looked_at = Instant::now();
                self.app.offer(trainer.snapshot());
                next_look = looked_at + LOOK_INTERVAL.max(LOOK_SHARE * looked_at.elapsed());
            }
            if let Some(ending) = self.app.ending.take() {
                return ending.map_err(|reason| anyhow!(reason));
            }
            self.keep_rescue();
        }
    }

    /// The next message; none when a frame is due.
    fn next(
        &self,
        messages: &Receiver<Message>,
        ticks: &Receiver<Instant>,
        drawn_at: Instant,
    ) -> Option<Message> {
        let frame = if self.app.changed {
            after(FRAME_INTERVAL.saturating_sub(drawn_at.elapsed()))
        } else {
            never()
        };
        let nothing = never();
        let tick = if self.app.playing.is_some() {
            ticks
        } else {
            &nothing
        };
        let trainer = self
            .trainer
            .as_ref()
            .map_or_else(never, |trainer| trainer.events().clone());
        select! {
            recv(messages) -> message => message.ok(),
            recv(trainer) -> event => event.ok().map(Message::Trainer),
            recv(tick) -> _ => Some(Message::Tick),
            recv(frame) -> _ => None,
        }
    }

    /// Takes in a message and carries out what it leads to; true if the program is to end.
    fn handle(&mut self, message: Message, screen: &mut Screen) -> anyhow::Result<bool> {
        if let Message::Opened(opened) = &message {
            // The trainer of the run before stops when it is replaced.
            self.trainer = None;
            self.trainer = Some(Trainer::start(opened.training.clone(), opened.data.clone())?);
            self.data = Some(opened.data.clone());
        }
        if let Message::Panicked(_) = message {
            signals::save(&self.rescue);
        }
        if let Message::Continued = message {
            screen.reenter()?;
        }
        for effect in update(&mut self.app, message) {
            match effect {
                Effect::Trainer(command) => {
                    if let Some(trainer) = &self.trainer {
                        trainer.send(command);
                    }
                }
                Effect::NewRun(configuration) => self.begin(Run::New(configuration))?,
                Effect::Open(path) => self.begin(Run::Saved(path, None))?,
                Effect::Save(path) => self.save(path)?,
                Effect::ListSessions(intent) => {
                    let entries = folder::list(&self.session_folders());
                    update(&mut self.app, Message::Sessions(entries, intent));
                }
                Effect::ReadCurve(path) => self.read_curve(path)?,
                Effect::Suspend => {
                    #[cfg(unix)]
                    screen.suspend()?;
                    self.app.changed = true;
                }
                Effect::Repaint => screen.repaint()?,
                Effect::Quit => return Ok(true),
            }
        }
        Ok(false)
    }

    /// Opens a session, or makes a new run, on a thread; the data is unpacked first where that was not done yet.
    fn begin(&self, run: Run) -> anyhow::Result<()> {
        let (sender, data) = (self.sender.clone(), self.data.clone());
        spawn("open", move || {
            let opened = open(run, data, &sender);
            // If the screen is gone, nobody waits for it.
            match opened {
                Ok((opened, notes)) => {
                    let _ = sender.send(Message::Opened(Box::new(opened)));
                    if !notes.is_empty() {
                        let _ = sender.send(Message::Noted(notes.join("; ")));
                    }
                }
                Err(error) => drop(sender.send(Message::OpenFailed(format!("{error:#}")))),
            }
        })
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
    fn read_curve(&self, path: PathBuf) -> anyhow::Result<()> {
        let sender = self.sender.clone();
        spawn("curve", move || {
            let message = match session::load(&path) {
                Ok(session) => Message::CurveRead(Box::new(session.into_kept_run())),
                Err(error) => Message::CurveUnread(error.to_string()),
            };
            let _ = sender.send(message);
        })
    }

    /// Saves a checkpoint on a thread.
    fn save(&self, path: Option<PathBuf>) -> anyhow::Result<()> {
        let Some(trainer) = &self.trainer else {
            return Ok(());
        };
        let (checkpoint, view, sender) = (trainer.checkpoint(), self.app.view.clone(), self.sender.clone());
        spawn("save", move || {
            let saved = checkpoint
                .recv()
                .context("the training thread ended")
                .and_then(|training| {
                    let path = match path {
                        Some(path) => path,
                        None => folder::new_file(&training.configuration)?,
                    };
                    session::save(&training, &view, &path)?;
                    Ok(Message::Saved(path, training.samples))
                });
            let message = saved.unwrap_or_else(|error| Message::SaveFailed(format!("{error:#}")));
            let _ = sender.send(message);
        })
    }

    /// Tells the signal thread what to save if the program has to end now.
    fn keep_rescue(&self) {
        let rescue = self
            .app
            .workspace()
            .filter(|workspace| workspace.is_unsaved())
            .and_then(|workspace| {
                Some(Rescue {
                    checkpoint: Box::new(self.trainer.as_ref()?.checkpoints()),
                    view: self.app.view.clone(),
                    path: workspace.path.clone(),
                })
            });
        *self.rescue.lock().unwrap_or_else(PoisonError::into_inner) = rescue;
    }
}

/// What is to be put on the screen.
enum Run {
    New(Configuration),
    /// With the place of its data, where a person says that it is elsewhere now.
    Saved(PathBuf, Option<String>),
}

/// Makes a new run, or reads a saved one, with its data: what is loaded already, or loaded now. Beside it stands what is
/// worth knowing of data that was not loaded before.
fn open(
    run: Run,
    loaded: Option<Arc<Dataset>>,
    sender: &Sender<Message>,
) -> anyhow::Result<(Opened, Vec<String>)> {
    let data_named = |name: &str| match &loaded {
        Some(data) if data.name == name => Ok(data.clone()),
        _ => read_data(name, sender),
    };
    let in_use = "the keys of the workbench come from the terminal, so it reads no data from standard input: name a file, \
                  or use vae-tui train --data -";
    let (opened, note) = match run {
        Run::New(configuration) => {
            configuration.check()?;
            ensure!(configuration.data != STANDARD_INPUT, in_use);
            let data = data_named(&configuration.data)?;
            let opened = Opened {
                training: Training::new(configuration, &data),
                data,
                view: View::default(),
                path: None,
            };
            (opened, None)
        }
        Run::Saved(path, moved) => {
            ensure!(moved.as_deref() != Some(STANDARD_INPUT), in_use);
            let Resumed {
                training,
                data,
                view,
                note,
            } = match session::resume(&path, moved.as_deref(), data_named) {
                // The file may have changed since it was loaded, and the session with it.
                Err(SessionError::OtherData { .. }) if loaded.is_some() => {
                    session::resume(&path, moved.as_deref(), |name| read_data(name, sender))
                }
                resumed => resumed,
            }?;
            let opened = Opened {
                training,
                data,
                view,
                path: Some(path),
            };
            (opened, note)
        }
    };
    let is_new = loaded.is_none_or(|loaded| !Arc::ptr_eq(&loaded, &opened.data));
    let notes = if is_new {
        opened.data.notes.clone()
    } else {
        Vec::new()
    };
    Ok((opened, notes.into_iter().chain(note).collect()))
}

/// Reads data and tells the screen how far that is.
fn read_data(name: &str, sender: &Sender<Message>) -> Result<Arc<Dataset>, LoadError> {
    let what = match name {
        mnist::NAME => "unpacking MNIST".into(),
        other => format!("reading {}", data::short_name(other)),
    };
    let progress = |fraction| drop(sender.send(Message::Reading(what.clone(), fraction)));
    progress(0.0);
    Ok(Arc::new(data::load(name, progress)?))
}

fn read_keys(sender: &Sender<Message>) {
    // An error means that the terminal is gone; SIGHUP says so too, and is acted on.
    while let Ok(event) = event::read() {
        let message = match event {
            TerminalEvent::Key(key) => Message::Key(key),
            TerminalEvent::Resize(width, height) => Message::Resized(width, height),
            _ => continue,
        };
        if sender.send(message).is_err() {
            break;
        }
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> anyhow::Result<()> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(work)
        .with_context(|| format!("starting the {name} thread"))?;
    Ok(())
}
