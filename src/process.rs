//! How this process is asked to end, and what it says on the way: signals, and words that nobody may be left to read.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::platform::ENDING;
use crate::words::plain;

/// The signals that ask this process to end. Those that whoever started it had ignored stay ignored: `nohup` ignores
/// SIGHUP, and a script's `&` ignores SIGINT and SIGQUIT.
pub fn ending_signals() -> Vec<i32> {
    let ignored = inherited_ignores();
    let counts = |signal: &i32| ignored >> (signal - 1) & 1 == 0;
    ENDING.iter().copied().filter(counts).collect()
}

/// A flag that is raised as soon as this process is asked to end, which from then on is for whoever looks at it to do.
///
/// # Errors
/// If the system refuses a handler.
pub fn ending_flag() -> std::io::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in ending_signals() {
        signal_hook::flag::register(signal, flag.clone())?;
    }
    Ok(flag)
}

/// The place of this process among those that `mpirun` or a batch system started together, by the variables of Open MPI, MPICH and
/// PMIx; none where it was started alone.
pub fn rank() -> Option<usize> {
    let variables = ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK"];
    variables
        .into_iter()
        .find_map(|name| std::env::var(name).ok()?.parse().ok())
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

/// Says a line on standard error, with nothing in it that a terminal obeys. Where it leads nowhere any more, nobody is left
/// to be told.
pub fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "{}", plain(&line.to_string()));
}
