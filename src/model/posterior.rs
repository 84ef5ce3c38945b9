//! The Gaussian posterior `q(z|x)`: reparameterised samples and the KL term, each with its gradient.
//!
//! A posterior is a row of [`Moments`]: `mu` of every latent dimension, then `log sigma^2` of every one.

use dfdx::prelude::*;

use crate::dims::{Batch, Latent, Moments};
use crate::kernels;
use crate::nn::view::{elements, elements_mut, tensor_of};

/// `q(z|x)` of some data points, a row of moments each.
pub type Posterior<T = NoneTape> = Tensor<(Batch, Moments<Latent>), f32, Cpu, T>;

/// `z = mu + sigma * eps` (paper, section 2.4), L samples per data point.
///
/// Shapes: moments (B, 2 N_z), noise and z (L B, N_z): the first sample of every data point, then the second, and so
/// on. Gradients, summed over the samples: `d mu = dz`, `d log sigma^2 = dz * eps * sigma / 2`.
pub fn reparameterise<T: Tape<f32, Cpu>>(
    moments: Posterior<T>,
    noise: &Tensor<(Batch, Latent), f32, Cpu>,
) -> Tensor<(Batch, Latent), f32, Cpu, T> {
    let (moments, mut tape) = moments.split_tape();
    let (Batch(points), Moments(Latent(latent))) = *moments.shape();
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

fn samples(noise: &Tensor<(Batch, Latent), f32, Cpu>, one_sample: usize) -> std::slice::ChunksExact<'_, f32> {
    elements(noise).chunks_exact(one_sample)
}

