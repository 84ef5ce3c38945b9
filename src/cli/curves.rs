//! `vae-tui curves`: what was measured of saved runs, for other programs to draw.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{STANDARD_OUTPUT, ending, write_to_standard_output};
use crate::outputs::curves::{write_events, write_table};
use crate::outputs::write_file;
use crate::session::{self, KeptRun};

/// The flags of `vae-tui curves`.
#[derive(Args, Debug)]
#[command(
    after_help = "Example: vae-tui curves a.ron b.ron -o curves.csv\n         vae-tui curves a.ron b.ron --tensorboard logs"
)]
pub struct Arguments {
    /// The sessions
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Where every evaluation goes as a line of CSV; - for standard output
    #[arg(short, long, value_name = "FILE", required_unless_present = "tensorboard")]
    out: Option<PathBuf>,
    /// A folder for files of TensorBoard's events, in a folder per run; it is made where there is none
    #[arg(long, value_name = "DIR")]
    tensorboard: Option<PathBuf>,
}

/// Reads the curves, writes them.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut runs = Vec::new();
    for path in &arguments.files {
        runs.push(session::load(path)?.into_kept_run());
    }
    let cancel = ending()?;
    match arguments.out.as_deref() {
        None => {}
        Some(path) if path == Path::new(STANDARD_OUTPUT) => {
            write_to_standard_output(|output| Ok(write_table(&runs, output)?))?;
        }
        Some(path) => write_file(path, &cancel, |output| Ok(write_table(&runs, output)?))?,
    }
    let Some(folder) = &arguments.tensorboard else {
        return Ok(());
    };
    for (run, name) in runs.iter().zip(folder_names(&runs)) {
        write_events(&folder.join(name), run, &cancel)?;
    }
    Ok(())
}

/// A name per run that no other has.
fn folder_names(runs: &[KeptRun]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut name = |run: &KeptRun| {
        let numbered = (2_u64..).map(|number| format!("{}-{number}", run.name));
        let mut free = std::iter::once(run.name.clone()).chain(numbered);
        let name = free.find(|name| !taken.contains(name)).unwrap_or_default();
        taken.insert(name.clone());
        name
    };
    runs.iter().map(&mut name).collect()
}
