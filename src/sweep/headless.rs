//! A run that nobody looks at, from where it is to its goal: saved on the way, and when somebody asks for the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use crossbeam_channel::{select, tick};

use crate::data::Dataset;
use crate::run::{Command, Event, RunHandle, RunState, State};
use crate::session::{Kept, SessionFile, View};

/// Time between two saves of a run.
const SAVE_INTERVAL: Duration = Duration::from_secs(60);
/// Time between two looks at whether somebody wishes the end.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// How a run's training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The run is as far as it is to be, or diverged on the way.
    Trained,
    /// Another program is at it.
    InUse,
    /// Somebody asked for the end; what was trained is saved.
    Interrupted,
}

/// Who looks after a run that nobody looks at.
#[derive(Clone, Copy)]
pub struct Headless<'a> {
    /// Set from outside to end it.
    pub stop: &'a AtomicBool,
    /// Hears how many training points were seen.
    pub show: &'a dyn Fn(u64),
    /// Hears what is worth knowing.
    pub say: &'a dyn Fn(&str),
}

impl Headless<'_> {
    /// Trains to the goal and measures there, or until somebody asks for the end, and saves to `file`, which must be claimed.
    ///
    /// # Errors
    /// If threads can't be started, the data can't be read any more, or the run can't be saved where it belongs.
    pub fn train(self, state: RunState, data: &Arc<Dataset>, file: &SessionFile) -> anyhow::Result<Outcome> {
        let goal = state.training.configuration.goal;
        (self.show)(state.training.samples);
        let mut measured = state.log.evaluations.last().map_or(0, |point| point.samples);
        let (run, _) = RunHandle::start(state, data.clone())?;
        run.send(Command::Start);
        let (look, mut saved_at) = (tick(LOOK_INTERVAL), Instant::now());
        let (mut is_stopped, mut is_finished) = (false, false);
        while !(is_stopped || is_finished && measured >= goal) {
            let event = select! {
                recv(run.events()) -> event => event.context("the training thread ended")?.event,
                recv(look) -> _ => {
                    is_stopped = self.stop.load(Ordering::Relaxed);
                    if saved_at.elapsed() >= SAVE_INTERVAL && !is_stopped {
                        saved_at = Instant::now();
                        self.save(&run, file)?;
                    }
                    continue;
                }
            };
            match event {
                Event::Steps { reports, .. } => {
                    if let Some(last) = reports.last() {
                        (self.show)(last.samples);
                    }
                }
                Event::Evaluated {
                    point: Some(point), ..
                } => measured = point.samples,
                Event::State(State::Finished) => is_finished = true,
                Event::Diverged(diverged) => {
                    if let Some(fault) = data.fault() {
                        // What was saved last goes on once the data is back; a file that says it diverged would not.
                        bail!("its data can't be read any more: {fault}");
                    }
                    (self.say)(&diverged.to_string());
                    break;
                }
                _ => {}
            }
        }
        let ticket = file.ticket();
        let state = run.checkpoint().recv().context("the training thread ended")?;
        match file.save_at_last(ticket, &state, &View::default()) {
            Kept::Saved(_) if is_stopped => Ok(Outcome::Interrupted),
            Kept::Saved(_) => Ok(Outcome::Trained),
            kept => bail!("{kept}"),
        }
    }

    /// Saves a run that goes on; where that fails now, it is tried again later.
    fn save(self, run: &RunHandle, file: &SessionFile) -> anyhow::Result<()> {
        let ticket = file.ticket();
        let state = run.checkpoint().recv().context("the training thread ended")?;
        if let Err(error) = file.save(ticket, &state, &View::default()) {
            let again = SAVE_INTERVAL.as_secs();
            (self.say)(&format!(
                "{error}; training goes on, and the next save is tried in {again} s"
            ));
        }
        Ok(())
    }
}
