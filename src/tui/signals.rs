//! Signals: save and end on SIGHUP and SIGTERM, take the screen over again on SIGCONT, follow its size on SIGWINCH.
//!
//! A hang-up takes the terminal away, and whoever writes to it or reads from it may then wait for ever. So the saving
//! is done here, on a thread that never touches the terminal.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossbeam_channel::Sender;

use super::message::Message;
use crate::learning::Training;
use crate::session::{self, View, folder};

/// How to save what would be lost; replaced whenever that changes.
pub struct Rescue {
    /// Gets the state from the trainer, between two steps.
    pub checkpoint: Box<dyn Fn() -> Option<Box<Training>> + Send>,
    /// The view to save with it.
    pub view: View,
    /// Where to; none for a new file in the usual folder.
    pub path: Option<PathBuf>,
}

/// The present rescue; none while there is nothing to lose.
pub type SharedRescue = Arc<Mutex<Option<Rescue>>>;

/// Time that the screen has to close after a request to end, before the process ends anyway.
const GRACE: Duration = Duration::from_secs(2);

/// Saves what would be lost when the thread that holds it panics.
pub struct SaveOnPanic(pub SharedRescue);

impl Drop for SaveOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            save(&self.0);
        }
    }
}

/// Starts the thread.
///
/// # Errors
/// If the system refuses the handlers.
#[cfg(unix)]
pub fn listen(messages: Sender<Message>, rescue: SharedRescue) -> std::io::Result<()> {
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGWINCH};
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGTERM, SIGINT, SIGCONT, SIGWINCH])?;
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for signal in signals.forever() {
                if signal == SIGCONT {
                    // If the screen is gone, so is the program soon.
                    let _ = messages.send(Message::Continued);
                    continue;
                }
                if signal == SIGWINCH {
                    if let Ok((width, height)) = ratatui::crossterm::terminal::size() {
                        let _ = messages.send(Message::Resized(width, height));
                    }
                    continue;
                }
                let saved = save(&rescue);
                let _ = messages.send(Message::End);
                std::thread::sleep(if signal == SIGHUP { Duration::ZERO } else { GRACE });
                std::process::exit(if saved { 0 } else { 1 });
            }
        })?;
    Ok(())
}

/// Saves what would be lost; true if nothing was, or all of it is safe.
pub fn save(rescue: &SharedRescue) -> bool {
    let rescue = rescue.lock().unwrap_or_else(PoisonError::into_inner).take();
    rescue.is_none_or(|rescue| {
        (rescue.checkpoint)().is_some_and(|training| {
            let path = rescue
                .path
                .map_or_else(|| folder::new_file(&training.configuration), Ok);
            path.is_ok_and(|path| session::save(&training, &rescue.view, &path).is_ok())
        })
    })
}
