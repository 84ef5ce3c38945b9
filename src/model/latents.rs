//! What the latent variables of a model are beside their number: the choices that leave the networks as they are.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::hierarchy::Inference;
use super::posterior::FlowKind;
use super::prior::PriorKind;
use crate::choices::Choose;

/// The prior, what follows the Gaussian posterior, and the layers above. The default is the paper's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Latents {
    /// The prior.
    pub prior: PriorKind,
    /// Components of a learned prior: pseudo-inputs, or Gaussians.
    pub components: usize,
    /// What follows the Gaussian of the posterior.
    pub flow: FlowKind,
    /// How many steps of it.
    pub flow_steps: usize,
    /// Dimensions of the stochastic layers above the first, from the bottom up.
    pub upper: Vec<usize>,
    /// Hidden units of the networks below each of them; the last number serves all further ones.
    pub upper_hidden: Vec<usize>,
    /// How the posterior of several layers is inferred.
    pub inference: Inference,
}

impl Default for Latents {
    fn default() -> Self {
        Self {
            prior: PriorKind::Standard,
            components: 500,
            flow: FlowKind::None,
            flow_steps: 4,
            upper: Vec::new(),
            upper_hidden: vec![100],
            inference: Inference::BottomUp,
        }
    }
}

/// Choices that don't go together.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LatentsError {
    /// The prior is made of posteriors whose density is known everywhere, which a flow's is at its own draws only.
    #[error("the VampPrior is made of posteriors, whose density everywhere is known without a flow only")]
    VampWithFlow,
    /// The prior of a lower layer is the layer above.
    #[error(
        "with several stochastic layers the prior of each is the layer above, and that of the last N(0, I), without a flow"
    )]
    Hierarchy,
}

impl Latents {
    /// Whether the KL term has a closed form: that of a Gaussian from `N(0, I)` (paper, appendix B).
    pub fn has_closed_form(&self) -> bool {
        self.prior == PriorKind::Standard && self.flow == FlowKind::None && self.upper.is_empty()
    }

    /// Whether these choices go together.
    ///
    /// # Errors
    /// Why they don't.
    pub fn check(&self) -> Result<(), LatentsError> {
        if self.prior == PriorKind::Vamp && self.flow != FlowKind::None {
            return Err(LatentsError::VampWithFlow);
        }
        if !self.upper.is_empty() && (self.prior != PriorKind::Standard || self.flow != FlowKind::None) {
            return Err(LatentsError::Hierarchy);
        }
        Ok(())
    }

    /// The hidden units between each two stochastic layers, as many layers as there are between the data and the first.
    pub fn units_between(&self, depth: usize) -> Vec<Vec<usize>> {
        let units = |layer: usize| {
            self.upper_hidden
                .get(layer)
                .or(self.upper_hidden.last())
                .copied()
                .unwrap_or(1)
        };
        (0..self.upper.len())
            .map(|layer| vec![units(layer); depth])
            .collect()
    }

    /// What they are in a word or two each, where they are not the paper's: ` vamp(500)`, ` iaf(4)`, ` ladder(32-16)`.
    pub(super) fn suffix(&self) -> String {
        let mut words = String::new();
        if self.prior != PriorKind::Standard {
            words += &format!(" {}({})", self.prior.word(), self.components);
        }
        if self.flow != FlowKind::None {
            words += &format!(" {}({})", self.flow.word(), self.flow_steps);
        }
        if !self.upper.is_empty() {
            let layers: Vec<String> = self.upper.iter().map(usize::to_string).collect();
            words += &format!(" {}({})", self.inference.word(), layers.join("-"));
        }
        words
    }
}
