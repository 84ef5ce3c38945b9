//! An affine map some of whose weights are not there.

use std::sync::Arc;

use dfdx::prelude::*;

use crate::dims::Batch;
use crate::kernels::{self, Matrix};
use crate::nn::view::{elements, elements_mut};

/// `y = x (M * W) + b`, where the mask `M` of zeros and ones says which weights there are; without a bias, `b = 0`.
///
/// Shapes: x (B, I), W and the mask (I, O), b (O), y (B, O). Gradients: `dW = M * (x^T dy)`, a tensor of its own rather
/// than [factors](crate::nn::Weight), since factors know of no mask; `db =` column sums of `dy`; `dx = dy (M * W)^T`.
pub fn masked_affine<I: Dim, O: Dim, T: Tape<f32, Cpu>>(
    x: Tensor<(Batch, I), f32, Cpu, T>,
    weight: &Tensor<(I, O), f32, Cpu>,
    mask: &Arc<[f32]>,
    bias: Option<&Tensor<(O,), f32, Cpu>>,
) -> Tensor<(Batch, O), f32, Cpu, T> {
    let (x, mut tape) = x.split_tape();
    let (Batch(rows), inputs, outputs) = (x.shape().0, x.shape().1.size(), weight.shape().1.size());
    let masked: Vec<f32> = elements(weight).iter().zip(&**mask).map(|(w, m)| w * m).collect();
    let mut y = x.device().zeros_like(&(Batch(rows), weight.shape().1));
    let values = elements_mut(&mut y);
    let matrix = Matrix::new(&masked, inputs, outputs);
    kernels::matmul(&[(Matrix::new(elements(&x), rows, inputs), matrix)], values);
    if let Some(bias) = bias {
        kernels::add_bias(values, elements(bias));
    }

    let (weight, bias, mask, output) = (weight.clone(), bias.cloned(), mask.clone(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        let dy_matrix = Matrix::new(&dy, rows, outputs);
        let mut product = vec![0.0; inputs * outputs];
        let transposed = Matrix::new(elements(&x), rows, inputs).transposed();
        kernels::matmul(&[(transposed, dy_matrix)], &mut product);
        let dw = gradients.get_or_alloc_mut(&weight)?;
        for ((dw, product), mask) in dw.iter_mut().zip(&product).zip(&*mask) {
            *dw += mask * product;
        }
        if let Some(bias) = bias {
            kernels::add_column_sums(&dy, outputs, gradients.get_or_alloc_mut(&bias)?);
        }
        let dx = gradients.get_or_alloc_mut(&x)?;
        kernels::add_matmul_transposed(dy_matrix, Matrix::new(&masked, inputs, outputs), dx);
        **gradients.get_or_alloc_mut(&output)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}
