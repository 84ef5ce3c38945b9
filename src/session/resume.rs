//! A session together with its data: where it was when the session was saved, or where a person says it went.

use std::path::Path;
use std::sync::Arc;

use super::{Identity, SessionError, View, load};
use crate::data::{Dataset, LoadError, ReadingRules, STANDARD_INPUT, absolute_name};
use crate::learning::Configuration;
use crate::run::RunState;

/// A saved run, ready to go on.
pub struct Resumed {
    /// The run.
    pub state: RunState,
    /// What it trains on.
    pub data: Arc<Dataset>,
    /// How it was looked at.
    pub view: View,
    /// What the file was like when it was read.
    pub identity: Identity,
    /// What is different about data that a person named for it, worth saying.
    pub note: Option<String>,
}

/// Reads the session file `path` and its data, by way of `load_data` and by the rules of the session.
///
/// Where a person names the data in `moved`, the run goes over to it, whatever is different about it, and is saved with
/// that name from then on; else it must be the data that the session was trained on.
///
/// # Errors
/// If the session or the data can't be read, or the session can't go on with that data.
pub fn resume(
    path: &Path,
    moved: Option<&str>,
    load_data: impl FnOnce(&str, &ReadingRules) -> Result<Arc<Dataset>, LoadError>,
) -> Result<Resumed, SessionError> {
    let mut session = load(path)?;
    let (data, note) = match moved {
        Some(name) => {
            let data = load_data(&absolute_name(name), &session.configuration().reading)?;
            let note = session.adopt(&data);
            (data, note)
        }
        None => {
            let Configuration {
                data: name, reading, ..
            } = session.configuration();
            if name == STANDARD_INPUT {
                return Err(SessionError::StandardInput {
                    path: path.to_owned(),
                });
            }
            let data = load_data(name, reading).map_err(|cause| SessionError::NoData {
                path: path.to_owned(),
                cause,
            })?;
            (data, None)
        }
    };
    let (view, identity) = (session.view().clone(), session.identity().clone());
    let state = session.into_state(&data)?;
    let note = note.map(|changes| format!("{changes}; they are used since --data names them"));
    Ok(Resumed {
        state,
        data,
        view,
        identity,
        note,
    })
}
