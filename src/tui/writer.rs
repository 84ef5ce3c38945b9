//! The thread that writes something of the run for other programs, while the run and the screen go on.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use anyhow::anyhow;
use crossbeam_channel::Sender;

use super::message::{Message, Written};
use super::runtime::spawn;
use crate::cancel::Cancel;
use crate::folders::with_home;
use crate::language::tr;
use crate::outputs::{Output, OutputError, Watch};
use crate::remote::StateSource;

/// What is written of which run, and where.
pub struct Job {
    /// What.
    pub output: Output,
    /// The name as it was typed.
    pub name: String,
    /// Whether what lies there is replaced.
    pub replace: bool,
    /// What the run is called.
    pub run: String,
    /// Where its state comes from, and what it trains on.
    pub source: StateSource,
}

/// The thread; dropping this breaks off what it is at, and waits until nothing half-written is left.
pub struct Writer {
    cancel: Cancel,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts it; how far it is and what comes of it goes to `messages`.
    ///
    /// # Errors
    /// If the system refuses to start a thread.
    pub fn start(job: Job, messages: Sender<Message>) -> anyhow::Result<Self> {
        let cancel = Cancel::default();
        let thread = spawn("writer", {
            let cancel = cancel.clone();
            move || {
                let output = job.output;
                let written = write(job, &cancel, &messages);
                // If the screen is gone, nobody waits for the answer.
                let _ = messages.send(Message::Written(output, written));
            }
        })?;
        Ok(Self {
            cancel,
            thread: Some(thread),
        })
    }

    /// Breaks off what it is at; it says so by itself.
    pub fn break_off(&self) {
        self.cancel.cancel();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.cancel.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

fn write(job: Job, cancel: &Cancel, messages: &Sender<Message>) -> Written {
    let Job {
        output,
        name,
        replace,
        run,
        source,
    } = job;
    let path = with_home(&name);
    let path = Path::new(path.as_ref());
    if let Err(error) = output.check(path) {
        return Written::Failed(error.into());
    }
    if let Some(file) = output.replaced(path, &run).filter(|_| !replace) {
        return Written::Asked(name, file);
    }
    let percent = AtomicU64::new(0);
    let progress = |done: u64, all: u64| {
        let now = 100 * done / all.max(1);
        if percent.fetch_max(now, Ordering::Relaxed) < now {
            let _ = messages.send(Message::Writing(output, now));
        }
    };
    let _ = messages.send(Message::Writing(output, 0));
    let (state, data) = match source.get() {
        Ok(Some(state)) => state,
        Ok(None) => {
            return Written::Failed(anyhow!(tr!("nothing is written: the training thread has ended")));
        }
        Err(error) => return Written::Failed(error),
    };
    let watch = Watch {
        cancel,
        progress: &progress,
    };
    match output.write(path, &run, &state, &data, watch) {
        Ok(words) => Written::Done(words),
        Err(error @ OutputError::BrokenOff { .. }) => Written::BrokenOff(error.to_string()),
        Err(error) => Written::Failed(error.into()),
    }
}
