//! Figure 3: the marginal likelihood of AEVB, Wake-Sleep and Monte Carlo EM on MNIST with 100 hidden units and three latent
//! dimensions, for few and for many training points.

use std::fmt::{Display, Formatter, Write};

use super::runs::{Laboratory, Measure, PaperData, PaperRun};
use super::verdict::{cell, difference};
use super::{Figure, TRAINING_POINTS, colour};
use crate::cancel::Cancel;
use crate::data::{Dataset, Part, Split};
use crate::evaluation::{
    Estimates, MarginalLikelihood, annealed_by_point, importance_weighted, posterior_samples_by_point,
};
use crate::learning::{Configuration, Method};
use crate::pictures::curves::{self, Curve, Panel};
use crate::run::RunState;
use crate::run::curve::MarginalPoint;

/// A panel: so many training points.
#[derive(Clone, Copy, Debug)]
pub struct Size(pub usize);

impl Display for Size {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "n{}", self.0)
    }
}

/// The panels in the paper's order.
pub const SIZES: [Size; 2] = [Size(1_000), Size(50_000)];
/// Hidden units and latent dimensions.
const HIDDEN: usize = 100;
const LATENT: usize = 3;
/// Posterior samples per data point, as in the paper, and importance samples.
const POSTERIOR_SAMPLES: usize = 50;
const IMPORTANCE_SAMPLES: usize = 1_000;
/// Data points of each set of which appendix D is checked by annealing where a run ends, and chains and stages of that.
const CHECKED: usize = 100;
const ANNEALING: (usize, usize) = (16, 500);
/// Standard errors of their difference within which two estimates agree.
const AGREEMENT: f64 = 2.0;

const METHODS: [Method; 3] = [Method::Aevb, Method::WakeSleep, Method::Mcem];

/// Training points seen in all: the paper's curves end at 50 and 20 million; these go on for as long as it takes to see
/// which method is ahead.
fn goal(size: Size) -> u64 {
    if size.0 < 10_000 { 5_000_000 } else { 2_000_000 }
}

fn run(size: Size, method: Method, laboratory: &Laboratory) -> anyhow::Result<PaperRun> {
    let usual = laboratory.configuration(PaperData::Mnist, LATENT, method)?;
    Ok(PaperRun {
        name: format!("figure3-{size}-{}", method.title().to_lowercase()),
        configuration: Configuration {
            hidden: HIDDEN.into(),
            learning_rate: laboratory.learning_rate.unwrap_or(usual.learning_rate),
            train_size: Some(size.0),
            goal: laboratory.samples.unwrap_or(goal(size)),
            ..usual
        },
        chooses_step_size: laboratory.learning_rate.is_none(),
        measure: Measure {
            from: 10_000,
            a_decade: 4,
            take: measure,
            last: |state| state.log.marginals.last().map(|point| point.samples),
        },
    })
}

/// Estimates the marginal likelihood of the first points of both sets.
fn measure(laboratory: &Laboratory, state: &mut RunState, data: &Dataset) {
    let measured = Part::BOTH.map(|part| {
        let estimates = estimate(laboratory, state, data.split(part))?;
        Some(MarginalPoint {
            samples: state.training.samples,
            part,
            estimates,
        })
    });
    if let [Some(train), Some(test)] = measured {
        state.log.marginals.extend([train, test]);
    }
}

/// The estimates on one part of the data, at the end of a run with annealing of its first points beside them; none where the work was
/// interrupted.
fn estimate(laboratory: &Laboratory, state: &RunState, split: &Split) -> Option<Estimates> {
    let (model, noise) = (&state.training.model, state.training.noise());
    let points = laboratory.points.min(split.points());
    let (cancel, go_on) = (Cancel::default(), |_: usize| !laboratory.is_stopped());
    let weighted = importance_weighted(model, split, points, IMPORTANCE_SAMPLES, noise, &cancel, go_on)?;
    // Three dimensions are few enough, so none means interrupted.
    let sampled =
        posterior_samples_by_point(model, split, points, POSTERIOR_SAMPLES, noise, &cancel, go_on).ok()??;
    let is_end = state.training.samples >= state.training.configuration.goal;
    let annealed = match is_end {
        true => {
            let checked = CHECKED.min(points);
            Some(annealed_by_point(
                model, split, checked, ANNEALING, noise, &cancel, go_on,
            )?)
        }
        false => None,
    };
    Some(Estimates::by_point(weighted, Some(&sampled), annealed.as_deref()))
}

/// Makes the figure.
pub fn make(sizes: &[Size], laboratory: &Laboratory) -> anyhow::Result<String> {
    let mut runs = Vec::new();
    for &size in sizes {
        for method in METHODS {
            runs.push(run(size, method, laboratory)?);
        }
    }
    let trained = laboratory.train(&runs)?;
    let groups: Vec<Vec<&RunState>> = trained
        .chunks_exact(METHODS.len())
        .map(|group| group.iter().map(|(state, _)| state).collect())
        .collect();

    write_table(sizes, &groups, laboratory)?;
    let pictures: Vec<Panel> = sizes
        .iter()
        .zip(&groups)
        .map(|(&size, group)| panel(size, group))
        .collect();
    curves::write(&laboratory.file(Figure::Figure3, ""), &pictures, 2)?;
    Ok(verdict(sizes, &groups))
}

