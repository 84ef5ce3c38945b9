//! `vae-tui anomalies`: how unusual every item is to a model, and which are more so than nearly all that it was trained on.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Args;
use serde::Serialize;

use super::choice::choice;
use super::looking::{BROKEN_OFF, Looking, SessionArguments, check_class};
use super::picture_output::{Picture, PictureOutput};
use super::{dataset, print_line, progress_bar};
use crate::cancel::Cancel;
use crate::choices::Choose;
use crate::data::{Part, ReadingRules, Split};
use crate::evaluation::complexity::{Line, compressed_bytes};
use crate::evaluation::detection::{auroc, average_precision, quantile};
use crate::evaluation::{ItemScore, MOST_NUMBERS, MeasurementContext, Pca, item_scores};
use crate::files::shown;
use crate::model::Vae;
use crate::session;
use crate::words::{plain, plain_json};

/// The flags of `vae-tui anomalies`.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples: vae-tui anomalies run.ron --data new.idx --importance-samples 50 --csv > scores.csv\n          vae-tui anomalies without-4.ron --anomalous label:4 --pca --worst 40 --out worst.png"
)]
pub struct Arguments {
    #[command(flatten)]
    session: SessionArguments,
    /// The items: a file, or - for standard input [default: those of the session's data]
    #[arg(long, value_name = "FILE", conflicts_with = "split")]
    data: Option<String>,
    /// Which of the session's items
    #[arg(long, value_parser = choice::<Part>(), default_value = Part::Test.word())]
    split: Part,
    /// Only the first N of them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    points: Option<u32>,
    /// Score by the importance-weighted bound with K samples per item, which is tighter
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    importance_samples: Option<u32>,
    /// Score by the bound less that of this session, a background model: simple items then are no longer likely for being
    /// simple (Ren et al. 2019). train --pixel-noise makes one
    #[arg(long, value_name = "SESSION")]
    against: Option<PathBuf>,
    /// Score by how far the bound lies below what is expected of an item as complex: a line over the bytes that it takes after
    /// compression, fitted to the training items (after Serra et al. 2020)
    #[arg(long)]
    complexity: bool,
    /// Also measure the reconstruction error of principal component analysis with as many dimensions
    #[arg(long)]
    pca: bool,
    /// The share of the training items that would be called anomalous: what scores higher than they do is
    #[arg(long, value_name = "Q", default_value = "0.01", value_parser = share)]
    quantile: f64,
    /// Training items behind the threshold and the principal components, evenly spread
    #[arg(long, value_name = "N", default_value = "10000", value_parser = clap::value_parser!(u32).range(2..))]
    training_items: u32,
    /// The labels of what is really anomalous, such as label:4, with commas between them: says how well it is found
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    anomalous: Vec<String>,
    /// The labels of what is not; all others are anomalous
    #[arg(
        long,
        value_name = "LABEL",
        value_delimiter = ',',
        conflicts_with = "anomalous"
    )]
    normal_label: Vec<String>,
    /// List and show the N most anomalous items [default: list 10]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    worst: Option<u16>,
    /// One JSON object with every item on standard output
    #[arg(long)]
    json: bool,
    /// Every item as a line of comma-separated values on standard output
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    #[command(flatten)]
    output: PictureOutput,
}

/// An item in numbers: bounds in nats.
#[derive(Clone, Debug, Serialize)]
struct Scored {
    item: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    elbo: f64,
    reconstruction: f64,
    kl: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    importance_weighted: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    background: Option<f64>,
    /// Bytes after compression.
    #[serde(skip_serializing_if = "Option::is_none")]
    complexity: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pca_error: Option<f64>,
    /// The higher, the more anomalous.
    score: f64,
    is_anomaly: bool,
}

/// How well one of the numbers finds what is anomalous.
#[derive(Clone, Debug, Serialize)]
struct Detection {
    by: &'static str,
    auroc: Option<f64>,
    average_precision: Option<f64>,
}

#[derive(Serialize)]
struct Report {
    threshold: f64,
    quantile: f64,
    training_items: usize,
    anomalies: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    detection: Vec<Detection>,
    items: Vec<Scored>,
}

