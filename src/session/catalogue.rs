//! What saved runs are, without their parameters: enough to list, filter, sort and compare them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Deserialize;

use super::load::header;
use super::{SessionError, folder};
use crate::learning::Configuration;
use crate::run::curve::CurvePoint;
use crate::run::{Entry, Happening};

/// What a session file says of its run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunFacts {
    /// The file.
    pub path: PathBuf,
    /// When it was last written.
    pub modified: SystemTime,
    /// What it computes.
    pub configuration: Configuration,
    /// Training points evaluated.
    pub samples: u64,
    /// Seconds of training.
    pub seconds: f64,
    /// Every measurement.
    pub evaluations: Vec<CurvePoint>,
    /// What happened last.
    pub last: Option<Happening>,
}

/// The part of a session that is read for that; everything else is passed over.
#[derive(Deserialize)]
struct Abstract {
    configuration: Configuration,
    samples: u64,
    seconds: f64,
    evaluations: Vec<CurvePoint>,
    #[serde(default)]
    entries: Vec<Entry>,
}

impl RunFacts {
    /// What the session file `path` says.
    ///
    /// # Errors
    /// If it can't be read, or is no session that this program understands.
    pub fn read(path: &Path) -> Result<Self, SessionError> {
        let (facts, metadata) = header::<Abstract>(path)?;
        let Abstract {
            configuration,
            samples,
            seconds,
            evaluations,
            entries,
        } = facts;
        Ok(Self {
            path: path.to_owned(),
            modified: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            configuration,
            samples,
            seconds,
            evaluations,
            last: entries.into_iter().next_back().map(|entry| entry.what),
        })
    }

    /// The lower bound of the test set at the last measurement, in nats per data point; none before the first.
    pub fn test(&self) -> Option<f64> {
        self.evaluations.last().map(|point| point.elbo_test)
    }

    /// Training points evaluated before the last measurement.
    pub fn measured(&self) -> u64 {
        self.evaluations.last().map_or(0, |point| point.samples)
    }

    /// What the run is called: its file without the ending.
    pub fn name(&self) -> String {
        self.path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }
}

/// What saved runs are, read again and again; of the files only those that changed.
#[derive(Default)]
pub struct Catalogue {
    seen: HashMap<PathBuf, Seen>,
}

/// A file as it was when it was read: when it was written, its bytes, and what it said.
type Seen = ((SystemTime, u64), Result<RunFacts, String>);

impl Catalogue {
    /// What a session file says now, or why it can't be read.
    pub fn facts(&mut self, path: &Path) -> Result<&RunFacts, &str> {
        let metadata = std::fs::metadata(path).ok();
        let stamp = metadata.map(|metadata| {
            let modified = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            (modified, metadata.len())
        });
        let stamp = stamp.unwrap_or((SystemTime::UNIX_EPOCH, 0));
        let read = || RunFacts::read(path).map_err(|error| error.to_string());
        let seen = self
            .seen
            .entry(path.to_owned())
            .or_insert_with(|| (stamp, read()));
        if seen.0 != stamp {
            *seen = (stamp, read());
        }
        seen.1.as_ref().map_err(String::as_str)
    }

    /// The saved runs in some folders, the newest first, and what is wrong with files that can't be read.
    pub fn list(&mut self, folders: &[PathBuf]) -> (Vec<RunFacts>, Vec<String>) {
        let (mut runs, mut faults) = (Vec::new(), Vec::new());
        // An empty file is a name that a program has taken for a run that it has not saved yet.
        for entry in folder::list(folders)
            .into_iter()
            .filter(|entry| !entry.summary.is_empty())
        {
            match self.facts(&entry.path) {
                Ok(facts) => runs.push(facts.clone()),
                Err(error) => faults.push(error.to_owned()),
            }
        }
        (runs, faults)
    }
}
