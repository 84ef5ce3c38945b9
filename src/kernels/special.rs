//! Functions in double precision without a branch or a call, so that loops over them vectorise: `exp`, `ln`, `ln Gamma` with
//! its derivative, and what densities are made of.
//!
//! Differences of large logarithms stand behind the probability of a count, for which single precision has too few digits.
//! Products and sums are not fused, so every processor computes the same bits.

use super::scalar;

/// The number that is added to round to an integer: 1.5 * 2^52.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// `ln 2` in two parts, the first with so few bits that its product with an exponent is exact.
const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_8;

/// The nearest whole number of one below 2^51 in magnitude.
#[inline(always)]
pub fn nearest(x: f64) -> f64 {
    (x + ROUND) - ROUND
}

/// `e^x`: `2^n e^r` with an integer `n` and `|r| <= ln(2) / 2`, by Taylor's series. Within 1e-15 relative for `x` from -708 to
/// 709; beyond, it has the values at those ends.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let x = if x > 709.0 { 709.0 } else { x };
    let x = if x < -708.0 { -708.0 } else { x };
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let e_to_r = polynomial(
        r,
        [
            1.0 / 6_227_020_800.0,
            1.0 / 479_001_600.0,
            1.0 / 39_916_800.0,
            1.0 / 3_628_800.0,
            1.0 / 362_880.0,
            1.0 / 40_320.0,
            1.0 / 5_040.0,
            1.0 / 720.0,
            1.0 / 120.0,
            1.0 / 24.0,
            1.0 / 6.0,
            0.5,
            1.0,
            1.0,
        ],
    );
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits());
    e_to_r * f64::from_bits(exponent.wrapping_add(1_023) << 52)
}

/// `ln x` of a positive normal number: the exponent's share, and `2 artanh(s)` with `s = (m - 1) / (m + 1)` of the mantissa
/// `m`, from about 0.7 to 1.4, by its series. Within 1e-15 of the exact value, or of the value 1 where that is less.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    /// The bits of `sqrt(1/2)`, where the mantissa's range begins.
    const LEAST_MANTISSA: u64 = 0x3fe6_a09e_667f_3bcd;
    /// Added to bits of an integer below 2^52, they are those of that integer and 2^52 as a float.
    const TWO_TO_52: u64 = 0x4330_0000_0000_0000;
    let bits = x.to_bits();
    // Counted from 1023 below 2^0, so that it is no negative integer.
    let biased = bits.wrapping_sub(LEAST_MANTISSA).wrapping_add(1_023 << 52) >> 52;
    let exponent = f64::from_bits(biased | TWO_TO_52) - (4_503_599_627_370_496.0 + 1_023.0);
    let m = f64::from_bits(bits.wrapping_sub(biased.wrapping_sub(1_023) << 52));
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let series = polynomial(
        square,
        [
            1.0 / 21.0,
            1.0 / 19.0,
            1.0 / 17.0,
            1.0 / 15.0,
            1.0 / 13.0,
            1.0 / 11.0,
            1.0 / 9.0,
            1.0 / 7.0,
            1.0 / 5.0,
            1.0 / 3.0,
        ],
    );
    exponent * LN_2_HIGH + (2.0 * (s + s * square * series) + exponent * LN_2_LOW)
}

