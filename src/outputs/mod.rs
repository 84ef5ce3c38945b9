//! What a run is written as for people and other programs: parameters, posteriors, curves, scores, packed items. The commands
//! without a screen and the workbench write the same by these; each is written as a whole or not at all, and can be broken off.

pub mod curves;
pub mod embedding;
pub mod packing;
pub mod parameters;
pub mod scores;
mod whole;

use std::path::{Path, PathBuf};

use thiserror::Error;

pub use whole::{Watched, write_file};

use crate::cancel::Cancel;
use crate::coding::CodingError;
use crate::data::{Dataset, Part};
use crate::exchange::onnx::OnnxError;
use crate::exchange::tensorboard;
use crate::files::disk::{disk, with_disk};
use crate::files::shown;
use crate::language::tr;
use crate::learning::default_threads;
use crate::run::RunState;
use crate::session::KeptRun;

/// Who looks on while something is written.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// A wish that it be broken off.
    pub cancel: &'a Cancel,
    /// Hears how many items of how many are done.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
}

/// What can be written of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// What the model has learned.
    Parameters,
    /// The posterior of every test item.
    Embedding,
    /// What was measured on the way.
    Curves,
    /// How unusual every test item is.
    Scores,
    /// The test items, packed without loss.
    Packed,
}

