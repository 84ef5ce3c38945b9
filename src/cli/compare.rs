//! `vae-tui compare`: the curves of several saved runs beside one another.

use std::fmt::Write;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use clap::Args;
use plotters::style::RGBColor;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::choice::choice;
use super::print_line;
use crate::choices::Choose;
use crate::data::Part;
use crate::files::{shown, write_whole};
use crate::pictures;
use crate::pictures::curves::{self, Curve, Panel};
use crate::run::curve::{CurvePoint, HorizontalAxis, bounds, last_decades, value_at};
use crate::session::{self, Comparison, KeptRun};
use crate::words::{plain, plain_json};

/// The flags of `vae-tui compare`.
#[derive(Args, Debug)]
#[command(allow_negative_numbers = true)]
pub struct Arguments {
    /// The sessions
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// What the curves are laid over
    #[arg(long, value_parser = choice::<HorizontalAxis>(), default_value = HorizontalAxis::default().word())]
    against: HorizontalAxis,
    /// Whose bound is compared
    #[arg(long, value_parser = choice::<Part>(), default_value = Part::Test.word())]
    split: Part,
    /// A place where the curves are read, in training points or seconds; may be given several times [default: 1, 2 and
    /// 5 of every power of ten, and the last place of all]
    #[arg(long, value_name = "X")]
    at: Vec<f64>,
    /// Also write FILE.csv, FILE.png and FILE.svg
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Every evaluation of every run as a JSON object a line
    #[arg(long)]
    json: bool,
}

/// Columns of a terminal that a bound has at least.
const COLUMN: usize = 9;

/// Colours of the runs, one after the other.
const COLOURS: [RGBColor; 7] = [
    RGBColor(214, 39, 40),
    RGBColor(31, 97, 180),
    RGBColor(44, 130, 44),
    RGBColor(148, 80, 189),
    RGBColor(214, 110, 10),
    RGBColor(20, 140, 150),
    RGBColor(110, 80, 60),
];

/// Reads, compares, writes.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if let Some(place) = arguments.at.iter().find(|place| !place.is_finite()) {
        bail!("at is {place}, but must be a finite number");
    }
    let mut comparison = Comparison::default();
    for path in &arguments.files {
        let run = session::load(path)?.into_kept_run();
        ensure!(
            !run.evaluations.is_empty(),
            "{} was never measured, so it has no curve",
            path.display()
        );
        comparison.keep(run);
    }
    if let Some(out) = &arguments.out {
        write_table(&comparison.runs, &pictures::file(out, "csv"))?;
        curves::write(out, &[panel(&comparison.runs, arguments)], 1)?;
    }
    if arguments.json {
        for line in lines(&comparison.runs) {
            print_line(&plain_json(&serde_json::to_string(&line)?))?;
        }
        return Ok(());
    }
    print_line(table(&comparison.runs, arguments).trim_end())
}

/// An evaluation of one of the runs.
#[derive(Serialize)]
struct Line<'a> {
    run: &'a str,
    #[serde(flatten)]
    point: CurvePoint,
}

fn lines(runs: &[KeptRun]) -> impl Iterator<Item = Line<'_>> {
    runs.iter().flat_map(
        |KeptRun {
             name, evaluations, ..
         }| {
            let of_point = |&point| Line { run: name, point };
            evaluations.iter().map(of_point)
        },
    )
}

fn write_table(runs: &[KeptRun], path: &std::path::Path) -> anyhow::Result<()> {
    let mut text = String::from("run,samples,seconds,elbo_train,elbo_test\n");
    for Line { run, point } in lines(runs) {
        let CurvePoint {
            samples,
            seconds,
            elbo_train,
            elbo_test,
            ..
        } = point;
        let run = plain(run).replace('"', "\"\"");
        writeln!(
            text,
            "\"{run}\",{samples},{seconds:.2},{elbo_train:.3},{elbo_test:.3}"
        )?;
    }
    write_whole(path, |file| file.write_all(text.as_bytes()))
        .with_context(|| format!("{} can't be written", shown(path)))
}

/// The bound of every run, a column each, at places of the axis.
fn table(runs: &[KeptRun], arguments: &Arguments) -> String {
    let column = |run: &KeptRun| {
        let points = bounds(&run.evaluations, arguments.against, arguments.split);
        (plain(&run.name), points)
    };
    let columns: Vec<(String, Vec<(f64, f64)>)> = runs.iter().map(column).collect();
    let places = if arguments.at.is_empty() {
        round_places(columns.iter().flat_map(|(_, points)| points).map(|point| point.0))
    } else {
        arguments.at.clone()
    };
    let mut text = format!("{}\n\n{:>12}", title(arguments), arguments.against.name());
    for (name, _) in &columns {
        let room = COLUMN.saturating_sub(name.width());
        text.push_str(&format!("  {:room$}{name}", ""));
    }
    for place in places {
        text.push_str(&format!("\n{:>12}", (10.0 * place).round() / 10.0));
        for (name, points) in &columns {
            let bound = value_at(points, place, |x| x).map_or("-".into(), |bound| format!("{bound:.2}"));
            text.push_str(&format!("  {bound:>0$}", name.width().max(COLUMN)));
        }
    }
    text
}

/// 1, 2 and 5 of every power of ten between the first and the last of `xs`, and the last itself.
fn round_places(xs: impl Iterator<Item = f64>) -> Vec<f64> {
    let (first, last) = xs.fold((f64::INFINITY, f64::NEG_INFINITY), |(first, last), x| {
        (first.min(x), last.max(x))
    });
    let powers = (-1..=18).map(|power| 10_f64.powi(power));
    powers
        .flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * power))
        .filter(|place| (first..last).contains(place))
        .chain([last].into_iter().filter(|last| last.is_finite()))
        .collect()
}

fn panel(runs: &[KeptRun], arguments: &Arguments) -> Panel {
    let curves: Vec<Curve> = runs
        .iter()
        .enumerate()
        .map(|(index, run)| Curve {
            name: plain(&run.name),
            colour: COLOURS[index % COLOURS.len()],
            pale: false,
            dashed: index >= COLOURS.len(),
            points: bounds(&run.evaluations, arguments.against, arguments.split),
            range: Vec::new(),
        })
        .collect();
    let xs = curves.iter().flat_map(|curve| &curve.points).map(|point| point.0);
    Panel {
        title: title(arguments),
        axis: arguments.against.name(),
        start: last_decades(xs).map_or(1.0, |(start, _)| start),
        curves,
    }
}

fn title(arguments: &Arguments) -> String {
    format!("{} bound, nats per data point", arguments.split.name())
}
