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
    let (usual, deviation) = usual_and_deviation(before.iter().map(mean))?;
    let now = median(present.iter().map(mean))?;
    let lowest = before.iter().map(mean).fold(f64::INFINITY, f64::min);
    let is_falling = now < usual - FALLING * deviation && now < lowest;
    // A stretch of a long run holds many minibatches, the lowest of which lies far below their mean in every stretch.
    let minimum = |bucket: &Bucket| f64::from(bucket.minimum);
    let (usual_minimum, deviation) = usual_and_deviation(before.iter().map(minimum))?;
    let is_spike = |bucket: &&Bucket| minimum(bucket) < usual_minimum - SPIKE * deviation;
    let spikes = present.iter().filter(is_spike).count();
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

/// The median of some bounds and their usual deviation from it.
fn usual_and_deviation(bounds: impl Iterator<Item = f64> + Clone) -> Option<(f64, f64)> {
    let usual = median(bounds.clone())?;
    let deviation = NORMAL * median(bounds.map(|bound| (bound - usual).abs()))?;
    Some((usual, deviation.max(LEAST_DEVIATION * usual.abs())))
}

#[cfg(test)]
mod tests {
    use rand::Rng;
    use rand_distr::StandardNormal;

    use super::super::tests::found_in;
    use super::*;
    use crate::random::{Purpose, generator};
    use crate::run::RunLog;

    /// What is found of a run of so many steps, whose last ones have `spikes` minibatches far below the others.
    fn found(steps: u64, spikes: usize) -> Option<Finding> {
        let mut log = RunLog::default();
        let mut generator = generator(1, Purpose::Noise, 0, 0);
        let noisy = |step: u64, noise: f64| -95.0 - 40.0 / (1.0 + step as f64 / 100.0).sqrt() + 2.2 * noise;
        for step in 0..steps {
            log.trace.push(
                100 * (step + 1),
                noisy(step, generator.sample(StandardNormal)) as f32,
            );
        }
        // One in every stretch.
        let stretch = log
            .trace
            .buckets()
            .first()
            .map_or(1, |bucket| u64::from(bucket.steps));
        for step in steps..steps + spikes as u64 * stretch {
            let is_spike = (step - steps).is_multiple_of(stretch);
            let bound = if is_spike { -400.0 } else { noisy(step, 0.0) };
            log.trace.push(100 * (step + 1), bound as f32);
        }
        found_in(&log, find)
    }

    #[test]
    fn the_lowest_of_many_minibatches_is_no_spike_however_long_the_run() {
        for steps in [2_000, 20_000, 170_000, 400_000] {
            assert_eq!(found(steps, 0), None, "{steps} steps");
        }
    }

    #[test]
    fn spikes_are_told_however_long_the_run() {
        for steps in [2_000, 20_000, 170_000, 400_000] {
            let finding = found(steps, SPIKES).unwrap_or_else(|| panic!("none after {steps} steps"));
            assert!(finding.text.contains("spikes far below"), "{}", finding.text);
        }
    }
}
