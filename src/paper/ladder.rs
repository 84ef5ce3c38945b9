//! Ladder variational autoencoders (Sonderby et al. 2016, table 1): MNIST, binarised anew each time, with five stochastic layers.

use super::tables::Row;
use crate::learning::{Configuration, Preset};
use crate::model::NormalisationKind;
use crate::model::hierarchy::Inference;

/// The rows: inference from the bottom up, the ladder without warm-up, and the ladder. From the bottom up nothing is normalised: what
/// an unusual item makes of normalised layers is not held back there by what the layer above says, and few such steps spoil a run.
pub fn rows(threads: usize) -> Vec<Row> {
    let preset = || Preset::LadderMnist.configuration(threads);
    let row = |name, published, configuration| Row {
        name,
        published,
        configuration,
    };
    let bottom_up = Configuration {
        inference: Inference::BottomUp,
        normalisation: NormalisationKind::None,
        ..preset()
    };
    let without_warm_up = Configuration {
        warm_up: 0.0,
        ..preset()
    };
    vec![
        row("bottom-up", None, bottom_up),
        row("ladder-without-warm-up", None, without_warm_up),
        row("ladder", Some(82.12), preset()),
    ]
}
