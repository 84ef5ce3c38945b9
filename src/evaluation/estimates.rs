//! Every estimate of the marginal likelihood at once, on a few data points: what one key asks for.

use serde::{Deserialize, Serialize};

use super::{MarginalLikelihood, MeasurementContext, annealed, from_posterior_samples, importance_weighted};
use crate::cancel::Cancel;
use crate::data::Split;
use crate::model::Vae;

/// Data points that are measured: enough to compare the estimates, few enough to wait for.
const POINTS: usize = 100;
/// Importance samples per data point.
const IMPORTANCE_SAMPLES: usize = 500;
/// Posterior samples per data point, as many as the paper's.
const POSTERIOR_SAMPLES: usize = 50;
/// Chains a data point, and stages, of annealed importance sampling.
const ANNEALING: (usize, usize) = (16, 200);

/// `log p(x)` by three ways, on the same data points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimates {
    /// By importance weights.
    pub importance_weighted: MarginalLikelihood,
    /// By posterior samples (appendix D); none with five latent dimensions or more.
    pub posterior_samples: Option<MarginalLikelihood>,
    /// By annealed importance sampling, where it was asked for.
    pub annealed: Option<MarginalLikelihood>,
}

/// Estimates `log p(x)` of the first data points of `split`; `None` as soon as it is cancelled, or `go_on` says no.
pub fn estimates(
    model: &Vae,
    split: &Split,
    noise: MeasurementContext,
    cancel: &Cancel,
    go_on: impl Fn() -> bool,
) -> Option<Estimates> {
    let points = POINTS.min(split.points());
    let go_on = |_| go_on();
    let importance_weighted =
        importance_weighted(model, split, points, IMPORTANCE_SAMPLES, noise, cancel, go_on)?;
    let posterior_samples =
        match from_posterior_samples(model, split, points, POSTERIOR_SAMPLES, noise, cancel, go_on) {
            Ok(estimate) => Some(estimate?),
            Err(_too_many_dimensions) => None,
        };
    let annealed = Some(annealed(model, split, points, ANNEALING, noise, cancel, go_on)?);
    Some(Estimates {
        importance_weighted,
        posterior_samples,
        annealed,
    })
}
