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

/// Whether the parent of this process's group is one that could continue it after a stop: a process of the same session in
/// another group, as shells with job control are. The system itself refuses SIGTSTP by the same rule. Where the system
/// doesn't tell, a shell is taken to be there.
#[cfg(unix)]
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
#[cfg(unix)]
struct Job {
    parent: u32,
    group: u32,
    session: u32,
}

#[cfg(unix)]
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
