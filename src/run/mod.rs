//! A run as an engine with a mailbox: commands and questions in, events and answers out.
//!
//! [`RunHandle`] hides two threads, the [`trainer`] that learns and the [`probe`] that answers questions about the newest
//! parameters. What goes to them and comes back are the plain, serialisable values of [`protocol`]; what a run has told so far is its
//! [`RunLog`], which is shown, saved and printed. The headless commands and the screen use the same handle.

pub mod curve;
pub mod diagnosis;
pub mod film;
mod handle;
mod log;
mod mailbox;
pub mod past;
pub mod probe;
pub mod protocol;
mod published;
mod questions;
mod snapshot;
mod state;
mod summary;
mod trainer;

pub use handle::{RunHandle, StartError};
pub use log::{Entry, Happening, RunLog};
pub use protocol::{Answer, Answered, Command, Event, Question, RunId, State, Told};
pub use published::published;
pub use state::RunState;
pub use summary::{ClassFacts, DataFacts, Summary};
