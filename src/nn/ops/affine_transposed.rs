//! The linear map `y = g W^T`: an affine layer's way back, where that is itself differentiated.

use dfdx::prelude::*;

use super::affine::matrix;
use crate::dims::Batch;
use crate::kernels::{self, Matrix};
use crate::nn::view::{elements, elements_mut};
use crate::nn::weight::Weight;

/// `y = g W^T`.
///
/// Shapes: g (B, O), W (I, O), y (B, I). Gradients: `dW = dy^T g`, left as its factors; `dg = dy W`.
pub fn affine_transposed<I: Dim, O: Dim, T: Tape<f32, Cpu>>(
    g: Tensor<(Batch, O), f32, Cpu, T>,
    weight: &Weight<I, O>,
) -> Tensor<(Batch, I), f32, Cpu, T> {
    let (g, mut tape) = g.split_tape();
    let (inputs, outputs) = *weight.tensor().shape();
    let rows = g.shape().0;
    let mut y = g.device().zeros_like(&(rows, inputs));
    kernels::add_matmul_transposed(matrix(&g), matrix(weight.tensor()), elements_mut(&mut y));

    let (weight, ghost) = (weight.clone(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        weight.add_factors(gradients, &dy, elements(&g))?;
        let mut product = vec![0.0; rows.0 * outputs.size()];
        let dy_matrix = Matrix::new(&dy, rows.0, inputs.size());
        kernels::matmul(&[(dy_matrix, matrix(weight.tensor()))], &mut product);
        let dg = gradients.get_or_alloc_mut(&g)?;
        kernels::add_scaled(&product, 1.0, dg);
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}
