//! Writing a session, as a whole or not at all.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use ron::ser::PrettyConfig;

use super::document::{Document, FORMAT, StoredChains, StoredParameter, VERSION};
use super::floats::Floats;
use super::{SessionError, View};
use crate::data::short_name;
use crate::learning::Training;

/// Writes `training` and `view` to `path`, making its folder where there is none.
///
/// The bytes go to a temporary file beside it, are forced to the disk, and take the name in one step: a crash or a
/// full disk leaves the old file or the new one, never half of one.
///
/// # Errors
/// If the folder or the file can't be written; an existing file is then as it was.
pub fn save(training: &Training, view: &View, path: &Path) -> Result<(), SessionError> {
    let failed = |cause| SessionError::Write {
        path: path.to_owned(),
        cause,
    };
    let (folder, target) = destination(path);
    let mut temporary = temporary_file(&folder).map_err(failed)?;
    let mut writer = BufWriter::new(temporary.as_file_mut());
    write(training, view, &mut writer)
        .and_then(|()| writer.flush())
        .map_err(failed)?;
    drop(writer);
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist(&target).map_err(|error| failed(error.error))?;
    // The rename itself is on the disk once the folder is; not every system can say so of a folder.
    if let Ok(folder) = std::fs::File::open(&folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Finds out whether `path` could be saved to, so that a long run does not end with nothing; nothing is changed there.
///
/// # Errors
/// If the folder can't be made or written.
pub fn check_writable(path: &Path) -> Result<(), SessionError> {
    let failed = |cause| SessionError::Write {
        path: path.to_owned(),
        cause,
    };
    let (folder, target) = destination(path);
    if target.is_dir() {
        return Err(failed(std::io::ErrorKind::IsADirectory.into()));
    }
    temporary_file(&folder).map(drop).map_err(failed)
}

/// The folder and the file that `path` means; a link keeps pointing where it did.
fn destination(path: &Path) -> (PathBuf, PathBuf) {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = target
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    (folder.to_owned(), target)
}

/// A file in `folder`, which is made where there is none. Others may read the file as the user's umask allows, unlike
/// the private one that is usual for temporary files.
fn temporary_file(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".vae-tui-").suffix(".saving");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn write(training: &Training, view: &View, writer: &mut impl Write) -> std::io::Result<()> {
    writeln!(writer, "// {}", summary(training))?;
    let mut text = String::new();
    ron::ser::to_writer_pretty(
        &mut text,
        &document(training, view),
        PrettyConfig::new().depth_limit(3),
    )
    .map_err(std::io::Error::other)?;
    writer.write_all(text.as_bytes())?;
    writeln!(writer)
}

/// The first line of a session file, which lists show: what was trained, how far, how well.
fn summary(training: &Training) -> String {
    let architecture = training.model.architecture();
    let bound = training.evaluations.last().map_or(String::new(), |point| {
        format!(", test ELBO {:.2}", point.elbo_test)
    });
    format!(
        "{} {architecture}, {} samples{bound}",
        short_name(&training.configuration.data),
        training.samples
    )
}

fn document(training: &Training, view: &View) -> Document {
    let optimizer = &training.optimizer;
    let parameters = training
        .model
        .parameters()
        .into_iter()
        .enumerate()
        .map(|(index, named)| StoredParameter {
            name: named.name,
            shape: named.parameter.sizes(),
            values: Floats(named.parameter.values().to_vec()),
            first: Floats(optimizer.first.get(index).cloned().unwrap_or_default()),
            second: Floats(optimizer.second[index].clone()),
        });
    Document {
        format: FORMAT.into(),
        version: VERSION,
        program: env!("CARGO_PKG_VERSION").into(),
        configuration: training.configuration.clone(),
        pixels: training.model.architecture().pixels,
        data_checksum: Some(training.data_checksum),
        learning_rate: optimizer.learning_rate,
        samples: training.samples,
        steps: training.steps,
        seconds: training.seconds,
        optimizer_steps: optimizer.steps,
        parameters: parameters.collect(),
        evaluations: training.evaluations.clone(),
        marginals: training.marginals.clone(),
        since_evaluation: training.since_evaluation,
        trace: training.trace.clone(),
        chains: training.chains.as_ref().map(|chains| StoredChains {
            positions: Floats(chains.positions.clone()),
            sampling: chains.sampling,
        }),
        view: view.clone(),
    }
}
