//! Differentiable operations on the dfdx tape.
//!
//! Each function computes its value through [`kernels`](crate::kernels) and leaves one closure on the tape that turns the gradient of
//! its output into gradients of its inputs: forward and backward stand side by side. Without a tape (`NoneTape`) the
//! same function only computes. Gradients of tensors are added to the buffers of [`Gradients`], so a tensor may be used
//! twice; the gradient of a weight stays as its two factors (see [`Weight`]).

use dfdx::prelude::*;

use super::view::{elements, elements_mut};
use super::weight::Weight;
use crate::dims::Batch;
use crate::kernels::{self, Matrix};

/// `y = x W + b` for data `x`, which needs no gradient; the tape starts here.
///
/// Shapes: x (B, I), W (I, O), b (O), y (B, O). Gradients: `dW = x^T dy`, left as its factors; `db =` column sums of
/// `dy`.
pub fn affine_of_data<I: Dim, O: Dim, T: Tape<f32, Cpu>>(
    x: &Tensor<(Batch, I), f32, Cpu>,
    weight: &Weight<I, O>,
    bias: &Tensor<(O,), f32, Cpu>,
    mut tape: T,
) -> Tensor<(Batch, O), f32, Cpu, T> {
    let y = affine_forward(x, weight, bias);
    let (x, weight, bias, ghost) = (x.clone(), weight.clone(), bias.clone(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        leave_parameter_gradients(gradients, &x, &weight, &bias, &dy)?;
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}

/// `y = x W + b` inside a network: as [`affine_of_data`], and `dx = dy W^T`.
pub fn affine<I: Dim, O: Dim, T: Tape<f32, Cpu>>(
    x: Tensor<(Batch, I), f32, Cpu, T>,
    weight: &Weight<I, O>,
    bias: &Tensor<(O,), f32, Cpu>,
) -> Tensor<(Batch, O), f32, Cpu, T> {
    let (x, mut tape) = x.split_tape();
    let y = affine_forward(&x, weight, bias);
    let (weight, bias, ghost) = (weight.clone(), bias.clone(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        leave_parameter_gradients(gradients, &x, &weight, &bias, &dy)?;
        let (rows, outputs) = (x.shape().0.size(), bias.shape().0.size());
        let dx = gradients.get_or_alloc_mut(&x)?;
        kernels::add_matmul_transposed(Matrix::new(&dy, rows, outputs), matrix(weight.tensor()), dx);
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}

fn affine_forward<I: Dim, O: Dim>(
    x: &Tensor<(Batch, I), f32, Cpu>,
    weight: &Weight<I, O>,
    bias: &Tensor<(O,), f32, Cpu>,
) -> Tensor<(Batch, O), f32, Cpu> {
    let mut y = x.device().zeros_like(&(x.shape().0, bias.shape().0));
    let values = elements_mut(&mut y);
    kernels::matmul(&[(matrix(x), matrix(weight.tensor()))], values);
    kernels::add_bias(values, elements(bias));
    y
}

fn leave_parameter_gradients<I: Dim, O: Dim>(
    gradients: &mut Gradients<f32, Cpu>,
    x: &Tensor<(Batch, I), f32, Cpu>,
    weight: &Weight<I, O>,
    bias: &Tensor<(O,), f32, Cpu>,
    dy: &[f32],
) -> Result<(), CpuError> {
    weight.leave_factors(gradients, x, dy)?;
    let db = gradients.get_or_alloc_mut(bias)?;
    kernels::add_column_sums(dy, bias.shape().0.size(), db);
    Ok(())
}

/// `y = tanh(x)`, in place: the result keeps the identity of `x` on the tape, and its gradient the same buffer.
///
/// Gradient: `dx = dy (1 - y^2)`.
pub fn tanh<S: Shape, T: Tape<f32, Cpu>>(x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
    in_place(x, kernels::tanh_in_place, kernels::tanh_backward)
}

/// `y = max(0, x)`, in place as [`tanh`] is.
///
/// Gradient: `dx = dy` where `y > 0`, else 0.
pub fn relu<S: Shape, T: Tape<f32, Cpu>>(x: Tensor<S, f32, Cpu, T>) -> Tensor<S, f32, Cpu, T> {
    in_place(x, kernels::relu_in_place, kernels::relu_backward)
}

/// An element-wise operation whose derivative is known from its output alone.
fn in_place<S: Shape, T: Tape<f32, Cpu>>(
    x: Tensor<S, f32, Cpu, T>,
    forward: fn(&mut [f32]),
    backward: fn(&[f32], &mut [f32]),
) -> Tensor<S, f32, Cpu, T> {
    let (mut y, mut tape) = x.split_tape();
    forward(elements_mut(&mut y));
    let output = y.clone();
    tape.add_backward_op(move |gradients| {
        backward(elements(&output), gradients.get_or_alloc_mut(&output)?);
        Ok(())
    });
    y.put_tape(tape)
}

/// The elements of a tensor of rank 2 as a matrix.
fn matrix<R: Dim, C: Dim>(tensor: &Tensor<(R, C), f32, Cpu>) -> Matrix<'_> {
    let (rows, columns) = *tensor.shape();
    Matrix::new(elements(tensor), rows.size(), columns.size())
}
