//! The rectifier that lets a hundredth through (Maas, Hannun and Ng 2013).

use dfdx::prelude::*;

use super::elementwise::elementwise;
use crate::kernels;

/// `y = max(x, x / 100)`. Gradient: `dx = dy` where `y >= 0`, else `dy / 100`.
pub fn leaky_relu<S: Shape, T: Tape<f32, Cpu>>(x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
    elementwise(x, kernels::leaky_relu, kernels::add_leaky_relu_gradient)
}
