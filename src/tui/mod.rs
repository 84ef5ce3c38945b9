//! The workbench on the screen.
//!
//! The state is plain data ([`app::App`]); [`update::update`] is the only place where it changes; a pane only reads
//! it. What must be done outside comes back as [`message::Effect`]s, which the `runtime` carries out. So every
//! screen can be tested without a terminal, and every behaviour without a screen.

mod answering;
pub mod app;
mod asking;
pub mod attachment;
mod beside;
mod buttons;
mod changes;
pub mod colour;
pub mod command;
pub mod frame;
pub mod glyphs;
pub mod input;
pub mod layout;
mod line;
pub mod message;
pub mod mouse;
pub mod notification;
pub mod opening;
pub mod overlays;
mod pace;
pub mod panes;
mod pen;
pub mod pixels;
pub mod queue;
pub mod recognition;
mod rescue;
mod runtime;
pub mod saver;
mod signals;
pub mod terminal;
pub mod text;
pub mod theme;
pub mod tour;
pub mod update;
pub mod widgets;
pub mod workspace;
mod writer;

/// The commands with their usual keys, a line each, as a configuration may rebind them.
pub use command::listing;
pub use opening::RunSource;
/// What can't be done of what a configuration asks for.
pub use runtime::faults;
pub use runtime::{Options, run};
