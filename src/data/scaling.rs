//! How values become the numbers that a model sees, and how its numbers become values again.

use super::statistics::{Feature, Statistics};
use super::{ItemShape, Scale};

/// The way from values to the model's numbers `x`, and back.
#[derive(Clone, Debug, PartialEq)]
pub enum Scaling {
    /// Whole numbers up to 255: `x = value / 255`.
    Bytes,
    /// `x = (value - shift) factor`, or the same of `ln(1 + value)`.
    Affine(Affine),
}

/// A line for all numbers of an item, or one for each.
#[derive(Clone, Debug, PartialEq)]
pub struct Affine {
    /// Whether the logarithm of 1 + value is taken first.
    is_log: bool,
    /// One for all numbers, or one for each.
    shift: Vec<f32>,
    /// As many as shifts, none of them 0.
    factor: Vec<f32>,
    /// What stands for a missing value of each feature; empty where none may be missing.
    means: Vec<f32>,
}

impl Scaling {
    /// Values as they are.
    pub(super) fn none() -> Self {
        Self::line(false, vec![0.0], vec![1.0])
    }

    fn line(is_log: bool, shift: Vec<f32>, factor: Vec<f32>) -> Self {
        Self::Affine(Affine {
            is_log,
            shift,
            factor,
            means: Vec::new(),
        })
    }

    /// The scaling of a rule, fitted to the training items, of which `statistics` tells; `are_bytes` says that all values
    /// are whole numbers up to 255.
    ///
    /// # Errors
    /// If the rule can't be used with such values; the sentence begins with "its".
    pub(super) fn fitted(
        scale: Scale,
        shape: ItemShape,
        are_bytes: bool,
        statistics: &Statistics,
    ) -> Result<Self, String> {
        let inverse = |width: f64| {
            if width > 0.0 && width.is_finite() {
                (1.0 / width) as f32
            } else {
                1.0
            }
        };
        let per_feature = |shift: fn(&Feature) -> f64, width: fn(&Feature) -> f64| {
            let shifts = statistics.features().map(|feature| shift(&feature) as f32);
            let factors = statistics.features().map(|feature| inverse(width(&feature)));
            Self::line(false, shifts.collect(), factors.collect())
        };
        let (least, largest) = statistics.range();
        Ok(match (scale, shape) {
            (Scale::Usual, _) if are_bytes => Self::Bytes,
            (Scale::None, _) => Self::none(),
            (Scale::Unit, _) | (Scale::Usual, ItemShape::Image { .. } | ItemShape::Film { .. }) => {
                Self::line(false, vec![least as f32], vec![inverse(largest - least)])
            }
            (Scale::MinMax | Scale::Usual, _) => {
                per_feature(|feature| feature.least, |feature| feature.largest - feature.least)
            }
            (Scale::Standard, _) => per_feature(|feature| feature.mean, |feature| feature.deviation),
            (Scale::Log1p, _) if least < 0.0 => {
                return Err(format!(
                    "its least value is {}, but the scale log1p needs values of at least 0",
                    least as f32
                ));
            }
            (Scale::Log1p, _) => Self::line(true, vec![0.0], vec![inverse(largest.ln_1p())]),
        })
    }

    /// What is done to values that are no grey values, for a person to know; none where they stay as they are.
    pub(super) fn words(scale: Scale, shape: ItemShape, statistics: &Statistics) -> Option<String> {
        let (least, largest) = statistics.range();
        let what = match (scale, shape) {
            (Scale::None, _) => return None,
            (Scale::Unit, _) | (Scale::Usual, ItemShape::Image { .. } | ItemShape::Film { .. }) => {
                "all are scaled onto 0 to 1 alike (unit)"
            }
            (Scale::MinMax | Scale::Usual, _) => "each feature is scaled onto 0 to 1 (min-max)",
            (Scale::Standard, _) => "each feature is scaled to mean 0 and standard deviation 1 (standard)",
            (Scale::Log1p, _) => "their ln(1 + x) is scaled by the largest (log1p)",
        };
        // As the single floats that they are.
        let (least, largest) = (least as f32, largest as f32);
        let note = format!("the training values go from {least} to {largest}, and {what}");
        Some(if scale == Scale::Usual {
            format!("{note}; --scale chooses another way")
        } else {
            note
        })
    }

    /// The same with `means` in the place of missing values, one for each feature.
    pub(super) fn filling_in(self, means: Vec<f32>) -> Self {
        match self {
            Self::Bytes => Self::Bytes,
            Self::Affine(affine) => Self::Affine(Affine { means, ..affine }),
        }
    }

    /// The largest number that counts stand for per unit of `x`: 255 of bytes, 1 of everything else.
    pub(super) fn counts_per_unit(&self) -> f32 {
        match self {
            Self::Bytes => 255.0,
            Self::Affine(_) => 1.0,
        }
    }

