//! `vae-tui restore`: an earlier state of a saved run, in the place of the present one.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, ensure};
use clap::Args;
use indicatif::HumanDuration;
use serde::Serialize;

use super::print_line;
use crate::files::shown;
use crate::session::generations::{self, Generation};
use crate::session::{RunFacts, folder};

/// The flags of `vae-tui restore`.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  vae-tui restore run.ron        what it was before: the last three states that a save replaced\n  vae-tui restore run.ron --to 1 the newest of them; the present state is kept among them"
)]
pub struct Arguments {
    /// The session: its file, or its name in the usual folder
    #[arg(value_name = "NAME")]
    session: PathBuf,
    /// Go back to this state, by its number in the list
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    to: Option<u8>,
    /// One JSON object a line for every state, the newest first
    #[arg(long, conflicts_with = "to")]
    json: bool,
}

/// An earlier state, as it is listed.
#[derive(Serialize)]
struct Line {
    /// What `--to` calls it.
    number: usize,
    /// When it was saved, in seconds since 1970.
    saved: u64,
    samples: u64,
    elbo_test: Option<f64>,
}

/// Lists the earlier states, or goes back to one of them.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let path = file(&arguments.session);
    let earlier = generations::list(&path);
    ensure!(
        !earlier.is_empty(),
        "there is no earlier state of {}: one is kept whenever a save replaces it, the last {} of them",
        shown(&path),
        generations::KEPT
    );
    let Some(number) = arguments.to else {
        return list(&earlier, arguments.json);
    };
    let chosen = earlier.get(usize::from(number) - 1).with_context(|| {
        format!(
            "{} has {} earlier states, and --to is {number}",
            shown(&path),
            earlier.len()
        )
    })?;
    generations::restore(&path, &chosen.path)?;
    print_line(&format!(
        "{} is back at: {}; what it was until now is kept as state 1",
        shown(&path),
        chosen.summary
    ))
}

/// The file of a session: as it is named, or in the usual folder.
fn file(name: &Path) -> PathBuf {
    let usual = || {
        let mut file = name.to_owned().into_os_string();
        if name.extension().is_none_or(|ending| ending != "ron") {
            file.push(".ron");
        }
        Some(folder::sessions().ok()?.join(file))
    };
    let is_a_name = name.components().count() == 1 && !name.exists() && generations::list(name).is_empty();
    is_a_name.then(usual).flatten().unwrap_or_else(|| name.to_owned())
}

fn list(earlier: &[Generation], json: bool) -> anyhow::Result<()> {
    for (number, generation) in (1..).zip(earlier) {
        let facts = RunFacts::read(&generation.path)?;
        if json {
            let saved = generation.saved.duration_since(SystemTime::UNIX_EPOCH);
            print_line(&serde_json::to_string(&Line {
                number,
                saved: saved.map_or(0, |time| time.as_secs()),
                samples: facts.samples,
                elbo_test: facts.test(),
            })?)?;
            continue;
        }
        let age = generation.saved.elapsed().unwrap_or_default();
        let bound = facts
            .test()
            .map_or("never measured".into(), |bound| format!("test ELBO {bound:.2}"));
        print_line(&format!(
            "{number}  saved {} ago  {} samples  {bound}",
            HumanDuration(age),
            facts.samples
        ))?;
    }
    Ok(())
}
