//! What would be lost if the program ended now, and how it is saved once, whoever ends the program.

use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Duration;

use crate::remote::hand_over;
use crate::run::RunState;
use crate::session::{Kept, RunFiles, View};

/// How to save what would be lost; replaced whenever that changes.
pub struct Rescue {
    /// Gets the state from the trainer, between two steps.
    pub checkpoint: Box<dyn Fn() -> Option<Box<RunState>> + Send>,
    /// The view to save with it.
    pub view: View,
    /// Where to; the copy is not needed any more after that.
    pub files: RunFiles,
    /// Whether it trains, and so may go on in another process.
    pub trains: bool,
}

/// Why the program ends before a person said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The terminal is gone.
    HangUp,
    /// A signal asked for it, or something is wrong.
    Other,
}

/// The present rescue, shared by the threads that may end the program. Whoever asks for it while another is saving
/// waits until that is done.
#[derive(Clone, Default)]
pub struct SharedRescue(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    rescue: Option<Rescue>,
    /// Where a run is to go on by itself after a hang-up: the time between two of its saves there.
    goes_on: Option<Duration>,
    outcome: Option<Outcome>,
}

/// What became of the run when the program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing to lose.
    Nothing,
    /// It is saved where it belongs; the sentence says where.
    Saved(String),
    /// It is not saved where it belongs; the sentence says why, and where it is if it could be saved elsewhere.
    Failed(String),
}

impl SharedRescue {
    /// Nothing would be lost yet. With a time between two saves, a run that trains goes on in a process of its own after a hang-up.
    pub fn new(goes_on: Option<Duration>) -> Self {
        Self(Arc::new(Mutex::new(State {
            goes_on,
            ..State::default()
        })))
    }

    /// Says what would be lost from now on; none if nothing would. While somebody saves, the program ends, and
    /// nothing changes any more.
    pub fn set(&self, rescue: Option<Rescue>) {
        let mut state = match self.0.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        state.rescue = rescue;
    }

    /// Saves what would be lost, the first time; later calls tell what came of it.
    pub fn save(&self, cause: Cause) -> Outcome {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(outcome) = &state.outcome {
            return outcome.clone();
        }
        let goes_on = state.goes_on.filter(|_| cause == Cause::HangUp);
        let rescue = state.rescue.take();
        let outcome = rescue.map_or(Outcome::Nothing, |rescue| save(rescue, goes_on));
        state.outcome = Some(outcome.clone());
        outcome
    }
}

fn save(rescue: Rescue, goes_on: Option<Duration>) -> Outcome {
    let ticket = rescue.files.session.ticket();
    let Some(state) = (rescue.checkpoint)() else {
        return Outcome::Failed("the unsaved run is lost: its training thread has ended".into());
    };
    let kept = rescue.files.session.save_at_last(ticket, &state, &rescue.view);
    if !matches!(kept, Kept::Nowhere(_)) {
        rescue.files.autosave.discard();
    }
    let path = match &kept {
        Kept::Saved(path) | Kept::Elsewhere { path, .. } => Some(path),
        Kept::Nowhere(_) => None,
    };
    if let (Some(path), Some(autosave), true) = (path, goes_on, rescue.trains) {
        // The other process writes it from now on.
        rescue.files.session.release();
        return match hand_over(path, true, autosave) {
            Ok(name) => Outcome::Saved(format!(
                "{kept}; it goes on by itself, and `vae-tui attach {name}` shows it"
            )),
            Err(error) => Outcome::Failed(format!("{kept}; it can't go on by itself: {error:#}")),
        };
    }
    match &kept {
        Kept::Saved(_) => Outcome::Saved(kept.to_string()),
        Kept::Elsewhere { .. } | Kept::Nowhere(_) => Outcome::Failed(kept.to_string()),
    }
}

/// Saves what would be lost when the thread that holds it panics.
pub struct SaveOnPanic(pub SharedRescue);

impl Drop for SaveOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.save(Cause::Other);
        }
    }
}
