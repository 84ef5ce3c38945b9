//! The thread that trains: what is in its mailbox is obeyed between two steps, and a step or a measurement that is under
//! way is broken off where that would take long.
//!
//! A broken-off step may have gigabytes to give back before its threads are free. So a long step is made on a copy, and
//! what arrives meanwhile is obeyed at once, with the state as it was before the step.
//!
//! Nobody waits for anybody: events queue up, and the snapshot of the parameters is replaced as a whole, so that a reader
//! always holds one consistent, unchanging set of them.

use std::any::Any;
use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, select};

use super::curve::MarginalPoint;
use super::diagnosis::{Finding, Signs, diagnose};
use super::film::Frame;
use super::log::{Entry, Happening};
use super::mailbox::{Mail, Mailbox};
use super::past::PastModels;
use super::protocol::{Command, Event, Measurement, RunId, State, Told};
use super::snapshot::{Parameters, Snapshot};
use super::{RunState, StartError, Summary};
use crate::cancel::Cancel;
use crate::data::{Dataset, Part};
use crate::evaluation::{LowerBound, estimates, lower_bound};
use crate::language;
use crate::learning::settings::{Assignment, find};
use crate::learning::{StepFault, StepReport, Training, Workers};
use crate::panics::{guarded, switch};

/// The thread; dropping this ends it.
pub struct Trainer {
    mailbox: Mailbox,
    thread: Option<JoinHandle<()>>,
}

/// Time between two reports while training: whoever takes one in needs a processor for it.
const REPORT_INTERVAL: Duration = Duration::from_millis(250);
/// Time between two checkpoints that a run keeps of itself while training.
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(300);
/// Checkpoints that are kept.
const CHECKPOINTS: usize = 3;
/// Latent rows (data points times posterior samples) of a minibatch from which on a step is made on a copy. Below, a step has
/// little memory to give back when it is broken off; above, copying parameters and optimizer is little beside the step.
const ROWS_OF_A_LONG_STEP: usize = 8_000;

impl Trainer {
    pub(super) fn start(
        run: RunId,
        state: RunState,
        data: Arc<Dataset>,
        snapshot: Arc<Snapshot>,
        events: Sender<Told>,
    ) -> Result<Self, StartError> {
        let workers = Workers::new(state.training.configuration.threads)
            .map_err(|error| StartError(error.to_string()))?;
        let (mailbox, letters, interrupt) = Mailbox::new();
        let desk = Desk {
            run,
            data,
            mailbox: letters,
            interrupt,
            set_aside: VecDeque::new(),
            broken_off: None,
            events,
            published_steps: state.training.steps,
            snapshot,
            running: false,
            is_step_wanted: false,
            is_evaluation_wanted: state.is_evaluation_due(),
            is_estimate_wanted: false,
            unreported: Vec::new(),
            last_report: Instant::now(),
            checkpoints: VecDeque::new(),
            last_checkpoint: Instant::now(),
            signs: Signs::default(),
            findings: Vec::new(),
            logged: BTreeSet::new(),
            sound: None,
            before_step: (state.training.optimizer.steps, state.training.chains.is_some()),
            state,
        };
        // What it finds wrong with the run is said to whoever opened it.
        let language = language::spoken();
        let thread = std::thread::Builder::new()
            .name("trainer".into())
            .spawn(move || {
                language::speak(language);
                desk.serve(&Arc::new(workers));
            })
            .map_err(|error| StartError(error.to_string()))?;
        Ok(Self {
            mailbox,
            thread: Some(thread),
        })
    }

    pub(super) fn send(&self, mail: Mail) {
        // A trainer that has ended has nothing left to obey.
        self.mailbox.send(mail);
    }

    pub(super) fn mailbox(&self) -> Mailbox {
        self.mailbox.clone()
    }
}

impl Drop for Trainer {
    fn drop(&mut self) {
        self.send(Mail::End);
        if let Some(thread) = self.thread.take() {
            // A panic of the trainer has been reported by the panic hook already.
            let _ = thread.join();
        }
    }
}

/// What is done at once while something is being measured, and what waits for its end.
enum Attention {
    /// Done.
    Given,
    /// It waits until the measurement is over.
    SetAside(Mail),
    /// It waits, and the measurement is broken off for it.
    Urgent(Mail),
}

