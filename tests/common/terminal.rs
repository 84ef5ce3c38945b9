//! The real program in a pseudo-terminal: keys in, a screen out.
#![allow(dead_code, reason = "every test file uses a part of it")]

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use vt100::Parser;

/// Long enough for the busiest machine; only a test that fails waits for so long.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// What kind of terminal stands behind a pseudo-terminal.
#[derive(Clone, Copy)]
pub struct Nature {
    /// What it answers to which questions.
    pub answers: &'static [(&'static str, &'static str)],
    /// Bytes that pass the line to it in a second; none where they pass at once.
    pub rate: Option<usize>,
}

/// One that says when it has taken everything in, as all do, and nothing else.
pub const USUAL: Nature = Nature {
    answers: &[("\x1b[5n", "\x1b[0n")],
    rate: None,
};

/// A program in a terminal of its own.
pub struct Terminal {
    pub parser: Arc<Mutex<Parser>>,
    keyboard: Arc<Mutex<Box<dyn Write + Send>>>,
    /// While it is set, the terminal takes nothing.
    pub frozen: Arc<AtomicBool>,
    /// Everything that the program wrote.
    pub output: Arc<Mutex<Vec<u8>>>,
    pub child: Box<dyn Child + Send + Sync>,
    pub master: Box<dyn MasterPty + Send>,
    reader: JoinHandle<()>,
    stop_reading: Arc<AtomicBool>,
    /// Bytes that the program wrote so far.
    pub written: Arc<AtomicUsize>,
}

impl Terminal {
    /// Starts any program there, with `data` as its working folder and data folder.
    pub fn start(data: &Path, size: (u16, u16), program: &str, arguments: &[&str]) -> Self {
        Self::start_with(data, size, program, arguments, &[])
    }

    /// The same with some variables of the environment set, in the usual kind of terminal.
    pub fn start_with(
        data: &Path,
        size: (u16, u16),
        program: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        Self::start_in(USUAL, data, size, program, arguments, variables)
    }

    /// The same in a certain kind of terminal. One of 0 x 0 does not know its size. A variable that is empty is not set.
    pub fn start_in(
        nature: Nature,
        data: &Path,
        (columns, rows): (u16, u16),
        program: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system()
            .openpty(window(columns, rows))
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(data);
        command.env("XDG_DATA_HOME", data);
        // How whoever runs the tests has arranged the panes is not asked.
        command.env("XDG_CONFIG_HOME", data.join("config"));
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env_remove("NO_COLOR");
        for (name, value) in variables {
            if value.is_empty() {
                command.env_remove(name);
            } else {
                command.env(name, value);
            }
        }
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let (shown_rows, shown_columns) = if rows == 0 { (24, 80) } else { (rows, columns) };
        let parser = Arc::new(Mutex::new(Parser::new(
            cells(shown_rows),
            cells(shown_columns),
            0,
        )));
        let stop_reading = Arc::new(AtomicBool::new(false));
        let written = Arc::new(AtomicUsize::new(0));
        let keyboard = Arc::new(Mutex::new(pair.master.take_writer().expect("a writer")));
        let (frozen, output) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let mut line = pair.master.try_clone_reader().expect("a reader");
        let reader = std::thread::spawn({
            let (stop, written, frozen) = (stop_reading.clone(), written.clone(), frozen.clone());
            let (screen, keyboard, output) = (parser.clone(), keyboard.clone(), output.clone());
            move || {
                let mut bytes = [0; 4096];
                // A fiftieth of a second at once.
                let most = nature
                    .rate
                    .map_or(bytes.len(), |rate| (rate / 50).clamp(1, bytes.len()));
                while let Ok(count @ 1..) = line.read(&mut bytes[..most]) {
                    while frozen.load(Ordering::SeqCst) {
                        std::thread::sleep(Duration::from_millis(10));
                    }
                    let bytes = &bytes[..count];
                    screen.lock().expect("no thread panics with it").process(bytes);
                    let mut output = output.lock().expect("no thread panics with it");
                    let before = output.len();
                    output.extend_from_slice(bytes);
                    written.fetch_add(count, Ordering::SeqCst);
                    let answers = answered(nature, &output, before);
                    drop(output);
                    let mut keyboard = keyboard.lock().expect("no thread panics with it");
                    // Whoever asked may have ended.
                    let _ = keyboard
                        .write_all(answers.as_bytes())
                        .and_then(|()| keyboard.flush());
                    drop(keyboard);
                    if let Some(rate) = nature.rate {
                        std::thread::sleep(Duration::from_secs_f64(count as f64 / rate as f64));
                    }
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                }
            }
        });
        Self {
            keyboard,
            frozen,
            output,
            parser,
            child,
            master: pair.master,
            reader,
            stop_reading,
            written,
        }
    }

