//! `vae-tui list`: the runs that go on without a screen.

use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::print_line;
use crate::data::short_name;
use crate::files::shown;
use crate::process::say;
use crate::remote::{Description, running};
use crate::run::State;
use crate::words::{plain, plain_json};

/// How they are listed.
#[derive(Args, Debug)]
pub struct Arguments {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// A run as programs read it.
#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    state: &'static str,
    samples: u64,
    goal: u64,
    seconds: f64,
    elbo_test: Option<f64>,
    saved_samples: u64,
    viewers: usize,
    session: String,
    data: &'a str,
    model: &'a str,
    process: u32,
}

/// Lists them, one a line.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let (runs, faults) = running()?;
    for fault in faults {
        say(format_args!("vae-tui: {fault}"));
    }
    if runs.is_empty() && !arguments.json {
        say("no run goes on without a screen");
    }
    for run in &runs {
        print_line(&if arguments.json {
            plain_json(&serde_json::to_string(&line(run))?)
        } else {
            words(run)
        })?;
    }
    Ok(())
}

fn line(run: &Description) -> Line<'_> {
    Line {
        name: &run.name,
        state: state(run.state),
        samples: run.samples,
        goal: run.goal,
        seconds: run.seconds,
        elbo_test: run.test.filter(|bound| bound.is_finite()),
        saved_samples: run.saved,
        viewers: run.viewers,
        session: Path::new(&run.session).to_string_lossy().into_owned(),
        data: &run.data,
        model: &run.model,
        process: run.process,
    }
}

/// A run as people read it.
fn words(run: &Description) -> String {
    let test = run
        .test
        .map_or(String::new(), |bound| format!(", test ELBO {bound:.2}"));
    let viewers = match run.viewers {
        0 => String::new(),
        1 => ", 1 screen".into(),
        viewers => format!(", {viewers} screens"),
    };
    format!(
        "{}  {}, {} of {} samples{test}{viewers}, {} {}, saved to {}",
        plain(&run.name),
        state(run.state),
        run.samples,
        run.goal,
        plain(short_name(&run.data)),
        plain(&run.model),
        shown(run.session.as_ref())
    )
}

fn state(state: State) -> &'static str {
    match state {
        State::Running => "running",
        State::Paused => "paused",
        State::Finished => "finished",
    }
}