/// What can be done next.
enum Work {
    Evaluation,
    /// The goal is reached.
    Finish,
    Estimate,
    Step,
    /// A step on a copy.
    LongStep,
}

/// A step that was made on a copy, and the copy; or what it panicked with.
type MadeAside = Result<(Box<Training>, Result<StepReport, StepFault>), Box<dyn Any + Send>>;

/// The trainer's side of the mailbox.
struct Desk {
    run: RunId,
    state: RunState,
    data: Arc<Dataset>,
    mailbox: Receiver<Mail>,
    interrupt: Cancel,
    /// What arrived during a measurement and could not be done then.
    set_aside: VecDeque<Mail>,
    /// Of a long step that was broken off: where it says that its threads are free again.
    broken_off: Option<Receiver<MadeAside>>,
    events: Sender<Told>,
    snapshot: Arc<Snapshot>,
    published_steps: u64,
    running: bool,
    is_step_wanted: bool,
    is_evaluation_wanted: bool,
    is_estimate_wanted: bool,
    unreported: Vec<StepReport>,
    last_report: Instant,
    /// How the run was before it was changed, and from time to time; the newest last.
    checkpoints: VecDeque<RunState>,
    last_checkpoint: Instant,
    /// What was measured last, and what seems to be wrong since.
    signs: Signs,
    findings: Vec<Finding>,
    /// The names of findings that stand in the log and were not gone since.
    logged: BTreeSet<String>,
    /// How the run was when it was last known to be well: measured, or about to begin.
    sound: Option<RunState>,
    /// What [`Desk::updates_begun`] was before the step that is under way, or was last.
    before_step: (u64, bool),
}

impl Desk {
    fn serve(mut self, workers: &Arc<Workers>) {
        loop {
            match guarded(|| self.do_next(workers)) {
                Ok(goes_on) if !goes_on => return,
                Ok(_) => {}
                Err(words) => self.outlive(words),
            }
        }
    }

    /// What the next update of the parameters changes first, before any of them: while this is as it was, none was begun.
    fn updates_begun(&self) -> (u64, bool) {
        let training = &self.state.training;
        (training.optimizer.steps, training.chains.is_some())
    }

    /// Goes on after a panic: with the state as it is, where no update was under way, or else as it was at the newest checkpoint.
    fn outlive(&mut self, words: String) {
        self.running = false;
        self.is_step_wanted = false;
        self.is_evaluation_wanted = false;
        self.is_estimate_wanted = false;
        self.unreported.clear();
        if self.updates_begun() != self.before_step {
            // Without a checkpoint what there is may be half of a step, and is better than nothing: it is finite, or not saved.
            self.go_back(0);
        }
        self.tell(Event::State(State::Paused));
        self.tell(Event::Panicked {
            thread: "trainer".into(),
            words,
        });
    }

    /// Obeys what arrived, or does what is to be done; whether there is more to come.
    fn do_next(&mut self, workers: &Arc<Workers>) -> bool {
        match self.next_mail() {
            Ok(Mail::End) | Err(TryRecvError::Disconnected) => return false,
            Ok(Mail::Checkpoint(reply)) => self.send_checkpoint(&reply),
            Ok(Mail::KeptCheckpoint(samples, reply)) => {
                let mut kept = self.checkpoints.iter().rev();
                if let Some(state) = kept.find(|state| state.training.samples == samples) {
                    // Whoever asked may have left.
                    let _ = reply.send(Box::new(self.brought_back(state.clone())));
                }
            }
            Ok(Mail::Command(number, command)) => self.obey(number, command),
            Err(TryRecvError::Empty) => match self.next_work() {
                Some(Work::LongStep) => self.step_aside(workers),
                _ => workers.run(|| self.work(workers)),
            },
        }
        true
    }

    /// What arrived; waits for it while there is nothing to do, or no thread that is free to do it.
    fn next_mail(&mut self) -> Result<Mail, TryRecvError> {
        if let Some(mail) = self.set_aside.pop_front() {
            return Ok(mail);
        }
        if self.next_work().is_none() {
            return self.mailbox.recv().map_err(|_| TryRecvError::Disconnected);
        }
        if let Some(broken_off) = self.broken_off.clone() {
            select! {
                recv(self.mailbox) -> mail => return mail.map_err(|_| TryRecvError::Disconnected),
                recv(broken_off) -> _ => self.broken_off = None,
            }
        }
        self.mailbox.try_recv()
    }

