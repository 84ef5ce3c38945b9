//! Reading a session, with every number checked before it is believed.

use std::path::Path;

use super::document::{Document, FORMAT, Header, StoredChains, VERSION};
use super::{KeptRun, SessionError, View};
use crate::data::Dataset;
use crate::learning::mcem::{Chains, Sampling};
use crate::learning::{Configuration, Training};
use crate::model::Vae;
use crate::nn::optimizer::Optimizer;
use crate::words::plain;

/// A session as read from a file; the data set makes a run of it.
pub struct Session {
    document: Document,
    path: std::path::PathBuf,
}

/// The largest file that is read at all: far above what the largest model needs.
const LARGEST_FILE: u64 = 4 << 30;

/// Reads the session file `path`.
///
/// # Errors
/// If the file is missing, something else, from a later program, or damaged; the error names the file and the cause.
pub fn load(path: &Path) -> Result<Session, SessionError> {
    let unread = |cause| SessionError::Read {
        path: path.to_owned(),
        cause,
    };
    let metadata = std::fs::metadata(path).map_err(unread)?;
    if !metadata.is_file() {
        return Err(unread(std::io::Error::other("it is not a file")));
    }
    if metadata.len() > LARGEST_FILE {
        return Err(unread(std::io::Error::other("it is too large for a session")));
    }
    parse(std::fs::read(path).map_err(unread)?, path)
}

/// Reads a session from the bytes of the file `path`.
///
/// # Errors
/// If they are something else, from a later program, or damaged; the error names the file and the cause.
pub fn parse(bytes: Vec<u8>, path: &Path) -> Result<Session, SessionError> {
    let foreign = |cause: String| SessionError::Foreign {
        path: path.to_owned(),
        cause: plain(&cause),
    };
    let text = String::from_utf8(bytes).map_err(|_| foreign("it is not text".into()))?;

    let claims_to_be_ours = text.contains(FORMAT);
    let header: Header = match ron::from_str(&text) {
        Ok(header) => header,
        Err(error) if claims_to_be_ours => return Err(damaged(path, error.to_string())),
        Err(error) => return Err(foreign(error.to_string())),
    };
    if header.format != FORMAT {
        return Err(foreign(format!("its format is {:?}", header.format)));
    }
    if header.version > VERSION {
        let Header {
            version: found,
            program,
            ..
        } = header;
        return Err(SessionError::Newer {
            path: path.to_owned(),
            found,
            program: plain(&program),
        });
    }
    let document: Document = ron::from_str(&text).map_err(|error| damaged(path, error.to_string()))?;
    check(&document).map_err(|cause| damaged(path, cause))?;
    Ok(Session {
        document,
        path: path.to_owned(),
    })
}

impl Session {
    /// What the run started from.
    pub fn configuration(&self) -> &Configuration {
        &self.document.configuration
    }

    /// How the person looked at it.
    pub fn view(&self) -> &View {
        &self.document.view
    }

    /// Its curve alone, for comparison with other runs.
    pub fn into_kept_run(self) -> KeptRun {
        let name = self.path.file_stem().unwrap_or_default();
        KeptRun {
            name: name.to_string_lossy().into_owned(),
            configuration: self.document.configuration,
            evaluations: self.document.evaluations,
        }
    }

