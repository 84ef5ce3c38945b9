//! What one system does otherwise than another: signals, terminals, open files, processes, sockets. No other file asks for which
//! system it is built, but the kernel of [`kernels`](crate::kernels) that asks Linux for a processor's tiles.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(not(unix), path = "other.rs")]
mod system;

pub use system::*;

/// What a signal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The process goes on after it was stopped.
    Continued,
    /// It is asked to stop, as by Ctrl-Z.
    StopAsked,
    /// The terminal's window has another size.
    WindowChanged,
    /// It is asked to end, by a signal of that number, which may be [`HANG_UP`].
    End(i32),
}

/// What comes from the keyboard of a terminal.
#[derive(Debug)]
pub enum Typed<E> {
    /// So many bytes, of which there are 0 at the end of all; they are in the buffer.
    Bytes(usize),
    /// Nothing for as long as was waited.
    Nothing,
    /// Something that this system understood by itself.
    Event(E),
}
