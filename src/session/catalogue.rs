//! What saved runs are, without their parameters: enough to list, filter, sort and compare them.

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

/// The saved runs in some folders, the newest first, and what is wrong with files that can't be read.
pub fn catalogue(folders: &[PathBuf]) -> (Vec<RunFacts>, Vec<String>) {
    let (mut runs, mut faults) = (Vec::new(), Vec::new());
    // An empty file is a name that a program has taken for a run that it has not saved yet.
    for entry in folder::list(folders)
        .into_iter()
        .filter(|entry| !entry.summary.is_empty())
    {
        match RunFacts::read(&entry.path) {
            Ok(facts) => runs.push(facts),
            Err(error) => faults.push(error.to_string()),
        }
    }
    (runs, faults)
}