    fn next_work(&self) -> Option<Work> {
        let training = &self.state.training;
        if self.is_evaluation_wanted {
            Some(Work::Evaluation)
        } else if self.running && training.is_finished() {
            Some(Work::Finish)
        } else if self.is_estimate_wanted {
            Some(Work::Estimate)
        } else if self.running || self.is_step_wanted {
            let rows = training.configuration.batch * training.configuration.mc_samples;
            Some(if rows < ROWS_OF_A_LONG_STEP {
                Work::Step
            } else {
                Work::LongStep
            })
        } else {
            None
        }
    }

    /// Does what is to be done, on the threads of the pool, until something arrives or what comes next isn't done there.
    fn work(&mut self, workers: &Workers) {
        loop {
            // Before the mailbox is looked into: what arrives later sets it again.
            self.interrupt.reset();
            if !(self.set_aside.is_empty() && self.mailbox.is_empty()) {
                return;
            }
            match self.next_work() {
                Some(Work::Evaluation) => self.evaluate(),
                Some(Work::Finish) => self.set_running(false),
                Some(Work::Estimate) => self.estimate(),
                Some(Work::Step) => self.step(workers),
                Some(Work::LongStep) | None => return,
            }
        }
    }

    fn send_checkpoint(&mut self, reply: &Sender<Box<RunState>>) {
        self.report();
        // Whoever asked may have left.
        let _ = reply.send(Box::new(self.state.clone()));
    }

    fn obey(&mut self, number: u64, command: Command) {
        // Also an estimate that has not begun yet ends when the training is steered, so that nothing waits for it.
        if let Command::Start | Command::Step | Command::Change(_) | Command::GoBack | Command::Halve =
            command
        {
            self.break_off(Measurement::Estimate);
        }
        match command {
            Command::Start => {
                if self.sound.is_none() {
                    self.sound = Some(self.kept());
                }
                self.set_running(true);
            }
            Command::Pause => self.set_running(false),
            Command::Step => self.is_step_wanted = true,
            Command::Change(assignments) => self.change(number, &assignments),
            Command::Evaluate => self.is_evaluation_wanted = true,
            Command::Estimate => self.is_estimate_wanted = true,
            Command::BreakOff => {
                self.break_off(Measurement::Evaluation);
                self.break_off(Measurement::Estimate);
            }
            Command::GoBack => self.go_back(number),
            Command::Halve => self.halve(number),
            Command::Record(happening) => self.happen(happening),
        }
    }

    /// Breaks off a measurement that is wanted.
    fn break_off(&mut self, measurement: Measurement) {
        let is_wanted = match measurement {
            Measurement::Evaluation => &mut self.is_evaluation_wanted,
            Measurement::Estimate => &mut self.is_estimate_wanted,
        };
        if std::mem::take(is_wanted) {
            self.tell(Event::BrokenOff(measurement));
        }
    }

    fn change(&mut self, number: u64, assignments: &[Assignment]) {
        let before = self.state.training.present();
        let after = match self.state.training.changed(assignments) {
            Ok(after) => after,
            Err(error) => {
                let reason = error.to_string();
                return self.tell(Event::Refused { number, reason });
            }
        };
        if after != before {
            if self.is_checkpoint_new() {
                self.checkpoints.push_back(self.kept());
            }
            self.drop_old_checkpoints();
        }
        self.state.training.go_on_with(after.clone());
        for setting in assignments
            .iter()
            .filter_map(|assignment| find(&assignment.setting))
        {
            let (from, to) = (setting.value(&before), setting.value(&after));
            if from != to {
                let setting = setting.name.into();
                self.happen(Happening::Changed { setting, from, to });
            }
        }
        self.tell(Event::Changed {
            configuration: Box::new(self.state.training.configuration.clone()),
            learning_rate: self.state.training.optimizer.learning_rate,
        });
    }

    /// The run as it is now, to go back to. Its past models stay where they are: a copy that had them would keep alive what the film
    /// lets go of.
    fn kept(&self) -> RunState {
        RunState {
            training: self.state.training.clone(),
            log: self.state.log.clone(),
            past: PastModels::default(),
        }
    }

