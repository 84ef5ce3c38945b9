//! `vae-tui train`: a run without a screen.

#[cfg(feature = "mpi")]
mod over_ranks;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use clap::Args;
use crossbeam_channel::{select, tick};
use indicatif::ProgressBar;
use serde::Serialize;
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::choice::choice;
use super::data_flags::DataFlags;
use super::setting_flags::SettingFlags;
use super::{
    NobodyReads, dataset, ending_signals_received, ensure_data, print_line, progress_bar, resume, say_notes,
};
use crate::choices::Choose;
use crate::config::{self, HangUp};
use crate::data::STANDARD_INPUT;
use crate::data::{Dataset, mnist};
use crate::files::shown;
use crate::learning::memory::Needed;
use crate::learning::settings::{Assignment, THREADS_RANGE};
use crate::learning::{Configuration, Diverged, Preset, Training, default_threads};
#[cfg(feature = "mpi")]
use crate::learning::{mpi, ranks::Ranks};
use crate::model::Likelihood;
use crate::platform::HANG_UP;
use crate::process::{rank, say, signal_name};
use crate::remote::hand_over;
use crate::run::curve::CurvePoint;
use crate::run::{Command, Entry, Event, Happening, RunHandle, RunState, State};
use crate::session::{Kept, Resumed, SessionFile, View, folder};
use crate::words::plain;

/// The flags of `vae-tui train`; those that are not given come from the preset, or from the resumed session.
#[derive(Args, Debug)]
#[command(allow_negative_numbers = true)]
pub struct Arguments {
    /// Named settings that the other flags override
    #[arg(long, value_parser = choice::<Preset>(), default_value = Preset::default().word(), conflicts_with = "resume")]
    preset: Preset,
    #[command(flatten)]
    settings: SettingFlags,
    #[command(flatten)]
    reading: DataFlags,
    /// Stop after N passes over the training points
    #[arg(long, value_name = "N", conflicts_with = "samples")]
    epochs: Option<u64>,
    /// Save the session here at the end, and from time to time
    #[arg(long, value_name = "F.ron")]
    out: Option<PathBuf>,
    /// Seconds between two saves while training
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    autosave: u64,
    /// Go on with this session; saved there too unless --out says otherwise
    #[arg(long, value_name = "F.ron", conflicts_with = "DataFlags")]
    resume: Option<PathBuf>,
    /// When the loss stops being finite
    #[arg(long, value_name = "WHAT", value_parser = choice::<OnDivergence>(), default_value = OnDivergence::default().word())]
    on_divergence: OnDivergence,
    /// One JSON object a line on standard output: every evaluation, every entry of the run's log, and the end
    #[arg(long)]
    json: bool,
    /// Go on in a process of its own, which no hang-up reaches, and print its name; `vae-tui attach NAME` shows it
    #[arg(long, conflicts_with = "json")]
    detach: bool,
}

/// What becomes of a run whose loss stops being finite.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, EnumMessage, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
enum OnDivergence {
    /// It ends at the last finite parameters.
    #[default]
    Stop,
    /// It goes back to its newest checkpoint and on with half the learning rate, ten times at most.
    Halve,
}

/// How often a run that diverges is gone on with.
const MOST_HALVINGS: u32 = 10;

/// A line of standard output with `--json`.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Line<'a> {
    Metrics(&'a CurvePoint),
    Log(LogLine),
    Done(Totals),
}

/// An entry of the run's log.
#[derive(Serialize)]
struct LogLine {
    /// A word for what can happen to a run: `started`, `finished`.
    kind: &'static str,
    samples: u64,
    seconds: f64,
    /// What it was, for a person.
    text: String,
}

impl From<&Entry> for LogLine {
    fn from(entry: &Entry) -> Self {
        Self {
            kind: (&entry.what).into(),
            samples: entry.samples,
            seconds: entry.seconds,
            text: entry.what.to_string(),
        }
    }
}

/// Where training ended; seconds count training alone, evaluation and loading apart.
#[derive(Serialize)]
struct Totals {
    samples: u64,
    seconds: f64,
    samples_per_second: f64,
    elbo_train: Option<f64>,
    elbo_test: Option<f64>,
    learning_rate: f32,
}