/// `KL(q(z|x) || N(0, I)) = 1/2 sum_j (mu_j^2 + sigma_j^2 - log sigma_j^2 - 1)` (appendix B), summed over the rows; a
/// dimension of a row whose divergence is below `free_nats` counts as much as they do. The number beside it is the
/// divergence itself, in nats.
///
/// Shape: moments (B, 2 N_z). Gradients: `d mu = mu`, `d log sigma^2 = (sigma^2 - 1) / 2`, and 0 below the free nats.
pub fn kl_from_standard_normal<T: Tape<f32, Cpu>>(
    moments: Posterior<T>,
    free_nats: f32,
) -> (Tensor<Rank0, f32, Cpu, T>, f64) {
    let (moments, mut tape) = moments.split_tape();
    let (Batch(points), Moments(Latent(latent))) = *moments.shape();
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

/// `1/L sum_l log q(z_l|x) - log p(z_l)`, summed over the data points: the KL divergence as it is estimated from the
/// samples themselves, for the SGVB estimator A (equation 6).
///
/// Shapes: z and noise (L B, N_z) as in [`reparameterise`], moments (B, 2 N_z). With `eps = (z - mu) / sigma` constant it
/// is `1/2 sum_j z_j^2 - eps_j^2 - log sigma_j^2`. Gradients: `dz = z / L`, `d log sigma^2 = -1/2`.
pub fn sampled_kl<T: Tape<f32, Cpu>>(
    z: Tensor<(Batch, Latent), f32, Cpu, T>,
    moments: &Posterior,
    noise: &Tensor<(Batch, Latent), f32, Cpu>,
) -> Tensor<Rank0, f32, Cpu, T> {
    let (z, mut tape) = z.split_tape();
    let (Batch(points), Moments(Latent(latent))) = *moments.shape();
    let one_sample = points * latent;
    let number = z.shape().0.0 / points;
    let sum: f64 = samples(&z, one_sample)
        .zip(samples(noise, one_sample))
        .map(|(z, noise)| kernels::sampled_kl(z, noise, elements(moments), latent))
        .sum();

    let kl = tensor_of(z.device(), (), &[(sum / number as f64) as f32]);
    let (moments, ghost) = (moments.clone(), kl.ghost());
    tape.add_backward_op(move |gradients| {
        let scale = gradients.get_or_alloc_mut(&ghost)?[0] / number as f32;
        let mut dz = std::mem::take(&mut **gradients.get_or_alloc_mut(&z)?);
        let d_moments = gradients.get_or_alloc_mut(&moments)?;
        for (z, dz) in samples(&z, one_sample).zip(dz.chunks_exact_mut(one_sample)) {
            kernels::sampled_kl_backward(z, latent, scale, dz, d_moments);
        }
        **gradients.get_or_alloc_mut(&z)? = dz;
        Ok(())
    });
    kl.put_tape(tape)
}

/// `log q(z_l|x) - log p(z_l)` of every latent row, as in [`sampled_kl`].
pub fn sampled_kl_by_row<T: Tape<f32, Cpu>>(
    z: &Tensor<(Batch, Latent), f32, Cpu, T>,
    moments: &Posterior,
    noise: &Tensor<(Batch, Latent), f32, Cpu>,
) -> Vec<f64> {
    let latent = z.shape().1.0;
    let rows = elements(z)
        .chunks_exact(latent)
        .zip(elements(noise).chunks_exact(latent));
    let of_points = elements(moments).chunks_exact(2 * latent).cycle();
    rows.zip(of_points)
        .map(|((z, noise), moments)| kernels::sampled_kl(z, noise, moments, latent))
        .collect()
}

/// `sum_l w_l (log q(z_l|x) - log p(z_l))`, summed over the data points, with a constant weight of every latent row.
///
/// Shapes as in [`sampled_kl`], which has the weights `1/L`. Gradients: `dz = w z`, `d log sigma^2 = -w/2`.
pub fn weighted_sampled_kl<T: Tape<f32, Cpu>>(
    z: Tensor<(Batch, Latent), f32, Cpu, T>,
    moments: &Posterior,
    noise: &Tensor<(Batch, Latent), f32, Cpu>,
    weights: Vec<f32>,
) -> Tensor<Rank0, f32, Cpu, T> {
    let (z, mut tape) = z.split_tape();
    let by_row = sampled_kl_by_row(&z, moments, noise);
    assert_eq!(weights.len(), by_row.len(), "a weight for every row");
    let sum: f64 = by_row
        .iter()
        .zip(&weights)
        .map(|(kl, &weight)| kl * f64::from(weight))
        .sum();

    let kl = tensor_of(z.device(), (), &[sum as f32]);
    let (moments, ghost) = (moments.clone(), kl.ghost());
    tape.add_backward_op(move |gradients| {
        let scale = gradients.get_or_alloc_mut(&ghost)?[0];
        let (Batch(points), Moments(Latent(latent))) = *moments.shape();
        let mut dz = std::mem::take(&mut **gradients.get_or_alloc_mut(&z)?);
        let d_moments = gradients.get_or_alloc_mut(&moments)?;
        let rows = elements(&z).chunks_exact(latent).zip(dz.chunks_exact_mut(latent));
        for (row, ((z, dz), weight)) in rows.zip(weights).enumerate() {
            let d_moments = &mut d_moments[row % points * 2 * latent..][..2 * latent];
            kernels::sampled_kl_backward(z, latent, scale * weight, dz, d_moments);
        }
        **gradients.get_or_alloc_mut(&z)? = dz;
        Ok(())
    });
    kl.put_tape(tape)
}

/// `log q(z|x)`, summed over the rows: how well the recognition model explains latent variables that are known.
///
/// Shapes: moments (B, 2 N_z), z (B, N_z). Gradients: `d mu = (z - mu) / sigma^2`,
/// `d log sigma^2 = ((z - mu)^2 / sigma^2 - 1) / 2`; computed along with the value, they take the place of the moments.
pub fn log_density<T: Tape<f32, Cpu>>(
    moments: Posterior<T>,
    z: &Tensor<(Batch, Latent), f32, Cpu>,
) -> Tensor<Rank0, f32, Cpu, T> {
    let (mut moments, mut tape) = moments.split_tape();
    let (Batch(points), Moments(Latent(latent))) = *moments.shape();
    let mut per_point = vec![0.0; points];
    kernels::log_density_and_gradients(elements_mut(&mut moments), elements(z), latent, &mut per_point);

    let log_density = tensor_of(moments.device(), (), &[per_point.iter().sum::<f64>() as f32]);
    let ghost = log_density.ghost();
    tape.add_backward_op(move |gradients| {
        let scale = gradients.get_or_alloc_mut(&ghost)?[0];
        kernels::add_scaled(elements(&moments), scale, gradients.get_or_alloc_mut(&moments)?);
        Ok(())
    });
    log_density.put_tape(tape)
}