    /// The run, ready to go on with `data`.
    ///
    /// # Errors
    /// If the data set is another one, or a parameter is missing or has another shape than the configuration says.
    pub fn into_training(self, data: &Dataset) -> Result<Training, SessionError> {
        let Self { document, path } = self;
        let damaged = |cause: String| damaged(&path, cause);
        if document.configuration.data != data.name || document.pixels != data.pixels() {
            return Err(damaged(format!(
                "it was trained on {:?} with {} pixels an image, but the data is {:?} with {}",
                document.configuration.data,
                document.pixels,
                data.name,
                data.pixels()
            )));
        }

        let architecture = document.configuration.architecture(document.pixels);
        let stored: usize = document
            .parameters
            .iter()
            .map(|stored| stored.values.0.len())
            .sum();
        // Smaller differences are named by parameter below, where the sizes have taken memory already.
        if architecture.parameter_count() / 8 > stored {
            return Err(damaged(format!(
                "parameters: expected {} numbers for {architecture}, found {stored}",
                architecture.parameter_count()
            )));
        }
        let mut model = Vae::zeros(architecture);
        let mut optimizer = Optimizer::new(document.configuration.optimizer, document.learning_rate, &[]);
        optimizer.steps = document.optimizer_steps;
        let mut stored = document.parameters.into_iter();
        for named in model.parameters_mut() {
            let expected = format!("{} of shape {:?}", named.name, named.parameter.sizes());
            let Some(found) = stored.next() else {
                return Err(damaged(format!("parameters: expected {expected}, found none")));
            };
            if found.name != named.name || found.shape != named.parameter.sizes() {
                let found = format!("{} of shape {:?}", found.name, found.shape);
                return Err(damaged(format!("parameters: expected {expected}, found {found}")));
            }
            let count = named.parameter.values().len();
            let firsts = if optimizer.has_first() { count } else { 0 };
            let lengths = (found.values.0.len(), found.first.0.len(), found.second.0.len());
            if lengths != (count, firsts, count) {
                let expected = (count, firsts, count);
                return Err(damaged(format!(
                    "{}: expected {expected:?} numbers, found {lengths:?}",
                    found.name
                )));
            }
            named.parameter.values_mut().copy_from_slice(&found.values.0);
            if optimizer.has_first() {
                optimizer.first.push(found.first.0);
            }
            optimizer.second.push(found.second.0);
        }

        let numbers = document.configuration.train_points(data) * document.configuration.latent;
        let chains = document
            .chains
            .map(|stored| chains(stored, numbers))
            .transpose()
            .map_err(damaged)?;
        let mut training = Training::resumed(document.configuration, model, optimizer, data);
        training.samples = document.samples;
        training.steps = document.steps;
        training.seconds = document.seconds;
        training.evaluations = document.evaluations;
        training.marginals = document.marginals;
        training.since_evaluation = document.since_evaluation;
        training.trace = document.trace;
        training.chains = chains;
        Ok(training)
    }
}

/// The chains, if they are as many numbers as the training points need and every one is usable.
fn chains(stored: StoredChains, numbers: usize) -> Result<Chains, String> {
    let StoredChains { positions, sampling } = stored;
    let found = positions.0.len();
    if found != numbers {
        return Err(format!("chains: expected {numbers} numbers, found {found}"));
    }
    let Sampling {
        step_size,
        acceptance,
    } = sampling;
    if !(step_size.is_finite() && step_size > 0.0 && (0.0..=1.0).contains(&acceptance)) {
        return Err(format!(
            "chains: step_size is {step_size} and acceptance {acceptance}, but must be positive and from 0 to 1"
        ));
    }
    Ok(Chains {
        positions: positions.0,
        sampling,
    })
}

/// Far more steps than can ever be made; counters beyond it would overflow as training goes on.
const MOST_STEPS: u64 = 1 << 40;

/// Checks the sizes, the rates and the counters.
fn check(document: &Document) -> Result<(), String> {
    let Document {
        samples,
        steps,
        optimizer_steps,
        learning_rate,
        seconds,
        ..
    } = document;
    let start = &document.configuration;
    let present = Configuration {
        learning_rate: *learning_rate,
        ..start.clone()
    };
    for configuration in [start, &present] {
        configuration.check().map_err(|error| error.to_string())?;
    }
    let batch = start.batch as u64;
    let unread = document.since_evaluation.1;
    if steps.max(optimizer_steps) > &MOST_STEPS {
        return Err(format!("steps is {steps}, but must be at most {MOST_STEPS}"));
    }
    if *samples != steps * batch {
        return Err(format!(
            "samples is {samples}, but {steps} steps of {batch} are {}",
            steps * batch
        ));
    }
    if unread > *samples {
        return Err(format!("since_evaluation has {unread} samples of {samples}"));
    }
    if !(seconds.is_finite() && *seconds >= 0.0) {
        return Err(format!("seconds is {seconds}, but must not be negative"));
    }
    Ok(())
}

/// The cause may quote what stands in the file.
fn damaged(path: &Path, cause: String) -> SessionError {
    SessionError::Damaged {
        path: path.to_owned(),
        cause: plain(&cause),
    }
}
