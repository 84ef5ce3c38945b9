//! The `vae-tui` program: everything it does is in the library.

use std::process::ExitCode;

use clap::Parser;
use vae_tui::cli::Cli;
use vae_tui::words::plain;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Some(command) => command.run(),
        None => vae_tui::tui::run(&cli.workbench),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vae-tui: {}", plain(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}
