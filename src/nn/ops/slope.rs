//! The product with a nonlinearity's slope: its way back, where that is itself differentiated.

use dfdx::prelude::*;

use crate::nn::view::{elements, elements_mut};

/// The slope `f'` of a nonlinearity as a function of what it says, `y = f(x)`, and the derivative of that function.
#[derive(Clone, Copy, Debug)]
pub struct Slope {
    /// `f'` from `y`.
    pub of: fn(f32) -> f32,
    /// The derivative of `f'` for `y`.
    pub derivative: fn(f32) -> f32,
}

/// `g f'(x)`, element by element, with the slope known from `y = f(x)`. Gradients: `dg = d f'`, `dy = d g df'/dy`.
pub fn sloped<S: Shape, T: Tape<f32, Cpu>>(
    g: Tensor<S, f32, Cpu, T>,
    y: Tensor<S, f32, Cpu, T>,
    slope: Slope,
) -> Tensor<S, f32, Cpu, T> {
    let ((g, tape), (y, tape_of_y)) = (g.split_tape(), y.split_tape());
    let mut tape = tape.merge(tape_of_y);
    let mut product = g.device().zeros_like(g.shape());
    let values = elements_mut(&mut product).iter_mut();
    for ((product, g), y) in values.zip(elements(&g)).zip(elements(&y)) {
        *product = g * (slope.of)(*y);
    }
    let output = product.ghost();
    tape.add_backward_op(move |gradients| {
        let d = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        let dg = gradients.get_or_alloc_mut(&g)?;
        for ((dg, d), y) in dg.iter_mut().zip(&d).zip(elements(&y)) {
            *dg += d * (slope.of)(*y);
        }
        let dy = gradients.get_or_alloc_mut(&y)?;
        for (((dy, d), g), y) in dy.iter_mut().zip(&d).zip(elements(&g)).zip(elements(&y)) {
            *dy += d * g * (slope.derivative)(*y);
        }
        **gradients.get_or_alloc_mut(&output)? = d;
        Ok(())
    });
    product.put_tape(tape)
}
