//! A learning rate too small: the bound still rises as in its first half, where a healthy run has most of its gain behind it.

use super::{Evidence, Finding, mean, times};
use crate::language::tr;
use crate::run::Happening;
use crate::run::curve::Bucket;

/// The share of all that was gained which the second half has where the rate is too small.
const SHARE: f64 = 0.25;
/// How many times its own spread the rise of the second half is at least.
const RISE: f64 = 3.0;

pub fn find(evidence: &Evidence) -> Option<Finding> {
    let buckets = evidence.log.trace.buckets();
    let (first, last) = (buckets.first()?, buckets.last()?);
    if !evidence.is_past_the_beginning() {
        return None;
    }
    // Who has just changed something sees what that does first.
    let half = last.samples / 2;
    let is_change = |what: &Happening| matches!(what, Happening::Changed { .. } | Happening::WentBack { .. });
    let mut entries = evidence.log.entries.iter();
    if entries.any(|entry| is_change(&entry.what) && entry.samples > half) {
        return None;
    }
    let window = (buckets.len() / 10).max(2);
    let middle = buckets.iter().position(|bucket| bucket.samples >= half)?;
    let around_middle = &buckets[middle.saturating_sub(window / 2)..][..window.min(buckets.len() - middle)];
    let at_end = &buckets[buckets.len().saturating_sub(window)..];
    let of = |buckets: &[Bucket]| mean(buckets.iter().map(|bucket| f64::from(bucket.mean)));
    let (begun, halfway, now) = (f64::from(first.mean), of(around_middle), of(at_end));
    let spread = mean(at_end.iter().map(|bucket| (f64::from(bucket.mean) - now).abs()));
    let (late, gain) = (now - halfway, now - begun);
    if late <= SHARE * gain || late <= RISE * spread || gain <= 0.0 {
        return None;
    }
    let text = tr!(
        "the learning rate may be too small: {share} % of what was gained came in the second half; raise it",
        share = format_args!("{:.0}", 100.0 * late / gain)
    );
    let rate = times(evidence.configuration.learning_rate, 4.0);
    Some(Finding::new(
        "learning-rate",
        text,
        format!("set learning-rate {rate}"),
    ))
}
