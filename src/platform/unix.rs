//! Linux, macOS and the BSDs.

use std::collections::VecDeque;
use std::fs::{DirBuilder, File, FileType, Metadata, OpenOptions, Permissions};
use std::io::Result;
use std::os::unix::fs::{
    DirBuilderExt, FileExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown,
};
pub use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::stdio::{stderr, stdin, stdout};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use signal_hook::consts;
use signal_hook::low_level::emulate_default_handler;

use super::{Signal, Typed};

/// Signals that end a program which does nothing about them, without a fault of its own.
pub const ENDING: &[i32] = &[
    consts::SIGINT,
    consts::SIGTERM,
    consts::SIGHUP,
    consts::SIGQUIT,
    consts::SIGALRM,
    consts::SIGUSR1,
    consts::SIGUSR2,
    consts::SIGVTALRM,
    consts::SIGPROF,
    consts::SIGXCPU,
];

/// The signal that says that the terminal is gone.
pub const HANG_UP: Option<i32> = Some(consts::SIGHUP);

/// Signals about the terminal.
const OF_THE_TERMINAL: [i32; 3] = [consts::SIGCONT, consts::SIGTSTP, consts::SIGWINCH];

/// Listens to signals that ask for the end and, where there is a screen, to those about the terminal; they come as the iterator is
/// asked for them, for ever.
///
/// # Errors
/// If the system refuses the handlers.
pub fn signals(ending: Vec<i32>, has_screen: bool) -> Result<impl Iterator<Item = Signal> + Send> {
    let others = OF_THE_TERMINAL.into_iter().filter(|_| has_screen);
    let mut signals = signal_hook::iterator::Signals::new(ending.into_iter().chain(others))?;
    let meaning = |signal| match signal {
        consts::SIGCONT => Signal::Continued,
        consts::SIGTSTP => Signal::StopAsked,
        consts::SIGWINCH => Signal::WindowChanged,
        other => Signal::End(other),
    };
    let mut arrived = VecDeque::new();
    let next = move || {
        // Several may arrive at once.
        while arrived.is_empty() {
            arrived.extend(signals.wait());
        }
        arrived.pop_front()
    };
    Ok(std::iter::from_fn(next).map(meaning))
}

/// Makes a write beyond the limit on the size of files (`ulimit -f`) an error like that of a full disk, where it would
/// end the process.
///
/// # Errors
/// If the system refuses the handler.
pub fn survive_large_writes() -> Result<()> {
    signal_hook::flag::register(consts::SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    Ok(())
}

/// Whether the parent of this process's group is one that could continue it after a stop: a process of the same session in
/// another group, as shells with job control are. The system itself refuses SIGTSTP by the same rule. Where the system
/// doesn't tell, a shell is taken to be there.
pub fn a_shell_waits() -> bool {
    let Some(this) = Job::of("self") else {
        return true;
    };
    let mut ancestor = Job::of(&this.parent.to_string());
    while let Some(process) = ancestor {
        if process.group != this.group {
            return process.session == this.session;
        }
        ancestor = Job::of(&process.parent.to_string());
    }
    false
}

/// Where a process belongs, by numbers of which 0 stands for whatever is outside this process's container.
struct Job {
    parent: u32,
    group: u32,
    session: u32,
}

impl Job {
    /// Of the process with that number, or of this one for "self", where the system has a `/proc` that tells.
    fn of(process: &str) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // The program's name stands in brackets and may hold brackets itself; its state and the three numbers follow it.
        let (_, numbers) = stat.rsplit_once(')')?;
        let mut numbers = numbers
            .split_ascii_whitespace()
            .skip(1)
            .map_while(|number| number.parse().ok());
        Some(Self {
            parent: numbers.next()?,
            group: numbers.next()?,
            session: numbers.next()?,
        })
    }
}

/// Stops this process as Ctrl-Z does elsewhere; returns when it continues.
///
/// # Errors
/// If it can't stop itself.
pub fn stop() -> Result<()> {
    emulate_default_handler(consts::SIGTSTP)
}

