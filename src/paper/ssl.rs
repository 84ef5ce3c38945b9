//! Learning with few labels (Kingma, Rezende, Mohamed and Welling 2014, table 1): test errors of M1, M2, and M2 on the features of M1.
//!
//! M1 and M2 are trained in [rounds](super::rounds) with half of the budget; where an item lies under M1 is then written to a table,
//! `features/`, on which M2 is trained with the other half.

use std::fmt::{Display, Formatter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use statrs::statistics::Statistics;

use super::rounds::{self, Run};
use super::runs::{Interrupted, Laboratory, Measure, PaperRun};
use super::verdict::gap_in_words;
use super::{Figure, colour_of_row};
use crate::cancel::Cancel;
use crate::data::{Dataset, Split, absolute_name};
use crate::evaluation::ACTIVE_VARIANCE;
use crate::evaluation::classification::{Regression, predictions};
use crate::exchange::{NamedArray, npz};
use crate::explore::encoding::posterior_means;
use crate::files::{make_folder, shown, write_whole};
use crate::learning::semi_supervised::Labels;
use crate::learning::{Configuration, Preset};
use crate::pictures::curves::{self, Curve, Panel};
use crate::run::RunState;

/// What tells the classes apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Model {
    /// A regression on the features of an autoencoder that saw no labels.
    M1,
    /// A classifier that is learned beside encoder and decoder.
    M2,
    /// M2 on the features of M1.
    M1M2,
}

impl Model {
    fn word(self) -> &'static str {
        match self {
            Self::M1 => "m1",
            Self::M2 => "m2",
            Self::M1M2 => "m1m2",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::M1 => "M1",
            Self::M2 => "M2",
            Self::M1M2 => "M1+M2",
        }
    }
}

/// A row of the table: a model and its labels.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    model: Model,
    labels: usize,
    /// The published test error in per cent, and its standard deviation over choices of labels.
    published: (f64, f64),
}

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.model.word(), self.labels)
    }
}

/// The rows. M1's published classifier is a transductive support vector machine.
pub fn rows() -> Vec<Row> {
    let row = |model, labels, published| Row {
        model,
        labels,
        published,
    };
    vec![
        row(Model::M1, 100, (11.82, 0.25)),
        row(Model::M2, 100, (11.97, 1.71)),
        row(Model::M1M2, 100, (3.33, 0.14)),
        row(Model::M1, 1_000, (4.24, 0.07)),
        row(Model::M2, 1_000, (3.60, 0.56)),
        row(Model::M1M2, 1_000, (2.40, 0.02)),
    ]
}

/// Trains what the rows need, classifies the test set, and returns the errors beside the published ones.
///
/// # Errors
/// As [`Laboratory::train`].
pub fn make(rows: &[Row], laboratory: &Laboratory) -> anyhow::Result<String> {
    let of = |model| rows.iter().filter(move |row| row.model == model);
    let has_features = of(Model::M1M2).next().is_some();
    let has_m1 = has_features || of(Model::M1).next().is_some();
    let share = if has_features { 2 } else { 1 };
    let budget = laboratory.budget.map(|budget| budget / share);
    let whole = Preset::M2Mnist.configuration(laboratory.threads).goal;
    let first = rounds::trained(laboratory, whole, budget, |goal| {
        let m1 = has_m1.then(|| runs("ssl-m1".into(), Preset::M1Mnist, goal, laboratory));
        let m2 = of(Model::M2).map(|row| m2_runs(row, goal, laboratory));
        m1.into_iter().chain(m2).flatten().collect()
    })?;
    let seeds = laboratory.seeds.max(1) as usize;
    let (m1, m2) = first.split_at(if has_m1 { seeds } else { 0 });
    let tables: Vec<(u64, String)> = match has_features {
        true => m1
            .iter()
            .map(|run| features(run, laboratory))
            .collect::<anyhow::Result<_>>()?,
        false => Vec::new(),
    };
    let on_features = match has_features {
        true => rounds::trained(laboratory, whole, budget, |goal| {
            let of_row = |row: &Row| runs_on_features(row, &tables, goal, laboratory);
            of(Model::M1M2).flat_map(of_row).collect()
        })?,
        false => Vec::new(),
    };

    let (mut m2, mut on_features) = (m2.chunks(seeds), on_features.chunks(seeds));
    let mut ends = Vec::new();
    for row in rows {
        let of_row = match row.model {
            Model::M1 => m1,
            Model::M2 => m2.next().unwrap_or_default(),
            Model::M1M2 => on_features.next().unwrap_or_default(),
        };
        let errors = of_row
            .iter()
            .map(|run| Ok((run.0.training.samples, error(run, row)?)))
            .collect::<anyhow::Result<Vec<(u64, f64)>>>()?;
        ends.push((row, errors));
    }
    write_table(&ends, laboratory)?;
    curves::write(&laboratory.file(Figure::Ssl, ""), &[panel(&ends)], 1)?;
    Ok(verdict(&ends))
}

