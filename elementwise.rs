//! Element-wise maths: exponentials and their relatives, the activations of a layer with its bias, conversions.
//!
//! Every function is within 1e-6 relative of the exact value for every `f32`, as long as that value is a normal number
//! (below 1.2e-38 it is within 1e-44 absolute). Infinities give the limits, NaN gives NaN.
//!
//! One idea serves all of them (as in Cephes' `expf`): `x = n ln 2 + r` with n whole and |r| <= ln(2)/2, so that
//! `exp(x) = 2^n (1 + p)` where `p = exp(r) - 1` is a short polynomial. Keeping the 1 apart from p is what makes
//! `exp(x) - 1`, and with it tanh, accurate near 0.

use super::Write;
use super::dispatch::{fma, kernel, polynomial};
use pulp::Simd;
use std::f32::consts::LOG2_E;

/// `(n, exp(r) - 1)` for `x = n ln 2 + r`.
#[inline(always)]
fn reduce<S: Simd>(x: f32) -> (i32, f32) {
    /// Adding it rounds to a whole number, which is then in the lowest bits.
    const ROUND: f32 = 12_582_912.0; // 1.5 * 2^23
    /// ln 2 in two parts, the first short enough for `n * LN_2_HIGH` to be exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    /// (exp(r) - 1 - r) / r^2, interpolated at the Chebyshev nodes of |r| <= ln(2)/2: relative error of p 2.4e-8.
    const EXP: [f32; 5] = [0.5, 0.166_665_77, 0.041_666_556, 0.008_363_173, 0.001_392_617_6];

    let shifted = fma::<S>(x, LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = fma::<S>(n, -LN_2_LOW, fma::<S>(n, -LN_2_HIGH, x));
    let p = fma::<S>(r * r, polynomial::<S, 5>(r, EXP), r);
    ((shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32), p)
}

/// `2^n` for -127 < n < 128.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// `exp(x)`, down through the subnormal numbers to 0.
#[inline(always)]
pub(super) fn exp<S: Simd>(x: f32) -> f32 {
    // Beyond these the result is 0 and infinity already.
    let (n, p) = reduce::<S>(x.clamp(-104.0, 89.0));
    // Two factors, as 2^n itself may be outside of the normal numbers.
    let first = power_of_two(n >> 1);
    fma::<S>(first, p, first) * power_of_two(n.wrapping_sub(n >> 1))
}

/// `exp(x) - 1`, accurate near 0.
#[inline(always)]
pub(super) fn exp_m1<S: Simd>(x: f32) -> f32 {
    // Below, the result rounds to -1.
    let (n, p) = reduce::<S>(x.clamp(-20.0, 89.0));
    // Half of 2^n (1 + p) - 1, as 2^n overflows before the result does.
    let half = power_of_two(n.wrapping_sub(1));
    2.0 * fma::<S>(half, p, half - 0.5)
}

/// `tanh(|x|) = -t / (2 + t)` with `t = exp(-2|x|) - 1`.
#[inline(always)]
fn tanh<S: Simd>(x: f32) -> f32 {
    let t = exp_m1::<S>(-2.0 * x.abs());
    (-t / (2.0 + t)).copysign(x)
}

/// `1 / (1 + exp(-x))`.
#[inline(always)]
fn sigmoid<S: Simd>(x: f32) -> f32 {
    softplus_and_sigmoid::<S>(x).1
}

/// `(ln(1 + exp(x)), 1 / (1 + exp(-x)))`: the second is the derivative of the first. They share an exponential and a
/// division, and whichever is not used costs nothing.
///
/// With `e = exp(-|x|)`, `softplus(x) = max(x, 0) + ln(1 + e)` and `ln(1 + e) = 2 atanh(s)` for `s = e / (2 + e)`.
#[inline(always)]
pub(super) fn softplus_and_sigmoid<S: Simd>(x: f32) -> (f32, f32) {
    /// 2 atanh(s) / s as a polynomial of s^2, interpolated at the Chebyshev nodes of s <= 1/3: relative error 4.1e-9.
    const TWICE_ATANH: [f32; 5] = [2.0, 0.666_663_2, 0.400_245_95, 0.279_651_58, 0.281_577_8];

    let e = exp::<S>(-x.abs());
    let reciprocal = 1.0 / ((1.0 + e) * (2.0 + e));
    let s = e * (1.0 + e) * reciprocal;
    let sigmoid_of_abs = (2.0 + e) * reciprocal;
    let positive_part = if x > 0.0 { x } else { 0.0 };
    (
        fma::<S>(s, polynomial::<S, 5>(s * s, TWICE_ATANH), positive_part),
        if x < 0.0 { e * sigmoid_of_abs } else { sigmoid_of_abs },
    )
}

/// `max(x, 0)`, and NaN for NaN.
#[inline(always)]
fn relu(x: f32) -> f32 {
    if x < 0.0 { 0.0 } else { x }
}

kernel! {
    /// `values = exp(values)`.
    pub fn exp_in_place<S>(values: &mut [f32]) {
        for value in values {
            *value = exp::<S>(*value);
        }
    }
}

kernel! {
    /// `values = tanh(values)`.
    pub fn tanh_in_place<S>(values: &mut [f32]) {
        for value in values {
            *value = tanh::<S>(*value);
        }
    }
}

kernel! {
    /// `values = 1 / (1 + exp(-values))`.
    pub fn sigmoid_in_place<S>(values: &mut [f32]) {
        for value in values {
            *value = sigmoid::<S>(*value);
        }
    }
}

kernel! {
    /// `values = ln(1 + exp(values))`.
    pub fn softplus_in_place<S>(values: &mut [f32]) {
        for value in values {
            *value = softplus_and_sigmoid::<S>(*value).0;
        }
    }
}

/// Replaces every element of `rows` by `activation(element + bias of its column)`.
#[inline(always)]
fn bias_then(rows: &mut [f32], bias: &[f32], activation: impl Fn(f32) -> f32) {
    assert_whole_rows(rows.len(), bias.len());
    if bias.is_empty() {
        return;
    }
    for row in rows.chunks_exact_mut(bias.len()) {
        for (value, bias) in row.iter_mut().zip(bias) {
            *value = activation(*value + bias);
        }
    }
}

#[inline(always)]
fn assert_whole_rows(length: usize, columns: usize) {
    assert!(
        length == 0 || columns > 0 && length.is_multiple_of(columns),
        "{length} numbers are not whole rows of {columns}"
    );
}

kernel! {
    /// `rows += bias`, with `bias` as long as a row.
    pub fn add_bias<S>(rows: &mut [f32], bias: &[f32]) {
        bias_then(rows, bias, |x| x);
    }
}

kernel! {
    /// `rows = tanh(rows + bias)`, with `bias` as long as a row.
    pub fn bias_then_tanh<S>(rows: &mut [f32], bias: &[f32]) {
        bias_then(rows, bias, tanh::<S>);
    }
}

kernel! {
    /// `rows = max(rows + bias, 0)`, with `bias` as long as a row.
    pub fn bias_then_relu<S>(rows: &mut [f32], bias: &[f32]) {
        bias_then(rows, bias, relu);
    }
}

kernel! {
    /// `dy *= 1 - y^2`: from the gradient of `y = tanh(x)` to that of `x`.
    pub fn tanh_backward<S>(y: &[f32], dy: &mut [f32]) {
        assert_eq!(y.len(), dy.len());
        for (dy, &y) in dy.iter_mut().zip(y) {
            *dy *= fma::<S>(-y, y, 1.0);
        }
    }
}

kernel! {
    /// `dy = 0` where `y <= 0`: from the gradient of `y = max(x, 0)` to that of `x`.
    pub fn relu_backward<S>(y: &[f32], dy: &mut [f32]) {
        assert_eq!(y.len(), dy.len());
        for (dy, &y) in dy.iter_mut().zip(y) {
            *dy = if y <= 0.0 { 0.0 } else { *dy };
        }
    }
}

kernel! {
    /// The sum of every column of `rows` into `sums`, which is as long as a row: the gradient of a bias.
    pub fn column_sums<S>(rows: &[f32], sums: &mut [f32], write: Write) {
        assert_whole_rows(rows.len(), sums.len());
        if write == Write::Overwrite {
            sums.fill(0.0);
        }
        if sums.is_empty() {
            return;
        }
        for row in rows.chunks_exact(sums.len()) {
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value;
            }
        }
    }
}

