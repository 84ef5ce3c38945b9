//! How fast the terminal takes what it is sent, measured, and so how much may be sent when.
//!
//! What a program writes waits in the buffers of pseudo-terminals, of SSH and of the line, up to minutes on a slow one, and a key
//! waits behind it. So behind every frame stands a question that a terminal answers once it has taken in everything before it
//! (DSR). What is unanswered is under way. A second question before the frame makes the time between both answers that of the
//! frame alone, however long the way there and back.
//!
//! A terminal that answers nothing is measured by how long writing to it takes, which is all that is left.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The question whether everything was taken in.
pub const QUESTION: &str = "\x1b[5n";

/// Bytes that may be under way before anything is known: most of a first frame, and four seconds at 9 600 baud.
const FIRST: usize = 4_096;
/// The least that a frame may have, so that each says something.
const LEAST: usize = 160;
/// Time that a frame may take on the line.
const FRAME: Duration = Duration::from_millis(200);
/// Time that what is under way may still take when the next frame is sent.
const AHEAD: Duration = Duration::from_millis(50);
/// Frames that may be under way: what a long way swallows.
const FRAMES: usize = 16;
/// How long the first answer may take; a terminal that takes longer is not asked again.
const FIRST_PATIENCE: Duration = Duration::from_secs(1);
/// How long silence lasts until an answer is taken for lost, the first time and the last.
const PATIENCE: Duration = Duration::from_secs(5);
const LONGEST_PATIENCE: Duration = Duration::from_secs(60);
/// How long an answer may take beyond what is expected until the line is taken to stand still.
const STALL: Duration = Duration::from_millis(500);
/// Bytes of a frame from which on it is measured by itself.
const MEASURED: usize = 120;
/// Writing that takes less was not held up.
const HELD_UP: Duration = Duration::from_millis(20);
/// What a measurement counts for when the next one comes.
const MEMORY: f64 = 0.7;

/// A question that is not answered yet.
struct Asked {
    at: Instant,
    /// What was sent between the question before it and this one.
    bytes: usize,
    /// Whether the question before it was sent at the same time.
    measures: bool,
}

/// Whether the terminal answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answers {
    Unknown,
    Yes,
    No,
}

/// What is under way to a terminal, and how fast that goes.
pub struct Pace {
    answers: Answers,
    asked: VecDeque<Asked>,
    answered_at: Option<Instant>,
    patience: Duration,
    /// The least time from a question to its answer.
    latency: Duration,
    /// Bytes that were measured and the seconds they took, of which older ones count for less.
    bytes: f64,
    seconds: f64,
}

impl Pace {
    /// Of a terminal that may be asked, or not.
    pub fn new(may_ask: bool) -> Self {
        Self {
            answers: if may_ask { Answers::Unknown } else { Answers::No },
            asked: VecDeque::new(),
            answered_at: None,
            patience: FIRST_PATIENCE,
            latency: LONGEST_PATIENCE,
            bytes: 0.0,
            seconds: 0.0,
        }
    }

    /// Puts the questions around what is sent now.
    pub fn send(&mut self, mut sent: String, now: Instant) -> String {
        if self.answers == Answers::No || sent.is_empty() {
            return sent;
        }
        let measures = sent.len() >= MEASURED;
        if measures {
            self.ask(now, 0, false);
            sent.insert_str(0, QUESTION);
        }
        self.ask(now, sent.len(), measures);
        sent.push_str(QUESTION);
        sent
    }

    fn ask(&mut self, at: Instant, bytes: usize, measures: bool) {
        self.asked.push_back(Asked { at, bytes, measures });
    }

    /// Takes an answer in.
    pub fn answered(&mut self, at: Instant) {
        let Some(asked) = self.asked.pop_front() else {
            return;
        };
        match self.answered_at {
            Some(before) if asked.measures => {
                self.measured(asked.bytes, at.saturating_duration_since(before))
            }
            _ => self.latency = self.latency.min(at.saturating_duration_since(asked.at)),
        }
        self.answers = Answers::Yes;
        self.patience = PATIENCE;
        self.answered_at = Some(at);
    }

    /// Takes in how long writing took.
    pub fn written(&mut self, bytes: usize, took: Duration) {
        if self.answers != Answers::Yes && took >= HELD_UP {
            self.measured(bytes, took);
        }
    }

