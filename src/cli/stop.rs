//! `vae-tui stop`: ends a run that goes on without a screen.

use clap::Args;
use serde::Serialize;

use super::print_line;
use crate::process::say;
use crate::remote::client::{describe, stop};
use crate::remote::folder::RuntimeFolder;
use crate::words::plain_json;

/// Which run.
#[derive(Args, Debug)]
pub struct Arguments {
    /// Its name, as `vae-tui list` shows it
    name: String,
    /// What became of it as a JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// What became of a run.
#[derive(Serialize)]
struct Line<'a> {
    event: &'static str,
    name: &'a str,
    session: String,
    text: &'a str,
}

/// Has it saved and ended, and waits for that.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = RuntimeFolder::usual()?;
    let Arguments { name, json } = arguments;
    let session = describe(&folder, name)?.session;
    let words = stop(&folder, name)?;
    if *json {
        let line = Line {
            event: "stopped",
            name,
            session: session.to_string_lossy().into_owned(),
            text: &words,
        };
        return print_line(&plain_json(&serde_json::to_string(&line)?));
    }
    say(format_args!("{name}: {words}"));
    Ok(())
}