kernel! {
    /// `units = bytes / 255`: grey levels as numbers in [0, 1].
    pub fn u8_to_unit<S>(bytes: &[u8], units: &mut [f32]) {
        assert_eq!(bytes.len(), units.len());
        for (unit, &byte) in units.iter_mut().zip(bytes) {
            *unit = f32::from(byte) / 255.0;
        }
    }
}

kernel! {
    /// Whether no element is infinite or NaN.
    pub fn all_finite<S>(values: &[f32]) -> bool {
        // Without the sign, the bits of infinity are above those of every finite number, and NaN's above those.
        let largest = values.iter().fold(0, |largest: u32, value| largest.max(value.abs().to_bits()));
        largest < f32::INFINITY.to_bits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 512 mantissas for each exponent and sign, the special values, and a million random bit patterns.
    fn every_magnitude() -> Vec<f32> {
        let grid = (0..1u32 << 18).map(|i| f32::from_bits(i << 14 | i.wrapping_mul(0x9E37) & 0x3FFF));
        let random = (0..1u32 << 20).map(|i| f32::from_bits(i.wrapping_mul(2_654_435_761).rotate_left(13) ^ i));
        let special = [0.0, f32::MIN_POSITIVE, f32::MAX, f32::INFINITY, 1e-45, 88.722_83, 103.97, 87.336_54];
        grid.chain(random)
            .chain(special.into_iter().flat_map(|x| [x, -x]))
            .chain([f32::NAN])
            // The interesting range of every function once more, densely.
            .chain((0..1 << 20).map(|i| (i - (1 << 19)) as f32 * (110.0 / (1 << 19) as f32)))
            .collect()
    }

    /// Holds the vector and the baseline version of a function against its exact values.
    fn assert_accurate(name: &str, in_place: fn(&mut [f32]), baseline: fn(f32) -> f32, exact: fn(f64) -> f64) {
        let inputs = every_magnitude();
        let mut outputs = inputs.clone();
        in_place(&mut outputs);
        let mut worst = (0.0, 0.0);
        for (&x, &vector) in inputs.iter().zip(&outputs) {
            let exact = exact(f64::from(x));
            for y in [vector, baseline(x)] {
                if exact.is_nan() || exact.abs() > f64::from(f32::MAX) {
                    assert_eq!(y.to_bits() & 0x7FFF_FFFF, (exact as f32).to_bits() & 0x7FFF_FFFF, "{name}({x})");
                } else {
                    let error = (f64::from(y) - exact).abs();
                    let relative = if exact == 0.0 { error } else { error / exact.abs() };
                    if exact.abs() >= f64::from(f32::MIN_POSITIVE) && relative > worst.0 {
                        worst = (relative, x);
                    }
                    assert!(relative < 1e-6 || error < 1e-44, "{name}({x}) = {y}, not {exact}");
                }
            }
        }
        println!("{name}: relative error {:.2e} at {}", worst.0, worst.1);
    }

    fn exact_softplus(x: f64) -> f64 {
        x.max(0.0) + (-x.abs()).exp().ln_1p() + x * 0.0 * f64::from(u8::from(x.is_nan()))
    }

    #[test]
    fn functions_are_accurate_everywhere() {
        type Scalar = pulp::Scalar;
        assert_accurate("exp", exp_in_place, exp::<Scalar>, f64::exp);
        assert_accurate("tanh", tanh_in_place, tanh::<Scalar>, f64::tanh);
        assert_accurate("sigmoid", sigmoid_in_place, sigmoid::<Scalar>, |x| {
            if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }
        });
        assert_accurate("softplus", softplus_in_place, |x| softplus_and_sigmoid::<Scalar>(x).0, exact_softplus);
        kernel! {
            /// Only the distributions use it.
            pub fn exp_m1_in_place<S>(values: &mut [f32]) {
                for value in values {
                    *value = exp_m1::<S>(*value);
                }
            }
        }
        assert_accurate("exp_m1", exp_m1_in_place, exp_m1::<Scalar>, f64::exp_m1);
    }

    proptest! {
        #[test]
        fn results_depend_neither_on_position_nor_on_length(start in 0usize..40, length in 0usize..70) {
            let inputs: Vec<f32> = (0..110).map(|i| i as f32 * 0.37 - 20.0).collect();
            let mut whole = inputs.clone();
            tanh_in_place(&mut whole);
            let mut part = inputs.clone();
            tanh_in_place(&mut part[start..start + length]);
            prop_assert_eq!(&part[start..start + length], &whole[start..start + length]);
            prop_assert_eq!(&part[..start], &inputs[..start]);
            prop_assert_eq!(&part[start + length..], &inputs[start + length..]);
        }

        #[test]
        fn layers_follow_their_definitions(rows in 0usize..6, columns in 1usize..70) {
            let x: Vec<f32> = (0..rows * columns).map(|i| (i as f32 * 0.7).sin() * 2.0).collect();
            let bias: Vec<f32> = (0..columns).map(|j| (j as f32 * 1.3).cos()).collect();
            let (mut plain, mut tanh, mut relu) = (x.clone(), x.clone(), x.clone());
            add_bias(&mut plain, &bias);
            bias_then_tanh(&mut tanh, &bias);
            bias_then_relu(&mut relu, &bias);
            let (mut through_tanh, mut through_relu) = (x.clone(), x.clone());
            tanh_backward(&tanh, &mut through_tanh);
            relu_backward(&relu, &mut through_relu);
            for i in 0..x.len() {
                let sum = x[i] + bias[i % columns];
                prop_assert_eq!(plain[i], sum);
                prop_assert!((tanh[i] - sum.tanh()).abs() < 1e-6);
                prop_assert_eq!(relu[i], sum.max(0.0));
                prop_assert!((through_tanh[i] - x[i] * (1.0 - sum.tanh().powi(2))).abs() < 1e-5);
                prop_assert_eq!(through_relu[i], if sum > 0.0 { x[i] } else { 0.0 });
            }
            let (mut overwritten, mut added) = (vec![f32::NAN; columns], bias.clone());
            column_sums(&x, &mut overwritten, Write::Overwrite);
            column_sums(&x, &mut added, Write::Add);
            for j in 0..columns {
                let exact: f32 = (0..rows).map(|i| x[i * columns + j]).sum();
                prop_assert!((overwritten[j] - exact).abs() < 1e-5);
                prop_assert!((added[j] - exact - bias[j]).abs() < 1e-5);
            }
        }

        #[test]
        fn one_number_that_is_not_finite_is_found(length in 1usize..100, at: prop::sample::Index, negative: bool) {
            let mut values = vec![if negative { f32::MIN } else { f32::MAX }; length];
            prop_assert!(all_finite(&values));
            for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                values[at.index(length)] = bad;
                prop_assert!(!all_finite(&values));
            }
        }
    }

    #[test]
    fn every_grey_level_is_exact() {
        let bytes: Vec<u8> = (0..=255).collect();
        let mut units = vec![0.0; 256];
        u8_to_unit(&bytes, &mut units);
        assert!(bytes.iter().zip(units).all(|(&byte, unit)| unit == f32::from(byte) / 255.0));
    }

    #[test]
    #[should_panic(expected = "not whole rows")]
    fn half_a_row_is_refused() {
        add_bias(&mut [0.0; 5], &[0.0; 2]);
    }
}