    /// The run at a checkpoint, with those of its past models that are still there.
    fn brought_back(&self, mut checkpoint: RunState) -> RunState {
        let film = &mut checkpoint.log.film;
        film.forget_models(|samples| self.state.past.get(samples).is_some());
        checkpoint.past = self.state.past.of(film);
        checkpoint
    }

    /// Whether something was learned since the newest checkpoint.
    fn is_checkpoint_new(&self) -> bool {
        let steps = |state: &RunState| state.training.steps;
        self.checkpoints.back().map(steps) != Some(steps(&self.state))
    }

    fn drop_old_checkpoints(&mut self) {
        self.last_checkpoint = Instant::now();
        while self.checkpoints.len() > CHECKPOINTS {
            self.checkpoints.pop_front();
        }
        self.tell_checkpoints();
    }

    fn tell_checkpoints(&mut self) {
        let samples = self.checkpoints.iter().map(|state| state.training.samples);
        self.tell(Event::Checkpoints(samples.collect()));
    }

    fn go_back(&mut self, number: u64) {
        let Some(state) = self.checkpoints.pop_back() else {
            return self.tell(Event::Refused {
                number,
                reason:
                    "there is no checkpoint to go back to yet: one is kept before each change of a setting"
                        .into(),
            });
        };
        self.report();
        let from = self.state.training.samples;
        let entries = std::mem::take(&mut self.state.log.entries);
        self.state = self.brought_back(state);
        self.before_step = self.updates_begun();
        self.snapshot.publish_past(self.state.past.clone());
        // What happened stays known, also what led astray.
        self.state.log.entries = entries;
        self.is_evaluation_wanted = self.state.is_evaluation_due();
        self.published_steps = u64::MAX;
        self.report();
        self.happen(Happening::WentBack { from });
        let summary = Summary::of(self.run, &self.state, &self.data);
        self.tell(Event::WentBack(Box::new(summary)));
        self.tell_checkpoints();
    }

    fn halve(&mut self, number: u64) {
        let samples = |state: &RunState| state.training.samples;
        let newest = self.checkpoints.back().map(samples);
        // A checkpoint that is newer was made on the way to what is to be left.
        if let Some(sound) = self
            .sound
            .take()
            .filter(|sound| newest.is_none_or(|newest| newest <= samples(sound)))
        {
            self.checkpoints.push_back(sound);
        }
        if !self.checkpoints.is_empty() {
            self.go_back(number);
        }
        let rate = self.state.training.optimizer.learning_rate / 2.0;
        self.change(number, &[Assignment::new("learning-rate", rate)]);
        self.set_running(true);
    }

    fn set_running(&mut self, running: bool) {
        let finished = self.state.training.is_finished();
        let was_running = self.running;
        self.running = running && !finished;
        self.report();
        let state = match (self.running, finished) {
            (true, _) => State::Running,
            (false, false) => State::Paused,
            (false, true) => State::Finished,
        };
        if was_running != self.running {
            self.happen(match state {
                State::Running => Happening::Started,
                State::Paused => Happening::Paused,
                State::Finished => Happening::Finished,
            });
        }
        self.tell(Event::State(state));
    }

    fn step(&mut self, workers: &Workers) {
        self.before_step = self.updates_begun();
        switch("trainer");
        let step = self.state.training.step(&self.data, workers, &self.interrupt);
        self.before_step = self.updates_begun();
        self.take_in(step);
    }

    /// Makes a step on a copy, and breaks it off when something arrives that can't be answered beside it. It is taken in
    /// whole or not at all; its threads may be at it for a while after that.
    fn step_aside(&mut self, workers: &Arc<Workers>) {
        let cancel = Cancel::default();
        let (made, is_made) = bounded::<MadeAside>(1);
        let mailbox = self.mailbox.clone();
        workers.spawn({
            let mut training = Box::new(self.state.training.clone());
            let (data, workers, cancel) = (self.data.clone(), workers.clone(), cancel.clone());
            move || {
                let step = catch_unwind(AssertUnwindSafe(|| training.step(&data, &workers, &cancel)));
                // Nobody waits for it where the run has ended.
                let _ = made.send(step.map(|step| (training, step)));
            }
        });
        loop {
            let mail = select! {
                recv(is_made) -> made => match made {
                    Ok(Ok((training, step))) => {
                        self.state.training = *training;
                        self.before_step = self.updates_begun();
                        return self.take_in(step);
                    }
                    Ok(Err(panic)) => resume_unwind(panic),
                    Err(_) => return,
                },
                recv(mailbox) -> mail => mail.unwrap_or(Mail::End),
            };
            if let Mail::Checkpoint(reply) = mail {
                self.send_checkpoint(&reply);
            } else {
                cancel.cancel();
                self.broken_off = Some(is_made);
                return self.set_aside.push_back(mail);
            }
        }
    }

