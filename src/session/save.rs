//! Writing a session, as a whole or not at all.

use std::fs::{File, Metadata};
use std::io::Write;
use std::path::Path;

use ron::ser::PrettyConfig;

use super::document::{Document, FORMAT, StoredChains, StoredParameter, StoredPast, VERSION};
use super::floats::{Floats, Halves};
use super::target::Target;
use super::{SessionError, View, generations};
use crate::data::short_name;
use crate::files::{NewFile, make_folder, settle};
use crate::run::RunState;
use crate::run::past::PastModel;

/// Writes `state` and `view` to `path`, making its folder where there is none; a session that lies there is replaced.
///
/// The bytes go to a temporary file beside it, are forced to the disk, and take the name in one step: a crash or a
/// full disk leaves the old file or the new one, never half of one. Mode and owner stay, and a link keeps pointing
/// where it did.
///
/// # Errors
/// If the folder or the file can't be written, or something else than a session lies there; it is then as it was.
pub fn save(state: &RunState, view: &View, path: &Path) -> Result<(), SessionError> {
    let failed = |cause| failed(path, cause);
    let target = Target::of(path)?;
    check_finite(state, path)?;
    let content = content(state, view).map_err(failed)?;
    put(&content, &target, true).map_err(failed)?;
    settle(&target.folder).map_err(failed)
}

/// Has `content` take the place of what lies at `target`, which is kept among the earlier states where `is_kept`.
pub(super) fn put(content: &[u8], target: &Target, is_kept: bool) -> std::io::Result<File> {
    let file = written(content, &target.folder, target.existing.as_ref())?;
    if is_kept {
        generations::keep(target);
    }
    file.replace(&target.path)
}

/// A file that holds `content` and is forced to the disk, but has no name yet.
pub(super) fn written(
    content: &[u8],
    folder: &Path,
    replaced: Option<&Metadata>,
) -> std::io::Result<NewFile> {
    make_folder(folder)?;
    let mut file = NewFile::create(folder, replaced)?;
    file.write_all(content)?;
    file.flush_to_disk()?;
    Ok(file)
}

/// A state that is not finite takes the place of nothing.
pub(super) fn check_finite(state: &RunState, path: &Path) -> Result<(), SessionError> {
    match state.training.not_finite() {
        Some(name) => Err(SessionError::NotFinite {
            path: path.to_owned(),
            name,
        }),
        None => Ok(()),
    }
}

pub(super) fn failed(path: &Path, cause: std::io::Error) -> SessionError {
    SessionError::Write {
        path: path.to_owned(),
        cause,
    }
}

/// The file's text.
pub(super) fn content(state: &RunState, view: &View) -> std::io::Result<Vec<u8>> {
    let mut text = format!("// {}\n", summary(state));
    ron::ser::to_writer_pretty(
        &mut text,
        &document(state, view),
        PrettyConfig::new().depth_limit(3),
    )
    .map_err(std::io::Error::other)?;
    text.push('\n');
    Ok(text.into_bytes())
}

/// The first line of a session file, which lists show: what was trained, how far, how well. It stays one line whatever
/// the data is called.
fn summary(state: &RunState) -> String {
    let RunState { training, log, .. } = state;
    let architecture = training.model.architecture();
    let bound = log.evaluations.last().map_or(String::new(), |point| {
        format!(", test ELBO {:.2}", point.elbo_test)
    });
    let data: String = short_name(&training.configuration.data)
        .chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect();
    format!("{data} {architecture}, {} samples{bound}", training.samples)
}

fn document(state: &RunState, view: &View) -> Document {
    let RunState { training, log, past } = state;
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
        data_checksum: Some(training.data_identity),
        learning_rate: optimizer.learning_rate,
        samples: training.samples,
        steps: training.steps,
        seconds: training.seconds,
        optimizer_steps: optimizer.steps,
        parameters: parameters.collect(),
        evaluations: log.evaluations.clone(),
        marginals: log.marginals.clone(),
        since_evaluation: training.since_evaluation,
        trace: log.trace.clone(),
        entries: log.entries.clone(),
        film: log.film.clone(),
        past: past.iter().map(stored_past).collect(),
        chains: training.chains.as_ref().map(|chains| StoredChains {
            positions: Floats(chains.positions.clone()),
            sampling: chains.sampling,
        }),
        view: view.clone(),
    }
}

fn stored_past((samples, model): (u64, &PastModel)) -> StoredPast {
    StoredPast {
        samples,
        steps: model.steps,
        numbers: Halves(model.numbers.clone()),
    }
}
