//! The affine map `y = x W + b`.

use dfdx::prelude::*;

use crate::dims::Batch;
use crate::kernels::{self, Matrix};
use crate::nn::view::{elements, elements_mut};
use crate::nn::weight::Weight;

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
    let y = forward(x, weight, bias);
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
    let y = forward(&x, weight, bias);
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

fn forward<I: Dim, O: Dim>(
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
    weight.add_factors(gradients, elements(x), dy)?;
    let db = gradients.get_or_alloc_mut(bias)?;
    kernels::add_column_sums(dy, bias.shape().0.size(), db);
    Ok(())
}

/// The elements of a tensor of rank 2 as a matrix.
pub(super) fn matrix<R: Dim, C: Dim>(tensor: &Tensor<(R, C), f32, Cpu>) -> Matrix<'_> {
    let (rows, columns) = *tensor.shape();
    Matrix::new(elements(tensor), rows.size(), columns.size())
}
