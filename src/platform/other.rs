//! Systems that are no Unix: there are neither stops nor owners, and no run goes on without its screen.

use std::convert::Infallible;
use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::Shutdown;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use signal_hook::consts;

use super::{Signal, Typed};

/// Signals that end a program which does nothing about them, without a fault of its own.
pub const ENDING: &[i32] = &[consts::SIGINT, consts::SIGTERM];

/// No signal says that the terminal is gone.
pub const HANG_UP: Option<i32> = None;

/// Time between two looks whether a signal came.
const LOOK: Duration = Duration::from_millis(50);

/// Listens to signals that ask for the end; they come as the iterator is asked for them, for ever. There are none about a terminal.
///
/// # Errors
/// If the system refuses the handlers.
pub fn signals(ending: Vec<i32>, _has_screen: bool) -> Result<impl Iterator<Item = Signal> + Send> {
    let flags = ending.into_iter().map(|signal| {
        let flag = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(signal, flag.clone()).map(|_| (signal, flag))
    });
    let flags: Vec<(i32, Arc<AtomicBool>)> = flags.collect::<Result<_>>()?;
    let came = move || {
        flags
            .iter()
            .find(|(_, flag)| flag.swap(false, Ordering::SeqCst))
            .map(|(signal, _)| *signal)
    };
    Ok(std::iter::from_fn(move || {
        loop {
            if let Some(signal) = came() {
                return Some(Signal::End(signal));
            }
            std::thread::sleep(LOOK);
        }
    }))
}

/// There is no limit on the size of files.
///
/// # Errors
/// Never.
pub fn survive_large_writes() -> Result<()> {
    Ok(())
}

/// A process can't be stopped.
pub fn a_shell_waits() -> bool {
    false
}

/// A process can't be stopped.
///
/// # Errors
/// Always.
pub fn stop() -> Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Columns and rows of the terminal: only known elsewhere.
pub fn window_size() -> Option<(u16, u16)> {
    None
}

/// Pixels of a cell: only known elsewhere.
pub fn cell_pixels() -> Option<(u16, u16)> {
    None
}

/// Whether what a terminal answers comes with what is typed.
pub const ANSWERS_ARE_READ: bool = false;

/// What is typed next, which `event` waits for.
///
/// # Errors
/// If the terminal is gone.
pub fn next_typed<E>(
    _bytes: &mut [u8],
    _patience: Option<Duration>,
    event: impl FnOnce() -> Result<E>,
) -> Result<Typed<E>> {
    event().map(Typed::Event)
}

/// An abort can't be noticed.
///
/// # Errors
/// Never.
pub fn restore_on_abort(_: &'static AtomicBool, _: &'static [u8], _: &'static [u8]) -> Result<()> {
    Ok(())
}

/// Opening never waits.
pub fn open_at_once(_: &mut OpenOptions) {}

/// Files have no modes.
pub fn create_for_others(_: &mut OpenOptions) {}

/// What a file is called that is neither a regular one nor a folder: only known elsewhere.
pub fn special_name(_: FileType) -> Option<&'static str> {
    None
}

/// What tells one file from another: only known elsewhere, so that all are taken for the same.
pub fn identity(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

/// Files keep their owner.
///
/// # Errors
/// Never.
pub fn give_to_owner(_: &File, _: &Metadata) -> Result<()> {
    Ok(())
}

/// Reads all of `bytes` from a place of the file, whoever else reads it.
///
/// # Errors
/// If they can't be read, or the file ends before.
pub fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        match std::os::windows::fs::FileExt::seek_read(file, &mut bytes[done..], offset + done as u64)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            count => done += count,
        }
    }
    Ok(())
}

/// The system finds out by itself what is read.
pub fn announce_reading(_: &File, _: u64, _: u64) {}

/// There are no groups of processes.
pub fn begin_group(_: &mut Command) {}

/// A command goes by its own name.
pub fn call(_: &mut Command, _: &str) {}

