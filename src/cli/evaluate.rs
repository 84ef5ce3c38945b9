//! `vae-tui evaluate`: a saved model in numbers.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Args;
use serde::Serialize;

use super::choice::choice;
use super::{print_line, progress_bar, resume};
use crate::cancel::Cancel;
use crate::choices::Choose;
use crate::data::Part;
use crate::evaluation::{
    Disentanglement, MarginalLikelihood, annealed, disentanglement, from_posterior_samples,
    importance_weighted, lower_bound,
};
use crate::learning::default_threads;
use crate::run::diagnosis::{Finding, Signs, diagnose};
use crate::session::Resumed;

/// The flags of `vae-tui evaluate`.
#[derive(Args, Debug)]
#[command(allow_negative_numbers = true)]
pub struct Arguments {
    /// The session
    file: PathBuf,
    /// Where its data is now, or - for standard input, where that is not as it was saved
    #[arg(long, value_name = "PATH")]
    data: Option<String>,
    /// The data points to measure on
    #[arg(long, value_parser = choice::<Part>(), default_value = Part::Test.word())]
    split: Part,
    /// Also estimate log p(x) by the importance-weighted bound with K samples per data point
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    importance_samples: Option<u32>,
    /// Also estimate log p(x) as the paper's appendix D does, with L posterior samples per data point to fit a density and
    /// L to evaluate it; for fewer than 5 latent dimensions
    #[arg(long, value_name = "L", value_parser = clap::value_parser!(u32).range(4..=100_000))]
    posterior_samples: Option<u32>,
    /// Also estimate log p(x) by annealed importance sampling with T stages
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u32).range(1..))]
    annealing_stages: Option<u32>,
    /// Chains a data point for that
    #[arg(long, value_name = "C", default_value = "16", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    annealing_chains: u32,
    /// Data points for the estimates of log p(x), the first ones of the split [default: all]
    #[arg(long, alias = "importance-points", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    points: Option<u32>,
    /// Also the mean ELBO of S models whose weights are drawn from their distribution, where the run learns one (full-vb)
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    weight_draws: Option<u32>,
    /// Also say how well latent dimensions stand for the factors of the data, where they are known: for sprites
    #[arg(long)]
    disentanglement: bool,
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
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    steps: Option<PerStep>,
    #[serde(flatten)]
    importance: Option<Importance>,
    #[serde(skip_serializing_if = "Option::is_none")]
    posterior_samples: Option<MarginalLikelihood>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annealed: Option<MarginalLikelihood>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<Weights>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disentanglement: Option<Disentanglement>,
    /// What seems to be wrong with the run, where its test set was measured.
    findings: Vec<Finding>,
}

/// The same of sequences in nats per time step: sums over all sequences, divided by all their steps, without padding.
#[derive(Serialize)]
struct PerStep {
    time_steps: usize,
    elbo_per_step: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_likelihood_per_step: Option<f64>,
}

#[derive(Serialize)]
struct Importance {
    log_likelihood: f64,
    log_likelihood_standard_error: Option<f64>,
    log_likelihood_points: usize,
    importance_samples: u32,
}

/// How far a distribution of the weights is from the prior, and what models drawn from it say.
#[derive(Serialize)]
struct Weights {
    /// `KL(q(w) || N(0, I))`, in nats.
    weight_kl: f64,
    /// The same in nats per training point: what the bound on the training set is lower by.
    weight_kl_per_point: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    elbo_of_draws: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight_draws: Option<u32>,
}

