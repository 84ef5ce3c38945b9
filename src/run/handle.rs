//! The one way to a run for everything outside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_channel::{Receiver, bounded, unbounded};
use thiserror::Error;

use super::mailbox::Mail;
use super::probe::Probe;
use super::protocol::{Command, Question, RunId, Told};
use super::snapshot::Snapshot;
use super::trainer::Trainer;
use super::{RunState, Summary};
use crate::data::Dataset;

/// The threads of a run could not be started.
#[derive(Debug, Error)]
#[error("the training threads could not be started: {0}")]
pub struct StartError(pub(super) String);

/// A run on threads of its own. Dropping it ends them: what they are at is broken off.
pub struct RunHandle {
    id: RunId,
    numbers: AtomicU64,
    events: Receiver<Told>,
    trainer: Trainer,
    probe: Probe,
}

/// Runs that were started so far, the next one's id.
static STARTED: AtomicU64 = AtomicU64::new(1);

impl RunId {
    /// That of a run which is told from every other in this process from now on.
    #[allow(clippy::new_without_default, reason = "no two are equal")]
    pub fn new() -> Self {
        Self(STARTED.fetch_add(1, Ordering::Relaxed))
    }
}

impl RunHandle {
    /// Starts the threads, paused. What the run is like then comes back beside the handle.
    ///
    /// # Errors
    /// If the system refuses to start a thread.
    pub fn start(state: RunState, data: Arc<Dataset>) -> Result<(Self, Summary), StartError> {
        let id = RunId::new();
        let summary = Summary::of(id, &state, &data);
        let (sender, events) = unbounded();
        let snapshot = Arc::new(Snapshot::of(&state));
        let probe = Probe::start(id, snapshot.clone(), data.clone(), sender.clone())?;
        let trainer = Trainer::start(id, state, data, snapshot, sender)?;
        let handle = Self {
            id,
            numbers: AtomicU64::new(0),
            events,
            trainer,
            probe,
        };
        Ok((handle, summary))
    }

    /// Which run it is.
    pub fn id(&self) -> RunId {
        self.id
    }

    /// Where events arrive.
    pub fn events(&self) -> &Receiver<Told> {
        &self.events
    }

    /// Puts a command into the mailbox; returns its number.
    pub fn send(&self, command: Command) -> u64 {
        let number = self.number();
        self.trainer.send(Mail::Command(number, command));
        number
    }

    /// Asks about the newest parameters, or about those of an earlier `moment` in training points seen, in place of what the same
    /// asker asked before; returns the question's number. Where that moment's are not kept there is no answer.
    pub fn ask(&self, asker: &str, moment: Option<u64>, question: Question) -> u64 {
        let number = self.number();
        self.probe.ask(asker, number, moment, question);
        number
    }

    /// Asks for a copy of the whole state, as it is between two steps.
    pub fn checkpoint(&self) -> Receiver<Box<RunState>> {
        let (sender, receiver) = bounded(1);
        self.trainer.send(Mail::Checkpoint(sender));
        receiver
    }

    /// Asks for a checkpoint that the run keeps of itself, by the training points that it had seen; the channel closes without
    /// one where there is none.
    pub fn kept_checkpoint(&self, samples: u64) -> Receiver<Box<RunState>> {
        let (sender, receiver) = bounded(1);
        self.trainer.send(Mail::KeptCheckpoint(samples, sender));
        receiver
    }

    /// A way to ask for the state from another thread, such as the one that handles signals.
    pub fn checkpoints(&self) -> impl Fn() -> Option<Box<RunState>> + Send + use<> {
        let mailbox = self.trainer.mailbox();
        move || {
            let (sender, receiver) = bounded(1);
            mailbox
                .send(Mail::Checkpoint(sender))
                .then(|| receiver.recv().ok())?
        }
    }

    fn number(&self) -> u64 {
        1 + self.numbers.fetch_add(1, Ordering::Relaxed)
    }
}