    fn measured(&mut self, bytes: usize, took: Duration) {
        self.bytes = MEMORY * self.bytes + bytes as f64;
        self.seconds = MEMORY * self.seconds + took.as_secs_f64();
    }

    /// Bytes that it takes in a second; none while nothing is known.
    pub fn rate(&self) -> Option<f64> {
        // Answers that are read together took no time at all.
        (self.bytes > 0.0).then(|| self.bytes / self.seconds.max(1e-4))
    }

    /// Bytes that the next frame may have; none where it may have as many as it wants.
    pub fn budget(&self) -> Option<usize> {
        match (self.rate(), self.answers) {
            (Some(rate), _) => Some(LEAST.max((rate * FRAME.as_secs_f64()) as usize)),
            (None, Answers::No) => None,
            (None, _) => Some(LEAST.max(FIRST.saturating_sub(self.under_way()))),
        }
    }

    /// Whether a frame is likely to be too much for the line.
    pub fn is_slow(&self) -> bool {
        self.budget().is_some_and(|budget| budget < 4 * FIRST)
    }

    fn under_way(&self) -> usize {
        self.asked.iter().map(|asked| asked.bytes).sum()
    }

    /// Forgets what is under way: somebody else had the terminal.
    pub fn begin_anew(&mut self) {
        self.asked.clear();
        self.answered_at = None;
    }

    /// Whether an answer is still to come.
    pub fn awaits(&self) -> bool {
        self.answers != Answers::No && !self.asked.is_empty()
    }

    /// How long to wait for the answers that are still to come before leaving; a terminal that stands still is not waited for.
    pub fn farewell(&self) -> Duration {
        let longest = if self.answers == Answers::Yes {
            2 * STALL
        } else {
            STALL
        };
        let expected = self.expected().unwrap_or_default() + 2 * self.latency;
        expected.clamp(AHEAD, longest)
    }

    /// The time that what is under way takes, as far as that is known.
    fn expected(&self) -> Option<Duration> {
        let seconds = self.under_way() as f64 / self.rate()?;
        Some(Duration::from_secs_f64(
            seconds.min(LONGEST_PATIENCE.as_secs_f64()),
        ))
    }

    /// Time until the next frame may be sent, unless an answer comes before.
    pub fn wait(&mut self, now: Instant) -> Duration {
        let Some(oldest) = self.asked.front() else {
            return Duration::ZERO;
        };
        let last_sign = self.answered_at.map_or(oldest.at, |at| at.max(oldest.at));
        let silence = now.saturating_duration_since(last_sign);
        let Some(left) = self.patience.checked_sub(silence).filter(|left| !left.is_zero()) else {
            self.give_up();
            return Duration::ZERO;
        };
        let Some(expected) = self.expected() else {
            let is_room = self.under_way() + LEAST <= FIRST;
            return if is_room { Duration::ZERO } else { left };
        };
        let is_stalled = silence > self.latency.min(PATIENCE) * 2 + expected + STALL;
        if is_stalled || self.asked.len() >= FRAMES {
            left
        } else {
            // What was sent since is on its way already.
            let since = self
                .asked
                .back()
                .map_or(Duration::ZERO, |asked| now.saturating_duration_since(asked.at));
            expected.saturating_sub(AHEAD + since.min(expected)).min(left)
        }
    }

