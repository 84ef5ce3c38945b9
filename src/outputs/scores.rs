//! How unusual every item is to a model, and which are more so than nearly all that it was trained on.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use serde::Serialize;

use super::whole::broken_off;
use super::{OutputError, Watch, write_file};
use crate::cancel::Cancel;
use crate::data::{Dataset, Part, Split};
use crate::evaluation::complexity::{Line, compressed_bytes};
use crate::evaluation::detection::quantile;
use crate::evaluation::{ItemScore, MeasurementContext, Pca, item_scores};
use crate::files::shown;
use crate::language::tr;
use crate::learning::{Configuration, Training};
use crate::model::Vae;
use crate::words::plain;

/// Training items behind the threshold where nobody says how many.
pub const TRAINING_ITEMS: u32 = 10_000;
/// The share of the training items that would be called anomalous where nobody says which.
pub const QUANTILE: f64 = 0.01;

/// An item in numbers: bounds in nats.
#[derive(Clone, Debug, Serialize)]
pub struct Scored {
    /// Its place in its part of the data.
    pub item: usize,
    /// Its class, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its lower bound.
    pub elbo: f64,
    /// The reconstruction term of that.
    pub reconstruction: f64,
    /// The KL term of that.
    pub kl: f64,
    /// Its importance-weighted bound, where that is measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub importance_weighted: Option<f64>,
    /// Its bound under the background model, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<f64>,
    /// Bytes after compression, where that is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complexity: Option<usize>,
    /// Its squared distance to the space of the principal components, where those are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pca_error: Option<f64>,
    /// The higher, the more anomalous.
    pub score: f64,
    /// Whether that is higher than the threshold.
    pub is_anomaly: bool,
}

/// Scored items and what they are compared with.
pub struct Judgement {
    /// The score that only so many of the training items exceed as a person said.
    pub threshold: f64,
    /// The items in their order.
    pub items: Vec<Scored>,
}

/// What scores items: a model, and what it is measured against.
pub struct Judge<'a> {
    /// The model.
    pub model: &'a Vae,
    /// How its run reads items.
    pub context: MeasurementContext,
    /// What it was trained on.
    pub train: &'a Split,
    /// The items of that which scores are compared with.
    pub training_items: Vec<usize>,
    /// Samples per item for the importance-weighted bound, where that scores.
    pub importance_samples: Option<usize>,
    /// A second model whose bound is taken off.
    pub background: Option<(Vae, MeasurementContext)>,
    /// Whether an item is scored by how far its bound lies below that of training items as complex.
    pub looks_at_complexity: bool,
    /// Principal components to compare with.
    pub pca: Option<Pca>,
}

/// At most so many of the items that a run with this configuration is trained on, evenly spread.
pub fn spread_training_items(configuration: &Configuration, data: &Dataset, most: usize) -> Vec<usize> {
    let trained_on = configuration.trained_on(data);
    let wanted = most.min(trained_on.len());
    (0..wanted)
        .map(|index| trained_on[index * trained_on.len() / wanted] as usize)
        .collect()
}

impl Judge<'_> {
    /// Scores the first `count` items of a part of `data`, on the threads of the pool it is called in; as anomalous counts what
    /// scores higher than all but the share `share` of the training items.
    ///
    /// # Errors
    /// If there are no items, or no training items. `None` is the answer where it was broken off.
    pub fn judge(
        &self,
        (data, part): (&Dataset, Part),
        count: usize,
        share: f64,
        watch: Watch<'_>,
    ) -> Result<Option<Judgement>, OutputError> {
        let items: Vec<usize> = (0..count).collect();
        for (items, which) in [(&items, "held-out"), (&self.training_items, "training")] {
            if items.is_empty() {
                return Err(OutputError::NoItems(which));
            }
        }
        let passes = 1 + u64::from(self.background.is_some());
        let before = passes * self.training_items.len() as u64;
        let all = before + passes * items.len() as u64;
        let done_before = |before: u64| move |done: usize| (watch.progress)(before + done as u64, all);

        let scored = self.scored(self.train, &self.training_items, watch.cancel, done_before(0));
        let Some(mut training) = scored else {
            return Ok(None);
        };
        let points: Vec<(f64, f64)> = training.iter().filter_map(Scored::complexity_and_bound).collect();
        let expected = Line::fit(&points);
        training.iter_mut().for_each(|item| item.expect(expected));
        let scores: Vec<f64> = training.iter().map(|item| item.score).collect();
        let threshold = quantile(&scores, 1.0 - share).ok_or(OutputError::NoItems("training"))?;

        let scored = self.scored(data.split(part), &items, watch.cancel, done_before(before));
        let Some(mut items) = scored else {
            return Ok(None);
        };
        for item in &mut items {
            item.expect(expected);
            item.label = data.class(part, item.item).map(str::to_owned);
            item.is_anomaly = item.score > threshold;
        }
        Ok(Some(Judgement { threshold, items }))
    }

    /// Some items of a split in numbers, before their complexity is looked at; none where that was broken off. `progress` hears
    /// how many are done, those that the background model does counted again.
    fn scored(
        &self,
        split: &Split,
        items: &[usize],
        cancel: &Cancel,
        progress: impl Fn(usize),
    ) -> Option<Vec<Scored>> {
        let of = |model: &Vae, context: MeasurementContext, before: usize| {
            let go_on = |done: usize| {
                progress(before + done);
                true
            };
            item_scores(
                model,
                split,
                items,
                self.importance_samples,
                context,
                cancel,
                go_on,
            )
        };
        let scores = of(self.model, self.context, 0)?;
        let background = match &self.background {
            Some((model, context)) => Some(of(model, *context, items.len())?),
            None => None,
        };
        let scored = scores.into_iter().enumerate().map(|(place, score)| {
            let ItemScore {
                terms,
                importance_weighted,
            } = score;
            let background = background.as_ref().map(|background| background[place].bound());
            let item = items[place];
            let row = || self.context.item(split, item);
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
        Some(scored.collect())
    }
}

impl Scored {
    /// The tightest bound, less that of the background where there is one.
    pub fn bound(&self) -> f64 {
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

/// A line of comma-separated values for every item, under the names of the columns.
pub fn table(items: &[Scored]) -> String {
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

/// Whether the name is that of a table.
pub(super) fn check(path: &Path) -> Result<(), OutputError> {
    if path.extension().is_some_and(|end| end == "csv") {
        return Ok(());
    }
    Err(OutputError::Ending {
        path: shown(path),
        found: "something else than .csv",
    })
}

/// Writes the scores of all test items to a file, and says what that is.
pub(super) fn write_table_of(
    path: &Path,
    training: &Training,
    data: &Dataset,
    watch: Watch<'_>,
) -> Result<String, OutputError> {
    let judge = Judge {
        model: &training.model,
        context: training.noise(),
        train: &data.train,
        training_items: spread_training_items(&training.configuration, data, TRAINING_ITEMS as usize),
        importance_samples: None,
        background: None,
        looks_at_complexity: false,
        pca: None,
    };
    let judgement = judge.judge((data, Part::Test), data.test.points(), QUANTILE, watch)?;
    let Judgement { items, .. } = judgement.ok_or_else(|| broken_off(path))?;
    write_file(path, watch.cancel, |output| {
        Ok(output.write_all(table(&items).as_bytes())?)
    })?;
    let anomalies = items.iter().filter(|item| item.is_anomaly).count();
    Ok(match items.len() {
        1 => tr!("the score of 1 item").into(),
        count => tr!(
            "scores of {count} items, {anomalies} of them anomalous,",
            count = count,
            anomalies = anomalies
        ),
    })
}
