//! Many images around one latent vector: dimensions that move, draws from the prior, or a plane.

use serde::{Deserialize, Serialize};

use super::manifold::{self, Window};
use super::{samples, traversal};
use crate::cancel::Cancel;
use crate::model::Vae;

/// Which images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Sheet {
    /// For each of some latent dimensions, the images along it.
    Dimensions {
        /// The dimensions.
        dimensions: Vec<usize>,
        /// Images of each, from -[`traversal::REACH`] to [`traversal::REACH`].
        steps: usize,
    },
    /// The first draws from the prior (paper, figure 5).
    Draws(usize),
    /// The plane of two dimensions (paper, figure 4).
    Plane {
        /// The dimension that rises to the right.
        right: usize,
        /// The dimension that rises downwards.
        down: usize,
        /// Images of a row.
        columns: usize,
        /// Rows.
        rows: usize,
        /// Which part of it.
        window: Window,
    },
}

/// A sheet's images, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SheetImages {
    /// Their pixels; shape (images, pixels).
    pub pixels: Vec<f32>,
    /// Which of them is nearest to the latent vector, of those of a plane.
    pub nearest: Option<usize>,
}

impl Sheet {
    /// The images around `z`; `seed` drives the draws from the prior. `None` as soon as it is cancelled.
    pub fn images(&self, model: &Vae, z: &[f32], seed: u64, cancel: &Cancel) -> Option<SheetImages> {
        Some(match *self {
            Self::Dimensions {
                ref dimensions,
                steps,
            } => SheetImages {
                pixels: traversal::traverse(model, z, dimensions, &traversal::steps(steps), cancel)?,
                nearest: None,
            },
            Self::Draws(count) => SheetImages {
                pixels: traversal::decode(model, &samples::draws(model, count, 1.0, seed), cancel)?,
                nearest: None,
            },
            Self::Plane {
                right,
                down,
                columns,
                rows,
                window,
            } => {
                let plane = manifold::plane(z, (right, down), (columns, rows), window);
                SheetImages {
                    pixels: traversal::decode(model, &plane, cancel)?,
                    nearest: manifold::nearest(&plane, z),
                }
            }
        })
    }
}