/// Why something is not written.
#[derive(Debug, Error)]
pub enum OutputError {
    /// The name says no format.
    #[error("{path} ends in {found}")]
    Ending {
        /// The name.
        path: String,
        /// What it ends in: none of those that say a format.
        found: &'static str,
    },
    /// Somebody wished so.
    #[error("broken off: {path} is not written")]
    BrokenOff {
        /// The name.
        path: String,
    },
    /// The file, or its folder.
    #[error("{path} can't be written")]
    Unwritten {
        /// The name.
        path: String,
        /// What stands in the way.
        source: std::io::Error,
    },
    /// Something below could not be written; where is not known here.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The model can't pack the items.
    #[error(transparent)]
    Coding(#[from] CodingError),
    /// A network can't be written as a graph.
    #[error(transparent)]
    Graph(#[from] OnnxError),
    /// There is nothing to score, or nothing to compare with.
    #[error("there are no {0} items to score")]
    NoItems(&'static str),
    /// The system refuses threads.
    #[error("the threads could not be started")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

impl OutputError {
    /// An output's folder or file that can't be written.
    fn unwritten(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = shown(path);
        move |source| Self::Unwritten { path, source }
    }
}

impl Output {
    /// What it is called among others.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Parameters => tr!("parameters"),
            Self::Embedding => tr!("posteriors of the test items"),
            Self::Curves => tr!("curves"),
            Self::Scores => tr!("scores of the test items"),
            Self::Packed => tr!("packed test items"),
        }
    }

    /// What the end of the name decides.
    pub fn endings(self) -> &'static str {
        match self {
            Self::Parameters => {
                tr!(
                    ".safetensors or .npz, as PyTorch has them; .onnx is a folder with encoder.onnx and decoder.onnx"
                )
            }
            Self::Embedding => {
                tr!(".npy for NumPy, .csv for a table: the mean and log-variance of every latent dimension")
            }
            Self::Curves => tr!(".csv for a table; any other name is a folder for TensorBoard"),
            Self::Scores => {
                tr!(".csv: the bound, its terms and a score, which is higher the more unusual an item is")
            }
            Self::Packed => {
                tr!("any: vae-tui decompress unpacks it by this session, which must be saved for that")
            }
        }
    }

    /// A name beside the session's file; beside nothing where it was not saved yet, after the data.
    pub fn usual_path(self, session: Option<&Path>, data: &str) -> PathBuf {
        let folder = session.and_then(Path::parent).unwrap_or(Path::new(""));
        let stem = session.map_or(Path::new(data), |session| session).file_stem();
        let stem = stem.map_or_else(|| "run".into(), |stem| stem.to_string_lossy());
        let ending = match self {
            Self::Parameters => ".safetensors",
            Self::Embedding => "-embedding.npy",
            Self::Curves => "-curves.csv",
            Self::Scores => "-scores.csv",
            Self::Packed => "-test.bb",
        };
        folder.join(format!("{stem}{ending}"))
    }

    /// The first of the files that it would be written to which is there already; `name` is the run's.
    pub fn replaced(self, path: &Path, name: &str) -> Option<PathBuf> {
        let files = match self {
            Self::Parameters if parameters::is_of_graphs(path) => {
                parameters::GRAPHS.map(|graph| path.join(graph)).to_vec()
            }
            Self::Curves if !curves::is_table(path) => vec![path.join(name).join(tensorboard::FILE_NAME)],
            _ => vec![path.to_owned()],
        };
        files.into_iter().find(|file| file.symlink_metadata().is_ok())
    }

    /// Whether the name says a format.
    ///
    /// # Errors
    /// If it does not.
    pub fn check(self, path: &Path) -> Result<(), OutputError> {
        match self {
            Self::Parameters => parameters::check(path),
            Self::Embedding => embedding::form(path).map(drop),
            Self::Scores => scores::check(path),
            Self::Curves | Self::Packed => Ok(()),
        }
    }

    /// Writes it of `state`, the run called `name` over `data`, to `path`; the answer says what was written.
    ///
    /// # Errors
    /// If the name says no format, the model can't do it, the file can't be written, or it was broken off.
    pub fn write(
        self,
        path: &Path,
        name: &str,
        state: &RunState,
        data: &Dataset,
        watch: Watch<'_>,
    ) -> Result<String, OutputError> {
        self.check(path)?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(default_threads())
            .build()?;
        // The threads of the pool save where this one does.
        let disk = disk();
        let what = pool.install(|| {
            with_disk(disk, || match self {
                Self::Parameters => parameters::write_any(path, &state.training, data, watch.cancel),
                Self::Embedding => {
                    embedding::Embedding::of(&state.training, data, Part::Test, embedding::form(path)?)
                        .write_file(path, watch)
                }
                Self::Curves => {
                    let run = KeptRun {
                        name: name.into(),
                        configuration: state.training.configuration.clone(),
                        evaluations: state.log.evaluations.clone(),
                    };
                    curves::write_any(path, &run, watch.cancel)
                }
                Self::Scores => scores::write_table_of(path, &state.training, data, watch),
                Self::Packed => packing::write_test_set(path, &state.training, data, watch),
            })
        })?;
        Ok(tr!("{what} written to {path}", what = what, path = shown(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_name_stands_beside_the_session_or_is_that_of_the_data() {
        let of =
            |session: Option<&str>, data: &str| Output::Parameters.usual_path(session.map(Path::new), data);
        assert_eq!(
            of(Some("runs/mnist-1.ron"), "mnist"),
            Path::new("runs/mnist-1.safetensors")
        );
        assert_eq!(of(None, "/data/faces.npy"), Path::new("faces.safetensors"));
        assert_eq!(of(None, ""), Path::new("run.safetensors"));
        let scores = Output::Scores.usual_path(Some(Path::new("a.ron")), "mnist");
        assert_eq!(scores, Path::new("a-scores.csv"));
    }

    #[test]
    fn what_would_be_replaced_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let graphs = folder.path().join("m.onnx");
        std::fs::create_dir(&graphs).unwrap();
        assert_eq!(Output::Parameters.replaced(&graphs, "m"), None);
        let decoder = graphs.join("decoder.onnx");
        std::fs::write(&decoder, "").unwrap();
        assert_eq!(Output::Parameters.replaced(&graphs, "m"), Some(decoder.clone()));
        assert_eq!(Output::Packed.replaced(&decoder, "m"), Some(decoder));
        assert_eq!(Output::Curves.replaced(&folder.path().join("logs"), "m"), None);
    }
}
