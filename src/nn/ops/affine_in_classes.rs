//! The affine map of data points with classes, of which the data's part is computed once.

use dfdx::prelude::*;

use super::affine::matrix;
use crate::dims::{Batch, Classes, Joined};
use crate::kernels::{self, Matrix};
use crate::nn::view::{elements, elements_mut};
use crate::nn::weight::Weight;

/// `y_i = [x_(i mod B), class i] W + b`, a class being a 1 in the place of its own: rounds of the same data points, each in a class.
/// The data needs no gradient; the tape starts here.
///
/// Shapes: x (B, I), `classes` one per row of y, W (I + classes, O), b (O), y (rows, O). The products of the data with its part of `W`
/// are the same in all rounds, and its part of the gradient is that of the sum over the rounds of `dy`: both cost one round.
/// Gradients: `dW`, left as the factors `[x, 0]` and `[0, 1]`, and the sums of `dy` over the rounds and over the rows of a class;
/// `db =` column sums of `dy`.
pub fn affine_of_data_in_classes<I: Dim, O: Dim, T: Tape<f32, Cpu>>(
    x: &Tensor<(Batch, I), f32, Cpu>,
    classes: Vec<usize>,
    weight: &Weight<Joined<I, Classes>, O>,
    bias: &Tensor<(O,), f32, Cpu>,
    mut tape: T,
) -> Tensor<(Batch, O), f32, Cpu, T> {
    let (Batch(points), inputs) = (x.shape().0, x.shape().1.size());
    let (Joined(_, Classes(count)), width) = *weight.tensor().shape();
    let outputs = width.size();
    debug_assert_eq!(classes.len() % points, 0, "whole rounds of the data points");

    let (of_data, of_classes) = elements(weight.tensor()).split_at(inputs * outputs);
    let mut round = vec![0.0; points * outputs];
    kernels::matmul(&[(matrix(x), Matrix::new(of_data, inputs, outputs))], &mut round);
    kernels::add_bias(&mut round, elements(bias));
    let mut y = x.device().zeros_like(&(Batch(classes.len()), width));
    let rows = elements_mut(&mut y).chunks_exact_mut(outputs);
    for ((y, of_point), &class) in rows.zip(round.chunks_exact(outputs).cycle()).zip(&classes) {
        let of_class = &of_classes[class * outputs..][..outputs];
        for ((y, of_point), of_class) in y.iter_mut().zip(of_point).zip(of_class) {
            *y = of_point + of_class;
        }
    }

    let (x, weight, bias, ghost) = (x.clone(), weight.clone(), bias.clone(), y.ghost());
    tape.add_backward_op(move |gradients| {
        let dy = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        let mut sums = vec![0.0; (points + count) * outputs];
        let (of_points, of_classes) = sums.split_at_mut(points * outputs);
        for round in dy.chunks_exact(of_points.len()) {
            kernels::add_scaled(round, 1.0, of_points);
        }
        for (dy, &class) in dy.chunks_exact(outputs).zip(&classes) {
            kernels::add_scaled(dy, 1.0, &mut of_classes[class * outputs..][..outputs]);
        }
        kernels::add_column_sums(of_points, outputs, gradients.get_or_alloc_mut(&bias)?);
        weight.add_factors(gradients, &points_and_classes(elements(&x), inputs, count), &sums)?;
        **gradients.get_or_alloc_mut(&ghost)? = dy;
        Ok(())
    });
    y.put_tape(tape)
}

/// The rows `[x, 0]` of all data points, and behind them `[0, 1]` of every class.
fn points_and_classes(x: &[f32], inputs: usize, classes: usize) -> Vec<f32> {
    let width = inputs + classes;
    let points = x.len() / inputs;
    let mut rows = vec![0.0; (points + classes) * width];
    for (row, x) in rows.chunks_exact_mut(width).zip(x.chunks_exact(inputs)) {
        row[..inputs].copy_from_slice(x);
    }
    for (class, row) in rows.chunks_exact_mut(width).skip(points).enumerate() {
        row[inputs + class] = 1.0;
    }
    rows
}
