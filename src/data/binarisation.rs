//! Grey pixels as they are, or as coin tosses: what the Bernoulli likelihood is evaluated on.

use rand::Rng;
use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use super::Split;
use crate::random::{Purpose, generator};

/// How the grey values of a data point become the `x` of `log p(x|z)`.
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
pub enum Binarisation {
    /// Real values in `[0, 1]`, as in the paper.
    #[default]
    None,
    /// Each pixel is 1 with its grey value as probability, drawn once for all time.
    Static,
    /// Drawn anew each time a training point is visited (Salakhutdinov and Murray 2008).
    Dynamic,
}

impl Binarisation {
    /// Writes data point `index` of `split` to `row`, binarised where asked for. What pads a shorter sequence is not there: no number.
    ///
    /// `visit` tells one visit of a point from the next (the step); only [`Binarisation::Dynamic`] looks at it.
    pub fn fill_row(self, split: &Split, index: usize, seed: u64, visit: u64, row: &mut [f32]) {
        split.fill_row(index, row);
        match self {
            Self::None => {}
            Self::Static => toss(row, seed, 0, index),
            Self::Dynamic => toss(row, seed, visit + 1, index),
        }
        row[split.numbers_of(index)..].fill(f32::NAN);
    }
}

/// White with the grey value as probability: never for 0, always for 1. What is missing or can't be read stays.
fn toss(row: &mut [f32], seed: u64, visit: u64, index: usize) {
    let mut generator = generator(seed, Purpose::Binarisation, visit, index as u64);
    for value in row {
        let is_white = is_white(generator.r#gen(), *value);
        *value = if !value.is_finite() {
            *value
        } else {
            f32::from(u8::from(is_white))
        };
    }
}

/// Whether one of 65 536 equally likely draws falls below a grey value from 0 to 1.
fn is_white(draw: u16, grey: f32) -> bool {
    f32::from(draw) / 65_536.0 < grey
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(grey: u8) -> Split {
        Split::of_bytes(vec![grey; 20_000], Vec::new(), 10_000)
    }

    fn row(how: Binarisation, grey: u8, index: usize, visit: u64) -> Vec<f32> {
        let mut row = vec![0.5; 10_000];
        how.fill_row(&split(grey), index, 3, visit, &mut row);
        row
    }

    #[test]
    fn the_share_of_white_pixels_is_the_grey_value() {
        for grey in [0, 1, 64, 200, 254, 255] {
            let row = row(Binarisation::Dynamic, grey, 0, 0);
            let share = row.iter().sum::<f32>() / 10_000.0;
            let expected = f32::from(grey) / 255.0;
            assert!((share - expected).abs() <= 5.0 * (expected * (1.0 - expected) / 10_000.0).sqrt() + 1e-3);
            assert!(row.iter().all(|&value| value == 0.0 || value == 1.0));
        }
        assert_eq!(row(Binarisation::Dynamic, 255, 0, 0), vec![1.0; 10_000]);
        assert_eq!(row(Binarisation::Dynamic, 0, 0, 0), vec![0.0; 10_000]);
    }

    /// The rounding of a share of 255 to a float changes no draw.
    #[test]
    fn a_byte_is_white_for_exactly_its_share_of_the_draws() {
        for byte in 0..=u8::MAX {
            for draw in 0..=u16::MAX {
                let exact = u32::from(draw) * 255 < u32::from(byte) << 16;
                assert_eq!(is_white(draw, f32::from(byte) / 255.0), exact, "{byte} {draw}");
            }
        }
    }

    #[test]
    fn static_draws_stay_and_dynamic_draws_change_with_the_visit() {
        assert_eq!(
            row(Binarisation::Static, 128, 0, 1),
            row(Binarisation::Static, 128, 0, 2)
        );
        assert_ne!(
            row(Binarisation::Static, 128, 0, 1),
            row(Binarisation::Static, 128, 1, 1)
        );
        assert_ne!(
            row(Binarisation::Dynamic, 128, 0, 1),
            row(Binarisation::Dynamic, 128, 0, 2)
        );
        assert_eq!(row(Binarisation::None, 51, 0, 1), vec![0.2; 10_000]);
    }
}
