//! How a model learns: the method and the minibatch loop.
//!
//! [`Training`] is what is learned, as plain data; one call of [`Training::step`] is one minibatch of [`aevb`], [`wake_sleep`]
//! or [`mcem`]. It knows nothing of threads that steer it, nor of what is told of it: that is a [run](crate::run)'s.

pub mod advice;
pub mod aevb;
mod configuration;
pub mod full_vb;
pub mod mcem;
pub mod method;
mod minibatch;
#[cfg(feature = "mpi")]
pub mod mpi;
mod pieces;
pub mod preset;
pub mod ranks;
pub mod semi_supervised;
pub mod settings;
pub mod shard;
mod training;
mod updates;
pub mod wake_sleep;
#[cfg(test)]
mod whole_steps;
mod workers;

pub use method::Method;
pub use preset::Preset;
pub use settings::Configuration;
pub use shard::StepContext;
pub use training::{Diverged, StepFault, StepReport, Training};
pub use updates::{ScheduleKind, Updates};
pub use workers::{Workers, default_threads};
