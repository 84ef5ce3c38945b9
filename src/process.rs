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

/// Bytes of memory that are left for this process, as far as the system has a `/proc` that tells: of the machine, and of what the
/// group that it belongs to may have (a container, a job of a queue).
pub fn available_memory() -> Option<u64> {
    let number = |path: &str| std::fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let line = |path: &str, name: &str| {
        let text = std::fs::read_to_string(path).ok()?;
        let value = text.lines().find_map(|line| line.strip_prefix(name))?;
        value.split_whitespace().next()?.parse::<u64>().ok()
    };
    let of_machine = line("/proc/meminfo", "MemAvailable:").map(|kilobytes| 1024 * kilobytes);
    let group = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let group = group.lines().find_map(|line| line.strip_prefix("0::"));
    // A group may have no more than those around it.
    let groups = group
        .into_iter()
        .flat_map(|group| std::path::Path::new(group).ancestors());
    let of_groups = groups.filter_map(|group| {
        let file = |name: &str| {
            format!(
                "/sys/fs/cgroup{}/{name}",
                group.to_string_lossy().trim_end_matches('/')
            )
        };
        let (most, taken) = (number(&file("memory.max"))?, number(&file("memory.current"))?);
        // What was read of files is given back before anything is refused.
        let files = line(&file("memory.stat"), "inactive_file ").unwrap_or(0);
        Some(most.saturating_sub(taken.saturating_sub(files)))
    });
    of_machine.into_iter().chain(of_groups).min()
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
