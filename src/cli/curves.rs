//! `vae-tui curves`: what was measured of saved runs, for other programs to draw.

use std::collections::BTreeSet;
use std::io::{Result as IoResult, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::{STANDARD_OUTPUT, write_to_standard_output};
use crate::exchange::tensorboard::{self, Scalar};
use crate::files::{shown, write_whole};
use crate::run::curve::CurvePoint;
use crate::session::{self, KeptRun};
use crate::words::plain;

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
    match arguments.out.as_deref() {
        None => {}
        Some(path) if path == Path::new(STANDARD_OUTPUT) => {
            write_to_standard_output(|output| Ok(write_table(&runs, output)?))?;
        }
        Some(path) => {
            write_whole(path, |output| write_table(&runs, output)).with_context(|| unwritten(path))?
        }
    }
    let Some(folder) = &arguments.tensorboard else {
        return Ok(());
    };
    for (run, name) in runs.iter().zip(folder_names(&runs)) {
        let folder = folder.join(name);
        let path = folder.join(tensorboard::FILE_NAME);
        std::fs::create_dir_all(&folder).with_context(|| unwritten(&folder))?;
        write_whole(&path, |output| {
            tensorboard::write(&scalars(&run.evaluations), output)
        })
        .with_context(|| unwritten(&path))?;
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

/// A line per evaluation; what was not measured is empty.
fn write_table(runs: &[KeptRun], mut output: impl Write) -> IoResult<()> {
    writeln!(
        output,
        "run,samples,seconds,elbo_train,elbo_test,reconstruction,kl,learning_rate"
    )?;
    for run in runs {
        let name = plain(&run.name).replace('"', "\"\"");
        for point in &run.evaluations {
            write!(output, "\"{name}\",{}", point.samples)?;
            let numbers = [point.seconds]
                .into_iter()
                .chain(numbers(point).map(|(_, number)| number));
            for number in numbers {
                if number.is_finite() {
                    write!(output, ",{number}")?;
                } else {
                    write!(output, ",")?;
                }
            }
            writeln!(output)?;
        }
    }
    output.flush()
}

/// What was measured at a point, under the names that TensorBoard shows; bounds in nats per data point.
fn numbers(point: &CurvePoint) -> impl Iterator<Item = (&'static str, f64)> {
    // As many digits as the number itself has, not those of its neighbour among doubles.
    let learning_rate = point.learning_rate.to_string().parse().unwrap_or(f64::NAN);
    [
        ("elbo/train", point.elbo_train),
        ("elbo/test", point.elbo_test),
        ("terms/reconstruction", point.reconstruction),
        ("terms/kl", point.kl),
        ("learning_rate", learning_rate),
    ]
    .into_iter()
}

fn scalars(evaluations: &[CurvePoint]) -> Vec<Scalar> {
    let of_point = |point: &CurvePoint| {
        let (step, seconds) = (point.samples.cast_signed(), point.seconds);
        let finite = numbers(point).filter(|(_, number)| number.is_finite());
        let scalar = |(tag, number)| Scalar {
            tag,
            step,
            seconds,
            value: number as f32,
        };
        finite.map(scalar).collect::<Vec<Scalar>>()
    };
    evaluations.iter().flat_map(of_point).collect()
}

fn unwritten(path: &Path) -> String {
    format!("{} can't be written", shown(path))
}
