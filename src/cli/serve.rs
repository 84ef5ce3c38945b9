//! `vae-tui serve`: the process of a run that goes on without a screen. The program itself begins it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;

use super::{dataset, ending_signals_received, print_line};
use crate::files::shown;
use crate::process::say;
use crate::remote::folder::RuntimeFolder;
use crate::remote::headless::{leave_terminal, say_ready};
use crate::remote::server::{Detached, serve};
use crate::session::{self, Resumed, SessionFile};

/// What goes on, and how.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The session
    session: PathBuf,
    /// Train at once
    #[arg(long)]
    train: bool,
    /// Seconds between two saves
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    autosave: u64,
}

/// Serves the run to its end. Whoever began this process hears on standard output that screens can come, or why not.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if !leave_terminal()? {
        return Ok(());
    }
    let served = serve_run(arguments);
    if let Err(error) = &served {
        // After it was ready nobody hears this, and it is in the log.
        let _ = print_line(&format!("{error:#}"));
    }
    served
}

fn serve_run(arguments: &Arguments) -> anyhow::Result<()> {
    let path = &arguments.session;
    let signals = ending_signals_received()?;
    let Resumed {
        state,
        data,
        view,
        identity,
        ..
    } = session::resume(path, None, dataset)?;
    let file = SessionFile::opened(path.clone(), identity);
    file.claim()?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let place = RuntimeFolder::usual()?.place(&name)?;
    let detached = Detached {
        state,
        data,
        view,
        file,
        place,
        trains: arguments.train,
        autosave: Duration::from_secs(arguments.autosave),
    };
    let words = serve(detached, &signals, |name| {
        if let Err(error) = say_ready(name) {
            say(format_args!("vae-tui: {error:#}"));
        }
    })
    .with_context(|| format!("going on with {}", shown(path)))?;
    say(words);
    Ok(())
}