/// Trains to the goal, or until a signal asks for the end.
pub(super) fn run(arguments: Arguments) -> anyhow::Result<()> {
    #[cfg(feature = "mpi")]
    if rank().is_some() {
        let (_joined, ranks) = mpi::join()?;
        if ranks.size() > 1 {
            return over_ranks::run(&arguments, Arc::new(ranks));
        }
    }
    #[cfg(not(feature = "mpi"))]
    ensure!(
        rank().unwrap_or(0) == 0,
        "several processes were started together, for which this program must be built with --features mpi"
    );
    let start = start(&arguments, 1)?;
    if let Some(out) = &start.out {
        out.claim()?;
        say_what_is_replaced(&arguments);
    }
    if arguments.detach {
        return detach(start, Duration::from_secs(arguments.autosave));
    }
    let Start {
        state,
        data,
        view,
        out,
    } = start;
    // Until here nothing would be lost, and standard input may keep the program waiting.
    let signals = ending_signals_received()?;
    let before = (state.training.samples, state.training.seconds);
    let goal = state.training.configuration.goal;

    let bar = progress_bar(goal, "samples");
    bar.set_position(state.training.samples);
    let mut report = Report {
        json: arguments.json,
        goes_on_unread: out.is_some(),
        fault: None,
    };
    let (run, _) = RunHandle::start(state, data.clone())?;
    run.send(Command::Start);
    let autosave = tick(Duration::from_secs(arguments.autosave));
    let mut halvings = 0;
    let ending = loop {
        let event = select! {
            recv(signals) -> signal => break Ending::Interrupted(signal.unwrap_or_default()),
            recv(autosave) -> _ => {
                if let Some(out) = &out {
                    let ticket = out.ticket();
                    let state = run.checkpoint().recv().context("the training thread ended")?;
                    if let Err(error) = out.save(ticket, &state, &view) {
                        bar.suspend(|| say(format_args!(
                            "vae-tui: {error}; training goes on, and the next save is tried in {} s",
                            arguments.autosave
                        )));
                    }
                }
                continue;
            }
            recv(run.events()) -> event => event.context("the training thread ended")?,
        };
        match event.event {
            Event::Steps { reports, .. } => {
                if let Some(last) = reports.last() {
                    bar.set_position(last.samples);
                }
            }
            Event::Evaluated {
                point: Some(point), ..
            } => {
                let reported = report.measured(&bar, &point);
                if let Err(error) = reported {
                    break Ending::Unread(error);
                }
            }
            Event::Happened(entry) => {
                // A person sees the bar, and what is wrong.
                let reported = report.line(&Line::Log((&entry).into()), || {
                    if let Happening::Diagnosed(words) = &entry.what {
                        bar.suspend(|| say(format_args!("note: {words}")));
                    }
                });
                if let Err(error) = reported {
                    break Ending::Unread(error);
                }
            }
            Event::Diverged(diverged) => {
                let is_worth_it = halvings < MOST_HALVINGS && data.fault().is_none();
                if arguments.on_divergence == OnDivergence::Stop || !is_worth_it {
                    break Ending::Diverged(diverged);
                }
                halvings += 1;
                run.send(Command::Halve);
                bar.suspend(|| {
                    say(format_args!(
                        "note: {diverged}; it goes on with half the learning rate"
                    ))
                });
            }
            Event::Panicked { words, .. } => break Ending::Panicked(words),
            Event::State(State::Finished) => break Ending::Finished,
            // Nobody steers a run without a screen.
            Event::Evaluated { .. }
            | Event::Filmed(_)
            | Event::Checkpoints(_)
            | Event::Estimated(_)
            | Event::BrokenOff(_)
            | Event::Changed { .. }
            | Event::Refused { .. }
            | Event::State(_)
            | Event::Diagnosed(_)
            | Event::WentBack(_)
            | Event::Answered(_) => {}
        }
    };
    bar.finish_and_clear();

    let ticket = out.as_ref().map(SessionFile::ticket);
    let state = run.checkpoint().recv().context("the training thread ended")?;
    let kept = out
        .zip(ticket)
        .map(|(out, ticket)| out.save_at_last(ticket, &state, &view));
    let hung_up = matches!(ending, Ending::Interrupted(signal) if Some(signal) == HANG_UP);
    if let Some(Kept::Saved(path)) = &kept
        && hung_up
        && data.name != STANDARD_INPUT
        && config::load().config.hang_up == HangUp::Detach
    {
        // The other process trains it from now on.
        drop(run);
        let words = in_words(kept.as_ref());
        let name = hand_over(path, true, Duration::from_secs(arguments.autosave))
            .with_context(|| format!("{words}; it can't go on by itself"))?;
        say(format_args!(
            "{words}; it goes on by itself, and `vae-tui attach {name}` shows it"
        ));
        return Ok(());
    }
    ended(ending, report, (&state, &data), kept.as_ref(), before)
}