/// Columns and rows of the terminal on standard output; none where it is none, or doesn't say.
pub fn window_size() -> Option<(u16, u16)> {
    let size = tcgetwinsize(stdout()).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col, size.ws_row))
}

/// Pixels of a cell of the terminal on standard output, across and down; none where it doesn't say.
pub fn cell_pixels() -> Option<(u16, u16)> {
    let size = tcgetwinsize(stdout()).ok()?;
    let across = size.ws_xpixel.checked_div(size.ws_col)?;
    let down = size.ws_ypixel.checked_div(size.ws_row)?;
    (across > 0 && down > 0).then_some((across, down))
}

/// Whether what a terminal answers comes with what is typed.
pub const ANSWERS_ARE_READ: bool = true;

/// What is typed next, as bytes; nothing if nothing comes for as long as `patience`. `_event` is for systems that have no bytes.
///
/// # Errors
/// If the terminal is gone.
pub fn next_typed<E>(
    bytes: &mut [u8],
    patience: Option<Duration>,
    _event: impl FnOnce() -> Result<E>,
) -> Result<Typed<E>> {
    let timeout = patience.map(timespec);
    loop {
        match poll(&mut [PollFd::new(&stdin(), PollFlags::IN)], timeout.as_ref()) {
            Ok(0) => return Ok(Typed::Nothing),
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        match rustix::io::read(stdin(), &mut *bytes) {
            Ok(count) => return Ok(Typed::Bytes(count)),
            // Another program that shares the terminal may have been quicker.
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: duration.as_secs() as _,
        tv_nsec: duration.subsec_nanos() as _,
    }
}

/// What an abort does to the terminal.
struct Abort {
    /// The modes of the terminal before it was taken over.
    modes: Option<Termios>,
    is_ours: &'static AtomicBool,
    leave: &'static [u8],
    words: &'static [u8],
}

static ABORT: OnceLock<Abort> = OnceLock::new();

/// Has the terminal restored to the modes that it has now whenever this process aborts (memory runs out, a panic within a panic), which
/// ends it without unwinding: where `is_ours` says that it was taken over, `leave` is written to it, and `words` to standard error.
///
/// # Errors
/// If the system refuses the handler.
#[allow(unsafe_code, reason = "an abort can be noticed in no other way")]
pub fn restore_on_abort(
    is_ours: &'static AtomicBool,
    leave: &'static [u8],
    words: &'static [u8],
) -> Result<()> {
    ABORT.get_or_init(|| Abort {
        modes: tcgetattr(stdin()).ok(),
        is_ours,
        leave,
        words,
    });
    // SAFETY: the handler may only do what is safe in the middle of anything else. It reads an atomic and a `OnceLock` that
    // is set or not, makes three system calls through rustix, which allocates nothing, takes no lock and calls no library
    // for them, and lets the signal end the process by a function that is documented to be safe there.
    unsafe { signal_hook::low_level::register(consts::SIGABRT, restore_and_die)? };
    Ok(())
}

fn restore_and_die() {
    if let Some(abort) = ABORT.get()
        && abort.is_ours.swap(false, Ordering::SeqCst)
    {
        // Nobody is left to be told of an error.
        let _ = rustix::io::write(stdout(), abort.leave);
        if let Some(modes) = &abort.modes {
            let _ = tcsetattr(stdin(), OptionalActions::Now, modes);
        }
        let _ = rustix::io::write(stderr(), abort.words);
    }
    let _ = emulate_default_handler(consts::SIGABRT);
}

/// Opening returns at once: a FIFO would wait for someone to write to it, and a terminal become this process's own.
pub fn open_at_once(options: &mut OpenOptions) {
    options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
}

/// A file that is made may be read by others as the user's umask allows.
pub fn create_for_others(options: &mut OpenOptions) {
    options.mode(0o666);
}

/// What a file is called that is neither a regular one nor a folder.
pub fn special_name(kind: FileType) -> Option<&'static str> {
    if kind.is_fifo() {
        Some("a FIFO")
    } else if kind.is_socket() {
        Some("a socket")
    } else if kind.is_char_device() || kind.is_block_device() {
        Some("a device")
    } else {
        None
    }
}

/// The device and the number that tell one file from another.
pub fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// Gives `file` the owner of the one that it will replace.
///
/// # Errors
/// If its own can't be known.
pub fn give_to_owner(file: &File, replaced: &Metadata) -> Result<()> {
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (replaced.uid(), replaced.gid()) {
        // Only root may give a file away; for everybody else the content matters more than whose it is.
        let _ = fchown(file, Some(replaced.uid()), Some(replaced.gid()));
    }
    Ok(())
}

/// Reads all of `bytes` from a place of the file, whoever else reads it.
///
/// # Errors
/// If they can't be read, or the file ends before.
pub fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> Result<()> {
    file.read_exact_at(bytes, offset)
}

/// Says that a part of the file will be read soon, for the system to fetch it meanwhile.
pub fn announce_reading(file: &File, offset: u64, length: u64) {
    // Without it every read waits for the disk by itself.
    #[cfg(target_os = "linux")]
    let _ = rustix::fs::fadvise(
        file,
        offset,
        std::num::NonZeroU64::new(length),
        rustix::fs::Advice::WillNeed,
    );
    #[cfg(not(target_os = "linux"))]
    let _ = (file, offset, length);
}

/// Has a command begin in a group of its own, which a shell doesn't know.
pub fn begin_group(command: &mut Command) {
    command.process_group(0);
}

/// Has a command go by that name.
pub fn call(command: &mut Command, name: &str) {
    command.arg0(name);
}

/// Whether this process leads its group, and so can't begin a session.
pub fn leads_group() -> bool {
    rustix::process::getpgrp() == rustix::process::getpid()
}

/// Makes this process one of a session of its own, which belongs to no terminal.
///
/// # Errors
/// If it leads its group.
pub fn begin_session() -> Result<()> {
    rustix::process::setsid()?;
    Ok(())
}

/// Standard error leads there from now on.
///
/// # Errors
/// If the system refuses.
pub fn redirect_errors(file: &File) -> Result<()> {
    Ok(rustix::stdio::dup2_stderr(file)?)
}

/// Standard output leads there from now on.
///
/// # Errors
/// If the system refuses.
pub fn redirect_output(file: &File) -> Result<()> {
    Ok(rustix::stdio::dup2_stdout(file)?)
}

/// Bytes of the longest path that a socket may have, with the zero at its end.
pub const LONGEST_SOCKET_PATH: usize = if cfg!(any(target_os = "linux", target_os = "android")) {
    108
} else {
    104
};

/// The user that this process acts for.
pub fn this_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// The user at the other end.
///
/// # Errors
/// If the system doesn't say.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn peer(stream: &UnixStream) -> Result<u32> {
    Ok(rustix::net::sockopt::socket_peercred(stream)?.uid.as_raw())
}