/// Scores, compares with the training items, and tells.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.output.check()?;
    let looking = arguments.session.open()?;
    let (items_of, part) = match &arguments.data {
        Some(name) => (looking.items().file(name)?, Part::Test),
        None => (looking.data.clone(), arguments.split),
    };
    let is_anomalous = arguments.truth(|label| check_class(&items_of, label))?;
    let split = items_of.split(part);
    let all = split
        .points()
        .min(arguments.points.map_or(usize::MAX, |points| points as usize));
    let items: Vec<usize> = (0..all).collect();
    ensure!(!items.is_empty(), "there are no items to score");

    let judge = Judge::new(&looking, arguments)?;
    let mut training = judge.scored(&looking.data.train, &judge.training_items)?;
    let expected = Line::fit(
        &training
            .iter()
            .filter_map(Scored::complexity_and_bound)
            .collect::<Vec<_>>(),
    );
    training.iter_mut().for_each(|item| item.expect(expected));
    let scores: Vec<f64> = training.iter().map(|item| item.score).collect();
    let threshold = quantile(&scores, 1.0 - arguments.quantile).context("there are no training items")?;

    let mut scored = judge.scored(split, &items)?;
    scored.iter_mut().for_each(|item| item.expect(expected));
    let label = |item: usize| items_of.class(part, item).map(str::to_owned);
    let scored: Vec<Scored> = scored
        .into_iter()
        .map(|scored| Scored {
            label: label(scored.item),
            is_anomaly: scored.score > threshold,
            ..scored
        })
        .collect();
    let report = Report {
        threshold,
        quantile: arguments.quantile,
        training_items: judge.training_items.len(),
        anomalies: scored.iter().filter(|item| item.is_anomaly).count(),
        detection: is_anomalous.map_or_else(Vec::new, |is_anomalous| detections(&scored, is_anomalous)),
        items: scored,
    };
    let worst = worst(&report.items, arguments.worst.map_or(10, usize::from));
    if arguments.json {
        print_line(&plain_json(&serde_json::to_string(&report)?))?;
    } else if arguments.csv {
        print_line(table(&report.items).trim_end())?;
    } else {
        print_line(&words(&report, &worst))?;
    }
    let is_for_programs = arguments.json || arguments.csv;
    if arguments.output.out.is_none() && (arguments.worst.is_none() || is_for_programs) {
        return Ok(());
    }
    let values: Vec<f32> = worst
        .iter()
        .flat_map(|worst| looking.context().item(split, worst.item))
        .collect();
    arguments.output.show(&Picture {
        items: looking.pictures_of(&values),
        columns: None,
        moves: false,
    })
}

impl Scored {
    /// The tightest bound, less that of the background where there is one.
    fn bound(&self) -> f64 {
        self.importance_weighted.unwrap_or(self.elbo) - self.background.unwrap_or(0.0)
    }

    /// How complex it is, where that is looked at, and its bound.
    fn complexity_and_bound(&self) -> Option<(f64, f64)> {
        self.complexity.map(|bytes| (bytes as f64, self.bound()))
    }

    /// Scores by the distance to what is expected of an item as complex.
    fn expect(&mut self, expected: Option<Line>) {
        if let (Some(expected), Some((complexity, bound))) = (expected, self.complexity_and_bound()) {
            self.score = expected.at(complexity) - bound;
        }
    }
}

impl Arguments {
    /// Which labels are anomalous, where a person says so.
    ///
    /// # Errors
    /// If `check` knows one of them not.
    fn truth(
        &self,
        check: impl Fn(&str) -> anyhow::Result<()>,
    ) -> anyhow::Result<Option<impl Fn(Option<&str>) -> bool>> {
        let plain_label = |label: &String| label.strip_prefix("label:").unwrap_or(label).to_owned();
        let (named, are_normal) = match (&self.anomalous[..], &self.normal_label[..]) {
            ([], []) => return Ok(None),
            (anomalous, []) => (anomalous, false),
            (_, normal) => (normal, true),
        };
        let named: Vec<String> = named.iter().map(plain_label).collect();
        named.iter().try_for_each(|label| check(label))?;
        Ok(Some(move |label: Option<&str>| {
            label.is_some_and(|label| named.iter().any(|named| named == label) != are_normal)
        }))
    }
}

