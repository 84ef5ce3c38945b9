//! Rows that get classes behind them, or lose them: styles, and moments of styles.

use dfdx::prelude::*;

use crate::dims::{Batch, Classes, Joined, Latent, Moments, Style};
use crate::model::posterior::Posterior;
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
    let (style, mut tape) = style.split_tape();
    let (rows, width) = *style.shape();
    let joined_width = Joined(width, classes);
    let mut joined = style.device().zeros_like(&(rows, joined_width));
    let of_rows = elements_mut(&mut joined).chunks_exact_mut(joined_width.size());
    for (row, (joined, style)) in of_rows.zip(elements(&style).chunks_exact(width.0)).enumerate() {
        joined[..width.0].copy_from_slice(style);
        joined[width.0 + class(row)] = 1.0;
    }
    let ghost = joined.ghost();
    tape.add_backward_op(move |gradients| {
        let of_joined = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        let of_style = gradients.get_or_alloc_mut(&style)?;
        let of_rows = of_style.chunks_exact_mut(width.0);
        for (of_style, of_joined) in of_rows.zip(of_joined.chunks_exact(joined_width.size())) {
            for (sum, gradient) in of_style.iter_mut().zip(of_joined) {
                *sum += gradient;
            }
        }
        **gradients.get_or_alloc_mut(&ghost)? = of_joined;
        Ok(())
    });
    joined.put_tape(tape)
}

/// The style that latent vectors begin with. Gradient: 0 for what stands behind it.
pub fn style_of<T: Tape<f32, Cpu>>(
    z: Tensor<(Batch, Latent), f32, Cpu, T>,
    style: Style,
) -> Tensor<(Batch, Style), f32, Cpu, T> {
    let (z, mut tape) = z.split_tape();
    let (rows, latent) = *z.shape();
    let mut styles = z.device().zeros_like(&(rows, style));
    let of_rows = elements_mut(&mut styles).chunks_exact_mut(style.0);
    for (style_of_row, z) in of_rows.zip(elements(&z).chunks_exact(latent.0)) {
        style_of_row.copy_from_slice(&z[..style.0]);
    }
    let ghost = styles.ghost();
    tape.add_backward_op(move |gradients| {
        let of_styles = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        let dz = gradients.get_or_alloc_mut(&z)?;
        for (dz, of_style) in dz.chunks_exact_mut(latent.0).zip(of_styles.chunks_exact(style.0)) {
            for (sum, gradient) in dz.iter_mut().zip(of_style) {
                *sum += gradient;
            }
        }
        **gradients.get_or_alloc_mut(&ghost)? = of_styles;
        Ok(())
    });
    styles.put_tape(tape)
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
