//! The sum of two tensors: a residual connection (He, Zhang, Ren and Sun 2016).

use dfdx::prelude::*;

use crate::kernels;
use crate::nn::view::{elements, elements_mut};

/// `y = x + f`, where `f` was computed from `x` on the tape that it brings. Gradients: `dx = dy` and `df = dy`.
pub fn sum<S: Shape, T: Tape<f32, Cpu>>(
    x: &Tensor<S, f32, Cpu>,
    f: Tensor<S, f32, Cpu, T>,
) -> Tensor<S, f32, Cpu, T> {
    let (f, mut tape) = f.split_tape();
    let mut y = x.device().zeros_like(x.shape());
    let sums = elements_mut(&mut y);
    sums.copy_from_slice(elements(x));
    kernels::add_scaled(elements(&f), 1.0, sums);

    let (x, f, ghost) = (x.ghost(), f.ghost(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        kernels::add_scaled(&dy, 1.0, gradients.get_or_alloc_mut(&x)?);
        kernels::add_scaled(&dy, 1.0, gradients.get_or_alloc_mut(&f)?);
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}
