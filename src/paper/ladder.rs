//! Ladder variational autoencoders (Sonderby et al. 2016, table 1): MNIST, binarised anew each time, with five stochastic layers.

use super::tables::Row;
use crate::learning::{Configuration, Preset};
use crate::model::hierarchy::Inference;

/// The rows: inference from the bottom up, the ladder without warm-up, and the ladder.
pub fn rows(threads: usize) -> Vec<Row> {
    let row = |name, published, inference, warm_up| Row {
        name,
        published,
        configuration: Configuration {
            inference,
            warm_up,
            ..Preset::LadderMnist.configuration(threads)
        },
    };
    let warm_up = Preset::LadderMnist.configuration(threads).warm_up;
    vec![
        row("bottom-up", None, Inference::BottomUp, warm_up),
        row("ladder-without-warm-up", None, Inference::Ladder, 0.0),
        row("ladder", Some(82.12), Inference::Ladder, warm_up),
    ]
}
