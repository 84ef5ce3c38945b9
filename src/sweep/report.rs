//! A sweep for people and other programs: a table sorted by any column, what each combination came to over its seeds, CSV and JSON.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::io::Write;

use serde::Serialize;
use serde_json::{Map, Value, json};
use unicode_width::UnicodeWidthStr;

use super::progress::combinations;
use super::specification::{SEED, in_words};
use super::{Progress, RunProgress, SweepRun};
use crate::run::curve::CurvePoint;
use crate::words::plain;

/// Columns of a run's curve in the table.
const CURVE: usize = 12;
/// From the lowest to the highest.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// What the table is sorted by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Column {
    /// The test bound, the best first.
    #[default]
    Test,
    /// Training points seen, the most first.
    Samples,
    /// Seconds of training, the most first.
    Seconds,
    /// Where it stands.
    Stage,
    /// The order of the sweep.
    Order,
    /// The values of an axis, or the seeds.
    Axis(String),
}

impl Column {
    /// The column of that name: test, samples, seconds, stage, order, seed, or an axis.
    pub fn named(name: &str) -> Self {
        match name {
            "test" => Self::Test,
            "samples" => Self::Samples,
            "seconds" => Self::Seconds,
            "stage" => Self::Stage,
            "order" => Self::Order,
            axis => Self::Axis(axis.into()),
        }
    }

    /// Whether a sweep of these runs has it.
    pub fn is_of(&self, runs: &[SweepRun]) -> bool {
        let has = |axis: &str| {
            let first = runs.first();
            first.is_some_and(|run| run.point.iter().any(|(name, _)| name == axis))
        };
        match self {
            Self::Axis(axis) => axis == SEED || has(axis),
            _ => true,
        }
    }

    fn compare(&self, a: &RunProgress, b: &RunProgress) -> Ordering {
        let test = |run: &RunProgress| {
            run.test()
                .filter(|bound| !bound.is_nan())
                .unwrap_or(f64::NEG_INFINITY)
        };
        match self {
            Self::Test => test(b).total_cmp(&test(a)),
            Self::Samples => b.samples.cmp(&a.samples),
            Self::Seconds => b.seconds.total_cmp(&a.seconds),
            Self::Stage => a.stage.words().cmp(b.stage.words()),
            Self::Order => Ordering::Equal,
            Self::Axis(axis) if axis == SEED => a.seed.cmp(&b.seed),
            Self::Axis(axis) => {
                let (a, b) = (value(a, axis), value(b, axis));
                match (a.parse::<f64>(), b.parse::<f64>()) {
                    (Ok(a), Ok(b)) => a.total_cmp(&b),
                    _ => a.cmp(b),
                }
            }
        }
    }
}

/// The settings that are axes.
fn axes(progress: &Progress) -> Vec<&str> {
    let first = progress.runs.first().map(|run| &run.point);
    first
        .into_iter()
        .flatten()
        .map(|(setting, _)| setting.as_str())
        .collect()
}

fn value<'a>(run: &'a RunProgress, axis: &str) -> &'a str {
    let found = run.point.iter().find(|(setting, _)| setting == axis);
    found.map_or("", |(_, value)| value)
}

/// What a combination of values came to, over its seeds; bounds in nats per data point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SettingSummary {
    /// Its values of the axes, in words.
    pub settings: String,
    /// How many of its runs were measured.
    pub runs: usize,
    /// The mean of their test bounds.
    pub mean: f64,
    /// The lowest.
    pub least: f64,
    /// The highest.
    pub most: f64,
}