/// Runs of a preset with every seed.
fn runs(name: String, preset: Preset, goal: u64, laboratory: &Laboratory) -> Vec<PaperRun> {
    let preset = preset.configuration(laboratory.threads);
    let run = PaperRun {
        name,
        configuration: Configuration {
            goal,
            learning_rate: laboratory.learning_rate.unwrap_or(preset.learning_rate),
            ..preset
        },
        chooses_step_size: false,
        measure: Measure::LOWER_BOUND.at_the_goal(),
    };
    run.with_seeds(laboratory.seeds)
}

fn m2_runs(row: &Row, goal: u64, laboratory: &Laboratory) -> Vec<PaperRun> {
    let mut runs = runs(format!("ssl-{row}"), Preset::M2Mnist, goal, laboratory);
    for run in &mut runs {
        run.configuration.labels = Some(row.labels);
    }
    runs
}

/// The runs of M2 on the features of every seed's M1, which are other ones where M1 has gone on.
fn runs_on_features(
    row: &Row,
    tables: &[(u64, String)],
    goal: u64,
    laboratory: &Laboratory,
) -> Vec<PaperRun> {
    let mut runs = runs(format!("ssl-{row}"), Preset::M2OnM1, goal, laboratory);
    for (run, (samples, table)) in runs.iter_mut().zip(tables) {
        run.name += &format!("-on-{samples}");
        run.configuration.labels = Some(row.labels);
        run.configuration.data.clone_from(table);
    }
    runs
}

/// The table of where a model's items lie, which is written where it isn't there yet; with the training points that the model has seen.
fn features((state, data): &Run, laboratory: &Laboratory) -> anyhow::Result<(u64, String)> {
    let training = &state.training;
    let (seed, samples) = (training.configuration.seed, training.samples);
    let folder = laboratory.folder.join("features");
    let path: PathBuf = folder.join(format!("m1-seed{seed}-{samples}.npz"));
    if !path.exists() {
        laboratory
            .audience
            .say(&format!("features of {samples} samples: {}", path.display()));
        make_folder(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
        let train = means(state, &data.train, laboratory)?;
        let kept = active(&train);
        let test = means(state, &data.test, laboratory)?;
        let mut arrays = Vec::new();
        for (set, split, rows) in [("train", &data.train, train), ("test", &data.test, test)] {
            let items: Vec<usize> = (0..split.points()).collect();
            let of_kept = rows
                .iter()
                .flat_map(|row| kept.iter().map(|&dimension| row[dimension]));
            let labels = items
                .iter()
                .map(|&item| split.label(item).map_or(-1.0, f32::from));
            arrays.push(NamedArray {
                name: format!("y_{set}"),
                sizes: vec![items.len()],
                values: labels.collect(),
            });
            arrays.push(NamedArray {
                name: format!("x_{set}"),
                sizes: vec![items.len(), kept.len()],
                values: of_kept.collect(),
            });
        }
        write_whole(&path, |file| npz::write_arrays(&arrays, file))
            .with_context(|| format!("{} can't be written", shown(&path)))?;
    }
    Ok((samples, absolute_name(&path.to_string_lossy())))
}

/// The dimensions whose posterior means tell items apart: as in the authors' program, M2 sees no others, unless there are none.
fn active(means: &[Vec<f32>]) -> Vec<usize> {
    let dimensions = 0..means.first().map_or(0, Vec::len);
    let varies = |&dimension: &usize| {
        let values = means.iter().map(|mean| f64::from(mean[dimension]));
        values.population_variance() > ACTIVE_VARIANCE
    };
    let active: Vec<usize> = dimensions.clone().filter(varies).collect();
    if active.is_empty() {
        dimensions.collect()
    } else {
        active
    }
}

/// Posterior means of all items, on all threads.
fn means(state: &RunState, split: &Split, laboratory: &Laboratory) -> anyhow::Result<Vec<Vec<f32>>> {
    const ROUND: usize = 4_000;
    let items: Vec<usize> = (0..split.points()).collect();
    let mut means = Vec::with_capacity(items.len());
    for round in items.chunks(ROUND) {
        if laboratory.is_stopped() {
            return Err(Interrupted.into());
        }
        let training = &state.training;
        let of_round = posterior_means(
            &training.model,
            split,
            round,
            training.noise(),
            &Cancel::default(),
        );
        means.extend(of_round.context("nobody cancels")?);
    }
    Ok(means)
}

/// The share of the test items, in per cent, that a trained run puts into another class.
fn error((state, data): &Run, row: &Row) -> anyhow::Result<f64> {
    let training = &state.training;
    let (items, classes): (Vec<usize>, Vec<usize>) = (0..data.test.points())
        .filter_map(|item| Some((item, usize::from(data.test.label(item)?))))
        .unzip();
    let cancel = Cancel::default();
    let said = match row.model {
        Model::M1 => by_regression(state, data, row, &items),
        Model::M2 | Model::M1M2 => {
            predictions(&training.model, &data.test, &items, training.noise(), &cancel)
        }
    };
    let said = said.context("nobody cancels")?;
    let wrong = said.iter().zip(&classes).filter(|(said, class)| said != class);
    Ok(100.0 * wrong.count() as f64 / items.len().max(1) as f64)
}

/// What a regression on posterior means says, fitted to the row's labels.
fn by_regression(state: &RunState, data: &Arc<Dataset>, row: &Row, items: &[usize]) -> Option<Vec<usize>> {
    let training = &state.training;
    let (context, cancel) = (training.noise(), Cancel::default());
    let points = training.configuration.trained_on(data);
    let chosen = Labels::chosen(
        &data.train,
        &points,
        Some(row.labels),
        training.configuration.seed,
    );
    let (places, classes): (Vec<usize>, Vec<usize>) = chosen.into_iter().unzip();
    let features = posterior_means(&training.model, &data.train, &places, context, &cancel)?;
    let regression = Regression::fitted(&features, &classes, data.classes.len(), &cancel)?;
    let features = posterior_means(&training.model, &data.test, items, context, &cancel)?;
    Some(regression.predictions(&features))
}

/// Every row with its runs' training points and errors in per cent, seed by seed.
type Ends<'a> = [(&'a Row, Vec<(u64, f64)>)];