/// There are no groups of processes.
pub fn leads_group() -> bool {
    false
}

/// There are no sessions of processes.
///
/// # Errors
/// Always.
pub fn begin_session() -> Result<()> {
    Err(no_sockets())
}

/// Streams stay where they are.
///
/// # Errors
/// Always.
pub fn redirect_errors(_: &File) -> Result<()> {
    Err(no_sockets())
}

/// Streams stay where they are.
///
/// # Errors
/// Always.
pub fn redirect_output(_: &File) -> Result<()> {
    Err(no_sockets())
}

fn no_sockets() -> Error {
    Error::new(
        ErrorKind::Unsupported,
        "runs go on without a screen only where there are Unix sockets",
    )
}

/// Bytes of the longest path that a socket may have, with the zero at its end.
pub const LONGEST_SOCKET_PATH: usize = 108;

/// A line, of which there is none.
#[derive(Debug)]
pub struct UnixStream(Infallible);

/// A socket, of which there is none.
#[derive(Debug)]
pub struct UnixListener(Infallible);

/// What a line would do.
#[allow(missing_docs, clippy::missing_errors_doc, reason = "there is no line")]
impl UnixStream {
    pub fn connect(_: &Path) -> Result<Self> {
        Err(no_sockets())
    }

    pub fn try_clone(&self) -> Result<Self> {
        match self.0 {}
    }

    pub fn shutdown(&self, _: Shutdown) -> Result<()> {
        match self.0 {}
    }

    pub fn set_nonblocking(&self, _: bool) -> Result<()> {
        match self.0 {}
    }

    pub fn set_read_timeout(&self, _: Option<Duration>) -> Result<()> {
        match self.0 {}
    }

    pub fn set_write_timeout(&self, _: Option<Duration>) -> Result<()> {
        match self.0 {}
    }
}

impl Read for &UnixStream {
    fn read(&mut self, _: &mut [u8]) -> Result<usize> {
        match self.0 {}
    }
}

impl Write for &UnixStream {
    fn write(&mut self, _: &[u8]) -> Result<usize> {
        match self.0 {}
    }

    fn flush(&mut self) -> Result<()> {
        match self.0 {}
    }
}

impl Read for UnixStream {
    fn read(&mut self, _: &mut [u8]) -> Result<usize> {
        match self.0 {}
    }
}

impl Write for UnixStream {
    fn write(&mut self, _: &[u8]) -> Result<usize> {
        match self.0 {}
    }

    fn flush(&mut self) -> Result<()> {
        match self.0 {}
    }
}

/// What a socket would do.
#[allow(missing_docs, clippy::missing_errors_doc, reason = "there is no socket")]
impl UnixListener {
    pub fn accept(&self) -> Result<(UnixStream, ())> {
        match self.0 {}
    }
}

/// The user that this process acts for: only known elsewhere.
pub fn this_user() -> u32 {
    0
}

/// The user at the other end, of which there is none.
///
/// # Errors
/// Never.
pub fn peer(stream: &UnixStream) -> Result<u32> {
    match stream.0 {}
}

/// Nothing is private enough for sockets that there are not.
///
/// # Errors
/// Always.
pub fn make_private_folder(_: &Path) -> Result<()> {
    Err(no_sockets())
}

/// As [`make_private_folder`].
///
/// # Errors
/// Always.
pub fn open_private(_: &Path) -> Result<File> {
    Err(no_sockets())
}

/// As [`make_private_folder`].
///
/// # Errors
/// Always.
pub fn listen_privately(_: &Path) -> Result<UnixListener> {
    Err(no_sockets())
}

/// Waits until somebody stands at a socket, of which there is none.
///
/// # Errors
/// Never.
pub fn wait_for_guest(listener: &UnixListener, _: Duration) -> Result<()> {
    match listener.0 {}
}

/// Whose a file is: only known elsewhere.
pub fn owner_and_mode(_: &Metadata) -> (u32, u32) {
    (0, 0)
}
