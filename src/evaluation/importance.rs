//! The importance-weighted bound on the marginal likelihood (Burda, Grosse and Salakhutdinov, arXiv 1509.00519).

use dfdx::prelude::*;
use rayon::prelude::*;

use super::{Noise, device};
use crate::data::Split;
use crate::dims::{Batch, Latent, Moments, Pixels};
use crate::model::{Vae, posterior};

use crate::nn::view::{elements, elements_mut};
use crate::random::{Purpose, fill_standard_normal, generator};

/// Samples that one thread decodes at a time: memory stays bounded whatever K is, and near the processor.
const BLOCK: usize = 125;

/// An estimate of `log p(x)`, in nats per data point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogLikelihood {
    /// The mean over the data points.
    pub mean: f64,
    /// The standard error of that mean, from the spread over the data points.
    pub standard_error: f64,
    /// Data points that were evaluated.
    pub points: usize,
}

/// `log 1/K sum_k p(x, z_k) / q(z_k|x)` with `z_k` from `q(z|x)`, averaged over the first `points` points of `split`.
///
/// A lower bound of `log p(x)` in expectation, tighter with every sample; K = 1 is the ordinary lower bound. After
/// every round `go_on` hears how many points are done; if it says no, the answer is `None`.
pub fn importance_weighted(
    model: &Vae,
    split: &Split,
    points: usize,
    samples: usize,
    noise: Noise,
    mut go_on: impl FnMut(usize) -> bool,
) -> Option<LogLikelihood> {
    let mut values: Vec<f64> = Vec::with_capacity(points);
    while values.len() < points {
        let round = values.len()..points.min(values.len() + rayon::current_num_threads());
        let of_points = round
            .into_par_iter()
            .map(|index| log_likelihood_of(model, split, index, samples, noise));
        values.par_extend(of_points);
        if !go_on(values.len()) {
            return None;
        }
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    (points > 0).then_some(LogLikelihood {
        mean,
        standard_error: (variance / count).sqrt(),
        points,
    })
}

/// The bound of one data point.
fn log_likelihood_of(model: &Vae, split: &Split, index: usize, samples: usize, noise: Noise) -> f64 {
    let (pixels, latent) = (model.architecture().pixels, model.architecture().latent);
    let device = device();
    let mut x = device.zeros_like(&(Batch(1), Pixels(pixels)));
    noise
        .binarisation
        .fill_row(split, index, noise.seed, 0, elements_mut(&mut x));
    let moments = elements(&model.recognise(&x, noise.seed)).to_vec();
    let log_variances = &moments[latent..];
    let mut generator = generator(noise.seed, Purpose::Evaluation, 1, index as u64);

    let mut weights = LogSumExp::default();
    let mut left = samples;
    while left > 0 {
        let count = left.min(BLOCK);
        left -= count;
        let shape = (Batch(count), Latent(latent));
        let mut eps = device.zeros_like(&shape);
        fill_standard_normal(&mut generator, elements_mut(&mut eps));
        let posterior_moments =
            device.tensor_from_vec(moments.repeat(count), (Batch(count), Moments(Latent(latent))));
        let z = posterior::reparameterise(posterior_moments, &eps);

        // log p(z) - log q(z|x): the constants of the two Gaussians cancel.
        let prior_less_posterior: Vec<f64> = elements(&z)
            .chunks_exact(latent)
            .zip(elements(&eps).chunks_exact(latent))
            .map(|(z, eps)| {
                let terms = z
                    .iter()
                    .zip(eps)
                    .zip(log_variances)
                    .map(|((&z, &eps), &log_variance)| {
                        (f64::from(eps).powi(2) - f64::from(z).powi(2) + f64::from(log_variance)) / 2.0
                    });
                terms.sum()
            })
            .collect();

        let log_likelihoods = model.decoder().forward(z).log_likelihoods(&x);
        for (log_likelihood, rest) in log_likelihoods.iter().zip(prior_less_posterior) {
            weights.add(log_likelihood + rest);
        }
    }
    weights.value() - (samples as f64).ln()
}

/// `log sum exp` of numbers that arrive one by one, without overflow.
#[derive(Clone, Copy, Debug)]
struct LogSumExp {
    largest: f64,
    /// The sum of `exp(value - largest)`.
    scaled: f64,
}

impl Default for LogSumExp {
    fn default() -> Self {
        Self {
            largest: f64::NEG_INFINITY,
            scaled: 0.0,
        }
    }
}

impl LogSumExp {
    fn add(&mut self, value: f64) {
        if value > self.largest {
            self.scaled *= (self.largest - value).exp();
            self.largest = value;
        }
        self.scaled += (value - self.largest).exp();
    }

    fn value(self) -> f64 {
        self.largest + self.scaled.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_sum_exp_neither_overflows_nor_depends_on_the_order() {
        let of = |values: &[f64]| {
            let mut sum = LogSumExp::default();
            values.iter().for_each(|&value| sum.add(value));
            sum.value()
        };
        assert!((of(&[0.0, 0.0]) - 2.0_f64.ln()).abs() < 1e-12);
        assert!((of(&[-1e4, -1e4, -1e4]) - (3.0_f64.ln() - 1e4)).abs() < 1e-9);
        assert!((of(&[800.0, 700.0, 801.0]) - of(&[801.0, 800.0, 700.0])).abs() < 1e-9);
        assert_eq!(of(&[]), f64::NEG_INFINITY);
    }
}
