//! Gated linear units (Dauphin, Fan, Auli and Grangier 2017, equation 1).

use dfdx::prelude::*;

use crate::kernels;
use crate::nn::view::{elements, elements_mut};

/// `y = a sigmoid(b)`, where the last axis of `x` has all `a` and then all `b` of its units; it has twice the size of that of
/// `y`. Gradients: `da = dy s` and `db = dy a s (1 - s)` with `s = sigmoid(b)`.
///
/// # Panics
/// If the last axis of `x` has an odd size.
pub fn gated<S: Shape, T: Tape<f32, Cpu>>(x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
    let (x, mut tape) = x.split_tape();
    let (shape, units) = halved(x.shape());
    let mut y = x.device().zeros_like(&shape);
    kernels::gated(elements(&x), units, elements_mut(&mut y));
    let ghost = y.ghost();
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        kernels::add_gated_gradient(elements(&x), units, &dy, gradients.get_or_alloc_mut(&x)?);
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}

/// A shape with half the last axis, and that half.
#[expect(
    clippy::expect_used,
    reason = "the one size that changes is that of an axis of any size"
)]
fn halved<S: Shape>(shape: &S) -> (S, usize) {
    let mut sizes = shape.concrete();
    let last = &mut sizes[S::NUM_DIMS - 1];
    assert!(last.is_multiple_of(2), "a value and a gate for every unit");
    *last /= 2;
    let units = *last;
    (
        S::from_concrete(&sizes).expect("axes whose sizes are chosen at run time"),
        units,
    )
}
