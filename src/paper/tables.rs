//! Tables of publications that followed the paper: rows of runs whose negative log-likelihoods are put beside the published ones.
//!
//! All rows are trained in [rounds](super::rounds), at the end of each of which the test set's likelihood is estimated by importance weights
//! with 5 000 samples.

use std::fmt::{Display, Formatter, Write};

use super::rounds::{self, Run};
use super::runs::{Laboratory, Measure, PaperRun};
use super::verdict::gap_in_words;
use super::{Figure, TRAINING_POINTS, colour_of_row};
use crate::cancel::Cancel;
use crate::choices::Choose;
use crate::data::{Dataset, Part};
use crate::evaluation::{ACTIVE_VARIANCE, Estimates, importance_weighted, lower_bound};
use crate::learning::Configuration;
use crate::pictures::curves::{self, Curve, Panel};
use crate::run::RunState;
use crate::run::curve::MarginalPoint;

/// Samples of an estimate, as in the publications.
const IMPORTANCE_SAMPLES: usize = 5_000;

/// A row of a published table.
#[derive(Clone, Debug)]
pub struct Row {
    /// What its runs are called.
    pub name: &'static str,
    /// The published negative log-likelihood of the test set, in nats per data point, where there is one.
    pub published: Option<f64>,
    /// The run with its whole schedule.
    pub configuration: Configuration,
}

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Trains the rows as far as the budget goes, writes table and picture, and returns the verdict.
///
/// # Errors
/// As [`Laboratory::train`].
pub fn make(figure: Figure, rows: &[Row], laboratory: &Laboratory) -> anyhow::Result<String> {
    let whole = rows.iter().map(|row| row.configuration.goal).min().unwrap_or(0);
    let trained = rounds::trained(laboratory, whole, laboratory.budget, |goal| {
        runs(figure, rows, goal, laboratory)
    })?;
    write_table(figure, rows, &trained, laboratory)?;
    curves::write(&laboratory.file(figure, ""), &[panel(figure, rows, &trained)], 1)?;
    Ok(verdict(figure, rows, &trained, whole))
}

/// Every row's runs, seed by seed.
fn runs(figure: Figure, rows: &[Row], goal: u64, laboratory: &Laboratory) -> Vec<PaperRun> {
    let of_row = |row: &Row| {
        let run = |seed: u64| PaperRun {
            name: format!("{}-{}-seed{seed}", figure.word(), row.name),
            configuration: Configuration {
                goal,
                seed,
                threads: laboratory.threads,
                learning_rate: laboratory
                    .learning_rate
                    .unwrap_or(row.configuration.learning_rate),
                warm_up: laboratory
                    .warm_up
                    .filter(|_| row.configuration.warm_up > 0.0)
                    .unwrap_or(row.configuration.warm_up),
                ..row.configuration.clone()
            },
            chooses_step_size: false,
            measure: Measure {
                take: measure,
                last: |state| state.log.marginals.last().map(|point| point.samples),
                ..Measure::LOWER_BOUND.at_the_goal()
            },
        };
        (1..=laboratory.seeds).map(run).collect::<Vec<_>>()
    };
    rows.iter().flat_map(of_row).collect()
}

/// Estimates the likelihood of the first points of the test set.
fn measure(laboratory: &Laboratory, state: &mut RunState, data: &Dataset) {
    let (model, noise) = (&state.training.model, state.training.noise());
    let points = laboratory.points.min(data.test.points());
    let (cancel, go_on) = (Cancel::default(), |_: usize| !laboratory.is_stopped());
    let weighted = importance_weighted(
        model,
        &data.test,
        points,
        IMPORTANCE_SAMPLES,
        noise,
        &cancel,
        go_on,
    );
    let samples = state.training.samples;
    state
        .log
        .marginals
        .extend(weighted.map(|importance_weighted| MarginalPoint {
            samples,
            part: Part::Test,
            estimates: Estimates {
                importance_weighted,
                posterior_samples: None,
                annealed: None,
                difference: None,
            },
        }));
}

