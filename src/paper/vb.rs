//! Full variational Bayes (appendix F) beside AEVB, on the networks of figure 3: by how much the bound of the test set lies below that of
//! the training set, with few and with many training points.

use std::fmt::Write;

use super::figure3::Size;
use super::rounds::{self, Run};
use super::runs::{Laboratory, Measure, PaperRun};
use super::{Figure, TRAINING_POINTS, colour};
use crate::cancel::Cancel;
use crate::data::{Part, Split};
use crate::evaluation::lower_bound_of_first;
use crate::learning::{Configuration, Method, Preset};
use crate::model::Vae;
use crate::pictures::curves::{self, Curve, Panel};
use crate::run::RunState;
use crate::run::curve::{HorizontalAxis, bounds};

const METHODS: [Method; 2] = [Method::Aevb, Method::FullVb];
/// Training points from which on they are many: full variational Bayes then has nothing to gain, and should lose nothing.
const MANY: usize = 10_000;
/// The share of AEVB's gap that full variational Bayes may have with few training points.
const MOST_OF_GAP: f64 = 0.5;
/// By how many nats its test bound may lie below AEVB's with many.
const TOLERANCE: f64 = 1.0;

/// Trains both methods for every size, draws, and compares the gaps.
///
/// # Errors
/// As [`Laboratory::train`].
pub fn make(sizes: &[Size], laboratory: &Laboratory) -> anyhow::Result<String> {
    let whole = Preset::PaperFullVb.configuration(laboratory.threads).goal;
    let trained = rounds::trained(laboratory, whole, laboratory.budget, |goal| {
        let of_size = |&size: &Size| METHODS.map(|method| runs(size, method, goal, laboratory));
        sizes.iter().flat_map(of_size).flatten().collect()
    })?;
    let seeds = laboratory.seeds.max(1) as usize;
    let mut table = String::from("panel,method,seed,samples,train,test,gap\n");
    let mut text = heading(&trained);
    let (mut panels, mut judgement) = (Vec::new(), String::new());
    for (&size, of_size) in sizes.iter().zip(trained.chunks(METHODS.len() * seeds)) {
        let mut means = Vec::new();
        for (method, of_method) in METHODS.into_iter().zip(of_size.chunks(seeds)) {
            let ends: Vec<End> = of_method.iter().map(|run| End::of(run, size)).collect();
            for ((state, _), end) in of_method.iter().zip(&ends) {
                let (seed, samples) = (state.training.configuration.seed, state.training.samples);
                let End { train, test } = end;
                writeln!(
                    table,
                    "{size},{},{seed},{samples},{train:.3},{test:.3},{:.3}",
                    method.title(),
                    end.gap()
                )?;
            }
            let of = |number: fn(&End) -> f64| in_words(&ends.iter().map(number).collect::<Vec<_>>());
            text += &format!(
                "| {size} | {} | {} | {} | {} |\n",
                method.title(),
                of(|end| end.train),
                of(|end| end.test),
                of(End::gap)
            );
            means.push(End::mean(&ends));
        }
        if let [aevb, full_vb] = means[..] {
            judgement += &judged(size, aevb, full_vb);
        }
        panels.push(panel(size, of_size));
    }
    laboratory.write(Figure::Vb, "csv", &table)?;
    curves::write(&laboratory.file(Figure::Vb, ""), &panels, 2)?;
    Ok(text + "\n" + &judgement)
}

fn runs(size: Size, method: Method, goal: u64, laboratory: &Laboratory) -> Vec<PaperRun> {
    let preset = Preset::PaperFullVb.configuration(laboratory.threads);
    let run = PaperRun {
        name: format!("vb-{size}-{}", method.title().to_lowercase().replace(' ', "-")),
        configuration: Configuration {
            method,
            goal,
            train_size: Some(size.0),
            // AEVB has the paper's prior on its weights, which full variational Bayes has in its divergence.
            weight_prior: method == Method::Aevb,
            learning_rate: laboratory.learning_rate.unwrap_or(preset.learning_rate),
            ..preset
        },
        chooses_step_size: false,
        measure: Measure::LOWER_BOUND,
    };
    run.with_seeds(laboratory.seeds)
}

/// Bounds of a run at its end, in nats per data point.
#[derive(Clone, Copy)]
struct End {
    train: f64,
    test: f64,
}

impl End {
    /// Of the points that it was trained on, and of the test set: with the means of the weights.
    fn of((state, data): &Run, size: Size) -> Self {
        let of_part = |model: &Vae, split: &Split, points| {
            let noise = state.training.noise();
            let bound = lower_bound_of_first(model, split, points, noise, &Cancel::default(), |_| true);
            bound.map_or(f64::NAN, |bound| bound.terms.lower_bound())
        };
        let model = &state.training.model;
        Self {
            train: of_part(model, &data.train, size.0),
            test: of_part(model, &data.test, usize::MAX),
        }
    }

    fn gap(&self) -> f64 {
        self.train - self.test
    }

    fn mean(ends: &[Self]) -> Self {
        let mean = |of: fn(&Self) -> f64| ends.iter().map(of).sum::<f64>() / ends.len() as f64;
        Self {
            train: mean(|end| end.train),
            test: mean(|end| end.test),
        }
    }
}

/// The mean of several seeds with their range, or the number of one.
fn in_words(values: &[f64]) -> String {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match values {
        [_] => format!("{mean:.1}"),
        _ => format!("{mean:.1} ({least:.1} to {largest:.1})"),
    }
}

fn heading(trained: &[Run]) -> String {
    let samples = trained.iter().map(|(state, _)| state.training.samples).min();
    format!(
        "Full variational Bayes: lower bounds in nats per data point after {} training points, with the means of the weights\n\n\
         | panel | method | training bound | test bound | gap |\n|---|---|---|---|---|\n",
        samples.unwrap_or(0)
    )
}

fn judged(size: Size, aevb: End, full_vb: End) -> String {
    let answer = |holds: bool| if holds { "yes" } else { "no" };
    if size.0 < MANY {
        let share = full_vb.gap() / aevb.gap();
        return format!(
            "{size}: the gap is {share:.2} of AEVB's; at most {MOST_OF_GAP}: {}.\n",
            answer(share <= MOST_OF_GAP)
        );
    }
    let ahead = full_vb.test - aevb.test;
    format!(
        "{size}: the test bound is {ahead:+.1} nats from AEVB's; not more than {TOLERANCE} nat below: {}.\n",
        answer(ahead >= -TOLERANCE)
    )
}

fn panel(size: Size, trained: &[Run]) -> Panel {
    let curve = |state: &RunState| {
        let method = state.training.configuration.method;
        Part::BOTH.map(|part| Curve {
            name: format!("{} {}", method.title(), part.name()),
            colour: colour(method),
            pale: part == Part::Train,
            dashed: false,
            points: bounds(&state.log.evaluations, HorizontalAxis::Samples, part),
            range: Vec::new(),
        })
    };
    Panel {
        title: format!("lower bound, N_train = {}", size.0),
        axis: TRAINING_POINTS,
        start: 1e4,
        curves: trained.iter().flat_map(|(state, _)| curve(state)).collect(),
    }
}
