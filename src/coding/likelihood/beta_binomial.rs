//! Bytes by a beta-binomial in every pixel: 255 coin tosses with a coin drawn from a beta distribution.

use super::LEVELS;
use super::weights::{UNIT, Weights};

/// Tosses.
const TRIALS: usize = LEVELS - 1;

/// A pixel with `p(k) = C(255, k) B(k + alpha, 255 - k + beta) / B(alpha, beta)`.
///
/// Each value's weight follows from its neighbour's, `p(k + 1) / p(k) = (255 - k) (k + alpha) / ((k + 1) (254 - k + beta))`,
/// from the likeliest outward, so that none overflows and no gamma function is needed.
pub(super) fn beta_binomial(alpha: f64, beta: f64) -> Weights {
    let mut weights = [0.0; LEVELS];
    let start = likeliest(alpha, beta);
    // With one peak, all weights beyond one that counts as nothing do too; otherwise the other end may weigh more.
    let has_one_peak = alpha >= 1.0 || beta >= 1.0;
    let is_over = |weight: f64| has_one_peak && weight * UNIT < 1.0;

    // `p(k + 1) / p(k)` as numerator and denominator.
    let neighbours = |k: usize| {
        let (k, rest) = (k as f64, (TRIALS - k) as f64);
        (rest * (k + alpha), (k + 1.0) * (rest - 1.0 + beta))
    };

    let mut weight = 1.0;
    weights[start] = weight;
    for k in start..TRIALS {
        let (next, this) = neighbours(k);
        weight *= next / this;
        if is_over(weight) {
            break;
        }
        weights[k + 1] = weight;
    }
    weight = 1.0;
    for k in (0..start).rev() {
        let (next, this) = neighbours(k);
        weight *= this / next;
        if is_over(weight) {
            break;
        }
        weights[k] = weight;
    }

    Weights::new(&weights)
}

/// The value with the largest weight or one beside it; an end where both ends are peaks.
fn likeliest(alpha: f64, beta: f64) -> usize {
    if alpha <= 1.0 {
        0
    } else if beta <= 1.0 {
        TRIALS
    } else {
        // Where the ratio of neighbours passes 1.
        let place = (TRIALS as f64 * (alpha - 1.0) - (beta - 1.0)) / (alpha + beta - 2.0);
        (place as usize).min(TRIALS)
    }
}

#[cfg(test)]
mod tests {
    use statrs::function::beta::ln_beta;
    use statrs::function::factorial::ln_binomial;

    use super::*;
    use crate::coding::frequencies::WHOLE;
    use crate::coding::frequencies::tests::checked;

    #[test]
    fn frequencies_are_the_closed_form() {
        for (alpha, beta) in [
            (1.0, 1.0),
            (0.5, 0.5),
            (0.01, 30.0),
            (30.0, 0.01),
            (0.2, 1.0),
            (2.0, 3.0),
            (4_000.0, 6_000.0),
            (1e-3, 1e-3),
            (1e-6, 0.3),
            (1e6, 1.0),
            (1e9, 1e5),
        ] {
            let frequencies = checked(&beta_binomial(alpha, beta));
            for (k, &frequency) in frequencies.iter().enumerate() {
                let (successes, failures) = (k as f64, (TRIALS - k) as f64);
                let log = ln_binomial(TRIALS as u64, k as u64) + ln_beta(successes + alpha, failures + beta)
                    - ln_beta(alpha, beta);
                let (share, expected) = (f64::from(frequency) / f64::from(WHOLE), log.exp());
                // Two roundings and the 1 of every value; and what the reference's gamma function is off by.
                let tolerance = 3e-7 + 2e-5 * expected + expected * 1e-13 * (alpha + beta);
                assert!(
                    (share - expected).abs() < tolerance,
                    "{alpha}, {beta}: {share} of {k}, not {expected}"
                );
            }
        }
    }

    #[test]
    fn extreme_parameters_leave_every_value_its_frequency() {
        let extremes = [0.0, 1e-300, 1e-30, 1.0, 1e30, 1e300, f64::INFINITY, f64::NAN];
        for alpha in extremes {
            for beta in extremes {
                checked(&beta_binomial(alpha, beta));
            }
        }
    }
}
