//! The line to the terminal: a thread of its own writes, so that a terminal that takes nothing holds up nobody else.

use std::io::{Write, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::Context;
use crossbeam_channel::{Receiver, Sender, unbounded};

use super::message::Message;
use super::terminal::IS_OURS;

/// Bytes that are written at once: where the terminal is given back, no more than that follows.
const PIECE: usize = 1_024;

/// What is written to the terminal, one after the other.
pub struct Line {
    sender: Sender<String>,
    /// Texts that are not written yet.
    unwritten: Arc<AtomicUsize>,
}

impl Line {
    /// Starts the thread, which tells `messages` what was written, and when the terminal is gone.
    ///
    /// # Errors
    /// If the system refuses a thread.
    pub fn start(messages: Sender<Message>) -> anyhow::Result<Self> {
        let (sender, texts) = unbounded();
        let unwritten = Arc::new(AtomicUsize::new(0));
        std::thread::Builder::new()
            .name("line".into())
            .spawn({
                let unwritten = unwritten.clone();
                move || write_all(&texts, &unwritten, &messages)
            })
            .context("starting the thread that writes to the terminal")?;
        Ok(Self { sender, unwritten })
    }

    /// Has a text written behind those before it.
    pub fn write(&self, text: String) {
        if !text.is_empty() {
            self.unwritten.fetch_add(1, Ordering::SeqCst);
            // If the thread is gone, so is the terminal, which was said.
            let _ = self.sender.send(text);
        }
    }

    /// Whether something is still to be written.
    pub fn is_busy(&self) -> bool {
        self.unwritten.load(Ordering::SeqCst) > 0
    }
}

fn write_all(texts: &Receiver<String>, unwritten: &AtomicUsize, messages: &Sender<Message>) {
    for text in texts {
        let started = Instant::now();
        for piece in text.as_bytes().chunks(PIECE) {
            // Whoever has the terminal by now wants nothing of this.
            if !IS_OURS.load(Ordering::SeqCst) {
                break;
            }
            let mut out = stdout().lock();
            if out.write_all(piece).and_then(|()| out.flush()).is_err() {
                // Whoever listened may be gone with it.
                let _ = messages.send(Message::TerminalGone);
                return;
            }
        }
        unwritten.fetch_sub(1, Ordering::SeqCst);
        if messages
            .send(Message::Sent(text.len(), started.elapsed()))
            .is_err()
        {
            return;
        }
    }
}
