//! The thread that saves while the screen goes on: one save after the other, in the order in which they were asked for. One that
//! still waits gives way to a newer one of the same file: whoever asks faster than the disk writes fills no memory.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use anyhow::Context;
use crossbeam_channel::{Receiver, Sender, unbounded};

use super::message::Message;
use super::workspace::AfterSave;
use crate::panics::{guarded, switch};
use crate::run::RunState;
use crate::session::{KeptQueue, QueuedRun, RunFiles, SessionError, Ticket, View};

/// How a session is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// To the run's own file, or to a new one in the usual folder.
    Usual,
    /// To its own file, whatever another program wrote there.
    Replace,
    /// To a new file.
    NewFile,
    /// To the copy that is kept in case the program ends badly.
    Autosave,
}

/// What the thread that saves can be asked for.
pub enum Request {
    /// Save a state.
    Save {
        /// How.
        manner: Manner,
        /// What follows.
        after: AfterSave,
        /// Where the state arrives.
        checkpoint: Receiver<Box<RunState>>,
        /// The view to save with it.
        view: Box<View>,
        /// The run's files.
        files: RunFiles,
        /// The state's place among those of the file that it goes to.
        ticket: Ticket,
    },
    /// Keep these runs, which wait to be trained.
    KeepQueue(Arc<KeptQueue>, Vec<QueuedRun>),
    /// Remove the copy of a run that was left on purpose.
    Discard(RunFiles),
}

impl Request {
    /// Whether nothing is lost if only this one is done of the two.
    fn makes_up_for(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (
                Self::Save { manner, files, .. },
                Self::Save {
                    manner: earlier_manner,
                    files: earlier_files,
                    after: AfterSave::GoOn,
                    ..
                },
            ) => {
                manner == earlier_manner && *manner != Manner::NewFile && files.are_of_same_run(earlier_files)
            }
            _ => false,
        }
    }
}

/// The thread, which ends with what was asked for when this is dropped.
pub struct Saver {
    waiting: Arc<Mutex<VecDeque<Request>>>,
    /// Says once for each of them that it is there.
    bell: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Saver {
    /// Starts the thread; what comes of every request goes to `messages`.
    ///
    /// # Errors
    /// If the system refuses to start a thread.
    pub fn start(messages: Sender<Message>) -> anyhow::Result<Self> {
        let waiting = Arc::new(Mutex::new(VecDeque::new()));
        let (bell, rings) = unbounded();
        let queue = waiting.clone();
        let thread = std::thread::Builder::new()
            .name("saver".into())
            .spawn(move || {
                for () in rings {
                    let request = lock(&queue).pop_front();
                    if let Some(message) = request.and_then(serve) {
                        // If the screen is gone, nobody waits for the answer.
                        let _ = messages.send(message);
                    }
                }
            })
            .context("starting the thread that saves")?;
        Ok(Self {
            waiting,
            bell: Some(bell),
            thread: Some(thread),
        })
    }

    /// Puts a request behind those before it, in place of one that it makes up for; returns at once.
    pub fn ask(&self, request: Request) {
        let mut waiting = lock(&self.waiting);
        let replaced = waiting.iter().position(|earlier| request.makes_up_for(earlier));
        match (replaced, &self.bell) {
            (Some(place), _) => drop(waiting.remove(place)),
            // The thread ends after this side of the channel.
            (None, Some(bell)) => drop(bell.send(())),
            (None, None) => {}
        }
        waiting.push_back(request);
    }
}

fn lock(waiting: &Mutex<VecDeque<Request>>) -> MutexGuard<'_, VecDeque<Request>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Saver {
    fn drop(&mut self) {
        drop(self.bell.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

/// What came of a request; none where nobody needs to know.
fn serve(request: Request) -> Option<Message> {
    let (manner, after, checkpoint, view, files, ticket) = match request {
        Request::Discard(files) => {
            files.autosave.discard();
            return None;
        }
        Request::KeepQueue(queue, runs) => {
            let kept = guarded(|| queue.keep(&runs).map_err(|error| error.to_string()));
            return kept.and_then(|kept| kept).err().map(Message::QueueUnkept);
        }
        Request::Save {
            manner,
            after,
            checkpoint,
            view,
            files,
            ticket,
        } => (manner, after, checkpoint, view, files, ticket),
    };
    let failed = |files, fault| {
        Some(Message::SaveFailed {
            files,
            manner,
            after,
            fault,
        })
    };
    let Ok(state) = checkpoint.recv() else {
        return failed(files, SaveFault::NoState);
    };
    let saved = guarded(|| save(manner, &files, ticket, &state, &view));
    match saved.unwrap_or_else(|words| Err(SaveFault::Panicked(words))) {
        Ok(_) if manner == Manner::Autosave => None,
        Err(SaveFault::Session(SessionError::Discarded)) => None,
        Ok(path) => {
            files.autosave.discard();
            Some(Message::Saved {
                files,
                path,
                samples: state.training.samples,
                after,
            })
        }
        Err(fault) => failed(files, fault),
    }
}

fn save(
    manner: Manner,
    files: &RunFiles,
    ticket: Ticket,
    state: &RunState,
    view: &View,
) -> Result<PathBuf, SaveFault> {
    switch("saver");
    let saved = match manner {
        Manner::Usual => files.session.save(ticket, state, view),
        Manner::Replace => files.session.replace(ticket, state, view),
        Manner::NewFile => files.session.save_elsewhere(ticket, state, view),
        Manner::Autosave => files.autosave.save(ticket, state, view),
    };
    saved.map_err(SaveFault::Session)
}

/// Why a save came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum SaveFault {
    /// The trainer ended before it gave its state.
    #[error("nothing was saved: the training thread has ended")]
    NoState,
    /// The thread that saves panicked, which is a fault of this program.
    #[error("a fault in the program broke the save off: {0}")]
    Panicked(String),
    /// The file could not be written.
    #[error(transparent)]
    Session(SessionError),
}

impl SaveFault {
    /// Whether another program changed the file, which a person may decide to replace all the same.
    pub fn is_change(&self) -> bool {
        matches!(self, Self::Session(SessionError::Changed { .. }))
    }
}
