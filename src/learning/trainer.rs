//! The thread that trains: commands in, events out, and the newest parameters for whoever draws them.
//!
//! Nobody waits for anybody: commands are obeyed between two steps, events queue up, and the snapshot is replaced
//! as a whole, so a reader always holds one consistent, unchanging set of parameters.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, unbounded};
use thiserror::Error;

use super::curve::{CurvePoint, MarginalPoint};
use super::{Changes, ConfigurationError, Diverged, StepFault, StepReport, Training, Workers};
use crate::cancel::Cancel;
use crate::data::{Dataset, Part};
use crate::evaluation::{LowerBound, estimates, lower_bound};
use crate::model::Vae;
use crate::objective::Estimator;

/// What a trainer can be told. What a run can't go on with is refused, and changes nothing.
#[derive(Debug)]
pub enum Command {
    /// Train until told otherwise or until the goal is reached.
    Start,
    /// Stop training, keep everything.
    Pause,
    /// Make one step, then pause.
    Step,
    /// Change the learning rate from the next step on.
    SetLearningRate(f32),
    /// Change how the bound is estimated from the next step on.
    SetEstimator(Estimator),
    /// Change the goal, in training points evaluated.
    SetGoal(u64),
    /// Measure the lower bound of the test set now.
    Evaluate,
    /// Estimate the marginal likelihood of test points now; any other command ends it.
    Estimate,
    /// Send a copy of the whole state, as it is between two steps.
    Checkpoint(Sender<Box<Training>>),
    /// End the thread.
    Stop,
}

/// What a trainer tells.
#[derive(Clone, Debug)]
pub enum Event {
    /// Steps were made since the last of these events; at most ten of these a second.
    Steps {
        /// One report a step.
        reports: Vec<StepReport>,
        /// Seconds spent in training steps since the run began.
        seconds: f64,
    },
    /// The test set was measured.
    Evaluated {
        /// The new point of the curve; none if nothing was learned since the last.
        point: Option<CurvePoint>,
        /// The measurement.
        test: LowerBound,
        /// Seconds that the measurement took.
        seconds: f64,
    },
    /// The marginal likelihood was estimated.
    Estimated(MarginalPoint),
    /// The estimate of the marginal likelihood was broken off by a command.
    EstimateEnded,
    /// A command asked for what the run can't go on with.
    Refused(ConfigurationError),
    /// Training started or stopped.
    State(State),
    /// The step that would have come next was refused.
    Diverged(Diverged),
}

/// Whether a trainer is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Steps are being made.
    Running,
    /// Waiting for a command.
    Paused,
    /// Waiting for a command, with the goal reached.
    Finished,
}

/// The newest parameters, replaced as a whole; while training, only if someone looked since the last time, since the
/// model is copied when it learns on beside a snapshot.
struct Snapshot {
    newest: ArcSwap<Vae>,
    was_looked_at: AtomicBool,
}

/// The trainer's thread could not be started.
#[derive(Debug, Error)]
#[error("the training threads could not be started: {0}")]
pub struct StartError(String);

/// A run on a thread of its own. Dropping it breaks off the step or the measurement that is under way, and ends the thread.
pub struct Trainer {
    commands: Sender<Command>,
    events: Receiver<Event>,
    snapshot: Arc<Snapshot>,
    stop: Arc<AtomicBool>,
    cancel: Cancel,
    thread: Option<JoinHandle<()>>,
}

/// Time between two reports to the screen while training.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);

impl Trainer {
    /// Starts the thread, paused.
    ///
    /// # Errors
    /// If the system refuses to start a thread.
    pub fn start(training: Training, data: Arc<Dataset>) -> Result<Self, StartError> {
        let workers = Workers::new(training.configuration.threads, training.configuration.batch)
            .map_err(|error| StartError(error.to_string()))?;
        let snapshot = Arc::new(Snapshot {
            newest: ArcSwap::from_pointee(training.model.clone()),
            was_looked_at: AtomicBool::new(true),
        });
        let (commands, mailbox) = unbounded();
        let (sender, events) = unbounded();
        let stop = Arc::new(AtomicBool::new(false));
        let cancel = Cancel::default();
        let run = Run {
            published_steps: training.steps,
            training,
            data,
            mailbox,
            events: sender,
            snapshot: snapshot.clone(),
            stop: stop.clone(),
            cancel: cancel.clone(),
            running: false,
            unreported: Vec::new(),
            last_report: Instant::now(),
        };
        let thread = std::thread::Builder::new()
            .name("trainer".into())
            .spawn(move || workers.run(|| run.serve(&workers)))
            .map_err(|error| StartError(error.to_string()))?;
        Ok(Self {
            commands,
            events,
            snapshot,
            stop,
            cancel,
            thread: Some(thread),
        })
    }

    /// Puts a command into the mailbox.
    pub fn send(&self, command: Command) {
        // A trainer that has ended has nothing left to obey.
        let _ = self.commands.send(command);
    }

    /// Where events arrive.
    pub fn events(&self) -> &Receiver<Event> {
        &self.events
    }

    /// The newest parameters.
    pub fn snapshot(&self) -> Arc<Vae> {
        self.snapshot.was_looked_at.store(true, Ordering::Relaxed);
        self.snapshot.newest.load_full()
    }

    /// Asks for a copy of the whole state; it arrives after the present step.
    pub fn checkpoint(&self) -> Receiver<Box<Training>> {
        let (sender, receiver) = bounded(1);
        self.send(Command::Checkpoint(sender));
        receiver
    }

