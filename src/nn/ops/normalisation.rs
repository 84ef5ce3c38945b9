//! Layer and batch normalisation.

use dfdx::prelude::*;

use crate::kernels;
use crate::nn::normalisation::Scale;
use crate::nn::view::{elements, elements_mut};

/// `y = gain (x - mean) / sqrt(variance + epsilon) + shift`, every row by its own moments over the last axis (Ba, Kiros and
/// Hinton 2016, equations 3 and 4), with epsilon = 1e-5.
///
/// Gradients: with the normalised `n` and `g = dy gain`, `dx = (g - mean(g) - n mean(g n)) / deviation`, `d gain = sum dy n`,
/// `d shift = sum dy`.
pub fn layer_normalised<S: Shape, D: Dim, T: Tape<f32, Cpu>>(
    x: Tensor<S, f32, Cpu, T>,
    scale: &Scale<D>,
) -> Tensor<S, f32, Cpu, T> {
    let (x, mut tape) = x.split_tape();
    let columns = scale.gain.shape().0.size();
    let mut normalised = x.device().zeros_like(x.shape());
    let mut inverse_deviations = vec![0.0; elements(&x).len() / columns];
    kernels::normalise_rows(
        elements(&x),
        columns,
        elements_mut(&mut normalised),
        &mut inverse_deviations,
    );
    let y = scaled(&normalised, scale);

    let (x, scale, ghost) = (x.ghost(), scale.clone(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        leave_scale_gradients(gradients, &scale, elements(&normalised), &dy)?;
        kernels::add_normalise_rows_gradient(
            elements(&normalised),
            &inverse_deviations,
            elements(&scale.gain),
            &dy,
            gradients.get_or_alloc_mut(&x)?,
        );
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}

/// The same with the moments of every place of the last axis over all rows of the tape (Ioffe and Szegedy 2015, algorithm 1).
///
/// The rows are those of one shard of a minibatch, so that the number of shards decides the bits, and how many threads work on them
/// does not. What the shard saw is left for `running` in the place of a gradient: means and variances times the rows, and the
/// rows.
pub fn batch_normalised<S: Shape, D: Dim, T: Tape<f32, Cpu>>(
    x: Tensor<S, f32, Cpu, T>,
    scale: &Scale<D>,
    running: &Tensor<(usize,), f32, Cpu>,
) -> Tensor<S, f32, Cpu, T> {
    let (x, mut tape) = x.split_tape();
    let columns = scale.gain.shape().0.size();
    let rows = (elements(&x).len() / columns) as f32;
    let mut seen = vec![0.0; 2 * columns];
    let (means, variances) = seen.split_at_mut(columns);
    kernels::moments_of_columns(elements(&x), means, variances);
    let inverse_deviations = kernels::inverse_deviations(variances);
    let mut normalised = x.device().zeros_like(x.shape());
    kernels::normalise_columns(
        elements(&x),
        means,
        &inverse_deviations,
        elements_mut(&mut normalised),
    );
    let y = scaled(&normalised, scale);

    let (x, scale, running, ghost) = (x.ghost(), scale.clone(), running.clone(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        let sums = leave_scale_gradients(gradients, &scale, elements(&normalised), &dy)?;
        kernels::add_normalise_columns_gradient(
            elements(&normalised),
            &inverse_deviations,
            elements(&scale.gain),
            &dy,
            (&sums.0, &sums.1),
            gradients.get_or_alloc_mut(&x)?,
        );
        let left = gradients.get_or_alloc_mut(&running)?;
        kernels::add_scaled(&seen, rows, &mut left[..2 * columns]);
        left[2 * columns] += rows;
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}

/// The same with `running` moments, which are constants: for a model that is not learning.
pub fn normalised_by_running_moments<S: Shape, D: Dim, T: Tape<f32, Cpu>>(
    x: Tensor<S, f32, Cpu, T>,
    scale: &Scale<D>,
    running: &Tensor<(usize,), f32, Cpu>,
) -> Tensor<S, f32, Cpu, T> {
    let (x, mut tape) = x.split_tape();
    let columns = scale.gain.shape().0.size();
    let (means, rest) = elements(running).split_at(columns);
    let inverse_deviations = kernels::inverse_deviations(&rest[..columns]);
    let mut normalised = x.device().zeros_like(x.shape());
    kernels::normalise_columns(
        elements(&x),
        means,
        &inverse_deviations,
        elements_mut(&mut normalised),
    );
    let y = scaled(&normalised, scale);

    let (x, scale, ghost) = (x.ghost(), scale.clone(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        leave_scale_gradients(gradients, &scale, elements(&normalised), &dy)?;
        let nothing = vec![0.0; columns];
        kernels::add_normalise_columns_gradient(
            elements(&normalised),
            &inverse_deviations,
            elements(&scale.gain),
            &dy,
            (&nothing, &nothing),
            gradients.get_or_alloc_mut(&x)?,
        );
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}

fn scaled<S: Shape, D: Dim>(normalised: &Tensor<S, f32, Cpu>, scale: &Scale<D>) -> Tensor<S, f32, Cpu> {
    let mut y = normalised.device().zeros_like(normalised.shape());
    kernels::scale_columns(
        elements(normalised),
        elements(&scale.gain),
        elements(&scale.shift),
        elements_mut(&mut y),
    );
    y
}

/// Adds the gradients of shift and gain, which come back: the sums of `dy` and of `dy` times the normalised, by column.
fn leave_scale_gradients<D: Dim>(
    gradients: &mut Gradients<f32, Cpu>,
    scale: &Scale<D>,
    normalised: &[f32],
    dy: &[f32],
) -> Result<(Vec<f32>, Vec<f32>), CpuError> {
    let columns = scale.gain.shape().0.size();
    let (mut sums, mut sums_along) = (vec![0.0; columns], vec![0.0; columns]);
    kernels::add_column_sums(dy, columns, &mut sums);
    kernels::add_column_products(dy, normalised, &mut sums_along);
    kernels::add_scaled(&sums, 1.0, gradients.get_or_alloc_mut(&scale.shift)?);
    kernels::add_scaled(&sums_along, 1.0, gradients.get_or_alloc_mut(&scale.gain)?);
    Ok((sums, sums_along))
}
