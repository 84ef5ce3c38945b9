//! `vae-tui man`: manual pages, one for the program and one for each of its commands.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, CommandFactory};

use super::Cli;
use crate::files::shown;

/// The arguments of `vae-tui man`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Where the pages are written, such as vae-tui-train.1; pages that lie there already are replaced
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// Writes the pages.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = &arguments.folder;
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
        .with_context(|| format!("the pages can't be written to {}", shown(folder)))
}
