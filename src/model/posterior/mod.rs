//! The posterior `q(z|x)`: a [`Gaussian`] of independent dimensions, and after it, where it is asked for, a normalising
//! [flow], which bends it: one file each.
//!
//! A flow moves draws one after the other by invertible maps whose log-determinants are known, so that
//! `log q(z|x) = log q(z_0|x) - sum_k log |det dz_k / dz_(k-1)|` (Rezende and Mohamed 2015, equation 7). [Hamiltonian](hamiltonian) steps
//! move them together with a momentum instead, along the gradient of the model.

pub mod autoregressive;
pub mod flow;
pub mod gaussian;
pub mod hamiltonian;
pub mod planar;
#[cfg(test)]
mod tests;

use dfdx::prelude::*;

use crate::dims::{Batch, Latent};

pub use flow::FlowKind;
pub use gaussian::{Gaussian, PerRow};

/// The Gaussian of some data points' posteriors, a row of moments each.
pub type Posterior<T = NoneTape> = Gaussian<Latent, T>;

/// Latent vectors, one a row.
pub type LatentRows<T = NoneTape> = Tensor<(Batch, Latent), f32, Cpu, T>;

/// Draws from the posterior of some data points, with what they cost.
pub struct Draws<T = NoneTape> {
    /// Latent vectors, (L B, N_z): the first of every data point, then the second, and so on.
    pub z: LatentRows<T>,
    /// `log q(z|x) - log p(z)` of each, in nats. Its mean is the KL term.
    pub divergence: PerRow<T>,
}
