//! Runs of the queue that are trained beside the one on the screen, each on a thread of its own, into a session file of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use crossbeam_channel::Sender;

use super::message::{BesideNews, Message};
use crate::data::{self, Dataset, LoadError, ReadingRules, STANDARD_INPUT};
use crate::learning::Training;
use crate::run::RunState;
use crate::session::{self, QueuedRun, Resumed, SessionFile, folder};
use crate::sweep::{Headless, Outcome};

/// Time between two reports of a run.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// The runs; dropping this ends them, and saves each where it is.
pub struct Beside {
    messages: Sender<Message>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Beside {
    /// No runs yet; what they tell goes to `messages`.
    pub fn new(messages: Sender<Message>) -> Self {
        Self {
            messages,
            stop: Arc::default(),
            threads: Vec::new(),
        }
    }

    /// Trains a run, with data that is loaded already where that is its own.
    pub fn start(&mut self, number: u64, run: QueuedRun, loaded: Option<Arc<Dataset>>) {
        self.threads.retain(|thread| !thread.is_finished());
        let (messages, stop) = (self.messages.clone(), self.stop.clone());
        let tell = move |news| drop(messages.send(Message::Beside(number, news)));
        let failed = tell.clone();
        let started = std::thread::Builder::new().name("beside".into()).spawn(move || {
            match train(run, loaded, &stop, &tell) {
                Ok((path, Outcome::Trained)) => tell(BesideNews::Ended(Ok(path))),
                // It stays in the queue, and goes on at the next start.
                Ok((_, Outcome::Interrupted | Outcome::InUse)) => {}
                Err(error) => tell(BesideNews::Ended(Err(format!("{error:#}")))),
            }
        });
        match started {
            Ok(thread) => self.threads.push(thread),
            Err(error) => failed(BesideNews::Ended(Err(error.to_string()))),
        }
    }

    /// Ends all runs, and waits until each is saved.
    pub fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // A panic of the thread has been reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.end();
    }
}

/// One run, from where it was left, or from the beginning under a free name in the usual folder.
fn train(
    run: QueuedRun,
    loaded: Option<Arc<Dataset>>,
    stop: &AtomicBool,
    tell: &dyn Fn(BesideNews),
) -> anyhow::Result<(PathBuf, Outcome)> {
    let load = |name: &str, rules: &ReadingRules| match loaded {
        Some(data) if data.name == name && data.rules == *rules => Ok(data),
        _ => Ok::<_, LoadError>(Arc::new(data::load(name, rules, |_| {})?)),
    };
    // A program that ended before its first save leaves an empty file.
    let saved = run.file.filter(|path| folder::summary(path).is_some());
    let (state, data, path, file) = if let Some(path) = saved {
        let Resumed {
            state,
            data,
            identity,
            ..
        } = session::resume(&path, None, load)?;
        let file = SessionFile::opened(path.clone(), identity);
        file.claim()?;
        (state, data, path, file)
    } else {
        let configuration = run.configuration;
        configuration.check()?;
        ensure!(
            configuration.data != STANDARD_INPUT,
            "a run of the queue can't read standard input"
        );
        let data = load(&configuration.data, &configuration.reading)?;
        configuration.check_data(&data)?;
        configuration.check_classes(&data)?;
        let sessions = folder::sessions()?;
        let names = folder::names(&configuration, false).map(|name| sessions.join(name));
        let mut free = names.filter(|path| path.symlink_metadata().is_err());
        let path = free
            .next()
            .context("no name is free in the folder for sessions")?;
        let file = SessionFile::chosen(path.clone());
        file.claim()?;
        (
            RunState::new(Training::new(configuration, &data)),
            data,
            path,
            file,
        )
    };
    tell(BesideNews::Began(path.clone()));
    let told_at = std::cell::Cell::new(Instant::now());
    let show = |samples: u64| {
        if told_at.get().elapsed() >= REPORT_INTERVAL {
            told_at.set(Instant::now());
            tell(BesideNews::At(samples));
        }
    };
    let said = |words: &str| tell(BesideNews::Said(words.to_owned()));
    let headless = Headless {
        stop,
        show: &show,
        say: &said,
    };
    Ok((path, headless.train(state, &data, &file)?))
}