/// What scores items: a model, and what it is measured against.
struct Judge<'a> {
    looking: &'a Looking,
    importance_samples: Option<usize>,
    background: Option<(Vae, MeasurementContext)>,
    looks_at_complexity: bool,
    pca: Option<Pca>,
    training_items: Vec<usize>,
}

impl<'a> Judge<'a> {
    fn new(looking: &'a Looking, arguments: &Arguments) -> anyhow::Result<Self> {
        let configuration = &looking.state.training.configuration;
        let trained_on = configuration.trained_on(&looking.data);
        let wanted = (arguments.training_items as usize).min(trained_on.len());
        let place = |index: usize| trained_on[index * trained_on.len() / wanted] as usize;
        let training_items: Vec<usize> = (0..wanted).map(place).collect();
        let background = arguments
            .against
            .as_deref()
            .map(|path| background(looking, path))
            .transpose()?;
        let pca = arguments
            .pca
            .then(|| principal_components(looking, &training_items))
            .transpose()?;
        Ok(Self {
            looking,
            importance_samples: arguments.importance_samples.map(|samples| samples as usize),
            background,
            looks_at_complexity: arguments.complexity,
            pca,
            training_items,
        })
    }

    /// Some items of a split in numbers, before their complexity is looked at.
    fn scored(&self, split: &Split, items: &[usize]) -> anyhow::Result<Vec<Scored>> {
        let passes = 1 + u64::from(self.background.is_some());
        let bar = progress_bar(passes * items.len() as u64, "items");
        let of = |model: &Vae, context: MeasurementContext, before: usize| {
            let go_on = |done: usize| {
                bar.set_position((before + done) as u64);
                true
            };
            let samples = self.importance_samples;
            let work = || item_scores(model, split, items, samples, context, &Cancel::default(), go_on);
            self.looking.on_all_threads(work).context(BROKEN_OFF)
        };
        let scores = of(self.looking.model(), self.looking.context(), 0)?;
        let background = match &self.background {
            Some((model, context)) => Some(of(model, *context, items.len())?),
            None => None,
        };
        bar.finish_and_clear();
        let scored = scores.into_iter().enumerate().map(|(place, score)| {
            let ItemScore {
                terms,
                importance_weighted,
            } = score;
            let background = background.as_ref().map(|background| background[place].bound());
            let item = items[place];
            let row = || self.looking.context().item(split, item);
            Scored {
                item,
                label: None,
                elbo: terms.lower_bound(),
                reconstruction: terms.reconstruction,
                kl: terms.kl,
                importance_weighted,
                background,
                complexity: self.looks_at_complexity.then(|| compressed_bytes(&row())),
                pca_error: self.pca.as_ref().map(|pca| pca.squared_error(&row())),
                score: background.unwrap_or(0.0) - score.bound(),
                is_anomaly: false,
            }
        });
        Ok(scored.collect())
    }
}

/// The background model that a person named, of items as those of the model that is looked into.
fn background(looking: &Looking, path: &Path) -> anyhow::Result<(Vae, MeasurementContext)> {
    let known = |name: &str, rules: &ReadingRules| {
        if name == looking.data.name && *rules == looking.data.rules {
            Ok(looking.data.clone())
        } else {
            dataset(name, rules)
        }
    };
    let resumed = session::resume(path, None, known)?;
    ensure!(
        resumed.data.shape == looking.shape(),
        "{} was trained on {}, but the session on {}",
        shown(path),
        resumed.data.shape,
        looking.shape()
    );
    let training = resumed.state.training;
    let context = training.noise();
    Ok((training.model, context))
}

fn principal_components(looking: &Looking, training_items: &[usize]) -> anyhow::Result<Pca> {
    let numbers = looking.shape().numbers();
    ensure!(
        numbers <= MOST_NUMBERS,
        "--pca is for items of at most {MOST_NUMBERS} numbers, and these have {numbers}"
    );
    let (split, context) = (&looking.data.train, looking.context());
    let fit = || {
        Pca::fit(
            split,
            training_items,
            looking.latent(),
            context,
            &Cancel::default(),
        )
    };
    looking.on_all_threads(fit).context(BROKEN_OFF)
}

