//! `vae-tui classify`: how many test items a saved model puts into a wrong class.

use anyhow::{Context, ensure};
use clap::Args;
use serde::Serialize;

use super::looking::{BROKEN_OFF, SessionArguments};
use super::print_line;
use crate::cancel::Cancel;
use crate::evaluation::classification::{Regression, predictions};
use crate::learning::semi_supervised::Labels;

/// The flags of `vae-tui classify`.
#[derive(Args, Debug)]
#[command(
    allow_negative_numbers = true,
    after_help = "Example: vae-tui classify saves/mnist-20d.ron --labels 100"
)]
pub struct Arguments {
    #[command(flatten)]
    session: SessionArguments,
    /// Labels that a regression on posterior means learns from, as many of each class (model M1); a model that knows classes (m2) has
    /// learned from its own
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    labels: Option<u32>,
    /// Which of the labels
    #[arg(long, value_name = "N", default_value = "1")]
    seed: u64,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

/// What came out.
#[derive(Serialize)]
struct Report {
    /// The share of the test items with a label that are put into another class.
    error: f64,
    /// Test items with a label.
    items: usize,
    /// Labels that were learned from.
    labels: usize,
    /// What told the classes apart.
    by: &'static str,
}

/// Classifies and prints.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let looking = arguments.session.open()?;
    let data = looking.data();
    let training = looking.training();
    let known: Vec<(usize, usize)> = (0..data.test.points())
        .filter_map(|item| Some((item, usize::from(data.test.label(item)?))))
        .collect();
    ensure!(
        !known.is_empty() && data.classes.len() >= 2,
        "the data has no labels of two classes or more, so there is nothing to tell apart"
    );
    let (items, classes): (Vec<usize>, Vec<usize>) = known.into_iter().unzip();
    let points = training.configuration.trained_on(data);
    let cancel = Cancel::default();
    let (said, labels, by) = if training.configuration.method.has_classes() {
        ensure!(
            arguments.labels.is_none(),
            "this model learned classes from its own {} labels; --labels is for models without",
            training.configuration.labels_of(data, &points).known.len()
        );
        let said = looking
            .on_all_threads(|| predictions(looking.model(), &data.test, &items, looking.context(), &cancel))
            .context(BROKEN_OFF)?;
        let labels = training.configuration.labels_of(data, &points).known.len();
        (said, labels, "q(y|x)")
    } else {
        let count = arguments.labels.map(|labels| labels as usize);
        let chosen = Labels::chosen(&data.train, &points, count, arguments.seed);
        ensure!(
            !chosen.is_empty(),
            "the training items have no labels to learn from"
        );
        let (places, of_places): (Vec<usize>, Vec<usize>) = chosen.into_iter().unzip();
        let features = looking.means_of(&data.train, &places)?;
        let regression = Regression::fitted(&features, &of_places, data.classes.len(), &cancel);
        let regression = regression.context(BROKEN_OFF)?;
        let said = regression.predictions(&looking.means_of(&data.test, &items)?);
        (said, places.len(), "logistic regression on posterior means")
    };
    let wrong = said
        .iter()
        .zip(&classes)
        .filter(|(said, class)| said != class)
        .count();
    let report = Report {
        error: wrong as f64 / items.len() as f64,
        items: items.len(),
        labels,
        by,
    };
    print_line(&if arguments.json {
        serde_json::to_string(&report)?
    } else {
        format!(
            "{:.2} % of {} test items in a wrong class, by {by} from {labels} labels",
            100.0 * report.error,
            report.items
        )
    })
}
