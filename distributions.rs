//! The distributions of an autoencoder: a Bernoulli likelihood over the data, a Gaussian posterior over the latent
//! variables. Logarithms are natural, so every likelihood and divergence is in nats.
//!
//! `moments` has rows of `2 * latent` numbers: the means `mu` of a data point's Gaussian, then its log-variances
//! `ln(sigma^2)`. References are to Kingma and Welling, Auto-Encoding Variational Bayes.

use super::dispatch::{Lanes, fma, kernel};
use super::elementwise::{exp, exp_m1, softplus_and_sigmoid};

kernel! {
    /// `per_row = sum over a row of x l - softplus(l)`: the log-likelihood of `x` under independent Bernoulli variables
    /// of probability `sigmoid(l)` (appendix C.1), with `logits` and `x` both `per_row.len()` x `columns`.
    ///
    /// Stable for every logit: `ln(sigmoid)` is never formed. `x` may be any number in [0, 1]; between the ends it is
    /// the expected log-likelihood of a pixel that is 1 with probability x, and no density over grey levels.
    pub fn bernoulli_log_likelihood<S>(logits: &[f32], x: &[f32], columns: usize, per_row: &mut [f64]) {
        assert_shape(logits.len(), per_row.len(), columns);
        assert_shape(x.len(), per_row.len(), columns);
        for (row, total) in per_row.iter_mut().enumerate() {
            let range = row * columns..(row + 1) * columns;
            let mut lanes = Lanes::new();
            for (logits, x) in logits[range.clone()].chunks(Lanes::COUNT).zip(x[range].chunks(Lanes::COUNT)) {
                let mut terms = [0.0; Lanes::COUNT];
                for ((term, &logit), &x) in terms.iter_mut().zip(logits).zip(x) {
                    *term = fma::<S>(x, logit, -softplus_and_sigmoid::<S>(logit).0);
                }
                lanes.add(&terms);
            }
            *total = lanes.sum();
        }
    }
}

kernel! {
    /// [`bernoulli_log_likelihood`] and, from the same exponentials, its gradient: `d_logits = scale (x - sigmoid(l))`.
    pub fn bernoulli_log_likelihood_with_gradient<S>(
        logits: &[f32], x: &[f32], columns: usize, scale: f32, per_row: &mut [f64], d_logits: &mut [f32],
    ) {
        assert_shape(logits.len(), per_row.len(), columns);
        assert_shape(x.len(), per_row.len(), columns);
        assert_shape(d_logits.len(), per_row.len(), columns);
        for (row, total) in per_row.iter_mut().enumerate() {
            let range = row * columns..(row + 1) * columns;
            let mut lanes = Lanes::new();
            for ((logits, x), d_logits) in logits[range.clone()]
                .chunks(Lanes::COUNT)
                .zip(x[range.clone()].chunks(Lanes::COUNT))
                .zip(d_logits[range].chunks_mut(Lanes::COUNT))
            {
                let mut terms = [0.0; Lanes::COUNT];
                for (((term, &logit), &x), d_logit) in terms.iter_mut().zip(logits).zip(x).zip(d_logits) {
                    let (softplus, sigmoid) = softplus_and_sigmoid::<S>(logit);
                    *term = fma::<S>(x, logit, -softplus);
                    *d_logit = scale * (x - sigmoid);
                }
                lanes.add(&terms);
            }
            *total = lanes.sum();
        }
    }
}

kernel! {
    /// `d_logits = scale (x - sigmoid(l))`: the gradient of `scale` times the sum of [`bernoulli_log_likelihood`].
    pub fn bernoulli_log_likelihood_backward<S>(logits: &[f32], x: &[f32], scale: f32, d_logits: &mut [f32]) {
        assert_eq!(logits.len(), x.len());
        assert_eq!(logits.len(), d_logits.len());
        for ((d_logit, &logit), &x) in d_logits.iter_mut().zip(logits).zip(x) {
            *d_logit = scale * (x - softplus_and_sigmoid::<S>(logit).1);
        }
    }
}

kernel! {
    /// `z = mu + sigma epsilon`: a posterior sample from standard normal noise (section 2.4), with `epsilon` and `z` of
    /// `latent` numbers a row.
    pub fn reparameterise<S>(moments: &[f32], epsilon: &[f32], latent: usize, z: &mut [f32]) {
        let rows = assert_moments(moments.len(), latent);
        assert_shape(epsilon.len(), rows, latent);
        assert_shape(z.len(), rows, latent);
        if latent == 0 {
            return;
        }
        for ((moments, epsilon), z) in moments
            .chunks_exact(2 * latent)
            .zip(epsilon.chunks_exact(latent))
            .zip(z.chunks_exact_mut(latent))
        {
            let (mu, log_variance) = moments.split_at(latent);
            for (((z, &mu), &log_variance), &epsilon) in z.iter_mut().zip(mu).zip(log_variance).zip(epsilon) {
                *z = fma::<S>(exp::<S>(0.5 * log_variance), epsilon, mu);
            }
        }
    }
}

