//! The screens that watch a run: who they are, who steers, and what each is told.

use std::sync::Arc;

use crate::remote::frame::{LONGEST_REPLY, frame};
use crate::remote::message::{Reply, Steering};
use crate::remote::outbox::Outbox;
use crate::remote::standing::Standing;
use crate::run::{Answered, Event};
use crate::session::View;

/// Screens that may watch at the same time.
pub(super) const MOST_VIEWERS: usize = 16;

/// Who watches, and what they must know.
pub(super) struct Desk {
    pub(super) standing: Standing,
    pub(super) view: View,
    pub(super) viewers: Vec<Viewer>,
    /// Who steers, by its number.
    pub(super) steers: Option<u64>,
    /// Viewers so far.
    count: u64,
}

/// Somebody at the other end of a line.
pub(super) struct Viewer {
    pub(super) number: u64,
    pub(super) outbox: Arc<Outbox>,
    /// Whether it watches; else it only waits for a save or for the end.
    pub(super) watches: bool,
}

impl Desk {
    /// Nobody watches yet.
    pub(super) fn new(standing: Standing, view: View) -> Self {
        Self {
            standing,
            view,
            viewers: Vec::new(),
            steers: None,
            count: 0,
        }
    }

    /// Screens that show the run.
    pub(super) fn watching(&self) -> usize {
        self.viewers.iter().filter(|viewer| viewer.watches).count()
    }

    /// Sends some viewers the same.
    pub(super) fn send(&self, reply: &Reply, to: impl Fn(&Viewer) -> bool) {
        let mut viewers = self.viewers.iter().filter(|viewer| to(viewer)).peekable();
        if viewers.peek().is_none() {
            return;
        }
        match frame(reply, LONGEST_REPLY) {
            Ok(frame) => viewers.for_each(|viewer| viewer.outbox.push(frame.clone())),
            // What is too long for one frame is in how things stand.
            Err(_) => viewers.for_each(|viewer| viewer.outbox.fall_behind()),
        }
    }

    /// Sends an answer to the viewer that asked, in place of an earlier one that it did not take yet.
    pub(super) fn answer(&self, mut answered: Answered) {
        let Some((number, asker)) = answered.asker.split_once('/') else {
            return;
        };
        let asker = asker.to_owned();
        let viewer = self
            .viewers
            .iter()
            .find(|viewer| viewer.number.to_string() == number);
        if let Some(viewer) = viewer {
            answered.asker.clone_from(&asker);
            let reply = Reply::Told(Box::new(Event::Answered(Box::new(answered))));
            // An answer that is too long is none; the screen shows what it had.
            if let Ok(frame) = frame(&reply, LONGEST_REPLY) {
                viewer.outbox.replace(&asker, frame);
            }
        }
    }

    pub(super) fn add(&mut self, watches: bool) -> Option<(u64, Arc<Outbox>)> {
        // Whoever wants it saved or ended finds a place beside the screens.
        let (places, taken) = match watches {
            true => (MOST_VIEWERS, self.watching()),
            false => (2 * MOST_VIEWERS, self.viewers.len()),
        };
        if taken >= places {
            return None;
        }
        self.count += 1;
        let outbox = Arc::new(Outbox::default());
        if watches {
            // What it is told first is how things stand.
            outbox.fall_behind();
            self.steers = self.steers.or(Some(self.count));
        }
        self.viewers.push(Viewer {
            number: self.count,
            outbox: outbox.clone(),
            watches,
        });
        self.tell_steering();
        Some((self.count, outbox))
    }

    pub(super) fn remove(&mut self, number: u64) {
        self.viewers.retain(|viewer| viewer.number != number);
        if self.steers == Some(number) {
            self.steers = self.after(0);
        }
        self.tell_steering();
    }

    /// Lets a viewer steer; if it does already, the next one.
    pub(super) fn steer(&mut self, number: u64) {
        self.steers = if self.steers == Some(number) {
            self.after(number).or(self.after(0))
        } else {
            Some(number)
        };
        self.tell_steering();
    }

    /// The first viewer that came after that one.
    pub(super) fn after(&self, number: u64) -> Option<u64> {
        let mut watching = self.viewers.iter().filter(|viewer| viewer.watches);
        watching
            .find(|viewer| viewer.number > number)
            .map(|viewer| viewer.number)
    }

    pub(super) fn steering(&self, number: u64) -> Steering {
        Steering {
            is_here: self.steers == Some(number),
            viewers: self.watching(),
        }
    }

    pub(super) fn tell_steering(&self) {
        for watching in self.viewers.iter().filter(|viewer| viewer.watches) {
            let reply = Reply::Steering(self.steering(watching.number));
            self.send(&reply, |viewer| viewer.number == watching.number);
        }
    }

    /// How things stand for a viewer, which is told everything from here on again.
    pub(super) fn caught_up(&self, number: u64) -> Reply {
        let mut viewers = self.viewers.iter();
        if let Some(viewer) = viewers.find(|viewer| viewer.number == number) {
            viewer.outbox.catch_up();
        }
        Reply::Joined(Box::new(self.standing.clone()), self.steering(number))
    }
}