/// `ln Gamma(x)` and its derivative, the digamma function, for `x` from 1e-30 to 1e30: both by Stirling's series at
/// `x + 8` (Abramowitz and Stegun 1964, 6.1.40 and 6.3.18), eight steps down by the recurrence.
///
/// Each is within 1e-13 of the exact value, relative where that is larger than one.
#[inline(always)]
pub fn ln_gamma_and_digamma(x: f64) -> (f64, f64) {
    // x (x + 1) ... (x + 7), from the outside in: the pairs are y, y + 6, y + 10 and y + 12.
    let y = x * (x + 7.0);
    let (outer, inner) = (y * (y + 6.0), (y + 10.0) * (y + 12.0));
    let product = outer * inner;
    // The sum of their reciprocals: every pair has the sum 2 x + 7.
    let reciprocals = (2.0 * x + 7.0) * ((2.0 * y + 6.0) * inner + (2.0 * y + 22.0) * outer) / product;

    let z = x + 8.0;
    let (ln_z, inverse) = (ln(z), 1.0 / z);
    let w = inverse * inverse;
    let of_gamma = polynomial(
        w,
        [
            1.0 / 156.0,
            -691.0 / 360_360.0,
            1.0 / 1_188.0,
            -1.0 / 1_680.0,
            1.0 / 1_260.0,
            -1.0 / 360.0,
            1.0 / 12.0,
        ],
    );
    let of_digamma = polynomial(
        w,
        [
            1.0 / 12.0,
            -691.0 / 32_760.0,
            1.0 / 132.0,
            -1.0 / 240.0,
            1.0 / 252.0,
            -1.0 / 120.0,
            1.0 / 12.0,
        ],
    );
    (
        (z - 0.5) * ln_z - z + HALF_LN_2_PI + inverse * of_gamma - ln(product),
        ln_z - 0.5 * inverse - w * of_digamma - reciprocals,
    )
}

/// `ln(1 + e^x)` and its derivative, the sigmoid.
#[inline(always)]
pub fn softplus_and_sigmoid(x: f64) -> (f64, f64) {
    let e = exp(-x.abs());
    let (positive, numerator) = if x < 0.0 { (0.0, e) } else { (x, 1.0) };
    (positive + ln(1.0 + e), numerator / (1.0 + e))
}

/// `ln((1 - e^-t) / t)` and `1 / t - 1 / (e^t - 1)` for `t >= 0`, up to 1e300: how much an exponential density of rate `t`
/// gains where it is cut off at 1, with the sign changed, and its mean there. Near 0 by their series in Bernoulli numbers.
#[inline(always)]
pub fn truncated_exponential(t: f64) -> (f64, f64) {
    let square = t * t;
    let near_log = polynomial(
        square,
        [
            -691.0 / 15_692_092_416_000.0,
            1.0 / 479_001_600.0,
            -1.0 / 9_676_800.0,
            1.0 / 181_440.0,
            -1.0 / 2_880.0,
            1.0 / 24.0,
        ],
    );
    let near_mean = polynomial(
        square,
        [
            691.0 / 1_307_674_368_000.0,
            -1.0 / 47_900_160.0,
            1.0 / 1_209_600.0,
            -1.0 / 30_240.0,
            1.0 / 720.0,
            -1.0 / 12.0,
        ],
    );
    let e = exp(-t);
    if t < 1.0 {
        (square * near_log - 0.5 * t, 0.5 + t * near_mean)
    } else {
        (ln((1.0 - e) / t), 1.0 / t - e / (1.0 - e))
    }
}

/// A positive number from any: `l = most * tanh(raw / most)` is its logarithm, so that it is `e^raw` near 1 and always
/// between `e^-most` and `e^most`; returned are the number, `l`, and the derivative of `l`.
#[inline(always)]
pub fn positive(raw: f32, most: f32) -> (f64, f64, f64) {
    let tanh = f64::from(scalar::tanh(raw / most));
    let logarithm = f64::from(most) * tanh;
    (exp(logarithm), logarithm, 1.0 - tanh * tanh)
}

/// Horner's scheme, the highest coefficient first.
#[inline(always)]
fn polynomial<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    let mut value = 0.0;
    for coefficient in coefficients {
        value = value * x + coefficient;
    }
    value
}

#[cfg(test)]
mod tests {
    use statrs::function::gamma::{digamma, ln_gamma};

    use super::*;

    /// Numbers from `10^least` to `10^most`, many for every power of ten.
    fn powers(least: i32, most: i32) -> impl Iterator<Item = f64> {
        (100 * least..=100 * most).map(|hundredths| 10_f64.powf(f64::from(hundredths) / 100.0))
    }

