//! The moments of a chain of Gaussians each of which depends on a draw of the one before, and on a state of its own step.

use dfdx::prelude::*;

use super::affine::matrix;
use crate::cancel::checkpoint;
use crate::dims::{Batch, Hidden, Moments};
use crate::kernels::{self, Matrix};
use crate::nn::Linear;
use crate::nn::view::{elements, elements_mut};

/// The layers of such a chain, whose variables are `N` at a step and `B` at the step before.
pub struct Filter<'a, B: Dim, N: Dim> {
    /// What a step makes of the variables of the step before.
    pub combine: &'a Linear<B, Hidden>,
    /// What the combined states say of the step.
    pub moments: &'a Linear<Hidden, Moments<N>>,
    /// What stands before the first step.
    pub start: &'a Tensor<(B,), f32, Cpu>,
}

/// `m_t = g_t W_m + b_m` with `g_t = (tanh(z_(t-1) W_c + b_c) + h_t) / 2` and `z_t = mu_t + sigma_t eps_t` (Krishnan, Shalit and
/// Sontag 2017, equation 13, with logarithms of variances).
///
/// Shapes: h (B S, R), where rows `i S .. (i + 1) S` are the steps of sequence `i`; eps (L B S, D), the first draw of every sequence, then the
/// second, and so on; m (L B S, 2 D). Gradients, from the last step to the first: `dm_t` as it comes, and what reaches it through `z_t`, as
/// in [`reparameterise`](crate::kernels::reparameterise_backward); `dg_t = dm_t W_m^T`, `dh_t = dg_t / 2` summed over the draws,
/// `da_t = dg_t (1 - tanh^2) / 2`, `dz_(t-1) = da_t W_c^T`. Those of the weights are left as factors.
pub fn filtered<B: Dim, N: Dim, T: Tape<f32, Cpu>>(
    h: Tensor<(Batch, Hidden), f32, Cpu, T>,
    eps: &Tensor<(Batch, N), f32, Cpu>,
    steps: usize,
    filter: &Filter<'_, B, N>,
) -> Tensor<(Batch, Moments<N>), f32, Cpu, T> {
    let (h, mut tape) = h.split_tape();
    let (Batch(points), Hidden(units)) = *h.shape();
    let (Batch(rows), variables) = *eps.shape();
    let dimensions = variables.size();
    let (sequences, draws) = (points / steps, rows / steps);
    let (combine, moments, start) = (filter.combine, filter.moments, filter.start);

    // Step after step, a row for each draw: what stands before it, the hyperbolic tangents, and the combined states.
    let mut before = vec![0.0; rows * dimensions];
    let (mut tangents, mut combined) = (vec![0.0; rows * units], vec![0.0; rows * units]);
    let mut said = h.device().zeros_like(&(Batch(rows), Moments(variables)));
    let (mut sums, mut of_step) = (vec![0.0; draws * units], vec![0.0; draws * 2 * dimensions]);
    for z in before[..draws * dimensions].chunks_exact_mut(dimensions) {
        z.copy_from_slice(elements(start));
    }
    for step in 0..steps {
        checkpoint();
        let before_this = Matrix::new(
            &before[step * draws * dimensions..][..draws * dimensions],
            draws,
            dimensions,
        );
        kernels::matmul(&[(before_this, matrix(combine.weight.tensor()))], &mut sums);
        kernels::add_bias(&mut sums, elements(&combine.bias));
        let place = step * draws * units;
        let tangents = &mut tangents[place..][..draws * units];
        kernels::tanh(&sums, tangents);
        let combined = &mut combined[place..][..draws * units];
        for (draw, (combined, tangents)) in combined
            .chunks_exact_mut(units)
            .zip(tangents.chunks_exact(units))
            .enumerate()
        {
            let state = &elements(&h)[(draw % sequences * steps + step) * units..][..units];
            for ((combined, tangent), state) in combined.iter_mut().zip(tangents).zip(state) {
                *combined = 0.5 * (tangent + state);
            }
        }
        let left = Matrix::new(combined, draws, units);
        kernels::matmul(&[(left, matrix(moments.weight.tensor()))], &mut of_step);
        kernels::add_bias(&mut of_step, elements(&moments.bias));
        for (draw, of_draw) in of_step.chunks_exact(2 * dimensions).enumerate() {
            let row = draw * steps + step;
            elements_mut(&mut said)[row * 2 * dimensions..][..2 * dimensions].copy_from_slice(of_draw);
            if step + 1 < steps {
                let next = ((step + 1) * draws + draw) * dimensions;
                kernels::reparameterise(
                    of_draw,
                    &elements(eps)[row * dimensions..][..dimensions],
                    dimensions,
                    &mut before[next..][..dimensions],
                );
            }
        }
    }

    let (combine, moments, start) = (combine.clone(), moments.clone(), start.clone());
    let (input, eps, output) = (h.ghost(), eps.clone(), said.clone());
    tape.add_backward_op(move |gradients| {
        let d_said = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        let mut d_moments = vec![0.0; rows * 2 * dimensions];
        let (mut d_tangents, mut d_states) = (vec![0.0; rows * units], vec![0.0; points * units]);
        // The gradient of the draws of the step at hand.
        let mut dz = vec![0.0; draws * dimensions];
        for step in (0..steps).rev() {
            checkpoint();
            let of_step = &mut d_moments[step * draws * 2 * dimensions..][..draws * 2 * dimensions];
            for (draw, of_draw) in of_step.chunks_exact_mut(2 * dimensions).enumerate() {
                let row = draw * steps + step;
                of_draw.copy_from_slice(&d_said[row * 2 * dimensions..][..2 * dimensions]);
                kernels::reparameterise_backward(
                    &elements(&output)[row * 2 * dimensions..][..2 * dimensions],
                    &elements(&eps)[row * dimensions..][..dimensions],
                    dimensions,
                    &dz[draw * dimensions..][..dimensions],
                    of_draw,
                );
            }
            let mut d_combined = vec![0.0; draws * units];
            let left = Matrix::new(of_step, draws, 2 * dimensions);
            kernels::add_matmul_transposed(left, matrix(moments.weight.tensor()), &mut d_combined);
            d_combined.iter_mut().for_each(|slope| *slope *= 0.5);
            for (draw, of_draw) in d_combined.chunks_exact(units).enumerate() {
                let place = (draw % sequences * steps + step) * units;
                kernels::add_scaled(of_draw, 1.0, &mut d_states[place..][..units]);
            }
            let place = step * draws * units;
            let d_tangents = &mut d_tangents[place..][..draws * units];
            kernels::add_tanh_gradient(&tangents[place..][..draws * units], &d_combined, d_tangents);
            dz.fill(0.0);
            let left = Matrix::new(d_tangents, draws, units);
            kernels::add_matmul_transposed(left, matrix(combine.weight.tensor()), &mut dz);
        }
        moments.weight.add_factors(gradients, &combined, &d_moments)?;
        let of_bias = gradients.get_or_alloc_mut(&moments.bias)?;
        kernels::add_column_sums(&d_moments, 2 * dimensions, of_bias);
        combine.weight.add_factors(gradients, &before, &d_tangents)?;
        let of_bias = gradients.get_or_alloc_mut(&combine.bias)?;
        kernels::add_column_sums(&d_tangents, units, of_bias);
        kernels::add_column_sums(&dz, dimensions, gradients.get_or_alloc_mut(&start)?);
        kernels::add_scaled(&d_states, 1.0, gradients.get_or_alloc_mut(&input)?);
        **gradients.get_or_alloc_mut(&output)? = d_said;
        Ok(())
    });
    said.put_tape(tape)
}
