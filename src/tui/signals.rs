//! Signals: save and end when asked to, give the screen up on SIGTSTP, take it over again on SIGCONT, follow SIGWINCH.
//!
//! A hang-up takes the terminal away, and whoever writes to it or reads from it may then wait for ever. So the saving
//! is done here, on a thread that never touches the terminal, while the thread that draws finds its own end.

use std::time::Duration;

use crossbeam_channel::Sender;

use super::message::Message;
use super::rescue::{Cause, Outcome, SharedRescue};
use super::terminal;
use crate::platform::{HANG_UP, Signal, signals};
use crate::process::{ending_signals, say};

/// Time that the screen has to close after a request to end, before the process ends anyway.
const GRACE: Duration = Duration::from_secs(2);

/// Starts the thread.
///
/// # Errors
/// If the system refuses the handlers or the thread.
pub fn listen(messages: Sender<Message>, rescue: SharedRescue) -> std::io::Result<()> {
    let signals = signals(ending_signals(), true)?;
    std::thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for signal in signals {
                let message = match signal {
                    Signal::Continued => Message::Continued,
                    Signal::StopAsked => Message::SuspendAsked,
                    Signal::WindowChanged => Message::WindowChanged,
                    Signal::End(signal) if Some(signal) == HANG_UP => {
                        return end(&messages, &rescue, Cause::HangUp);
                    }
                    Signal::End(_) => return end(&messages, &rescue, Cause::Other),
                };
                // If the screen is gone, so is the program soon.
                let _ = messages.send(message);
            }
        })?;
    Ok(())
}

/// Saves, asks the screen to close, and ends the process if it doesn't: it may be waiting for a terminal that never
/// answers.
fn end(messages: &Sender<Message>, rescue: &SharedRescue, cause: Cause) {
    let outcome = rescue.save(cause);
    let _ = messages.send(Message::End);
    std::thread::sleep(GRACE);
    terminal::release();
    std::process::exit(match outcome {
        Outcome::Nothing => 0,
        Outcome::Saved(words) => {
            say(format_args!("vae-tui: {words}"));
            0
        }
        Outcome::Failed(words) => {
            say(format_args!("vae-tui: {words}"));
            1
        }
    });
}
