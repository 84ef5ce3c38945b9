//! The moments of a Gaussian that is between two means.

use dfdx::prelude::*;

use crate::dims::{Batch, Moments};
use crate::kernels::scalar;
use crate::nn::view::{elements, elements_mut};

/// Added to variances, so that their logarithms are finite.
const LEAST_VARIANCE: f32 = 1e-6;

/// `mu = (1 - g) m + g p` with the gate `g = sigmoid(a)`, and `log sigma^2 = log(softplus(s) + 1e-6)` (Krishnan, Shalit and Sontag 2017,
/// equation 11).
///
/// Shapes: the gate's sums `a`, the proposal `p`, the mean `m` and the scale's sums `s` (B, D), the moments (B, 2 D). Gradients:
/// `da = dmu (p - m) g (1 - g)`, `dp = dmu g`, `dm = dmu (1 - g)`, `ds = dlog sigma^2 sigmoid(s) / sigma^2`.
pub fn gated_moments<D: Dim, T: Tape<f32, Cpu>>(
    gate: Tensor<(Batch, D), f32, Cpu, T>,
    proposal: Tensor<(Batch, D), f32, Cpu, T>,
    mean: Tensor<(Batch, D), f32, Cpu, T>,
    scale: Tensor<(Batch, D), f32, Cpu, T>,
) -> Tensor<(Batch, Moments<D>), f32, Cpu, T> {
    let ((a, tape), (p, of_p)) = (gate.split_tape(), proposal.split_tape());
    let ((m, of_m), (s, of_s)) = (mean.split_tape(), scale.split_tape());
    let mut tape = tape.merge(of_p).merge(of_m).merge(of_s);
    let (batch, variables) = *a.shape();
    let width = variables.size();
    let mut moments = a.device().zeros_like(&(batch, Moments(variables)));
    for (row, moments) in elements_mut(&mut moments).chunks_exact_mut(2 * width).enumerate() {
        let (means, log_variances) = moments.split_at_mut(width);
        for (column, (mean, log_variance)) in means.iter_mut().zip(log_variances).enumerate() {
            let place = row * width + column;
            let gate = scalar::sigmoid(elements(&a)[place]);
            *mean = (1.0 - gate) * elements(&m)[place] + gate * elements(&p)[place];
            *log_variance = (scalar::softplus(elements(&s)[place]) + LEAST_VARIANCE).ln();
        }
    }
    let output = moments.clone();
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        let place = |index: usize| index / width * 2 * width + index % width;
        let gates: Vec<f32> = elements(&a).iter().map(|&a| scalar::sigmoid(a)).collect();
        for (index, da) in gradients.get_or_alloc_mut(&a)?.iter_mut().enumerate() {
            let gate = gates[index];
            *da += dy[place(index)] * (elements(&p)[index] - elements(&m)[index]) * gate * (1.0 - gate);
        }
        for (index, dp) in gradients.get_or_alloc_mut(&p)?.iter_mut().enumerate() {
            *dp += dy[place(index)] * gates[index];
        }
        for (index, dm) in gradients.get_or_alloc_mut(&m)?.iter_mut().enumerate() {
            *dm += dy[place(index)] * (1.0 - gates[index]);
        }
        for (index, ds) in gradients.get_or_alloc_mut(&s)?.iter_mut().enumerate() {
            let log_variance = place(index) + width;
            let slope = scalar::sigmoid(elements(&s)[index]) * (-elements(&output)[log_variance]).exp();
            *ds += dy[log_variance] * slope;
        }
        **gradients.get_or_alloc_mut(&output)? = dy;
        Ok(())
    });
    moments.put_tape(tape)
}
