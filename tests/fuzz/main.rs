//! Fuzzing on the stable compiler: sessions, data files and keys that no person would make, and what must hold
//! whatever they are.
//!
//! Inputs are made from valid ones by mutations that know their structure, from a seed: the same seed makes the same
//! inputs. `cargo test` runs some thousands of each target, `VAE_TUI_FUZZ=1000000 cargo test --test fuzz -- --nocapture`
//! as many as it says; `docs/reliability.md` has the other variables. What fails is written to the temporary folder,
//! with the command that shows it again.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

mod arguments;
#[path = "../common/mod.rs"]
mod common;
mod configuration;
mod files;
mod folders;
mod harness;
mod idx;
mod keys;
mod lists;
mod matlab;
mod mutation;
mod npz;
mod parameters;
mod remote;
mod ron_text;
mod sessions;
mod text;
mod typing;
mod views;

/// Counts what is allocated, for [`harness::within`].
#[global_allocator]
static MEMORY: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;
