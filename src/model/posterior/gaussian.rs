//! Gaussians with independent dimensions: reparameterised samples, densities and the KL term, each with its gradient.
//!
//! A Gaussian is a row of [`Moments`]: `mu` of every dimension, then `log sigma^2` of every one.

use dfdx::prelude::*;

use crate::dims::{Batch, Moments};
use crate::kernels;
use crate::nn::view::{elements, elements_mut, tensor_of};

/// A Gaussian over `D` for every row, as its moments.
pub type Gaussian<D, T = NoneTape> = Tensor<(Batch, Moments<D>), f32, Cpu, T>;

/// A number for every row, such as a log-density in nats.
pub type PerRow<T = NoneTape> = Tensor<(Batch,), f32, Cpu, T>;

/// `z = mu + sigma * eps` (paper, section 2.4), L samples per data point.
///
/// Shapes: moments (B, 2 N_z), noise and z (L B, N_z): the first sample of every data point, then the second, and so
/// on. Gradients, summed over the samples: `d mu = dz`, `d log sigma^2 = dz * eps * sigma / 2`.
pub fn reparameterise<D: Dim, T: Tape<f32, Cpu>>(
    moments: Gaussian<D, T>,
    noise: &Tensor<(Batch, D), f32, Cpu>,
) -> Tensor<(Batch, D), f32, Cpu, T> {
    let (moments, mut tape) = moments.split_tape();
    let (points, latent) = sizes(&moments);
    assert_eq!(
        noise.shape().0.0 % points,
        0,
        "the noise has rows for every sample of every data point"
    );
    let one_sample = points * latent;

    let mut z = moments.device().zeros_like(noise.shape());
    for (z, noise) in elements_mut(&mut z)
        .chunks_exact_mut(one_sample)
        .zip(samples(noise, one_sample))
    {
        kernels::reparameterise(elements(&moments), noise, latent, z);
    }

    let (noise, ghost) = (noise.clone(), z.ghost());
    tape.add_backward_op(move |gradients| {
        let dz = std::mem::take(&mut **gradients.get_or_alloc_mut(&ghost)?);
        let d_moments = gradients.get_or_alloc_mut(&moments)?;
        for (dz, noise) in dz.chunks_exact(one_sample).zip(samples(&noise, one_sample)) {
            kernels::reparameterise_backward(elements(&moments), noise, latent, dz, d_moments);
        }
        **gradients.get_or_alloc_mut(&ghost)? = dz;
        Ok(())
    });
    z.put_tape(tape)
}

fn samples<D: Dim>(
    noise: &Tensor<(Batch, D), f32, Cpu>,
    one_sample: usize,
) -> std::slice::ChunksExact<'_, f32> {
    elements(noise).chunks_exact(one_sample)
}

/// Rows and dimensions.
fn sizes<D: Dim>(moments: &Gaussian<D>) -> (usize, usize) {
    let (Batch(rows), Moments(dimensions)) = *moments.shape();
    (rows, dimensions.size())
}

/// `KL(q(z|x) || N(0, I)) = 1/2 sum_j (mu_j^2 + sigma_j^2 - log sigma_j^2 - 1)` (appendix B), summed over the rows; a
/// dimension of a row whose divergence is below `free_nats` counts as much as they do. The number beside it is the
/// divergence itself, in nats.
///
/// Shape: moments (B, 2 N_z). Gradients: `d mu = mu`, `d log sigma^2 = (sigma^2 - 1) / 2`, and 0 below the free nats.
pub fn kl_from_standard_normal<D: Dim, T: Tape<f32, Cpu>>(
    moments: Gaussian<D, T>,
    free_nats: f32,
) -> (Tensor<Rank0, f32, Cpu, T>, f64) {
    let (moments, mut tape) = moments.split_tape();
    let (points, latent) = sizes(&moments);
    let mut per_point = vec![0.0; points];
    kernels::gaussian_kl(elements(&moments), latent, &mut per_point);
    let exact = per_point.iter().sum::<f64>() as f32;
    let counted = if free_nats > 0.0 {
        kernels::gaussian_kl_above(elements(&moments), latent, free_nats) as f32
    } else {
        exact
    };

    let kl = tensor_of(moments.device(), (), &[counted]);
    let ghost = kl.ghost();
    tape.add_backward_op(move |gradients| {
        let scale = gradients.get_or_alloc_mut(&ghost)?[0];
        let d_moments = gradients.get_or_alloc_mut(&moments)?;
        if free_nats > 0.0 {
            kernels::gaussian_kl_above_backward(elements(&moments), latent, free_nats, scale, d_moments);
        } else {
            kernels::gaussian_kl_backward(elements(&moments), latent, scale, d_moments);
        }
        Ok(())
    });
    (kl.put_tape(tape), f64::from(exact))
}

