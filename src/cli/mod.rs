//! The command line: what a person types, and the commands that need no screen, one file each.
//!
//! The commands drive the same [`RunHandle`](crate::run::RunHandle) and the same measures as the screen.
//! Results go to standard output, progress and errors to standard error. Exit status: 0 on success, 2 for a usage
//! error, 1 otherwise.

mod anomalies;
pub mod attach;
mod bars;
mod choice;
mod classify;
mod compare;
mod completions;
mod compress;
mod config;
mod curves;
mod data;
mod data_flags;
mod decompress;
mod doctor;
mod download;
mod edit;
mod embed;
mod evaluate;
mod export;
mod import;
mod interpolate;
mod items;
mod list;
mod looking;
mod man;
mod manifold;
mod picture_output;
mod predict;
mod reconstruct;
mod reproduce;
mod restore;
mod sample;
mod serve;
mod setting_flags;
mod stop;
mod sweep;
pub mod tour;
mod train;
mod traverse;

use std::ffi::OsString;
use std::io::{BufWriter, ErrorKind, Stdout, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use choice::choice;
use clap::{Args, Parser, Subcommand};
use crossbeam_channel::{Receiver, unbounded};
use data_flags::DataFlags;

use crate::cancel::Cancel;
use crate::config::Config;
use crate::data::{Dataset, LoadError, ReadingRules, load};
use crate::language::Language;
use crate::learning::settings::Assignment;
use crate::learning::{Configuration, Preset, default_threads};
use crate::platform::{Signal, signals};
use crate::process::{ending_flag, ending_signals, say};
use crate::session::{self, Resumed};
use crate::terminal_facts::{ColourDepth, Graphics};
use crate::words::{self, plain};

/// The program's name, as it is typed.
const NAME: &str = "vae-tui";

/// Watch a variational autoencoder learn, steer it, scrub its latent space.
#[derive(Debug, Parser)]
#[command(name = NAME, version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// The command; none opens the workbench.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What the workbench opens with.
    #[command(flatten)]
    pub workbench: WorkbenchArguments,
}

/// What the workbench opens with.
#[derive(Args, Debug)]
pub struct WorkbenchArguments {
    /// A session to go on with; without one, a new run on MNIST
    #[arg(conflicts_with = "DataFlags")]
    pub session: Option<PathBuf>,
    /// A session whose curve is drawn beside the run's own; may be given several times
    #[arg(long, value_name = "FILE")]
    pub compare: Vec<PathBuf>,
    /// What a new run starts from [default: mnist, or as the configuration says]
    #[arg(long, value_parser = choice::<Preset>(), conflicts_with = "session")]
    pub preset: Option<Preset>,
    /// What a new run is trained on: mnist, or the path of a file of images; with a session, where its data is now
    #[arg(long, value_name = "PATH")]
    pub data: Option<String>,
    /// How a new run reads its data
    #[command(flatten)]
    pub reading: DataFlags,
    /// Threads that share a minibatch of a new run [default: the cores of this machine]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256), conflicts_with = "session")]
    pub threads: Option<u16>,
    /// Seconds between two copies of an unsaved run, which are kept in case the program ends badly [default: 60, or as the
    /// configuration says]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub autosave: Option<u64>,
    /// Colours to use, where the terminal does not say what it can
    #[arg(long, value_name = "COLOURS", value_parser = choice::<ColourDepth>())]
    pub colours: Option<ColourDepth>,
    /// The language of the workbench [default: that of the configuration, or of the locale]
    #[arg(long = "lang", value_name = "LANGUAGE", value_parser = choice::<Language>())]
    pub language: Option<Language>,
    /// How pictures are drawn
    #[arg(long, value_name = "GRAPHICS", value_parser = choice::<Graphics>())]
    pub graphics: Option<Graphics>,
}

impl Cli {
    /// What a person typed. Where that asks for help, or can't be meant, it is said, and the program ends.
    pub fn typed() -> Self {
        Self::try_parse().unwrap_or_else(|error| {
            // Names of files stand among the arguments, in which anything may stand that a terminal obeys.
            let is_obeyed = |argument: OsString| argument.to_string_lossy().contains(words::is_obeyed);
            if error.use_stderr() && std::env::args_os().any(is_obeyed) {
                let _ = std::io::stderr().write_all(refusal(&error).as_bytes());
                std::process::exit(error.exit_code());
            }
            error.exit()
        })
    }
}

/// Why a command line is refused, in lines with nothing in them that a terminal obeys.
pub fn refusal(error: &clap::Error) -> String {
    let said = error.render().to_string();
    said.lines().map(|line| plain(line) + "\n").collect()
}

