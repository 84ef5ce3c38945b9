//! What the panes want to know is asked, and asked again while the run learns.

use std::time::{Duration, Instant};

use super::app::App;
use crate::remote::Link;
use crate::run::{Answered, Question};

/// The least time between two looks at the newest parameters while training: every look changes every image, and
/// each change goes over the wire.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);
/// How many times as long as the looks of all panes take the next ones wait at least: training needs the processor more, above
/// all where each takes long because chains stand for an encoder.
const LOOK_SHARE: f64 = 100.0;
/// The longest time between two looks, in seconds: a person watches.
const LONGEST_INTERVAL: f64 = 20.0;

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
        let wishes = app.wishes();
        let interval = self.interval();
        self.asked
            .retain(|asked| wishes.iter().any(|(asker, _)| *asker == asked.asker));
        for (asker, question) in wishes {
            let before = self.asked.iter().position(|asked| asked.asker == asker);
            if let Some(before) = before {
                let asked = &self.asked[before];
                if asked.question == question && asked.moment == moment && !asked.is_due(samples, interval) {
                    continue;
                }
                self.asked.swap_remove(before);
            }
            run.ask(&asker, moment, question.clone());
            self.asked.push(Asked {
                asker,
                moment,
                question,
                at: Instant::now(),
                answer: None,
            });
        }
    }

    /// Takes note of an answer.
    pub fn answered(&mut self, answered: &Answered) {
        let of_question = |asked: &&mut Asked| {
            let is_about = (asked.moment, &asked.question) == (answered.moment, &answered.question);
            asked.asker == answered.asker && is_about
        };
        if let Some(asked) = self.asked.iter_mut().find(of_question) {
            asked.answer = Some(Found {
                samples: answered.samples,
                took: answered.took,
            });
        }
    }

    /// When something is to be asked again at the earliest, of a run that has seen so many `samples`; none if every answer
    /// is about those.
    pub fn next(&self, samples: u64) -> Option<Instant> {
        let interval = self.interval();
        let due = self
            .asked
            .iter()
            .filter_map(|asked| asked.due_at(samples, interval));
        due.min()
    }

    /// The time between two looks of a pane.
    fn interval(&self) -> Duration {
        let took: f64 = self
            .asked
            .iter()
            .filter_map(|asked| Some(asked.of_the_newest()?.took))
            .sum();
        LOOK_INTERVAL.max(Duration::from_secs_f64((LOOK_SHARE * took).min(LONGEST_INTERVAL)))
    }
}

impl Asked {
    /// The answer, if newer parameters have another one: what was is what it was.
    fn of_the_newest(&self) -> Option<&Found> {
        self.answer.as_ref().filter(|_| self.moment.is_none())
    }

    fn due_at(&self, samples: u64, interval: Duration) -> Option<Instant> {
        let found = self.of_the_newest()?;
        (found.samples != samples).then(|| self.at + interval)
    }

    fn is_due(&self, samples: u64, interval: Duration) -> bool {
        self.due_at(samples, interval)
            .is_some_and(|due| due <= Instant::now())
    }
}
