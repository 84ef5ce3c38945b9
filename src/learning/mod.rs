//! How a model learns: the method, the minibatch loop, and the thread that runs it.
//!
//! [`Training`] is the whole state of a run as plain data; one call of [`Training::step`] is one minibatch of
//! [`aevb`]. [`trainer`] puts it on a thread with a mailbox: commands in, events out, and a snapshot of the newest
//! parameters for whoever draws them. The headless commands and the screen use the same thread.

pub mod aevb;
mod configuration;
pub mod curve;
mod minibatch;
pub mod preset;
pub mod trainer;
mod training;
mod workers;

pub use configuration::{Configuration, ConfigurationError};
pub use preset::Preset;
pub use training::{Diverged, StepReport, Training};
pub use workers::Workers;
