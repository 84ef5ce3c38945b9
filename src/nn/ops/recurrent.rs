//! A recurrent layer that reads sequences from their ends.

use dfdx::prelude::*;

use super::affine::matrix;
use crate::cancel::checkpoint;
use crate::dims::{Batch, Hidden};
use crate::kernels::{self, Matrix};
use crate::nn::view::{elements, elements_mut};
use crate::nn::weight::Weight;

/// `h_t = tanh(u_t + h_(t+1) W)` where step `t` is there, and `h_t = h_(t+1)` where it is not; behind the last step `h = 0`.
///
/// Shapes: u and h (B S, R), where rows `i S .. (i + 1) S` are the steps of sequence `i`; W (R, R); `is_there` (B S). Gradients, with
/// `da_t = dh_t (1 - h_t^2)` of the steps that are there: `du_t = da_t`, `dh_(t+1) += da_t W^T`, and `dW = sum_t h_(t+1)^T da_t`, left
/// as its factors.
pub fn recurrent_from_the_end<T: Tape<f32, Cpu>>(
    u: Tensor<(Batch, Hidden), f32, Cpu, T>,
    weight: &Weight<Hidden, Hidden>,
    steps: usize,
    is_there: Vec<bool>,
) -> Tensor<(Batch, Hidden), f32, Cpu, T> {
    let (u, mut tape) = u.split_tape();
    let (Batch(rows), Hidden(units)) = *u.shape();
    assert_eq!(is_there.len(), rows, "whether each step is there");
    let sequences = rows / steps;
    let mut h = u.device().zeros_like(u.shape());
    let states = elements_mut(&mut h);
    // The state behind the step at hand, and its product with W, a row for each sequence.
    let (mut behind, mut sums) = (vec![0.0; sequences * units], vec![0.0; sequences * units]);
    for step in (0..steps).rev() {
        checkpoint();
        if step + 1 < steps {
            let left = Matrix::new(&behind, sequences, units);
            kernels::matmul(&[(left, matrix(weight.tensor()))], &mut sums);
        }
        for (sequence, (behind, sums)) in behind
            .chunks_exact_mut(units)
            .zip(sums.chunks_exact_mut(units))
            .enumerate()
        {
            let row = sequence * steps + step;
            if is_there[row] {
                kernels::add_scaled(&elements(&u)[row * units..][..units], 1.0, sums);
                kernels::tanh(sums, behind);
            }
            states[row * units..][..units].copy_from_slice(behind);
        }
    }

    let (input, weight, states) = (u.ghost(), weight.clone(), h.clone());
    tape.add_backward_op(move |gradients| {
        let dh = std::mem::take(&mut **gradients.get_or_alloc_mut(&states)?);
        let mut du = vec![0.0; rows * units];
        // What the states behind each step are, and the gradient that reaches a state from the step before.
        let mut behind = vec![0.0; rows * units];
        let (mut passed, mut sums) = (vec![0.0; sequences * units], vec![0.0; sequences * units]);
        for step in 0..steps {
            checkpoint();
            for (sequence, (passed, sums)) in passed
                .chunks_exact_mut(units)
                .zip(sums.chunks_exact_mut(units))
                .enumerate()
            {
                let place = (sequence * steps + step) * units;
                kernels::add_scaled(&dh[place..][..units], 1.0, passed);
                if is_there[sequence * steps + step] {
                    let state = &elements(&states)[place..][..units];
                    kernels::add_tanh_gradient(state, passed, &mut du[place..][..units]);
                    passed.fill(0.0);
                    if step + 1 < steps {
                        behind[place..][..units]
                            .copy_from_slice(&elements(&states)[place + units..][..units]);
                    }
                }
                sums.copy_from_slice(&du[place..][..units]);
            }
            let left = Matrix::new(&sums, sequences, units);
            kernels::add_matmul_transposed(left, matrix(weight.tensor()), &mut passed);
        }
        weight.add_factors(gradients, &behind, &du)?;
        kernels::add_scaled(&du, 1.0, gradients.get_or_alloc_mut(&input)?);
        **gradients.get_or_alloc_mut(&states)? = dh;
        Ok(())
    });
    h.put_tape(tape)
}