/// Mean and standard deviation; of one value the latter is none.
fn moments(errors: &[(u64, f64)]) -> (f64, Option<f64>) {
    let count = errors.len();
    let errors = || errors.iter().map(|&(_, error)| error);
    (errors().mean(), (count > 1).then(|| errors().std_dev()))
}

fn write_table(ends: &Ends, laboratory: &Laboratory) -> anyhow::Result<()> {
    let mut table = String::from("row,seed,samples,labels,error,published\n");
    for (row, errors) in ends {
        for ((samples, error), seed) in errors.iter().zip(1..) {
            let Row {
                labels,
                published: (published, _),
                ..
            } = row;
            writeln!(table, "{row},{seed},{samples},{labels},{error:.2},{published:.2}")?;
        }
    }
    laboratory.write(Figure::Ssl, "csv", &table)
}

/// Errors against labels.
fn panel(ends: &Ends) -> Panel {
    let mut curves = Vec::new();
    for (index, model) in [Model::M1, Model::M2, Model::M1M2].into_iter().enumerate() {
        let of_model = || ends.iter().filter(|(row, _)| row.model == model);
        let curve = |name, dashed, points| Curve {
            name,
            colour: colour_of_row(index),
            pale: dashed,
            dashed,
            points,
            range: Vec::new(),
        };
        let published = of_model().map(|(row, _)| (row.labels as f64, row.published.0));
        let ours = of_model().map(|(row, errors)| (row.labels as f64, moments(errors).0));
        curves.push(curve(
            format!("{}, published", model.title()),
            true,
            published.collect(),
        ));
        curves.push(curve(model.title().into(), false, ours.collect()));
    }
    Panel {
        title: "test error in per cent".into(),
        axis: "labels",
        start: 80.0,
        curves,
    }
}