    /// Goes on after a step that was made, or was not.
    fn take_in(&mut self, step: Result<StepReport, StepFault>) {
        match step {
            Ok(report) => self.unreported.push(report),
            // It is made again once the mailbox is empty.
            Err(StepFault::Cancelled) => return,
            Err(StepFault::Diverged(diverged)) => {
                self.is_step_wanted = false;
                self.set_running(false);
                let unread = self
                    .data
                    .fault()
                    .map(|fault| format!("its data can't be read any more: {fault}"));
                self.happen(Happening::Warned(unread.unwrap_or_else(|| diverged.to_string())));
                return self.tell(Event::Diverged(diverged));
            }
        }
        self.is_evaluation_wanted |= self.state.is_evaluation_due();
        if std::mem::take(&mut self.is_step_wanted) {
            self.set_running(false);
        } else if self.last_report.elapsed() >= REPORT_INTERVAL {
            self.report();
        }
        if self.last_checkpoint.elapsed() >= CHECKPOINT_INTERVAL {
            self.checkpoints.push_back(self.kept());
            self.drop_old_checkpoints();
        }
    }

    fn evaluate(&mut self) {
        self.report();
        let started = Instant::now();
        let measured = self.attend(Measurement::Evaluation, |state, data, cancel| {
            let (model, noise) = (&state.training.model, state.training.noise());
            let test = lower_bound(model, &data.test, noise, cancel, |_| true)?;
            let frame = frame(state, data, &test, cancel);
            Some((test, frame))
        });
        if let Some((test, frame)) = measured {
            self.is_evaluation_wanted = false;
            if test.terms.lower_bound().is_finite() {
                self.sound = Some(self.kept());
            }
            let seconds = started.elapsed().as_secs_f64();
            let point = self.state.curve_point(&test);
            self.signs.take_in(&self.state, &self.data, test.clone());
            if let Some(frame) = frame {
                let filmed = Event::Filmed(frame);
                let RunState { training, log, past } = &mut self.state;
                log.take_in(&filmed);
                past.keep(training, &log.film);
                // Before anybody hears of the frame, and asks about its moment.
                self.snapshot.publish_past(past.clone());
                tell(&self.events, self.run, filmed);
            }
            self.tell(Event::Evaluated { point, test, seconds });
            self.diagnose();
            // What is gone by now is worth a word when it comes again.
            let findings = &self.findings;
            self.logged
                .retain(|name| findings.iter().any(|finding| finding.name == *name));
        }
    }

    fn estimate(&mut self) {
        self.report();
        let measured = self.attend(Measurement::Estimate, |state, data, cancel| {
            let (model, noise) = (&state.training.model, state.training.noise());
            estimates(model, &data.test, noise, cancel, || true)
        });
        if !std::mem::take(&mut self.is_estimate_wanted) {
            return;
        }
        self.tell(match measured {
            Some(estimates) => Event::Estimated(MarginalPoint {
                samples: self.state.training.samples,
                part: Part::Test,
                estimates,
            }),
            None => Event::BrokenOff(Measurement::Estimate),
        });
    }

