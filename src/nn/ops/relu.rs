//! The rectifier.

use dfdx::prelude::*;

use super::elementwise::elementwise;
use crate::kernels;

/// `y = max(0, x)`. Gradient: `dx = dy` where `y > 0`, else 0.
pub fn relu<S: Shape, T: Tape<f32, Cpu>>(x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
    elementwise(x, kernels::relu, kernels::add_relu_gradient)
}
