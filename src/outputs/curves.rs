//! What was measured of runs, for other programs to draw.

use std::io::{Result as IoResult, Write};
use std::path::Path;

use super::{OutputError, write_file};
use crate::cancel::Cancel;
use crate::exchange::tensorboard::{self, Scalar};
use crate::files::make_folder;
use crate::language::tr;
use crate::run::curve::CurvePoint;
use crate::session::KeptRun;
use crate::words::plain;

/// Whether the name is that of a table; otherwise it is that of a folder for TensorBoard.
pub fn is_table(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "csv")
}

/// Writes a line per evaluation; what was not measured is empty.
///
/// # Errors
/// If `output` can't be written.
pub fn write_table(runs: &[KeptRun], mut output: impl Write) -> IoResult<()> {
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

/// Writes a run's curves as TensorBoard's events into a folder, which is made where there is none.
///
/// # Errors
/// If the folder or the file can't be written, or it was broken off.
pub fn write_events(folder: &Path, run: &KeptRun, cancel: &Cancel) -> Result<(), OutputError> {
    make_folder(folder).map_err(OutputError::unwritten(folder))?;
    write_file(&folder.join(tensorboard::FILE_NAME), cancel, |output| {
        Ok(tensorboard::write(&scalars(&run.evaluations), output)?)
    })
}

/// Writes what the name asks for, and says what that is.
pub(super) fn write_any(path: &Path, run: &KeptRun, cancel: &Cancel) -> Result<String, OutputError> {
    if is_table(path) {
        write_file(path, cancel, |output| {
            Ok(write_table(std::slice::from_ref(run), output)?)
        })?;
    } else {
        write_events(&path.join(&run.name), run, cancel)?;
    }
    Ok(match run.evaluations.len() {
        1 => tr!("1 evaluation").into(),
        count => tr!("{count} evaluations", count = count),
    })
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
