//! A run that goes on without its screen: in a process of its own, which belongs to no terminal, with a socket by which this user's
//! screens come back to it.
//!
//! Attaching is one more transport for the values of [`run::protocol`](crate::run::protocol): a [`Link`] is a run in this process,
//! or the line to one in another. No other user gets in: the folder is one that only this user can enter, and either end asks the
//! system who the other one is. There is no port.

mod check;
pub mod client;
pub mod folder;
pub mod frame;
pub mod headless;
mod link;
pub mod message;
mod outbox;
pub mod server;
pub mod standing;

pub use check::Facts;
pub use link::{Link, News, StateSource, hand_over, running};
pub use message::{Description, Steering};