    /// Measures, and attends to the mailbox meanwhile.
    fn attend<R>(
        &mut self,
        measurement: Measurement,
        work: impl FnOnce(&RunState, &Dataset, &Cancel) -> Option<R>,
    ) -> Option<R> {
        let cancel = Cancel::default();
        let (done, is_done) = bounded::<()>(1);
        let Self {
            run,
            state,
            data,
            mailbox,
            events,
            set_aside,
            is_evaluation_wanted,
            is_estimate_wanted,
            ..
        } = self;
        let (state, data) = (&*state, &**data);
        let mut attend_to = |mail: Mail| match mail {
            Mail::Checkpoint(reply) => {
                let _ = reply.send(Box::new(state.clone()));
                Attention::Given
            }
            mail @ Mail::KeptCheckpoint(..) => Attention::SetAside(mail),
            Mail::End => Attention::Urgent(Mail::End),
            // That is true already, since no step is made meanwhile.
            mail @ Mail::Command(_, Command::Pause) => {
                tell(events, *run, Event::State(State::Paused));
                Attention::SetAside(mail)
            }
            Mail::Command(_, Command::Evaluate) => {
                *is_evaluation_wanted = true;
                Attention::Given
            }
            Mail::Command(_, Command::Estimate) => {
                *is_estimate_wanted = true;
                Attention::Given
            }
            mail @ Mail::Command(_, Command::Record(_)) => Attention::SetAside(mail),
            // An evaluation is worth waiting for before training goes on.
            mail @ Mail::Command(_, Command::Start) if measurement == Measurement::Evaluation => {
                Attention::SetAside(mail)
            }
            mail @ Mail::Command(..) => Attention::Urgent(mail),
        };
        std::thread::scope(|scope| {
            let listener = std::thread::Builder::new()
                .name("attention".into())
                .spawn_scoped(scope, {
                    let cancel = cancel.clone();
                    move || loop {
                        select! {
                            recv(is_done) -> _ => return,
                            recv(mailbox) -> mail => match mail.map(&mut attend_to) {
                                Ok(Attention::Given) => {}
                                Ok(Attention::SetAside(mail)) => set_aside.push_back(mail),
                                Ok(Attention::Urgent(mail)) => {
                                    cancel.cancel();
                                    return set_aside.push_back(mail);
                                }
                                Err(_) => return cancel.cancel(),
                            },
                        }
                    }
                });
            // Where the system gives no thread, the mailbox waits for the end of the measurement.
            drop(listener);
            let measured = work(state, data, &cancel);
            drop(done);
            measured
        })
    }

    /// Publishes the parameters, if they are newer and wanted, and tells of the steps since the last report.
    fn report(&mut self) {
        self.last_report = Instant::now();
        let training = &self.state.training;
        let is_newer = training.steps != self.published_steps;
        if is_newer && (!self.running || self.snapshot.is_wanted()) {
            self.published_steps = training.steps;
            self.snapshot.publish(Parameters::of(training));
        }
        if !self.unreported.is_empty() {
            let reports = std::mem::take(&mut self.unreported);
            let seconds = training.seconds;
            self.tell(Event::Steps { reports, seconds });
            self.diagnose();
        }
    }

    /// Tells what seems to be wrong, where that is something else than before; what is new goes into the log.
    fn diagnose(&mut self) {
        let findings = diagnose(&self.state, &self.signs);
        if findings == self.findings {
            return;
        }
        for finding in &findings {
            if self.logged.insert(finding.name.clone()) {
                self.happen(Happening::Diagnosed(finding.to_string()));
            }
        }
        self.findings.clone_from(&findings);
        self.tell(Event::Diagnosed(findings));
    }

    fn happen(&mut self, what: Happening) {
        let training = &self.state.training;
        self.tell(Event::Happened(Entry {
            samples: training.samples,
            seconds: training.seconds,
            what,
        }));
    }

    fn tell(&mut self, event: Event) {
        self.state.log.take_in(&event);
        tell(&self.events, self.run, event);
    }
}

/// What the run looks like, if that is to be kept: where something was learned since the last measurement, or nothing was kept yet.
fn frame(state: &RunState, data: &Dataset, test: &LowerBound, cancel: &Cancel) -> Option<Frame> {
    let RunState { training, log, .. } = state;
    let is_wanted = training.since_evaluation.1 > 0 || log.film.is_empty();
    let is_due = is_wanted && log.film.is_due(training.samples);
    is_due.then(|| Frame::of(training, data, test, cancel))?
}

fn tell(events: &Sender<Told>, run: RunId, event: Event) {
    match &event {
        Event::State(state) => log::info!("the run is {state:?}"),
        Event::Changed { .. } => log::info!("settings were changed"),
        Event::Refused { .. } => log::info!("a command was refused"),
        Event::WentBack(_) => log::info!("the run went back"),
        Event::Diverged(_) => log::warn!("the run diverged"),
        Event::Evaluated { seconds, .. } => log::debug!("a measurement took {seconds:.3} s"),
        Event::Steps { reports, seconds } => log::trace!("{} steps, {seconds:.3} s so far", reports.len()),
        _ => {}
    }
    // A listener that has left needs no news; the mailbox closes with it.
    let _ = events.send(Told { run, event });
}