impl WorkbenchArguments {
    /// The run that the workbench begins where no session is opened; what no flag says, the configuration does.
    ///
    /// # Errors
    /// If the preset needs data and none is named.
    pub fn new_run(&self, config: &Config) -> anyhow::Result<Configuration> {
        let threads = self.threads.or(config.threads);
        let threads = threads.map_or_else(default_threads, usize::from);
        let preset = self.preset.unwrap_or(config.preset);
        let named = self.data.as_ref().map(|data| Assignment::new("data", data));
        let mut configuration = preset.configuration(threads).with(named.as_slice())?;
        *configuration.reading = self.reading.over(&configuration.reading);
        ensure_data(&configuration)?;
        Ok(configuration)
    }
}

/// A command, without a screen but for the tour and for attaching.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Learn on the screen what a variational autoencoder is, in eight steps
    Tour(tour::Arguments),
    /// Train without a screen
    Train(Box<train::Arguments>),
    /// Show a run that goes on without a screen
    Attach(attach::Arguments),
    /// List the runs that go on without a screen
    List(list::Arguments),
    /// Save and end a run that goes on without a screen
    Stop(stop::Arguments),
    /// Go on with a run without a screen, as the program itself begins it
    #[command(hide = true)]
    Serve(serve::Arguments),
    /// Train many runs that differ in some settings
    Sweep(Box<sweep::Arguments>),
    /// Measure a saved model
    Evaluate(evaluate::Arguments),
    /// Count the test items that a saved model puts into a wrong class
    Classify(classify::Arguments),
    /// Lay the curves of saved runs beside one another
    Compare(compare::Arguments),
    /// Write a model's parameters for PyTorch, NumPy or ONNX runtimes
    Export(export::Arguments),
    /// Make a session of parameters from another program
    Import(import::Arguments),
    /// Write the posterior of every item, for NumPy or as CSV
    Embed(embed::Arguments),
    /// Write the curves of saved runs, as CSV or for TensorBoard
    Curves(curves::Arguments),
    /// Pack items without loss by a saved model
    Compress(compress::Arguments),
    /// Unpack what compress wrote
    Decompress(decompress::Arguments),
    /// Draw items from the prior
    Sample(sample::Arguments),
    /// Move along latent dimensions
    Traverse(traverse::Arguments),
    /// Show the plane of two latent dimensions
    Manifold(manifold::Arguments),
    /// Go from one item to another
    Interpolate(interpolate::Arguments),
    /// Go on with a sequence, or fill in a gap of it
    Predict(predict::Arguments),
    /// Show what comes back of items
    Reconstruct(reconstruct::Arguments),
    /// Move an item towards an attribute
    Edit(edit::Arguments),
    /// Score how unusual items are
    Anomalies(Box<anomalies::Arguments>),
    /// Describe data, or fetch a data set that is published
    Data(Box<data::Arguments>),
    /// Make a figure of the paper again
    Reproduce(reproduce::Arguments),
    /// Go back to what a saved run was before
    Restore(restore::Arguments),
    /// Say what the program finds where it runs: terminal, colours, folders, processor
    Doctor,
    /// Print what makes a shell complete the command line
    Completions(completions::Arguments),
    /// Write manual pages
    Man(man::Arguments),
    /// Print the configuration that holds, and where each value comes from
    Config,
}

/// What commands tell of the workbench, which is a room of its own.
pub struct About {
    /// Its commands with their keys, a line each.
    pub commands: fn() -> String,
    /// What it can't do of what a configuration asks for, a sentence each.
    pub faults: fn(&Config) -> Vec<String>,
    /// Opens it for the tour, until it is left.
    pub tour: fn(&tour::Arguments) -> anyhow::Result<()>,
    /// Opens it on a run in another process, until it is left.
    pub attach: fn(&attach::Arguments) -> anyhow::Result<()>,
}

impl Command {
    /// Runs the command to its end.
    ///
    /// # Errors
    /// One sentence that names the file and the cause.
    pub fn run(self, about: &About) -> anyhow::Result<()> {
        match self {
            Self::Tour(arguments) => (about.tour)(&arguments),
            Self::Train(arguments) => train::run(*arguments),
            Self::Attach(arguments) => (about.attach)(&arguments),
            Self::List(arguments) => list::run(&arguments),
            Self::Stop(arguments) => stop::run(&arguments),
            Self::Serve(arguments) => serve::run(&arguments),
            Self::Sweep(arguments) => sweep::run(&arguments),
            Self::Evaluate(arguments) => evaluate::run(&arguments),
            Self::Classify(arguments) => classify::run(&arguments),
            Self::Compare(arguments) => compare::run(&arguments),
            Self::Export(arguments) => export::run(&arguments),
            Self::Import(arguments) => import::run(&arguments),
            Self::Embed(arguments) => embed::run(&arguments),
            Self::Curves(arguments) => curves::run(&arguments),
            Self::Compress(arguments) => compress::run(&arguments),
            Self::Decompress(arguments) => decompress::run(&arguments),
            Self::Sample(arguments) => sample::run(&arguments),
            Self::Traverse(arguments) => traverse::run(&arguments),
            Self::Manifold(arguments) => manifold::run(&arguments),
            Self::Interpolate(arguments) => interpolate::run(&arguments),
            Self::Reconstruct(arguments) => reconstruct::run(&arguments),
            Self::Predict(arguments) => predict::run(&arguments),
            Self::Edit(arguments) => edit::run(&arguments),
            Self::Anomalies(arguments) => anomalies::run(&arguments),
            Self::Data(arguments) => data::run(&arguments),
            Self::Reproduce(arguments) => reproduce::run(arguments),
            Self::Restore(arguments) => restore::run(&arguments),
            Self::Doctor => doctor::run(),
            Self::Completions(arguments) => completions::run(&arguments),
            Self::Man(arguments) => man::run(&arguments),
            Self::Config => config::run(about),
        }
    }
}

