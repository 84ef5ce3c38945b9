//! What the panes want to know is asked, and asked again while the run learns.

use std::time::{Duration, Instant};

use super::app::App;
use crate::remote::Link;
use crate::run::{Answered, Question};

/// The least time between two looks at the newest parameters while training: every look changes every image, and
/// each change goes over the wire. For a look the trainer copies its parameters, too, and a thread that trains waits for each that looks.
const LOOK_INTERVAL: Duration = Duration::from_millis(400);
/// How many times as long as a look takes the next one waits at least, where nobody else looks: training needs the processor more,
/// above all where each takes long because chains stand for an encoder. Whoever looks has an equal part of that.
const LOOK_SHARE: f64 = 120.0;
/// The longest time between two looks, in seconds: a person watches.
const LONGEST_INTERVAL: f64 = 20.0;
/// How many times as long as a piece of a ranking takes the next one waits while training, whose threads all wait for the one that gives
/// up its processor. A piece is found on all of them.
const PIECE_SHARE: f64 = 48.0;

/// The newest question of every pane.
#[derive(Default)]
pub struct Asking {
    asked: Vec<Asked>,
}

struct Asked {
    asker: String,
    /// The moment that it is about; none for the newest parameters.
    moment: Option<u64>,
    question: Question,
    /// Whether it was asked before, of older parameters.
    is_repeated: bool,
    at: Instant,
    answer: Option<Found>,
}

/// What is known of an answer.
struct Found {
    /// Training points that its parameters had seen.
    samples: u64,
    /// Seconds that it took.
    took: f64,
}

impl Asking {
    /// Asks `run` what the panes want to know by now: what they did not ask before, and what newer parameters change.
    pub fn ask_around(&mut self, app: &App, run: &Link) {
        let Some(workspace) = app.workspace() else {
            return;
        };
        let (samples, moment) = (workspace.progress.samples, workspace.moment);
        let is_training = app.is_running();
        let wishes = app.wishes();
        self.asked
            .retain(|asked| wishes.iter().any(|(asker, _)| *asker == asked.asker));
        let askers = wishes.len();
        for (asker, question) in wishes {
            let mut is_repeated = false;
            let before = self.asked.iter().position(|asked| asked.asker == asker);
            if let Some(before) = before {
                let asked = &self.asked[before];
                let waits = match (asked.moment == moment, asked.question == question) {
                    (true, true) => !asked.is_due(samples, askers),
                    (true, false) => is_training && is_piece(&question) && asked.rests(),
                    (false, _) => false,
                };
                if waits {
                    continue;
                }
                is_repeated = (asked.moment, &asked.question) == (moment, &question);
                self.asked.swap_remove(before);
            }
            run.ask(&asker, moment, question.clone());
            self.asked.push(Asked {
                asker,
                moment,
                question,
                is_repeated,
                at: Instant::now(),
                answer: None,
            });
        }
    }

    /// Takes note of an answer.
    pub fn answered(&mut self, answered: &Answered) {
        if let Some(asked) = self.asked.iter_mut().find(|asked| asked.is_of(answered)) {
            asked.answer = Some(Found {
                samples: answered.samples,
                took: answered.took,
            });
        }
    }

    /// Whether somebody waits for an answer: its question was not asked before, of older parameters, and is no piece of many.
    pub fn is_awaited(&self, answered: &Answered) -> bool {
        let asked = self.asked.iter().find(|asked| asked.is_of(answered));
        asked.is_some_and(|asked| !asked.is_repeated && !is_piece(&asked.question))
    }

    /// When something is to be asked again at the earliest, of a run that has seen so many `samples`; none if every answer
    /// is about those.
    pub fn next(&self, samples: u64) -> Option<Instant> {
        let askers = self.asked.len();
        let of_asked = |asked: &Asked| {
            let piece = asked.next_piece_at().filter(|_| asked.rests());
            piece.into_iter().chain(asked.due_at(samples, askers)).min()
        };
        self.asked.iter().filter_map(of_asked).min()
    }
}

impl Asked {
    fn is_of(&self, answered: &Answered) -> bool {
        let is_about = (self.moment, &self.question) == (answered.moment, &answered.question);
        self.asker == answered.asker && is_about
    }

    /// When it is asked again, as one of so many.
    fn due_at(&self, samples: u64, askers: usize) -> Option<Instant> {
        // What was is what it was.
        let Found { samples: known, took } = self.answer.as_ref().filter(|_| self.moment.is_none())?;
        let wait = LOOK_INTERVAL.max(at_most_longest(LOOK_SHARE * askers as f64 * took));
        (*known != samples).then(|| self.at + wait)
    }

    /// When the piece behind this one is asked at the earliest, if this is a piece that has been answered.
    fn next_piece_at(&self) -> Option<Instant> {
        let Found { took, .. } = self.answer.as_ref().filter(|_| is_piece(&self.question))?;
        Some(self.at + at_most_longest(PIECE_SHARE * took))
    }

    /// Whether the piece behind it waits.
    fn rests(&self) -> bool {
        self.next_piece_at().is_some_and(|at| at > Instant::now())
    }

    fn is_due(&self, samples: u64, askers: usize) -> bool {
        self.due_at(samples, askers)
            .is_some_and(|due| due <= Instant::now())
    }
}

/// So many seconds, or the longest time between two looks.
fn at_most_longest(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds.min(LONGEST_INTERVAL))
}

/// Whether the answer is a part of what is found out piece by piece, each asked for once the one before is there.
fn is_piece(question: &Question) -> bool {
    matches!(question, Question::Score { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Part;
    use crate::run::Answer;

    fn answered(question: Question) -> Asked {
        Asked {
            asker: "pane".into(),
            moment: None,
            question,
            is_repeated: false,
            at: Instant::now(),
            answer: Some(Found {
                samples: 100,
                took: 100.0,
            }),
        }
    }

    #[test]
    fn what_is_asked_again_by_itself_is_not_waited_for() {
        let is_awaited = |question: Question, is_repeated: bool| {
            let asking = Asking {
                asked: vec![Asked {
                    is_repeated,
                    ..answered(question.clone())
                }],
            };
            asking.is_awaited(&Answered {
                asker: "pane".into(),
                number: 1,
                moment: None,
                samples: 100,
                took: 0.0,
                question,
                answer: Answer::Reconstructed(Vec::new()),
            })
        };
        let reconstruct = Question::Reconstruct { items: vec![0] };
        assert!(is_awaited(reconstruct.clone(), false));
        assert!(!is_awaited(reconstruct, true), "newer parameters alone");
        let piece = Question::Score {
            part: Part::Test,
            items: vec![0],
            importance_samples: None,
        };
        assert!(!is_awaited(piece, false), "one of many");
    }

    #[test]
    fn the_next_piece_waits_for_its_share() {
        let piece = answered(Question::Score {
            part: Part::Test,
            items: vec![0, 1],
            importance_samples: None,
        });
        assert!(piece.rests(), "a piece took 100 s a moment ago");
        let of_no_time = Asked {
            answer: Some(Found {
                samples: 100,
                took: 0.0,
            }),
            ..piece
        };
        assert!(!of_no_time.rests());
        let whole = answered(Question::Reconstruct { items: vec![0] });
        assert!(!whole.rests(), "what a person changes is asked at once");
    }
}
