//! `vae-tui anomalies`: how unusual every item is to a model, and which are more so than nearly all that it was trained on.

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
use crate::data::{Part, ReadingRules};
use crate::evaluation::detection::{auroc, average_precision};
use crate::evaluation::{MOST_NUMBERS, MeasurementContext, Pca};
use crate::files::shown;
use crate::model::Vae;
use crate::outputs::Watch;
use crate::outputs::scores::{
    Judge, Judgement, QUANTILE, Scored, TRAINING_ITEMS, spread_training_items, table,
};
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
    #[arg(long, value_name = "Q", default_value_t = QUANTILE, value_parser = share)]
    quantile: f64,
    /// Training items behind the threshold and the principal components, evenly spread
    #[arg(long, value_name = "N", default_value_t = TRAINING_ITEMS, value_parser = clap::value_parser!(u32).range(2..))]
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
    let judge = judge(&looking, arguments)?;
    let bar = progress_bar(0, "items");
    let watch = Watch {
        cancel: &Cancel::default(),
        progress: &|done, all| {
            bar.set_length(all);
            bar.set_position(done);
        },
    };
    let judge_all = || judge.judge((&items_of, part), all, arguments.quantile, watch);
    let judgement = looking.on_all_threads(judge_all)?;
    bar.finish_and_clear();
    let Judgement { threshold, items } = judgement.context(BROKEN_OFF)?;
    let report = Report {
        threshold,
        quantile: arguments.quantile,
        training_items: judge.training_items.len(),
        anomalies: items.iter().filter(|item| item.is_anomaly).count(),
        detection: is_anomalous.map_or_else(Vec::new, |is_anomalous| detections(&items, is_anomalous)),
        items,
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

/// What scores the items as a person asked.
fn judge<'a>(looking: &'a Looking, arguments: &Arguments) -> anyhow::Result<Judge<'a>> {
    let configuration = &looking.state.training.configuration;
    let most = arguments.training_items as usize;
    let training_items = spread_training_items(configuration, &looking.data, most);
    let against = arguments.against.as_deref();
    let background = against.map(|path| background(looking, path)).transpose()?;
    let pca = arguments
        .pca
        .then(|| principal_components(looking, &training_items))
        .transpose()?;
    Ok(Judge {
        model: looking.model(),
        context: looking.context(),
        train: &looking.data.train,
        training_items,
        importance_samples: arguments.importance_samples.map(|samples| samples as usize),
        background,
        looks_at_complexity: arguments.complexity,
        pca,
    })
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
