//! What can go wrong with a session file, each with the file and the cause.

use std::path::PathBuf;

use thiserror::Error;

/// A session could not be read or written.
#[derive(Debug, Error)]
pub enum SessionError {
    /// The file could not be read.
    #[error("{} can't be read: {cause}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        cause: std::io::Error,
    },
    /// The file could not be written; what was there before is unharmed.
    #[error("{} can't be saved: {cause}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        cause: std::io::Error,
    },
    /// The file is something else.
    #[error("{} is not a vae-tui session: {cause}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Where it stops looking like one.
        cause: String,
    },
    /// The file comes from a later program.
    #[error(
        "{} has session format {found}, written by vae-tui {program}; this vae-tui reads formats up to {}",
        path.display(),
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
    #[error("{} is damaged: {cause}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which field, and what was expected.
        cause: String,
    },
    /// Another program wrote the file since it was read here; it is as that program left it.
    #[error("{} was changed by another program since it was read here, so it is not replaced", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Another program is writing the file.
    #[error("{} is in use: another vae-tui saves its run there", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The copy was given up before this state of it was written.
    #[error("the copy was given up: a newer state is saved")]
    Discarded,
    /// There is no folder to keep sessions in.
    #[error("no folder for sessions: the home folder of this user is not known; name a file instead")]
    NoFolder,
}