/// `log q(z)` of every `z = mu + sigma * eps`, in nats: `-1/2 sum_j (log 2 pi + log sigma_j^2 + eps_j^2)`, which says of
/// `eps` alone what a difference of `z` and `mu` would lose to rounding.
///
/// Shapes: moments (B, 2 D), noise (L B, D) as in [`reparameterise`]. Gradient: `d log sigma^2 = -1/2` of each row.
pub fn log_density_of_samples<D: Dim, T: Tape<f32, Cpu>>(
    moments: Gaussian<D, T>,
    noise: &Tensor<(Batch, D), f32, Cpu>,
) -> PerRow<T> {
    let (moments, mut tape) = moments.split_tape();
    let (points, latent) = sizes(&moments);
    let rows = elements(&moments).chunks_exact(2 * latent).cycle();
    let of_row = |(noise, moments): (&[f32], &[f32])| {
        let dimensions = noise.iter().zip(&moments[latent..]);
        let sum: f64 = dimensions
            .map(|(eps, log_variance)| f64::from(eps * eps) + f64::from(*log_variance))
            .sum();
        (-0.5 * (sum + latent as f64 * LN_2_PI)) as f32
    };
    let values: Vec<f32> = elements(noise)
        .chunks_exact(latent)
        .zip(rows)
        .map(of_row)
        .collect();

    let log_density = tensor_of(moments.device(), (noise.shape().0,), &values);
    let (input, output) = (moments.ghost(), log_density.ghost());
    tape.add_backward_op(move |gradients| {
        let scales = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        let d_moments = gradients.get_or_alloc_mut(&input)?;
        for (row, scale) in scales.iter().enumerate() {
            let d_moments = &mut d_moments[row % points * 2 * latent..][..2 * latent];
            for d_log_variance in &mut d_moments[latent..] {
                *d_log_variance -= 0.5 * scale;
            }
        }
        **gradients.get_or_alloc_mut(&output)? = scales;
        Ok(())
    });
    log_density.put_tape(tape)
}

/// `log N(z; mu, diag(sigma^2))` of every row, in nats.
///
/// Shapes: moments (B, 2 D), z (B, D). Gradients: `d mu = (z - mu) / sigma^2`,
/// `d log sigma^2 = ((z - mu)^2 / sigma^2 - 1) / 2`, `dz = -d mu`; computed along with the values, they take the place of
/// the moments.
pub fn log_density<D: Dim, T: Tape<f32, Cpu>>(
    moments: Gaussian<D, T>,
    z: Tensor<(Batch, D), f32, Cpu, T>,
) -> PerRow<T> {
    let ((mut moments, tape), (z, tape_of_z)) = (moments.split_tape(), z.split_tape());
    let mut tape = tape.merge(tape_of_z);
    let (points, latent) = sizes(&moments);
    let input = moments.ghost();
    let mut per_point = vec![0.0; points];
    kernels::log_density_and_gradients(elements_mut(&mut moments), elements(&z), latent, &mut per_point);
    let values: Vec<f32> = per_point.into_iter().map(|value| value as f32).collect();

    let log_density = tensor_of(moments.device(), (Batch(points),), &values);
    let (position, output) = (z.ghost(), log_density.ghost());
    tape.add_backward_op(move |gradients| {
        let scales = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        let rows = elements(&moments).chunks_exact(2 * latent);
        let d_moments = gradients.get_or_alloc_mut(&input)?;
        for ((slopes, d_moments), scale) in rows
            .clone()
            .zip(d_moments.chunks_exact_mut(2 * latent))
            .zip(&scales)
        {
            kernels::add_scaled(slopes, *scale, d_moments);
        }
        let dz = gradients.get_or_alloc_mut(&position)?;
        for ((slopes, dz), scale) in rows.zip(dz.chunks_exact_mut(latent)).zip(&scales) {
            kernels::add_scaled(&slopes[..latent], -*scale, dz);
        }
        **gradients.get_or_alloc_mut(&output)? = scales;
        Ok(())
    });
    log_density.put_tape(tape)
}

