//! Differentiable operations on the dfdx tape, one file an operation.
//!
//! Each function computes its value through [`kernels`](crate::kernels) and leaves one closure on the tape that turns the
//! gradient of its output into gradients of its inputs: forward and backward stand side by side. Without a tape
//! (`NoneTape`) the same function only computes.
//!
//! No operation writes over its input, and every output has an identity of its own. Gradients are added to the buffers of
//! [`Gradients`](dfdx::prelude::Gradients), so a tensor may be used several times; the gradient of a weight stays as its
//! two factors (see [`Weight`](super::Weight)), which grow with every use. An output that never reaches the loss has a
//! gradient of zeros.

mod affine;
mod affine_in_classes;
mod affine_transposed;
mod bounded;
mod columns;
mod convolution;
mod delayed;
mod elementwise;
mod elu;
mod filtered;
mod gated;
mod gated_moments;
mod gaussian_weights;
mod group_sums;
mod leaky_relu;
mod masked;
mod normalisation;
mod recurrent;
mod relu;
mod repeat;
mod reshaped;
mod sigmoid;
mod slope;
mod softplus;
mod sum;
mod tanh;
mod weighted_sum;

#[cfg(test)]
mod tests;

pub use affine::{affine, affine_of_data};
pub use affine_in_classes::affine_of_data_in_classes;
pub use affine_transposed::affine_transposed;
pub use bounded::bounded_log_variances;
pub use columns::{columns, widened};
pub use convolution::{Maps, convolution, convolution_of_data, transposed_convolution};
pub use delayed::delayed;
pub use elu::elu;
pub use filtered::{Filter, filtered};
pub use gated::gated;
pub use gated_moments::gated_moments;
pub use gaussian_weights::{
    GaussianWeights, affine_of_data_and_gaussian_weights, affine_of_gaussian_weights,
};
pub use group_sums::group_sums;
pub use leaky_relu::leaky_relu;
pub use masked::masked_affine;
pub use normalisation::{batch_normalised, layer_normalised, normalised_by_running_moments};
pub use recurrent::recurrent_from_the_end;
pub use relu::relu;
pub use repeat::repeat;
pub use reshaped::{numbers_of_values, reshaped};
pub use sigmoid::sigmoid;
pub use slope::{Slope, sloped};
pub use softplus::softplus;
pub use sum::sum;
pub use tanh::tanh;
pub use weighted_sum::weighted_sum;
