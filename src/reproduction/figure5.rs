//! Figure 5: images drawn from the prior of models with more and more latent dimensions.

use super::Figure;
use super::figure2::{self, Subject};
use super::runs::{Laboratory, PaperData, Run};
use crate::explore::traversal::{decode, prior_sample};
use crate::learning::Method;
use crate::pictures::images::{self, Grid};

/// The panels in the paper's order.
pub const PANELS: [Subject; 4] = [mnist(2), mnist(5), mnist(10), mnist(20)];
/// Images on a side.
const SIDE: usize = 10;

const fn mnist(latent: usize) -> Subject {
    Subject {
        data: PaperData::Mnist,
        latent,
    }
}

/// Makes the figure.
pub fn make(is_wanted: impl Fn(&str) -> bool, laboratory: &Laboratory) -> anyhow::Result<String> {
    let subjects: Vec<Subject> = PANELS
        .into_iter()
        .filter(|panel| is_wanted(&panel.to_string()))
        .collect();
    let runs: anyhow::Result<Vec<Run>> = subjects
        .iter()
        .map(|&subject| figure2::run(subject, Method::Aevb, laboratory))
        .collect();
    let trained = laboratory.train(&runs?)?;

    let mut text =
        String::from("Figure 5: draws from the prior\n\n| panel | samples | test bound |\n|---|---|---|\n");
    let mut grids = Vec::new();
    let mut table = String::from("panel,draw,dimension,z\n");
    for (subject, (training, data)) in subjects.iter().zip(&trained) {
        let seed = training.configuration.seed;
        let draws = (0..SIDE * SIDE).map(|draw| prior_sample(&training.model, seed, draw as u64));
        let points: Vec<Vec<f32>> = draws.collect();
        for (draw, point) in points.iter().enumerate() {
            for (dimension, z) in point.iter().enumerate() {
                table.push_str(&format!("{subject},{draw},{dimension},{z:.4}\n"));
            }
        }
        grids.push(Grid {
            title: format!("N_z = {}", subject.latent),
            pixels: decode(&training.model, &points),
            columns: SIDE,
            width: data.width,
            height: data.height,
        });
        let bound = training.evaluations.last().map(|point| point.elbo_test);
        let bound = super::verdict::cell(bound);
        text.push_str(&format!("| {subject} | {} | {bound} |\n", training.samples));
    }
    images::write(&laboratory.file(Figure::Figure5, ""), &grids)?;
    laboratory.write(Figure::Figure5, "csv", &table)?;
    Ok(text)
}