/// The product of two Gaussians, as a Gaussian: of each dimension the precisions are added, and the means weighed by them
/// (Sonderby et al. 2016, equations 13 to 15).
///
/// Shapes: all (B, 2 D). With `p_i = 1 / sigma_i^2` and `p = p_1 + p_2`, `mu = (p_1 mu_1 + p_2 mu_2) / p` and `log sigma^2 = -log p`;
/// gradients: `d mu_i = d mu p_i / p`, `d log sigma_i^2 = p_i / p (d log sigma^2 - d mu (mu_i - mu))`.
pub fn precision_weighted<D: Dim, T: Tape<f32, Cpu>>(
    one: Gaussian<D, T>,
    other: Gaussian<D, T>,
) -> Gaussian<D, T> {
    let ((one, tape), (other, tape_of_other)) = (one.split_tape(), other.split_tape());
    let mut tape = tape.merge(tape_of_other);
    let (_, latent) = sizes(&one);
    let mut product = one.device().zeros_like(one.shape());
    let rows = elements(&one)
        .chunks_exact(2 * latent)
        .zip(elements(&other).chunks_exact(2 * latent));
    for (product, (one, other)) in elements_mut(&mut product).chunks_exact_mut(2 * latent).zip(rows) {
        for (mean, log_variance) in (0..latent).zip(latent..) {
            let precisions = [one, other].map(|moments| (-moments[log_variance]).exp());
            let sum = precisions[0] + precisions[1];
            product[mean] = (precisions[0] * one[mean] + precisions[1] * other[mean]) / sum;
            product[log_variance] = -sum.ln();
        }
    }
    let result = product.clone();
    tape.add_backward_op(move |gradients| {
        let d_product = std::mem::take(&mut **gradients.get_or_alloc_mut(&product)?);
        for factor in [&one, &other] {
            let d_factor = gradients.get_or_alloc_mut(factor)?;
            let rows = elements(factor)
                .chunks_exact(2 * latent)
                .zip(elements(&product).chunks_exact(2 * latent));
            let d_rows = d_product
                .chunks_exact(2 * latent)
                .zip(d_factor.chunks_exact_mut(2 * latent));
            for ((factor, product), (d_product, d_factor)) in rows.zip(d_rows) {
                for (mean, log_variance) in (0..latent).zip(latent..) {
                    // p_i / p, of log-variances.
                    let share = (product[log_variance] - factor[log_variance]).exp();
                    d_factor[mean] += share * d_product[mean];
                    d_factor[log_variance] +=
                        share * (d_product[log_variance] - d_product[mean] * (factor[mean] - product[mean]));
                }
            }
        }
        **gradients.get_or_alloc_mut(&product)? = d_product;
        Ok(())
    });
    result.put_tape(tape)
}

