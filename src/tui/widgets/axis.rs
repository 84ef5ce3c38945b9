//! The arithmetic of an axis: where a number lies on it, which ticks it has, how they are written.

/// Whether equal distances on an axis are equal differences or equal ratios.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// Equal differences.
    Linear,
    /// Equal ratios; the axis starts above zero.
    Logarithmic,
}

/// A range of numbers along one side of a chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// The lowest number shown.
    pub start: f64,
    /// The highest.
    pub end: f64,
    /// How numbers between are spaced.
    pub spacing: Spacing,
}

impl Axis {
    /// A linear axis that shows all of `values` with a little room, also where they are all the same; none without a
    /// finite value.
    pub fn around(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        (low <= high).then(|| {
            let room = if high > low {
                0.05 * (high - low)
            } else {
                (0.05 * high.abs()).max(0.5)
            };
            Self {
                start: low - room,
                end: high + room,
                spacing: Spacing::Linear,
            }
        })
    }

    /// Where `value` lies: 0 at the start, 1 at the end, beyond where it is out of range; none where it is nowhere.
    pub fn position(&self, value: f64) -> Option<f64> {
        let position = match self.spacing {
            Spacing::Linear => (value - self.start) / (self.end - self.start),
            Spacing::Logarithmic => (value / self.start).ln() / (self.end / self.start).ln(),
        };
        position.is_finite().then_some(position)
    }

    /// What lies at a position: the inverse of [`Axis::position`].
    pub fn value(&self, position: f64) -> f64 {
        match self.spacing {
            // The end itself, not what rounding makes of it.
            _ if position == 1.0 => self.end,
            Spacing::Linear => self.start + position * (self.end - self.start),
            Spacing::Logarithmic => self.start * (self.end / self.start).powf(position),
        }
    }

    /// At most `most` round numbers within the axis, in order.
    pub fn ticks(&self, most: usize) -> Vec<f64> {
        match self.spacing {
            Spacing::Linear => self.linear_ticks(most),
            Spacing::Logarithmic => self.logarithmic_ticks(most),
        }
    }

    fn linear_ticks(&self, most: usize) -> Vec<f64> {
        let span = self.end - self.start;
        if most == 0 || !span.is_finite() || span <= 0.0 {
            return Vec::new();
        }
        let magnitude = 10_f64.powf((span / most as f64).log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0, 20.0].map(|factor| factor * magnitude);
        let ticks_at = |step: f64| -> Vec<f64> {
            let (first, last) = ((self.start / step).ceil(), (self.end / step).floor());
            (0..)
                .map(|i| first + f64::from(i))
                .take_while(|&k| k <= last)
                .map(|k| k * step)
                .collect()
        };
        steps
            .iter()
            .map(|&step| ticks_at(step))
            .find(|ticks| ticks.len() <= most)
            .unwrap_or_default()
    }

    fn logarithmic_ticks(&self, most: usize) -> Vec<f64> {
        if self.start <= 0.0 || self.end <= self.start {
            return Vec::new();
        }
        let decades = self.start.log10().floor() as i32..=self.end.log10().ceil() as i32;
        let with = |factors: &[f64]| -> Vec<f64> {
            let all = decades
                .clone()
                .flat_map(|decade| factors.iter().map(move |factor| factor * 10_f64.powi(decade)));
            all.filter(|tick| (self.start..=self.end).contains(tick))
                .collect()
        };
        let candidates = [with(&[1.0, 2.0, 5.0]), with(&[1.0, 3.0]), with(&[1.0])];
        let fitting = candidates.into_iter().find(|ticks| ticks.len() <= most);
        fitting.unwrap_or_else(|| {
            let ticks = with(&[1.0]);
            let stride = ticks.len().div_ceil(most.max(1));
            ticks.into_iter().step_by(stride).take(most).collect()
        })
    }
}

