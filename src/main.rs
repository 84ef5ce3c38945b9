//! The `vae-tui` program: everything it does is in the library.

// `println!` and `eprintln!` panic when nobody is left to read: `cli::print_line` and `process::say` do not.
#![deny(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;
use std::time::Duration;

use vae_tui::cli::{About, Cli, NobodyReads, WorkbenchArguments, attach, tour};
use vae_tui::config::{self, Loaded};
use vae_tui::journal;
use vae_tui::panics;
use vae_tui::platform::survive_large_writes;
use vae_tui::process::say;
use vae_tui::tui;

fn main() -> ExitCode {
    panics::report_all();
    let cli = Cli::typed();
    begin_journal();
    let result = survive_large_writes()
        .map_err(Into::into)
        .and_then(|()| match cli.command {
            Some(command) => command.run(&About {
                commands: tui::listing,
                faults: tui::faults,
                tour: open_tour,
                attach: open_attached,
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

/// Begins the journal, where the environment or the configuration asks for it. Without it the program works as well.
fn begin_journal() {
    let asked = std::env::var(journal::VARIABLE)
        .ok()
        .or_else(|| config::load().config.journal);
    let begun = asked.map_or(Ok(()), |levels| journal::begin(&levels));
    if let Err(error) = begun {
        say(format_args!("vae-tui: no journal is written: {error:#}"));
    }
    log::info!("version {} begins", env!("CARGO_PKG_VERSION"));
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
        language: arguments.language.or(loaded.config.language),
        tour: false,
        graphics: arguments.graphics.unwrap_or(loaded.config.graphics),
        config: loaded.config,
        faults: loaded.faults,
    })
}

/// Opens the workbench with the tour and its small run.
fn open_tour(arguments: &tour::Arguments) -> anyhow::Result<()> {
    let Loaded { config, faults, .. } = config::load();
    tui::run(tui::Options {
        run: tui::RunSource::New(Box::new(tour::Arguments::new_run(&config))),
        compare: Vec::new(),
        autosave: Duration::from_secs(config.autosave),
        colours: arguments.colours.or(config.colours),
        graphics: config.graphics,
        language: arguments.language.or(config.language),
        tour: true,
        config,
        faults,
    })
}

/// Opens the workbench on a run that goes on in another process.
fn open_attached(arguments: &attach::Arguments) -> anyhow::Result<()> {
    let runs = arguments.meant()?;
    let Loaded { config, faults, .. } = config::load();
    tui::run(tui::Options {
        run: tui::RunSource::Running(runs),
        compare: Vec::new(),
        autosave: Duration::from_secs(config.autosave),
        colours: arguments.colours.or(config.colours),
        graphics: arguments.graphics.unwrap_or(config.graphics),
        language: arguments.language.or(config.language),
        tour: false,
        config,
        faults,
    })
}