/// Tells how a run on that data ended, and how it was saved; `before` are the samples and seconds with which it began.
fn ended(
    ending: Ending,
    mut report: Report,
    (state, data): (&RunState, &Dataset),
    kept: Option<&Kept>,
    before: (u64, f64),
) -> anyhow::Result<()> {
    let goal = state.training.configuration.goal;
    let words = in_words(kept);
    let lost = kept.is_some_and(|kept| !matches!(kept, Kept::Saved(_)));
    match ending {
        Ending::Finished => {
            report.line(&Line::Done(totals(state, before)), || {
                if !lost {
                    say(format_args!("done: {words}"));
                }
            })?;
            ensure!(!lost, "{words}");
            report.fault.map_or(Ok(()), Err)
        }
        Ending::Interrupted(signal) => Err(anyhow!(
            "ended by {} after {} of {goal} samples; {words}",
            signal_name(signal),
            state.training.samples
        )),
        Ending::Diverged(_) if data.fault().is_some() => Err(anyhow!(
            "{} can't be read any more: {}; {words}",
            plain(&data.name),
            data.fault().unwrap_or_default()
        )),
        Ending::Diverged(diverged) => {
            Err(anyhow::Error::new(diverged).context(format!("training stopped; {words}")))
        }
        Ending::Panicked(said) => Err(anyhow!(
            "a fault in the program ended training after {} of {goal} samples: {said}; {words}",
            state.training.samples
        )),
        Ending::Unread(error) => Err(error),
    }
}

/// How a run was saved, where it was.
fn in_words(kept: Option<&Kept>) -> String {
    kept.map_or("nothing was saved".into(), Kept::to_string)
}

/// Saves the run as it begins, and lets a process of its own go on with it.
fn detach(start: Start, autosave: Duration) -> anyhow::Result<()> {
    let Start {
        state,
        data,
        view,
        out,
        ..
    } = start;
    ensure!(
        data.name != STANDARD_INPUT,
        "a run that goes on by itself can't read standard input: name a file with --data"
    );
    let file = out.unwrap_or_else(SessionFile::unnamed);
    let session = file.save(file.ticket(), &state, &view)?;
    // The other process writes it from now on.
    drop(file);
    let name = hand_over(&session, true, autosave)?;
    say(format_args!(
        "{name} goes on by itself and is saved to {}; `vae-tui attach {name}` shows it",
        shown(&session)
    ));
    print_line(&name)
}

/// Why training ended.
enum Ending {
    Finished,
    Interrupted(i32),
    Diverged(Diverged),
    /// A thread of the run panicked, and said this.
    Panicked(String),
    /// What it tells can't be written, and nothing else comes of it.
    Unread(anyhow::Error),
}

/// What is told while training, and whether anybody listens.
struct Report {
    /// Whether lines for a program go to standard output, instead of words to standard error.
    json: bool,
    /// Whether training goes on when nobody reads the lines any more.
    goes_on_unread: bool,
    /// What kept a line from being written; none is written after it.
    fault: Option<anyhow::Error>,
}

impl Report {
    /// One line for a program, or the words for a person.
    ///
    /// # Errors
    /// If the line can't be written, and training is for nothing then.
    fn line(&mut self, line: &Line, words: impl FnOnce()) -> anyhow::Result<()> {
        if !self.json {
            words();
            return Ok(());
        }
        if self.fault.is_some() {
            return Ok(());
        }
        match print_line(&serde_json::to_string(line)?) {
            Err(error) if self.goes_on_unread => {
                if !error.is::<NobodyReads>() {
                    say(format_args!("vae-tui: {error:#}; training goes on without"));
                }
                self.fault = Some(error);
                Ok(())
            }
            written => written,
        }
    }