    /// Starts the workbench and waits for its panes.
    pub fn workbench(data: &Path, size: (u16, u16), arguments: &[&str]) -> Self {
        let terminal = Self::start(data, size, env!("CARGO_BIN_EXE_vae-tui"), arguments);
        terminal.wait_for("Training");
        terminal
    }

    /// What stands on the screen.
    pub fn screen(&self) -> String {
        self.parser
            .lock()
            .expect("no thread panics with it")
            .screen()
            .contents()
    }

    /// Waits until the screen is as wanted, and returns it.
    pub fn wait(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let since = Instant::now();
        loop {
            let screen = self.screen();
            if wanted(&screen) {
                return screen;
            }
            assert!(since.elapsed() < PATIENCE, "{what} never came:\n{screen}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for a text.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait(text, |screen| screen.contains(text))
    }

    /// Types.
    pub fn press(&mut self, keys: &str) {
        let mut keyboard = self.keyboard.lock().expect("no thread panics with it");
        keyboard.write_all(keys.as_bytes()).expect("the terminal is open");
        keyboard.flush().expect("the terminal is open");
    }

    /// Types one part after the other with a pause behind each, and nothing of what the terminal answers between them.
    pub fn press_slowly(&mut self, parts: &[&str], pause: Duration) {
        let mut keyboard = self.keyboard.lock().expect("no thread panics with it");
        for part in parts {
            keyboard.write_all(part.as_bytes()).expect("the terminal is open");
            keyboard.flush().expect("the terminal is open");
            std::thread::sleep(pause);
        }
    }

    /// Sends a signal, named as `kill` names it.
    pub fn signal(&self, name: &str) {
        let id = self.child.process_id().expect("a running process").to_string();
        let sent = std::process::Command::new("kill").args([name, &id]).status();
        assert!(sent.is_ok_and(|status| status.success()));
    }

    /// Changes the size of the window.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.parser
            .lock()
            .expect("no thread panics with it")
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        self.master
            .resize(window(columns, rows))
            .expect("the terminal is open");
    }

    /// Closes the terminal under the program, as when the line drops, after typing something that makes it write.
    pub fn hang_up(mut self, keys: &str) -> Box<dyn Child + Send + Sync> {
        self.stop_reading.store(true, Ordering::SeqCst);
        self.press(keys);
        self.reader.join().expect("it only reads");
        self.child
    }

    /// Waits for the program's end; the terminal must be as it was before.
    pub fn end(mut self) -> (ExitStatus, String) {
        let status = status(&mut self.child);
        // The last words are still on their way.
        wait_until("the end of what was written", || self.reader.is_finished());
        self.wait_for_plain_screen();
        (status, self.screen())
    }

    /// Waits until the program has given the terminal back.
    pub fn wait_for_plain_screen(&self) {
        let since = Instant::now();
        let restored = || {
            let parser = self.parser.lock().expect("no thread panics with it");
            let screen = parser.screen();
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
        };
        while !restored() {
            assert!(since.elapsed() < PATIENCE, "the terminal was not restored");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// What a terminal answers to the questions in `output` that end behind its first `before` bytes, in their order.
fn answered(nature: Nature, output: &[u8], before: usize) -> String {
    let mut answers = String::new();
    for end in before + 1..=output.len() {
        let asked = |(question, _): &&(&str, &str)| output[..end].ends_with(question.as_bytes());
        answers.extend(nature.answers.iter().find(asked).map(|(_, answer)| *answer));
    }
    answers
}

/// How a program ends.
pub fn status(child: &mut Box<dyn Child + Send + Sync>) -> ExitStatus {
    let since = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child process") {
            return status;
        }
        assert!(since.elapsed() < PATIENCE, "the program never ended");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Waits for something that another program does.
pub fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let since = Instant::now();
    while !done() {
        assert!(since.elapsed() < PATIENCE, "{what} never came");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn window(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// Rows or columns as the emulator wants them.
pub fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a terminal has rows and columns")
}

/// Training points in a session, which must be whole.
pub fn samples(path: &Path) -> u64 {
    vae_tui::session::load(path).unwrap_or_else(|error| panic!("{error}"));
    let text = std::fs::read_to_string(path).expect("a session is text");
    let (_, rest) = text.split_once("\n    samples: ").expect("a session counts");
    let (number, _) = rest.split_once(',').expect("a number ends");
    number.parse().expect("a number")
}

/// The files in the sessions folder.
pub fn sessions(data: &Path) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(data.join("vae-tui").join("sessions"));
    folder.map_or_else(
        |_| Vec::new(),
        // Beside them lies a folder with what they were before.
        |files| {
            files
                .flatten()
                .map(|file| file.path())
                .filter(|path| path.is_file())
                .collect()
        },
    )
}

/// A folder for one test.
pub fn data() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}
