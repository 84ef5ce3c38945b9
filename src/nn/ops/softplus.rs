//! The smooth rectifier.

use dfdx::prelude::*;

use super::elementwise::elementwise;
use crate::kernels;

/// `y = ln(1 + e^x)`. Gradient: `dx = dy (1 - e^-y)`.
pub fn softplus<S: Shape, T: Tape<f32, Cpu>>(x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
    elementwise(x, kernels::softplus, kernels::add_softplus_gradient)
}