    /// Puts what stands for missing values in their places.
    pub(super) fn fill_in(&self, row: &mut [f32]) {
        if let Self::Affine(affine) = self {
            for (value, mean) in row.iter_mut().zip(&affine.means) {
                if value.is_nan() {
                    *value = *mean;
                }
            }
        }
    }

    /// Makes the model's numbers of values.
    pub(super) fn apply(&self, row: &mut [f32]) {
        self.fill_in(row);
        match self {
            Self::Bytes => row.iter_mut().for_each(|value| *value /= 255.0),
            Self::Affine(affine) => {
                if affine.is_log {
                    row.iter_mut().for_each(|value| *value = value.ln_1p());
                }
                affine.each(row, |value, shift, factor| (value - shift) * factor);
            }
        }
    }

    /// Makes values of the model's numbers: the inverse of what [`Split::fill_row`](super::Split::fill_row) does.
    pub fn undo(&self, row: &mut [f32]) {
        match self {
            Self::Bytes => row.iter_mut().for_each(|value| *value *= 255.0),
            Self::Affine(affine) => {
                affine.each(row, |value, shift, factor| value / factor + shift);
                if affine.is_log {
                    row.iter_mut().for_each(|value| *value = value.exp_m1());
                }
            }
        }
    }
}

impl Affine {
    /// Changes every number by its own line, or by the one of all.
    fn each(&self, row: &mut [f32], change: impl Fn(f32, f32, f32) -> f32) {
        if let (&[shift], &[factor]) = (&self.shift[..], &self.factor[..]) {
            row.iter_mut()
                .for_each(|value| *value = change(*value, shift, factor));
            return;
        }
        for ((value, &shift), &factor) in row.iter_mut().zip(&self.shift).zip(&self.factor) {
            *value = change(*value, shift, factor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTOR: ItemShape = ItemShape::Vector { features: 2 };
    /// Two features of four items; the second is constant.
    const ROWS: [[f32; 2]; 4] = [[1.0, 7.0], [3.0, 7.0], [5.0, 7.0], [7.0, 7.0]];

    fn scaled(scale: Scale, shape: ItemShape) -> Vec<[f32; 2]> {
        let mut statistics = Statistics::new(2);
        ROWS.iter().for_each(|row| statistics.take_in(row));
        let scaling = Scaling::fitted(scale, shape, false, &statistics).expect("the rule can be used");
        let there_and_back = |row: &[f32; 2]| {
            let mut there = *row;
            scaling.apply(&mut there);
            let mut back = there;
            scaling.undo(&mut back);
            back.iter()
                .zip(row)
                .for_each(|(back, value)| assert!((back - value).abs() < 1e-5));
            there
        };
        ROWS.iter().map(there_and_back).collect()
    }

    #[test]
    fn every_rule_does_what_it_says_and_is_undone() {
        assert_eq!(scaled(Scale::None, VECTOR), ROWS);
        assert_eq!(scaled(Scale::Unit, VECTOR)[1], [2.0 / 6.0, 1.0]);
        assert_eq!(
            scaled(Scale::MinMax, VECTOR),
            [[0.0, 0.0], [2.0 / 6.0, 0.0], [4.0 / 6.0, 0.0], [1.0, 0.0]]
        );
        assert_eq!(scaled(Scale::Usual, VECTOR), scaled(Scale::MinMax, VECTOR));
        assert_eq!(
            scaled(Scale::Usual, ItemShape::grey(1, 2)),
            scaled(Scale::Unit, VECTOR)
        );
        let standard = scaled(Scale::Standard, VECTOR);
        let mean: f32 = standard.iter().map(|row| row[0]).sum::<f32>() / 4.0;
        let square: f32 = standard.iter().map(|row| row[0] * row[0]).sum::<f32>() / 4.0;
        assert!(mean.abs() < 1e-6 && (square - 1.0).abs() < 1e-5);
        let log = scaled(Scale::Log1p, VECTOR);
        assert!((log[3][0] - 1.0).abs() < 1e-6 && (log[0][0] - 2_f32.ln() / 8_f32.ln()).abs() < 1e-6);
    }

    #[test]
    fn logarithms_of_negative_values_are_refused() {
        let mut statistics = Statistics::new(1);
        statistics.take_in(&[-2.0]);
        let said = Scaling::fitted(Scale::Log1p, VECTOR, false, &statistics).unwrap_err();
        assert!(said.contains("-2") && said.contains("log1p"), "{said}");
    }

    #[test]
    fn a_mean_stands_for_what_is_missing() {
        let mut row = [f32::NAN, 2.0];
        Scaling::none().filling_in(vec![5.0, 6.0]).apply(&mut row);
        assert_eq!(row, [5.0, 2.0]);
    }
}