/// The user at the other end.
///
/// # Errors
/// If the system doesn't say.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn peer(stream: &UnixStream) -> Result<u32> {
    Ok(nix::unistd::getpeereid(stream)?.0.as_raw())
}

/// Makes a folder that only this user may enter.
///
/// # Errors
/// If it can't be made, or is there already.
pub fn make_private_folder(path: &Path) -> Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Opens a file for reading and writing, made for this user alone if there is none; a link isn't followed.
///
/// # Errors
/// If it can't be opened.
pub fn open_private(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    options
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
    options.open(path)
}

/// A socket of that path, which only this user can reach, and at which nobody is waited for.
///
/// # Errors
/// If it can't be made.
pub fn listen_privately(path: &Path) -> Result<UnixListener> {
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Waits until somebody stands at the socket, or that time is over.
///
/// # Errors
/// If the system refuses.
pub fn wait_for_guest(listener: &UnixListener, time: Duration) -> Result<()> {
    poll(&mut [PollFd::new(listener, PollFlags::IN)], Some(&timespec(time)))?;
    Ok(())
}

/// Whose a file is, and who may do what with it, as octal digits have it.
pub fn owner_and_mode(metadata: &Metadata) -> (u32, u32) {
    (metadata.uid(), metadata.permissions().mode() & 0o777)
}
