//! How a person looks at a session: saved with it, so that coming back finds the screen as it was.

use serde::{Deserialize, Serialize};

use super::Comparison;

/// One of the panes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Pane {
    /// The training curve and its numbers.
    #[default]
    Training,
    /// Latent dimensions and what they decode to.
    Traversal,
    /// Test images beside what the model makes of them.
    Reconstruction,
    /// The curves of several runs; always on the whole screen.
    Comparison,
}

/// What the traversal shows below its image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sheet {
    /// A row of images for every latent dimension.
    #[default]
    Dimensions,
    /// Draws from the prior (paper, figure 5).
    Draws,
    /// The plane of the two most informative dimensions (paper, figure 4).
    Plane,
}

/// What is selected and how it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// The pane that keys go to.
    pub pane: Pane,
    /// Whether that pane fills the screen.
    pub zoomed: bool,
    /// Whether the samples axis of the curve is logarithmic.
    pub log_axis: bool,
    /// How many steps the smoothing of the minibatch curve looks back, 0 for none.
    pub smoothing: u32,
    /// Whether the paper's curve is drawn, where it has one.
    pub paper: bool,
    /// The test image at which the traversal starts; none for the origin of the latent space.
    pub start_image: Option<usize>,
    /// The latent vector that the traversal shows; empty: the start's own.
    pub latent: Vec<f32>,
    /// The selected latent dimension; none for the most informative one.
    pub dimension: Option<usize>,
    /// The test images in the reconstruction pane, as long as the model's test set; empty: the first ones.
    pub images: Vec<usize>,
    /// The selected one of them.
    pub selected_image: usize,
    /// What the traversal shows below its image.
    pub sheet: Sheet,
    /// The runs that are compared with this one.
    pub comparison: Comparison,
}

impl Default for View {
    fn default() -> Self {
        Self {
            pane: Pane::default(),
            zoomed: false,
            log_axis: false,
            smoothing: 20,
            paper: true,
            start_image: Some(0),
            latent: Vec::new(),
            dimension: None,
            images: Vec::new(),
            selected_image: 0,
            sheet: Sheet::default(),
            comparison: Comparison::default(),
        }
    }
}
