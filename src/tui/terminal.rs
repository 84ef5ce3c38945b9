//! Setting a terminal up, drawing on it, and leaving it as it was found.
//!
//! The terminal is restored on every way out: when the [`Screen`] is dropped, before the program is suspended, in a panic
//! before its message is printed, and by the last thing that an abort calls.

use std::io::{BufWriter, IsTerminal, Stdout, Write, stdin, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ratatui::backend::{Backend, ClearType, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::execute;
use ratatui::crossterm::style::Print;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use ratatui::layout::Rect;

#[cfg(unix)]
use super::abort;
use super::colour::ColourDepth;
use super::pixels::{self, Pixels, Sending};
use crate::panics;
use crate::terminal_facts::Protocol;

/// Larger terminals than this are drawn on in their upper left part.
const LARGEST: (u16, u16) = (1_000, 400);

/// A terminal in raw mode, on its alternate screen.
///
/// It is drawn on without ratatui's `Terminal`, which panics when it is dropped after the terminal is gone.
pub struct Screen {
    backend: CrosstermBackend<BufWriter<Stdout>>,
    /// What stands on the terminal, and a buffer of the same size for the next frame.
    shown: Buffer,
    next: Buffer,
    pixels: Pixels,
    depth: ColourDepth,
    /// Whether the terminal reports what the mouse does.
    listens: bool,
}

impl Screen {
    /// Takes over the terminal. A panic of this thread gives it back before its message is printed; a panic of any
    /// other thread would print over what this one draws, so its message goes to `panicked` instead.
    ///
    /// # Errors
    /// If standard input or output is no terminal, or it does not obey.
    pub fn enter(
        depth: ColourDepth,
        panicked: impl Fn(String) + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        anyhow::ensure!(
            stdin().is_terminal() && stdout().is_terminal(),
            "the workbench needs a terminal; `vae-tui train` works without one"
        );
        restore_on_panic(panicked);
        #[cfg(unix)]
        abort::restore_first()?;
        take_over()?;
        let mut screen = Self {
            backend: CrosstermBackend::new(BufWriter::with_capacity(64 * 1024, stdout())),
            shown: Buffer::default(),
            next: Buffer::default(),
            pixels: Pixels::default(),
            depth,
            listens: false,
        };
        screen.repaint()?;
        Ok(screen)
    }

    /// Columns and rows that are drawn on.
    pub fn area(&self) -> Rect {
        self.shown.area
    }

    /// Draws one frame: only cells that changed are sent, and with a protocol pictures as pixels. What comes back is whether all of
    /// it was sent; if not, another frame should follow.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn draw(
        &mut self,
        protocol: Option<Protocol>,
        render: impl FnOnce(Rect, &mut Buffer),
    ) -> std::io::Result<bool> {
        self.next.reset();
        let sending = match protocol {
            None => {
                render(self.next.area, &mut self.next);
                Sending {
                    sequences: self.pixels.clear(),
                    complete: true,
                }
            }
            Some(protocol) => {
                let wanted = pixels::collect(|| render(self.next.area, &mut self.next));
                self.pixels.place(protocol, wanted, &mut self.next)
            }
        };
        self.depth.reduce(&mut self.next);
        self.backend.draw(self.shown.diff(&self.next).into_iter())?;
        self.backend.write_all(sending.sequences.as_bytes())?;
        std::mem::swap(&mut self.shown, &mut self.next);
        Backend::flush(&mut self.backend)?;
        Ok(sending.complete)
    }

    /// Starts from an empty screen of the present size, after a resize or after other output.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn repaint(&mut self) -> std::io::Result<()> {
        let (width, height) = window_size();
        let area = Rect::new(0, 0, width.min(LARGEST.0), height.min(LARGEST.1));
        let pictures = self.pixels.clear();
        self.backend.write_all(pictures.as_bytes())?;
        self.backend.clear_region(ClearType::All)?;
        self.shown = Buffer::empty(area);
        self.next = Buffer::empty(area);
        Ok(())
    }

    /// Has the terminal report the buttons and the wheel of the mouse, or leave them to its own selection of text.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn listen_to_mouse(&mut self, listens: bool) -> std::io::Result<()> {
        if listens != self.listens {
            self.listens = listens;
            self.send(if listens { MOUSE_ON } else { MOUSE_OFF })?;
        }
        Ok(())
    }

    /// Hands a text to the clipboard of the terminal, wherever that runs (OSC 52); some are set to refuse. tmux takes it itself,
    /// where its `set-clipboard` says so.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn copy(&mut self, text: &str) -> std::io::Result<()> {
        self.send(&clipboard(text))
    }

    /// Sends a sequence that draws nothing.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn send(&mut self, sequence: &str) -> std::io::Result<()> {
        self.backend.write_all(sequence.as_bytes())?;
        Backend::flush(&mut self.backend)
    }

    /// Takes the terminal over again after another program had it.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn reenter(&mut self) -> std::io::Result<()> {
        // Whoever stopped this process from outside left it no time to restore the modes, and a shell has changed them.
        disable_raw_mode()?;
        take_over()?;
        let listens = std::mem::take(&mut self.listens);
        self.listen_to_mouse(listens)?;
        self.repaint()
    }

    /// Gives the terminal back and stops this process, as Ctrl-Z does elsewhere; returns when it continues. Where no shell
    /// waits to continue it, nothing is done, and false comes back.
    ///
    /// # Errors
    /// If the terminal is gone, or the process can't stop itself.
    #[cfg(unix)]
    pub fn suspend(&mut self) -> std::io::Result<bool> {
        if !crate::process::a_shell_waits() {
            return Ok(false);
        }
        restore();
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        self.reenter()?;
        Ok(true)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Reports of buttons, of the wheel and of movements with a button held (1002), written in decimal numbers (1006).
const MOUSE_ON: &str = "\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l";

/// The sequence that sets the clipboard: the text in base64, so that nothing of it is obeyed.
fn clipboard(text: &str) -> String {
    format!("\x1b]52;c;{}\x07", BASE64_STANDARD.encode(text))
}

/// Whether the terminal is ours at present: giving it back twice would move the cursor over what was printed since.
pub(super) static IS_OURS: AtomicBool = AtomicBool::new(false);

fn take_over() -> std::io::Result<()> {
    enable_raw_mode()?;
    IS_OURS.store(true, Ordering::SeqCst);
    execute!(stdout(), EnterAlternateScreen, Hide, EnableBracketedPaste)
}

/// Undoes [`take_over`], once.
fn restore() {
    if !IS_OURS.swap(false, Ordering::SeqCst) {
        return;
    }
    // A terminal that is gone can't be restored, and needs not be.
    let _ = execute!(
        stdout(),
        Print(MOUSE_OFF),
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
    let _ = disable_raw_mode();
    let _ = stdout().flush();
}

/// Puts the modes of the terminal back without writing to it, which may wait for ever.
#[cfg(unix)]
pub(super) fn release() {
    if IS_OURS.swap(false, Ordering::SeqCst) {
        let _ = disable_raw_mode();
    }
}

fn restore_on_panic(panicked: impl Fn(String) + Send + Sync + 'static) {
    let report = std::panic::take_hook();
    let drawing = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() == drawing {
            restore();
            report(panic);
            return;
        }
        panics::report(panic);
        // Whoever guards a thread says so of its panics.
        if !panics::is_guarded() {
            panicked(panic.to_string());
        }
    }));
}

/// Columns and rows of the terminal; those of the first terminals where it does not know its own.
pub(super) fn window_size() -> (u16, u16) {
    match size() {
        Ok((width @ 1.., height @ 1..)) => (width, height),
        _ => (80, 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_copied_text_is_obeyed() {
        assert_eq!(clipboard("a\x07b"), "\x1b]52;c;YQdi\x07");
    }
}
