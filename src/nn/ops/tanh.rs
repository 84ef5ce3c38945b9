//! The hyperbolic tangent.

use dfdx::prelude::*;

use super::elementwise::elementwise;
use crate::kernels;

/// `y = tanh(x)`. Gradient: `dx = dy (1 - y^2)`.
pub fn tanh<S: Shape, T: Tape<f32, Cpu>>(x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
    elementwise(x, kernels::tanh, kernels::add_tanh_gradient)
}
