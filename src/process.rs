//! How this process is asked to end, and what it says on the way: signals, and words that nobody may be left to read.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts;

use crate::words::plain;

/// Signals that end a program which does nothing about them, without a fault of its own.
const ENDING: &[i32] = &[
    consts::SIGINT,
    consts::SIGTERM,
    #[cfg(unix)]
    consts::SIGHUP,
    #[cfg(unix)]
    consts::SIGQUIT,
    #[cfg(unix)]
    consts::SIGALRM,
    #[cfg(unix)]
    consts::SIGUSR1,
    #[cfg(unix)]
    consts::SIGUSR2,
    #[cfg(unix)]
    consts::SIGVTALRM,
    #[cfg(unix)]
    consts::SIGPROF,
    #[cfg(unix)]
    consts::SIGXCPU,
];

/// The signals that ask this process to end. Those that whoever started it had ignored stay ignored: `nohup` ignores
/// SIGHUP, and a script's `&` ignores SIGINT and SIGQUIT.
pub fn ending_signals() -> Vec<i32> {
    let ignored = inherited_ignores();
    let counts = |signal: &i32| ignored >> (signal - 1) & 1 == 0;
    ENDING.iter().copied().filter(counts).collect()
}

/// The signals that were ignored when this process started, bit 0 for signal 1; nothing where the system has no `/proc`.
fn inherited_ignores() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

/// A signal as people know it: `SIGTERM`.
pub fn signal_name(signal: i32) -> String {
    signal_hook::low_level::signal_name(signal).map_or_else(|| format!("signal {signal}"), str::to_owned)
}

/// Makes a write beyond the limit on the size of files (`ulimit -f`) an error like that of a full disk, where it would
/// end the process.
///
/// # Errors
/// If the system refuses the handler.
pub fn survive_large_writes() -> std::io::Result<()> {
    #[cfg(unix)]
    signal_hook::flag::register(consts::SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    Ok(())
}

/// Says a line on standard error, with nothing in it that a terminal obeys. Where it leads nowhere any more, nobody is left
/// to be told.
pub fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "{}", plain(&line.to_string()));
}
