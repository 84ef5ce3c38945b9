//! Reading a session, with every number checked before it is believed.

use std::fs::Metadata;
use std::io::Read;
use std::path::Path;

use half::f16;
use serde::de::DeserializeOwned;

use super::document::{Document, FORMAT, Header, StoredChains, StoredParameter, StoredPast, VERSION};
use super::target::Identity;
use super::{KeptRun, SessionError, View, syntax};
use crate::data::{DataIdentity, Dataset, ItemShape, Part, Split};
use crate::files::{open_regular, shown};
use crate::learning::mcem::{Chains, Sampling};
use crate::learning::settings::BATCH_RANGE;
use crate::learning::{Configuration, Training};
use crate::model::{Architecture, Vae};
use crate::nn::optimizer::Optimizer;
use crate::run::film::Film;
use crate::run::past::{PastModel, PastModels, bytes_of};
use crate::run::{RunLog, RunState};
use crate::words::plain;

/// A session as read from a file; the data set makes a run of it.
pub struct Session {
    document: Document,
    path: std::path::PathBuf,
    identity: Identity,
}

/// The largest file that is read at all: far above what the largest model needs.
const LARGEST_FILE: u64 = 4 << 30;
/// How much is read before it is looked at.
const STRETCH: u64 = 1 << 20;

/// Reads the session file `path`.
///
/// # Errors
/// If the file is missing, something else, from a later program, or damaged; the error names the file and the cause.
pub fn load(path: &Path) -> Result<Session, SessionError> {
    let (bytes, metadata) = read(path)?;
    let identity = Identity::new(&metadata, &bytes);
    understood(bytes, path, identity)
}

/// Reads a session from the bytes of the file `path`.
///
/// # Errors
/// If they are something else, from a later program, or damaged; the error names the file and the cause.
pub fn parse(bytes: Vec<u8>, path: &Path) -> Result<Session, SessionError> {
    check_stretch(path, &bytes, 0)?;
    let identity = Identity::of_content(&bytes);
    understood(bytes, path, identity)
}

/// The fields of a session file that `T` has; whatever else stands there is passed over.
///
/// # Errors
/// As for [`load`], as far as those fields tell.
pub(super) fn header<T: DeserializeOwned>(path: &Path) -> Result<(T, Metadata), SessionError> {
    let (bytes, metadata) = read(path)?;
    Ok((fields(bytes, path)?, metadata))
}

/// The session in bytes that may be one.
fn understood(bytes: Vec<u8>, path: &Path, identity: Identity) -> Result<Session, SessionError> {
    let document: Document = fields(bytes, path)?;
    check(&document).map_err(|cause| damaged(path, cause))?;
    Ok(Session {
        document,
        path: path.to_owned(),
        identity,
    })
}

/// The fields that `T` has of a session that may be one of a later program.
fn fields<T: DeserializeOwned>(bytes: Vec<u8>, path: &Path) -> Result<T, SessionError> {
    let text = String::from_utf8(bytes).map_err(|error| not_text(path, error.utf8_error().valid_up_to()))?;
    let (text, skipped) = document_of(&text);
    let unparsed = |error| damaged(path, syntax::words(&error, text, skipped));
    let header: Header = ron::from_str(text).map_err(unparsed)?;
    if header.format != FORMAT {
        return Err(foreign(path, format!("its format is {:?}", header.format)));
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
    ron::from_str(text).map_err(unparsed)
}

/// The bytes of a session file; one that does not begin like a session, or stops being text, is read no further.
pub(super) fn read(path: &Path) -> Result<(Vec<u8>, Metadata), SessionError> {
    let unread = |cause| SessionError::Read {
        path: path.to_owned(),
        cause,
    };
    let mut file = open_regular(path).map_err(unread)?;
    let metadata = file.metadata().map_err(unread)?;
    if metadata.len() > LARGEST_FILE {
        return Err(unread(std::io::Error::other("it is too large for a session")));
    }
    let mut bytes = Vec::new();
    loop {
        let before = bytes.len();
        let read = (&mut file)
            .take(STRETCH)
            .read_to_end(&mut bytes)
            .map_err(unread)?;
        check_stretch(path, &bytes[before..], before)?;
        if (read as u64) < STRETCH {
            return Ok((bytes, metadata));
        }
    }
}

/// Whether `stretch`, which has `before` bytes before it, can belong to a session.
fn check_stretch(path: &Path, stretch: &[u8], before: usize) -> Result<(), SessionError> {
    let is_named = || {
        let mut parts = stretch.windows(FORMAT.len());
        parts.any(|part| part == FORMAT.as_bytes())
    };
    if before == 0 && !is_named() {
        return Err(foreign(path, what_else(stretch).into()));
    }
    match stretch.iter().position(|&byte| byte == 0) {
        Some(zero) => Err(not_text(path, before + zero)),
        None => Ok(()),
    }
}

/// What a file is that does not say that it is a session.
fn what_else(bytes: &[u8]) -> &'static str {
    match (bytes, std::str::from_utf8(bytes)) {
        ([], _) => "it is empty",
        ([0xff, 0xfe, ..] | [0xfe, 0xff, ..], _) => "it is text in UTF-16, but sessions are in UTF-8",
        // The end of the piece may lie within a character.
        (_, Err(error)) if error.error_len().is_some() => "it is not text",
        _ if bytes.contains(&0) => "it is not text",
        _ => "nothing in it says that it is one",
    }
}

