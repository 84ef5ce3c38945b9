//! Sums of neighbouring rows.

use dfdx::prelude::*;

use crate::dims::Batch;
use crate::nn::view::{elements, tensor_of};

/// `y_i = sum_t x_(i S + t)` over the `size` rows of every group that are `counted`, summed in double precision.
///
/// Shapes: x and counted (B S), y (B). Gradient: `dx = dy` of its group where it is counted, else 0.
pub fn group_sums<T: Tape<f32, Cpu>>(
    x: Tensor<(Batch,), f32, Cpu, T>,
    size: usize,
    counted: Vec<bool>,
) -> Tensor<(Batch,), f32, Cpu, T> {
    let (x, mut tape) = x.split_tape();
    assert_eq!(counted.len(), x.shape().0.0, "whether each row is counted");
    let groups = elements(&x).chunks_exact(size).zip(counted.chunks_exact(size));
    let sum = |(values, counted): (&[f32], &[bool])| {
        let counted = values.iter().zip(counted).filter(|(_, counted)| **counted);
        counted.map(|(&value, _)| f64::from(value)).sum::<f64>() as f32
    };
    let sums: Vec<f32> = groups.map(sum).collect();
    let y = tensor_of(x.device(), (Batch(sums.len()),), &sums);
    let (input, output) = (x.ghost(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        let dx = gradients.get_or_alloc_mut(&input)?;
        for (row, (dx, counted)) in dx.iter_mut().zip(&counted).enumerate() {
            if *counted {
                *dx += dy[row / size];
            }
        }
        **gradients.get_or_alloc_mut(&output)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}