/// The table beside the published one, and whether the order of the models is the same.
fn verdict(ends: &Ends) -> String {
    let mut text = String::from(
        "Learning with few labels: test error in per cent, mean and standard deviation over seeds\n\n\
         | row | labels | seeds | training points | ours | sd | published | sd |\n|---|---|---|---|---|---|---|---|\n",
    );
    for (row, errors) in ends {
        let (mean, deviation) = moments(errors);
        let samples = errors.iter().map(|(samples, _)| samples).min().unwrap_or(&0);
        let deviation = deviation.map_or("-".into(), |deviation| format!("{deviation:.2}"));
        text += &format!(
            "| {} | {} | {} | {samples} | {mean:.2} | {deviation} | {:.2} | {:.2} |\n",
            row.model.title(),
            row.labels,
            errors.len(),
            row.published.0,
            row.published.1
        );
    }
    for (index, (row, errors)) in ends.iter().enumerate() {
        let others = ends[index + 1..]
            .iter()
            .filter(|(other, _)| other.labels == row.labels);
        for (other, others) in others {
            let gap = moments(errors).0 - moments(others).0;
            let published = row.published.0 - other.published.0;
            text += &gap_in_words(row, other, gap, published);
        }
    }
    text
}

#[cfg(test)]
mod tests {

    use super::super::testing::laboratory;
    use super::*;
    use crate::data;
    use crate::learning::Training;

    /// Items of two classes with their labels, in a file.
    fn data_set(folder: &std::path::Path) -> String {
        let line = |item: usize| {
            let values = (0..6).map(|i| ((item * 7 + i * 5) % 9 + 9 * (item % 2)).to_string());
            values
                .chain([(item % 2).to_string()])
                .collect::<Vec<_>>()
                .join(",")
        };
        let lines: Vec<String> = (0..60).map(line).collect();
        let head = "a,b,c,d,e,f,label\n".to_owned();
        let path = folder.join("items.csv");
        std::fs::write(&path, head + &lines.join("\n")).expect("the folder can be written");
        path.display().to_string()
    }

    #[test]
    fn where_items_lie_is_a_data_set_of_its_own_with_their_labels() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let laboratory = laboratory(folder.path(), None, None);
        let configuration = Configuration {
            data: data_set(folder.path()),
            hidden: 5.into(),
            latent: 3,
            batch: 10,
            ..Configuration::default()
        };
        let data = data::load(&configuration.data, &configuration.reading, |_| {}).expect("a data set");
        let run = (RunState::new(Training::new(configuration, &data)), Arc::new(data));
        let (samples, table) = features(&run, &laboratory).expect("the folder can be written");
        assert_eq!(samples, 0);

        let preset = Preset::M2OnM1.configuration(1);
        let read = data::load(&table, &preset.reading, |_| {}).expect("what was written can be read");
        let original = &run.1;
        let means = |split| means(&run.0, split, &laboratory).expect("not stopped");
        assert_eq!(active(&means(&original.train)), [0, 1, 2]);
        assert_eq!(read.shape.numbers(), 3);
        assert_eq!(read.classes.len(), 2);
        for (ours, theirs) in [(&read.train, &original.train), (&read.test, &original.test)] {
            assert_eq!(ours.points(), theirs.points());
            let labels = |split: &Split| {
                (0..split.points())
                    .map(|item| split.label(item))
                    .collect::<Vec<_>>()
            };
            assert_eq!(labels(ours), labels(theirs));
        }
        let mut row = vec![0.0; 3];
        read.test.fill_row(0, &mut row);
        assert_eq!(row, means(&original.test)[0]);

        let row = Row {
            model: Model::M1,
            labels: 20,
            published: (1.0, 0.1),
        };
        let error = error(&run, &row).expect("nobody cancels");
        assert!((0.0..=60.0).contains(&error), "{error}");
    }

    #[test]
    fn a_dimension_in_which_items_do_not_differ_is_no_feature() {
        let means = |apart: f32| vec![vec![0.3, apart, -0.09], vec![0.3, -apart, 0.09]];
        assert_eq!(active(&means(0.11)), [1]);
        assert_eq!(active(&means(0.09)), [0, 1, 2]);
    }

    #[test]
    fn a_verdict_has_mean_and_deviation_beside_the_published_ones() {
        let rows = rows();
        let ends = [
            (&rows[1], vec![(100, 12.0), (100, 14.0)]),
            (&rows[2], vec![(100, 4.0), (100, 3.0)]),
        ];
        let text = verdict(&ends);
        assert!(
            text.contains("| M2 | 100 | 2 | 100 | 13.00 | 1.41 | 11.97 | 1.71 |"),
            "{text}"
        );
        assert!(
            text.contains("m2-100 less m1m2-100: +9.50, published +8.64: the same order."),
            "{text}"
        );
    }
}
