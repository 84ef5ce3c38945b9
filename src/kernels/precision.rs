//! In which numbers products are computed: a wish of the thread, since products lie deep below whoever has one.

use std::cell::Cell;

use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

/// The numbers that matrix products multiply. They are added up in single precision in either case.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumMessage,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Products {
    /// Single precision.
    #[default]
    F32,
    /// Factors rounded to 8 significant bits: faster where the processor has AMX tiles, slower elsewhere.
    Bf16,
}

thread_local! {
    static CURRENT: Cell<Products> = const { Cell::new(Products::F32) };
}

impl Products {
    /// Does `work` with such products on this thread; what it hands to other threads needs a `run` of its own there.
    pub fn run<R>(self, work: impl FnOnce() -> R) -> R {
        let _outer = Outer(CURRENT.replace(self));
        work()
    }

    /// What this thread's products are computed in.
    pub(super) fn current() -> Self {
        CURRENT.get()
    }
}

/// Puts back what was wished before, even past a work that was broken off.
struct Outer(Products);

impl Drop for Outer {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// The nearest number with 8 significant bits, of two that are as near the even one, as processors round. What is too large for
/// any becomes infinite.
pub(super) fn rounded(value: f32) -> f32 {
    if value.is_nan() {
        return value;
    }
    let bits = value.to_bits();
    let half_and_even = 0x7fff + (bits >> 16 & 1);
    f32::from_bits(bits.wrapping_add(half_and_even) & 0xffff_0000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_wished_before_comes_back() {
        Products::Bf16.run(|| {
            assert_eq!(Products::current(), Products::Bf16);
            Products::F32.run(|| assert_eq!(Products::current(), Products::F32));
            assert_eq!(Products::current(), Products::Bf16);
        });
        let broken_off =
            std::panic::catch_unwind(|| Products::Bf16.run(|| std::panic::resume_unwind(Box::new(()))));
        assert!(broken_off.is_err());
        assert_eq!(Products::current(), Products::F32);
    }

    #[test]
    fn rounding_goes_to_the_nearest_and_halves_to_the_even_one() {
        let step = 2.0_f32.powi(-7);
        for (value, nearest) in [
            (1.0, 1.0),
            (1.0 + 0.49 * step, 1.0),
            (1.0 + 0.5 * step, 1.0),
            (1.0 + 0.51 * step, 1.0 + step),
            (1.0 + 1.5 * step, 1.0 + 2.0 * step),
            (-1.0 - 1.5 * step, -1.0 - 2.0 * step),
            (f32::MAX, f32::INFINITY),
            (f32::NEG_INFINITY, f32::NEG_INFINITY),
            (-0.0, -0.0),
        ] {
            assert_eq!(rounded(value).to_bits(), f32::to_bits(nearest), "{value}");
        }
        assert!(rounded(f32::NAN).is_nan());
        assert!(rounded(f32::from_bits(0x7f80_0001)).is_nan());
    }
}
