//! `exp`, `tanh`, `sigmoid`, `softplus` and their like without a branch or a call, so that loops over them vectorise.
//!
//! Each is within 1e-6 relative of the exact value on the whole range of `f32`, except that results below the
//! smallest normal number (1.2e-38) have only an absolute error below that number. Infinities give their limits and
//! NaN gives NaN. Products and sums are not fused, so every processor computes the same bits.

/// The largest power of two that is added to round to an integer: 1.5 * 2^23.
const ROUND: f32 = 12_582_912.0;
/// `ln 2` in two parts, the first with so few bits that its product with an exponent is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// `e^x`: `2^n e^r` with an integer `n` and `|r| <= ln(2) / 2`; the polynomial is Cephes' `expf`.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Beyond these, the result is 0 or infinite. Written so that NaN passes.
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let polynomial = polynomial(
        r,
        [
            1.987_569_1e-4,
            1.398_199_9e-3,
            8.333_452e-3,
            4.166_579_5e-2,
            1.666_666_5e-1,
            5e-1,
        ],
    );
    let e_to_r = polynomial * (r * r) + r + 1.0;
    // In two factors, so that neither 2^128 nor a subnormal result is out of reach.
    let exponent = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let half = exponent >> 1;
    e_to_r * power_of_two(half) * power_of_two(exponent.wrapping_sub(half))
}

#[inline(always)]
fn power_of_two(exponent: i32) -> f32 {
    f32::from_bits((exponent.wrapping_add(127) as u32) << 23)
}

/// Horner's scheme, the highest coefficient first.
#[inline(always)]
fn polynomial<const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    let mut value = 0.0;
    for coefficient in coefficients {
        value = value * x + coefficient;
    }
    value
}

/// `tanh x`: near 0 Cephes' odd polynomial (which keeps the relative error), elsewhere `1 - 2 / (e^(2|x|) + 1)`.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let magnitude = x.abs();
    let square = x * x;
    let near = polynomial(
        square,
        [
            -5.704_988_7e-3,
            2.063_908_8e-2,
            -5.373_971_5e-2,
            1.333_144_3e-1,
            -3.333_328e-1,
        ],
    ) * square
        * x
        + x;
    let far = (1.0 - 2.0 / (exp(2.0 * magnitude) + 1.0)).copysign(x);
    if magnitude < 0.625 { near } else { far }
}

/// `e^x - 1` for `x` up to 0: `2 t / (1 - t)` with `t = tanh(x / 2)`, which keeps the relative error near 0.
#[inline(always)]
pub fn exp_minus_1_of_negative(x: f32) -> f32 {
    let t = tanh(0.5 * x);
    2.0 * t / (1.0 - t)
}

/// `1 / (1 + e^-x)`, computed from `e^-|x|` so that both tails keep their relative error.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    let e = exp(-x.abs());
    let numerator = if x < 0.0 { e } else { 1.0 };
    numerator / (1.0 + e)
}

/// `ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|)`.
#[inline(always)]
pub fn softplus(x: f32) -> f32 {
    // `+ 0 * x` would be NaN at infinities; the comparison lets NaN through.
    let positive = if x < 0.0 { 0.0 } else { x };
    positive + ln_1p_of_fraction(exp(-x.abs()))
}

/// The slope of [`leaky_relu`] below 0 (Maas, Hannun and Ng 2013).
pub const LEAK: f32 = 0.01;

/// `x` where that is positive, else `x / 100`.
#[inline(always)]
pub fn leaky_relu(x: f32) -> f32 {
    if x < 0.0 { LEAK * x } else { x }
}

/// `x` where that is positive, else `e^x - 1` (Clevert, Unterthiner and Hochreiter 2016, with alpha = 1).
#[inline(always)]
pub fn elu(x: f32) -> f32 {
    let negative = if x < 0.0 { x } else { 0.0 };
    let below = exp_minus_1_of_negative(negative);
    if x < 0.0 { below } else { x }
}