/// A number as briefly as its size allows: `950`, `60k`, `1.2M`, `-104.5`, `0.001`.
pub fn short(value: f64) -> String {
    let magnitude = value.abs();
    let (scaled, unit) = match magnitude {
        m if m >= 999_500_000.0 => (value / 1e9, "G"),
        m if m >= 999_500.0 => (value / 1e6, "M"),
        m if m >= 1_000.0 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let digits = match scaled.abs() {
        m if m == 0.0 || m >= 100.0 => 0,
        m if m >= 10.0 => 1,
        m if m >= 1.0 => 2,
        m => (2.0 - m.log10().floor()).min(6.0) as usize,
    };
    let text = format!("{scaled:.digits$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text}{unit}")
}

/// A number with its sign and so many decimals; what rounds to zero is none below it.
pub fn signed(value: impl Into<f64>, decimals: usize) -> String {
    let value: f64 = value.into();
    let is_zero = value.abs() < 0.5 * 0.1_f64.powi(decimals as i32);
    let value = if is_zero { 0.0 } else { value };
    format!("{value:+.decimals$}")
}

/// Nats where there is little room: whole ones, with a tenth below ten.
pub fn brief_nats(value: impl Into<f64>) -> String {
    let value: f64 = value.into();
    let decimals = usize::from(value.abs() < 9.95);
    signed(value, decimals).trim_start_matches('+').to_owned()
}

/// The labels of ticks, one each: brief, but with as many decimals as tell neighbours apart. One that would repeat its
/// neighbour's is left empty.
pub fn labels(ticks: &[f64]) -> Vec<String> {
    let brief: Vec<String> = ticks.iter().map(|&tick| short(tick)).collect();
    if brief.windows(2).all(|pair| pair[0] != pair[1]) {
        return brief;
    }
    exact(ticks, decimals(ticks))
}

/// The same for labels below one another: of small numbers at even distances all have the same decimals.
pub fn aligned_labels(ticks: &[f64]) -> Vec<String> {
    let steps = || ticks.windows(2).map(|pair| pair[1] - pair[0]);
    let are_even = steps().all(|step| (step - (ticks[1] - ticks[0])).abs() <= 1e-6 * step);
    let are_small = ticks.iter().all(|tick| tick.abs() < 1_000.0);
    if ticks.len() > 1 && are_even && are_small {
        let of_step = decimals(ticks);
        let unit = 10_f64.powi(-(of_step as i32));
        let is_whole = |tick: &f64| (tick / unit - (tick / unit).round()).abs() < 1e-3;
        // Steps of 1.5 have one more than steps of 1.
        return exact(ticks, of_step + usize::from(!ticks.iter().all(is_whole)));
    }
    labels(ticks)
}

/// The decimals of the shortest step between neighbours.
fn decimals(ticks: &[f64]) -> usize {
    let steps = ticks.windows(2).map(|pair| pair[1] - pair[0]);
    let step = steps.fold(f64::INFINITY, f64::min);
    // A step of 0.1 may come out a little smaller.
    (-step.log10() - 1e-6).ceil().clamp(0.0, 6.0) as usize
}

/// Labels with so many decimals, each once.
fn exact(ticks: &[f64], decimals: usize) -> Vec<String> {
    let exact: Vec<String> = ticks.iter().map(|tick| format!("{tick:.decimals$}")).collect();
    let repeats = |index: usize| index > 0 && exact[index - 1] == exact[index];
    let label = |index: usize| {
        if repeats(index) {
            String::new()
        } else {
            exact[index].clone()
        }
    };
    (0..exact.len()).map(label).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_written_briefly() {
        let written: Vec<String> = [
            0.0,
            950.0,
            60_000.0,
            1_200_000.0,
            -104.5,
            0.001,
            999_999.0,
            -2.5,
            3e9,
            12_345.0,
        ]
        .map(short)
        .into();
        assert_eq!(
            written,
            [
                "0", "950", "60k", "1.2M", "-104", "0.001", "1M", "-2.5", "3G", "12.3k"
            ]
        );
    }

    #[test]
    fn what_rounds_to_zero_has_no_minus() {
        let written = [-0.04, 0.04, -0.06, 1.25, f64::NEG_INFINITY].map(|value| signed(value, 1));
        assert_eq!(written, ["+0.0", "+0.0", "-0.1", "+1.2", "-inf"]);
        assert_eq!(signed(-0.004_f32, 2), "+0.00");
        let brief = [-106.4, -9.96, -9.94, -0.3, -0.04, 0.0, 12.5].map(brief_nats);
        assert_eq!(brief, ["-106", "-10", "-9.9", "-0.3", "0.0", "0.0", "12"]);
    }

    #[test]
    fn close_ticks_are_told_apart() {
        assert_eq!(labels(&[-104.5, -104.4, -104.3]), ["-104.5", "-104.4", "-104.3"]);
        assert_eq!(labels(&[-110.0, -100.0]), ["-110", "-100"]);
        assert_eq!(labels(&[-17.0, -17.5, -18.0]), ["-17", "-17.5", "-18"]);
        assert_eq!(labels(&[1e9, 1e9 + 1e-7]), ["1000000000.000000", ""]);
    }

    #[test]
    fn labels_below_one_another_have_the_same_decimals() {
        assert_eq!(
            aligned_labels(&[-18.0, -17.5, -17.0]),
            ["-18.0", "-17.5", "-17.0"]
        );
        assert_eq!(aligned_labels(&[100.5, 101.0]), ["100.5", "101.0"]);
        assert_eq!(
            aligned_labels(&[-1.5, 0.0, 1.5, 3.0]),
            ["-1.5", "0.0", "1.5", "3.0"]
        );
        assert_eq!(aligned_labels(&[-110.0, -100.0, -90.0]), ["-110", "-100", "-90"]);
        assert_eq!(aligned_labels(&[0.01, 0.1, 1.0]), ["0.01", "0.1", "1"]);
        assert_eq!(aligned_labels(&[0.0, 1_000.0, 2_000.0]), ["0", "1k", "2k"]);
        assert_eq!(aligned_labels(&[5.0]), ["5"]);
    }

    #[test]
    fn a_constant_or_nothing_has_a_sensible_range() {
        let axis = Axis::around([-100.0, -100.0].into_iter()).expect("finite values");
        assert_eq!(axis.position(-100.0), Some(0.5));
        assert_eq!(Axis::around([f64::NAN, f64::INFINITY].into_iter()), None);
    }

    proptest! {
        #[test]
        fn ticks_are_few_in_order_and_in_range(start in -1e6_f64..1e6, span in 1e-3_f64..1e7, most in 0_usize..12) {
            for axis in [
                Axis { start, end: start + span, spacing: Spacing::Linear },
                Axis { start: start.abs() + 1.0, end: start.abs() + 1.0 + span, spacing: Spacing::Logarithmic },
            ] {
                for position in [0.0, 0.3, 1.0] {
                    let back = axis.position(axis.value(position));
                    prop_assert!(back.is_some_and(|back| (back - position).abs() < 1e-6));
                }
                let ticks = axis.ticks(most);
                prop_assert!(ticks.len() <= most);
                prop_assert!(ticks.windows(2).all(|pair| pair[0] < pair[1]));
                let shown: Vec<String> = labels(&ticks).into_iter().filter(|label| !label.is_empty()).collect();
                prop_assert!(shown.windows(2).all(|pair| pair[0] != pair[1]), "{shown:?}");
                let slack = 1e-9 * axis.end.abs().max(1.0);
                prop_assert!(ticks.iter().all(|&t| t >= axis.start - slack && t <= axis.end + slack));
            }
        }
    }
}