/// The document in the text of a session, and how many lines stand before it: the line for lists, which may have been
/// broken by the name of its data, or a person's own. Some editors put a byte order mark at the start.
fn document_of(text: &str) -> (&str, usize) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut start = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if line.trim_end() == "(" {
            return (&text[start..], number);
        }
        start += line.len();
    }
    (text, 0)
}

impl Session {
    /// What the run started from.
    pub fn configuration(&self) -> &Configuration {
        &self.document.configuration
    }

    /// What the file was like when it was read.
    pub fn identity(&self) -> &Identity {
        &self.identity
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

    /// What is different about `data`, with both identities, as far as the session knows what it was trained on.
    fn changes(&self, data: &Dataset) -> Option<String> {
        let known = self.document.data_checksum?;
        let found = known.likewise(data);
        let noun = data.shape.noun();
        let which = match known.differences(&found)[..] {
            [] => return None,
            [Part::Train] => format!("the training {noun}"),
            [Part::Test] => format!("the test {noun}"),
            _ => format!("the {noun}"),
        };
        Some(format!(
            "{which} of {} are others than those that {} was trained on ({found}, where it knows {known})",
            shown(data.name.as_ref()),
            shown(&self.path)
        ))
    }

    /// Whether the session knows that it was trained on exactly these items, whatever their name is.
    pub fn knows(&self, data: &Dataset) -> bool {
        let known = self.document.data_checksum.as_ref();
        known.is_some_and(|known| known.differences(&known.likewise(data)).is_empty())
    }

    /// Goes over to `data`, since a person says that this is its data now; returns what is different about it.
    ///
    /// The chains of Monte Carlo EM belong to the training images, so that they begin anew with others.
    pub fn adopt(&mut self, data: &Dataset) -> Option<String> {
        let found = DataIdentity::of(data);
        let changes = self.changes(data);
        let known = self.document.data_checksum.replace(found);
        if known.is_some_and(|known| known.likewise(data).train != known.train) {
            self.document.chains = None;
        }
        self.document.configuration.data.clone_from(&data.name);
        changes
    }

    /// The run, ready to go on with `data`.
    ///
    /// # Errors
    /// If the data set is another one, or a parameter is missing or has another shape than the configuration says.
    pub fn into_state(self, data: &Dataset) -> Result<RunState, SessionError> {
        let changes = self.changes(data);
        let Self { document, path, .. } = self;
        let other_data = |cause| SessionError::OtherData {
            path: path.clone(),
            cause,
        };
        let name = &document.configuration.data;
        if name != &data.name {
            return Err(other_data(format!(
                "it was trained on {name:?}, not on {:?}",
                data.name
            )));
        }
        if document.pixels != data.shape.numbers() {
            return Err(other_data(format!(
                "it was trained on {} of {} {}, but those of {} have {}",
                data.shape.noun(),
                document.pixels,
                if matches!(data.shape, ItemShape::Image { .. }) {
                    "pixels"
                } else {
                    "numbers"
                },
                shown(name.as_ref()),
                data.shape.numbers()
            )));
        }
        if let Some(changes) = changes {
            return Err(other_data(format!(
                "{changes}; --data PATH says where those are now, or goes on with others"
            )));
        }
        let fits = document.configuration.check_fits(data);
        fits.map_err(|error| other_data(error.to_string()))?;

        let damaged = |cause: String| damaged(&path, cause);
        let film = &document.film;
        film.check(document.pixels, document.configuration.latent_dimensions())
            .map_err(damaged)?;
        let architecture = document.configuration.architecture(data);
        let mut optimizer = Optimizer::new(document.configuration.optimizer, document.learning_rate, &[]);
        optimizer.steps = document.optimizer_steps;
        let is_spread = document.configuration.method.has_weight_posterior();
        let model = model(architecture, is_spread, document.parameters, &mut optimizer).map_err(damaged)?;
        let mut film = document.film;
        let past = past(document.past, &model, &mut film).map_err(damaged)?;

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
        training.since_evaluation = document.since_evaluation;
        training.chains = chains;
        let log = RunLog {
            evaluations: document.evaluations,
            marginals: document.marginals,
            trace: document.trace,
            entries: document.entries,
            film,
        };
        Ok(RunState { training, log, past })
    }

    /// The model alone, for items of bytes, without the data that it was trained on.
    ///
    /// # Errors
    /// If a parameter is missing or has another shape than the configuration says.
    pub fn into_model_of_bytes(self) -> Result<Vae, SessionError> {
        let Self { document, path, .. } = self;
        let none = Split::of_bytes(Vec::new(), Vec::new(), document.pixels);
        let (numbers, steps) = (document.pixels, document.configuration.time_steps);
        let shape = if steps > 1 && numbers.is_multiple_of(steps) {
            ItemShape::Sequence {
                steps,
                features: numbers / steps,
            }
        } else {
            ItemShape::Vector { features: numbers }
        };
        let bytes = Dataset::new(document.configuration.data.clone(), shape, none.clone(), none);
        let architecture = document.configuration.architecture(&bytes);
        let mut optimizer = Optimizer::new(document.configuration.optimizer, document.learning_rate, &[]);
        let is_spread = document.configuration.method.has_weight_posterior();
        model(architecture, is_spread, document.parameters, &mut optimizer)
            .map_err(|cause| damaged(&path, cause))
    }
}

/// The model of the parameters that a file has, with weights that are [spread](Vae::spread_weights) or not; the optimizer's
/// memories of them go to `optimizer`.
fn model(
    architecture: Architecture,
    is_spread: bool,
    parameters: Vec<StoredParameter>,
    optimizer: &mut Optimizer,
) -> Result<Vae, String> {
    let stored: usize = parameters.iter().map(|stored| stored.values.0.len()).sum();
    // Smaller differences are named by parameter below, where the sizes have taken memory already.
    if architecture.parameter_count() / 8 > stored {
        return Err(format!(
            "parameters: expected {} numbers for {architecture}, found {stored}",
            architecture.parameter_count()
        ));
    }
    let mut model = Vae::zeros(architecture);
    if is_spread {
        model.spread_weights();
    }
    let mut stored = parameters.into_iter();
    for named in model.parameters_mut() {
        let expected = format!("{} of shape {:?}", named.name, named.parameter.sizes());
        let Some(found) = stored.next() else {
            return Err(format!("parameters: expected {expected}, found none"));
        };
        if found.name != named.name || found.shape != named.parameter.sizes() {
            let found = format!("{} of shape {:?}", found.name, found.shape);
            return Err(format!("parameters: expected {expected}, found {found}"));
        }
        let count = named.parameter.values().len();
        let firsts = if optimizer.has_first() { count } else { 0 };
        let lengths = (found.values.0.len(), found.first.0.len(), found.second.0.len());
        if lengths != (count, firsts, count) {
            let expected = (count, firsts, count);
            return Err(format!(
                "{}: expected {expected:?} numbers, found {lengths:?}",
                found.name
            ));
        }
        named.parameter.values_mut().copy_from_slice(&found.values.0);
        if optimizer.has_first() {
            optimizer.first.push(found.first.0);
        }
        optimizer.second.push(found.second.0);
    }
    Ok(model)
}

/// The models of moments of the film, if each is of the numbers of `model`; of frames whose model the file lacks, the film is
/// told so.
fn past(stored: Vec<StoredPast>, model: &Vae, film: &mut Film) -> Result<PastModels, String> {
    let bytes = bytes_of(model);
    for StoredPast { samples, numbers, .. } in &stored {
        let found = numbers.0.len() * size_of::<f16>();
        if found != bytes || !film.keeps_model(*samples) {
            return Err(format!(
                "past: expected {bytes} bytes of moments of the film, found {found} at {samples} samples"
            ));
        }
        if !numbers.0.iter().all(|number| number.is_finite()) {
            return Err(format!("past: the numbers at {samples} samples are not finite"));
        }
    }
    let kept = stored.into_iter().map(|past| {
        let StoredPast {
            samples,
            steps,
            numbers,
        } = past;
        let numbers = numbers.0;
        (samples, PastModel { steps, numbers })
    });
    let past = PastModels::new(kept);
    film.forget_models(|samples| past.get(samples).is_some());
    Ok(past)
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
/// Data points that a minibatch never has more of.
const MOST_BATCH: u64 = *BATCH_RANGE.end() as u64;

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
    let unread = document.since_evaluation.1;
    if steps.max(optimizer_steps) > &MOST_STEPS {
        return Err(format!("steps is {steps}, but must be at most {MOST_STEPS}"));
    }
    // The size of a minibatch may have changed on the way.
    if *samples < *steps || *samples > steps * MOST_BATCH {
        return Err(format!(
            "samples is {samples}, but {steps} steps are from {steps} to {}",
            steps * MOST_BATCH
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

fn foreign(path: &Path, cause: String) -> SessionError {
    SessionError::Foreign {
        path: path.to_owned(),
        cause: plain(&cause),
    }
}

fn not_text(path: &Path, from: usize) -> SessionError {
    damaged(path, format!("from byte {from} on it is not text"))
}

/// The cause may quote what stands in the file.
fn damaged(path: &Path, cause: String) -> SessionError {
    SessionError::Damaged {
        path: path.to_owned(),
        cause: plain(&cause),
    }
}
