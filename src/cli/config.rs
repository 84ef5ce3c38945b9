//! `vae-tui config`: the configuration that holds, as a file that says the same.

use super::{About, print_line};
use crate::config;
use crate::process::say;

/// Prints it, and on standard error what is wrong with the file.
pub(super) fn run(about: &About) -> anyhow::Result<()> {
    let loaded = config::load();
    let commands = (about.commands)();
    print_line(&format!(
        "{}\n// Commands and their usual keys:\n{}",
        loaded.text(),
        commands.trim_end()
    ))?;
    let faults = (about.faults)(&loaded.config);
    for fault in loaded.faults.iter().chain(&faults) {
        say(format_args!("vae-tui: {fault}"));
    }
    Ok(())
}