    /// A way to ask for the state from another thread, such as the one that handles signals.
    pub fn checkpoints(&self) -> impl Fn() -> Option<Box<Training>> + Send + use<> {
        let commands = self.commands.clone();
        move || {
            let (sender, receiver) = bounded(1);
            commands.send(Command::Checkpoint(sender)).ok()?;
            receiver.recv().ok()
        }
    }
}

impl Drop for Trainer {
    fn drop(&mut self) {
        // The flag ends a measurement that is under way, the command a wait for commands.
        self.stop.store(true, Ordering::Relaxed);
        self.cancel.cancel();
        self.send(Command::Stop);
        if let Some(thread) = self.thread.take() {
            // A panic of the trainer has been reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

/// The trainer's side of the mailbox.
struct Run {
    training: Training,
    data: Arc<Dataset>,
    mailbox: Receiver<Command>,
    events: Sender<Event>,
    snapshot: Arc<Snapshot>,
    stop: Arc<AtomicBool>,
    /// Breaks a step or a measurement off.
    cancel: Cancel,
    running: bool,
    published_steps: u64,
    unreported: Vec<StepReport>,
    last_report: Instant,
}

impl Run {
    fn serve(mut self, workers: &Workers) {
        while !self.stop.load(Ordering::Relaxed) {
            let command = if self.running {
                self.mailbox.try_recv()
            } else {
                self.mailbox.recv().map_err(|_| TryRecvError::Disconnected)
            };
            match command {
                Ok(command) => self.obey(command, workers),
                Err(TryRecvError::Empty) => self.step(workers),
                Err(TryRecvError::Disconnected) => break,
            }
        }
    }

    fn obey(&mut self, command: Command, workers: &Workers) {
        match command {
            Command::Start => self.set_running(true),
            Command::Pause => self.set_running(false),
            Command::Step => {
                self.step(workers);
                self.set_running(false);
            }
            Command::SetLearningRate(rate) => self.change(Changes {
                learning_rate: Some(rate),
                ..Changes::default()
            }),
            Command::SetEstimator(estimator) => self.change(Changes {
                estimator: Some(estimator),
                ..Changes::default()
            }),
            Command::SetGoal(goal) => self.change(Changes {
                goal: Some(goal),
                ..Changes::default()
            }),
            Command::Evaluate => self.evaluate(),
            Command::Estimate => self.estimate(),
            Command::Checkpoint(reply) => {
                // Whoever asked may have left.
                let _ = reply.send(Box::new(self.training.clone()));
            }
            Command::Stop => self.stop.store(true, Ordering::Relaxed),
        }
    }

    fn change(&mut self, changes: Changes) {
        if let Err(error) = self.training.change(changes) {
            self.tell(Event::Refused(error));
        }
    }

    fn set_running(&mut self, running: bool) {
        self.running = running && !self.training.is_finished();
        self.report();
        let state = match (self.running, self.training.is_finished()) {
            (true, _) => State::Running,
            (false, false) => State::Paused,
            (false, true) => State::Finished,
        };
        self.tell(Event::State(state));
    }

    fn step(&mut self, workers: &Workers) {
        match self.training.step(&self.data, workers, &self.cancel) {
            Ok(report) => self.unreported.push(report),
            // Only a trainer that is to end is cancelled.
            Err(StepFault::Cancelled) => return,
            Err(StepFault::Diverged(diverged)) => {
                self.set_running(false);
                self.tell(Event::Diverged(diverged));
                return;
            }
        }
        if self.training.is_evaluation_due() {
            self.evaluate();
        }
        if self.training.is_finished() {
            self.set_running(false);
        } else if self.last_report.elapsed() >= REPORT_INTERVAL {
            self.report();
        }
    }

    fn evaluate(&mut self) {
        self.report();
        let started = Instant::now();
        let (model, noise) = (&self.training.model, self.training.noise());
        let go_on = |_| !self.stop.load(Ordering::Relaxed);
        if let Some(test) = lower_bound(model, &self.data.test, noise, &self.cancel, go_on) {
            let point = self.training.record(&test);
            self.tell(Event::Evaluated {
                point,
                test,
                seconds: started.elapsed().as_secs_f64(),
            });
        }
    }

    fn estimate(&mut self) {
        self.report();
        let go_on = || !self.stop.load(Ordering::Relaxed) && self.mailbox.is_empty();
        let (model, noise) = (&self.training.model, self.training.noise());
        let Some(estimates) = estimates(model, &self.data.test, noise, &self.cancel, go_on) else {
            return self.tell(Event::EstimateEnded);
        };
        let point = MarginalPoint {
            samples: self.training.samples,
            part: Part::Test,
            estimates,
        };
        self.training.marginals.push(point);
        self.tell(Event::Estimated(point));
    }

    /// Publishes the parameters, if they are newer and wanted, and tells of the steps since the last report.
    fn report(&mut self) {
        self.last_report = Instant::now();
        let is_newer = self.training.steps != self.published_steps;
        if is_newer && (!self.running || self.snapshot.was_looked_at.swap(false, Ordering::Relaxed)) {
            self.published_steps = self.training.steps;
            self.snapshot.newest.store(Arc::new(self.training.model.clone()));
        }
        if !self.unreported.is_empty() {
            let reports = std::mem::take(&mut self.unreported);
            self.tell(Event::Steps {
                reports,
                seconds: self.training.seconds,
            });
        }
    }

    fn tell(&self, event: Event) {
        // A listener that has left needs no news; the mailbox closes with it.
        let _ = self.events.send(event);
    }
}
