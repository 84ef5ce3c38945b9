//! `vae-tui reproduce`: the paper's figures, and tables of what followed it, made again.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::Context;
use clap::Args;

use super::bars::Bars;
use super::choice::choice;
use super::print_line;
use crate::learning::default_threads;
use crate::paper::{Figure, Laboratory};
use crate::process::ending_signals;

/// The flags of `vae-tui reproduce`.
#[derive(Args, Debug)]
#[command(allow_negative_numbers = true)]
pub struct Arguments {
    /// The figure or table
    #[arg(value_parser = choice::<Figure>())]
    figure: Figure,
    /// Only this panel or row, such as mnist-20, frey-2, n1000 or iwae-50; may be given several times [default: all]
    #[arg(long, value_name = "PANEL")]
    panel: Vec<String>,
    /// The length of every run in training points [default: ten million; figure 3 five and two million]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    samples: Option<u64>,
    /// The step size of every run, to see what another choice does [default: of 0.01, 0.02 and 0.1 the one with the best training bound
    /// in the first minibatches, as the paper chose; a table's own]
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    learning_rate: Option<f32>,
    /// Epochs until the KL term of a table's rows has its weight, of those that warm it up at all: the published ones are longer than
    /// a short run [default: a row's own]
    #[arg(long, value_name = "EPOCHS", allow_hyphen_values = true)]
    warm_up: Option<f32>,
    /// Data points of the training and of the test set that figure 3 measures, or of the test set that a table does
    #[arg(long, value_name = "N", default_value = "1000", value_parser = clap::value_parser!(u32).range(1..))]
    points: u32,
    /// Runs that are trained at a time, each on its share of the cores
    #[arg(long, value_name = "J", default_value = "1", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    /// Minutes that the runs of a table may train [default: as long as their whole schedules take]
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..))]
    budget: Option<u32>,
    /// Seeds of every curve of figure 2, whose range is shaded, and of every row of a table: 1 and so on
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=100))]
    seeds: u32,
    /// Where tables, pictures and the sessions of runs go; what is there already is gone on with
    #[arg(long, value_name = "DIR", default_value = "reproduction")]
    out: PathBuf,
    /// Where frey_rawface.mat is, for the panels of the Frey faces, or jsb-chorales-quarter.json, for dmm; - for standard input
    #[arg(long, value_name = "PATH")]
    data: Option<String>,
}

/// Trains, draws and prints the verdict.
pub(super) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in ending_signals() {
        signal_hook::flag::register(signal, stop.clone()).context("listening for signals")?;
    }
    let jobs = usize::from(arguments.jobs);
    let laboratory = Laboratory {
        folder: arguments.out,
        data: arguments.data,
        samples: arguments.samples,
        learning_rate: arguments.learning_rate,
        warm_up: arguments.warm_up,
        points: arguments.points as usize,
        jobs,
        threads: (default_threads() / jobs).max(1),
        budget: arguments
            .budget
            .map(|minutes| Duration::from_secs(60 * u64::from(minutes))),
        seeds: arguments.seeds.into(),
        stop,
        audience: Box::new(Bars::default()),
    };
    let verdict = arguments.figure.make(&arguments.panel, &laboratory)?;
    print_line(verdict.trim_end())
}
