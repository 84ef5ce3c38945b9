//! A run that goes on without its screen: in a process of its own, which belongs to no terminal, with a socket by which this user's
//! screens come back to it.
//!
//! Attaching is one more transport for the values of [`run::protocol`](crate::run::protocol): a [`Link`] is a run in this process,
//! or the line to one in another. No other user gets in: the folder is one that only this user can enter, and either end asks the
//! system who the other one is. There is no port.

#[cfg(unix)]
mod check;
#[cfg(unix)]
pub mod client;
#[cfg(unix)]
pub mod folder;
#[cfg(unix)]
pub mod frame;
#[cfg(unix)]
pub mod headless;
mod link;
pub mod message;
#[cfg(unix)]
mod outbox;
#[cfg(unix)]
pub mod server;
pub mod standing;

#[cfg(unix)]
pub use check::Facts;
pub use link::{Link, News, StateSource, hand_over, running};
pub use message::{Description, Steering};
