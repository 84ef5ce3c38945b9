//! The training curve: every evaluation, and the minibatch bound of every step, in bounded memory.

use serde::{Deserialize, Serialize};
use strum::{EnumMessage, EnumString, IntoStaticStr, VariantArray};

use crate::data::Part;
use crate::evaluation::Estimates;

/// One evaluation. Bounds are in nats per data point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Training points evaluated so far: the paper's horizontal axis.
    pub samples: u64,
    /// Seconds spent in training so far, evaluation and loading apart.
    pub seconds: f64,
    /// Mean lower bound of the minibatches since the previous evaluation, as the paper plots it; NaN before the first
    /// step.
    pub elbo_train: f64,
    /// Lower bound of the test set.
    pub elbo_test: f64,
    /// Its reconstruction term.
    pub reconstruction: f64,
    /// Its KL term.
    pub kl: f64,
    /// The step size at that time.
    pub learning_rate: f32,
}

impl CurvePoint {
    /// Whether the two are one measurement: equal to the bit, so that also "not a number" is itself.
    pub fn is_same(&self, other: &Self) -> bool {
        let bits = |point: &Self| {
            [
                point.seconds,
                point.elbo_train,
                point.elbo_test,
                point.reconstruction,
                point.kl,
                f64::from(point.learning_rate),
            ]
            .map(f64::to_bits)
        };
        self.samples == other.samples && bits(self) == bits(other)
    }
}

/// The most evaluations that are kept: drawing and saving a curve takes no longer however long its run.
pub const MOST_EVALUATIONS: usize = 4_096;

/// Adds an evaluation. Where there are too many, the run so far is divided into half as many equal stretches, each of which keeps
/// the one that differs most from the mean of its stretch, and the first of all stays: the curve is thinned, a spike stays.
pub fn add(evaluations: &mut Vec<CurvePoint>, point: CurvePoint) {
    if evaluations.len() >= MOST_EVALUATIONS {
        let stretch = (point.samples / (MOST_EVALUATIONS as u64 / 2)).max(1);
        let mut kept = vec![evaluations[0]];
        let stretches =
            evaluations[1..].chunk_by(|one, other| one.samples / stretch == other.samples / stretch);
        kept.extend(stretches.filter_map(|points| {
            let mean = points.iter().map(|point| point.elbo_test).sum::<f64>() / points.len() as f64;
            let distance = |point: &CurvePoint| (point.elbo_test - mean).abs();
            points
                .iter()
                .max_by(|one, other| distance(one).total_cmp(&distance(other)))
                .copied()
        }));
        *evaluations = kept;
    }
    evaluations.push(point);
}

/// What a curve is drawn against.
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
pub enum HorizontalAxis {
    /// Training points evaluated.
    #[default]
    Samples,
    /// Seconds of training.
    Seconds,
}

impl HorizontalAxis {
    /// What an axis of it counts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Samples => "samples",
            Self::Seconds => "seconds",
        }
    }
}

/// Decades of a logarithmic axis: what comes before the last ones are first steps, alike in every run.
const DECADES: i32 = 3;

/// Where a logarithmic axis for places of curves begins and ends; none where none of them is above 0.
pub fn last_decades(xs: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let positive = xs.filter(|&x| x > 0.0);
    let ends = positive.fold(None, |ends: Option<(f64, f64)>, x| {
        Some(ends.map_or((x, x), |(first, last)| (first.min(x), last.max(x))))
    });
    ends.map(|(first, last)| (first.max(last / 10_f64.powi(DECADES)), last))
}

/// One part's lower bound in every one of `evaluations`, as far as both numbers are finite.
pub fn bounds(evaluations: &[CurvePoint], against: HorizontalAxis, part: Part) -> Vec<(f64, f64)> {
    let of_point = |point: &CurvePoint| {
        let x = match against {
            HorizontalAxis::Samples => point.samples as f64,
            HorizontalAxis::Seconds => point.seconds,
        };
        let bound = match part {
            Part::Train => point.elbo_train,
            Part::Test => point.elbo_test,
        };
        (x, bound)
    };
    let points = evaluations.iter().map(of_point);
    points
        .filter(|(x, bound)| x.is_finite() && bound.is_finite())
        .collect()
}

/// The marginal likelihood of some data points, estimated at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MarginalPoint {
    /// Training points evaluated so far.
    pub samples: u64,
    /// Whether the points are of the training or of the test set.
    pub part: Part,
    /// The estimates.
    pub estimates: Estimates,
}

/// The value at `x` of a line through `points`, straight where the horizontal axis is drawn by `scale`; none beyond its
/// ends.
pub fn value_at(points: &[(f64, f64)], x: f64, scale: fn(f64) -> f64) -> Option<f64> {
    let after = points.iter().position(|point| point.0 >= x)?;
    let (x1, y1) = points[after];
    if x1 == x {
        return Some(y1);
    }
    let (x0, y0) = points[after.checked_sub(1)?];
    let share = (scale(x) - scale(x0)) / (scale(x1) - scale(x0));
    Some(y0 + share * (y1 - y0))
}

