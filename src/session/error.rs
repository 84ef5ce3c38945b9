//! What can go wrong with a session file, each with the file and the cause.

use std::path::PathBuf;

use thiserror::Error;

use crate::data::LoadError;
use crate::files::shown;

/// A session could not be read or written.
#[derive(Debug, Error)]
pub enum SessionError {
    /// The file could not be read.
    #[error("{} can't be read: {cause}", shown(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        cause: std::io::Error,
    },
    /// The file could not be written; what was there before is unharmed.
    #[error("{} can't be saved: {cause}", shown(path))]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        cause: std::io::Error,
    },
    /// The file is something else.
    #[error("{} is not a vae-tui session: {cause}", shown(path))]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Where it stops looking like one.
        cause: String,
    },
    /// The file comes from a later program.
    #[error(
        "{} has session format {found}, written by vae-tui {program}; this vae-tui reads formats up to {}",
        shown(path),
        super::document::VERSION
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format version.
        found: u32,
        /// The program that wrote it.
        program: String,
    },
    /// The file is a session, but damaged.
    #[error("{} is damaged: {cause}", shown(path))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which field, and what was expected.
        cause: String,
    },
    /// The state is of no use: numbers in it are not finite, and what lies there may be.
    #[error("{} is not saved: {name} is no longer finite", shown(path))]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// The parameter that is not finite, or of which the optimizer remembers something that is not.
        name: String,
    },
    /// Another program wrote the file since it was read here; it is as that program left it.
    #[error(
        "{} was changed by another program since it was read here, so it is not replaced",
        shown(path)
    )]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Another program is writing the file.
    #[error("{} is in use: another vae-tui saves its run there", shown(path))]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The copy was given up before this state of it was written.
    #[error("the copy was given up: a newer state is saved")]
    Discarded,
    /// The data that a person named can't be read.
    #[error(transparent)]
    Data {
        /// Why.
        #[from]
        cause: LoadError,
    },
    /// The data that it was trained on can't be read.
    #[error(
        "{cause}; {} was trained on it: --data PATH says where it is now",
        shown(path)
    )]
    NoData {
        /// The session.
        path: PathBuf,
        /// Why the data can't be read.
        cause: LoadError,
    },
    /// It was trained on what came from standard input, and nobody says where that is now.
    #[error(
        "{} was trained on data from standard input: --data PATH says where it is now, or --data - reads it again",
        shown(path)
    )]
    StandardInput {
        /// The session.
        path: PathBuf,
    },
    /// The data is other data than it was trained on.
    #[error("{} does not go with its data: {cause}", shown(path))]
    OtherData {
        /// The session.
        path: PathBuf,
        /// What is different.
        cause: String,
    },
    /// There is no folder to keep sessions in.
    #[error("no folder for sessions: the home folder of this user is not known; name a file instead")]
    NoFolder,
}
