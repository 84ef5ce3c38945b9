//! The steps by which whatever is saved reaches the disk: each of them fails, or is the last one, for every kind of save, in every
//! way; then the power goes at every moment; then the program is killed.
#![cfg(unix)]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "../common/mod.rs"]
mod common;
mod faults;
mod kills;
mod kinds;
mod power;
