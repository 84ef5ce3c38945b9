//! Figure 5: images drawn from the prior of models with more and more latent dimensions.

use super::Figure;
use super::figure2::Subject;
use super::plates::Plates;
use super::runs::PaperData;
use crate::explore::traversal::prior_sample;

/// The panels in the paper's order.
pub const PANELS: [Subject; 4] = [mnist(2), mnist(5), mnist(10), mnist(20)];

const fn mnist(latent: usize) -> Subject {
    Subject {
        data: PaperData::Mnist,
        latent,
    }
}

/// The figure.
pub const PLATES: Plates = Plates {
    figure: Figure::Figure5,
    heading: "Figure 5: draws from the prior",
    side: 10,
    points: |state, side| {
        let configuration = &state.training.configuration;
        let draws = 0..(side * side) as u64;
        draws
            .map(|draw| prior_sample(configuration.latent, configuration.seed, draw))
            .collect()
    },
};
