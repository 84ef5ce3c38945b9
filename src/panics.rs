//! Panics, which are faults of this program: what is left of one, and how a thread outlives it.
//!
//! A thread that others wait for does its work [`guarded`], so that a panic there ends what it was at and nothing else. Every panic
//! leaves a report in the state folder: where it was, and the way there. What it said stays out of it wherever that was made at run
//! time, since names and numbers of a person's data may stand in it.

use std::backtrace::Backtrace;
use std::cell::Cell;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::files::shown;
use crate::folders;
use crate::process::say;

/// Reports that are kept.
const MOST_REPORTS: usize = 10;
/// What their names begin with.
const NAME: &str = "panic-";

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Does `work`; what its panic said, if it panics. What `work` changes must be sound then: that is for whoever calls this to know.
///
/// # Errors
/// If it panics.
pub fn guarded<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    let was_guarded = IS_GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_GUARDED.set(was_guarded);
    done.map_err(|panic| {
        let words = panic.downcast_ref::<&str>().copied();
        let words = words.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        words.unwrap_or("no reason was given").to_owned()
    })
}

/// Whether a panic of this thread is caught by a [guard](guarded): on it, or where the work of a pool's thread is waited for.
pub fn is_guarded() -> bool {
    IS_GUARDED.get()
        || std::thread::current()
            .name()
            .is_some_and(|name| name.starts_with("worker "))
}

/// Has every panic of this process leave a report; one that no guard catches is said on standard error as well.
pub fn report_all() {
    let say_it = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let report = report(panic);
        if !is_guarded() {
            say_it(panic);
            if let Some(report) = report {
                say(format_args!("a report of it lies in {}", shown(&report)));
            }
        }
    }));
}

/// Writes the report of a panic; where it lies, if it could be written.
pub fn report(panic: &PanicHookInfo<'_>) -> Option<PathBuf> {
    let folder = folders::state()?;
    // By the plainest way to the disk: what panics may be the house's own, and a panic in here would abort the process.
    std::fs::create_dir_all(&folder).ok()?;
    let time = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |time| time.as_millis());
    let path = folder.join(format!("{NAME}{time}-{}.txt", std::process::id()));
    std::fs::write(&path, text(panic)).ok()?;
    forget(&folder);
    Some(path)
}

fn text(panic: &PanicHookInfo<'_>) -> String {
    let mut text = format!(
        "vae-tui {} for {} {}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    let thread = std::thread::current();
    // Writing to a string can't fail.
    let _ = writeln!(text, "thread: {}", thread.name().unwrap_or("without a name"));
    if let Some(place) = panic.location() {
        let _ = writeln!(text, "at: {place}");
    }
    // What stands in the source says nothing of anybody's data.
    if let Some(words) = panic.payload().downcast_ref::<&'static str>() {
        let _ = writeln!(text, "said: {words}");
    }
    let _ = writeln!(text, "\n{}", Backtrace::force_capture());
    text
}

/// Removes the oldest reports, where there are too many.
fn forget(folder: &Path) {
    let files = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|file| file.path());
    let is_report = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(NAME) && name.ends_with(".txt")
    };
    let mut reports: Vec<PathBuf> = files.filter(is_report).collect();
    // Their names begin with the time, which has as many digits for the next two centuries.
    reports.sort();
    for path in reports.iter().rev().skip(MOST_REPORTS) {
        // Another program may be at it too.
        let _ = std::fs::remove_file(path);
    }
}

/// Panics here if a test asks for it: in a build with debug assertions, as tests have, where the variable `VAE_TUI_PANIC` names this
/// place. A released program has no such switch.
pub fn switch(place: &str) {
    if cfg!(debug_assertions) && std::env::var_os("VAE_TUI_PANIC").is_some_and(|asked| asked == *place) {
        fail(place);
    }
}

#[allow(clippy::panic, reason = "it is asked for")]
fn fail(place: &str) {
    panic!("a test asked the {place} to fail, with secret numbers");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_tells_what_was_said_and_ends() {
        assert_eq!(guarded(|| 7), Ok(7));
        assert!(!is_guarded());
        let failed: Result<(), String> = guarded(|| {
            assert!(is_guarded());
            fail("guard");
        });
        assert_eq!(
            failed,
            Err("a test asked the guard to fail, with secret numbers".into())
        );
        assert!(!is_guarded());
    }
}