/// A stretch of consecutive steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// Training points evaluated at the end of the stretch.
    pub samples: u64,
    /// The lowest minibatch bound in it.
    pub minimum: f32,
    /// The highest.
    pub maximum: f32,
    /// The mean.
    pub mean: f32,
    /// How many steps it holds.
    pub steps: u32,
}

/// The minibatch bound of every step, in at most [`Trace::CAPACITY`] buckets.
///
/// When the buckets are full, neighbours merge in pairs: the resolution halves, but the extremes stay, so that a
/// spike of one step never disappears.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    buckets: Vec<Bucket>,
    /// Steps that a full bucket holds; a power of two.
    steps_per_bucket: u32,
}

impl Trace {
    /// The most buckets that are kept.
    pub const CAPACITY: usize = 4_096;

    /// Adds the bound of one step, which ended with `samples` training points evaluated.
    pub fn push(&mut self, samples: u64, bound: f32) {
        self.steps_per_bucket = self.steps_per_bucket.max(1);
        let one = Bucket {
            samples,
            minimum: bound,
            maximum: bound,
            mean: bound,
            steps: 1,
        };
        match self.buckets.last_mut() {
            Some(last) if last.steps < self.steps_per_bucket => *last = merged(*last, one),
            _ => self.buckets.push(one),
        }
        if self.buckets.len() > Self::CAPACITY {
            self.buckets = self
                .buckets
                .chunks(2)
                .filter_map(|pair| pair.iter().copied().reduce(merged))
                .collect();
            self.steps_per_bucket = self.steps_per_bucket.saturating_mul(2);
        }
    }

    /// The stretches so far, in order.
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }
}

fn merged(earlier: Bucket, later: Bucket) -> Bucket {
    let steps = earlier.steps.saturating_add(later.steps);
    let sum = |bucket: Bucket| f64::from(bucket.mean) * f64::from(bucket.steps);
    Bucket {
        samples: later.samples,
        minimum: earlier.minimum.min(later.minimum),
        maximum: earlier.maximum.max(later.maximum),
        mean: ((sum(earlier) + sum(later)) / f64::from(steps)) as f32,
        steps,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_spike_of_one_step_survives_any_length(steps in 1_u64..50_000, at in 0.0_f64..1.0) {
            let spike = (at * steps as f64) as u64;
            let mut trace = Trace::default();
            for step in 0..steps {
                trace.push(100 * (step + 1), if step == spike { -500.0 } else { -100.0 });
            }
            let buckets = trace.buckets();
            prop_assert!(buckets.len() <= Trace::CAPACITY);
            prop_assert_eq!(buckets.iter().map(|b| u64::from(b.steps)).sum::<u64>(), steps);
            prop_assert_eq!(buckets.last().map(|b| b.samples), Some(100 * steps));
            let lowest = buckets.iter().map(|b| b.minimum).fold(0.0, f32::min);
            prop_assert_eq!(lowest, -500.0);
            let mean = buckets.iter().map(|b| f64::from(b.mean) * f64::from(b.steps)).sum::<f64>() / steps as f64;
            prop_assert!((mean - (-100.0 - 400.0 / steps as f64)).abs() < 1e-3);
        }
    }

    fn point(samples: u64, elbo_test: f64) -> CurvePoint {
        CurvePoint {
            samples,
            seconds: samples as f64,
            elbo_train: -100.0,
            elbo_test,
            reconstruction: -90.0,
            kl: 10.0,
            learning_rate: 0.001,
        }
    }

    #[test]
    fn a_curve_of_ten_million_steps_is_whole_and_no_larger_than_a_short_one() {
        let (mut trace, mut evaluations) = (Trace::default(), Vec::new());
        let steps = 10_000_000_u64;
        for step in 1..=steps {
            let spike = step == 7_654_321;
            trace.push(100 * step, if spike { -9_000.0 } else { -100.0 });
            // As often as every 600 steps.
            if step % 600 == 0 {
                add(
                    &mut evaluations,
                    point(100 * step, if step == 6_000_000 { -500.0 } else { -100.0 }),
                );
            }
        }
        let buckets = trace.buckets();
        assert!(buckets.len() <= Trace::CAPACITY && buckets.len() > Trace::CAPACITY / 4);
        assert_eq!(
            buckets.iter().map(|bucket| u64::from(bucket.steps)).sum::<u64>(),
            steps
        );
        assert_eq!(buckets.last().map(|bucket| bucket.samples), Some(100 * steps));
        assert!(buckets.iter().any(|bucket| bucket.minimum == -9_000.0));
        assert!(evaluations.len() <= MOST_EVALUATIONS && evaluations.len() > MOST_EVALUATIONS / 4);
        assert_eq!(evaluations[0].samples, 60_000);
        assert_eq!(
            evaluations.last().map(|point| point.samples),
            Some(100 * (steps - steps % 600))
        );
        assert!(evaluations.is_sorted_by(|one, other| one.samples < other.samples));
        assert!(
            evaluations.iter().any(|point| point.elbo_test == -500.0),
            "the spike"
        );
        // No stretch of a five-hundredth is left out.
        let widest = evaluations
            .windows(2)
            .map(|pair| pair[1].samples - pair[0].samples)
            .max();
        assert!(widest <= Some(100 * steps / 500), "{widest:?}");
    }
}
