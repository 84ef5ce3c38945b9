//! The logistic function.

use dfdx::prelude::*;

use super::elementwise::elementwise;
use crate::kernels;

/// `y = 1 / (1 + e^-x)`. Gradient: `dx = dy y (1 - y)`.
pub fn sigmoid<S: Shape, T: Tape<f32, Cpu>>(x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
    elementwise(x, kernels::sigmoid, kernels::add_sigmoid_gradient)
}
