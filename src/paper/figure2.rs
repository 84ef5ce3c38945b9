//! Figure 2: the lower bound of AEVB and of Wake-Sleep against training points seen, for MNIST and the Frey faces with
//! more and more latent dimensions.

use std::fmt::{Display, Formatter, Write};

use super::runs::{Laboratory, Measure, PaperData, PaperRun};
use super::verdict::{PLACES, at, cell, difference};
use super::{Figure, TRAINING_POINTS, colour};
use crate::data::Part;
use crate::evaluation::published::{Published, figure_2};
use crate::learning::{Configuration, Method};
use crate::pictures::curves::{self, Curve, Panel};
use crate::run::RunState;
use crate::run::curve::{HorizontalAxis, bounds};

/// A panel: a data set and a number of latent dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    pub data: PaperData,
    pub latent: usize,
}

impl Display for Subject {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let data = match self.data {
            PaperData::Mnist => "mnist",
            PaperData::FreyFace => "frey",
        };
        write!(f, "{data}-{}", self.latent)
    }
}

/// The panels in the paper's order.
pub fn panels() -> Vec<Subject> {
    let of = |data, sizes: &[usize]| -> Vec<Subject> {
        sizes.iter().map(|&latent| Subject { data, latent }).collect()
    };
    let mut panels = of(PaperData::Mnist, &[3, 5, 10, 20, 200]);
    panels.extend(of(PaperData::FreyFace, &[2, 5, 10, 20]));
    panels
}

/// The methods that are compared.
const METHODS: [Method; 2] = [Method::Aevb, Method::WakeSleep];

/// The run behind a method's curve in a panel, with seed 1.
///
/// # Errors
/// If it needs the faces and nobody said where they are.
pub fn run(subject: Subject, method: Method, laboratory: &Laboratory) -> anyhow::Result<PaperRun> {
    let usual = laboratory.configuration(subject.data, subject.latent, method)?;
    Ok(PaperRun {
        name: format!("{subject}-{}", method.title().to_lowercase()),
        chooses_step_size: laboratory.learning_rate.is_none(),
        configuration: Configuration {
            learning_rate: laboratory.learning_rate.unwrap_or(usual.learning_rate),
            ..usual
        },
        measure: Measure::LOWER_BOUND,
    })
}

/// The subjects whose data is there, and a sentence on those that are left out for want of the faces, if any.
///
/// # Errors
/// If none is left.
pub fn with_data(subjects: &[Subject], laboratory: &Laboratory) -> anyhow::Result<(Vec<Subject>, String)> {
    let is_there = |subject: &&Subject| subject.data == PaperData::Mnist || laboratory.data.is_some();
    let (there, left_out): (Vec<&Subject>, Vec<&Subject>) = subjects.iter().partition(is_there);
    anyhow::ensure!(
        !there.is_empty(),
        "the Frey faces are not part of this program: --data says where frey_rawface.mat is"
    );
    let names: Vec<String> = left_out.iter().map(ToString::to_string).collect();
    let sentence = match names[..] {
        [] => String::new(),
        _ => format!(
            "\nLeft out for want of the faces (--data): {}.\n",
            names.join(", ")
        ),
    };
    Ok((there.into_iter().copied().collect(), sentence))
}

/// Makes the figure.
pub fn make(subjects: &[Subject], laboratory: &Laboratory) -> anyhow::Result<String> {
    let (subjects, left_out) = with_data(subjects, laboratory)?;
    let mut runs = Vec::new();
    for &subject in &subjects {
        for method in METHODS {
            runs.extend(run(subject, method, laboratory)?.with_seeds(laboratory.seeds));
        }
    }
    let trained = laboratory.train(&runs)?;
    let states: Vec<&RunState> = trained.iter().map(|(state, _)| state).collect();
    let of_methods: Vec<&[&RunState]> = states.chunks_exact(laboratory.seeds.max(1) as usize).collect();
    let pairs: Vec<[&[&RunState]; 2]> = of_methods
        .chunks_exact(2)
        .map(|pair| [pair[0], pair[1]])
        .collect();

    write_table(&subjects, &pairs, laboratory)?;
    let pictures: Vec<Panel> = subjects
        .iter()
        .zip(&pairs)
        .map(|(&subject, pair)| panel(subject, pair))
        .collect();
    curves::write(&laboratory.file(Figure::Figure2, ""), &pictures, 5)?;
    Ok(verdict(&subjects, &pairs) + &left_out)
}

/// The curves of some runs that differ in their seed alone, on one part of the data.
struct Seeds(Vec<Vec<(f64, f64)>>);

impl Seeds {
    fn of(runs: &[&RunState], part: Part) -> Self {
        let curve = |state: &&RunState| bounds(&state.log.evaluations, HorizontalAxis::Samples, part);
        Self(runs.iter().map(curve).collect())
    }

    /// Mean, least and largest of the runs at `samples`; none where one of them has no value there.
    fn at(&self, samples: f64) -> Option<(f64, [f64; 2])> {
        let values: Option<Vec<f64>> = self.0.iter().map(|curve| at(curve, samples)).collect();
        let values = values.filter(|values| !values.is_empty())?;
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Some((values.iter().sum::<f64>() / values.len() as f64, [least, largest]))
    }

    /// The same wherever the first run was measured.
    fn everywhere(&self) -> impl Iterator<Item = (f64, f64, [f64; 2])> {
        let places = self.0.first().into_iter().flatten();
        places.filter_map(|&(samples, _)| {
            let (mean, range) = self.at(samples)?;
            Some((samples, mean, range))
        })
    }
}

/// The paper's curves.
fn published(subject: Subject, method: Method) -> Published {
    method
        .published()
        .and_then(|method| figure_2(subject.data, subject.latent, method))
        .unwrap_or_default()
}

