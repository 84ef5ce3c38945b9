//! Convolutions, plain and transposed.

use dfdx::prelude::*;

use crate::dims::{Batch, Channels, Height, Patch, Width};
use crate::kernels::{self, Window};
use crate::nn::view::{elements, elements_mut};

/// Feature maps: of every item a row of channels for every place, row by row.
pub type Maps<T = NoneTape> = Tensor<(Batch, Height, Width, Channels), f32, Cpu, T>;

/// `y = patches(x) W + b`, where a window moves over the maps `x`; its size and its steps are those of `window`.
///
/// Shapes: x (B, height, width, channels) as the window says, W (patch, C), b (C), y (B, rows, columns, C) with a place for every
/// window. Gradients: `dW = patches(x)^T dy`, `db =` sums of `dy` over the places, `dx = add_patches(dy W^T)`.
pub fn convolution<T: Tape<f32, Cpu>>(
    x: Maps<T>,
    window: Window,
    kernel: &Tensor<(Patch, Channels), f32, Cpu>,
    bias: &Tensor<(Channels,), f32, Cpu>,
) -> Maps<T> {
    let (x, mut tape) = x.split_tape();
    let y = forward(&x, window, kernel, bias);
    let (kernel, bias, ghost) = (kernel.clone(), bias.clone(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        window.add_kernel_gradient(elements(&x), &dy, gradients.get_or_alloc_mut(&kernel)?);
        kernels::add_column_sums(&dy, bias.shape().0.0, gradients.get_or_alloc_mut(&bias)?);
        window.add_transposed(&dy, elements(&kernel), gradients.get_or_alloc_mut(&x)?);
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}

/// The same for data `x`, which needs no gradient; the tape starts here.
pub fn convolution_of_data<T: Tape<f32, Cpu>>(
    x: Maps,
    window: Window,
    kernel: &Tensor<(Patch, Channels), f32, Cpu>,
    bias: &Tensor<(Channels,), f32, Cpu>,
    mut tape: T,
) -> Maps<T> {
    let y = forward(&x, window, kernel, bias);
    let (kernel, bias, ghost) = (kernel.clone(), bias.clone(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        window.add_kernel_gradient(elements(&x), &dy, gradients.get_or_alloc_mut(&kernel)?);
        kernels::add_column_sums(&dy, bias.shape().0.0, gradients.get_or_alloc_mut(&bias)?);
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}

fn forward(
    x: &Maps,
    window: Window,
    kernel: &Tensor<(Patch, Channels), f32, Cpu>,
    bias: &Tensor<(Channels,), f32, Cpu>,
) -> Maps {
    let (rows, columns) = window.places();
    let shape = (x.shape().0, Height(rows), Width(columns), bias.shape().0);
    let mut y = x.device().zeros_like(&shape);
    window.convolve(elements(x), elements(kernel), elements_mut(&mut y));
    kernels::add_bias(elements_mut(&mut y), elements(bias));
    y
}

/// `y = add_patches(x W^T) + b`: the transposed convolution, from a place for every window to the maps that the window moves over.
///
/// Shapes: x (B, rows, columns, C), W (patch, C) as a convolution from `y` to `x` would have it, b (channels of the window), y (B,
/// height, width, channels). Gradients: `dW = patches(dy)^T x`, `db =` sums of `dy` over the places, `dx = patches(dy) W`.
pub fn transposed_convolution<T: Tape<f32, Cpu>>(
    x: Maps<T>,
    window: Window,
    kernel: &Tensor<(Patch, Channels), f32, Cpu>,
    bias: &Tensor<(Channels,), f32, Cpu>,
) -> Maps<T> {
    let (x, mut tape) = x.split_tape();
    let shape = (
        x.shape().0,
        Height(window.height),
        Width(window.width),
        Channels(window.channels),
    );
    let mut y = x.device().zeros_like(&shape);
    window.add_transposed(elements(&x), elements(kernel), elements_mut(&mut y));
    kernels::add_bias(elements_mut(&mut y), elements(bias));

    let (kernel, bias, ghost) = (kernel.clone(), bias.clone(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        window.add_kernel_gradient(&dy, elements(&x), gradients.get_or_alloc_mut(&kernel)?);
        kernels::add_column_sums(&dy, bias.shape().0.0, gradients.get_or_alloc_mut(&bias)?);
        let mut dx = vec![0.0; elements(&x).len()];
        window.convolve(&dy, elements(&kernel), &mut dx);
        kernels::add_scaled(&dx, 1.0, gradients.get_or_alloc_mut(&x)?);
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}
