//! A session on disk: everything needed to go on, in one RON file.
//!
//! [`save`] writes a [`RunState`](crate::run::RunState) and the [`View`] on it; [`load`] reads them back, exact
//! to the bit. A file is replaced as a whole or not at all, and a file that is not understood is refused with its
//! name and the reason. A [`SessionFile`] is the file of one run, shared by all who save it: the newest state wins, and
//! what other programs write is noticed. [`folder`] knows where sessions lie when nobody says so.

mod catalogue;
mod comparison;
mod document;
mod error;
mod file;
mod floats;
pub mod folder;
mod housekeeping;
mod load;
mod models;
mod queue;
mod resume;
mod save;
mod syntax;
mod target;
mod temporary;
mod view;

pub use catalogue::{Catalogue, RunFacts};
pub use comparison::{Bounds, Comparison, KeptRun};
pub use error::SessionError;
pub use file::{Kept, RunFiles, SessionFile, Ticket};
pub use housekeeping::{bring_back, fork_of, rename, throw_away};
pub use load::{Session, load, parse};
pub use models::OtherModels;
pub use queue::{KeptQueue, QueuedRun};
pub use resume::{Resumed, resume};
pub use save::save;
pub use target::Identity;
pub use view::{Bookmark, Marked, Side, View};