fn panel(subject: Subject, pair: &[&[&RunState]; 2]) -> Panel {
    let mut lines = Vec::new();
    for (method, runs) in METHODS.into_iter().zip(pair) {
        let published = published(subject, method);
        let curve = |split: &str, pale: bool| Curve {
            name: format!("{} {split}", method.title()),
            colour: colour(method),
            pale,
            dashed: false,
            points: Vec::new(),
            range: Vec::new(),
        };
        for (split, pale, points) in [
            ("train, paper", true, published.train),
            ("test, paper", false, published.test),
        ] {
            lines.push(Curve {
                dashed: true,
                points,
                ..curve(split, pale)
            });
        }
        for (split, pale, part) in [("train", true, Part::Train), ("test", false, Part::Test)] {
            let seeds = Seeds::of(runs, part);
            let range = seeds.everywhere().map(|(samples, _, range)| (samples, range));
            lines.push(Curve {
                points: seeds
                    .everywhere()
                    .map(|(samples, mean, _)| (samples, mean))
                    .collect(),
                range: if runs.len() > 1 {
                    range.collect()
                } else {
                    Vec::new()
                },
                ..curve(split, pale)
            });
        }
    }
    let data = match subject.data {
        PaperData::Mnist => "MNIST",
        PaperData::FreyFace => "Frey Face",
    };
    Panel {
        title: format!("{data}, N_z = {}", subject.latent),
        axis: TRAINING_POINTS,
        start: 1e5,
        curves: lines,
    }
}

/// Every point of every curve, ours and the paper's.
fn write_table(
    subjects: &[Subject],
    pairs: &[[&[&RunState]; 2]],
    laboratory: &Laboratory,
) -> anyhow::Result<()> {
    let mut table = String::from("panel,source,method,split,samples,seconds,bound,seed\n");
    for (subject, pair) in subjects.iter().zip(pairs) {
        for (method, runs) in METHODS.into_iter().zip(pair) {
            let name = method.title();
            for state in *runs {
                let seed = state.training.configuration.seed;
                for point in &state.log.evaluations {
                    for (split, bound) in [("train", point.elbo_train), ("test", point.elbo_test)] {
                        let (samples, seconds) = (point.samples, point.seconds);
                        writeln!(
                            table,
                            "{subject},vae-tui,{name},{split},{samples},{seconds:.2},{bound:.3},{seed}"
                        )?;
                    }
                }
            }
            let published = published(*subject, method);
            for (split, points) in [("train", published.train), ("test", published.test)] {
                for (samples, bound) in points {
                    writeln!(table, "{subject},paper,{name},{split},{samples},,{bound},")?;
                }
            }
        }
    }
    laboratory.write(Figure::Figure2, "csv", &table)
}

/// How far below the published curve a bound may be, in nats, to count as the same.
const TOLERANCE: f64 = 2.0;

/// Test bounds beside the paper's, which method is ahead, and where ours are behind the published ones.
fn verdict(subjects: &[Subject], pairs: &[[&[&RunState]; 2]]) -> String {
    let mut text = String::from(
        "Figure 2: test bound in nats per data point, the mean of the seeds, with their range where there are several\n\n\
         | panel | samples | AEVB | paper | difference | Wake-Sleep | paper | difference | ahead | step size |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    let (mut compared, mut behind) = (0, Vec::new());
    for (subject, pair) in subjects.iter().zip(pairs) {
        for place in PLACES {
            let mut cells = Vec::new();
            let mut means = Vec::new();
            for (method, runs) in METHODS.into_iter().zip(pair) {
                let paper = at(&published(*subject, method).test, place);
                let ours = Seeds::of(runs, Part::Test).at(place);
                let mean = ours.map(|(mean, _)| mean);
                means.push(mean);
                let apart = mean.zip(paper).map(|(mean, paper)| mean - paper);
                compared += usize::from(apart.is_some());
                if apart.is_some_and(|apart| apart < -TOLERANCE) {
                    behind.push(format!("{subject} {} at {place:e}", method.title()));
                }
                let range = match ours {
                    Some((_, [least, largest])) if runs.len() > 1 => format!(" ({least:.1} to {largest:.1})"),
                    _ => String::new(),
                };
                cells.push(format!(
                    "{}{range} | {} | {}",
                    cell(mean),
                    cell(paper),
                    difference(apart)
                ));
            }
            let ahead = match means[..] {
                [Some(aevb), Some(wake_sleep)] if aevb > wake_sleep => METHODS[0].title(),
                [Some(_), Some(_)] => METHODS[1].title(),
                _ => "-",
            };
            text.push_str(&format!(
                "| {subject} | {place:e} | {} | {ahead} | {} |\n",
                cells.join(" | "),
                step_sizes(pair)
            ));
        }
    }
    if compared > 0 {
        let of_all = format!("of {compared} places where the paper has a value");
        text.push_str(&match behind[..] {
            [] => format!("\nAt all {of_all}, ours are within {TOLERANCE} nats of it or better.\n"),
            _ => format!(
                "\nMore than {TOLERANCE} nats behind the paper at {} {of_all}: {}.\n",
                behind.len(),
                behind.join(", ")
            ),
        });
    }
    text
}

/// The step sizes of both methods: one where all runs have the same, else those of AEVB and those of Wake-Sleep.
fn step_sizes(pair: &[&[&RunState]; 2]) -> String {
    let of_method = |runs: &[&RunState]| {
        let mut words: Vec<String> = Vec::new();
        for state in runs {
            let word = state.training.configuration.learning_rate.to_string();
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.join(", ")
    };
    let [aevb, wake_sleep] = pair.map(of_method);
    if aevb == wake_sleep {
        aevb
    } else {
        format!("{aevb} / {wake_sleep}")
    }
}