kernel! {
    /// The gradient of [`reparameterise`], added to `d_moments`: `d_mu += dz` and
    /// `d_log_variance += dz epsilon sigma / 2`.
    pub fn reparameterise_backward<S>(
        moments: &[f32], epsilon: &[f32], dz: &[f32], latent: usize, d_moments: &mut [f32],
    ) {
        let rows = assert_moments(moments.len(), latent);
        assert_shape(epsilon.len(), rows, latent);
        assert_shape(dz.len(), rows, latent);
        assert_eq!(d_moments.len(), moments.len());
        if latent == 0 {
            return;
        }
        for (((moments, epsilon), dz), d_moments) in moments
            .chunks_exact(2 * latent)
            .zip(epsilon.chunks_exact(latent))
            .zip(dz.chunks_exact(latent))
            .zip(d_moments.chunks_exact_mut(2 * latent))
        {
            let log_variance = &moments[latent..];
            let (d_mu, d_log_variance) = d_moments.split_at_mut(latent);
            for ((((d_mu, d_log_variance), &dz), &log_variance), &epsilon) in
                d_mu.iter_mut().zip(d_log_variance).zip(dz).zip(log_variance).zip(epsilon)
            {
                *d_mu += dz;
                *d_log_variance = fma::<S>(0.5 * dz * epsilon, exp::<S>(0.5 * log_variance), *d_log_variance);
            }
        }
    }
}

/// `1/2 (mu^2 + sigma^2 - ln(sigma^2) - 1)`, the divergence of one latent dimension. Taking the 1 from the variance
/// before rounding keeps it accurate for dimensions near the prior.
#[inline(always)]
fn divergence<S: pulp::Simd>(mu: f32, log_variance: f32) -> f32 {
    0.5 * fma::<S>(mu, mu, exp_m1::<S>(log_variance) - log_variance)
}

kernel! {
    /// `per_row = KL(q(z|x) || p(z))`, the divergence of each row's Gaussian from the standard normal prior, in closed
    /// form (appendix B): `1/2 sum of mu^2 + sigma^2 - ln(sigma^2) - 1`.
    pub fn gaussian_kl<S>(moments: &[f32], latent: usize, per_row: &mut [f64]) {
        assert_shape(moments.len(), per_row.len(), 2 * latent);
        for (row, total) in per_row.iter_mut().enumerate() {
            let (mu, log_variance) = moments[row * 2 * latent..(row + 1) * 2 * latent].split_at(latent);
            let mut lanes = Lanes::new();
            for (mu, log_variance) in mu.chunks(Lanes::COUNT).zip(log_variance.chunks(Lanes::COUNT)) {
                let mut terms = [0.0; Lanes::COUNT];
                for ((term, &mu), &log_variance) in terms.iter_mut().zip(mu).zip(log_variance) {
                    *term = divergence::<S>(mu, log_variance);
                }
                lanes.add(&terms);
            }
            *total = lanes.sum();
        }
    }
}

kernel! {
    /// The divergence of every latent dimension, summed over the rows and added to `sums`, one number a dimension:
    /// those near 0 are dimensions that the posterior leaves to the prior.
    pub fn gaussian_kl_per_dimension<S>(moments: &[f32], sums: &mut [f64]) {
        let latent = sums.len();
        assert_moments(moments.len(), latent);
        if latent == 0 {
            return;
        }
        for moments in moments.chunks_exact(2 * latent) {
            let (mu, log_variance) = moments.split_at(latent);
            for ((sum, &mu), &log_variance) in sums.iter_mut().zip(mu).zip(log_variance) {
                *sum += f64::from(divergence::<S>(mu, log_variance));
            }
        }
    }
}

kernel! {
    /// The gradient of `scale` times the sum of [`gaussian_kl`], added to `d_moments`: `d_mu += scale mu` and
    /// `d_log_variance += scale (sigma^2 - 1) / 2`.
    pub fn gaussian_kl_backward<S>(moments: &[f32], latent: usize, scale: f32, d_moments: &mut [f32]) {
        assert_moments(moments.len(), latent);
        assert_eq!(d_moments.len(), moments.len());
        if latent == 0 {
            return;
        }
        for (moments, d_moments) in moments.chunks_exact(2 * latent).zip(d_moments.chunks_exact_mut(2 * latent)) {
            let (mu, log_variance) = moments.split_at(latent);
            let (d_mu, d_log_variance) = d_moments.split_at_mut(latent);
            for (((d_mu, d_log_variance), &mu), &log_variance) in
                d_mu.iter_mut().zip(d_log_variance).zip(mu).zip(log_variance)
            {
                *d_mu = fma::<S>(scale, mu, *d_mu);
                *d_log_variance = fma::<S>(0.5 * scale, exp_m1::<S>(log_variance), *d_log_variance);
            }
        }
    }
}

#[inline(always)]
fn assert_shape(length: usize, rows: usize, columns: usize) {
    assert_eq!(Some(length), rows.checked_mul(columns), "{rows} rows of {columns}");
}

/// The number of rows in moments of `length` numbers.
#[inline(always)]
fn assert_moments(length: usize, latent: usize) -> usize {
    let rows = length.checked_div(2 * latent).unwrap_or(0);
    assert_shape(length, rows, 2 * latent);
    rows
}
