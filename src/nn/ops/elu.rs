//! The exponential linear unit (Clevert, Unterthiner and Hochreiter 2016).

use dfdx::prelude::*;

use super::elementwise::elementwise;
use crate::kernels;

/// `y = x` where that is positive, else `e^x - 1`. Gradient: `dx = dy` where `y >= 0`, else `dy (y + 1)`.
pub fn elu<S: Shape, T: Tape<f32, Cpu>>(x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
    elementwise(x, kernels::elu, kernels::add_elu_gradient)
}
