//! What the element-wise operations share.

use dfdx::prelude::*;

use crate::nn::view::{elements, elements_mut};

/// `y = f(x)`, where the derivative of `f` is known from `y` alone.
///
/// `forward` writes `y` from `x`; `backward` adds to `dx` what `y` and `dy` say.
pub(super) fn elementwise<S: Shape, T: Tape<f32, Cpu>>(
    x: Tensor<S, f32, Cpu, T>,
    forward: fn(&[f32], &mut [f32]),
    backward: fn(&[f32], &[f32], &mut [f32]),
) -> Tensor<S, f32, Cpu, T> {
    let (x, mut tape) = x.split_tape();
    let mut y = x.device().zeros_like(x.shape());
    forward(elements(&x), elements_mut(&mut y));
    // Of the input only the identity is needed: what nobody else holds is free from here on.
    let (input, output) = (x.ghost(), y.clone());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        backward(elements(&output), &dy, gradients.get_or_alloc_mut(&input)?);
        **gradients.get_or_alloc_mut(&output)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}
