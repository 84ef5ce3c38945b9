//! What waits to be sent to one that may be slow: in order as long as it is little, of each asker the newest answer only, and
//! nothing but the fact where it became too much.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Bytes that may wait; what comes after them makes the other end start over from how things stand.
const MOST_BYTES: usize = 4 << 20;

/// What is to be sent next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// This.
    Frame(Arc<[u8]>),
    /// More was missed than can be told: how things stand now. Nothing is kept until [`Outbox::catch_up`].
    Behind,
    /// Nothing any more.
    Closed,
}

/// Frames on their way to one other end. Putting one in never waits.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: Mutex<Waiting>,
    change: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    frames: std::collections::VecDeque<Arc<[u8]>>,
    /// Bytes of those.
    bytes: usize,
    /// The newest of each name.
    newest: BTreeMap<String, Arc<[u8]>>,
    /// Whether what was taken last may still be on its way.
    is_sending: bool,
    is_behind: bool,
    is_closed: bool,
}

impl Outbox {
    /// Adds a frame behind the others.
    pub fn push(&self, frame: Arc<[u8]>) {
        let mut waiting = self.waiting();
        if waiting.is_behind || waiting.is_closed {
            return;
        }
        if waiting.bytes + frame.len() > MOST_BYTES && !waiting.frames.is_empty() {
            waiting.fall_behind();
        } else {
            waiting.bytes += frame.len();
            waiting.frames.push_back(frame);
        }
        self.change.notify_all();
    }

    /// Puts a frame in place of an earlier one of that name; it may overtake what is in order.
    pub fn replace(&self, name: &str, frame: Arc<[u8]>) {
        let mut waiting = self.waiting();
        if !waiting.is_closed {
            waiting.newest.insert(name.into(), frame);
            self.change.notify_all();
        }
    }

    /// Forgets what waits: the other end is to be told how things stand instead.
    pub fn fall_behind(&self) {
        self.waiting().fall_behind();
        self.change.notify_all();
    }

    /// From now on frames are kept again. Whoever calls this takes note of how things stand before any of them comes.
    pub fn catch_up(&self) {
        self.waiting().is_behind = false;
    }

    /// Takes no more; what waits is still sent.
    pub fn close(&self) {
        self.waiting().is_closed = true;
        self.change.notify_all();
    }

    /// Forgets what nobody will take, and takes no more.
    pub fn discard(&self) {
        let mut waiting = self.waiting();
        *waiting = Waiting {
            is_closed: true,
            ..Waiting::default()
        };
        self.change.notify_all();
    }

    /// What is sent next, once there is something; what was taken before has been sent.
    pub fn take(&self) -> Next {
        let mut waiting = self.waiting();
        waiting.is_sending = false;
        self.change.notify_all();
        loop {
            if let Some(next) = waiting.next() {
                waiting.is_sending = next != Next::Closed;
                return next;
            }
            waiting = self.change.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until everything is sent, at most for so long.
    pub fn drained(&self, patience: Duration) {
        let until = Instant::now() + patience;
        let mut waiting = self.waiting();
        while waiting.is_sending || !(waiting.frames.is_empty() && waiting.newest.is_empty()) {
            let Some(left) = until.checked_duration_since(Instant::now()) else {
                return;
            };
            (waiting, _) = self
                .change
                .wait_timeout(waiting, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn fall_behind(&mut self) {
        self.frames.clear();
        self.bytes = 0;
        self.is_behind = true;
    }

    fn next(&mut self) -> Option<Next> {
        if self.is_behind && !self.is_closed {
            return Some(Next::Behind);
        }
        if let Some(frame) = self.frames.pop_front() {
            self.bytes -= frame.len();
            return Some(Next::Frame(frame));
        }
        if let Some((_, frame)) = self.newest.pop_first() {
            return Some(Next::Frame(frame));
        }
        self.is_closed.then_some(Next::Closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(byte: u8, length: usize) -> Arc<[u8]> {
        vec![byte; length].into()
    }

    #[test]
    fn what_is_in_order_stays_so_and_of_a_name_the_newest_counts() {
        let outbox = Outbox::default();
        outbox.replace("a", frame(9, 1));
        outbox.push(frame(1, 1));
        outbox.push(frame(2, 1));
        outbox.replace("a", frame(8, 1));
        outbox.close();
        outbox.push(frame(7, 1));
        let taken: Vec<Next> = (0..4).map(|_| outbox.take()).collect();
        let of = |byte| Next::Frame(frame(byte, 1));
        assert_eq!(taken, [of(1), of(2), of(8), Next::Closed]);
    }

    #[test]
    fn what_is_too_much_is_forgotten_until_it_is_caught_up() {
        let outbox = Outbox::default();
        for _ in 0..1_000 {
            outbox.push(frame(1, MOST_BYTES / 10));
        }
        assert_eq!(outbox.take(), Next::Behind);
        assert!(outbox.waiting().frames.is_empty(), "nothing is kept meanwhile");
        outbox.push(frame(2, 1));
        outbox.catch_up();
        outbox.push(frame(3, 1));
        assert_eq!(outbox.take(), Next::Frame(frame(3, 1)));
        // A single frame is sent however long it is.
        outbox.push(frame(4, 2 * MOST_BYTES));
        assert_eq!(outbox.take(), Next::Frame(frame(4, 2 * MOST_BYTES)));
    }
}
