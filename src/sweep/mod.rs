//! Sweeps: many runs that differ in some settings, each trained without a screen into a session file of its own.
//!
//! A [`Specification`] says which [runs](SweepRun) there are; a [`SweepFolder`] keeps it beside their files; an [`Engine`] has
//! them trained, here or on other machines; [`halving`] trains only those further that did best so far. A file at its goal is a
//! finished run, so what was broken off goes on where it stopped. [`Progress`] reads how far a sweep is from the folder alone.

mod axis;
mod carrying_out;
mod engine;
mod folder;
pub mod halving;
mod headless;
mod name;
mod progress;
mod queued;
mod report;
mod search;
mod specification;
mod training;

pub use axis::Axis;
pub use carrying_out::{Ending, carry_out};
pub use engine::{Engine, EngineSettings};
pub use folder::{SweepFolder, read};
pub use headless::{Headless, Outcome};
pub use progress::{Progress, RunProgress, Stage};
pub use queued::train_queued;
pub use report::{Column, SettingSummary, json, summaries, summary_table, table, write_csv};
pub use specification::{PRESET, Specification, SweepRun, named_axis};
pub use training::{Task, Trainer};
