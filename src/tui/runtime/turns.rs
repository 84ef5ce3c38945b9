//! The loop's turns: the next message, what follows it, and a frame when one is due.

use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, after, never, select, tick};

use super::{Ending, Runtime};
use crate::panics::switch;
use crate::remote::Link;
use crate::tui::app::App;
use crate::tui::frame;
use crate::tui::message::Message;
use crate::tui::panes::runs;
use crate::tui::terminal::{Screen, window_size};
use crate::tui::workspace::Workspace;

/// The least time between two frames that nobody waits for: each takes a processor from a thread that trains.
const FRAME_INTERVAL: Duration = Duration::from_millis(250);
/// The least time from a frame to the one with what came of a key: longer than between two keys of one that is held, and than between
/// two steps of what moves by itself, which bring it along.
const OUTCOME_INTERVAL: Duration = Duration::from_millis(60);
/// How many times as long as a frame took to draw the next one that nobody waits for waits at least: what the screen takes of one
/// core, training loses on all of them, since the shards of a minibatch wait for one another.
const FRAME_SHARE: u32 = 100;
/// The longest such wait: a person watches.
const LONGEST_INTERVAL: Duration = Duration::from_millis(500);
/// The least time between two looks at the size of a window that is being dragged: each is followed by a whole screen.
const WINDOW_INTERVAL: Duration = Duration::from_millis(250);
/// Messages that are taken in at once, at most, before the next frame.
const QUEUED: usize = 64;
/// Time between two steps of a dimension that moves by itself.
const TICK: Duration = Duration::from_millis(50);

/// When the next frame is due.
#[derive(Clone, Copy)]
struct Due {
    /// When the last one was drawn.
    drawn_at: Instant,
    /// How long the next one waits at least.
    interval: Duration,
}

impl Due {
    /// Time until it is.
    fn wait(&self) -> Duration {
        self.interval.saturating_sub(self.drawn_at.elapsed())
    }

    /// Somebody waits for it, and no longer than that after the last one.
    fn within(&mut self, interval: Duration) {
        self.interval = self.interval.min(interval);
    }
}

impl Runtime {
    /// Stays until the program is to end.
    pub(super) fn serve(&mut self, screen: &mut Screen) -> Ending {
        match self.serve_terminal(screen) {
            Ok(ending) => ending,
            // The terminal is gone: nobody is left to be told.
            Err(_) => Ending::HungUp,
        }
    }

    /// Stays until the program is to end, or the terminal is gone.
    fn serve_terminal(&mut self, screen: &mut Screen) -> std::io::Result<Ending> {
        // Somebody waits for the first frame.
        let mut due = Due {
            drawn_at: Instant::now(),
            interval: Duration::ZERO,
        };
        let ticks = tick(TICK);
        loop {
            if let Some(ending) = self.app.ending.take() {
                return Ok(ending.map_or_else(Ending::Failed, |()| Ending::Asked));
            }
            if self.window_changed && self.window_read_at.elapsed() >= WINDOW_INTERVAL {
                self.window_changed = false;
                self.window_read_at = Instant::now();
                let (width, height) = window_size();
                self.carry_out(Message::Resized(width, height), screen)?;
                // The screen is empty now.
                due.within(Duration::ZERO);
            }
            screen.listen_to_mouse(self.app.mouse);
            // A turn may end for a question alone.
            let is_due = due.wait().is_zero() && screen.wait() == Some(Duration::ZERO);
            if self.app.changed && !self.window_changed && is_due {
                let begun = Instant::now();
                let complete = screen.draw(self.app.protocol(), |area, buffer| {
                    if self.app.workspace().is_some_and(Workspace::is_unsaved) {
                        switch("drawing");
                    }
                    frame::render(&self.app, area, buffer);
                });
                // What was too much for now follows with the next frame.
                self.app.changed = !complete;
                // A slow line has room for it sooner, and says when.
                let least = if complete || !screen.is_slow() {
                    FRAME_INTERVAL
                } else {
                    OUTCOME_INTERVAL
                };
                due = Due {
                    drawn_at: Instant::now(),
                    interval: (begun.elapsed() * FRAME_SHARE).clamp(least, LONGEST_INTERVAL),
                };
            }
            // A key is answered at once, and so is a step of what moves by itself; what came of it may wait a little, and
            // everything else until the next frame is due.
            let mut urgent = false;
            while !urgent && self.time_left(due, screen) != Some(Duration::ZERO) {
                let Some(message) = self.next(&ticks, due, screen) else {
                    break;
                };
                urgent = message.is_urgent();
                if self.is_awaited(&message) {
                    due.within(OUTCOME_INTERVAL);
                }
                if let Some(ending) = self.answer(message, screen)? {
                    return Ok(ending);
                }
            }
            // Keys that came faster than frames are all answered by the next one.
            for _ in 0..QUEUED {
                let Some(message) = urgent.then(|| self.messages.try_recv().ok()).flatten() else {
                    break;
                };
                if let Some(ending) = self.answer(message, screen)? {
                    return Ok(ending);
                }
            }
            if urgent {
                due.within(Duration::ZERO);
            }
            if let Some(run) = &self.run {
                self.asking.ask_around(&self.app, run);
            }
            self.keep_rescue();
            self.keep_queue();
        }
    }

