//! Setting a terminal up, drawing on it, and leaving it as it was found.
//!
//! The terminal is restored on every way out: when the [`Screen`] is dropped, before the program is suspended, and in
//! a panic before its message is printed.

use std::io::{BufWriter, IsTerminal, Stdout, Write, stdin, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::backend::{Backend, ClearType, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode, size,
};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::colour::ColourDepth;

type Backing = CrosstermBackend<BufWriter<Stdout>>;

/// Larger terminals than this are drawn on in their upper left part.
const LARGEST: (u16, u16) = (1_000, 400);

/// A terminal in raw mode, on its alternate screen.
pub struct Screen {
    terminal: Terminal<Backing>,
    depth: ColourDepth,
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
        take_over()?;
        Ok(Self {
            terminal: blank_terminal()?,
            depth,
        })
    }

    /// Columns and rows that are drawn on.
    pub fn area(&mut self) -> Rect {
        self.terminal.get_frame().area()
    }

    /// Draws one frame: only cells that changed are sent.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn draw(&mut self, render: impl FnOnce(Rect, &mut Buffer)) -> std::io::Result<()> {
        let depth = self.depth;
        self.terminal.draw(|frame| {
            render(frame.area(), frame.buffer_mut());
            depth.reduce(frame.buffer_mut());
        })?;
        Ok(())
    }

    /// Starts from an empty screen of the present size, after a resize or after other output.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn repaint(&mut self) -> std::io::Result<()> {
        // `Terminal::clear` would ask for the cursor's position and wait for the answer that the input thread reads.
        self.terminal = blank_terminal()?;
        Ok(())
    }

    /// Takes the terminal over again after another program had it.
    ///
    /// # Errors
    /// If the terminal is gone.
    pub fn reenter(&mut self) -> std::io::Result<()> {
        take_over()?;
        self.repaint()
    }

    /// Gives the terminal back and stops this process, as Ctrl-Z does elsewhere; returns when it continues.
    ///
    /// # Errors
    /// If the terminal is gone, or the process can't stop itself.
    #[cfg(unix)]
    pub fn suspend(&mut self) -> std::io::Result<()> {
        restore();
        signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
        self.reenter()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Whether the terminal is ours at present: giving it back twice would move the cursor over what was printed since.
static IS_OURS: AtomicBool = AtomicBool::new(false);

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
    let _ = execute!(stdout(), DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
    let _ = stdout().flush();
}

fn restore_on_panic(panicked: impl Fn(String) + Send + Sync + 'static) {
    let report = std::panic::take_hook();
    let drawing = std::thread::current().id();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().id() == drawing {
            restore();
            report(panic);
        } else {
            panicked(panic.to_string());
        }
    }));
}

fn blank_terminal() -> std::io::Result<Terminal<Backing>> {
    // A dying terminal says that it has no size.
    let (width, height) = size().unwrap_or_default();
    let area = Rect::new(0, 0, width.min(LARGEST.0), height.min(LARGEST.1));
    let mut backend = CrosstermBackend::new(BufWriter::with_capacity(64 * 1024, stdout()));
    backend.clear_region(ClearType::All)?;
    Terminal::with_options(
        backend,
        TerminalOptions {
            viewport: Viewport::Fixed(area),
        },
    )
}
