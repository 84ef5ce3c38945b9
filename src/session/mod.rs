//! A session on disk: everything needed to go on, in one RON file.
//!
//! [`save`] writes a [`Training`](crate::learning::Training) and the [`View`] on it; [`load`] reads them back, exact
//! to the bit. A file is replaced as a whole or not at all, and a file that is not understood is refused with its
//! name and the reason. [`folder`] knows where sessions lie when nobody says so.

mod comparison;
mod document;
mod error;
mod floats;
pub mod folder;
mod load;
mod save;
mod view;

pub use comparison::{Bounds, Comparison, KeptRun};
pub use error::SessionError;
pub use load::{Session, load, parse};
pub use save::{check_writable, save};
pub use view::{Pane, Sheet, View};
