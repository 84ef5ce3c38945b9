//! How good a model is, in numbers: the lower bound, its importance-weighted refinement, active latent dimensions.
//!
//! Pure functions from a model and a split to numbers. They work in blocks of data points, so memory stays bounded,
//! and between blocks they ask their caller whether to go on, so an evaluation can be interrupted.

use dfdx::prelude::{Cache, Cpu};

mod importance;
mod lower_bound;
pub mod published;

pub use importance::{LogLikelihood, importance_weighted};
pub use lower_bound::{ACTIVE_VARIANCE, LowerBound, MOST_BY_CHAINS, Noise, lower_bound};

/// This thread's device, which keeps the memory of one block of data points for the next.
fn device() -> Cpu {
    thread_local! {
        static DEVICE: Cpu = {
            let device = Cpu::default();
            device.enable_cache();
            device
        };
    }
    DEVICE.with(Cpu::clone)
}