/// The combinations that were measured as far as they were to be trained, the best mean first.
pub fn summaries(progress: &Progress) -> Vec<SettingSummary> {
    let of_point = |point: Vec<(String, String)>| {
        let runs = progress
            .runs
            .iter()
            .filter(|run| run.point == point && run.stage == super::Stage::Finished);
        let bounds: Vec<f64> = runs
            .filter_map(RunProgress::test)
            .filter(|bound| bound.is_finite())
            .collect();
        (!bounds.is_empty()).then(|| SettingSummary {
            settings: in_words(&point),
            runs: bounds.len(),
            mean: bounds.iter().sum::<f64>() / bounds.len() as f64,
            least: bounds.iter().copied().fold(f64::INFINITY, f64::min),
            most: bounds.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
    };
    let mut summaries: Vec<SettingSummary> =
        combinations(progress).into_iter().filter_map(of_point).collect();
    summaries.sort_by(|a, b| b.mean.total_cmp(&a.mean));
    summaries
}

/// The sweep as lines of text: how far it is, the best so far, and its runs, at most `rows` of them.
pub fn table(progress: &Progress, column: &Column, rows: usize) -> String {
    let (ended, count) = (progress.ended(), progress.runs.len());
    let (samples, goal) = progress.runs.iter().fold((0_u64, 0_u64), |(samples, goal), run| {
        let end = if run.stage.is_final() {
            run.samples
        } else {
            run.goal
        };
        (samples.saturating_add(run.samples), goal.saturating_add(end))
    });
    let share = 100.0 * samples as f64 / goal.max(1) as f64;
    let mut text = format!("{ended} of {count} runs ended, {share:.0} % of the samples\n");
    if let Some(best) = progress.best() {
        let bound = best.test().unwrap_or(f64::NAN);
        let values = in_words(&best.point);
        let _ = writeln!(
            text,
            "best so far: {bound:.2} nats per data point, {} seed={}",
            plain(&values),
            best.seed
        );
    }
    let axes = axes(progress);
    let titles = axes
        .iter()
        .copied()
        .chain([SEED, "samples", "seconds", "test", "curve", "stage"]);
    let mut lines = vec![titles.map(str::to_owned).collect::<Vec<_>>()];
    let mut runs: Vec<&RunProgress> = progress.runs.iter().collect();
    runs.sort_by(|a, b| column.compare(a, b));
    let range = range(&runs);
    for run in runs.into_iter().take(rows) {
        let values = axes.iter().map(|axis| plain(value(run, axis)));
        let bound = run.test().map_or("-".into(), |bound| format!("{bound:.2}"));
        let rest = [
            run.seed.to_string(),
            run.samples.to_string(),
            format!("{:.1}", run.seconds),
            bound,
            curve(&run.evaluations, range, run.goal),
            run.stage.words().into(),
        ];
        lines.push(values.chain(rest).collect());
    }
    text.push_str(&aligned(&lines));
    if count > rows {
        let _ = writeln!(text, "and {} more", count - rows);
    }
    text
}

/// The mean and the range over the seeds of every combination, as lines of text.
pub fn summary_table(progress: &Progress) -> String {
    let titles = ["settings", "runs", "mean", "least", "most"]
        .map(str::to_owned)
        .to_vec();
    let line = |summary: SettingSummary| {
        let SettingSummary {
            settings,
            runs,
            mean,
            least,
            most,
        } = summary;
        vec![
            plain(&settings),
            runs.to_string(),
            format!("{mean:.2}"),
            format!("{least:.2}"),
            format!("{most:.2}"),
        ]
    };
    let lines: Vec<Vec<String>> = [titles]
        .into_iter()
        .chain(summaries(progress).into_iter().map(line))
        .collect();
    aligned(&lines)
}

/// The lowest and the highest bound among the last halves of all curves, between which they are drawn.
fn range(runs: &[&RunProgress]) -> (f64, f64) {
    let bounds = runs
        .iter()
        .flat_map(|run| &run.evaluations[run.evaluations.len() / 2..]);
    let finite = bounds
        .map(|point| point.elbo_test)
        .filter(|bound| bound.is_finite());
    finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), bound| {
        (least.min(bound), most.max(bound))
    })
}

