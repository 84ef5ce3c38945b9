//! `vae-tui train`: a run without a screen.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use clap::Args;
use crossbeam_channel::{Receiver, select, tick, unbounded};
use serde::Serialize;

use super::{NobodyReads, dataset, default_threads, print_line, progress_bar, resume, with_data};
use crate::data::{Binarisation, Dataset};
use crate::learning::curve::CurvePoint;
use crate::learning::trainer::{Command, Event, State, Trainer};
use crate::learning::{Changes, Configuration, Diverged, Method, Preset, Training};
use crate::model::{Initialisation, Layers, Likelihood};
use crate::nn::optimizer::OptimizerKind;
use crate::objective::Estimator;
use crate::process::{ending_signals, say, signal_name};
use crate::session::{Kept, Resumed, SessionFile, View, folder};

/// The flags of `vae-tui train`; those that are not given come from the preset, or from the resumed session.
#[derive(Args, Debug)]
#[command(allow_negative_numbers = true)]
pub struct Arguments {
    /// What to train on: mnist, the path of an IDX file or of frey_rawface.mat, or - for standard input; with --resume,
    /// where the session's data is now
    #[arg(long, value_name = "PATH")]
    data: Option<String>,
    /// Named settings that the other flags override
    #[arg(long, value_enum, default_value_t, conflicts_with = "resume")]
    preset: Preset,
    /// The algorithm
    #[arg(long, value_enum, conflicts_with = "resume")]
    method: Option<Method>,
    /// Latent dimensions, 1 to 512
    #[arg(long, value_name = "N", conflicts_with = "resume")]
    latent: Option<usize>,
    /// Hidden units of encoder and decoder, 1 to 4096
    #[arg(long, value_name = "N", conflicts_with = "resume")]
    hidden: Option<usize>,
    /// Data points of a minibatch
    #[arg(long, value_name = "N", conflicts_with = "resume")]
    batch: Option<usize>,
    /// Posterior samples a data point
    #[arg(long, value_name = "L", conflicts_with = "resume")]
    mc_samples: Option<usize>,
    /// SGVB estimator: a samples the KL term too, b has it in closed form
    #[arg(long, value_enum)]
    estimator: Option<Estimator>,
    /// Update rule
    #[arg(long, value_enum, conflicts_with = "resume")]
    optimizer: Option<OptimizerKind>,
    /// Step size
    #[arg(long, value_name = "X", allow_hyphen_values = true)]
    learning_rate: Option<f32>,
    /// The family of p(x|z) in every pixel
    #[arg(long, value_enum, conflicts_with = "resume")]
    decoder: Option<Likelihood>,
    /// How the parameters start
    #[arg(long, value_enum, conflicts_with = "resume")]
    initialisation: Option<Initialisation>,
    /// Whether pixels are used as they are or as coin tosses
    #[arg(long, value_enum, conflicts_with = "resume")]
    binarize: Option<Binarisation>,
    /// Train on the first N points only
    #[arg(long, value_name = "N", conflicts_with = "resume")]
    train_size: Option<usize>,
    /// Stop after N passes over the training points
    #[arg(long, value_name = "N", conflicts_with = "samples")]
    epochs: Option<u64>,
    /// Stop after N training points in all, those before a resume included
    #[arg(long, value_name = "N")]
    samples: Option<u64>,
    /// Training points between two evaluations of the test set
    #[arg(long, value_name = "SAMPLES")]
    evaluate_every: Option<u64>,
    /// Seed of all random numbers
    #[arg(long, conflicts_with = "resume")]
    seed: Option<u64>,
    /// Threads that share a minibatch [default: the cores of this machine]
    #[arg(long, value_name = "T", conflicts_with = "resume")]
    threads: Option<usize>,
    /// Save the session here at the end, and from time to time
    #[arg(long, value_name = "F.ron")]
    out: Option<PathBuf>,
    /// Seconds between two saves while training
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    autosave: u64,
    /// Go on with this session; saved there too unless --out says otherwise
    #[arg(long, value_name = "F.ron")]
    resume: Option<PathBuf>,
    /// One JSON object a line on standard output
    #[arg(long)]
    json: bool,
}

