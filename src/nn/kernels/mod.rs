//! Single-threaded arithmetic on slices: matrix products, vector maths, optimizer updates.
//!
//! Matrices are row by row. The products are the `gemm` crate's; everything else is a plain loop over
//! [scalar functions](scalar) that the compiler vectorises for the processor found at run time, so one binary is fast
//! everywhere, and an element-wise result is the same to the bit on every processor. Each kernel walks memory once.

mod density;
mod elementwise;
mod matmul;
pub mod scalar;
mod update;

pub use density::{
    bernoulli_log_likelihood, bernoulli_log_likelihood_and_residuals, gaussian_kl, gaussian_kl_backward,
    gaussian_kl_per_dimension, reparameterise, reparameterise_backward,
};
pub use elementwise::{
    add_bias, add_column_sums, add_scaled, all_finite, relu_backward, relu_in_place, sigmoid_in_place,
    tanh_backward, tanh_in_place, u8_to_unit,
};
pub use matmul::{Matrix, add_matmul_transposed, matmul, with_scratch};
pub use update::{AdagradStep, AdamStep, adagrad, adam};

/// Runs a loop with the widest vector instructions that this processor has.
fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}
