//! Single-threaded arithmetic on slices: matrix products, vector maths, optimizer updates.
//!
//! Matrices are row by row. The products are the `gemm` crate's, those of rounded factors by tiles ours; everything else is a plain loop over
//! scalar functions ([single](scalar) and [double](special) precision) that the compiler vectorises for the processor found at run time, so one binary is fast
//! everywhere, and an element-wise result is the same to the bit on every processor. Each kernel walks memory
//! once, and where there may be much of it, with [checkpoints](crate::cancel::checkpoint).

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod amx;
mod convolution;
mod elementwise;
mod gaussian_weights;
pub mod likelihood;
mod matmul;
mod normalisation;
mod posterior;
mod precision;
pub mod scalar;
pub mod special;
mod update;

pub use convolution::Window;
pub use elementwise::{
    add_bias, add_column_sums, add_elu_gradient, add_gated_gradient, add_leaky_relu_gradient,
    add_relu_gradient, add_scaled, add_sigmoid_gradient, add_softplus_gradient, add_tanh_gradient,
    all_finite, elu, gated, leaky_relu, relu, sigmoid, softplus, tanh, u8_to_unit,
};
pub use gaussian_weights::{
    add_gradient_of_squares, draw_outputs, exp, kl_of_gaussians, log_variance_gradient, multiply,
    squares_and_one,
};
pub use matmul::{Matrix, add_matmul_transposed, matmul, with_scratch};
pub use normalisation::{
    add_column_products, add_normalise_columns_gradient, add_normalise_rows_gradient, inverse_deviations,
    moments_of_columns, normalise_columns, normalise_rows, scale_columns,
};
use posterior::kl_of;
pub use posterior::{
    gaussian_kl, gaussian_kl_above, gaussian_kl_above_backward, gaussian_kl_backward,
    gaussian_kl_per_dimension, log_density_and_gradients, reparameterise, reparameterise_backward,
};
pub use precision::Products;
pub use update::{AdagradStep, AdamStep, adagrad, adam};

/// Runs a loop with the widest vector instructions that this processor has.
fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}

/// Numbers that an element-wise loop walks over between two [checkpoints](crate::cancel::checkpoint).
const STRETCH: usize = 1 << 16;

/// A stretch of whole rows, in numbers.
fn stretch_of_rows(columns: usize) -> usize {
    (STRETCH / columns).max(1) * columns
}

/// The constant of a Gaussian log-density.
pub const HALF_LN_2_PI: f32 = 0.918_938_5;

/// Numbers added side by side, so that a sum over a row vectorises and its rounding stays small.
const LANES: usize = 16;

/// The sum of `term` over two rows, in as many running sums as there are lanes.
#[inline(always)]
fn sum_of_pairs(left: &[f32], right: &[f32], term: impl Fn(f32, f32) -> f32) -> f64 {
    let (left, left_rest) = left.as_chunks::<LANES>();
    let (right, right_rest) = right.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (left, right) in left.iter().zip(right) {
        for ((sum, &left), &right) in sums.iter_mut().zip(left).zip(right) {
            *sum += term(left, right);
        }
    }
    for ((sum, &left), &right) in sums.iter_mut().zip(left_rest).zip(right_rest) {
        *sum += term(left, right);
    }
    sums.iter().map(|&sum: &f32| f64::from(sum)).sum()
}
