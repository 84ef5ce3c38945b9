//! The workbench in a pseudo-terminal whose bytes are read as they come.

#![allow(
    clippy::panic,
    clippy::expect_used,
    reason = "a bench that can't run its program has nothing to tell"
)]

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, unbounded};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::Parser;

use super::journal;

/// Time without output after which a frame, and the images that follow it at once, are over.
const REST: Duration = Duration::from_millis(3);
/// Longer than any frame takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The question whether everything was taken in, which stands behind every frame, and its answer.
const QUESTION: &[u8] = b"\x1b[5n";
const ANSWER: &[u8] = b"\x1b[0n";

/// The program, and what it wrote.
pub struct Workbench {
    parser: Parser,
    keyboard: Arc<Mutex<Box<dyn Write + Send>>>,
    child: Box<dyn Child + Send + Sync>,
    /// Pieces of what it writes, with when they came.
    pieces: Receiver<(Instant, Vec<u8>)>,
    _terminal: Box<dyn MasterPty + Send>,
}

/// Seconds from starting the program without a session to the output with its first text.
pub fn first_frame(folder: &Path, size: (u16, u16)) -> f64 {
    let started = Instant::now();
    let mut workbench = Workbench::start(folder, size, None, None);
    let shown = loop {
        let piece = workbench.pieces.recv_timeout(PATIENCE);
        let (at, bytes) = piece.expect("the program draws something");
        workbench.parser.process(&bytes);
        if !workbench.parser.screen().contents().trim().is_empty() {
            break at;
        }
    };
    workbench.close();
    (shown - started).as_secs_f64()
}

/// What is said of the latent value that is moved: `z7 = +0.35` in the traversal, `z7 0.35` on the map.
fn value_on(screen: &str) -> Option<String> {
    let words: Vec<&str> = screen.split_whitespace().collect();
    let is_dimension = |word: &str| {
        word.strip_prefix('z')
            .is_some_and(|number| number.parse::<u32>().is_ok())
    };
    let in_traversal = |said: &&[&str]| is_dimension(said[0]) && said[1] == "=";
    let on_map = |said: &&[&str]| is_dimension(said[0]) && said[1].parse::<f32>().is_ok();
    let found = words.windows(3).find(in_traversal).map(|said| said[2]);
    let found = found.or_else(|| words.windows(2).find(on_map).map(|said| said[1]));
    found.map(str::to_owned)
}

impl Workbench {
    /// Opens a session, starts its training, and puts the focus on the traversal, on a line of so many bytes per second.
    pub fn open(folder: &Path, size: (u16, u16), session: &Path, rate: Option<usize>) -> Self {
        let mut workbench = Self::opened(folder, size, session, rate);
        workbench.press("\t ");
        workbench.wait(|screen| screen.contains("running"));
        workbench
    }

    /// Opens a session, which stays paused.
    pub fn opened(folder: &Path, size: (u16, u16), session: &Path, rate: Option<usize>) -> Self {
        let mut workbench = Self::start(folder, size, Some(session), rate);
        workbench.wait(|screen| screen.contains("start "));
        workbench
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.child.process_id().expect("it runs")
    }

    /// Keeps its threads, and those that they start, on one core.
    pub fn keep_on(&self, core: usize) {
        let kept = Command::new("taskset")
            .args(["--all-tasks", "--cpu-list", "--pid", &core.to_string()])
            .arg(self.process().to_string())
            .stdout(Stdio::null())
            .status();
        assert!(kept.is_ok_and(|status| status.success()), "taskset of util-linux");
    }

    /// Megabytes that the program takes, by what Linux calls them.
    pub fn megabytes(&self, name: &str) -> f64 {
        let process = self.process();
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        kilobytes.map_or(f64::NAN, |kilobytes| kilobytes / 1024.0)
    }

    /// Seconds of processor time that everything but the training has had since the program began, as Linux counts them for each thread.
    pub fn seconds_beside_training(&self) -> f64 {
        let process = self.process();
        let threads = std::fs::read_dir(format!("/proc/{process}/task")).expect("it runs");
        let seconds = threads.flatten().filter_map(|thread| {
            let name = std::fs::read_to_string(thread.path().join("comm")).ok()?;
            if name.starts_with("worker") || name.starts_with("trainer") {
                return None;
            }
            let told = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
            told.split_whitespace().next()?.parse::<f64>().ok()
        });
        seconds.sum::<f64>() / 1e9
    }