    /// Whether a message says what came of something that a person did.
    fn is_awaited(&self, message: &Message) -> bool {
        match message.answered() {
            Some(answered) => self.asking.is_awaited(answered),
            None => !message.is_routine(),
        }
    }

    /// Carries a message out; on a slow line, what a key changes is noted, to be sent first.
    fn answer(&mut self, message: Message, screen: &mut Screen) -> std::io::Result<Option<Ending>> {
        let preview =
            |app: &App, screen: &Screen| screen.preview(|area, buffer| frame::render(app, area, buffer));
        let before = message
            .is_of_a_person()
            .then(|| preview(&self.app, screen))
            .flatten();
        let ending = self.carry_out(message, screen)?;
        if before.is_some() {
            let after = preview(&self.app, screen);
            screen.touched(before, after);
        }
        Ok(ending)
    }

    /// Waits a little for the answers of the terminal that are still to come: a shell would take them for typed.
    pub(super) fn await_answers(&mut self, screen: &mut Screen) {
        let Some(longest) = screen.farewell() else {
            return;
        };
        let until = Instant::now() + longest;
        let mut others = Vec::new();
        while screen.farewell().is_some() {
            match self.messages.recv_deadline(until) {
                Ok(Message::TerminalAnswered(answer, at)) => {
                    others.extend(screen.answered(answer, at).map(Message::Recognised));
                }
                Ok(other) => others.push(other),
                Err(_) => break,
            }
        }
        for other in others {
            let _ = self.sender.send(other);
        }
    }

    /// Time until the next frame is due, the next question, or the next look at the window; none while none is.
    fn time_left(&self, due: Due, screen: &mut Screen) -> Option<Duration> {
        if self.window_changed {
            return Some(WINDOW_INTERVAL.saturating_sub(self.window_read_at.elapsed()));
        }
        let frame = self.app.changed.then(|| screen.wait()).flatten();
        let frame = frame.map(|wait| wait.max(due.wait()));
        let samples = self.app.workspace().map(|workspace| workspace.progress.samples);
        let question = samples.and_then(|samples| self.asking.next(samples));
        let question = question.map(|due| due.saturating_duration_since(Instant::now()));
        frame.into_iter().chain(question).min()
    }

    /// The next message; none when something else is due.
    fn next(&mut self, ticks: &Receiver<Instant>, due: Due, screen: &mut Screen) -> Option<Message> {
        let frame = self.time_left(due, screen).map_or_else(never, after);
        let nothing = never();
        let tick = if self.app.motions().is_empty() {
            &nothing
        } else {
            ticks
        };
        let looks = if runs::looks_on(&self.app) {
            &self.looks
        } else {
            &nothing
        };
        let here = self.run.as_ref().and_then(Link::here);
        let events = here.map_or_else(never, |run| run.events().clone());
        let news = self.run.as_ref().and_then(Link::news);
        let news = news.map_or_else(never, Clone::clone);
        select! {
            recv(self.messages) -> message => message.ok(),
            recv(events) -> told => told.ok().map(Message::Told),
            recv(news) -> news => news.ok().map(Message::News),
            recv(tick) -> _ => Some(Message::Tick),
            recv(looks) -> _ => Some(Message::LookDue),
            recv(self.autosave) -> _ => Some(Message::AutosaveDue),
            recv(frame) -> _ => None,
        }
    }
}
