//! Rows that get classes behind them: styles, and moments of styles.

use dfdx::prelude::*;

use crate::dims::{Batch, Classes, Joined, Latent, Moments, Style};
use crate::model::posterior::Posterior;
use crate::nn::ops;
use crate::nn::view::{elements, elements_mut};

/// The place of the largest number, the first of several.
pub fn largest(numbers: &[f32]) -> usize {
    let mut largest = 0;
    for (place, number) in numbers.iter().enumerate() {
        if *number > numbers[largest] {
            largest = place;
        }
    }
    largest
}

/// A 1 for its class behind every style. Gradient: that of the style's part.
pub fn with_classes<T: Tape<f32, Cpu>>(
    style: Tensor<(Batch, Style), f32, Cpu, T>,
    classes: Classes,
    class: impl Fn(usize) -> usize,
) -> Tensor<(Batch, Joined<Style, Classes>), f32, Cpu, T> {
    let width = style.shape().1;
    let joined_width = Joined(width, classes);
    let (mut joined, tape) = ops::widened(style, 0, joined_width).split_tape();
    let of_rows = elements_mut(&mut joined).chunks_exact_mut(joined_width.size());
    for (row, joined) in of_rows.enumerate() {
        joined[width.0 + class(row)] = 1.0;
    }
    joined.put_tape(tape)
}

/// Moments of all latent dimensions: those of the style, and fixed ones of the classes', [of the class, of the others] with mean and
/// variance each. Gradient: that of the style's part.
pub fn with_moments_of_classes<T: Tape<f32, Cpu>>(
    moments: Tensor<(Batch, Moments<Style>), f32, Cpu, T>,
    classes: Classes,
    of_rows: &[usize],
    [of_class, of_others]: [[f32; 2]; 2],
) -> Posterior<T> {
    let (moments, mut tape) = moments.split_tape();
    let (rows, Moments(Style(style))) = *moments.shape();
    let latent = style + classes.0;
    let mut wide = moments.device().zeros_like(&(rows, Moments(Latent(latent))));
    let rows_of_both = elements_mut(&mut wide)
        .chunks_exact_mut(2 * latent)
        .zip(elements(&moments).chunks_exact(2 * style));
    for ((wide, moments), &class) in rows_of_both.zip(of_rows) {
        let (means, log_variances) = wide.split_at_mut(latent);
        means[..style].copy_from_slice(&moments[..style]);
        log_variances[..style].copy_from_slice(&moments[style..]);
        means[style..].fill(of_others[0]);
        log_variances[style..].fill(of_others[1].ln());
        means[style + class] = of_class[0];
        log_variances[style + class] = of_class[1].ln();
    }
    let ghost = wide.ghost();
    tape.add_backward_op(move |gradients| {
        let of_wide = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        let of_moments = gradients.get_or_alloc_mut(&moments)?;
        let rows = of_moments.chunks_exact_mut(2 * style);
        for (of_moments, of_wide) in rows.zip(of_wide.chunks_exact(2 * latent)) {
            let halves = of_moments
                .chunks_exact_mut(style)
                .zip(of_wide.chunks_exact(latent));
            for (sums, gradients) in halves {
                for (sum, gradient) in sums.iter_mut().zip(gradients) {
                    *sum += gradient;
                }
            }
        }
        **gradients.get_or_alloc_mut(&ghost)? = of_wide;
        Ok(())
    });
    wide.put_tape(tape)
}
