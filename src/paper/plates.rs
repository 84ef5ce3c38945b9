//! What figures 4 and 5 share: a grid of decoded images for every trained model.

use super::Figure;
use super::figure2::{self, Subject};
use super::runs::{Laboratory, PaperRun};
use super::verdict::cell;
use crate::cancel::Cancel;
use crate::explore::traversal::decode;
use crate::learning::Method;
use crate::pictures::images::{self, Grid};
use crate::run::RunState;

/// A figure of images.
pub struct Plates {
    /// Which it is.
    pub figure: Figure,
    /// The first line of its verdict.
    pub heading: &'static str,
    /// Images on a side of every grid.
    pub side: usize,
    /// The latent vectors whose images are shown, row by row.
    pub points: fn(&RunState, usize) -> Vec<Vec<f32>>,
}

impl Plates {
    /// Trains the `subjects` by AEVB, decodes, and writes table and pictures; returns the verdict.
    ///
    /// # Errors
    /// As [`Figure::make`].
    pub fn make(&self, subjects: &[Subject], laboratory: &Laboratory) -> anyhow::Result<String> {
        let (subjects, left_out) = figure2::with_data(subjects, laboratory)?;
        let runs: anyhow::Result<Vec<PaperRun>> = subjects
            .iter()
            .map(|&subject| figure2::run(subject, Method::Aevb, laboratory))
            .collect();
        let trained = laboratory.train(&runs?)?;

        let heading = self.heading;
        let mut text = format!("{heading}\n\n| panel | samples | test bound |\n|---|---|---|\n");
        let mut table = String::from("panel,row,column,dimension,z\n");
        let mut grids = Vec::new();
        for (subject, (state, data)) in subjects.iter().zip(&trained) {
            let bound = state.log.evaluations.last().map(|point| point.elbo_test);
            let bound = cell(bound);
            text.push_str(&format!("| {subject} | {} | {bound} |\n", state.training.samples));
            let points = (self.points)(state, self.side);
            for (index, point) in points.iter().enumerate() {
                let (row, column) = (index / self.side, index % self.side);
                for (dimension, z) in point.iter().enumerate() {
                    table.push_str(&format!("{subject},{row},{column},{dimension},{z:.4}\n"));
                }
            }
            grids.push(Grid {
                title: subject.to_string(),
                pixels: decode(&state.training.model, &points, &Cancel::default()).unwrap_or_default(),
                columns: self.side,
                width: data.shape.picture().1,
                height: data.shape.picture().0,
            });
        }
        images::write(&laboratory.file(self.figure, ""), &grids)?;
        laboratory.write(self.figure, "csv", &table)?;
        Ok(text + &left_out)
    }
}