    /// Off by at most `tolerance`, relative where the exact value is larger than one.
    fn assert_near(ours: f64, exact: f64, tolerance: f64, at: f64) {
        assert!(
            (ours - exact).abs() <= tolerance * exact.abs().max(1.0),
            "{ours} for {exact} at {at}"
        );
    }

    #[test]
    fn exponentials_and_logarithms_are_the_exact_ones() {
        for x in (-70_800..=70_900).map(|x| f64::from(x) / 100.0) {
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-15 * (1.0 + x.abs()), "{x}");
        }
        for x in powers(-307, 308).chain((1..1_000).map(|x| f64::from(x) / 500.0)) {
            assert_near(ln(x), x.ln(), 1e-15, x);
        }
        assert_eq!(ln(1.0), 0.0);
        assert_eq!((exp(-1e9), exp(1e9)), (exp(-708.0), exp(709.0)));
        assert_eq!([2.5, 2.51, -0.4, 254.999].map(nearest), [2.0, 3.0, 0.0, 255.0]);
    }

    #[test]
    fn the_gamma_function_is_that_of_statrs_its_recurrence_and_factorials() {
        for x in powers(-6, 8) {
            let (ours, derivative) = ln_gamma_and_digamma(x);
            assert_near(ours, ln_gamma(x), 2e-13, x);
            assert_near(derivative, digamma(x), 1e-10, x);
            let (next, next_derivative) = ln_gamma_and_digamma(x + 1.0);
            assert_near(ours + x.ln(), next, 1e-13, x);
            assert_near(derivative + 1.0 / x, next_derivative, 1e-13 * (1.0 + 1.0 / x), x);
        }
        let mut factorial = 0.0;
        for n in 1..200 {
            factorial += f64::from(n).ln();
            assert_near(
                ln_gamma_and_digamma(f64::from(n) + 1.0).0,
                factorial,
                1e-13,
                f64::from(n),
            );
        }
        let euler = 0.577_215_664_901_532_9;
        assert_near(ln_gamma_and_digamma(1.0).1, -euler, 1e-13, 1.0);
    }

    #[test]
    fn cut_off_exponentials_have_their_integral_and_mean_at_every_rate() {
        for rate in powers(-5, 2).step_by(20) {
            let (log, mean) = truncated_exponential(rate);
            // By the midpoint rule, whose error falls with the square of the step.
            let steps = 100_000;
            let places = (0..steps).map(|step| (f64::from(step) + 0.5) / f64::from(steps));
            let (mut mass, mut moment) = (0.0, 0.0);
            for x in places {
                mass += (-rate * x).exp() / f64::from(steps);
                moment += x * (-rate * x).exp() / f64::from(steps);
            }
            assert_near(log, mass.ln(), 1e-6, rate);
            assert_near(mean, moment / mass, 1e-6, rate);
        }
        // On both sides of the change from series to closed form.
        let (below, above) = (truncated_exponential(1.0 - 1e-12), truncated_exponential(1.0));
        assert_near(below.0, above.0, 2e-12, 1.0);
        assert_near(below.1, above.1, 2e-11, 1.0);
        assert_eq!(truncated_exponential(0.0), (0.0, 0.5));
        let (log, mean) = truncated_exponential(1e30);
        assert!((log + 1e30_f64.ln()).abs() < 1e-12 && (mean - 1e-30).abs() < 1e-44);
    }

    #[test]
    fn positive_numbers_are_bounded_with_the_slope_of_their_logarithm() {
        for raw in [-1e30_f32, -50.0, -3.0, 0.0, 0.1, 8.0, 1e30] {
            let (number, logarithm, slope) = positive(raw, 12.0);
            assert_near(number.ln(), logarithm, 1e-14, f64::from(raw));
            assert!(logarithm.abs() <= 12.0 && (0.0..=1.0).contains(&slope));
            let step = 1e-2;
            let difference =
                (positive(raw + step, 12.0).1 - positive(raw - step, 12.0).1) / f64::from(2.0 * step);
            assert_near(slope, difference, 1e-3, f64::from(raw));
        }
    }
}
