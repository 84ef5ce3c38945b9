//! Questions that wait: of each asker the newest one only.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::protocol::Question;
use crate::cancel::Cancel;

/// A question that waits for its answer.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who asked.
    pub asker: String,
    /// The question's number.
    pub number: u64,
    /// The moment whose parameters it is about, in training points seen; none for the newest.
    pub moment: Option<u64>,
    /// The question.
    pub question: Question,
    /// Set when it is not wanted any more.
    pub cancel: Cancel,
}

/// The questions of all askers, in the order in which each began to wait.
pub struct Questions {
    /// For how long an answer may be looked for before a newer question of the same asker breaks that off: whoever moves fast
    /// sees something on the way.
    patience: Duration,
    state: Mutex<State>,
    arrival: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Asked>,
    /// What is being answered.
    running: Option<Running>,
    is_closed: bool,
}

struct Running {
    asker: String,
    cancel: Cancel,
    since: Instant,
}

impl Questions {
    /// None yet.
    pub fn new(patience: Duration) -> Self {
        Self {
            patience,
            state: Mutex::default(),
            arrival: Condvar::new(),
        }
    }

    /// Adds a question in place of what the same asker asked before: what waits is forgotten, what is being answered is
    /// broken off where it takes long.
    pub fn put(&self, asked: Asked) {
        let mut state = self.state();
        if let Some(running) = &state.running
            && running.asker == asked.asker
            && running.since.elapsed() >= self.patience
        {
            running.cancel.cancel();
        }
        match state
            .waiting
            .iter_mut()
            .find(|waiting| waiting.asker == asked.asker)
        {
            Some(waiting) => *waiting = asked,
            None => state.waiting.push_back(asked),
        }
        self.arrival.notify_one();
    }

    /// The question that waits longest, once there is one; none after the end.
    pub fn take(&self) -> Option<Asked> {
        let mut state = self.state();
        state.running = None;
        loop {
            if state.is_closed {
                return None;
            }
            if let Some(asked) = state.waiting.pop_front() {
                state.running = Some(Running {
                    asker: asked.asker.clone(),
                    cancel: asked.cancel.clone(),
                    since: Instant::now(),
                });
                return Some(asked);
            }
            state = self.arrival.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends it: nobody waits for answers any more.
    pub fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        if let Some(running) = &state.running {
            running.cancel.cancel();
        }
        self.arrival.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(asker: &str, number: u64) -> Asked {
        Asked {
            asker: asker.into(),
            number,
            moment: None,
            question: Question::Reconstruct { items: Vec::new() },
            cancel: Cancel::default(),
        }
    }

    #[test]
    fn of_each_asker_the_newest_question_waits_in_the_oldest_place() {
        let questions = Questions::new(Duration::ZERO);
        for (asker, number) in [("a", 1), ("b", 2), ("a", 3), ("a", 4)] {
            questions.put(asked(asker, number));
        }
        let taken: Vec<u64> = (0..2).filter_map(|_| Some(questions.take()?.number)).collect();
        assert_eq!(taken, [4, 2]);
    }

    #[test]
    fn what_is_being_answered_is_broken_off_by_its_asker_alone() {
        let questions = Questions::new(Duration::ZERO);
        questions.put(asked("a", 1));
        let running = questions.take().map(|asked| asked.cancel).unwrap_or_default();
        questions.put(asked("b", 2));
        assert!(!running.is_cancelled());
        questions.put(asked("a", 3));
        assert!(running.is_cancelled());
    }

    #[test]
    fn what_has_just_begun_is_not_broken_off() {
        let questions = Questions::new(Duration::from_secs(3_600));
        questions.put(asked("a", 1));
        let running = questions.take().map(|asked| asked.cancel).unwrap_or_default();
        questions.put(asked("a", 2));
        assert!(!running.is_cancelled());
        questions.close();
        assert!(running.is_cancelled(), "but the end does");
        assert!(questions.take().is_none());
    }

    #[test]
    fn the_end_wakes_whoever_waits() {
        let questions = Questions::new(Duration::ZERO);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| questions.take().is_none());
            questions.close();
            assert!(waiting.join().is_ok_and(|ended| ended));
        });
    }
}
