//! Figure 4: the images of the latent plane of models with two dimensions.

use super::Figure;
use super::figure2::{self, Subject};
use super::runs::{Laboratory, PaperData, Run};
use crate::explore::manifold::{manifold, quantiles};
use crate::learning::Method;
use crate::pictures::images::{self, Grid};

/// The panels in the paper's order.
pub const PANELS: [Subject; 2] = [
    Subject {
        data: PaperData::FreyFace,
        latent: 2,
    },
    Subject {
        data: PaperData::Mnist,
        latent: 2,
    },
];
/// Images on a side, as in the paper.
const SIDE: usize = 20;

/// Makes the figure.
pub fn make(is_wanted: impl Fn(&str) -> bool, laboratory: &Laboratory) -> anyhow::Result<String> {
    let panels = PANELS.into_iter().filter(|panel| is_wanted(&panel.to_string()));
    let (subjects, left_out): (Vec<Subject>, Vec<Subject>) =
        panels.partition(|subject| subject.data == PaperData::Mnist || laboratory.frey.is_some());
    anyhow::ensure!(
        !subjects.is_empty(),
        "the Frey faces are not part of this program: --data says where frey_rawface.mat is"
    );
    let runs: anyhow::Result<Vec<Run>> = subjects
        .iter()
        .map(|&subject| figure2::run(subject, Method::Aevb, laboratory))
        .collect();
    let trained = laboratory.train(&runs?)?;

    let mut text = String::from(
        "Figure 4: images of the latent plane\n\n| panel | samples | test bound |\n|---|---|---|\n",
    );
    let mut grids = Vec::new();
    let mut table = String::from("panel,row,column,z0,z1\n");
    for (subject, (training, data)) in subjects.iter().zip(&trained) {
        grids.push(Grid {
            title: format!("{subject}: the latent plane"),
            pixels: manifold(&training.model, SIDE),
            columns: SIDE,
            width: data.width,
            height: data.height,
        });
        let bound = training.evaluations.last().map(|point| point.elbo_test);
        let bound = super::verdict::cell(bound);
        text.push_str(&format!("| {subject} | {} | {bound} |\n", training.samples));
        let values = quantiles(SIDE);
        for (row, down) in values.iter().enumerate() {
            for (column, right) in values.iter().enumerate() {
                table.push_str(&format!("{subject},{row},{column},{right:.4},{down:.4}\n"));
            }
        }
    }
    images::write(&laboratory.file(Figure::Figure4, ""), &grids)?;
    laboratory.write(Figure::Figure4, "csv", &table)?;
    if let Some(subject) = left_out.first() {
        text.push_str(&format!(
            "\nLeft out for want of the faces (--data): {subject}.\n"
        ));
    }
    Ok(text)
}