/// Negative log-likelihoods of a run in nats per data point, of sequences per time step, with the training points seen.
fn measured((state, data): &Run) -> Vec<(u64, f64)> {
    let points = state.log.marginals.iter().map(|point| {
        let of = point.estimates.importance_weighted;
        (point.samples, -per_unit(data, of.mean, of.points))
    });
    points.collect()
}

/// A mean over the first `points` test items, of sequences per time step.
fn per_unit(data: &Dataset, mean: f64, points: usize) -> f64 {
    data.test.per_step(mean, points).unwrap_or(mean)
}

/// The last of them.
fn last(run: &Run) -> f64 {
    measured(run)
        .last()
        .map_or(f64::NAN, |&(_, likelihood)| likelihood)
}

/// The runs of every row.
fn by_row<'a>(rows: &'a [Row], trained: &'a [Run]) -> impl Iterator<Item = (&'a Row, &'a [Run])> {
    rows.iter()
        .zip(trained.chunks((trained.len() / rows.len().max(1)).max(1)))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Latent dimensions of every stochastic layer that are active on the test set, such as `24` or `30+9`.
fn active_units(state: &RunState, data: &Dataset) -> String {
    let training = &state.training;
    let bound = lower_bound(
        &training.model,
        &data.test,
        training.noise(),
        &Cancel::default(),
        |_| true,
    );
    let variances = bound.map(|bound| bound.mean_variance).unwrap_or_default();
    let mut rest = &variances[..];
    let counts = training.model.architecture().groups().into_iter().map(|group| {
        let (of_layer, above) = rest.split_at(group.min(rest.len()));
        rest = above;
        of_layer
            .iter()
            .filter(|&&variance| variance > ACTIVE_VARIANCE)
            .count()
            .to_string()
    });
    counts.collect::<Vec<_>>().join("+")
}

/// The negative lower bound of all test sequences, in nats per time step.
fn bound((state, data): &Run) -> Option<f64> {
    let training = &state.training;
    let (noise, cancel) = (training.noise(), Cancel::default());
    let bound = lower_bound(&training.model, &data.test, noise, &cancel, |_| true)?;
    Some(-per_unit(data, bound.terms.lower_bound(), bound.points))
}

fn write_table(figure: Figure, rows: &[Row], trained: &[Run], laboratory: &Laboratory) -> anyhow::Result<()> {
    let mut table = String::from("row,seed,samples,seconds,nll,published\n");
    for (row, runs) in by_row(rows, trained) {
        for run in runs {
            let training = &run.0.training;
            for (samples, likelihood) in measured(run) {
                let (seed, published) = (training.configuration.seed, row.published);
                // Seconds are known of the last round alone.
                let seconds = (samples == training.samples).then(|| format!("{:.1}", training.seconds));
                let (seconds, published) = (
                    seconds.unwrap_or_default(),
                    published.map_or(String::new(), |p| p.to_string()),
                );
                writeln!(
                    table,
                    "{row},{seed},{samples},{seconds},{likelihood:.3},{published}"
                )?;
            }
        }
    }
    laboratory.write(figure, "csv", &table)
}

fn panel(figure: Figure, rows: &[Row], trained: &[Run]) -> Panel {
    let mut lines = Vec::new();
    for (index, (row, runs)) in by_row(rows, trained).enumerate() {
        let curve = |name: String, pale, dashed, points| Curve {
            name,
            colour: colour_of_row(index),
            pale,
            dashed,
            points,
            range: Vec::new(),
        };
        let of_runs = runs.iter().map(|run| {
            let points = measured(run)
                .into_iter()
                .map(|(samples, likelihood)| (samples as f64, -likelihood));
            points.collect::<Vec<_>>()
        });
        let of_runs: Vec<_> = of_runs.collect();
        if let Some(published) = row.published {
            let samples = of_runs.iter().flatten().map(|point| point.0);
            let ends = [
                samples.clone().fold(f64::INFINITY, f64::min),
                samples.fold(0.0, f64::max),
            ];
            lines.push(curve(
                format!("{row}, published"),
                true,
                true,
                ends.map(|end| (end, -published)).to_vec(),
            ));
        }
        lines.extend(
            of_runs
                .into_iter()
                .map(|points| curve(row.to_string(), false, false, points)),
        );
    }
    let start = lines.iter().flat_map(|line| &line.points).map(|point| point.0);
    Panel {
        title: format!("{}: log p(x) of the test set", figure.word()),
        axis: TRAINING_POINTS,
        start: start.fold(f64::INFINITY, f64::min).clamp(1.0, 1e12),
        curves: lines,
    }
}