/// The appendix D estimates of a run on one part of the data.
fn curve(state: &RunState, part: Part) -> impl Iterator<Item = (u64, MarginalLikelihood)> {
    let of_part = state.log.marginals.iter().filter(move |point| point.part == part);
    of_part.filter_map(|point| Some((point.samples, point.estimates.posterior_samples?)))
}

fn panel(size: Size, group: &[&RunState]) -> Panel {
    let mut lines = Vec::new();
    for (method, state) in METHODS.into_iter().zip(group) {
        for part in Part::BOTH {
            let points = curve(state, part).map(|(samples, estimate)| (samples as f64, estimate.mean));
            lines.push(Curve {
                name: format!("{} {}", method.title(), part.name()),
                colour: colour(method),
                pale: part == Part::Train,
                dashed: false,
                range: Vec::new(),
                points: points.collect(),
            });
        }
    }
    Panel {
        title: format!("marginal likelihood, N_train = {}", size.0),
        axis: TRAINING_POINTS,
        start: 1e5,
        curves: lines,
    }
}

fn write_table(sizes: &[Size], groups: &[Vec<&RunState>], laboratory: &Laboratory) -> anyhow::Result<()> {
    let mut table = String::from(
        "panel,method,split,samples,seconds,appendix_d,standard_error,importance_weighted,standard_error\n",
    );
    for (&size, group) in sizes.iter().zip(groups) {
        for (method, state) in METHODS.into_iter().zip(group) {
            let method = method.title();
            // Seconds in proportion: a run is one pace.
            let pace = state.training.seconds / state.training.samples.max(1) as f64;
            for point in &state.log.marginals {
                let split = point.part.name();
                let Estimates {
                    importance_weighted: weighted,
                    posterior_samples,
                    ..
                } = point.estimates;
                let cells = |estimate: MarginalLikelihood| {
                    let error = estimate.standard_error.map(|error| format!("{error:.3}"));
                    format!("{:.3},{}", estimate.mean, error.unwrap_or_default())
                };
                writeln!(
                    table,
                    "{size},{method},{split},{},{:.2},{},{}",
                    point.samples,
                    pace * point.samples as f64,
                    posterior_samples.map_or(",".into(), cells),
                    cells(weighted),
                )?;
            }
        }
    }
    laboratory.write(Figure::Figure3, "csv", &table)
}

/// Where every run ended, by all estimates, and whether those that need no encoder agree.
fn verdict(sizes: &[Size], groups: &[Vec<&RunState>]) -> String {
    let mut text = String::from(
        "Figure 3: log p(x) in nats per data point at the end of each run, with standard errors\n\n\
         | panel | method | step size | samples | seconds | split | appendix D | error | importance-weighted | error | difference |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    let mut checks = String::new();
    for (&size, group) in sizes.iter().zip(groups) {
        for (method, state) in METHODS.into_iter().zip(group) {
            let method = method.title();
            for part in Part::BOTH {
                let split = part.name();
                let Some(last) = state.log.marginals.iter().rfind(|point| point.part == part) else {
                    continue;
                };
                let Estimates {
                    importance_weighted: weighted,
                    posterior_samples: sampled,
                    difference: checked,
                    ..
                } = last.estimates;
                let error = |estimate: Option<MarginalLikelihood>| {
                    let error = estimate.and_then(|estimate| estimate.standard_error);
                    error.map_or("-".into(), |error| format!("{error:.2}"))
                };
                text.push_str(&format!(
                    "| {size} | {method} | {} | {} | {:.0} | {split} | {} | {} | {:.1} | {} | {} |\n",
                    state.training.configuration.learning_rate,
                    last.samples,
                    state.training.seconds,
                    cell(sampled.map(|estimate| estimate.mean)),
                    error(sampled),
                    weighted.mean,
                    error(Some(weighted)),
                    difference(sampled.map(|estimate| estimate.mean - weighted.mean)),
                ));
                if let Some(checked) = checked {
                    let agrees = checked
                        .standard_error
                        .is_some_and(|error| checked.mean.abs() <= AGREEMENT * error);
                    checks.push_str(&format!(
                        "| {size} | {method} | {split} | {} | {:+.2} | {} | {} |\n",
                        checked.points,
                        checked.mean,
                        error(Some(checked)),
                        if agrees { "yes" } else { "no" }
                    ));
                }
            }
        }
    }
    if !checks.is_empty() {
        let (chains, stages) = ANNEALING;
        text.push_str(&format!(
            "\nAppendix D less annealing ({stages} stages, {chains} chains), data point by data point: the mean, its standard error, and \
             whether they agree within {AGREEMENT} standard errors\n\n\
             | panel | method | split | points | difference | error | agree |\n|---|---|---|---|---|---|---|\n{checks}"
        ));
    }
    text
}
