//! What a run's trainer is told: a mailbox that anyone may put letters into.

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::RunState;
use super::protocol::Command;
use crate::cancel::Cancel;

/// What arrives in the mailbox.
pub enum Mail {
    /// A command and its number.
    Command(u64, Command),
    /// Send a copy of the whole state, as it is between two steps.
    Checkpoint(Sender<Box<RunState>>),
    /// Send the checkpoint that the run keeps of itself from when it had seen so many training points; nothing comes where it
    /// keeps none.
    KeptCheckpoint(u64, Sender<Box<RunState>>),
    /// End the thread.
    End,
}

/// The outer end of the mailbox.
#[derive(Clone)]
pub struct Mailbox {
    sender: Sender<Mail>,
    /// Set with every letter: a long step is broken off for it, and made again after it.
    interrupt: Cancel,
}

impl Mailbox {
    /// An empty mailbox: where letters go in, where they come out, and what is cancelled with each.
    pub fn new() -> (Self, Receiver<Mail>, Cancel) {
        let (sender, letters) = unbounded();
        let interrupt = Cancel::default();
        let mailbox = Self {
            sender,
            interrupt: interrupt.clone(),
        };
        (mailbox, letters, interrupt)
    }

    /// Puts something in; false if the thread has ended.
    pub fn send(&self, mail: Mail) -> bool {
        let is_open = self.sender.send(mail).is_ok();
        self.interrupt.cancel();
        is_open
    }
}
