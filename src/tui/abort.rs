//! An abort (memory runs out, a panic within a panic) ends the process without unwinding: the terminal is restored by a
//! signal handler.

use std::sync::OnceLock;
use std::sync::atomic::Ordering;

use rustix::stdio::{stderr, stdin, stdout};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::SIGABRT;

use super::terminal::IS_OURS;

/// The modes of the terminal before it was taken over.
static MODES: OnceLock<Option<Termios>> = OnceLock::new();

/// Ends what was written in part, stops listening to the mouse, leaves the alternate screen, shows the cursor, and ends bracketed paste.
const LEAVE: &[u8] = b"\x18\x1b[?2026l\x1b[?1006l\x1b[?1002l\x1b[?2004l\x1b[?1049l\x1b[?25h";
const WORDS: &[u8] = b"vae-tui: aborted; `o` lists the copy of an unsaved run, if one was made\n";

/// Has the terminal restored to what it is now whenever this process aborts.
///
/// # Errors
/// If the system refuses the handler.
#[allow(unsafe_code, reason = "an abort can be noticed in no other way")]
pub(super) fn restore_first() -> std::io::Result<()> {
    MODES.get_or_init(|| tcgetattr(stdin()).ok());
    // SAFETY: the handler may only do what is safe in the middle of anything else. It reads an atomic and a `OnceLock` that
    // is set or not, makes three system calls through rustix, which allocates nothing, takes no lock and calls no library
    // for them, and lets the signal end the process by a function that is documented to be safe there.
    unsafe { signal_hook::low_level::register(SIGABRT, restore_and_die)? };
    Ok(())
}

fn restore_and_die() {
    if IS_OURS.swap(false, Ordering::SeqCst) {
        restore();
    }
    let _ = signal_hook::low_level::emulate_default_handler(SIGABRT);
}

fn restore() {
    // Nobody is left to be told of an error.
    let _ = rustix::io::write(stdout(), LEAVE);
    if let Some(Some(modes)) = MODES.get() {
        let _ = tcsetattr(stdin(), OptionalActions::Now, modes);
    }
    let _ = rustix::io::write(stderr(), WORDS);
}
