//! Latent variables in buckets of equal prior mass (Townsend, Bird and Barber 2019, section 2.5): a bucket is coded by the
//! posterior or by the prior, and the decoder sees its middle.

use super::cumulative::Cumulative;
use super::frequencies::{Frequencies, PRECISION, WHOLE, below_of_share};
use crate::kernels::scalar;

/// Binary digits of a bucket's number: by the prior, each latent dimension takes as many bits. More would lower the rate no
/// further, and every stream begins with about as many bits for each dimension.
const BUCKET_BITS: usize = 14;
/// How many buckets a latent dimension has.
const BUCKETS: u32 = 1 << BUCKET_BITS;

/// The buckets of every latent dimension.
pub(super) struct Buckets {
    normal: Cumulative,
    /// Where each but the first begins.
    edges: Vec<f64>,
    /// What stands for each: half of its mass is below.
    middles: Vec<f32>,
}

impl Buckets {
    pub fn new() -> Self {
        let normal = Cumulative::normal();
        let quantile = |bucket: f64| normal.quantile(bucket / f64::from(BUCKETS));
        Self {
            edges: (1..BUCKETS).map(|bucket| quantile(f64::from(bucket))).collect(),
            middles: (0..BUCKETS)
                .map(|bucket| quantile(f64::from(bucket) + 0.5) as f32)
                .collect(),
            normal,
        }
    }

    /// The latent variable that stands for a bucket.
    pub fn middle(&self, bucket: u32) -> f32 {
        self.middles[bucket as usize]
    }

    /// The buckets of a latent dimension by `q(z|x) = N(mean, exp(log_variance))`.
    pub fn posterior(&self, mean: f32, log_variance: f32) -> Posterior<'_> {
        Posterior {
            buckets: self,
            mean: f64::from(mean),
            deviation: f64::from(scalar::exp(0.5 * log_variance)),
        }
    }
}

/// The prior `N(0, 1)`: every bucket is as likely.
pub(super) struct Prior;

impl Frequencies for Prior {
    fn symbols(&self) -> u32 {
        BUCKETS
    }

    fn below(&self, bucket: u32) -> u32 {
        bucket << (PRECISION - BUCKET_BITS)
    }
}

/// A Gaussian posterior of one latent dimension.
pub(super) struct Posterior<'b> {
    buckets: &'b Buckets,
    mean: f64,
    deviation: f64,
}

impl Frequencies for Posterior<'_> {
    fn symbols(&self) -> u32 {
        BUCKETS
    }

    fn below(&self, bucket: u32) -> u32 {
        if bucket == 0 || bucket == BUCKETS {
            return bucket / BUCKETS * WHOLE;
        }
        let edge = self.buckets.edges[bucket as usize - 1];
        let share = self.buckets.normal.at((edge - self.mean) / self.deviation);
        below_of_share(share, bucket, BUCKETS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coding::frequencies::tests::checked;

    #[test]
    fn the_posterior_that_is_the_prior_finds_every_bucket_as_likely() {
        let buckets = Buckets::new();
        assert_eq!(
            checked(&Prior),
            vec![1 << (PRECISION - BUCKET_BITS); BUCKETS as usize]
        );
        // Straight lines are off by 2e-6 of the slope, and every bucket has its 1.
        for frequency in checked(&buckets.posterior(0.0, 0.0)) {
            assert!(
                frequency.abs_diff(1 << (PRECISION - BUCKET_BITS)) <= 2,
                "{frequency}"
            );
        }
    }

    #[test]
    fn a_posterior_has_its_mean_and_its_variance() {
        let buckets = Buckets::new();
        for (mean, deviation) in [(0.5, 0.1), (-1.0, 0.02), (0.0, 0.5), (2.0, 0.3)] {
            let frequencies = checked(&buckets.posterior(mean, 2.0 * f32::ln(deviation)));
            let moment = |of: &dyn Fn(f64) -> f64| {
                let terms = frequencies.iter().zip(&buckets.middles);
                terms
                    .map(|(&frequency, &z)| f64::from(frequency) * of(f64::from(z)))
                    .sum::<f64>()
                    / f64::from(WHOLE)
            };
            let found = moment(&|z| z);
            let variance = moment(&|z| (z - found) * (z - found));
            // A thousandth of the whole is spread over all buckets, with the prior's mean and variance.
            assert!((found - f64::from(mean)).abs() < 0.003, "{mean}: {found}");
            let expected = f64::from(deviation * deviation);
            assert!(
                (variance - expected).abs() < 0.01 * expected + 0.005,
                "{deviation}: {variance}"
            );
        }
    }

    #[test]
    fn extreme_moments_leave_every_bucket_its_frequency() {
        let buckets = Buckets::new();
        let extremes = [0.0, 1e-30, 50.0, f32::MAX, f32::INFINITY, f32::NAN];
        for mean in extremes.iter().flat_map(|&x| [x, -x]) {
            for log_variance in extremes.iter().flat_map(|&x| [x, -x]) {
                checked(&buckets.posterior(mean, log_variance));
            }
        }
    }
}