    /// Takes the answers for lost that did not come.
    fn give_up(&mut self) {
        self.asked.clear();
        self.answered_at = None;
        if self.answers == Answers::Unknown {
            self.answers = Answers::No;
        }
        self.patience = (2 * self.patience).min(LONGEST_PATIENCE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of so many bytes per second whose other end is so far away, on a clock of its own.
    struct Line {
        pace: Pace,
        start: Instant,
        /// Seconds since then.
        now: f64,
        rate: f64,
        way: f64,
        /// When everything sent so far will have been taken in.
        free: f64,
        answers: VecDeque<f64>,
    }

    impl Line {
        fn new(rate: f64, way: f64) -> Self {
            Self {
                pace: Pace::new(true),
                start: Instant::now(),
                now: 0.0,
                rate,
                way,
                free: 0.0,
                answers: VecDeque::new(),
            }
        }

        fn at(&self, seconds: f64) -> Instant {
            self.start + Duration::from_secs_f64(seconds)
        }

        /// Sends a frame with as many bytes as it may have, at most `wanted`.
        fn send(&mut self, wanted: usize) -> usize {
            let bytes = wanted.min(self.pace.budget().unwrap_or(wanted));
            let sent = self.pace.send("x".repeat(bytes), self.at(self.now));
            let mut free = self.free.max(self.now + self.way);
            let questions: Vec<usize> = sent.match_indices(QUESTION).map(|(place, _)| place).collect();
            for &place in &questions {
                self.answers.push_back(free + place as f64 / self.rate + self.way);
            }
            free += sent.len() as f64 / self.rate;
            self.free = free;
            sent.len()
        }

        /// Lets time pass until a frame may be sent, and answers come meanwhile.
        fn wait(&mut self) {
            loop {
                while self.answers.front().is_some_and(|&at| at <= self.now) {
                    let at = self.answers.pop_front().unwrap();
                    self.pace.answered(self.at(at));
                }
                let wait = self.pace.wait(self.at(self.now)).as_secs_f64();
                if wait == 0.0 {
                    return;
                }
                let next = self.answers.front().map_or(f64::INFINITY, |&at| at + 1e-9);
                self.now = (self.now + wait + 1e-9).min(next);
            }
        }
    }

    #[test]
    fn a_slow_line_is_not_filled() {
        let mut line = Line::new(960.0, 0.02);
        line.send(100);
        for frame in 0..200 {
            line.wait();
            line.send(10_000);
            let queued = line.free - line.now;
            // The first frame is sent before anything is known.
            assert!(
                frame < 2 || queued < 0.5,
                "frame {frame}: {queued} seconds are queued"
            );
        }
        let rate = line.pace.rate().unwrap();
        assert!((rate / 960.0 - 1.0).abs() < 0.1, "{rate}");
        // All of the line is used.
        assert!(line.now > 30.0 && line.free > 0.9 * line.now);
    }

    #[test]
    fn a_fast_line_is_not_held_up_however_long_it_is() {
        for way in [0.0, 0.25] {
            let mut line = Line::new(1e8, way);
            line.send(2_000);
            for _ in 0..100 {
                line.now += 0.1;
                let before = line.now;
                line.wait();
                line.send(6_000);
                let waited = line.now - before;
                assert!(
                    line.now < 2.0 || waited < 0.01,
                    "{waited} seconds at a way of {way}"
                );
            }
            assert!(!line.pace.is_slow());
        }
    }

    #[test]
    fn a_line_of_a_megabit_takes_whole_frames() {
        let mut line = Line::new(125_000.0, 0.05);
        line.send(1_000);
        for frame in 0..50 {
            line.now += 0.1;
            let before = line.now;
            line.wait();
            let sent = line.send(3_000);
            assert!(frame < 3 || (sent >= 3_000 && line.now - before < 0.02));
        }
    }

    #[test]
    fn a_terminal_that_stands_still_is_sent_little_and_goes_on_at_once() {
        let mut line = Line::new(1e6, 0.001);
        for _ in 0..20 {
            line.now += 0.1;
            line.wait();
            line.send(2_000);
        }
        // It takes nothing in for 30 seconds.
        line.free = line.now + 30.0;
        let until = line.free;
        let mut sent = 0;
        line.answers.clear();
        while line.now < until {
            line.wait();
            if line.now < until {
                sent += line.send(2_000);
            }
            line.now += 0.1;
        }
        assert!(sent < 40_000, "{sent} bytes are queued");
        line.now = line.free + 0.01;
        line.wait();
        assert!(line.now < until + 0.2);
    }

    #[test]
    fn a_terminal_that_does_not_answer_is_asked_no_longer() {
        let start = Instant::now();
        let mut pace = Pace::new(true);
        assert!(pace.send("x".repeat(5_000), start).ends_with(QUESTION));
        let left = pace.wait(start);
        assert_eq!(left, FIRST_PATIENCE);
        assert!(pace.wait(start + left).is_zero() && !pace.awaits());
        assert_eq!(pace.send("x".into(), start + left), "x");
        assert_eq!(pace.budget(), None);
        // Then only what writing takes is known.
        pace.written(8_000, Duration::from_secs(10));
        assert_eq!(pace.budget(), Some(LEAST));
        // An answer that nobody waits for says nothing.
        pace.answered(start);
        assert_eq!(pace.rate(), Some(800.0));
        assert_eq!(Pace::new(false).send("x".into(), start), "x");
    }
}
