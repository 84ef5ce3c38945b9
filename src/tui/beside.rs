//! Runs of the queue that are trained beside the one on the screen, each on a thread of its own, into a session file of its own.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use crossbeam_channel::Sender;

use super::message::{BesideNews, Message};
use super::runtime::spawn;
use crate::data::Dataset;
use crate::panics::guarded;
use crate::session::{QueuedRun, folder};
use crate::sweep::{Headless, Outcome, train_queued};

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
        let started = spawn("beside", move || {
            let trained = guarded(|| train(run, loaded, &stop, &tell));
            match trained.unwrap_or_else(|words| Err(anyhow!(words))) {
                Ok((path, Outcome::Trained)) => tell(BesideNews::Ended(Ok(path))),
                // It stays in the queue, and goes on at the next start.
                Ok((_, Outcome::Interrupted | Outcome::InUse)) => {}
                Err(error) => tell(BesideNews::Ended(Err(format!("{error:#}")))),
            }
        });
        match started {
            Ok(thread) => self.threads.push(thread),
            Err(error) => failed(BesideNews::Ended(Err(format!("{error:#}")))),
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

/// One run, which tells how far it is.
fn train(
    run: QueuedRun,
    loaded: Option<Arc<Dataset>>,
    stop: &AtomicBool,
    tell: &dyn Fn(BesideNews),
) -> anyhow::Result<(PathBuf, Outcome)> {
    let told_at = Cell::new(Instant::now());
    let show = |samples: u64| {
        if told_at.get().elapsed() >= REPORT_INTERVAL {
            told_at.set(Instant::now());
            tell(BesideNews::At(samples));
        }
    };
    let headless = Headless {
        stop,
        show: &show,
        say: &|words| tell(BesideNews::Said(words.to_owned())),
    };
    let began = |path: &Path| tell(BesideNews::Began(path.to_owned()));
    train_queued(run, &folder::sessions()?, loaded, headless, &began)
}
