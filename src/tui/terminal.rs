//! Setting a terminal up, drawing on it, and leaving it as it was found.
//!
//! The terminal is restored on every way out: when the [`Screen`] is dropped, before the program is suspended, in a panic
//! before its message is printed, and by the last thing that an abort calls ([`restore_on_abort`]).

use std::io::{IsTerminal, Write, stdin, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use crossbeam_channel::Sender;
use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::execute;
use ratatui::crossterm::style::Print;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use ratatui::layout::Rect;

use super::changes::Changes;
use super::colour::ColourDepth;
use super::input::answers::Answer;
use super::line::Line;
use super::message::Message;
use super::pace::Pace;
use super::pen::Pen;
use super::pixels::{self, Pixels, Sending};
use super::recognition::{Recognised, Recognition};
use crate::panics;
use crate::platform::{a_shell_waits, restore_on_abort, stop};
use crate::terminal_facts::{Protocol, Questions};

/// Larger terminals than this are drawn on in their upper left part.
const LARGEST: (u16, u16) = (1_000, 400);

/// What shows a frame as a whole, in terminals that know it (synchronized output).
const WHOLE: [&str; 2] = ["\x1b[?2026h", "\x1b[?2026l"];
/// The usual style, and an empty screen.
const CLEAR: &str = "\x1b[0m\x1b[2J";

/// A terminal in raw mode, on its alternate screen.
///
/// It is drawn on without ratatui's `Terminal`, which panics when it is dropped after the terminal is gone, and writes where it
/// may have to wait. What is drawn here goes down the [`Line`], as much as its [`Pace`] allows.
pub struct Screen {
    line: Line,
    pace: Pace,
    recognition: Recognition,
    pen: Pen,
    /// What stands on the terminal.
    changes: Changes,
    /// A buffer for the next frame.
    next: Buffer,
    pixels: Pixels,
    depth: ColourDepth,
    /// Whether the terminal reports what the mouse does.
    listens: bool,
    /// Whether it shows frames as a whole.
    synchronized: bool,
}

impl Screen {
    /// Takes over the terminal, which may be asked `questions`; what it takes and whether it is gone is told to `messages`. A
    /// panic of this thread gives it back before its message is printed; a panic of any other thread would print over what this
    /// one draws, so its message goes to `messages` instead.
    ///
    /// # Errors
    /// If standard input or output is no terminal, or it does not obey, or can't.
    pub fn enter(
        depth: ColourDepth,
        questions: Questions,
        messages: &Sender<Message>,
    ) -> anyhow::Result<Self> {
        anyhow::ensure!(
            stdin().is_terminal() && stdout().is_terminal(),
            "the workbench needs a terminal; `vae-tui train` works without one"
        );
        anyhow::ensure!(
            std::env::var("TERM").as_deref() != Ok("dumb"),
            "the workbench needs a terminal that can place text, and TERM says that this one is dumb; `vae-tui train` works on it"
        );
        restore_on_panic({
            let messages = messages.clone();
            move |panic| drop(messages.send(Message::Panicked(panic)))
        });
        restore_on_abort(&IS_OURS, LEAVE, ABORTED)?;
        // First, since nothing would give the terminal back if no thread were to be had.
        let line = Line::start(messages.clone())?;
        take_over()?;
        let mut screen = Self {
            line,
            pace: Pace::new(questions != Questions::Nothing),
            recognition: Recognition::new(questions),
            pen: Pen::new(0),
            changes: Changes::new(Rect::ZERO),
            next: Buffer::default(),
            pixels: Pixels::default(),
            depth,
            listens: false,
            synchronized: false,
        };
        screen.repaint();
        Ok(screen)
    }

    /// Columns and rows that are drawn on.
    pub fn area(&self) -> Rect {
        self.changes.area()
    }

    /// Time until the next frame may be sent, unless something comes before; none while that is not known, and a message will
    /// tell.
    pub fn wait(&mut self) -> Option<Duration> {
        (!self.line.is_busy()).then(|| self.pace.wait(Instant::now()))
    }

    /// Draws one frame: only cells that changed are sent, as many as the line takes, and with a protocol pictures as pixels. What
    /// comes back is whether all of it was sent; if not, another frame should follow.
    pub fn draw(&mut self, protocol: Option<Protocol>, render: impl FnOnce(Rect, &mut Buffer)) -> bool {
        let now = Instant::now();
        self.next.reset();
        let wanted = pixels::collect(protocol.is_some(), || render(self.next.area, &mut self.next));
        let sending = match protocol {
            None => Sending {
                sequences: self.pixels.clear(),
                complete: true,
            },
            Some(protocol) => {
                let rate = self.pace.rate();
                self.pixels.place(protocol, &wanted, &mut self.next, rate, now)
            }
        };
        self.depth.reduce(&mut self.next);
        let is_cells = |area: &Rect| self.next[area.as_position()].diff_option != CellDiffOption::Skip;
        let pictures: Vec<Rect> = wanted.iter().map(|wanted| wanted.area).filter(is_cells).collect();
        let next = std::mem::take(&mut self.next);
        let budget = self.pace.budget();
        let (selected, before) = self.changes.select(next, &pictures, budget, &mut self.pen, now);
        self.next = before;
        let mut text = selected.bytes;
        if !sending.sequences.is_empty() {
            text.push_str(&sending.sequences);
            self.pen.moved();
        }
        if self.synchronized && !text.is_empty() {
            text = WHOLE.join(&text);
        }
        if let Some(questions) = self.recognition.ask(now) {
            text.push_str(&questions);
        }
        self.line.write(self.pace.send(text, now));
        selected.complete && sending.complete
    }

    /// A frame as it would be now, where the line is so slow that what a key does has to come first.
    pub fn preview(&self, render: impl FnOnce(Rect, &mut Buffer)) -> Option<Buffer> {
        self.is_slow().then(|| {
            let mut frame = Buffer::empty(self.area());
            render(frame.area, &mut frame);
            frame
        })
    }

    /// Says that a key made `after` of `before`.
    pub fn touched(&mut self, before: Option<Buffer>, after: Option<Buffer>) {
        if let (Some(before), Some(after)) = (before, after)
            && before.area == after.area
        {
            self.changes.touched(&before, &after);
        }
    }

    /// Takes an answer of the terminal in; what is known of it comes back, once it is.
    pub fn answered(&mut self, answer: Answer, at: Instant) -> Option<Recognised> {
        if answer == Answer::Ready {
            self.pace.answered(at);
            return None;
        }
        let recognised = self.recognition.answered(answer, at)?;
        self.synchronized = recognised.synchronized;
        self.pixels.cell = recognised.cell_pixels;
        Some(recognised)
    }

    /// Whether a frame is likely to be too much for the line.
    pub fn is_slow(&self) -> bool {
        self.pace.is_slow()
    }

    /// Bytes that the line takes in a second, as far as that was measured.
    pub fn rate(&self) -> Option<u32> {
        self.pace.rate().map(|rate| rate as u32)
    }

    /// Takes in how long writing to the terminal took.
    pub fn sent(&mut self, bytes: usize, took: Duration) {
        self.pace.written(bytes, took);
    }

    /// How long the answers that are still to come are waited for, so that no shell takes them for typed; none if there are none.
    pub fn farewell(&self) -> Option<Duration> {
        let awaits = self.pace.awaits() || self.recognition.awaits(Instant::now());
        awaits.then(|| self.pace.farewell())
    }

    /// Starts from an empty screen of the present size, after a resize or after other output.
    pub fn repaint(&mut self) {
        let (width, height) = window_size();
        let area = Rect::new(0, 0, width.min(LARGEST.0), height.min(LARGEST.1));
        let pictures = self.pixels.clear();
        self.line.write(pictures + CLEAR);
        self.pen = Pen::new(area.width);
        self.changes = Changes::new(area);
        self.next = Buffer::empty(area);
    }

    /// Has the terminal report the buttons and the wheel of the mouse, or leave them to its own selection of text.
    pub fn listen_to_mouse(&mut self, listens: bool) {
        if listens != self.listens {
            self.listens = listens;
            self.send(if listens { MOUSE_ON } else { MOUSE_OFF });
        }
    }

    /// Hands a text to the clipboard of the terminal, wherever that runs (OSC 52); some are set to refuse. tmux takes it itself,
    /// where its `set-clipboard` says so.
    pub fn copy(&mut self, text: &str) {
        self.send(&clipboard(text));
    }

    /// Sends a sequence that draws nothing.
    pub fn send(&mut self, sequence: &str) {
        self.line.write(sequence.into());
    }

    /// Takes the terminal over again after another program had it.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn reenter(&mut self) -> std::io::Result<()> {
        // Whoever stopped this process from outside left it no time to restore the modes, and a shell has changed them.
        disable_raw_mode()?;
        take_over()?;
        self.pace.begin_anew();
        let listens = std::mem::take(&mut self.listens);
        self.listen_to_mouse(listens);
        self.repaint();
        Ok(())
    }

    /// Gives the terminal back and stops this process, as Ctrl-Z does elsewhere; returns when it continues. Where no shell
    /// waits to continue it, nothing is done, and false comes back.
    ///
    /// # Errors
    /// If the terminal is gone, or the process can't stop itself.
    pub fn suspend(&mut self) -> std::io::Result<bool> {
        if !a_shell_waits() {
            return Ok(false);
        }
        restore();
        stop()?;
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

/// Ends a sequence of which only a part was written, and a frame that was to be shown as a whole.
const BREAK_OFF: &str = "\x18\x1b[?2026l";

/// What an abort writes: it ends what was written in part, stops listening to the mouse, leaves the alternate screen, shows the cursor,
/// and ends bracketed paste.
const LEAVE: &[u8] = b"\x18\x1b[?2026l\x1b[?1006l\x1b[?1002l\x1b[?2004l\x1b[?1049l\x1b[?25h";
const ABORTED: &[u8] = b"vae-tui: aborted; `o` lists the copy of an unsaved run, if one was made\n";

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
        Print(BREAK_OFF),
        Print(MOUSE_OFF),
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
    let _ = disable_raw_mode();
    let _ = stdout().flush();
}

/// Puts the modes of the terminal back without writing to it, which may wait for ever.
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