/// A data set by name, read by the rules, without a sign of progress; what is worth knowing of it is said.
fn dataset(name: &str, rules: &ReadingRules) -> Result<Arc<Dataset>, LoadError> {
    let data = load(name, rules, |_| {})?;
    say_notes(&data.notes);
    Ok(Arc::new(data))
}

/// A saved run with its data, at the place that a person names for it or where it was.
fn resume(path: &Path, moved: Option<&str>) -> anyhow::Result<Resumed> {
    let resumed = session::resume(path, moved, dataset)?;
    say_notes(resumed.note.as_slice());
    Ok(resumed)
}

/// Says on standard error what a person should know; if nobody can hear it, that ends nothing. Of processes that train one run
/// together, the first says it.
fn say_notes(notes: &[String]) {
    if crate::process::rank().unwrap_or(0) > 0 {
        return;
    }
    for note in notes {
        say(format_args!("note: {note}"));
    }
}

/// Makes sure that a new run has data.
///
/// # Errors
/// If its preset has none of its own and none was named.
fn ensure_data(configuration: &Configuration) -> anyhow::Result<()> {
    anyhow::ensure!(
        !configuration.data.is_empty(),
        "the preset paper-frey needs --data with the path of frey_rawface.mat, which this program does not contain"
    );
    Ok(())
}

/// Whoever read the results at the other end of a pipe has left, which is no fault.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads standard output any more")]
pub struct NobodyReads;

/// Writes one line to standard output at once, so that a reader at the other end of a pipe has it.
///
/// # Errors
/// [`NobodyReads`] if the reader has left; anything else that keeps the line from being written.
fn print_line(line: &str) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    match writeln!(output, "{line}").and_then(|()| output.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(NobodyReads.into()),
        written => written.context("writing to standard output"),
    }
}

/// The name that stands for standard output, where a file could be named.
const STANDARD_OUTPUT: &str = "-";

/// Writes to standard output what is longer than a line.
///
/// # Errors
/// [`NobodyReads`] if the reader has left; whatever else keeps it from being written.
fn write_to_standard_output(
    write: impl FnOnce(&mut BufWriter<Stdout>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut output = BufWriter::new(std::io::stdout());
    let written = write(&mut output).and_then(|()| Ok(output.flush()?));
    written.map_err(|error| {
        let is_unread = |cause: &std::io::Error| cause.kind() == ErrorKind::BrokenPipe;
        let mut causes = error.chain().filter_map(|cause| cause.downcast_ref());
        if causes.any(is_unread) {
            NobodyReads.into()
        } else {
            error.context("writing to standard output")
        }
    })
}

/// The signals that ask this process to end, as they arrive.
///
/// # Errors
/// If the system refuses a handler.
fn ending_signals_received() -> anyhow::Result<Receiver<i32>> {
    let signals = signals(ending_signals(), false).context("listening for signals")?;
    let (sender, receiver) = unbounded();
    std::thread::spawn(move || {
        for signal in signals {
            if let Signal::End(number) = signal
                && sender.send(number).is_err()
            {
                return;
            }
        }
    });
    Ok(receiver)
}

/// A wish that is there as soon as this process is asked to end, which from then on is for whoever looks at it to do.
///
/// # Errors
/// If the system refuses a handler.
fn ending() -> anyhow::Result<Cancel> {
    let flag = ending_flag().context("listening for signals")?;
    Ok(Cancel::raised_by(flag))
}

/// A bar on standard error, as long as the line has room; nothing where that is no terminal.
fn progress_bar(length: u64, unit: &str) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new(length);
    let template =
        format!("{{wide_bar}} {{human_pos}}/{{human_len}} {unit}  {{elapsed}} (ETA {{eta}})  {{msg}}");
    if let Ok(style) = indicatif::ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}