    /// What was measured, beside the bar.
    ///
    /// # Errors
    /// As for [`line`](Self::line).
    fn measured(&mut self, bar: &ProgressBar, point: &CurvePoint) -> anyhow::Result<()> {
        bar.set_message(format!("test ELBO {:.2}", point.elbo_test));
        self.line(&Line::Metrics(point), || {
            bar.suspend(|| {
                say(format_args!(
                    "{:>9} samples  ELBO train {:.2}  test {:.2}",
                    point.samples, point.elbo_train, point.elbo_test
                ));
            });
        })
    }
}

/// What training begins with.
struct Start {
    state: RunState,
    data: Arc<Dataset>,
    /// The view to save with it.
    view: View,
    /// Where it is saved.
    out: Option<SessionFile>,
}

/// The run that the arguments ask for, over so many processes.
fn start(arguments: &Arguments, processes: usize) -> anyhow::Result<Start> {
    let mut out = arguments.out.clone().map(SessionFile::chosen);
    let (mut state, data, view) = if let Some(path) = &arguments.resume {
        let Resumed {
            state,
            data,
            view,
            identity,
            ..
        } = resume(path, arguments.settings.data())?;
        if arguments.out.as_ref().is_none_or(|out| out == path) {
            out = Some(SessionFile::opened(path.clone(), identity));
        }
        (state, data, view)
    } else {
        let threads = default_threads().saturating_mul(processes);
        let preset = arguments.preset.configuration(threads.min(*THREADS_RANGE.end()));
        let mut configuration = preset.with(arguments.settings.all())?;
        *configuration.reading = arguments.reading.over(&configuration.reading);
        ensure_data(&configuration)?;
        configuration.check()?;
        let data = dataset(&configuration.data, &configuration.reading)?;
        configuration.check_on(&data)?;
        say_notes(what_suits(arguments, &configuration, &data).as_slice());
        let training = Training::new(configuration, &data);
        (RunState::new(training), data, View::default())
    };
    let training = &mut state.training;
    if arguments.resume.is_some() {
        training.change(&arguments.settings.without_data())?;
        Needed::by(&training.configuration, training.model.architecture()).check_here()?;
    }
    if let Some(epochs) = arguments.epochs {
        ensure!(epochs > 0, "epochs is 0, but must be at least 1");
        let points = training.points() as u64;
        training.change(&[Assignment::new("samples", epochs.saturating_mul(points))])?;
    }
    if training.is_finished() {
        anyhow::bail!(
            "nothing to do: {} samples were seen already and the goal is {}; --samples or --epochs sets another",
            training.samples,
            training.configuration.goal
        );
    }
    Ok(Start {
        state,
        data,
        view,
        out,
    })
}

/// Which likelihood suits a person's own data, where nobody chose one and it is another than the usual.
fn what_suits(arguments: &Arguments, configuration: &Configuration, data: &Dataset) -> Option<String> {
    let chosen = ["likelihood", "binarize"];
    let is_chosen = arguments.preset != Preset::default()
        || arguments
            .settings
            .all()
            .iter()
            .any(|given| chosen.contains(&given.setting.as_str()));
    if is_chosen || data.name == mnist::NAME {
        return None;
    }
    let suggestion = Likelihood::suggested(data);
    let flags = suggestion.settings().into_iter();
    let flags: Vec<String> = flags.map(|(name, value)| format!("--{name} {value}")).collect();
    (suggestion.likelihood != configuration.likelihood).then(|| {
        format!(
            "the likelihood is {}, and {} may suit this data better: {}",
            configuration.likelihood.word(),
            flags.join(" "),
            suggestion.reason
        )
    })
}

/// Says so if another run than the resumed one lies where this one is saved.
fn say_what_is_replaced(arguments: &Arguments) {
    let Some(out) = &arguments.out else { return };
    let is_resumed = arguments
        .resume
        .as_ref()
        .is_some_and(|resume| resume.canonicalize().ok() == out.canonicalize().ok());
    if let Some(summary) = folder::summary(out).filter(|_| !is_resumed) {
        say(format_args!(
            "note: the first save replaces {}, which holds {summary}",
            out.display()
        ));
    }
}

fn totals(RunState { training, log, .. }: &RunState, (samples, seconds): (u64, f64)) -> Totals {
    let last = log.evaluations.last();
    Totals {
        samples: training.samples,
        seconds: training.seconds,
        samples_per_second: (training.samples - samples) as f64 / (training.seconds - seconds),
        elbo_train: last.map(|point| point.elbo_train),
        elbo_test: last.map(|point| point.elbo_test),
        learning_rate: training.optimizer.learning_rate,
    }
}
