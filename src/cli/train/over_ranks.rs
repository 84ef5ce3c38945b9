//! A run over several processes, which `mpirun` started together: all make every step, the first measures, tells and saves.
//!
//! Where one of them is lost, the others wait for it until whoever started them ends them. The first then saves the last state of
//! which it knows all, a few seconds old.

use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use crossbeam_channel::Receiver;
use indicatif::ProgressBar;

use super::{Arguments, Ending, Line, OnDivergence, Report, Start, ended, say_what_is_replaced, start};
use crate::cancel::Cancel;
use crate::cli::{ending_signals_received, progress_bar};
use crate::data::Dataset;
use crate::evaluation::lower_bound;
use crate::learning::ranks::{Ranks, gather_memory};
use crate::learning::{Method, StepFault, Training, Workers};
use crate::process::{say, signal_name};
use crate::run::{Entry, Event, Happening, RunState};
use crate::session::{SessionFile, View};

/// How old the state may become that is saved where a process is lost.
const WHOLE_EVERY: Duration = Duration::from_secs(2);
/// How long the end of a step is waited for once somebody asks for the end: `mpirun` waits a second before it ends all by force.
const PATIENCE: Duration = Duration::from_millis(400);

/// What a process says that ends the run since nobody reads what it tells; signals have smaller numbers.
const UNREAD: u64 = 1 << 32;

/// Trains to the goal, or until a signal asks for the end.
pub(super) fn run(arguments: &Arguments, ranks: Arc<dyn Ranks>) -> anyhow::Result<()> {
    let begun = begin(arguments, &ranks);
    // Nobody goes on alone, and nobody waits for one that can't.
    let others = ranks.gather_words(&[u64::from(begun.is_err())]);
    let Begun { start, workers, out } = begun?;
    if let Some(other) = others.iter().position(|&has_failed| has_failed > 0) {
        anyhow::bail!("process {other} can't begin, so that none does");
    }
    let Start {
        state, data, view, ..
    } = start;
    check_alike(&state.training, &*ranks)?;
    let is_first = ranks.rank() == 0;
    let goal = state.training.configuration.goal;
    let before = (state.training.samples, state.training.seconds);
    let bar = if is_first {
        progress_bar(goal, "samples")
    } else {
        ProgressBar::hidden()
    };
    let rescue = Arc::new(Rescue {
        out: out.clone(),
        view: view.clone(),
        whole: Mutex::new(state.clone()),
        is_over: AtomicBool::new(false),
    });
    let mut run = Run {
        state,
        asked: asked_for_the_end(rescue.clone())?,
        rescue,
        ranks,
        report: Report {
            json: arguments.json && is_first,
            goes_on_unread: out.is_some(),
            fault: None,
        },
        unread: None,
        bar,
    };
    run.bar.set_position(before.0);
    run.happen(Happening::Started);
    let autosave = Duration::from_secs(arguments.autosave);
    let (mut whole_at, mut saved_at) = (Instant::now(), Instant::now());
    let ending = loop {
        // All ends and all exchanges are agreed on: whoever is asked says so to all.
        let asked = run.asked.try_recv().unwrap_or_default();
        let wish = run
            .unread
            .as_ref()
            .map_or(u64::from(asked.unsigned_abs()), |_| UNREAD);
        let is_due = u64::from(is_first && whole_at.elapsed() >= WHOLE_EVERY);
        let words = run.ranks.gather_words(&[wish, is_due]);
        if let Some(&wish) = words.iter().step_by(2).find(|&&wish| wish > 0) {
            break Ending::Interrupted(i32::try_from(wish).unwrap_or_default());
        }
        if words[1] > 0 {
            whole_at = Instant::now();
            run.make_whole();
            let is_due = saved_at.elapsed() >= autosave;
            if let Some(out) = out.as_ref().filter(|_| is_due) {
                saved_at = Instant::now();
                if let Err(error) = out.save(out.ticket(), &run.state, &view) {
                    say(format_args!(
                        "vae-tui: {error}; training goes on, and is saved again later"
                    ));
                }
            }
        }
        match run.state.training.step(&data, &workers, &Cancel::default()) {
            Ok(report) => {
                run.state.log.take_in_step(&report);
                run.bar.set_position(report.samples);
            }
            Err(StepFault::Diverged(diverged)) => break Ending::Diverged(diverged),
            // Nobody cancels it.
            Err(StepFault::Cancelled) => continue,
        }
        if run.state.is_evaluation_due() {
            run.evaluate(&data, &workers);
            if run.state.training.is_finished() {
                run.happen(Happening::Finished);
                break Ending::Finished;
            }
        }
    };
    run.make_whole();
    run.rescue.is_over.store(true, Ordering::SeqCst);
    run.bar.finish_and_clear();
    if !is_first {
        return Ok(());
    }
    let kept = out.map(|out| out.save_at_last(out.ticket(), &run.state, &view));
    let ending = run.unread.take().map_or(ending, Ending::Unread);
    ended(ending, run.report, (&run.state, &data), kept.as_ref(), before)
}

/// What a process has before it speaks with the others.
struct Begun {
    start: Start,
    workers: Workers,
    /// Where the first process saves; it can be written, and no other program writes it.
    out: Option<Arc<SessionFile>>,
}

