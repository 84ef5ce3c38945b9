//! The `vae-tui` program: everything it does is in the library.

// `println!` and `eprintln!` panic when nobody is left to read: `cli::print_line` and `process::say` do not.
#![deny(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use vae_tui::cli::{About, Cli, NobodyReads, WorkbenchArguments};
use vae_tui::config::{self, Loaded};
use vae_tui::process::{say, survive_large_writes};
use vae_tui::tui;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = survive_large_writes()
        .map_err(Into::into)
        .and_then(|()| match cli.command {
            Some(command) => command.run(&About {
                commands: tui::listing,
                faults: tui::faults,
            }),
            None => options(cli.workbench, config::load()).and_then(tui::run),
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

/// What the workbench opens with, as the command line says it,
/// or else the configuration.
fn options(arguments: WorkbenchArguments, loaded: Loaded) -> anyhow::Result<tui::Options> {
    let run = match arguments.session {
        Some(path) => tui::RunSource::Saved(path, arguments.data),
        None => tui::RunSource::New(Box::new(arguments.new_run(&loaded.config)?)),
    };
    Ok(tui::Options {
        run,
        compare: arguments.compare,
        autosave: Duration::from_secs(arguments.autosave.unwrap_or(loaded.config.autosave)),
        colours: arguments.colours.or(loaded.config.colours),
        graphics: arguments.graphics.unwrap_or(loaded.config.graphics),
        config: loaded.config,
        faults: loaded.faults,
    })
}
