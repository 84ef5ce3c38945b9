//! Figure 4: the images of the latent plane of models with two dimensions.

use super::Figure;
use super::figure2::Subject;
use super::plates::Plates;
use super::runs::PaperData;
use crate::explore::manifold::{self, Window};

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

/// The figure, with as many images as the paper's.
pub const PLATES: Plates = Plates {
    figure: Figure::Figure4,
    heading: "Figure 4: images of the latent plane",
    side: 20,
    points: |_, side| manifold::plane(&[0.0; 2], (0, 1), (side, side), Window::WHOLE),
};