/// A curve on the scale of all, so that those of one table can be compared: a character for each part of the way to the goal.
fn curve(evaluations: &[CurvePoint], (least, most): (f64, f64), goal: u64) -> String {
    let of_part = |part: usize| {
        let end = |part: usize| (goal as f64 * part as f64 / CURVE as f64) as u64;
        let inside = evaluations
            .iter()
            .rev()
            .find(|point| point.samples > end(part) && point.samples <= end(part + 1).max(1));
        let later = || {
            evaluations
                .last()
                .filter(|point| part + 1 == CURVE && point.samples > goal)
        };
        inside
            .or_else(later)
            .filter(|point| point.elbo_test.is_finite())
            .map_or(' ', |point| {
                let share = if most > least {
                    (point.elbo_test - least) / (most - least)
                } else {
                    1.0
                };
                LEVELS[((share * 7.0).round().max(0.0) as usize).min(7)]
            })
    };
    (0..CURVE).map(of_part).collect()
}

/// Lines of columns, each as wide as its widest; what is a number stands to the right.
fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let width = |column: usize| lines.iter().map(|line| line[column].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let is_number = |column: usize| {
        lines
            .iter()
            .skip(1)
            .all(|line| line[column] == "-" || line[column].parse::<f64>().is_ok())
    };
    let numbers: Vec<bool> = (0..columns).map(is_number).collect();
    let mut text = String::new();
    for line in lines {
        let cells = line
            .iter()
            .zip(widths.iter().zip(&numbers))
            .map(|(cell, (width, is_number))| {
                let room = " ".repeat(width - cell.width());
                if *is_number {
                    format!("{room}{cell}")
                } else {
                    format!("{cell}{room}")
                }
            });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Writes a line for every run, with a column for every axis; what was not measured is empty.
///
/// # Errors
/// If `output` can't be written.
pub fn write_csv(progress: &Progress, output: impl Write) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(output);
    let axes = axes(progress);
    let rest = [SEED, "samples", "seconds", "elbo_train", "elbo_test", "stage"];
    csv.write_record(["run"].into_iter().chain(axes.iter().copied()).chain(rest))?;
    for run in &progress.runs {
        let last = run.evaluations.last();
        let number = |of: fn(&CurvePoint) -> f64| {
            let number = last.map(of).filter(|number| number.is_finite());
            number.map_or(String::new(), |number| number.to_string())
        };
        let values = axes.iter().map(|axis| plain(value(run, axis)));
        let rest = [
            run.seed.to_string(),
            run.samples.to_string(),
            run.seconds.to_string(),
            number(|point| point.elbo_train),
            number(|point| point.elbo_test),
            run.stage.words().into(),
        ];
        csv.write_record([run.name.clone()].into_iter().chain(values).chain(rest))?;
    }
    csv.flush()
}

/// The sweep as one JSON object: its runs, what each combination came to, and the best run.
pub fn json(progress: &Progress) -> Value {
    let run = |run: &RunProgress| {
        let settings: Map<String, Value> = run
            .point
            .iter()
            .map(|(setting, value)| (setting.clone(), json!(value)))
            .collect();
        json!({
            "run": run.name,
            "settings": settings,
            "seed": run.seed,
            "samples": run.samples,
            "goal": run.goal,
            "seconds": run.seconds,
            "elbo_test": run.test(),
            "stage": run.stage.words(),
        })
    };
    json!({
        "ended": progress.ended(),
        "best": progress.best().map(|run| &run.name),
        "runs": progress.runs.iter().map(run).collect::<Vec<_>>(),
        "settings": summaries(progress),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::Configuration;
    use crate::sweep::Stage;

    fn run(latent: &str, seed: u64, bounds: &[f64], stage: Stage) -> RunProgress {
        let point = |(index, &bound): (usize, &f64)| CurvePoint {
            samples: 100 * (index as u64 + 1),
            seconds: 0.5,
            elbo_train: f64::NAN,
            elbo_test: bound,
            reconstruction: bound,
            kl: 0.0,
            learning_rate: 0.1,
        };
        RunProgress {
            name: format!("latent-{latent}_seed-{seed}"),
            point: vec![("latent".into(), latent.into())],
            seed,
            samples: 100 * bounds.len() as u64,
            goal: 400,
            seconds: bounds.len() as f64,
            evaluations: bounds.iter().enumerate().map(point).collect(),
            stage,
        }
    }

    fn progress() -> Progress {
        Progress {
            runs: vec![
                run("10", 1, &[-9.0, -5.0, -4.0, -4.0], Stage::Finished),
                run("2", 1, &[-9.0, -8.0, -7.0, -6.5], Stage::Finished),
                run("10", 2, &[-9.0, -5.0, -4.0, -3.0], Stage::Finished),
                run("2", 2, &[-9.0, f64::NAN], Stage::Begun),
                run("20", 1, &[], Stage::Waiting),
            ],
        }
    }

    #[test]
    fn the_mean_and_the_range_over_seeds_are_of_finished_runs() {
        let found = summaries(&progress());
        let [ten, two] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!(
            (ten.settings.as_str(), ten.runs, ten.mean, ten.least, ten.most),
            ("latent=10", 2, -3.5, -4.0, -3.0)
        );
        assert_eq!((two.settings.as_str(), two.runs, two.mean), ("latent=2", 1, -6.5));
        assert!(summary_table(&progress()).contains("latent=10     2  -3.50  -4.00  -3.00"));
    }

    #[test]
    fn any_column_sorts_the_table() {
        let progress = progress();
        let of_sweep = |run: &RunProgress| SweepRun {
            name: run.name.clone(),
            point: run.point.clone(),
            seed: run.seed,
            configuration: Configuration::default(),
        };
        let runs: Vec<SweepRun> = progress.runs.iter().map(of_sweep).collect();
        let first = |column: &str| {
            let column = Column::named(column);
            assert!(column.is_of(&runs));
            let mut runs: Vec<&RunProgress> = progress.runs.iter().collect();
            runs.sort_by(|a, b| column.compare(a, b));
            runs[0].name.clone()
        };
        assert_eq!(first("test"), "latent-10_seed-2");
        assert_eq!(first("latent"), "latent-2_seed-1", "numbers are no words");
        assert_eq!(first("seed"), "latent-10_seed-1");
        assert_eq!(first("stage"), "latent-2_seed-2");
        assert_eq!(first("order"), "latent-10_seed-1");
        assert!(!Column::named("hidden").is_of(&runs));
    }

    #[test]
    fn the_table_says_how_far_it_is_and_what_was_best() {
        let text = table(&progress(), &Column::default(), 3);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "3 of 5 runs ended, 70 % of the samples");
        assert_eq!(
            lines[1],
            "best so far: -3.00 nats per data point, latent=10 seed=2"
        );
        assert!(
            lines[2].starts_with("latent  seed  samples  seconds   test  curve"),
            "{text}"
        );
        assert!(lines[3].ends_with("finished") && lines[3].contains('█'), "{text}");
        assert_eq!(lines[6], "and 2 more");
    }

    #[test]
    fn the_table_for_programs_has_a_column_for_every_axis() {
        let mut bytes = Vec::new();
        write_csv(&progress(), &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "run,latent,seed,samples,seconds,elbo_train,elbo_test,stage"
        );
        assert_eq!(lines[1], "latent-10_seed-1,10,1,400,4,,-4,finished");
        assert_eq!(lines[5], "latent-20_seed-1,20,1,0,0,,,waiting");
        let object = json(&progress());
        assert_eq!(
            (&object["best"], &object["settings"][0]["mean"]),
            (&json!("latent-10_seed-2"), &json!(-3.5))
        );
        assert_eq!(
            object["runs"][3]["elbo_test"],
            Value::Null,
            "what is no number is none"
        );
    }
}