/// The table beside the published one, and whether the order is the same.
fn verdict(figure: Figure, rows: &[Row], trained: &[Run], whole: u64) -> String {
    let samples = trained
        .iter()
        .map(|(state, _)| state.training.samples)
        .min()
        .unwrap_or(0);
    let points = trained.iter().find_map(|(state, _)| state.log.marginals.last());
    let points = points.map_or(0, |point| point.estimates.importance_weighted.points);
    let are_sequences = trained
        .iter()
        .any(|(_, data)| data.test.steps_of(points).is_some());
    let unit = if are_sequences { "time step" } else { "data point" };
    let mut text = format!(
        "{}: negative log-likelihood of {points} test points by {IMPORTANCE_SAMPLES} importance samples, in nats per {unit}, after \
         {samples} training points of {whole} ({:.1} %)\n\n\
         | row | seeds | ours | range | published | active units |\n|---|---|---|---|---|---|\n",
        figure.word(),
        100.0 * samples as f64 / whole.max(1) as f64,
    );
    let (mut means, mut bounds) = (Vec::new(), String::new());
    for (row, runs) in by_row(rows, trained) {
        let ours: Vec<f64> = runs.iter().map(last).collect();
        let (least, most) = ours
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), &value| {
                (least.min(value), most.max(value))
            });
        let units = runs
            .first()
            .map_or(String::new(), |(state, data)| active_units(state, data));
        let published = row
            .published
            .map_or("-".into(), |published| format!("{published:.2}"));
        text += &format!(
            "| {row} | {} | {:.2} | {least:.2} to {most:.2} | {published} | {units} |\n",
            ours.len(),
            mean(&ours)
        );
        means.push((row, mean(&ours)));
        if are_sequences {
            bounds.extend(
                runs.iter()
                    .filter_map(|run| Some(format!("\n{row}: {:.2} by the lower bound.\n", bound(run)?))),
            );
        }
    }
    text += &bounds;
    let known: Vec<(&Row, f64, f64)> = means
        .iter()
        .filter_map(|&(row, ours)| Some((row, ours, row.published?)))
        .collect();
    for pair in known.windows(2) {
        let ((one, ours, theirs), (other, our_other, their_other)) = (pair[0], pair[1]);
        text += &gap_in_words(one, other, ours - our_other, theirs - their_other);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::rounds::time_of;
    use super::super::testing::laboratory;
    use super::*;
    use crate::learning::ScheduleKind;
    use crate::model::Layers;
    use crate::objective::Estimator;

    /// Two rows of tiny models on numbers in a file, the second with two layers.
    fn rows(folder: &std::path::Path) -> Vec<Row> {
        let data = folder.join("numbers.csv");
        let line = |item: usize| {
            (0..6)
                .map(|i| ((item * 7 + i * 5) % 9).to_string())
                .collect::<Vec<_>>()
                .join(",")
        };
        let lines: Vec<String> = (0..30).map(line).collect();
        std::fs::write(&data, lines.join("\n")).expect("the folder can be written");
        let configuration = Configuration {
            data: data.display().to_string(),
            hidden: 4.into(),
            latent: 2,
            batch: 10,
            goal: 400_000,
            estimator: Estimator::ImportanceWeighted,
            mc_samples: 2,
            ..Configuration::default()
        };
        let deep = Configuration {
            upper_latent: Layers::new(vec![1]),
            upper_hidden: 3.into(),
            ..configuration.clone()
        };
        let row = |name, published, configuration| Row {
            name,
            published,
            configuration,
        };
        vec![
            row("flat", Some(9.0), configuration),
            row("deep", Some(8.5), deep),
        ]
    }

    #[test]
    fn rows_are_trained_gone_on_with_and_judged() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let rows = rows(folder.path());
        let short =
            make(Figure::Iwae, &rows, &laboratory(folder.path(), Some(100), None)).expect("it trains");
        assert!(
            short.contains("of 3 test points") && short.contains("after 100 training points of 400000"),
            "{short}"
        );
        assert!(
            short.contains("| flat | 2 |") && short.contains("flat less deep: "),
            "{short}"
        );
        assert!(short.contains("published +0.50"), "{short}");
        for file in ["iwae.csv", "iwae.svg", "runs/iwae-deep-seed2.ron"] {
            assert!(folder.path().join(file).exists(), "{file}");
        }
        make(Figure::Iwae, &rows, &laboratory(folder.path(), Some(200), None)).expect("it goes on");
        let table = std::fs::read_to_string(folder.path().join("iwae.csv")).expect("a table");
        let of_flat: Vec<&str> = table.lines().filter(|line| line.starts_with("flat,1,")).collect();
        assert_eq!(of_flat.len(), 2, "{table}");
        assert!(
            of_flat[0].starts_with("flat,1,100,,") && of_flat[1].starts_with("flat,1,200,"),
            "{table}"
        );
    }

    #[test]
    fn a_named_warm_up_is_for_the_rows_that_have_one() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut rows = rows(folder.path());
        rows[1].configuration.warm_up = 200.0;
        let of_runs = |warm_up| {
            let laboratory = Laboratory {
                warm_up,
                seeds: 1,
                ..laboratory(folder.path(), None, None)
            };
            let runs = runs(Figure::Ladder, &rows, 100, &laboratory);
            runs.into_iter()
                .map(|run| run.configuration.warm_up)
                .collect::<Vec<_>>()
        };
        assert_eq!(of_runs(None), [0.0, 200.0]);
        assert_eq!(of_runs(Some(5.0)), [0.0, 5.0]);
    }

    #[test]
    fn a_round_that_the_budget_does_not_bear_is_not_begun() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut rows = rows(folder.path());
        // Two rounds, of which the second doubles the first.
        rows.iter_mut().for_each(|row| row.configuration.goal = 120_000);
        let one = make(
            Figure::Iwae,
            &rows,
            &laboratory(folder.path(), None, Some(Duration::ZERO)),
        )
        .expect("a round");
        assert!(
            one.contains("after 60000 training points of 120000 (50.0 %)"),
            "{one}"
        );
        rows.iter_mut().for_each(|row| row.configuration.goal = 4_000_000);
        let trained = laboratory(folder.path(), Some(80), None).train(&runs(
            Figure::Iwae,
            &rows,
            80,
            &laboratory(folder.path(), None, None),
        ));
        let trained = trained.expect("it goes on");
        assert!(time_of(&trained, 1_000_000_000, 1) > Duration::from_secs(60));
    }

    #[test]
    fn a_learning_rate_falls_once_where_nothing_bounds_the_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut rows = rows(folder.path());
        rows.truncate(1);
        rows[0].configuration.goal = 61_000;
        let rounds = |schedule, budget, folder: &std::path::Path| {
            let mut rows = rows.clone();
            rows[0].configuration.schedule = schedule;
            make(Figure::Iwae, &rows, &laboratory(folder, None, budget)).expect("it trains");
            let table = std::fs::read_to_string(folder.join("iwae.csv")).expect("a table");
            table.lines().filter(|line| line.starts_with("flat,1,")).count()
        };
        let long = Some(Duration::from_secs(3_600));
        for (name, schedule, budget, expected) in [
            ("constant", ScheduleKind::Constant, None, 2),
            ("once", ScheduleKind::Cosine, None, 1),
            ("as far as the budget goes", ScheduleKind::Exponential, long, 2),
        ] {
            let folder = folder.path().join(name);
            assert_eq!(rounds(schedule, budget, &folder), expected, "{name}");
        }
    }
}
