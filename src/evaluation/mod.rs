//! How good a model is, in numbers: the lower bound, its importance-weighted refinement, active latent dimensions.
//!
//! Pure functions from a model and a split to numbers. They work in blocks of data points, so memory stays bounded,
//! and between blocks they ask their caller whether to go on, so an evaluation can be interrupted.

mod importance;
mod lower_bound;

pub use importance::{LogLikelihood, importance_weighted};
pub use lower_bound::{ACTIVE_VARIANCE, LowerBound, Noise, lower_bound};
