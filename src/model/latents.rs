//! What the latent variables of a model are beside their number: the choices that leave the networks as they are.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::posterior::FlowKind;
use super::prior::PriorKind;
use crate::choices::Choose;

/// The prior, and what follows the Gaussian posterior. The default is the paper's.
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
}

impl Default for Latents {
    fn default() -> Self {
        Self {
            prior: PriorKind::Standard,
            components: 500,
            flow: FlowKind::None,
            flow_steps: 4,
        }
    }
}

/// Choices that don't go together.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LatentsError {
    /// The prior is made of posteriors whose density is known everywhere, which a flow's is at its own draws only.
    #[error("the VampPrior is made of posteriors, whose density everywhere is known without a flow only")]
    VampWithFlow,
}

impl Latents {
    /// Whether the KL term has a closed form: that of a Gaussian from `N(0, I)` (paper, appendix B).
    pub fn has_closed_form(&self) -> bool {
        self.prior == PriorKind::Standard && self.flow == FlowKind::None
    }

    /// Whether these choices go together.
    ///
    /// # Errors
    /// Why they don't.
    pub fn check(&self) -> Result<(), LatentsError> {
        if self.prior == PriorKind::Vamp && self.flow != FlowKind::None {
            return Err(LatentsError::VampWithFlow);
        }
        Ok(())
    }

    /// What they are in a word or two each, where they are not the paper's: ` vamp(500)`, ` iaf(4)`.
    pub(super) fn suffix(&self) -> String {
        let mut words = String::new();
        if self.prior != PriorKind::Standard {
            words += &format!(" {}({})", self.prior.word(), self.components);
        }
        if self.flow != FlowKind::None {
            words += &format!(" {}({})", self.flow.word(), self.flow_steps);
        }
        words
    }
}
