//! Every estimate of the marginal likelihood at once, on a few data points: what one key asks for.

use serde::{Deserialize, Serialize};

use super::annealed::annealed_by_point;
use super::posterior_samples::posterior_samples_by_point;
use super::{MarginalLikelihood, MeasurementContext, importance_weighted};
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
    /// The estimate by posterior samples less that by annealing, data point by data point, where both were made: their mean, and its
    /// standard error.
    #[serde(default)]
    pub difference: Option<MarginalLikelihood>,
}

impl Estimates {
    /// The estimates of the same data points, each by itself.
    pub fn by_point(
        importance_weighted: MarginalLikelihood,
        posterior_samples: Option<&[f64]>,
        annealed: Option<&[f64]>,
    ) -> Self {
        let difference = posterior_samples.zip(annealed).and_then(|(ours, others)| {
            let differences: Vec<f64> = ours.iter().zip(others).map(|(one, other)| one - other).collect();
            MarginalLikelihood::of(&differences)
        });
        Self {
            importance_weighted,
            posterior_samples: posterior_samples.and_then(MarginalLikelihood::of),
            annealed: annealed.and_then(MarginalLikelihood::of),
            difference,
        }
    }
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
        match posterior_samples_by_point(model, split, points, POSTERIOR_SAMPLES, noise, cancel, go_on) {
            Ok(estimate) => Some(estimate?),
            Err(_too_many_dimensions) => None,
        };
    let annealed = annealed_by_point(model, split, points, ANNEALING, noise, cancel, go_on)?;
    Some(Estimates::by_point(
        importance_weighted,
        posterior_samples.as_deref(),
        Some(&annealed),
    ))
}
