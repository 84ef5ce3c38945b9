//! A beta-binomial in every value, for bytes (as in Townsend, Bird and Barber 2019): so many of 255 trials succeed, whose
//! common probability has a beta distribution with the concentrations `alpha` and `beta`, of which the decoder says the logarithms.

use rand::{Rng, RngCore};
use rand_distr::{Beta, Binomial};

use super::distribution::{Layer, ValueDistribution};
use crate::kernels::special::{ln_gamma_and_digamma, nearest, positive};

/// The logarithm of a concentration is at most this far from 0. At the largest ones a beta-binomial is a binomial.
const MOST_LOG_CONCENTRATION: f32 = 12.0;

/// The concentration behind a number that the decoder says: `e^(12 tanh(number / 12))`, the same to the bit on every processor.
#[inline(always)]
pub fn concentration(number: f32) -> f64 {
    positive(number, MOST_LOG_CONCENTRATION).0
}

#[derive(Clone, Copy)]
pub(super) struct BetaBinomial {
    /// Trials: the count of a value is `x` times them.
    pub trials: f32,
}

impl ValueDistribution<2> for BetaBinomial {
    fn layer(&self) -> Layer {
        Layer::new("log_concentrations", 2)
    }

    /// `ln C(n, k) + ln B(k + alpha, n - k + beta) - ln B(alpha, beta)`.
    #[inline(always)]
    fn log_likelihood(&self, [alpha, beta]: [f32; 2], x: f32) -> (f32, [f32; 2]) {
        let trials = f64::from(self.trials);
        let successes = nearest(f64::from(x) * trials);
        let failures = trials - successes;
        let (alpha, _, alpha_slope) = positive(alpha, MOST_LOG_CONCENTRATION);
        let (beta, _, beta_slope) = positive(beta, MOST_LOG_CONCENTRATION);
        let (of_alpha, d_alpha) = ln_gamma_and_digamma(alpha);
        let (of_beta, d_beta) = ln_gamma_and_digamma(beta);
        let (of_both, d_both) = ln_gamma_and_digamma(alpha + beta);
        let (of_successes, d_successes) = ln_gamma_and_digamma(successes + alpha);
        let (of_failures, d_failures) = ln_gamma_and_digamma(failures + beta);
        let (of_all, d_all) = ln_gamma_and_digamma(trials + (alpha + beta));
        let (ways, _) = ln_gamma_and_digamma(trials + 1.0);
        let (ways_of_successes, _) = ln_gamma_and_digamma(successes + 1.0);
        let (ways_of_failures, _) = ln_gamma_and_digamma(failures + 1.0);

        let log_choices = ways - ways_of_successes - ways_of_failures;
        let common = d_both - d_all;
        (
            (log_choices + (of_successes - of_alpha) + (of_failures - of_beta) + (of_both - of_all)) as f32,
            [
                ((d_successes - d_alpha + common) * alpha * alpha_slope) as f32,
                ((d_failures - d_beta + common) * beta * beta_slope) as f32,
            ],
        )
    }

    #[inline(always)]
    fn mean(&self, [alpha, beta]: [f32; 2]) -> f32 {
        let (alpha, beta) = (concentration(alpha), concentration(beta));
        (alpha / (alpha + beta)) as f32
    }

    fn sample(&self, numbers: [f32; 2], generator: &mut dyn RngCore) -> f32 {
        let mean = f64::from(self.mean(numbers));
        let [alpha, beta] = numbers.map(concentration);
        // With tiny concentrations all trials go the same way, but a quotient of numbers that underflowed is none.
        let probability = Beta::new(alpha, beta).map_or(mean, |beta| generator.sample(beta));
        let probability = if probability.is_nan() { mean } else { probability };
        let successes = Binomial::new(self.trials as u64, probability.clamp(0.0, 1.0))
            .map_or(0, |binomial| generator.sample(binomial));
        successes as f32 / self.trials
    }
}
