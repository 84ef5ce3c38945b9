//! `vae-tui evaluate`: a saved model in numbers.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use super::{dataset, default_threads, print_line, progress_bar};
use crate::data::Part;
use crate::evaluation::{Noise, importance_weighted, lower_bound};
use crate::session;

/// The flags of `vae-tui evaluate`.
#[derive(Args, Debug)]
pub struct Arguments {
    /// The session
    file: PathBuf,
    /// The data points to measure on
    #[arg(long, value_enum, default_value = "test")]
    split: Part,
    /// Also estimate log p(x) by the importance-weighted bound with K samples a data point
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    importance_samples: Option<u32>,
    /// Data points for that estimate, the first ones of the split [default: all]
    #[arg(long, value_name = "N", requires = "importance_samples", value_parser = clap::value_parser!(u32).range(1..))]
    importance_points: Option<u32>,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// What was measured; bounds in nats per data point.
#[derive(Serialize)]
struct Report {
    elbo: f64,
    reconstruction: f64,
    kl: f64,
    active_units: usize,
    points: usize,
    #[serde(flatten)]
    importance: Option<Importance>,
}

#[derive(Serialize)]
struct Importance {
    log_likelihood: f64,
    log_likelihood_standard_error: f64,
    log_likelihood_points: usize,
    importance_samples: u32,
}

/// Measures and prints.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let session = session::load(&arguments.file)?;
    let data = dataset(&session.configuration().data)?;
    let training = session.into_training(&data)?;
    let split = data.split(arguments.split);
    let noise = Noise {
        seed: training.configuration.seed,
        binarisation: training.configuration.binarisation,
    };
    let model = &training.model;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(default_threads())
        .build()?;

    let bound = pool
        .install(|| lower_bound(model, split, noise, |_| true))
        .context("the split has no data points")?;
    let importance = arguments.importance_samples.map(|samples| {
        let wanted = arguments
            .importance_points
            .map_or(usize::MAX, |points| points as usize);
        let points = wanted.min(split.points());
        let bar = progress_bar(points as u64, "data points");
        let go_on = |done: usize| {
            bar.set_position(done as u64);
            true
        };
        let estimate =
            pool.install(|| importance_weighted(model, split, points, samples as usize, noise, go_on));
        bar.finish_and_clear();
        estimate.map(|estimate| Importance {
            log_likelihood: estimate.mean,
            log_likelihood_standard_error: estimate.standard_error,
            log_likelihood_points: estimate.points,
            importance_samples: samples,
        })
    });
    let report = Report {
        elbo: bound.terms.lower_bound(),
        reconstruction: bound.terms.reconstruction,
        kl: bound.terms.kl,
        active_units: bound.active_units(),
        points: bound.points,
        importance: importance.flatten(),
    };
    print_line(&if arguments.json {
        serde_json::to_string(&report)?
    } else {
        words(&report, model.architecture().latent)
    })
}

/// The report for a person.
fn words(report: &Report, latent: usize) -> String {
    let mut lines = vec![
        format!(
            "ELBO            {:>10.3} nats per data point ({} points)",
            report.elbo, report.points
        ),
        format!("reconstruction  {:>10.3}", report.reconstruction),
        format!("KL              {:>10.3}", report.kl),
        format!("active units    {:>6} of {latent}", report.active_units),
    ];
    if let Some(importance) = &report.importance {
        lines.push(format!(
            "log p(x)        {:>10.3} +- {:.3} ({} importance samples, {} points)",
            importance.log_likelihood,
            importance.log_likelihood_standard_error,
            importance.importance_samples,
            importance.log_likelihood_points
        ));
    }
    lines.join("\n")
}