/// [`softplus`] and [`sigmoid`] for the price of one exponential.
#[inline(always)]
pub fn softplus_and_sigmoid(x: f32) -> (f32, f32) {
    let e = exp(-x.abs());
    let (positive, numerator) = if x < 0.0 { (0.0, e) } else { (x, 1.0) };
    (positive + ln_1p_of_fraction(e), numerator / (1.0 + e))
}

/// `ln(1 + e)` for `e` from 0 to 1: `2 artanh(s)` with `s = e / (2 + e)`, at most 1/3, by its series.
#[inline(always)]
fn ln_1p_of_fraction(e: f32) -> f32 {
    let s = e / (2.0 + e);
    let square = s * s;
    let series = polynomial(
        square,
        [
            1.0 / 15.0,
            1.0 / 13.0,
            1.0 / 11.0,
            1.0 / 9.0,
            1.0 / 7.0,
            1.0 / 5.0,
            1.0 / 3.0,
        ],
    );
    2.0 * (s + s * square * series)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every exponent with many mantissas, both signs: 2.1 million numbers from the smallest to the largest.
    fn whole_range() -> impl Iterator<Item = f32> {
        (0..=u32::MAX / 2_011)
            .map(|i| f32::from_bits(i * 2_011))
            .filter(|x| x.is_finite())
    }

    type Ours = fn(f32) -> f32;
    type Exact = fn(f64) -> f64;

    fn largest_error(ours: Ours, exact: Exact) -> (f64, f32) {
        let smallest_normal = f64::from(f32::MIN_POSITIVE);
        let mut worst = (0.0, 0.0);
        for x in whole_range() {
            let (value, expected) = (f64::from(ours(x)), exact(f64::from(x)));
            if expected.abs() > f64::from(f32::MAX) {
                assert!(
                    value.is_infinite() || (value / expected - 1.0).abs() < 1e-6,
                    "{x}: {value}"
                );
                continue;
            }
            let scale = expected.abs().max(smallest_normal / 1e-6);
            let error = (value - expected).abs() / scale;
            assert!(error.is_finite(), "{x}: {value} for {expected}");
            if error > worst.0 {
                worst = (error, x);
            }
        }
        worst
    }

    #[test]
    fn every_function_is_within_a_millionth_on_the_whole_range() {
        let functions: [(&str, Ours, Exact); 5] = [
            ("exp", exp, f64::exp),
            ("tanh", tanh, f64::tanh),
            ("sigmoid", sigmoid, |x| 1.0 / (1.0 + (-x).exp())),
            ("elu", elu, |x| if x < 0.0 { x.exp_m1() } else { x }),
            ("softplus", softplus, |x| x.max(0.0) + (-x.abs()).exp().ln_1p()),
        ];
        for x in whole_range() {
            assert_eq!(softplus_and_sigmoid(x), (softplus(x), sigmoid(x)));
        }
        for (name, ours, exact) in functions {
            let (error, at) = largest_error(ours, exact);
            assert!(error < 1e-6, "{name} is off by {error:e} at {at}");
        }
    }

    #[test]
    fn infinities_give_limits_and_nan_stays_nan() {
        let (inf, nan) = (f32::INFINITY, f32::NAN);
        assert_eq!((exp(-inf), exp(inf)), (0.0, inf));
        assert_eq!((tanh(-inf), tanh(inf)), (-1.0, 1.0));
        assert_eq!((elu(-inf), elu(inf)), (-1.0, inf));
        assert_eq!((leaky_relu(-inf), leaky_relu(inf)), (-inf, inf));
        assert_eq!((sigmoid(-inf), sigmoid(inf)), (0.0, 1.0));
        assert_eq!((softplus(-inf), softplus(inf)), (0.0, inf));
        assert!(
            [exp, tanh, sigmoid, softplus]
                .iter()
                .all(|function| function(nan).is_nan())
        );
    }
}
