//! What the program does, as lines in a file for whoever looks for a fault in it: only where somebody asks for it, in files whose
//! size is bounded, and without data: no item, no number of a model, no label, no name of a file.
//!
//! Whoever has something to say says it with `log`'s macros; a spoken line has the time, the process, the level and the module.

use std::io::Write;
use std::sync::OnceLock;

use anyhow::{Context, ensure};
use flexi_logger::{
    Cleanup, Criterion, DeferredNow, ErrorChannel, FileSpec, Logger, LoggerHandle, Naming, Record,
};
use log::LevelFilter;

use crate::folders;
use crate::words::plain;

/// The variable of the environment that asks for it, before the configuration: `info`, or `warn, vae_tui::run=debug`.
pub const VARIABLE: &str = "VAE_TUI_LOG";

/// Bytes of a file, at most, and files that are kept beside the newest.
const SIZE: u64 = 1 << 20;
const FILES: usize = 3;

/// What keeps the file open.
static HANDLE: OnceLock<LoggerHandle> = OnceLock::new();

/// Begins to write what `levels` ask for: a level (`error`, `warn`, `info`, `debug`, `trace`, `off`) for everything, or for single
/// modules.
///
/// # Errors
/// If the levels can't be understood, the state folder is not known or can't be written, or it was begun before.
pub fn begin(levels: &str) -> anyhow::Result<()> {
    let folder = folders::state().context("the home folder is not known")?;
    let no_levels = || {
        format!(
            "{:?} names no levels such as info or warn, vae_tui::run=debug",
            plain(levels)
        )
    };
    // A word alone may name a module too, and a mistyped level would be a module that is not there.
    let is_known =
        |word: &str| word.contains('=') || word.starts_with("vae_tui") || word.parse::<LevelFilter>().is_ok();
    ensure!(levels.split(',').all(|word| is_known(word.trim())), no_levels());
    let handle = Logger::try_with_str(levels)
        .with_context(no_levels)?
        .log_to_file(
            FileSpec::default()
                .directory(folder)
                .basename("vae-tui")
                .suppress_timestamp(),
        )
        .append()
        .rotate(
            Criterion::Size(SIZE),
            Naming::Numbers,
            Cleanup::KeepLogFiles(FILES),
        )
        // A thread for it would be one more in every process.
        .cleanup_in_background_thread(false)
        .format(line)
        // Standard error is the screen's.
        .error_channel(ErrorChannel::DevNull)
        .start()
        .context("the journal can't be written")?;
    let _ = HANDLE.set(handle);
    Ok(())
}

fn line(out: &mut dyn Write, now: &mut DeferredNow, record: &Record) -> std::io::Result<()> {
    write!(
        out,
        "{} {} {:5} {} {}",
        now.format_rfc3339(),
        std::process::id(),
        record.level(),
        record.module_path().unwrap_or_default(),
        plain(&record.args().to_string())
    )
}