/// A line of standard output with `--json`.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Line<'a> {
    Metrics(&'a CurvePoint),
    Done(Totals),
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
    let Start {
        training,
        data,
        view,
        out,
    } = start(&arguments)?;
    // Until here nothing would be lost, and standard input may keep the program waiting.
    let signals = signals()?;
    let before = (training.samples, training.seconds);
    let goal = training.configuration.goal;

    let bar = progress_bar(goal, "samples");
    bar.set_position(training.samples);
    let mut report = Report {
        json: arguments.json,
        goes_on_unread: out.is_some(),
        fault: None,
    };
    let trainer = Trainer::start(training, data)?;
    trainer.send(Command::Start);
    let autosave = tick(Duration::from_secs(arguments.autosave));
    let ending = loop {
        let event = select! {
            recv(signals) -> signal => break Ending::Interrupted(signal.unwrap_or_default()),
            recv(autosave) -> _ => {
                if let Some(out) = &out {
                    let ticket = out.ticket();
                    let training = trainer.checkpoint().recv().context("the training thread ended")?;
                    if let Err(error) = out.save(ticket, &training, &view) {
                        bar.suspend(|| say(format_args!(
                            "vae-tui: {error}; training goes on, and the next save is tried in {} s",
                            arguments.autosave
                        )));
                    }
                }
                continue;
            }
            recv(trainer.events()) -> event => event.context("the training thread ended")?,
        };
        match event {
            Event::Steps { reports, .. } => {
                if let Some(last) = reports.last() {
                    bar.set_position(last.samples);
                }
            }
            Event::Evaluated {
                point: Some(point), ..
            } => {
                bar.set_message(format!("test ELBO {:.2}", point.elbo_test));
                let reported = report.line(&Line::Metrics(&point), || {
                    bar.suspend(|| {
                        say(format_args!(
                            "{:>9} samples  ELBO train {:.2}  test {:.2}",
                            point.samples, point.elbo_train, point.elbo_test
                        ));
                    });
                });
                if let Err(error) = reported {
                    break Ending::Unread(error);
                }
            }
            Event::Diverged(diverged) => break Ending::Diverged(diverged),
            Event::State(State::Finished) => break Ending::Finished,
            // Nobody steers a run without a screen.
            Event::Evaluated { .. }
            | Event::Estimated(_)
            | Event::EstimateEnded
            | Event::Refused(_)
            | Event::State(_) => {}
        }
    };
    bar.finish_and_clear();

    let ticket = out.as_ref().map(SessionFile::ticket);
    let training = trainer.checkpoint().recv().context("the training thread ended")?;
    let kept = out
        .zip(ticket)
        .map(|(out, ticket)| out.save_at_last(ticket, &training, &view));
    let words = kept.as_ref().map_or("nothing was saved".into(), Kept::to_string);
    let lost = kept.is_some_and(|kept| !matches!(kept, Kept::Saved(_)));
    match ending {
        Ending::Finished => {
            report.line(&Line::Done(totals(&training, before)), || {
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
            training.samples
        )),
        Ending::Diverged(diverged) => {
            Err(anyhow::Error::new(diverged).context(format!("training stopped; {words}")))
        }
        Ending::Unread(error) => Err(error),
    }
}

/// Why training ended.
enum Ending {
    Finished,
    Interrupted(i32),
    Diverged(Diverged),
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
}

/// What training begins with.
struct Start {
    training: Training,
    data: Arc<Dataset>,
    /// The view to save with it.
    view: View,
    /// Where it is saved; it can be written, and no other program writes it.
    out: Option<SessionFile>,
}

/// The run that the arguments ask for.
fn start(arguments: &Arguments) -> anyhow::Result<Start> {
    let mut out = arguments.out.clone().map(SessionFile::chosen);
    let (mut training, data, view) = if let Some(path) = &arguments.resume {
        let Resumed {
            training,
            data,
            view,
            identity,
            ..
        } = resume(path, arguments.data.as_deref())?;
        if arguments.out.as_ref().is_none_or(|out| out == path) {
            out = Some(SessionFile::opened(path.clone(), identity));
        }
        (training, data, view)
    } else {
        let configuration = with_data(configuration(arguments), arguments.data.as_deref())?;
        configuration.check()?;
        let data = dataset(&configuration.data)?;
        (Training::new(configuration, &data), data, View::default())
    };
    let points = training.configuration.train_points(&data) as u64;
    let goal = arguments
        .samples
        .or_else(|| arguments.epochs.map(|epochs| epochs.saturating_mul(points)));
    training.change(Changes {
        learning_rate: arguments.learning_rate,
        estimator: arguments.estimator,
        goal,
        evaluate_every: arguments.evaluate_every,
    })?;
    if training.is_finished() {
        anyhow::bail!(
            "nothing to do: {} samples were seen already and the goal is {}; --samples or --epochs sets another",
            training.samples,
            training.configuration.goal
        );
    }
    if let Some(out) = &out {
        out.claim()?;
        say_what_is_replaced(arguments);
    }
    Ok(Start {
        training,
        data,
        view,
        out,
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

/// The preset with every flag that was given in place of its own value.
fn configuration(arguments: &Arguments) -> Configuration {
    let preset = arguments
        .preset
        .configuration(arguments.threads.unwrap_or_else(default_threads));
    let optimizer = arguments.optimizer.unwrap_or(preset.optimizer);
    let usual_rate = if optimizer == preset.optimizer {
        preset.learning_rate
    } else {
        optimizer.usual_learning_rate()
    };
    Configuration {
        method: arguments.method.unwrap_or(preset.method),
        hidden: arguments.hidden.map_or(preset.hidden, Layers::from),
        latent: arguments.latent.unwrap_or(preset.latent),
        optimizer,
        learning_rate: arguments.learning_rate.unwrap_or(usual_rate),
        batch: arguments.batch.unwrap_or(preset.batch),
        mc_samples: arguments.mc_samples.unwrap_or(preset.mc_samples),
        likelihood: arguments.decoder.unwrap_or(preset.likelihood),
        initialisation: arguments.initialisation.unwrap_or(preset.initialisation),
        binarisation: arguments.binarize.unwrap_or(preset.binarisation),
        train_size: arguments.train_size.or(preset.train_size),
        seed: arguments.seed.unwrap_or(preset.seed),
        ..preset
    }
}

fn totals(training: &Training, (samples, seconds): (u64, f64)) -> Totals {
    let last = training.evaluations.last();
    Totals {
        samples: training.samples,
        seconds: training.seconds,
        samples_per_second: (training.samples - samples) as f64 / (training.seconds - seconds),
        elbo_train: last.map(|point| point.elbo_train),
        elbo_test: last.map(|point| point.elbo_test),
        learning_rate: training.optimizer.learning_rate,
    }
}

/// The signals that ask a program to end, as they arrive.
fn signals() -> anyhow::Result<Receiver<i32>> {
    let mut signals =
        signal_hook::iterator::Signals::new(ending_signals()).context("listening for signals")?;
    let (sender, receiver) = unbounded();
    std::thread::spawn(move || signals.forever().all(|signal| sender.send(signal).is_ok()));
    Ok(receiver)
}