/// The run as this process reads it.
fn begin(arguments: &Arguments, ranks: &Arc<dyn Ranks>) -> anyhow::Result<Begun> {
    ensure!(
        arguments.on_divergence == OnDivergence::Stop,
        "--on-divergence halve goes with one process, not with several"
    );
    ensure!(
        !arguments.detach,
        "--detach goes with one process, not with several"
    );
    let mut start = start(arguments, ranks.size())?;
    let configuration = &start.state.training.configuration;
    ensure!(
        configuration.method != Method::Mcem,
        "Monte Carlo EM can't be trained by several processes: each would need the others' chains"
    );
    ensure!(
        configuration.threads >= ranks.size(),
        "a minibatch has {} shards, one for each of --threads, but {} processes need one each",
        configuration.threads,
        ranks.size()
    );
    let workers =
        Workers::among(configuration.threads, ranks.clone()).context("starting the training threads")?;
    let out = start.out.take().filter(|_| ranks.rank() == 0).map(Arc::new);
    if let Some(out) = &out {
        out.claim()?;
        say_what_is_replaced(arguments);
    }
    Ok(Begun { start, workers, out })
}

/// Whether all processes have the same.
fn check_alike(training: &Training, ranks: &dyn Ranks) -> anyhow::Result<()> {
    let configuration = &training.configuration;
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(&serde_json::to_vec(configuration)?);
    for named in training.model.parameters() {
        for value in named.parameter.values() {
            checksum.update(&value.to_bits().to_le_bytes());
        }
    }
    let identity = &training.data_identity;
    let own = [
        checksum.finalize().into(),
        training.samples,
        identity.train.into(),
        identity.test.into(),
    ];
    let all = ranks.gather_words(&own);
    if let Some(other) = all.chunks_exact(own.len()).position(|words| words != own) {
        anyhow::bail!(
            "the processes {} and {other} have different data, settings or sessions: each must find the same files",
            ranks.rank()
        );
    }
    Ok(())
}

/// What the first process saves where another is lost.
struct Rescue {
    out: Option<Arc<SessionFile>>,
    view: View,
    /// The last state of which everything is known here.
    whole: Mutex<RunState>,
    /// Whether all processes have parted.
    is_over: AtomicBool,
}

/// The first signal that asks for the end. Where no step ends after it, the last whole state is saved and the process ends.
fn asked_for_the_end(rescue: Arc<Rescue>) -> anyhow::Result<Receiver<i32>> {
    let signals = ending_signals_received()?;
    let (sender, receiver) = crossbeam_channel::bounded(1);
    std::thread::spawn(move || {
        let Ok(signal) = signals.recv() else { return };
        // Nobody listens any more once the run is over.
        let _ = sender.send(signal);
        std::thread::sleep(PATIENCE);
        if rescue.is_over.load(Ordering::SeqCst) {
            return;
        }
        let state = rescue.whole.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(out) = &rescue.out {
            let kept = out.save_at_last(out.ticket(), &state, &rescue.view);
            say(format_args!(
                "vae-tui: ended by {} before all processes had made the step; {kept}, as it was after {} samples",
                signal_name(signal),
                state.training.samples
            ));
        }
        exit(1);
    });
    Ok(receiver)
}

/// A run as one of its processes knows it.
struct Run {
    state: RunState,
    asked: Receiver<i32>,
    rescue: Arc<Rescue>,
    ranks: Arc<dyn Ranks>,
    report: Report,
    /// Why what it tells can't be written, where nothing else comes of it.
    unread: Option<anyhow::Error>,
    bar: ProgressBar,
}

impl Run {
    /// Has every process know all of the state, and the first keep a copy of it.
    fn make_whole(&mut self) {
        let training = &mut self.state.training;
        gather_memory(&*self.ranks, &training.model, &mut training.optimizer);
        if self.ranks.rank() == 0 {
            let mut whole = self.rescue.whole.lock().unwrap_or_else(PoisonError::into_inner);
            *whole = self.state.clone();
        }
    }

    /// Measures the test set, on the first process, for which the others wait.
    fn evaluate(&mut self, data: &Dataset, workers: &Workers) {
        if self.ranks.rank() > 0 {
            self.state.training.since_evaluation = Default::default();
            return;
        }
        let started = Instant::now();
        let training = &self.state.training;
        let measured = workers.run(|| {
            lower_bound(
                &training.model,
                &data.test,
                training.noise(),
                &Cancel::default(),
                |_| true,
            )
        });
        let Some(test) = measured else { return };
        let (point, seconds) = (self.state.curve_point(&test), started.elapsed().as_secs_f64());
        self.state.log.take_in(&Event::Evaluated { point, test, seconds });
        let Some(point) = point else { return };
        let told = self.report.measured(&self.bar, &point);
        self.take_in(told);
    }

    /// Takes down what happened, and tells it.
    fn happen(&mut self, what: Happening) {
        let entry = Entry {
            samples: self.state.training.samples,
            seconds: self.state.training.seconds,
            what,
        };
        self.state.log.take_in(&Event::Happened(entry.clone()));
        if self.ranks.rank() == 0 {
            let told = self.report.line(&Line::Log((&entry).into()), || {});
            self.take_in(told);
        }
    }

    /// Keeps the first reason why nobody reads what is told.
    fn take_in(&mut self, told: anyhow::Result<()>) {
        if let Err(error) = told {
            self.unread.get_or_insert(error);
        }
    }
}
