//! Models of saved runs beside the open one, to see the same item through each of them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Identity, SessionError, load};
use crate::cancel::Cancel;
use crate::data::{Dataset, ItemPlace};
use crate::explore::reconstruction::{Reconstruction, reconstruct};
use crate::learning::Training;

/// Models that are kept, so that the next item is there at once.
const MOST_MODELS: usize = 6;

/// The models that were read last.
#[derive(Default)]
pub struct OtherModels(Mutex<Vec<Read>>);

/// A run that was read, and what its file was like then.
struct Read {
    path: PathBuf,
    identity: Identity,
    training: Arc<Training>,
}

impl OtherModels {
    /// An item of `data`, sent through the model of a saved run.
    ///
    /// # Errors
    /// If the session can't be read, or it was trained on other data.
    pub fn reconstruct(
        &self,
        path: &Path,
        data: &Dataset,
        ItemPlace { part, item }: ItemPlace,
    ) -> Result<Reconstruction, SessionError> {
        let training = self.training(path, data)?;
        let (model, context) = (&training.model, training.noise());
        let found = reconstruct(model, data.split(part), &[item], context, &Cancel::default());
        let gone = || SessionError::OtherData {
            path: path.to_owned(),
            cause: format!("there is no item {item}"),
        };
        found.and_then(|mut found| found.pop()).ok_or_else(gone)
    }

    /// The run in a file: as it was read before, if the file is still the same.
    fn training(&self, path: &Path, data: &Dataset) -> Result<Arc<Training>, SessionError> {
        let metadata = std::fs::metadata(path);
        let is_read = |read: &&Read| {
            let fits = |metadata| read.identity.fits(path, metadata);
            read.path == path && metadata.as_ref().is_ok_and(fits)
        };
        if let Some(read) = self.read().iter().find(is_read) {
            return Ok(read.training.clone());
        }
        let session = load(path)?;
        let identity = session.identity().clone();
        let training = Arc::new(session.into_state(data)?.training);
        let mut kept = self.read();
        kept.retain(|read| read.path != path);
        if kept.len() == MOST_MODELS {
            kept.remove(0);
        }
        kept.push(Read {
            path: path.to_owned(),
            identity,
            training: training.clone(),
        });
        Ok(training)
    }

    fn read(&self) -> MutexGuard<'_, Vec<Read>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