/// One of the numbers of an item, where it was measured: the higher, the more anomalous.
type Number = fn(&Scored) -> Option<f64>;

/// How well each number finds the anomalous items.
fn detections(items: &[Scored], is_anomalous: impl Fn(Option<&str>) -> bool) -> Vec<Detection> {
    let truth: Vec<bool> = items
        .iter()
        .map(|item| is_anomalous(item.label.as_deref()))
        .collect();
    let numbers: [(&str, Number); 7] = [
        ("elbo", |item| Some(-item.elbo)),
        ("reconstruction", |item| Some(-item.reconstruction)),
        ("kl", |item| Some(item.kl)),
        ("importance-weighted", |item| Some(-item.importance_weighted?)),
        ("against", |item| item.background.map(|_| -item.bound())),
        ("complexity", |item| item.complexity.map(|_| item.score)),
        ("pca", |item| item.pca_error),
    ];
    let detection = |(by, number): (&'static str, Number)| {
        let scores: Option<Vec<f64>> = items.iter().map(number).collect();
        let scores = scores?;
        Some(Detection {
            by,
            auroc: auroc(&scores, &truth),
            average_precision: average_precision(&scores, &truth),
        })
    };
    numbers.into_iter().filter_map(detection).collect()
}

/// The most anomalous items, the most first.
fn worst(items: &[Scored], count: usize) -> Vec<&Scored> {
    let mut items: Vec<&Scored> = items.iter().collect();
    items.sort_by(|a, b| b.score.total_cmp(&a.score));
    items.truncate(count);
    items
}

/// A line for every item, under the names of the columns.
fn table(items: &[Scored]) -> String {
    let mut text = String::from(
        "item,label,elbo,reconstruction,kl,importance_weighted,background,complexity,pca_error,score,is_anomaly\n",
    );
    let number = |value: Option<f64>| value.map_or(String::new(), |value| format!("{value:.4}"));
    for item in items {
        let label = plain(item.label.as_deref().unwrap_or_default()).replace('"', "\"\"");
        // Writing to text can't fail.
        let _ = writeln!(
            text,
            "{},\"{label}\",{:.4},{:.4},{:.4},{},{},{},{},{:.4},{}",
            item.item,
            item.elbo,
            item.reconstruction,
            item.kl,
            number(item.importance_weighted),
            number(item.background),
            item.complexity.map_or(String::new(), |bytes| bytes.to_string()),
            number(item.pca_error),
            item.score,
            item.is_anomaly
        );
    }
    text
}

/// The report for a person.
fn words(report: &Report, worst: &[&Scored]) -> String {
    let mut lines = vec![
        format!(
            "threshold   {:.3} nats: {} of {} training items score higher",
            report.threshold,
            percent(report.quantile),
            report.training_items
        ),
        format!("anomalies   {} of {} items", report.anomalies, report.items.len()),
    ];
    if !report.detection.is_empty() {
        lines.push(String::new());
        lines.push(format!(
            "{:<20} {:>6}  {:>17}",
            "found by", "AUROC", "average precision"
        ));
        let figure = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.3}"));
        for detection in &report.detection {
            lines.push(format!(
                "{:<20} {:>6}  {:>17}",
                detection.by,
                figure(detection.auroc),
                figure(detection.average_precision)
            ));
        }
    }
    lines.push(String::new());
    lines.push(format!(
        "{:>8}  {:>10}  {:>10}  {:>10}  label",
        "item", "score", "elbo", "kl"
    ));
    for item in worst {
        let label = plain(item.label.as_deref().unwrap_or("-"));
        lines.push(format!(
            "{:>8}  {:>10.3}  {:>10.3}  {:>10.3}  {label}",
            item.item, item.score, item.elbo, item.kl
        ));
    }
    lines.join("\n")
}

fn percent(share: f64) -> String {
    format!("{} %", (share * 1e8).round() / 1e6)
}

/// Reads a share of a whole.
fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| format!("{text:?} is no number"))?;
    if (0.0..=1.0).contains(&share) {
        Ok(share)
    } else {
        Err("it must be from 0 to 1".into())
    }
}