/// Measures and prints.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Resumed { state, data, .. } = resume(&arguments.file, arguments.data.as_deref())?;
    let training = &state.training;
    let split = data.split(arguments.split);
    let (model, noise) = (&training.model, training.noise());
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(default_threads())
        .build()?;

    let cancel = Cancel::default();
    let bound = pool
        .install(|| lower_bound(model, split, noise, &cancel, |_| true))
        .context("the split has no data points")?;
    ensure!(
        arguments.weight_draws.is_none() || model.has_weight_posterior(),
        "the weights of this model are numbers, not distributions to draw from: --method full-vb learns such"
    );
    let weights = model.has_weight_posterior().then(|| {
        let draws = arguments.weight_draws;
        let bounds = (0..u64::from(draws.unwrap_or(0))).filter_map(|draw| {
            let drawn = model.drawn(noise.seed, draw);
            let bound = pool.install(|| lower_bound(&drawn, split, noise, &cancel, |_| true))?;
            Some(bound.terms.lower_bound())
        });
        let sum: f64 = bounds.sum();
        let weight_kl = model.weight_kl();
        Weights {
            weight_kl,
            weight_kl_per_point: weight_kl / training.points() as f64,
            elbo_of_draws: draws.map(|draws| sum / f64::from(draws)),
            weight_draws: draws,
        }
    });
    let wanted = arguments.points.map_or(usize::MAX, |points| points as usize);
    let points = wanted.min(split.points());
    let bar = progress_bar(points as u64, "data points");
    let go_on = |done: usize| {
        bar.set_position(done as u64);
        true
    };
    let posterior_samples = match arguments.posterior_samples {
        Some(samples) => {
            bar.set_message("appendix D");
            pool.install(|| {
                from_posterior_samples(model, split, points, samples as usize, noise, &cancel, go_on)
            })?
        }
        None => None,
    };
    let importance = arguments.importance_samples.and_then(|samples| {
        bar.set_message("importance samples");
        let estimate = pool
            .install(|| importance_weighted(model, split, points, samples as usize, noise, &cancel, go_on))?;
        Some(Importance {
            log_likelihood: estimate.mean,
            log_likelihood_standard_error: estimate.standard_error,
            log_likelihood_points: estimate.points,
            importance_samples: samples,
        })
    });
    let annealed = arguments.annealing_stages.and_then(|stages| {
        bar.set_message("annealing");
        let schedule = (arguments.annealing_chains as usize, stages as usize);
        pool.install(|| annealed(model, split, points, schedule, noise, &cancel, go_on))
    });
    let disentanglement = arguments.disentanglement.then(|| {
        bar.set_message("disentanglement");
        pool.install(|| disentanglement(model, &data, arguments.split, noise, &cancel))
            .with_context(|| format!("the factors of {} are not known: those of sprites are", data.name))
    });
    let disentanglement = disentanglement.transpose()?;
    bar.finish_and_clear();
    let mut signs = Signs::default();
    if arguments.split == Part::Test {
        signs.take_in(&state, &data, bound.clone());
    }
    let steps = split.steps_of(bound.points).map(|time_steps| PerStep {
        time_steps,
        elbo_per_step: split
            .per_step(bound.terms.lower_bound(), bound.points)
            .unwrap_or(f64::NAN),
        log_likelihood_per_step: importance
            .as_ref()
            .and_then(|of| split.per_step(of.log_likelihood, of.log_likelihood_points)),
    });
    let report = Report {
        steps,
        findings: diagnose(&state, &signs),
        elbo: bound.terms.lower_bound(),
        reconstruction: bound.terms.reconstruction,
        kl: bound.terms.kl,
        active_units: bound.active_units(),
        points: bound.points,
        importance,
        posterior_samples,
        annealed,
        weights,
        disentanglement,
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
    if let Some(steps) = &report.steps {
        lines.push(format!(
            "ELBO per step   {:>10.3} nats per time step ({} steps)",
            steps.elbo_per_step, steps.time_steps
        ));
        lines.extend(
            steps
                .log_likelihood_per_step
                .map(|of_step| format!("per time step   {of_step:>10.3} nats per time step (log p(x))")),
        );
    }
    let mut estimate = |estimate: MarginalLikelihood, how: &str| {
        let MarginalLikelihood {
            mean,
            standard_error,
            points,
        } = estimate;
        let error = standard_error.map_or("-".into(), |error| format!("{error:.3}"));
        let points = if points == 1 {
            "1 point".into()
        } else {
            format!("{points} points")
        };
        lines.push(format!(
            "log p(x)        {mean:>10.3} +- {error} ({how}, {points})"
        ));
    };
    if let Some(importance) = &report.importance {
        let weighted = MarginalLikelihood {
            mean: importance.log_likelihood,
            standard_error: importance.log_likelihood_standard_error,
            points: importance.log_likelihood_points,
        };
        estimate(
            weighted,
            &format!("{} importance samples", importance.importance_samples),
        );
    }
    let others = [
        (report.posterior_samples, "posterior samples, appendix D"),
        (report.annealed, "annealed importance sampling"),
    ];
    for (measured, how) in others {
        if let Some(measured) = measured {
            estimate(measured, how);
        }
    }
    if let Some(weights) = &report.weights {
        lines.push(format!(
            "KL of weights   {:>10.3} nats per training point",
            weights.weight_kl_per_point
        ));
        if let (Some(elbo), Some(draws)) = (weights.elbo_of_draws, weights.weight_draws) {
            lines.push(format!(
                "ELBO of draws   {elbo:>10.3} nats per data point ({draws} draws of the weights)"
            ));
        }
    }
    if let Some(scores) = &report.disentanglement {
        let share = |name: &str, value: f64| format!("{name:<16}{value:>10.3}");
        lines.extend([
            share("MIG", scores.mutual_information_gap),
            share("disentanglement", scores.disentanglement),
            share("completeness", scores.completeness),
            share("informativeness", scores.informativeness),
        ]);
        lines.extend(
            scores
                .gaps
                .iter()
                .map(|(factor, gap)| share(&format!("  gap {factor}"), *gap)),
        );
    }
    lines.extend(report.findings.iter().map(|finding| format!("note: {finding}")));
    lines.join("\n")
}
