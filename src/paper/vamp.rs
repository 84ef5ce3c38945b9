//! The VampPrior (Tomczak and Welling 2018, table 1): MNIST, binarised once, with one stochastic layer.

use super::tables::Row;
use crate::learning::{Configuration, Preset};
use crate::model::prior::PriorKind;

/// The rows, the best last.
pub fn rows(threads: usize) -> Vec<Row> {
    let row = |name, published, prior| Row {
        name,
        published: Some(published),
        configuration: Configuration {
            prior,
            ..Preset::VampMnist.configuration(threads)
        },
    };
    vec![
        row("standard", 88.56, PriorKind::Standard),
        row("vamp", 85.57, PriorKind::Vamp),
    ]
}