/// `KL(q || p) = 1/2 sum_j (log p_j - log q_j + (q_j + (m_j - n_j)^2) / p_j - 1)` of every row, in nats, with the means `m` and the
/// variances `q_j` of the one, `n` and `p_j` of the other.
///
/// Shapes: both (B, 2 D). Gradients: `d m = (m - n) / p = -d n`, `d log q = (q / p - 1) / 2`,
/// `d log p = (1 - (q + (m - n)^2) / p) / 2`.
pub fn kl_divergence<D: Dim, T: Tape<f32, Cpu>>(one: Gaussian<D, T>, other: Gaussian<D, T>) -> PerRow<T> {
    let ((one, tape), (other, tape_of_other)) = (one.split_tape(), other.split_tape());
    let mut tape = tape.merge(tape_of_other);
    let (rows, width) = sizes(&one);
    // Gradients are computed along with the values.
    let (mut slopes, mut other_slopes) = (one.clone(), other.clone());
    let of_rows = elements_mut(&mut slopes)
        .chunks_exact_mut(2 * width)
        .zip(elements_mut(&mut other_slopes).chunks_exact_mut(2 * width));
    let mut values = Vec::with_capacity(rows);
    for (one, other) in of_rows {
        let mut sum = 0.0;
        for (mean, log_variance) in (0..width).zip(width..) {
            let difference = one[mean] - other[mean];
            let log_ratio = one[log_variance] - other[log_variance];
            let (ratio, precision) = (log_ratio.exp(), (-other[log_variance]).exp());
            let square = difference * difference * precision;
            sum += f64::from(0.5 * (ratio + square - log_ratio - 1.0));
            (one[mean], other[mean]) = (difference * precision, -difference * precision);
            one[log_variance] = 0.5 * (ratio - 1.0);
            other[log_variance] = 0.5 * (1.0 - ratio - square);
        }
        values.push(sum as f32);
    }

    let divergence = tensor_of(one.device(), (Batch(rows),), &values);
    let (one, other, output) = (one.ghost(), other.ghost(), divergence.ghost());
    tape.add_backward_op(move |gradients| {
        let scales = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        for (input, slopes) in [(&one, &slopes), (&other, &other_slopes)] {
            let rows = gradients.get_or_alloc_mut(input)?.chunks_exact_mut(2 * width);
            for ((sums, slopes), scale) in rows.zip(elements(slopes).chunks_exact(2 * width)).zip(&scales) {
                kernels::add_scaled(slopes, *scale, sums);
            }
        }
        **gradients.get_or_alloc_mut(&output)? = scales;
        Ok(())
    });
    divergence.put_tape(tape)
}

/// `log N(z; 0, I)` of every row, in nats. Gradient: `dz = -z` of each row.
pub fn standard_log_density<D: Dim, T: Tape<f32, Cpu>>(z: Tensor<(Batch, D), f32, Cpu, T>) -> PerRow<T> {
    let (z, mut tape) = z.split_tape();
    let latent = z.shape().1.size();
    let of_row = |z: &[f32]| {
        let squares: f64 = z.iter().map(|z| f64::from(z * z)).sum();
        (-0.5 * (squares + latent as f64 * LN_2_PI)) as f32
    };
    let values: Vec<f32> = elements(&z).chunks_exact(latent).map(of_row).collect();

    let log_density = tensor_of(z.device(), (z.shape().0,), &values);
    let output = log_density.ghost();
    tape.add_backward_op(move |gradients| {
        let scales = std::mem::take(&mut **gradients.get_or_alloc_mut(&output)?);
        let dz = gradients.get_or_alloc_mut(&z)?;
        let rows = elements(&z).chunks_exact(latent).zip(dz.chunks_exact_mut(latent));
        for ((z, dz), scale) in rows.zip(&scales) {
            kernels::add_scaled(z, -*scale, dz);
        }
        **gradients.get_or_alloc_mut(&output)? = scales;
        Ok(())
    });
    log_density.put_tape(tape)
}

/// `log 2 pi`.
pub(in crate::model) const LN_2_PI: f64 = 1.837_877_066_409_345_5;
