//! How good a model is, in numbers: the lower bound and active latent dimensions, and three estimates of the marginal
//! likelihood, by importance weights, by posterior samples (the paper's appendix D) and by annealing; and item by item, how well such numbers
//! tell some items from others.
//!
//! Pure functions from a model and a split to numbers. They work in blocks of data points, so memory stays bounded,
//! and between blocks they ask their caller whether to go on. A wish that they be [cancelled](Cancel) is looked at within
//! blocks too, every few milliseconds.

use dfdx::prelude::Cpu;

mod annealed;
pub mod classification;
pub mod complexity;
mod density;
pub mod detection;
mod disentanglement;
mod estimates;
mod hidden_units;
mod importance;
mod lower_bound;
mod marginal;
mod pca;
mod posterior_samples;
pub mod published;
mod ranking;
mod scores;

use crate::cancel::Cancel;
use crate::nn::CachingDevice;

pub use annealed::{annealed, annealed_by_point};
pub use disentanglement::{Disentanglement, MOST_ITEMS, disentanglement};
pub use estimates::{Estimates, estimates};
pub use hidden_units::{HiddenLayer, HiddenUnits};
pub use importance::importance_weighted;
pub use lower_bound::{
    ACTIVE_VARIANCE, LowerBound, MOST_BY_CHAINS, MeasurementContext, lower_bound, lower_bound_of_first,
};
pub use marginal::MarginalLikelihood;
pub use pca::{MOST_NUMBERS, Pca, leading_eigenvectors};
pub use posterior_samples::{
    TOO_MANY_DIMENSIONS, TooManyDimensions, from_posterior_samples, posterior_samples_by_point,
};
pub use ranking::{MOST_RANKED, MOST_RANKED_BY_CHAINS, ranking};
pub use scores::{ItemScore, item_scores};

/// What `work` says, or `None` as soon as it is cancelled.
///
/// Memory that this thread's device keeps for the next block is of the sizes that blocks have; broken-off work leaves other
/// sizes there, so it is freed then.
fn interruptible<R>(cancel: &Cancel, work: impl FnOnce() -> R) -> Option<R> {
    let result = cancel.run(work);
    if result.is_none() {
        DEVICE.with(CachingDevice::free);
    }
    result
}

thread_local! {
    static DEVICE: CachingDevice = CachingDevice::default();
}

/// This thread's device, which keeps the memory of one block of data points for the next.
fn device() -> Cpu {
    DEVICE.with(|device| device.cpu().clone())
}
