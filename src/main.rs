//! The `vae-tui` program: everything it does is in the library.

// `println!` and `eprintln!` panic when nobody is left to read: `cli::print_line` and `process::say` do not.
#![deny(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

use clap::Parser;
use vae_tui::cli::{Cli, NobodyReads};
use vae_tui::process::{say, survive_large_writes};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = survive_large_writes()
        .map_err(Into::into)
        .and_then(|()| match cli.command {
            Some(command) => command.run(),
            None => vae_tui::tui::run(&cli.workbench),
        });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the results has seen enough.
        Err(error) if error.is::<NobodyReads>() => ExitCode::SUCCESS,
        Err(error) => {
            say(format_args!("vae-tui: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
