//! How a model learns: the method, the minibatch loop, and the thread that runs it.
//!
//! [`Training`] is the whole state of a run as plain data; one call of [`Training::step`] is one minibatch of
//! [`aevb`], [`wake_sleep`] or [`mcem`]. [`trainer`] puts it on a thread with a mailbox: commands in, events out, and a
//! snapshot of the newest parameters for whoever draws them. The headless commands and the screen use the same thread.

pub mod aevb;
mod configuration;
pub mod curve;
pub mod mcem;
pub mod method;
mod minibatch;
pub mod preset;
pub mod shard;
pub mod trainer;
mod training;
mod updates;
pub mod wake_sleep;
#[cfg(test)]
mod whole_steps;
mod workers;

pub use configuration::{Configuration, ConfigurationError};
pub use method::Method;
pub use preset::Preset;
pub use shard::StepContext;
pub use training::{Changes, Diverged, StepFault, StepReport, Training};
pub use updates::Updates;
pub use workers::Workers;