    /// Starts the program, with a session or for a new run.
    fn start(
        folder: &Path,
        (columns, rows): (u16, u16),
        session: Option<&Path>,
        rate: Option<usize>,
    ) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_vae-tui"));
        command.args(session);
        command.cwd(folder);
        command.env("XDG_DATA_HOME", folder);
        for (name, value) in journal::variables(folder) {
            command.env(name, value);
        }
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let mut output = pair.master.try_clone_reader().expect("a reader");
        let (sender, pieces) = unbounded();
        let keyboard = Arc::new(Mutex::new(pair.master.take_writer().expect("a writer")));
        let answering = keyboard.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 1 << 16];
            let mut seen = 0;
            let most = rate.map_or(bytes.len(), |rate| (rate / 50).clamp(1, bytes.len()));
            while let Ok(count @ 1..) = output.read(&mut bytes[..most]) {
                for &byte in &bytes[..count] {
                    seen = if byte == QUESTION[seen] {
                        seen + 1
                    } else {
                        usize::from(byte == QUESTION[0])
                    };
                    if seen == QUESTION.len() {
                        seen = 0;
                        // The program may have ended.
                        let _ = answering.lock().expect("nobody panics with it").write_all(ANSWER);
                    }
                }
                if let Some(rate) = rate {
                    std::thread::sleep(Duration::from_secs_f64(count as f64 / rate as f64));
                }
                if sender.send((Instant::now(), bytes[..count].to_vec())).is_err() {
                    break;
                }
            }
        });
        let cells = |count| NonZero::new(count).expect("a terminal has rows and columns");
        Self {
            parser: Parser::new(cells(rows), cells(columns), 0),
            keyboard,
            child,
            pieces,
            _terminal: pair.master,
        }
    }

    /// Goes to another pane by its key, and waits for what it shows; none stays.
    pub fn show(&mut self, key: &str) {
        if !key.is_empty() {
            self.press(key);
            self.wait(|screen| screen.contains("items") && value_on(screen).is_some());
        }
    }

    /// Moves the latent value to and fro, so many times; seconds from each key to the output with the new value, and the
    /// bytes of its frame. What `meanwhile` begins is begun anew before every tenth key.
    pub fn measure(&mut self, keys: usize, pause: Duration, meanwhile: &str) -> (Vec<f64>, Vec<usize>) {
        let (mut times, mut sizes) = (Vec::new(), Vec::new());
        for key in 0..keys {
            if key % 10 == 0 && !meanwhile.is_empty() {
                self.press(meanwhile);
            }
            let quiet = Instant::now() + pause;
            while let Ok((_, bytes)) = self.pieces.recv_deadline(quiet) {
                self.parser.process(&bytes);
            }
            let before = self.value();
            let pressed = Instant::now();
            self.press(if key % 2 == 0 { "l" } else { "h" });
            let mut size = 0;
            loop {
                let Ok((at, bytes)) = self.pieces.recv_timeout(PATIENCE) else {
                    panic!(
                        "no frame after key {key}, at {before:?}:\n{}",
                        self.parser.screen().contents()
                    );
                };
                size += bytes.len();
                self.parser.process(&bytes);
                if self.value() != before {
                    times.push((at - pressed).as_secs_f64());
                    while let Ok((_, rest)) = self.pieces.recv_timeout(REST) {
                        size += rest.len();
                        self.parser.process(&rest);
                    }
                    sizes.push(size);
                    break;
                }
            }
        }
        (times, sizes)
    }

    /// Looks on for a while: the bytes of each frame.
    pub fn watch(&mut self, time: Duration) -> Vec<usize> {
        let until = Instant::now() + time;
        let mut written = Vec::new();
        while let Ok((_, bytes)) = self.pieces.recv_deadline(until) {
            self.parser.process(&bytes);
            written.extend(bytes);
        }
        let mut frames = vec![0_usize];
        let mut place = 0;
        while place < written.len() {
            if written[place..].starts_with(QUESTION) {
                place += QUESTION.len();
                frames.push(0);
            } else {
                place += 1;
                if let Some(bytes) = frames.last_mut() {
                    *bytes += 1;
                }
            }
        }
        frames.retain(|&bytes| bytes > 0);
        frames
    }

    /// What is said of the latent value.
    fn value(&self) -> Option<String> {
        value_on(&self.parser.screen().contents())
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        let mut keyboard = self.keyboard.lock().expect("nobody panics with it");
        keyboard.write_all(keys.as_bytes()).expect("the terminal is open");
        keyboard.flush().expect("the terminal is open");
    }

    /// Waits for what the screen is to show.
    pub fn wait(&mut self, wanted: impl Fn(&str) -> bool) {
        let since = Instant::now();
        while !wanted(&self.parser.screen().contents()) {
            assert!(since.elapsed() < PATIENCE, "{}", self.parser.screen().contents());
            if let Ok((_, bytes)) = self.pieces.recv_timeout(Duration::from_millis(100)) {
                self.parser.process(&bytes);
            }
        }
    }

    /// Ends the program.
    pub fn close(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
