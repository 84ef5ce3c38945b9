//! Divergence ahead: bounds of the last minibatches lie far below those before.

use super::{Evidence, Finding, median, times};
use crate::language::tr;
use crate::run::curve::Bucket;

/// Stretches that are the present, and those before it that it is held against.
const PRESENT: usize = 10;
const BEFORE: usize = 100;
const LEAST_BEFORE: usize = 30;
/// Usual deviations below which the present is falling, and below which a minibatch is a spike.
const FALLING: f64 = 6.0;
const SPIKE: f64 = 25.0;
/// Spikes among the present that are no chance.
const SPIKES: usize = 3;
/// The least deviation, as a share of the bound: near the end of a run it hardly moves.
const LEAST_DEVIATION: f64 = 1e-3;
/// The median absolute deviation of normal numbers times this is their standard deviation.
const NORMAL: f64 = 1.4826;

pub fn find(evidence: &Evidence) -> Option<Finding> {
    let buckets = evidence.log.trace.buckets();
    let (before, present) = buckets.split_at(buckets.len().checked_sub(PRESENT)?);
    let before = &before[before.len().saturating_sub(BEFORE)..];
    if before.len() < LEAST_BEFORE {
        return None;
    }
    let mean = |bucket: &Bucket| f64::from(bucket.mean);
    let usual = median(before.iter().map(mean))?;
    let deviation = NORMAL * median(before.iter().map(|bucket| (mean(bucket) - usual).abs()))?;
    let deviation = deviation.max(LEAST_DEVIATION * usual.abs());
    let now = median(present.iter().map(mean))?;
    let lowest = before.iter().map(mean).fold(f64::INFINITY, f64::min);
    let is_spike = |bucket: &&Bucket| f64::from(bucket.minimum) < usual - SPIKE * deviation;
    let spikes = present.iter().filter(is_spike).count();
    let is_falling = now < usual - FALLING * deviation && now < lowest;
    if !is_falling && spikes < SPIKES {
        return None;
    }
    let rate = times(evidence.configuration.learning_rate, 0.25);
    let what = if is_falling {
        tr!(
            "the last minibatches fell to {now} from {usual}",
            now = format_args!("{now:.1}"),
            usual = format_args!("{usual:.1}")
        )
    } else {
        tr!(
            "spikes far below {usual} nats among the last minibatches",
            usual = format_args!("{usual:.1}")
        )
    };
    let text = tr!(
        "divergence ahead: {what}; lower the learning rate, or B goes back",
        what = what
    );
    Some(Finding::new(
        "divergence",
        text,
        format!("set learning-rate {rate}"),
    ))
}
